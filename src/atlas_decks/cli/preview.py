"""Writes the site of cards and book, or serves it while the curriculum is edited."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from atlas_decks import preview as site
from atlas_decks.cards.templates import Templates
from atlas_decks.cli import context as options
from atlas_decks.cli import report_bug
from atlas_decks.cli.context import Context, pass_context
from atlas_decks.compiled.in_order import StudyOrder
from atlas_decks.curriculum import load
from atlas_decks.diagrams import Cache, render_all
from atlas_decks.problems import ProblemsFoundError, format_problems
from atlas_decks.project import Project

_PORT = 7576
_DEBOUNCE = 200  # ms; editors save a file in several steps
_LOOK_MS = 1000  # between two looks at whether the watched folders are still the same
_LOOK = _LOOK_MS / 1000  # s


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
    """Write a site of all cards, to look at before you import, and the book, to read before you recall.

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
    project = context.open_project()
    live = site.LiveSite()

    def files() -> Iterator[tuple[str, str]]:
        return _files(context, project, renderer, jobs)

    with site.make_live_server(port, live) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _make(context, live, files)
        context.say(f"http://127.0.0.1:{server.server_address[1]}/   (Ctrl+C ends it)")
        for _ in _edits(project):
            _make(context, live, files)


def _edits(project: Project) -> Iterator[None]:
    """Yields after every edit below the folders of content and templates, which may go, come, and be other ones.

    git puts another folder of the same name in place when it checks out a branch; what watched the first sees nothing.
    """
    from watchfiles import watch  # not at the top: only this mode needs it

    while True:
        watched = _folders(project)
        if not watched:
            time.sleep(_LOOK)
            continue
        with contextlib.suppress(OSError):  # a folder went just now
            for changes in watch(*watched, debounce=_DEBOUNCE, rust_timeout=_LOOK_MS, yield_on_timeout=True):
                if changes:
                    yield
                if _folders(project) != watched:
                    break
        yield  # what came with the other folders


def _folders(project: Project) -> dict[Path, tuple[int, int]]:
    """The folders to watch that are there, each with what tells it from another one of that name."""
    found = {}
    for folder in (project.curriculum, *project.templates):
        with contextlib.suppress(OSError):
            status = folder.stat()
            found[folder] = (status.st_dev, status.st_ino)
    return found


def _make(context: Context, live: site.LiveSite, files: Callable[[], Iterator[tuple[str, str]]]) -> None:
    started = time.monotonic()
    try:
        count = live.show(files())
    except ProblemsFoundError as error:
        found = format_problems(error.problems)
        live.blame(found)
        context.say(f"{found}\nthe pages stay as they were")
    except OSError as error:  # a file that went while it was read
        live.blame(f"{error.filename or ''}: {error.strerror or error}")
        context.say(f"{error.filename or ''}: {error.strerror or error}\nthe pages stay as they were")
    except Exception:  # the author's edits go on; the next may be without it
        said = report_bug()
        live.blame(said)
        context.say(said)
    else:
        context.say(f"{time.strftime('%H:%M:%S')}  {count} files, {time.monotonic() - started:.2f} s")
