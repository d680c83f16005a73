"""All subject files: what did not change is taken from the store, the rest is compiled; then all are compared.

What a file gives depends on itself, the plan, the templates, the renderer and this tool, so that is its key. What only
shows between files is seen from their claims (`rules.claims`) every time. Only where two claims clash are all files
judged together, with their models.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from atlas_decks import rules
from atlas_decks.cards.own_templates import judge_cards, judge_files
from atlas_decks.compiled.keys import shared_key, subject_key
from atlas_decks.compiled.store import CompiledSubject, Store, StoredDiagram, StoredSubject
from atlas_decks.compiled.subject import Setting, Task, syntax_problem
from atlas_decks.compiled.workers import compile_all
from atlas_decks.curriculum import load
from atlas_decks.curriculum.models import Plan
from atlas_decks.curriculum.source import read_bytes
from atlas_decks.diagrams import Cache, Renderer, render_all
from atlas_decks.problems import Problem, ProblemsFoundError, has_errors
from atlas_decks.project import Project


@dataclass(frozen=True)
class Survey:
    """All subjects of a curriculum.

    `clash` says that files contradict each other. `unfilled` are problems of templates, which keep notes from being
    made; they matter only to those who want the notes. `shared` is a digest of what shapes every subject, `key` of all
    subjects. `count` counts all diagrams; `diagrams` are there only of files where nothing is wrong.
    """

    plan: Plan
    problems: tuple[Problem, ...]
    unfilled: tuple[Problem, ...]
    clash: bool
    shared: str
    key: str
    count: int
    diagrams: tuple[StoredDiagram, ...]
    store: Store

    def require_sound(self) -> Survey:
        """This survey, if packages can be made of it. Raises ProblemsFoundError if anything but warnings is wrong."""
        problems = self.problems or self.unfilled
        if has_errors(problems):
            raise ProblemsFoundError(problems)
        return self


def survey(
    project: Project, renderer: Renderer, jobs: int = 1, progress: Callable[[int], None] = lambda _: None
) -> Survey:
    """Look at all subject files of a project, and compile what is not in the store, `jobs` processes wide.

    `progress` is called with the number of diagrams just finished. Raises ProblemsFoundError where the plan cannot be
    read, RendererAwayError where the renderer cannot.
    """
    if unread := judge_files(*project.templates):
        raise ProblemsFoundError(unread)
    plan, plan_source = load.load_plan(project)
    files, problems = load.subject_files(project)
    setting = Setting(project, plan, plan_source, renderer, _open_store(project))
    shared = shared_key(project, renderer.version)
    badly_made = _judge_templates(setting, shared)
    reading = _Reading(setting, shared, progress)
    unfilled: list[Problem] = []
    for outcome in compile_all(reading.tasks(files), setting, jobs):
        unfilled += outcome.unfilled
        progress(outcome.diagrams)
    claims = _Claims()
    diagrams: list[StoredDiagram] = []
    count = 0
    for subject in reading.take_subjects():
        problems += subject.problems
        claims.add(subject)
        diagrams += subject.diagrams
        count += subject.count
    if unfilled:
        reading.forget_compiled()
    clash = claims.clash()
    found = judge_whole(project, renderer, jobs) if clash else [*problems, *reading.problems]
    return Survey(
        plan=plan,
        problems=tuple(sorted({*found, *badly_made})),
        unfilled=tuple(sorted(set(unfilled))),
        clash=clash,
        shared=shared.hex(),
        key=hashlib.sha256(b"\0".join((shared, *reading.keys))).hexdigest(),
        count=count,
        diagrams=tuple(diagrams),
        store=setting.store,
    )


def judge_whole(project: Project, renderer: Renderer, jobs: int = 1) -> list[Problem]:
    """Load, draw and judge all files together: what a survey does only where their claims clash.

    Raises ProblemsFoundError where the plan cannot be read.
    """
    curriculum, problems = load.load(project)
    sources = {diagram.id: diagram.spec.mermaid for diagram in curriculum.diagrams}
    pictures, errors = render_all(sources, renderer, Cache(project.picture_cache), jobs)
    problems += [syntax_problem(curriculum.by_id[name], error) for name, error in errors.items()]
    return sorted({*problems, *rules.check(curriculum, pictures)})


def _judge_templates(setting: Setting, shared: bytes) -> list[Problem]:
    """Problems of the card templates, judged once for each plan and set of templates."""
    key = hashlib.sha256(b"templates\0" + shared).hexdigest()
    stored = setting.store.get(key)
    if stored is None:
        found = judge_cards(setting.project.templates, setting.plan)
        setting.store.put(key, CompiledSubject(found, [], 0, []))
        return found
    return list(stored.problems)


class _Reading:
    """Subject files as they are met: what is stored is taken, the rest becomes a task."""

    def __init__(self, setting: Setting, shared: bytes, progress: Callable[[int], None]) -> None:
        self.problems: list[Problem] = []
        self.keys: list[bytes] = []
        self._setting, self._shared, self._progress = setting, shared, progress
        self._subjects: list[StoredSubject | str] = []  # a key stands for what is yet to be compiled
        self._compiled: list[str] = []

    def tasks(self, files: Iterable[Path]) -> Iterator[Task]:
        """What must be compiled, in the order of the files."""
        for file in files:
            name = self._setting.project.name(file)
            raw, faults = read_bytes(file, name)
            self.problems += faults
            if raw is None:
                continue
            key = subject_key(self._shared, name, raw)
            self.keys.append(key.encode())
            stored = self._setting.store.get(key)
            if stored is None:
                self._subjects.append(key)
                self._compiled.append(key)
                yield Task(raw, name, key)
            else:
                self._subjects.append(stored)
                self._progress(stored.count)

    def take_subjects(self) -> Iterator[StoredSubject]:
        """All subjects, each once: a large curriculum is not held twice. Raises OSError where one was lost."""
        for position, subject in enumerate(self._subjects):
            self._subjects[position] = ""
            if isinstance(subject, str):
                stored = self._setting.store.get(subject)
                if stored is None:
                    where = str(self._setting.store.folder / subject)
                    raise OSError(5, "what was just written cannot be read", where)
                subject = stored
            yield subject

    def forget_compiled(self) -> None:
        """Drop what was compiled now: it has no notes where a template is broken, and must not pass for complete."""
        for key in self._compiled:
            self._setting.store.drop(key)


class _Claims:
    """What all diagrams claim; a number each, as there are millions of them."""

    def __init__(self) -> None:
        self._once = array("Q")
        self._counted: Counter[int] = Counter()
        self._limits: dict[int, int] = {}

    def add(self, subject: StoredSubject) -> None:
        """Take the claims of a subject."""
        self._once.extend(subject.once)
        for claim in subject.counted:
            self._counted[claim.key] += 1
            self._limits[claim.key] = claim.limit

    def clash(self) -> bool:
        """Whether more diagrams claim something than may have it."""
        ordered: Sequence[int] = sorted(self._once)
        return any(a == b for a, b in pairwise(ordered)) or any(
            count > self._limits[key] for key, count in self._counted.items()
        )


def _open_store(project: Project) -> Store:
    """The project's store; where it cannot be written, one for this run."""
    try:
        project.compiled_folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=project.compiled_folder):
            return Store(project.compiled_folder)
    except OSError:
        temporary = TemporaryDirectory(prefix="atlas-decks-")
        return Store(Path(temporary.name), temporary)
