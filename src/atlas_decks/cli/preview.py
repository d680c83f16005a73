"""Writes the site of all cards, or serves it while the curriculum is edited."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from atlas_decks import preview as site
from atlas_decks.cards.templates import Templates
from atlas_decks.cli import context as options
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.compiled.in_order import StudyOrder
from atlas_decks.curriculum import load
from atlas_decks.diagrams import Cache, render_all
from atlas_decks.problems import ProblemsFoundError, format_problems
from atlas_decks.project import Project

_PORT = 7576
_DEBOUNCE = 200  # ms; editors save a file in several steps


@click.command("preview")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, file_okay=False), help="Folder of the site; default: site/."
)
@click.option("--watch", is_flag=True, help="Serve the site on loopback instead, and reload it after every edit.")
@click.option("--port", type=click.IntRange(0, 65535), help=f"With --watch; default: {_PORT}; 0 takes a free one.")
@options.renderer
@options.jobs
@pass_context
def command(context: Context, output: Path | None, watch: bool, port: int | None, renderer: str, jobs: int) -> None:
    """Write a static site of all cards, to look at before you import.

    \b
    Example:
      atlas-decks preview && xdg-open site/index.html
      atlas-decks preview --watch      # serves it and reloads the page after every edit
    """
    if watch:
        if output is not None:
            raise click.UsageError("--watch serves the site from memory and writes no --output")
        _serve(context, _PORT if port is None else port, renderer, jobs)
        return
    if port is not None:
        raise click.UsageError("--port belongs to --watch")
    started = time.monotonic()
    project = context.open_project()
    folder = output or project.root / "site"
    count = site.write_site(folder, _files(context, project, renderer, jobs))
    context.say(f"{folder / 'index.html'}  {count} files, {time.monotonic() - started:.2f} s")


def _files(context: Context, project: Project, renderer: str, jobs: int) -> Iterator[tuple[str, str]]:
    with context.session(renderer, jobs, project) as session:
        found = context.survey(session).require_sound()
        curriculum, _ = load.load(project)
        sources = {diagram.id: diagram.spec.mermaid for diagram in curriculum.diagrams}
        pictures, _ = render_all(sources, session.renderer, Cache(project.picture_cache), jobs)
    return site.make_site(curriculum, pictures, StudyOrder(found, found.plan.weeks), Templates(project.templates))


def _serve(context: Context, port: int, renderer: str, jobs: int) -> None:
    """Serve, and make the site anew after every edit, until the command is interrupted."""
    from watchfiles import watch  # not at the top: only this mode needs it

    project = context.open_project()
    live = site.LiveSite()

    def files() -> Iterator[tuple[str, str]]:
        return _files(context, project, renderer, jobs)

    with site.make_live_server(port, live) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _make(context, live, files)
        context.say(f"http://127.0.0.1:{server.server_address[1]}/   (Ctrl+C ends it)")
        folders = [folder for folder in (project.curriculum, *project.templates) if folder.is_dir()]
        for _ in watch(*folders, debounce=_DEBOUNCE):
            _make(context, live, files)


def _make(context: Context, live: site.LiveSite, files: Callable[[], Iterator[tuple[str, str]]]) -> None:
    started = time.monotonic()
    try:
        count = live.show(files())
    except ProblemsFoundError as error:
        found = format_problems(error.problems)
        live.blame(found)
        context.say(f"{found}\nthe pages stay as they were")
    else:
        context.say(f"{time.strftime('%H:%M:%S')}  {count} files, {time.monotonic() - started:.2f} s")
