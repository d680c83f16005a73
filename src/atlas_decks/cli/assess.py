"""Writes the sheet of the weekly self-assessment."""

from __future__ import annotations

from pathlib import Path

import click

from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.curriculum import load
from atlas_decks.files import replace
from atlas_decks.problems import Problem, ProblemsFoundError, WrongRequestError
from atlas_decks.schedule.paces import find_pace
from atlas_decks.study.assess import sheet
from atlas_decks.study.timetable import Timetable
from atlas_decks.study.today import Content


@click.command("assess")
@click.option("--week", type=int, required=True, help="The week of the plan, from 1.")
@options.weeks
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; default: assess-week-NN.html.",
)
@options.renderer
@pass_context
def command(context: Context, week: int, weeks: int | None, output: Path | None, renderer: str) -> None:
    """Write the weekly self-assessment as a page to print: the week's diagrams, the plan's points, and a log.

    \b
    Example:
      atlas-decks assess --week 3 -o week-3.html
    """
    with context.session(renderer) as session:
        curriculum, _ = load.load(session.project)
        pace = find_pace(curriculum.plan, weeks)
        if not 1 <= week <= pace.weeks:
            message, hint = f"the plan has no week {week}", f"it has weeks 1 to {pace.weeks}"
            raise WrongRequestError([Problem("--week", 0, 0, "no-week", message, hint)])
        content = Content(curriculum, Timetable(curriculum.plan, pace))
        diagrams = content.of_week(week)
        if not diagrams:
            known = ", ".join(str(number) for number in range(1, pace.weeks + 1) if content.of_week(number))
            hint = f"there are diagrams in week {known}" if known else "write one first"
            message = f"no diagram of week {week} is written yet"
            raise ProblemsFoundError([Problem("--week", 0, 0, "nothing-written", message, hint)])
        pictures = options.draw(session, diagrams)
    file = output or Path(f"assess-week-{week:02d}.html")
    replace.write_file(file, (sheet(content, week, pictures) + "\n").encode())
    context.say(f"{file}  {len(diagrams)} diagrams")
