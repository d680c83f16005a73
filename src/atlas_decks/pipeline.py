"""The one way from a curriculum to packages: survey -> assemble -> publish. A command goes it as far as it needs.

survey: load, draw, judge and compile every subject file, or take from the store what did not change.
assemble: move the ledger on, schedule the notes, and write packages into a scratch folder.
publish: put packages and ledger into place together, or nothing.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from atlas_decks.cards.ids import Ids
from atlas_decks.compiled.survey import Survey
from atlas_decks.compiled.survey import survey as survey_project
from atlas_decks.curriculum.models import Plan
from atlas_decks.diagrams import Renderer
from atlas_decks.files import replace
from atlas_decks.packages import assemble as assembling
from atlas_decks.packages import last_build, ledger, release_log
from atlas_decks.packages.assemble import Assembly, BuildRequest
from atlas_decks.packages.last_build import LastBuild, PackageRecord
from atlas_decks.packages.pack import EVERYTHING, Workplace
from atlas_decks.problems import Problem, ProblemsFoundError
from atlas_decks.project import Project
from atlas_decks.schedule.paces import find_pace

__all__ = ["Assembly", "BuildReport", "BuildRequest", "Session", "Target", "assemble", "build", "survey"]


@dataclass(frozen=True, kw_only=True)
class Session:
    """What the stages of one command share.

    `jobs` is how many processes or threads work; `progress` is called with the number of diagrams just finished, `say`
    with what a person who waits should know, `withdraw` with the keys of all notes that are to be withdrawn, before
    anything is changed: it raises ProblemsFoundError where that is not wanted.
    """

    project: Project
    renderer: Renderer
    jobs: int = 1
    progress: Callable[[int], None] = lambda _: None
    say: Callable[[str], None] = lambda _: None
    withdraw: Callable[[Sequence[str]], None] = lambda _: None


@dataclass(frozen=True)
class Target:
    """Where packages go: a folder, or `file` in it, which takes the one package of a selection."""

    folder: Path
    file: Path | None = None


@dataclass(frozen=True, kw_only=True)
class BuildReport:
    """Figures of a build: counts, sizes in bytes of all packages by name, and seconds of each stage.

    `changed` counts everything in the ledger that is not as it was: notes `added`, those and looks `altered` that
    learners have, and keys of notes `withdrawn`.
    """

    diagrams: int
    notes: int
    retired: int
    changed: int
    added: int
    altered: int
    withdrawn: Sequence[str]
    packages: Mapping[str, int]
    stages: Mapping[str, float]


def survey(session: Session) -> Survey:
    """Look at all subject files. Problems are returned; raises ProblemsFoundError where the plan cannot be read."""
    return survey_project(session.project, session.renderer, session.jobs, session.progress)


def assemble(
    session: Session, found: Survey, request: BuildRequest, scratch: Path, kept: Mapping[str, PackageRecord]
) -> Assembly:
    """Write packages into `scratch`, but for those that were `kept`. Nothing is changed in the project."""
    keys = {name: record.key for name, record in kept.items()}
    return assembling.assemble(session.project, found, request, Workplace(scratch, session.jobs, found.shared, keys))


def build(session: Session, request: BuildRequest, target: Target) -> BuildReport:
    """Survey, assemble and publish. Raises ProblemsFoundError where anything but warnings is wrong."""
    project, watch = session.project, _Stopwatch()
    whole = request.whole and target.file is None
    # before anything is read: a build that waited must see the newest content
    shared = () if target.file else (target.folder,)  # one file is moved into its place at once
    with locked(session, *shared), replace.scratch_folder(project.decks) as scratch:
        found = survey(session).require_sound()
        weeks = find_pace(found.plan, request.weeks).weeks
        last = last_build.read(project.last_build_file)
        kept = last.intact(target.folder) if whole else {}
        watch.lap("subjects")
        if whole and last.covers(last_build.key_of(project, found.key, weeks), kept, request.now):
            return _report(last, watch)
        made = assemble(session, found, request, scratch, kept)
        session.withdraw(made.withdrawn)
        records = last_build.records_of(made, kept)
        watch.lap("packages")
        _publish(project, made, scratch, target)
        newest = max((entry.mod for entry in made.ledger.values()), default=0)
        key = last_build.key_of(project, found.key, weeks)
        done = LastBuild(key, records, found.count, made.notes, made.retired, newest)
        if whole:
            last_build.write(project.last_build_file, done)
        found.store.prune({diagram.entry for diagram in found.diagrams})
        watch.lap("publish")
        return _report(done, watch, made)


def judge_books(project: Project, plan: Plan) -> list[Problem]:
    """What is wrong with the committed books: the ledger, that of the last release, and the log of releases."""
    ids = Ids(plan.id)
    problems: list[Problem] = []
    readers: dict[Path, Callable[[Path, str], object]] = {
        project.ledger_file: partial(ledger.read, ids=ids),
        project.release_ledger: partial(ledger.read, ids=ids),
        project.releases: release_log.read,
    }
    for book, read in readers.items():
        try:
            read(book, project.name(book))
        except ProblemsFoundError as error:
            problems += error.problems
    return problems


@contextlib.contextmanager
def locked(session: Session, *folders: Path) -> Iterator[None]:
    """Let no other command work in the project's decks, nor in these folders; says so where it has to wait for one."""
    with contextlib.ExitStack() as stack:
        for folder in dict.fromkeys(path.resolve() for path in (session.project.decks, *folders)):
            name = folder.name
            waiting = partial(session.say, f"{name}: waiting for another build to finish")
            stack.enter_context(replace.exclusive(folder, name, waiting=waiting))
        yield


def leftovers(packages: Collection[str], folder: Path) -> list[str]:
    """Packages of tiers in the folder that are not among those of a build: a tier was renamed, or became empty."""
    whole = f"-{EVERYTHING}.apkg"
    tag = next((name.removesuffix(whole) for name in packages if name.endswith(whole)), "")
    if not tag:
        return []
    found = {path.name for path in folder.glob(f"{tag}-*.apkg") if re.match(rf"{tag}-\d+-", path.name)}
    return sorted(found.difference(packages))


def write_ledger(made: Assembly, folder: Path, name: str) -> Path:
    """Write the ledger of an assembly into a folder; returns the file."""
    file = folder / name
    with file.open("w", encoding="utf-8", newline="\n") as lines:
        lines.writelines(ledger.lines(made.ledger))
    return file


def _publish(project: Project, made: Assembly, scratch: Path, target: Target) -> None:
    """Put packages and ledger into place; in another folder than that of the ledger, the ledger goes first.

    A crash in between costs nothing then, as the next build gives the packages the ledger's mods. But the ledger moves
    only when the packages lie ready beside their place: those of `only_changed` could not be made again.
    """
    files = {name: packed.file for name, packed in made.packages.items() if packed.file is not None}
    book = {project.ledger_file.name: write_ledger(made, scratch, project.ledger_file.name)}
    if target.file is not None:
        (package,) = files.values()
        with replace.written_beside(target.file, package) as put:
            replace.replace_files(project.decks, book)
            put()
    elif target.folder.resolve() == project.decks.resolve():
        replace.replace_files(project.decks, {**files, **book}, leftovers(made.packages, project.decks))
    else:
        with replace.staged(target.folder, files) as put:
            replace.replace_files(project.decks, book)
            put()


class _Stopwatch:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {"subjects": 0.0, "packages": 0.0, "publish": 0.0}
        self._began = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name], self._began = round(now - self._began, 3), now


def _report(last: LastBuild, watch: _Stopwatch, made: Assembly | None = None) -> BuildReport:
    return BuildReport(
        diagrams=last.diagrams,
        notes=last.notes,
        retired=last.retired,
        changed=len(made.changed) if made else 0,
        added=made.added if made else 0,
        altered=made.altered if made else 0,
        withdrawn=made.withdrawn if made else (),
        packages={name: record.size for name, record in last.packages.items()},
        stages=watch.laps,
    )
