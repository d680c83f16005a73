"""Writes the site of all cards."""

from __future__ import annotations

import time
from pathlib import Path

import click

from atlas_decks import pipeline
from atlas_decks import preview as site
from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.templating import Templates


@click.command("preview")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, file_okay=False), help="Folder of the site; default: site/."
)
@options.renderer
@options.jobs
@pass_context
def command(context: Context, output: Path | None, renderer: str, jobs: int) -> None:
    """Write a static site of all cards, to look at before you import.

    \b
    Example:
      atlas-decks preview && xdg-open site/index.html
    """
    started = time.monotonic()
    checked = context.sound(renderer, jobs)
    project = context.project
    placed = pipeline.compile_notes(project, checked, checked.curriculum.plan.weeks)
    files = site.make_site(checked.curriculum, checked.drawings, placed, Templates(project.templates))
    folder = output or project.root / "site"
    count = site.write_site(folder, files)
    context.say(f"{folder / 'index.html'}  {count} files, {time.monotonic() - started:.2f} s")
