"""Says how full the curriculum is."""

from __future__ import annotations

import json
from collections import Counter

import click
from rich.table import Table

from atlas_decks.cards.kinds import KINDS
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.compiled.tally import tally
from atlas_decks.curriculum import load


@click.command("stats")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@pass_context
def command(context: Context, style: str) -> None:
    """Say how full the curriculum is: diagrams and cards by category and group, against the plan.

    \b
    Example:
      atlas-decks stats --format json
    """
    project = context.open_project()
    plan, _ = load.load_plan(project)
    diagrams = list(tally(project, plan))
    count = Counter((diagram.category, diagram.group) for diagram in diagrams)
    cards: Counter[str] = sum((diagram.notes for diagram in diagrams), Counter())
    rows = [
        {"category": c.slug, "group": g.slug, "tier": c.tier, "diagrams": count[c.slug, g.slug], "planned": g.planned}
        for c in plan.categories
        for g in c.groups
    ]
    total = len(diagrams)
    figures = {"diagrams": total, "planned": plan.planned, "cards": {k: cards[k] for k in KINDS}, "groups": rows}
    if style == "json":
        click.echo(json.dumps(figures, indent=2))
        return
    table = Table("tier", "category", "group", "diagrams", "planned", box=None)
    for row in rows:
        if row["diagrams"] or context.verbose:
            table.add_row(*(str(row[k]) for k in ("tier", "category", "group", "diagrams", "planned")))
    context.console.print(table)
    notes = sum(cards.values())
    click.echo(
        f"{total} of {plan.planned} diagrams ({total / plan.planned:.0%}); "
        f"{notes} notes, {notes / max(total, 1):.1f} a diagram"
    )
    click.echo(", ".join(f"{cards[kind]} {kind}" for kind in KINDS))
