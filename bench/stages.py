"""How long each stage takes by itself, in one process, and how long what it cannot do without takes alone."""

from __future__ import annotations

import sqlite3
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import yaml

from atlas_decks import pipeline, rules
from atlas_decks.cards.templates import Templates
from atlas_decks.compiled.store import CompiledDiagram
from atlas_decks.compiled.subject import compile_diagram
from atlas_decks.curriculum import load
from atlas_decks.curriculum.models import Curriculum
from atlas_decks.curriculum.source import decode
from atlas_decks.diagrams import EmbeddedRenderer
from atlas_decks.diagrams.font import font_face
from atlas_decks.files.zip_archive import FILE_LEVEL, deflate
from atlas_decks.pipeline import BuildRequest, Session
from atlas_decks.project import Project

T = TypeVar("T")


def stages(project: Project) -> Iterator[tuple[str, float, float]]:
    """(stage, its seconds, seconds of its physical limit) for all diagrams of a project, one after the other.

    The limit is what the stage rests on and cannot avoid: libyaml's parser, the Mermaid engine, brotli and the join of
    glyphs, deflate, SQLite's inserts; 0 where there is no such thing.
    """

    def timed(work: Callable[[], T]) -> tuple[float, T]:
        started = time.perf_counter()
        result = work()
        return time.perf_counter() - started, result

    plan, plan_source = load.load_plan(project)
    files, _ = load.subject_files(project)
    raws = [(file.read_bytes(), project.name(file)) for file in files]
    texts = [raw.decode() for raw, _ in raws]
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    libyaml, _ = timed(lambda: [sum(1 for _ in yaml.parse(text, Loader=loader)) for text in texts])
    seconds, sources = timed(lambda: [decode(raw, name)[0] for raw, name in raws])
    yield "YAML", seconds, libyaml
    seconds, loaded = timed(lambda: [load.load_file(source, plan) for source in sources if source])
    yield "models", seconds, 0.0
    diagrams = [diagram for _, found, _ in loaded for diagram in found]
    renderer = EmbeddedRenderer()
    renderer.render(diagrams[0].spec.mermaid)  # fonts and style sheets are read once a process
    engine, _ = timed(lambda: [renderer.draw(diagram.spec.mermaid) for diagram in diagrams])
    yield "Mermaid engine", engine, engine
    rendered, drawings = timed(lambda: {d.id: renderer.render(d.spec.mermaid) for d in diagrams})
    letters = [frozenset("".join(label.text for label in drawing.labels)) for drawing in drawings.values()]
    font, _ = timed(lambda: [font_face(some) for some in letters])
    yield "picture clean-up", max(0.0, rendered - engine - font), 0.0
    yield "font subset", font, font

    def judge() -> None:
        for source, (head, found, _) in zip(sources, loaded, strict=True):
            if source and head:
                rules.check(Curriculum(plan, plan_source, tuple(found), ((source, head),)), drawings)

    yield "rules", timed(judge)[0], 0.0
    packing, _ = timed(lambda: [deflate(drawing.svg.encode()) for drawing in drawings.values()])
    templates = Templates(project.templates)
    seconds, made = timed(lambda: [compile_diagram(d, drawings[d.id], plan, templates) for d in diagrams])
    yield "notes", max(0.0, seconds - packing), 0.0
    yield "deflate pictures", packing, packing
    session = Session(project=project, renderer=renderer)
    found = pipeline.survey(session)
    with tempfile.TemporaryDirectory() as folder:
        request = BuildRequest(now=2_000_000_000)
        seconds, _ = timed(lambda: pipeline.assemble(session, found, request, Path(folder), {}))
    sqlite, collection = timed(lambda: _insert(made))
    squeezing, _ = timed(lambda: zlib.compress(collection, FILE_LEVEL))
    yield "ledger and packages", seconds, 2 * (sqlite + squeezing)  # every note goes into two packages


def _insert(made: list[CompiledDiagram]) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE notes (id integer primary key, guid text, tags text, flds text, sfld text)")
    rows = [(row.guid, " ".join(row.tags), row.fields, row.key) for one in made for row in one.rows]
    connection.executemany("INSERT INTO notes (guid, tags, flds, sfld) VALUES (?,?,?,?)", rows)
    connection.commit()
    return connection.serialize()
