"""Tells what a learner wrote into our notes."""

from __future__ import annotations

from pathlib import Path

import click

from atlas_decks.cards.ids import Ids
from atlas_decks.cards.notes import NoteMaker
from atlas_decks.cards.templates import Templates
from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.curriculum import load
from atlas_decks.curriculum.models import Plan
from atlas_decks.files import replace
from atlas_decks.learner.changes import read_package
from atlas_decks.learner.collection.read import read_collection
from atlas_decks.learner.corrections import Corrected, corrections, edited_notes
from atlas_decks.learner.proposals import as_issue, as_patch, as_text
from atlas_decks.packages import ledger
from atlas_decks.problems import visible
from atlas_decks.project import Project


@click.command("corrections")
@click.argument("collection", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--format", "style", type=click.Choice(["text", "patch", "issue"]), default="text", show_default=True)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; default: standard output.",
)
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The package that you imported last; default: the curriculum as it is.",
)
@options.renderer
@pass_context
def command(
    context: Context, collection: Path, style: str, output: Path | None, against: Path | None, renderer: str
) -> None:
    """Tell what you wrote into our notes of your COLLECTION, so that an update loses nothing.

    An update of a note replaces its fields and tags. `patch` is a diff of the YAML files, for `git apply`; `issue` is
    text for a report, with room for the source that says so. COLLECTION is only read. Where the curriculum is newer
    than your notes, --against tells your edits from its own.

    \b
    Examples:
      atlas-decks corrections collection.colpkg
      atlas-decks corrections collection.colpkg --format patch -o mine.patch
    """
    with context.session(renderer) as session:
        project = session.project
        curriculum, _ = load.load(project)
        plan = curriculum.plan
        held = read_collection(collection, plan.id)
        base = read_package(against) if against else None
        shipped = {guid: note.mod for guid, note in base.notes.items()} if base else _ledger(project, plan)
        notes = edited_notes(held, shipped)
        diagrams = [curriculum.by_id[name] for name in {note.diagram for note in notes} if name in curriculum.by_id]
        pictures = options.draw(session, diagrams)
        templates = Templates(project.templates)
        makers = {d.id: NoteMaker(d, pictures[d.id], plan, templates) for d in diagrams}
        found = corrections(notes, plan, makers, shipped, base)
    text = _written(found, project, plan, style)
    if not found:
        context.say("nothing of yours in our notes")
    if output is None:
        click.echo(text, nl=bool(text) and not text.endswith("\n"))
        return
    replace.write_file(output, text.encode() if text.endswith("\n") or not text else f"{text}\n".encode())
    context.say(f"{output}  {len(found)} notes")


def _ledger(project: Project, plan: Plan) -> dict[str, int]:
    """The mod of each note by its GUID, as the ledger has it."""
    entries = ledger.read(project.ledger_file, project.name(project.ledger_file), Ids(plan.id))
    return {guid: entry.mod for guid, entry in entries.items()}


def _written(found: list[Corrected], project: Project, plan: Plan, style: str) -> str:
    if style == "issue":
        return visible(as_issue(found, plan))
    names = {corrected.diagram.origin.path for corrected in found}
    patch, left = as_patch(found, {name: (project.root / name).read_bytes().decode() for name in sorted(names)})
    return patch if style == "patch" else visible(as_text(found, left))
