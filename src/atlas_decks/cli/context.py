"""What the commands share: the global options, options of several commands, ways to print."""

from __future__ import annotations

import difflib
import functools
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from atlas_decks import pipeline
from atlas_decks.compiled.survey import Survey
from atlas_decks.curriculum.models import Diagram, Pace, Plan
from atlas_decks.diagrams import RendererAwayError, make_renderer
from atlas_decks.files import replace
from atlas_decks.problems import Format, Problem, ProblemsFoundError, format_problems
from atlas_decks.project import Project, find_project

_Found = TypeVar("_Found", pipeline.Checked, Survey)


@dataclass
class Context:
    """The global options."""

    project_dir: Path
    verbose: bool
    quiet: bool
    console: Console
    errors: Console

    @property
    def project(self) -> Project:
        """The project named by --project, or the nearest one upwards, with its last build complete."""
        project = find_project(self.project_dir)
        replace.finish_interrupted(project.decks)
        return project

    @contextmanager
    def alone(self, folder: Path) -> Iterator[None]:
        """Let no other build work in the folder; says so where it has to wait for one."""
        name = folder.name
        with replace.exclusive(folder, name, waiting=lambda: self.say(f"{name}: waiting for another build to finish")):
            yield

    def say(self, text: str) -> None:
        """A message for people, on stderr."""
        if not self.quiet:
            self.errors.print(text, highlight=False, markup=False, soft_wrap=True)

    @contextmanager
    def progress(self, project: Project) -> Iterator[Callable[[int], None]]:
        """A progress bar over a project's diagrams, on stderr where that is a terminal; yields what moves it on."""
        total = _count_diagrams(project) if self.errors.is_terminal and not self.quiet else 0
        if total == 0:
            yield lambda _: None
            return
        columns = (TextColumn("diagrams"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=self.errors, transient=True) as bar:
            task = bar.add_task("diagrams", total=total)
            yield lambda step: bar.advance(task, step)

    def check(self, renderer: str = "embedded", jobs: int = 1, project: Project | None = None) -> pipeline.Checked:
        """Load, render and validate the curriculum of a project, by default this context's."""
        return self._look(pipeline.check, renderer, jobs, project)

    def inspect(self, renderer: str = "embedded", jobs: int = 1, project: Project | None = None) -> Survey:
        """As `check`, for commands that need no models: what did not change costs nothing."""
        return self._look(pipeline.inspect, renderer, jobs, project)

    def _look(self, stage: Callable[..., _Found], renderer: str, jobs: int, project: Project | None) -> _Found:
        project = project or self.project
        started = time.monotonic()
        with self.progress(project) as advance, _renderer_away():
            found = stage(project, make_renderer(renderer), jobs, advance)
        if self.verbose:
            self.say(f"{found.diagrams} diagrams checked in {time.monotonic() - started:.2f} s")
        return found

    def sound(self, renderer: str = "embedded", jobs: int = 1) -> pipeline.Checked:
        """As `check`, but raises ProblemsFoundError where anything is wrong."""
        checked = self.check(renderer, jobs)
        if checked.has_errors:
            raise ProblemsFoundError(checked.problems)
        return checked


@contextmanager
def _renderer_away() -> Iterator[None]:
    try:
        yield
    except RendererAwayError as error:
        hint = "start the server, or use --renderer embedded"
        raise ProblemsFoundError([Problem("renderer", 0, 0, "renderer-away", str(error), hint)]) from error


def _count_diagrams(project: Project) -> int:
    """A quick count for the progress bar; the real reading comes later."""
    try:
        return sum(
            file.read_text("utf-8", "replace").count("mermaid:")
            for file in project.curriculum.rglob("*.yaml")
            if file.is_file()
        )
    except OSError:
        return 0


def make_context(project_dir: Path, verbose: bool, quiet: bool, no_color: bool) -> Context:
    """The context of a command from the global options."""
    colour = {"no_color": True} if no_color else {}
    return Context(project_dir, verbose, quiet, Console(**colour), Console(stderr=True, **colour))  # type: ignore[arg-type]


pass_context = click.make_pass_decorator(Context)
jobs = click.option(
    "--jobs",
    "-j",
    type=click.IntRange(1, 64),
    default=os.cpu_count() or 1,
    show_default=True,
    help="Processes that draw diagrams.",
)
renderer = click.option(
    "--renderer",
    type=click.Choice(["embedded", "mermaid-ink"]),
    default="embedded",
    show_default=True,
    help="mermaid-ink needs MERMAID_INK_SERVER.",
)
weeks = click.option("--weeks", type=int, default=None, help="The pace: 16 or 32 weeks in this project's plan.")


def selection(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that select notes; the command gets them as one `selection`."""

    @functools.wraps(command)
    def with_selection(
        *arguments: Any,
        tiers: tuple[int, ...],
        companies: tuple[str, ...],
        categories: tuple[str, ...],
        tags: tuple[str, ...],
        **more: Any,
    ) -> Any:
        return command(*arguments, selection=pipeline.Selection(tiers, companies, categories, tags), **more)

    wrapped: Callable[..., Any] = with_selection
    options = (
        click.option(
            "--tier",
            "tiers",
            multiple=True,
            type=int,
            help="Only this tier. May be given more than once, like the others.",
        ),
        click.option("--company", "companies", multiple=True, help="Only this company, by slug."),
        click.option("--category", "categories", multiple=True, help="Only this category, by slug."),
        click.option("--tag", "tags", multiple=True, help="Only notes with this tag (the root may be left out)."),
    )
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped


def now() -> int:
    """The time of a build in seconds since 1970: SOURCE_DATE_EPOCH, or the clock."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or str(int(time.time()))
    if not epoch.isdecimal():
        raise click.UsageError(f"SOURCE_DATE_EPOCH is no number of seconds: {epoch!r}")
    return int(epoch)


def find_pace(plan: Plan, weeks: int | None) -> Pace:
    """The plan's pace of that many weeks, by default its own."""
    pace = plan.pace(weeks or plan.weeks)
    if pace is None:
        known = ", ".join(str(p.weeks) for p in plan.paces)
        raise click.UsageError(f"no pace of {weeks} weeks in the plan; there are {known}")
    return pace


def print_problems(problems: list[Problem], style: Format) -> None:
    """The problems on standard output, in the given format."""
    text = format_problems(problems, style)
    if text:
        click.echo(text)


def find_diagram(checked: pipeline.Checked, name: str) -> Diagram:
    """The diagram of that id. Raises ProblemsFoundError, with the ids that are most like it."""
    found = checked.curriculum.by_id.get(name)
    if found is None:
        near = difflib.get_close_matches(name, checked.curriculum.by_id, 3, 0.4)
        hint = f"did you mean {', '.join(near)}?" if near else "see `atlas-decks list`"
        raise ProblemsFoundError([Problem(name, 0, 0, "no-diagram", "no diagram of that id", hint)])
    return found
