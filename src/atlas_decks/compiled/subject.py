"""One subject file: read, drawn, judged and written out as notes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from atlas_decks import rules
from atlas_decks.cards.kinds import DECK_LETTERS
from atlas_decks.cards.notes import Note, make_notes, media_name
from atlas_decks.cards.rows import note_hash, row_of
from atlas_decks.cards.templates import Templates
from atlas_decks.compiled.store import Claim, CompiledDiagram, CompiledSubject, NoteHead, Store
from atlas_decks.curriculum import load
from atlas_decks.curriculum.models import Curriculum, Diagram, Plan
from atlas_decks.curriculum.source import Source, decode
from atlas_decks.diagrams import Cache, Renderer, RenderError, render_all
from atlas_decks.diagrams.picture import Picture
from atlas_decks.files.zip_archive import deflate
from atlas_decks.problems import Problem, ProblemsFoundError, has_errors
from atlas_decks.project import Project
from atlas_decks.schedule.refs import ref_of


@dataclass(frozen=True)
class Setting:
    """What all files share; a worker process gets it once."""

    project: Project
    plan: Plan
    plan_source: Source
    renderer: Renderer
    store: Store


class Task(NamedTuple):
    """A subject file to compile: its bytes, its name in problems, its key in the store."""

    raw: bytes
    name: str
    key: str


class Outcome(NamedTuple):
    """What comes of some files: problems of the templates, which leave them without notes, and how many diagrams."""

    unfilled: Sequence[Problem]
    diagrams: int


class SubjectCompiler:
    """Compiles subject files, in this process or in a worker."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._cache = Cache(setting.project.picture_cache)
        self._templates = Templates(setting.project.templates)

    def compile(self, task: Task) -> Outcome:
        """Compile a file and store what comes of it."""
        plan = self._setting.plan
        source, problems = decode(task.raw, task.name)
        head, diagrams, faults = load.load_file(source, plan) if source else load.LoadedFile(None, [], [])
        problems += faults
        sources = {diagram.id: diagram.spec.mermaid for diagram in diagrams}
        pictures, errors = render_all(sources, self._setting.renderer, self._cache)
        problems += [syntax_problem(d, errors[d.id]) for d in diagrams if d.id in errors]
        files = ((source, head),) if source and head else ()
        problems += rules.check(Curriculum(plan, self._setting.plan_source, tuple(diagrams), files), pictures)
        compiled: list[CompiledDiagram] = []
        unfilled: list[Problem] = []
        if not has_errors(problems):
            try:
                compiled = [compile_diagram(d, pictures[d.id], plan, self._templates) for d in diagrams]
            except ProblemsFoundError as error:
                unfilled = error.problems
        claims = [Claim(_hash(key), limit) for diagram in diagrams for key, limit in rules.claims(diagram)]
        self._setting.store.put(task.key, CompiledSubject(problems, claims, len(diagrams), compiled))
        return Outcome(unfilled, len(diagrams))


def compile_diagram(diagram: Diagram, picture: Picture, plan: Plan, templates: Templates) -> CompiledDiagram:
    """All that a diagram brings to the packages. Raises ProblemsFoundError where a template is broken."""
    notes = list(make_notes(diagram, picture, plan, templates))
    return CompiledDiagram(
        ref=ref_of(diagram),
        heads=[_head(note) for note in notes],
        media=media_name(plan, diagram.id, picture),
        rows=[row_of(note) for note in notes],
        picture=deflate(picture.svg.encode()),
    )


def _head(note: Note) -> NoteHead:
    decks = "".join(DECK_LETTERS[card.deck] for card in note.cards)
    return NoteHead(note.kind, note.guid, note_hash(note), note.key.split("/")[2], decks)


def syntax_problem(diagram: Diagram, error: RenderError) -> Problem:
    """A source that cannot be drawn, at the line at fault."""
    path = diagram.path("mermaid")
    line, column = diagram.origin.position(path)
    if path in diagram.origin.blocks and error.line:
        line, column = line + error.line, 1
    return Problem(diagram.origin.path, line, column, "mermaid-syntax", error.message, error.hint)


def _hash(claim: str) -> int:
    return int.from_bytes(hashlib.blake2b(claim.encode("utf-8", "surrogatepass"), digest_size=8).digest())
