"""Draws one diagram."""

from __future__ import annotations

from pathlib import Path

import click

from atlas_decks.cli import completion
from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, no_diagram, pass_context
from atlas_decks.curriculum import load
from atlas_decks.files import replace


@click.command("render")
@click.argument("diagram", shell_complete=completion.diagrams)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="File to write; default: standard output."
)
@options.renderer
@pass_context
def command(context: Context, diagram: str, output: Path | None, renderer: str) -> None:
    """Draw one DIAGRAM, by id, as the SVG that goes into the package.

    \b
    Example:
      atlas-decks render discord-storage-architecture -o discord.svg
    """
    with context.session(renderer) as session:
        found = load.find_diagram(session.project, diagram) or no_diagram(session.project, diagram)
        svg = options.draw(session, [found])[found.id].svg
    if output:
        replace.write_file(output, svg.encode())
    else:
        click.echo(svg)
