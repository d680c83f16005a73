"""Shows the study plan, and what load it brings."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from atlas_decks.cards.kinds import all_cards
from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.curriculum import load
from atlas_decks.curriculum.models import WEEKDAYS, Curriculum, Pace, Plan
from atlas_decks.problems import Problem, WrongRequestError
from atlas_decks.project import Project
from atlas_decks.schedule.limits import CardsADiagram, Limits, limits_of, mean_of
from atlas_decks.schedule.load import HOURS_AT_MOST, HOURS_ON_AVERAGE, Forecast, forecast
from atlas_decks.schedule.paces import find_pace
from atlas_decks.study.day_report import DayReport
from atlas_decks.study.timetable import A_MONDAY, StudyDay, Timetable
from atlas_decks.study.today import Content
from atlas_decks.study.today import expected as expected_on


@click.command("plan")
@options.weeks
@click.option("--forecast", "ahead", is_flag=True, help="The load of the whole plan, week by week, before you start.")
@click.option("--fsrs", is_flag=True, help="Forecast Anki's FSRS scheduler instead of SM-2 (the default in Anki).")
@click.option(
    "--day",
    metavar="DATE|N",
    help="One day of the plan: what to read, to recall and to draw. N counts study days from 1; DATE needs --start.",
)
@options.start(required=False)
@options.rest
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@pass_context
def command(context: Context, /, weeks: int | None, style: str, ahead: bool, fsrs: bool, **when: Any) -> None:
    """Show the study plan: rotation, weeks, limits a day, checkpoints; or the load that it brings; or one day.

    \b
    Examples:
      atlas-decks plan --weeks 32
      atlas-decks plan --forecast
      atlas-decks plan --forecast --fsrs --format json
      atlas-decks plan --day 12
      atlas-decks plan --day 2027-01-18 --start 2027-01-04
    """
    if when["day"] is None and when["start"] is not None:
        raise click.UsageError("--start belongs to --day")
    if when["day"] is not None and ahead:
        raise click.UsageError("--day and --forecast are two things to show; choose one")
    project = context.open_project()
    curriculum, _ = load.load(project)
    plan = curriculum.plan
    pace = find_pace(plan, weeks)
    decks = Counter(card.deck for diagram in curriculum.diagrams for card in all_cards(diagram))
    mean = mean_of(decks, len(curriculum.diagrams))
    limits = limits_of(plan, pace, mean)
    expected = forecast(plan, pace, limits, mean, fsrs=fsrs) if ahead or when["day"] is not None else None
    if expected and when["day"] is not None:
        report = _day(project, curriculum, pace, expected, when)
        click.echo(json.dumps(report.data(), indent=2) if style == "json" else report.text())
    elif style == "json":
        click.echo(json.dumps(_data(pace, limits, mean, expected), indent=2))
    elif expected:
        _print_forecast(plan, pace, limits, expected)
    else:
        _print_plan(plan, pace, limits)


def _day(
    project: Project, curriculum: Curriculum, pace: Pace, expected: Forecast, when: Mapping[str, Any]
) -> DayReport:
    """The day that is asked for."""
    timetable = Timetable(curriculum.plan, pace, when["start"] or A_MONDAY, when["rest"])
    day = _find_day(timetable, when["day"], dated=when["start"] is not None)
    return DayReport(
        content=Content(curriculum, timetable),
        day=day,
        expected=expected_on(day, expected),
        site=project.root / "site",
        dated=when["start"] is not None,
    )


def _find_day(timetable: Timetable, wanted: str, *, dated: bool) -> StudyDay:
    """The study day of a number or a date. Raises UsageError for what is neither, WrongRequestError for no such day."""
    if wanted.isdecimal() and wanted.isascii():
        place = int(wanted[:9])  # as many digits as any plan has days
        if 1 <= place <= len(timetable.days):
            return timetable.days[place - 1]
        raise _no_day(f"the plan has no day {wanted}", f"it has days 1 to {len(timetable.days)}")
    try:
        date = datetime.strptime(wanted, "%Y-%m-%d").date()
    except ValueError as error:
        raise click.UsageError(f"--day wants a number or a date such as 2027-01-18, not {wanted!r}") from error
    if not dated:
        raise click.UsageError("a date is a day of the plan only with the plan's --start")
    if day := timetable.on(date):
        return day
    if timetable.start <= date <= timetable.end:
        raise _no_day(f"{date} is a day of rest", "choose the day before or after, or another --rest")
    raise _no_day(f"{date} is no day of the plan", f"it goes from {timetable.days[0].date} to {timetable.end}")


def _no_day(message: str, hint: str) -> WrongRequestError:
    return WrongRequestError([Problem("--day", 0, 0, "no-day", message, hint)])


def _print_plan(plan: Plan, pace: Pace, limits: Limits) -> None:
    click.echo(f"{plan.name}: {pace.weeks} weeks, new material on {pace.study_days} days a week\n\nRotation")
    for day in WEEKDAYS:
        click.echo(f"  {day}  {' + '.join(c.title for c in plan.categories if c.day == day)}")
    click.echo("  weekend  weak areas\n\nTiers")
    factor = pace.weeks / plan.weeks
    for tier in plan.tiers:
        first, last = int((tier.weeks[0] - 1) * factor) + 1, int(tier.weeks[1] * factor)
        click.echo(f"  {tier.number} {tier.title}: weeks {first}-{last}")
    click.echo("\nNew cards and reviews a day, all tiers together")
    for name, limit in _named(limits):
        click.echo(f"  {name:<16}{limit.new:>4} new {limit.reviews:>5} reviews")
    click.echo("\nCheckpoints")
    for point in plan.checkpoints:
        bar = f", pass at {point.pass_percent}%" if point.pass_percent else ""
        click.echo(f"  week {int(point.week * factor)} {point.title}: {point.minutes} minutes{bar}")
        for task in point.tasks:
            click.echo(f"      {task.text}")


def _print_forecast(plan: Plan, pace: Pace, limits: Limits, expected: Forecast) -> None:
    click.echo(f"{plan.name}: {plan.planned:,} diagrams in {pace.weeks} weeks\n")
    click.echo("week    new  reviews  redraws  hours a day  fullest day")
    beyond = expected.over
    for number, days in enumerate(expected.weeks(), 1):
        new, reviews, redraws = (sum(getattr(day, key) for day in days) for key in ("new", "reviews", "redraws"))
        hours, most = sum(day.hours for day in days) / len(days), max(day.hours for day in days)
        over = "  over the cap" if number in beyond else ""
        click.echo(f"{number:>4} {new:>6.0f} {reviews:>8.0f} {redraws:>8.0f} {hours:>12.1f} {most:>12.1f}{over}")
    click.echo(f"\nCaps: {HOURS_ON_AVERAGE:g} hours a day over a week, {HOURS_AT_MOST:g} on any day.")
    if beyond:
        weeks = ", ".join(map(str, beyond))
        lower = int(limits.cards.new * 0.8)
        click.echo(f"Over them: week {weeks}. Lower New cards/day of {plan.deck}::Cards, for example to {lower}.")


def _named(limits: Limits) -> list[tuple[str, Any]]:
    return [
        ("cards", limits.cards),
        ("deeper", limits.deeper),
        ("redraw", limits.redraw),
        ("redraw, deeper", limits.redraw_deeper),
    ]


def _data(pace: Pace, limits: Limits, mean: CardsADiagram, expected: Forecast | None) -> dict[str, Any]:
    data: dict[str, Any] = {"weeks": pace.weeks, "limits": asdict(limits), "cards_a_diagram": asdict(mean)}
    if expected:
        data["days"] = [{key: round(value, 2) for key, value in asdict(day).items()} for day in expected.days]
        data["weeks_over_a_cap"] = expected.over
    return data
