"""Imports packages into the real Anki."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from atlas_decks.cli import DONE, PROBLEMS
from atlas_decks.cli.context import Context, finish_own, pass_context, print_problems
from atlas_decks.learner import real_anki as verification


@click.command("verify")
@click.argument("packages", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="An older package: study it, then update to the new one.",
)
@pass_context
def command(context: Context, packages: tuple[Path, ...], against: Path | None) -> None:
    """Import PACKAGES into a throwaway collection of the real Anki, and look at every card.

    \b
    Examples:
      atlas-decks verify decks/*.apkg
      atlas-decks verify decks/atlas-all.apkg --against old/atlas-all.apkg
    """
    for path in packages:
        finish_own(path)
    if against:
        if len(packages) != 1:
            raise click.UsageError("--against compares with one package")
        update = verification.verify_update(against, packages[0])
        click.echo(
            f"{update.old_notes} notes before, {update.new_notes} after: {len(update.updated)} updated, "
            f"{update.added} added, {update.kept} kept, {len(update.lost)} lost"
        )
        click.echo(f"reviews: {update.reviews_before} before, {update.reviews_after} after")
        for key in update.updated[:20] if not context.verbose else update.updated:
            click.echo(f"  updated {key}")
        problems = update.problems
    else:
        report = verification.verify(list(packages))
        click.echo(
            f"{report.notes} notes, {report.cards} cards in {len(report.decks)} decks, {len(report.tags)} tags, "
            f"{report.media} media files; {report.rendered} cards rendered front and back"
        )
        if context.verbose:
            for deck in report.decks:
                click.echo(f"  {deck}")
        problems = report.problems
    print_problems(problems, "text")
    click.echo(f"{len(problems)} problems")
    sys.exit(PROBLEMS if problems else DONE)
