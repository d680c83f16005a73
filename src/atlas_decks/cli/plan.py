"""Shows the study plan."""

from __future__ import annotations

import click

from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.curriculum import load
from atlas_decks.curriculum.models import WEEKDAYS
from atlas_decks.packages.assemble import find_pace
from atlas_decks.packages.settings import mean_cards_a_diagram
from atlas_decks.schedule import calendar


@click.command("plan")
@options.weeks
@pass_context
def command(context: Context, weeks: int | None) -> None:
    """Show the study plan: rotation, tiers with limits a day, checkpoints.

    \b
    Example:
      atlas-decks plan --weeks 32
    """
    curriculum, _ = load.load(context.open_project())
    the_plan = curriculum.plan
    pace = find_pace(the_plan, weeks)
    facts = sum(len(diagram.facts()) for diagram in curriculum.diagrams)
    mean = mean_cards_a_diagram(facts, len(curriculum.diagrams))
    click.echo(f"{the_plan.name}: {pace.weeks} weeks, new material on {pace.study_days} days a week\n\nRotation")
    for day in WEEKDAYS:
        click.echo(f"  {day}  {' + '.join(c.title for c in the_plan.categories if c.day == day)}")
    click.echo("  weekend  weak areas\n\nTiers: new and review cards a day (Redraw deck in brackets)")
    factor = pace.weeks / the_plan.weeks
    for tier in the_plan.tiers:
        limit = calendar.limits(the_plan, tier.number, pace, mean)
        first, last = int((tier.weeks[0] - 1) * factor) + 1, int(tier.weeks[1] * factor)
        click.echo(
            f"  {tier.number} {tier.title}: weeks {first}-{last}, {limit.new} new, {limit.review} reviews "
            f"({limit.redraw_new} new, {limit.redraw_review} reviews)"
        )
    click.echo("\nCheckpoints")
    for point in the_plan.checkpoints:
        bar = f", pass at {point.pass_percent}%" if point.pass_percent else ""
        click.echo(f"  week {int(point.week * factor)} {point.title}: {point.minutes} minutes{bar}")
        for task in point.tasks:
            click.echo(f"      {task}")
