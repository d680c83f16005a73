"""Lists diagrams."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from typing import Any

import click

from atlas_decks.cards.selection import Selection, nothing_selected
from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.compiled.in_order import StudyOrder
from atlas_decks.compiled.survey import Survey
from atlas_decks.problems import ProblemsFoundError


@click.command("list")
@options.selection
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@pass_context
def command(context: Context, selection: Selection, style: str) -> None:
    """List diagrams: id, tier, category, group, title.

    \b
    Examples:
      atlas-decks list --tier 5
      atlas-decks list --tag day::mon --format json
    """
    with context.session() as session:
        rows = list(_rows(context.survey(session).require_sound(), selection))
    if selection and not rows:
        raise ProblemsFoundError([nothing_selected("list")])
    if style == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['id']}\ttier {row['tier']}\t{row['category']}/{row['group']}\t{row['title']}")


def _rows(found: Survey, selection: Selection) -> Iterator[dict[str, Any]]:
    """The diagrams of which some note is selected, in the order in which they are studied."""
    order = StudyOrder(found, found.plan.weeks)
    selection.require_known(found.plan, order.tags() if selection.tags else ())
    for tier in order.tiers:
        for scheduled, ready in zip(order.of_tier(tier), order.read_tier(tier), strict=True):
            if any(selection.takes(note.tags, tier, found.plan.tag) for note in ready.notes):
                ref = scheduled.stored.ref
                title = html.unescape(ready.notes[0].row.values()["Title"])
                yield {"id": ref.diagram, "tier": tier, "category": ref.category, "group": ref.group, "title": title}
