"""Lists diagrams."""

from __future__ import annotations

import json

import click

from atlas_decks import pipeline
from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, pass_context


@click.command("list")
@options.selection
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@pass_context
def command(
    context: Context,
    selection: pipeline.Selection,
    style: str,
) -> None:
    """List diagrams: id, tier, category, group, title.

    \b
    Examples:
      atlas-decks list --tier 5
      atlas-decks list --tag day::mon --format json
    """
    checked = context.sound()
    placed = pipeline.compile_notes(context.project, checked, checked.curriculum.plan.weeks)
    names = dict.fromkeys(p.note.diagram for p in placed if selection.takes(p, checked.curriculum.plan.tag))
    rows = [
        {"id": d.id, "tier": d.category.tier, "category": d.category.slug, "group": d.spec.group, "title": d.spec.title}
        for d in (checked.curriculum.by_id[name] for name in names)
    ]
    if style == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['id']}\ttier {row['tier']}\t{row['category']}/{row['group']}\t{row['title']}")
