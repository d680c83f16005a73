"""Makes a release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from atlas_decks import pipeline
from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.files import replace
from atlas_decks.problems import Problem, ProblemsFoundError
from atlas_decks.release import worktree
from atlas_decks.release.prepare import ReleaseRequest, prepare

_MATTERS = ("curriculum", "templates", "decks", "CHANGELOG.md")


@click.command("release")
@click.argument("version", required=False)
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="the package with everything of the last release, where decks/releases/ does not hold it.",
)
@click.option("--dry-run", is_flag=True, help="Print version and release note; write nothing.")
@click.option("--allow-dirty", is_flag=True, help="Release although git says that something is not committed.")
@options.agreed
@options.renderer
@options.jobs
@pass_context
def command(
    context: Context,
    /,
    version: str | None,
    against: Path | None,
    dry_run: bool,
    allow_dirty: bool,
    agreed: bool,
    **drawing: Any,
) -> None:
    """Release the curriculum as the next VERSION: packages, release note, checksums, changelog, ledger.

    Everything is put into place together, or nothing is. Without VERSION, the middle number goes up where cards came,
    went or moved, else the last one. A curriculum with errors or warnings, or with uncommitted files, is not released.

    \b
    Examples:
      atlas-decks release --dry-run
      atlas-decks release
      atlas-decks release 1.0.0
    """
    project = context.open_project()
    with context.session(**drawing, project=project) as session, pipeline.locked(session):
        dirty = [] if allow_dirty else worktree.uncommitted(project.root, _MATTERS)
        if dirty:
            hint = "commit them, so that the release can be built from its commit; or use --allow-dirty"
            raise ProblemsFoundError([Problem(name, 0, 0, "uncommitted", "is not committed", hint) for name in dirty])
        with replace.scratch_folder(project.decks) as scratch:
            prepared = prepare(session, ReleaseRequest(options.now(), version, against), scratch)
            if dry_run:
                click.echo(prepared.note, nl=False)
                context.say(f"version {prepared.version}; nothing was written")
                return
            options.ask_to_withdraw(context, agreed)(prepared.withdrawn)
            replace.replace_files(project.decks, prepared.files, prepared.leftovers)
    folder = project.decks / project.releases.stem / prepared.version
    context.say(
        f"released {prepared.version}: {folder}\n"
        f"  notes   {len(prepared.changes.added):,} added, {len(prepared.changes.changed):,} changed, "
        f"{len(prepared.withdrawn):,} withdrawn\n"
        f"  read    {folder / 'diff.md'} and {project.changelog}\n"
        f"  try     atlas-decks verify {folder}/*.apkg\n"
        f'  commit  git add -A && git commit -m "Release {prepared.version}" && git tag v{prepared.version}\n'
        f"  publish the files in that folder"
    )
