"""Curricula judged and built the way users do it, for tests that look at what comes of it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from atlas_decks import pipeline
from atlas_decks.compiled.survey import judge_whole
from atlas_decks.curriculum import load
from atlas_decks.curriculum.models import Curriculum
from atlas_decks.diagrams import Cache, EmbeddedRenderer, render_all
from atlas_decks.diagrams.picture import Picture
from atlas_decks.learner.changes import PackedNote, read_package
from atlas_decks.packages import ledger
from atlas_decks.packages.ledger import Entry
from atlas_decks.pipeline import BuildReport, BuildRequest, Session, Target
from atlas_decks.problems import Problem
from atlas_decks.project import Project

NOW = 2_000_000_000  # after every mod of the committed ledger


@dataclass(frozen=True)
class Checked:
    """A curriculum with its pictures by diagram id, and everything that is wrong with it."""

    curriculum: Curriculum
    drawings: Mapping[str, Picture]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Built:
    """A build: its packages and its ledger in a folder, and what changed in the ledger."""

    folder: Path
    report: BuildReport
    ledger: Mapping[str, Entry]
    changed: list[Entry]

    @property
    def whole(self) -> Path:
        """The package with everything."""
        (file,) = self.folder.glob("*-all.apkg")
        return file

    @cached_property
    def packages(self) -> dict[str, bytes]:
        """The bytes of each package, by name."""
        return {file.name: file.read_bytes() for file in sorted(self.folder.glob("*.apkg"))}

    @cached_property
    def notes(self) -> dict[str, PackedNote]:
        """What is in the package with everything, by GUID, in the order of study; what is retired comes last in a tier."""
        notes = read_package(self.whole).notes
        return dict(sorted(notes.items(), key=lambda n: (self.ledger[n[0]].tier, n[1].retired, n[1].position, n[0])))

    @property
    def living(self) -> list[PackedNote]:
        """The notes that have a card."""
        return [note for note in self.notes.values() if not note.retired]

    @property
    def cards(self) -> int:
        """How many cards there are."""
        return sum(len(note.cards) for note in self.notes.values())


def session(project: Project) -> Session:
    """A session as a command has it."""
    return Session(project=project, renderer=EmbeddedRenderer())


def check(project: Project) -> Checked:
    """Load, draw and judge a curriculum."""
    curriculum, _ = load.load(project)
    sources = {diagram.id: diagram.spec.mermaid for diagram in curriculum.diagrams}
    drawings, _ = render_all(sources, EmbeddedRenderer(), Cache(project.picture_cache))
    return Checked(curriculum, drawings, tuple(judge_whole(project, EmbeddedRenderer())))


def build(project: Project, now: int, **request: Any) -> Built:
    """Build into the project's decks, as `atlas-decks build` does at that time in seconds."""
    old = ledger.read(project.ledger_file, "ledger")
    report = pipeline.build(session(project), BuildRequest(now=now, **request), Target(project.decks))
    new = ledger.read(project.ledger_file, "ledger")
    changed = [entry for guid, entry in new.items() if old.get(guid) != entry]
    return Built(project.decks, report, new, changed)


def copy_of(project: Project, root: Path) -> Project:
    """A project with the same content and books, in which a build changes nothing of the first one."""
    for folder in ("curriculum", "templates"):
        if (project.root / folder).is_dir():
            shutil.copytree(project.root / folder, root / folder)
    (root / "decks").mkdir(parents=True)
    for book in (project.ledger_file, project.releases):
        if book.is_file():
            shutil.copy(book, root / "decks")
    copy = Project(root)
    project.picture_cache.mkdir(parents=True, exist_ok=True)
    copy.picture_cache.parent.mkdir()
    shutil.copytree(project.picture_cache, copy.picture_cache)  # drawn once for all tests
    return copy
