"""The command line: options, progress, exit codes. What the commands do stands in the modules that they call."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from atlas_decks import __version__, ledger, package, pipeline, publish, rules, schedule
from atlas_decks.curriculum import CARD_KINDS, Diagram
from atlas_decks.diagrams import RendererAwayError, make_renderer
from atlas_decks.problems import Format, Problem, ProblemsFoundError, format_problems
from atlas_decks.project import Project, find_project

DONE, PROBLEMS, USAGE, BUG, INTERRUPTED = 0, 1, 2, 3, 130


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
        """The project named by --project, or the nearest one upwards."""
        return find_project(self.project_dir)

    def say(self, text: str) -> None:
        """A message for people, on stderr."""
        if not self.quiet:
            self.errors.print(text, highlight=False, markup=False, soft_wrap=True)

    @contextmanager
    def progress(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        """A progress bar on stderr where that is a terminal; yields the function that moves it on."""
        if self.quiet or not self.errors.is_terminal or total == 0:
            yield lambda _: None
            return
        columns = (TextColumn(label), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=self.errors, transient=True) as bar:
            task = bar.add_task(label, total=total)
            yield lambda step: bar.advance(task, step)

    def check(self, renderer: str = "embedded", jobs: int = 1) -> pipeline.Checked:
        """Load, render and validate the project's curriculum."""
        project = self.project
        started = time.monotonic()
        with self.progress("diagrams", _count_diagrams(project)) as advance:
            checked = pipeline.check(project, make_renderer(renderer), jobs, advance)
        if self.verbose:
            self.say(f"{len(checked.drawings)} diagrams checked in {time.monotonic() - started:.2f} s")
        return checked

    def sound(self, renderer: str = "embedded", jobs: int = 1) -> pipeline.Checked:
        """As `check`, but raises ProblemsFoundError where anything is wrong."""
        checked = self.check(renderer, jobs)
        if checked.broken:
            raise ProblemsFoundError(checked.problems)
        return checked


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


pass_context = click.make_pass_decorator(Context)
_jobs = click.option(
    "--jobs",
    "-j",
    type=click.IntRange(1, 64),
    default=os.cpu_count() or 1,
    show_default=True,
    help="Processes that draw diagrams.",
)
_renderer = click.option(
    "--renderer",
    type=click.Choice(["embedded", "mermaid-ink"]),
    default="embedded",
    show_default=True,
    help="mermaid-ink needs MERMAID_INK_SERVER.",
)
_weeks = click.option("--weeks", type=int, default=None, help="The pace: 16 or 32 weeks in this project's plan.")


def _selection(command: Callable[..., Any]) -> Callable[..., Any]:
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
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="atlas-decks")
@click.option(
    "--project",
    "project_dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(),
    help="Folder of the project; default: the nearest one upwards.",
)
@click.option("--verbose", "-v", is_flag=True, help="Say what is done, and how long it took.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but problems.")
@click.option("--no-color", is_flag=True, help="No colours (NO_COLOR works too).")
@click.pass_context
def cli(ctx: click.Context, project_dir: Path, verbose: bool, quiet: bool, no_color: bool) -> None:
    """Build Anki decks from a curriculum of diagrams.

    \b
    Examples:
      atlas-decks build                      every package, into decks/
      atlas-decks build --company stripe     one package with that company's cards
      atlas-decks check curriculum/5-companies --strict
      atlas-decks show discord-storage-architecture

    \b
    Exit codes: 0 done, 1 problems found, 2 usage, 3 a bug, 130 interrupted.
    Shell completion: eval "$(_ATLAS_DECKS_COMPLETE=bash_source atlas-decks)"
    """
    colour = {"no_color": True} if no_color else {}
    ctx.obj = Context(project_dir, verbose, quiet, Console(**colour), Console(stderr=True, **colour))  # type: ignore[arg-type]


@cli.command()
@click.argument("directory", type=click.Path(path_type=Path))
@pass_context
def new(context: Context, directory: Path) -> None:
    """Start a curriculum of your own in DIRECTORY, with one small example.

    \b
    Example:
      atlas-decks new my-decks && cd my-decks && atlas-decks build
    """
    starter = Path(__file__).parent / "starter"
    if directory.exists() and any(directory.iterdir() if directory.is_dir() else [directory]):
        problem = Problem(str(directory), 0, 0, "not-empty", "the folder is not empty", "name a new or an empty folder")
        raise ProblemsFoundError([problem])
    for source in sorted(starter.rglob("*")):
        if source.is_file() and "__pycache__" not in source.parts:
            target = directory / source.relative_to(starter)
            if target.name == "gitignore":  # a dot file would act within our own repository
                target = target.with_name(".gitignore")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    context.say(f"{directory}: edit curriculum/, then run `atlas-decks build` there")


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("--format", "style", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@click.option("--rules", "list_rules", is_flag=True, help="List the content rules and exit.")
@_renderer
@_jobs
@pass_context
def check(
    context: Context, paths: tuple[Path, ...], strict: bool, style: Format, list_rules: bool, renderer: str, jobs: int
) -> None:
    """Check the curriculum; with PATHs, report only what concerns those files and folders.

    The whole curriculum is read either way, as ids and prompts are unique over all of it.

    \b
    Examples:
      atlas-decks check --strict
      atlas-decks check curriculum/5-companies/architecture/discord.yaml
      atlas-decks check --format github
    """
    if list_rules:
        for rule in rules.explain():
            click.echo(f"{rule.name}: {rule.about}")
        return
    project = (
        find_project(Path(os.path.normpath(paths[0].absolute() if paths[0].is_dir() else paths[0].absolute().parent)))
        if paths and context.project_dir == Path()
        else context.project
    )
    try:
        checked = pipeline.check(project, make_renderer(renderer), jobs)
    except ProblemsFoundError as error:  # the plan itself
        _print_problems(error.problems, style)
        sys.exit(PROBLEMS)
    problems = [p for p in checked.problems if _concerns(p, paths, project)]
    _print_problems(problems, style)
    wrong = [p for p in problems if strict or p.severity == "error"]
    if wrong:
        context.say(f"{len(problems)} problems in {len({p.path for p in problems})} files")
        sys.exit(PROBLEMS)
    context.say(f"clean: {len(checked.curriculum.diagrams)} diagrams")


def _print_problems(problems: list[Problem], style: Format) -> None:
    text = format_problems(problems, style)
    if text:
        click.echo(text)


def _concerns(problem: Problem, paths: tuple[Path, ...], project: Project) -> bool:
    names = [project.name(Path(os.path.normpath(path.absolute()))) for path in paths]
    return (
        not names or "." in names or any(problem.path == name or problem.path.startswith(f"{name}/") for name in names)
    )


@cli.command()
@_selection
@click.option("--only-changed", is_flag=True, help="One package with just the notes that changed since the ledger.")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="Folder for the packages, or an .apkg file for a selection."
)
@click.option("--frozen", is_flag=True, help="Fail where the ledger is stale (for CI).")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write figures of the build as JSON.")
@_weeks
@_renderer
@_jobs
@pass_context
def build(
    context: Context,
    tiers: tuple[int, ...],
    companies: tuple[str, ...],
    categories: tuple[str, ...],
    tags: tuple[str, ...],
    only_changed: bool,
    output: Path | None,
    frozen: bool,
    report: Path | None,
    weeks: int | None,
    renderer: str,
    jobs: int,
) -> None:
    """Build the packages: one a tier, atlas-all.apkg and plan.apkg; or one with a selection.

    \b
    Examples:
      atlas-decks build
      atlas-decks build --weeks 32
      atlas-decks build --tier 5 --company discord -o discord.apkg
      atlas-decks build --tag focus::startup
      atlas-decks build --frozen
    """
    project = context.project
    started = time.monotonic()
    checked = context.sound(renderer, jobs)
    plan = checked.curriculum.plan
    pace = weeks or plan.weeks
    if plan.pace(pace) is None:
        known = ", ".join(str(p.weeks) for p in plan.paces)
        raise click.UsageError(f"no pace of {pace} weeks in the plan; there are {known}")
    selection = pipeline.Selection(tiers, companies, categories, tags)
    folder = output if output and output.suffix != ".apkg" else project.decks
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or str(int(time.time()))
    if not epoch.isdecimal():
        raise click.UsageError(f"SOURCE_DATE_EPOCH is no number of seconds: {epoch!r}")
    now = int(epoch)
    with publish.exclusive(project.decks, project.name(project.decks)):
        built = pipeline.build(project, checked, now, pace, selection, frozen, only_changed)
        if not built.packages:
            problem = Problem(
                "build",
                0,
                0,
                "nothing-selected",
                "no note matches the selection",
                "see `atlas-decks list` and `atlas-decks stats`",
            )
            raise ProblemsFoundError([problem])
        files = dict(built.packages)
        text = ledger.write(built.ledger).encode()
        if output and output.suffix == ".apkg":
            if len(files) != 1:
                raise click.UsageError("a single file holds a selection; name a folder for all packages")
            output.parent.mkdir(parents=True, exist_ok=True)
            publish.publish(project.decks, {project.ledger.name: text})
            publish.write_file(output, next(iter(files.values())))
        elif folder == project.decks:
            publish.publish(folder, {**files, project.ledger.name: text})
        else:
            folder.mkdir(parents=True, exist_ok=True)
            publish.publish(folder, files)
            publish.publish(project.decks, {project.ledger.name: text})
    figures = {
        "diagrams": len(checked.curriculum.diagrams),
        "notes": sum(not p.note.retired for p in built.placed),
        "retired": sum(p.note.retired for p in built.placed),
        "changed": len(built.changed),
        "seconds": round(time.monotonic() - started, 2),
        "packages": {name: len(data) for name, data in files.items()},
    }
    if report:
        publish.write_file(report, (json.dumps(figures, indent=2) + "\n").encode())
    for name, data in files.items():
        context.say(f"{(output if output and output.suffix == '.apkg' else folder / name)}  {len(data) / 1000:,.0f} kB")
    what = f"{figures['notes']:,} notes on {figures['diagrams']} diagrams, {figures['changed']} changed"
    context.say(f"{what}, {figures['seconds']} s")


@cli.command()
@click.argument("diagram")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="File to write; default: standard output."
)
@_renderer
@pass_context
def render(context: Context, diagram: str, output: Path | None, renderer: str) -> None:
    """Draw one DIAGRAM, by id, as the SVG that goes into the package.

    \b
    Example:
      atlas-decks render discord-storage-architecture -o discord.svg
    """
    checked = context.check(renderer)
    found = _find(checked, diagram)
    drawing = checked.drawings.get(found.id)
    if drawing is None:
        raise ProblemsFoundError([p for p in checked.problems if p.path == found.origin.path] or checked.problems)
    if output:
        publish.write_file(output, drawing.svg.encode())
    else:
        click.echo(drawing.svg)


def _find(checked: pipeline.Checked, name: str) -> Diagram:
    found = checked.curriculum.by_id.get(name)
    if found is None:
        import difflib

        near = difflib.get_close_matches(name, checked.curriculum.by_id, 3, 0.4)
        hint = f"did you mean {', '.join(near)}?" if near else "see `atlas-decks list`"
        raise ProblemsFoundError([Problem(name, 0, 0, "no-diagram", "no diagram of that id", hint)])
    return found


@cli.command()
@click.option("--port", default=7575, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@pass_context
def serve(context: Context, port: int) -> None:
    """Serve the embedded renderer on loopback, in the way of mermaid.ink, for mermaid-py and others.

    \b
    Example:
      atlas-decks serve --port 7575 &
      MERMAID_INK_SERVER=http://127.0.0.1:7575 atlas-decks check --renderer mermaid-ink
    """
    from atlas_decks.server import make_server

    with make_server(port) as server:
        context.say(f"http://127.0.0.1:{server.server_address[1]}/svg/<base64>   (Ctrl+C ends it)")
        server.serve_forever()


@cli.command()
@click.argument("packages", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="An older package: study it, then update to the new one.",
)
@pass_context
def verify(context: Context, packages: tuple[Path, ...], against: Path | None) -> None:
    """Import PACKAGES into a throwaway collection of the real Anki, and look at every card.

    \b
    Examples:
      atlas-decks verify decks/*.apkg
      atlas-decks verify decks/atlas-all.apkg --against old/atlas-all.apkg
    """
    from atlas_decks import verify as verification

    if against:
        if len(packages) != 1:
            raise click.UsageError("--against compares with one package")
        update = verification.verify_update(against, packages[0])
        click.echo(
            f"{update.old_notes} notes before, {update.new_notes} after: {len(update.updated)} updated, "
            f"{update.added} added, {update.kept} kept, {len(update.lost)} lost"
        )
        click.echo(f"reviews: {update.reviews_before} before, {update.reviews_after} after")
        for key in update.updated[:20] if not context.verbose else update.updated:
            click.echo(f"  updated {key}")
        problems = update.problems
    else:
        report = verification.verify(list(packages))
        click.echo(
            f"{report.notes} notes, {report.cards} cards in {len(report.decks)} decks, {len(report.tags)} tags, "
            f"{report.media} media files; {report.rendered} cards rendered front and back"
        )
        if context.verbose:
            for deck in report.decks:
                click.echo(f"  {deck}")
        problems = report.problems
    _print_problems(problems, "text")
    click.echo(f"{len(problems)} problems")
    sys.exit(PROBLEMS if problems else DONE)


@cli.command()
@click.argument("old", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("new_", metavar="NEW", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--format", "style", type=click.Choice(["text", "md", "json"]), default="text", show_default=True)
def diff(old: Path, new_: Path, style: str) -> None:
    """Say what an import of NEW changes for a learner of OLD, note by note and field by field.

    \b
    Example:
      atlas-decks diff old/atlas-all.apkg decks/atlas-all.apkg --format md
    """
    from atlas_decks.compare import compare, format_difference

    click.echo(format_difference(compare(old, new_), style))


@cli.command("list")
@_selection
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@pass_context
def list_(
    context: Context,
    tiers: tuple[int, ...],
    companies: tuple[str, ...],
    categories: tuple[str, ...],
    tags: tuple[str, ...],
    style: str,
) -> None:
    """List diagrams: id, tier, category, group, title.

    \b
    Examples:
      atlas-decks list --tier 5
      atlas-decks list --tag day::mon --format json
    """
    checked = context.sound()
    selection = pipeline.Selection(tiers, companies, categories, tags)
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


@cli.command()
@click.argument("diagram")
@pass_context
def show(context: Context, diagram: str) -> None:
    """Show a DIAGRAM's cards as text, by id.

    \b
    Example:
      atlas-decks show stripe-request-flow
    """
    checked = context.check()
    found = _find(checked, diagram)
    click.echo(f"{found.spec.title}\n{found.spec.shows}\n{found.origin.path}:{found.origin.place(found.path())[0]}")
    for kind, _, _, fact in found.facts():
        click.echo(f"\n[{kind}] {fact.prompt}")
        for name, value in fact:
            if value and name not in ("id", "node", "prompt"):
                text = "; ".join(value) if isinstance(value, tuple) else value
                click.echo(f"    {name.replace('_', ' ')}: {text}")


@cli.command()
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@pass_context
def stats(context: Context, style: str) -> None:
    """Say how full the curriculum is: diagrams and cards by category and group, against the plan.

    \b
    Example:
      atlas-decks stats --format json
    """
    checked = context.check()
    plan = checked.curriculum.plan
    count = Counter((d.category.slug, d.spec.group) for d in checked.curriculum.diagrams)
    cards: Counter[str] = Counter(kind for d in checked.curriculum.diagrams for kind, *_ in d.facts())
    cards["redraw"] = len(checked.curriculum.diagrams)
    rows = [
        {"category": c.slug, "group": g.slug, "tier": c.tier, "diagrams": count[c.slug, g.slug], "planned": g.planned}
        for c in plan.categories
        for g in c.groups
    ]
    total = len(checked.curriculum.diagrams)
    figures = {"diagrams": total, "planned": plan.planned, "cards": {k: cards[k] for k in CARD_KINDS}, "groups": rows}
    if style == "json":
        click.echo(json.dumps(figures, indent=2))
        return
    table = Table("tier", "category", "group", "diagrams", "planned", box=None)
    for row in rows:
        if row["diagrams"] or context.verbose:
            table.add_row(*(str(row[k]) for k in ("tier", "category", "group", "diagrams", "planned")))
    context.console.print(table)
    notes = sum(cards.values())
    click.echo(
        f"{total} of {plan.planned} diagrams ({total / plan.planned:.0%}); "
        f"{notes} notes, {notes / max(total, 1):.1f} a diagram"
    )
    click.echo(", ".join(f"{cards[kind]} {kind}" for kind in CARD_KINDS))


@cli.command()
@_weeks
@pass_context
def plan(context: Context, weeks: int | None) -> None:
    """Show the study plan: rotation, tiers with limits a day, checkpoints.

    \b
    Example:
      atlas-decks plan --weeks 32
    """
    checked = context.sound()
    the_plan = checked.curriculum.plan
    pace = the_plan.pace(weeks or the_plan.weeks)
    if pace is None:
        raise click.UsageError(f"no pace of {weeks} weeks in the plan")
    placed = pipeline.compile_notes(context.project, checked, pace.weeks)
    mean = package.mean_cards(placed)
    click.echo(f"{the_plan.name}: {pace.weeks} weeks, new material on {pace.study_days} days a week\n\nRotation")
    for day in ("mon", "tue", "wed", "thu", "fri", "sat"):
        click.echo(f"  {day}  {' + '.join(c.title for c in the_plan.categories if c.day == day)}")
    click.echo("  weekend  weak areas\n\nTiers: new and review cards a day (Redraw deck in brackets)")
    factor = pace.weeks / the_plan.weeks
    for tier in the_plan.tiers:
        limit = schedule.limits(the_plan, tier.number, pace, mean)
        first, last = int((tier.weeks[0] - 1) * factor) + 1, int(tier.weeks[1] * factor)
        click.echo(
            f"  {tier.number} {tier.title}: weeks {first}-{last}, {limit.new} new, {limit.review} reviews "
            f"({limit.redraw_new} new, {limit.redraw_review} reviews)"
        )
    click.echo("\nCheckpoints")
    for point in the_plan.checkpoints:
        bar = f", pass at {point.pass_percent}%" if point.pass_percent else ""
        click.echo(f"  week {int(point.week * factor)} {point.title}: {point.minutes} minutes{bar}")
        for task in point.tasks:
            click.echo(f"      {task}")


def main() -> None:
    """Run the command line; the only place that turns exceptions into exit codes."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run with these arguments and return the exit code."""
    try:
        result = cli.main(arguments, prog_name="atlas-decks", standalone_mode=False)
    except ProblemsFoundError as error:
        click.echo(format_problems(error.problems), err=True)
        return PROBLEMS
    except RendererAwayError as error:
        click.echo(f"renderer: {error}\n    hint: start the server, or use --renderer embedded", err=True)
        return PROBLEMS
    except click.ClickException as error:
        error.show()
        return USAGE
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted; nothing was changed halfway", err=True)
        return INTERRUPTED
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else DONE
    except BrokenPipeError:  # the reader of a pipe had enough
        sys.stdout = None
        return DONE
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(
            f"{where}{error.strerror or error}\n"
            "    hint: check that the place exists, is writable and has room; the old files are untouched",
            err=True,
        )
        return PROBLEMS
    except Exception:  # the one boundary: a bug must not greet people with a traceback
        handle, name = tempfile.mkstemp(prefix="atlas-decks-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8") as log:
            log.write(f"atlas-decks {__version__}\n{traceback.format_exc()}")
        click.echo(f"this is a bug in atlas-decks; please report it with the log {name}", err=True)
        return BUG
    return result if isinstance(result, int) else DONE
