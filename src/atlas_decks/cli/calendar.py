"""Writes the plan as a calendar file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.curriculum import load
from atlas_decks.files import replace
from atlas_decks.schedule.paces import find_pace
from atlas_decks.study.ics import calendar
from atlas_decks.study.timetable import Timetable
from atlas_decks.study.today import Content


@click.command("calendar")
@options.start(required=True)
@options.weeks
@options.rest
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    default="plan.ics",
    show_default=True,
    help="File to write.",
)
@pass_context
def command(context: Context, /, output: Path, weeks: int | None, **when: Any) -> None:
    """Write the plan as a calendar: study days, checkpoints, interviews, milestones, and what comes after.

    Every event takes whole days; exams have alarms. Import the file into a calendar of its own. A file for another
    start or rest moves the events that are there.

    \b
    Example:
      atlas-decks calendar --start 2027-01-04 -o plan.ics
    """
    curriculum, _ = load.load(context.open_project())
    timetable = Timetable(curriculum.plan, find_pace(curriculum.plan, weeks), when["start"], when["rest"])
    replace.write_file(output, calendar(Content(curriculum, timetable), options.now()))
    first, last = timetable.days[0].date, timetable.end
    context.say(f"{output}  {len(timetable.days)} study days, {first} to {last}")
