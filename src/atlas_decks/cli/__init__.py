"""The command line: global options and exit codes. Each command is a module of its name in this folder.

A command's module is imported when it is called, so that help and completion come at once.
"""

from __future__ import annotations

import contextlib
import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from atlas_decks.problems import ProblemsFoundError, WrongRequestError, format_problems

DONE, PROBLEMS, USAGE, BUG, INTERRUPTED = 0, 1, 2, 3, 130

# name -> what `atlas-decks --help` says of it: the first sentence of the command's own help (a test compares them)
COMMANDS = {
    "assess": "Write the weekly self-assessment as a page to print: the week's diagrams, the plan's points, and a log.",
    "build": "Build the packages: one a tier, one with all, one with the weekday decks; or one with a selection.",
    "calendar": "Write the plan as a calendar: study days, checkpoints, interviews, milestones, and what comes after.",
    "check": "Check the curriculum; with PATHs, report only what concerns those files and folders.",
    "corrections": "Tell what you wrote into our notes of your COLLECTION, so that an update loses nothing.",
    "diff": "Say what an import of NEW changes for a learner of OLD, note by note and field by field.",
    "exam": "Write a CHECKPOINT of the plan as pages to print: questions, answers, and the score.",
    "interview": "Write a mock interview: the candidate's page, the interviewer's with all answers, and the score.",
    "list": "List diagrams: id, tier, category, group, title.",
    "new": "Start a curriculum of your own in DIRECTORY, with one small example.",
    "plan": "Show the study plan: rotation, weeks, limits a day, checkpoints; or the load that it brings; or one day.",
    "preview": "Write a site of all cards, to look at before you import, and the book, to read before you recall.",
    "progress": "Say how far you are in the plan, from your own COLLECTION, which is only read.",
    "release": "Release the curriculum as the next VERSION: packages, release note, checksums, changelog, ledger.",
    "render": "Draw one DIAGRAM, by id, as the SVG that goes into the package.",
    "schema": "Print the JSON schema of atlas.yaml or of a subject file, for editors.",
    "serve": "Serve the embedded renderer on loopback, in the way of mermaid.ink, for mermaid-py and others.",
    "show": "Show a DIAGRAM's cards as text, by id.",
    "stats": "Say how full the curriculum is: diagrams and cards by category and group, against the plan.",
    "verify": "Import PACKAGES into a throwaway collection of the real Anki, and look at every card.",
}
_SHORT = "close other programs, or use fewer processes with --jobs 1; the old files are untouched"


class _NoReaderError(Exception):
    """Whoever read the output had enough, as in `list | head`."""


@contextlib.contextmanager
def _no_reader() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise _NoReaderError from error
    except SystemExit as error:
        if isinstance(error.__context__, BrokenPipeError):  # as Rich ends a program
            raise _NoReaderError from error
        raise


class _Commands(click.Group):
    """Commands by name; their modules are imported only when one is called."""

    def make_context(self, *arguments: Any, **more: Any) -> click.Context:
        """As Click does it, but for a reader of the output that has gone: it would exit with 1."""
        with _no_reader():
            return super().make_context(*arguments, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """As Click does it, but for a reader of the output that has gone."""
        with _no_reader():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"atlas_decks.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  click's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(None, "-V", "--version", package_name="atlas-decks", prog_name="atlas-decks")
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
    from atlas_decks.cli.context import make_context  # not at the top: it brings the whole pipeline along

    ctx.obj = make_context(project_dir, verbose, quiet, no_color)


def main() -> None:
    """Run the command line; the only place that turns exceptions into exit codes."""
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()  # what is written last may be what nobody reads
    except (BrokenPipeError, ValueError, AttributeError):  # the reader of a pipe had enough
        _write_to_nobody()
    pools = sys.modules.get("multiprocessing")
    if code == PROBLEMS and pools is not None and (children := pools.active_children()):
        # where the machine ran short of something, a pool may be half made, and Python would wait for it for ever
        for child in children:
            child.kill()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _write_to_nobody() -> None:
    """Let standard output go nowhere: whoever read it has gone (https://docs.python.org/3/library/signal.html)."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run(arguments: list[str]) -> int:
    """Run with these arguments and return the exit code."""
    try:
        result = cli.main(arguments, prog_name="atlas-decks", standalone_mode=False)
    except ProblemsFoundError as error:
        click.echo(format_problems(error.problems), err=True)
        return USAGE if isinstance(error, WrongRequestError) else PROBLEMS
    except click.ClickException as error:
        error.show()
        return USAGE
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted; nothing was changed halfway", err=True)
        return INTERRUPTED
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else DONE
    except _NoReaderError:
        _write_to_nobody()
        return DONE
    except (MemoryError, ImportError) as error:
        if isinstance(error, ImportError) and "failed to map" not in str(error):  # a library that found no room
            click.echo(report_bug(), err=True)
            return BUG
        click.echo(f"not enough memory\n    hint: {_SHORT}", err=True)
        return PROBLEMS
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(
            f"{where}{error.strerror or error}\n"
            "    hint: check that the place exists, is writable and has room; the old files are untouched",
            err=True,
        )
        return PROBLEMS
    except Exception as error:  # the one boundary: a bug must not greet people with a traceback
        if isinstance(error, RuntimeError) and (
            type(error).__name__ == "BrokenProcessPool" or "start new thread" in str(error)
        ):
            click.echo(f"no thread could be started, or a process was ended from outside\n    hint: {_SHORT}", err=True)
            return PROBLEMS
        click.echo(report_bug(), err=True)
        return BUG
    return result if isinstance(result, int) else DONE


def report_bug() -> str:
    """Write the exception that is being handled into a log; returns what a person should know."""
    from atlas_decks import __version__
    from atlas_decks.files.versions import packages

    text = (
        f"atlas-decks {__version__}, Python {sys.version}\n{platform.platform()}\n"
        f"{' '.join(packages())}\n\n{traceback.format_exc()}"
    )
    try:
        handle, name = tempfile.mkstemp(prefix="atlas-decks-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8") as log:
            log.write(text)
    except OSError:
        return f"this is a bug in atlas-decks; please report it with all of this:\n{text}"
    return f"this is a bug in atlas-decks; please report it with the log {name}"
