"""What the commands share: the global options, sessions, options of several commands, ways to print."""

from __future__ import annotations

import difflib
import functools
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from atlas_decks.cards.selection import Selection
from atlas_decks.cli import completion
from atlas_decks.curriculum.source import read_bytes
from atlas_decks.files import replace
from atlas_decks.problems import Format, Problem, ProblemsFoundError, format_problems, visible
from atlas_decks.project import Project, find_project

if TYPE_CHECKING:  # what only loads, such as `show`, must not wait for the whole pipeline
    from atlas_decks.compiled.survey import Survey
    from atlas_decks.curriculum.models import Diagram
    from atlas_decks.diagrams.picture import Picture
    from atlas_decks.pipeline import Session


HANDFUL = 5  # notes that may be withdrawn without a question: those of one fact or two; a file has more
_LATEST = 3_471_292_799  # the last second of 2079: a clock that says more is wrong
_LISTED = 20  # keys that are named before "and .. more"


@dataclass
class Context:
    """The global options."""

    project_dir: Path
    verbose: bool
    quiet: bool
    console: Console
    errors: Console

    def open_project(self, start: Path | None = None) -> Project:
        """The project named by --project, or the nearest one upwards, from `start` where that is given.

        First finishes a move into place that an interrupted command left, so that packages and ledger are of one build.
        Raises ProblemsFoundError where places of the project lead out of it.
        """
        project = find_project(start or self.project_dir)
        if problems := project.odd_places():
            raise ProblemsFoundError(problems)
        replace.finish_interrupted(project.decks)
        return project

    @contextmanager
    def session(self, renderer: str = "embedded", jobs: int = 1, project: Project | None = None) -> Iterator[Session]:
        """A session on a project, by default this context's, with a progress bar over its diagrams.

        A renderer that cannot be reached becomes a ProblemsFoundError.
        """
        from atlas_decks.diagrams import RendererAwayError, make_renderer
        from atlas_decks.pipeline import Session

        project = project or self.open_project()
        try:
            with self._progress(project) as advance:
                yield Session(
                    project=project, renderer=make_renderer(renderer), jobs=jobs, progress=advance, say=self.say
                )
        except RendererAwayError as error:
            hint = "start the server, or use --renderer embedded"
            raise ProblemsFoundError([Problem("renderer", 0, 0, "renderer-away", str(error), hint)]) from error

    def survey(self, session: Session) -> Survey:
        """Survey; with --verbose, say how long it took."""
        from atlas_decks import pipeline

        started = time.monotonic()
        found = pipeline.survey(session)
        if self.verbose:
            self.say(f"{found.count} diagrams checked in {time.monotonic() - started:.2f} s")
        return found

    def say(self, text: str) -> None:
        """A message for people, on stderr."""
        if not self.quiet:
            self.errors.print(visible(text), highlight=False, markup=False, soft_wrap=True)

    @contextmanager
    def _progress(self, project: Project) -> Iterator[Callable[[int], None]]:
        """A progress bar over a project's diagrams, on stderr where that is a terminal; yields what moves it on."""
        total = _count_diagrams(project) if self.errors.is_terminal and not self.quiet else 0
        if total == 0:
            yield lambda _: None
            return
        columns = (TextColumn("diagrams"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=self.errors, transient=True) as bar:
            task = bar.add_task("diagrams", total=total)
            yield lambda step: bar.advance(task, step)


def finish_own(package: Path) -> None:
    """Finish an interrupted move where the package lies among the decks of a project; elsewhere nothing is touched."""
    with suppress(ProblemsFoundError):
        project = find_project(package.absolute().parent)
        if project.decks == package.absolute().parent and not project.odd_places():
            replace.finish_interrupted(project.decks)


def _count_diagrams(project: Project) -> int:
    """A quick count for the progress bar; the real reading comes later."""
    try:
        return sum(
            (read_bytes(file, "")[0] or b"").count(b"mermaid:")
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
    show_default="as many as there are processors",
    help="Processes that draw diagrams.",
)
renderer = click.option(
    "--renderer",
    type=click.Choice(["embedded", "mermaid-ink"]),
    default="embedded",
    show_default=True,
    help="mermaid-ink needs MERMAID_INK_SERVER.",
)
agreed = click.option(
    "--yes", "agreed", is_flag=True, help=f"Withdraw more than {HANDFUL} notes at once without a question."
)
weeks = click.option(
    "--weeks",
    type=int,
    default=None,
    shell_complete=completion.weeks,
    help="The pace: one of those in atlas.yaml, by its weeks; default: the plan's own.",
)

rest = click.option(
    "--rest",
    type=click.Choice(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
    default="sun",
    show_default=True,
    help="The weekday without study.",
)
_YEARS = range(1970, 2200)  # in which calendars can be reckoned with


def day(name: str, *, help: str, required: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option for a date; the command gets a date, or None."""

    def to_date(_: click.Context, __: click.Parameter, value: datetime | None) -> date | None:
        if value is not None and value.year not in _YEARS:
            raise click.BadParameter(f"{value.year} is no year between {_YEARS[0]} and {_YEARS[-1]}")
        return value.date() if value else None

    return click.option(name, type=click.DateTime(["%Y-%m-%d"]), required=required, callback=to_date, help=help)


def start(*, required: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option for the date of the plan's first day."""
    return day("--start", required=required, help="The first day of the plan, such as 2027-01-04.")


def selection(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that select notes; the command gets them as one `selection`."""

    @functools.wraps(command)
    def with_selection(*arguments: Any, **options: Any) -> Any:
        names = ("tiers", "companies", "categories", "tags")
        chosen = Selection(**{name: options.pop(name) for name in names})
        return command(*arguments, selection=chosen, **options)

    wrapped: Callable[..., Any] = with_selection
    options = (
        click.option(
            "--tier",
            "tiers",
            multiple=True,
            type=int,
            shell_complete=completion.tiers,
            help="Only this tier. May be given more than once, like the others.",
        ),
        click.option(
            "--company",
            "companies",
            multiple=True,
            shell_complete=completion.companies,
            help="Only this company, by slug.",
        ),
        click.option(
            "--category",
            "categories",
            multiple=True,
            shell_complete=completion.categories,
            help="Only this category, by slug.",
        ),
        click.option(
            "--tag",
            "tags",
            multiple=True,
            shell_complete=completion.tags,
            help="Only notes with this tag (the root may be left out).",
        ),
    )
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped


def ask_to_withdraw(context: Context, agreed: bool) -> Callable[[Sequence[str]], None]:
    """What asks whether notes may be withdrawn, given their keys, where they are more than a handful.

    Without a terminal to ask at, `agreed` must say so; else ProblemsFoundError is raised.
    """

    def ask(keys: Sequence[str]) -> None:
        if not keys:
            return
        shown = keys if context.verbose else keys[:_LISTED]
        more = [f"  and {len(keys) - len(shown)} more (-v lists all)"] if len(shown) < len(keys) else []
        context.say("\n".join(["withdrawn from learners:", *(f"  {key}" for key in shown), *more]))
        if len(keys) <= HANDFUL or agreed:
            return
        if sys.stdin.isatty() and click.confirm(f"Withdraw {len(keys)} notes?", err=True):
            return
        message = f"{len(keys)} notes would be withdrawn; more than {HANDFUL} at once want a yes"
        hint = "their files are missing or not read? Else say --yes"
        raise ProblemsFoundError([Problem("decks/ledger.jsonl", 0, 0, "withdrawn", message, hint)])

    return ask


def now() -> int:
    """The time of a build in seconds since 1970: SOURCE_DATE_EPOCH, or the clock."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or str(int(time.time()))
    if not epoch.isdecimal():
        raise click.UsageError(f"SOURCE_DATE_EPOCH is no number of seconds: {epoch!r}")
    if len(epoch) > len(str(_LATEST)) or int(epoch) > _LATEST:
        name = "SOURCE_DATE_EPOCH" if os.environ.get("SOURCE_DATE_EPOCH") else "the clock"
        hint = "no later build of any machine could reach learners: set it to a time that has come"
        raise ProblemsFoundError([Problem(name, 0, 0, "date", f"{epoch} seconds since 1970 lie after 2079", hint)])
    return int(epoch)


def write_pages(context: Context, pages: Mapping[str, bytes], named: Path | None, default: str) -> None:
    """Write pages by their names into the folder that was named, else into that of the `default` name here."""
    folder = named or own_folder(default)
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in pages.items():
        replace.write_file(folder / name, page)
        context.say(str(folder / name))


def own_folder(name: str) -> Path:
    """The folder of that name here, for what a command writes where nobody named a place.

    Raises ProblemsFoundError where it is a link, which came with a folder and leads to wherever its author liked.
    """
    if Path(name).is_symlink():
        raise ProblemsFoundError([Problem(name, 0, 0, "link", "is a link", "name the place with -o")])
    return Path(name)


def print_problems(problems: Iterable[Problem], style: Format) -> None:
    """The problems on standard output, in the given format."""
    text = format_problems(problems, style)
    if text:
        click.echo(text)


def draw(session: Session, diagrams: Iterable[Diagram]) -> dict[str, Picture]:
    """The pictures of some diagrams, by id. Raises ProblemsFoundError where one cannot be drawn."""
    from atlas_decks.compiled.subject import syntax_problem
    from atlas_decks.diagrams import Cache, render_all

    by_id = {diagram.id: diagram for diagram in diagrams}
    sources = {name: diagram.spec.mermaid for name, diagram in by_id.items()}
    pictures, errors = render_all(sources, session.renderer, Cache(session.project.picture_cache), session.jobs)
    if errors:
        raise ProblemsFoundError([syntax_problem(by_id[name], error) for name, error in errors.items()])
    return pictures


def no_diagram(project: Project, name: str) -> NoReturn:
    """Raise ProblemsFoundError: there is no diagram of that id, but some whose ids are most like it."""
    from atlas_decks.curriculum import load

    near = difflib.get_close_matches(name, list(load.load(project)[0].by_id), 3, 0.4)
    hint = f"did you mean {', '.join(near)}?" if near else "see `atlas-decks list`"
    raise ProblemsFoundError([Problem(name, 0, 0, "no-diagram", "no diagram of that id", hint)])
