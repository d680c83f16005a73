"""Draws one diagram."""

from __future__ import annotations

from pathlib import Path

import click

from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, find_diagram, pass_context
from atlas_decks.files import replace
from atlas_decks.problems import ProblemsFoundError


@click.command("render")
@click.argument("diagram")
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
    checked = context.check(renderer)
    found = find_diagram(checked, diagram)
    drawing = checked.drawings.get(found.id)
    if drawing is None:
        raise ProblemsFoundError([p for p in checked.problems if p.path == found.origin.path] or checked.problems)
    if output:
        replace.write_file(output, drawing.svg.encode())
    else:
        click.echo(drawing.svg)
