"""Shows a diagram's cards."""

from __future__ import annotations

import click

from atlas_decks.cli import completion
from atlas_decks.cli.context import Context, no_diagram, pass_context
from atlas_decks.curriculum import load


@click.command("show")
@click.argument("diagram", shell_complete=completion.diagrams)
@pass_context
def command(context: Context, diagram: str) -> None:
    """Show a DIAGRAM's cards as text, by id.

    \b
    Example:
      atlas-decks show stripe-request-flow
    """
    project = context.open_project()
    found = load.find_diagram(project, diagram) or no_diagram(project, diagram)
    line, _ = found.origin.position(found.path())
    click.echo(f"{found.spec.title}\n{found.spec.shows}\n{found.origin.path}:{line}")
    for ref in found.facts():
        click.echo(f"\n[{ref.kind}] {ref.fact.prompt}")
        shown = {name: value for name, value in ref.fact if value and name not in ("id", "node", "prompt", "source")}
        for name, value in [*shown.items(), ("source", ref.fact.source or found.main_source)]:
            text = "; ".join(value) if isinstance(value, tuple) else value
            click.echo(f"    {(type(ref.fact).model_fields[name].alias or name).replace('_', ' ')}: {text}")
