"""Says how far a learner is, from his own collection."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click

from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.curriculum import load
from atlas_decks.files import replace
from atlas_decks.learner.collection.days import end_of, today
from atlas_decks.learner.collection.read import read_collection
from atlas_decks.problems import visible
from atlas_decks.schedule.paces import find_pace
from atlas_decks.study.progress.report import Asked, Report, make_report
from atlas_decks.study.progress.text import as_text


@click.command("progress")
@click.argument("collection", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@options.day("--as-of", help="The day to look from; default: today. What was answered later is left out.")
@options.start(required=False)
@options.weeks
@options.rest
@click.option("--format", "style", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; default: standard output, and progress.html for a page.",
)
@pass_context
def command(context: Context, /, collection: Path, style: str, output: Path | None, **when: Any) -> None:
    """Say how far you are in the plan, from your own COLLECTION, which is only read.

    COLLECTION is what File > Export in Anki writes (.colpkg, or .apkg with scheduling), or collection.anki2 in the
    folder of your profile; Anki may be open. The plan's start is the day of your first answer unless --start says
    another.

    \b
    Examples:
      atlas-decks progress collection.colpkg
      atlas-decks progress collection.colpkg --start 2027-01-04 --format html -o progress.html
      atlas-decks progress ~/.local/share/Anki2/User\\ 1/collection.anki2 --as-of 2027-03-01 --format json
    """
    with _without_collector():
        report = _report(context, collection, when)
        if style == "json":
            import orjson  # ten times as fast with so much

            text = orjson.dumps(report.data(), option=orjson.OPT_INDENT_2).decode()
        elif style == "html":
            from atlas_decks.study.progress.page import as_page

            text, output = as_page(report), output or Path("progress.html")
        else:
            text = visible(as_text(report))
    if output is None:
        click.echo(text)
        return
    replace.write_file(output, f"{text}\n".encode())
    context.say(str(output))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Read without Python's collector of cycles: there are none, and looking for them takes a quarter of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _report(context: Context, file: Path, when: dict[str, Any]) -> Report:
    project = context.open_project()
    curriculum, _ = load.load(project)
    found = read_collection(file, curriculum.plan.id)
    as_of: date | None = when["as_of"]
    asked = Asked(
        name=file.name,
        today=end_of(found.settings, as_of) if as_of else today(found.settings, int(time.time())),
        pace=find_pace(curriculum.plan, when["weeks"]),
        start=when["start"],
        rest=when["rest"],
        site=project.root / "site",
    )
    return make_report(curriculum, found, asked)
