"""Compares two packages."""

from __future__ import annotations

from pathlib import Path

import click

from atlas_decks.cli.context import finish_own
from atlas_decks.learner.changes import compare
from atlas_decks.problems import visible
from atlas_decks.release.release_notes import format_difference


@click.command("diff")
@click.argument("old", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("new_", metavar="NEW", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--format", "style", type=click.Choice(["text", "md", "json"]), default="text", show_default=True)
def command(old: Path, new_: Path, style: str) -> None:
    """Say what an import of NEW changes for a learner of OLD, note by note and field by field.

    Markdown is the release note for learners: what is new, changed, withdrawn and moved, and whom it concerns that Anki
    replaces own tags and edits on a note that changed.

    \b
    Example:
      atlas-decks diff old/atlas-all.apkg decks/atlas-all.apkg --format md
    """
    for path in (old, new_):
        finish_own(path)
    click.echo(visible(format_difference(compare(old, new_), style)))
