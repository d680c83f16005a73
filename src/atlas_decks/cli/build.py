"""Builds packages and moves the ledger on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import click

from atlas_decks import pipeline
from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.files import replace
from atlas_decks.packages import last_build, ledger
from atlas_decks.problems import Problem, ProblemsFoundError, has_errors
from atlas_decks.project import Project


@click.command("build")
@options.selection
@click.option("--only-changed", is_flag=True, help="One package with just the notes that changed since the ledger.")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="Folder for the packages, or an .apkg file for a selection."
)
@click.option("--frozen", is_flag=True, help="Fail where the ledger is stale (for CI).")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write figures of the build as JSON.")
@options.weeks
@options.renderer
@options.jobs
@pass_context
def command(
    context: Context,
    selection: pipeline.Selection,
    only_changed: bool,
    output: Path | None,
    frozen: bool,
    report: Path | None,
    weeks: int | None,
    renderer: str,
    jobs: int,
) -> None:
    """Build the packages: one a tier, atlas-all.apkg and plan.apkg; or one with a selection.

    \b
    Examples:
      atlas-decks build
      atlas-decks build --weeks 32
      atlas-decks build --tier 5 --company discord -o discord.apkg
      atlas-decks build --tag focus::startup
      atlas-decks build --frozen
    """
    project = context.project
    started = time.monotonic()
    now = options.now()
    # before anything is read: a build that waited must see the newest content
    with context.alone(project.decks), _scratch(project) as scratch:
        found = context.inspect(renderer, jobs)
        surveyed = time.monotonic()
        problems = found.problems or found.templates
        if has_errors(problems):
            raise ProblemsFoundError(problems)
        pace = options.find_pace(found.plan, weeks).weeks
        single = output if output and output.suffix == ".apkg" else None
        folder = project.decks if single or not output else output
        whole = not selection and not only_changed and not single
        last = last_build.read(project.last_build_file)
        kept = last.intact(folder) if whole else {}
        key = _key(found.key, pace, project)
        if whole and last.key == key and kept.keys() == last.packages.keys() and last.newest <= now + ledger.AHEAD:
            result, sizes, changed = last, {name: package.size for name, package in kept.items()}, 0
            assembled = published = time.monotonic()
        else:
            built = pipeline.assemble(
                *(project, found.plan, found.bundles, found.store.read, now, pace, selection, scratch),
                frozen=frozen,
                only_changed=only_changed,
                jobs=jobs,
                shared=found.shared,
                kept={name: package.key for name, package in kept.items()},
            )
            if not built.packages:
                raise ProblemsFoundError([_nothing_selected()])
            assembled = time.monotonic()
            changed = len(built.changed)
            files = {name: file for name, (_, file) in built.packages.items() if file is not None}
            packages = {
                name: kept[name] if file is None else last_build.kept(package_key, file)
                for name, (package_key, file) in built.packages.items()
            }
            sizes = {name: package.size for name, package in packages.items()}
            book = scratch / project.ledger_file.name
            with book.open("w", encoding="utf-8", newline="\n") as lines:
                lines.writelines(ledger.lines(built.ledger))
            if single:
                if len(files) != 1:
                    raise click.UsageError("a single file holds a selection; name a folder for all packages")
                single.parent.mkdir(parents=True, exist_ok=True)
                replace.replace_files(project.decks, {project.ledger_file.name: book})
                replace.write_file(single, next(iter(files.values())))
            elif folder.resolve() == project.decks.resolve():
                replace.replace_files(
                    folder, {**files, project.ledger_file.name: book}, pipeline.leftovers(sizes, folder)
                )
            else:
                with context.alone(folder):
                    # the ledger first: a crash in between costs nothing, as the next build gives the packages its mods
                    replace.replace_files(project.decks, {project.ledger_file.name: book})
                    replace.replace_files(folder, files)
            newest = max((entry.mod for entry in built.ledger.values()), default=0)
            key = _key(found.key, pace, project)
            result = last_build.LastBuild(key, packages, found.diagrams, built.notes, built.retired, newest)
            if whole:
                last_build.write(project.last_build_file, result)
            found.store.prune({bundle.entry for bundle in found.bundles})
            published = time.monotonic()
    figures = {
        "diagrams": found.diagrams,
        "notes": result.notes,
        "retired": result.retired,
        "changed": changed,
        "seconds": round(time.monotonic() - started, 2),
        "stages": {
            "subjects": round(surveyed - started, 3),
            "packages": round(assembled - surveyed, 3),
            "publish": round(published - assembled, 3),
        },
        "packages": sizes,
    }
    if report:
        replace.write_file(report, (json.dumps(figures, indent=2) + "\n").encode())
    for name, size in sizes.items():
        context.say(f"{single or folder / name}  {size / 1000:,.0f} kB")
    what = f"{figures['notes']:,} notes on {figures['diagrams']} diagrams, {figures['changed']} changed"
    context.say(f"{what}, {figures['seconds']} s")


def _key(survey: str, pace: int, project: Project) -> str:
    """A digest of all that a build of everything comes from."""
    digest = hashlib.sha256(f"{survey} {pace} ".encode())
    for book in (project.ledger_file, project.releases):
        digest.update(b"\0")
        with contextlib.suppress(FileNotFoundError), book.open("rb") as lines:
            digest.update(hashlib.file_digest(lines, "sha256").digest())
    return digest.hexdigest()


def _nothing_selected() -> Problem:
    hint = "see `atlas-decks list` and `atlas-decks stats`"
    return Problem("build", 0, 0, "nothing-selected", "no note matches the selection", hint)


@contextlib.contextmanager
def _scratch(project: Project) -> Iterator[Path]:
    """A folder for packages in the making, beside the packages, so that they can be moved there.

    The caller holds the lock, so what lies there was left by a build that was killed.
    """
    folder = project.decks / ".making"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
