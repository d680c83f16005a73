"""Subjects on disk: what was made of each subject file, keyed by everything that shapes it.

An entry is one sealed file: a JSON header, then notes and deflated pictures, which are read only when a package is
written. What is damaged is made again. JSON, not pickles: a cache that somebody else wrote must not be able to run
code.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from atlas_decks.cards.rows import Row
from atlas_decks.files import checked
from atlas_decks.files.zip_archive import Deflated
from atlas_decks.problems import Problem
from atlas_decks.schedule.refs import DiagramRef

_SPARE = 3  # unused entries are kept up to this many times the used ones: going back to an older state stays fast
_SPARE_FROM = 500
Head = tuple[str, str, str, str]  # kind of card, GUID, content hash, id of the fact


@dataclass(frozen=True, slots=True)
class StoredDiagram:
    """A diagram of a subject: what schedule and ledger need of it, and where its notes and its picture lie.

    `lines` are the heads as text, one a line: a large curriculum has a million of them.
    """

    ref: DiagramRef
    lines: str
    media: str
    entry: str
    at: tuple[int, int, int, int, int, int]  # offset and length of the notes, of the picture; its size and CRC-32

    @property
    def heads(self) -> Iterator[Head]:
        """What the ledger needs of each note, in the order in which they are studied."""
        for line in self.lines.splitlines():
            kind, guid, content, fact = line.split(" ")
            yield sys.intern(kind), guid, content, fact

    @property
    def notes(self) -> int:
        """How many notes there are."""
        return self.lines.count("\n")


ReadDiagram = Callable[[StoredDiagram], tuple[Sequence[Row], Deflated]]


def as_lines(heads: Iterable[Head]) -> str:
    """Heads as a bundle keeps them; no part of one holds a space."""
    return "".join(f"{' '.join(head)}\n" for head in heads)


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject file: its problems, what its diagrams claim (`once`: alone; `counted`: up to a number), its bundles.

    Claims are 64-bit hashes. `diagrams` counts all diagrams; there are bundles only where nothing is wrong.
    """

    problems: Sequence[Problem]
    once: Sequence[int]
    counted: Sequence[tuple[int, int]]
    diagrams: int
    bundles: Sequence[StoredDiagram]


@dataclass(frozen=True)
class CompiledDiagram:
    """A diagram on its way into the store."""

    ref: DiagramRef
    heads: Sequence[Head]
    media: str
    rows: Sequence[Row]
    picture: Deflated


def in_memory(made: Iterable[CompiledDiagram]) -> tuple[list[StoredDiagram], ReadDiagram]:
    """Bundles of diagrams that are not in a store, and what reads one of them."""
    by_id = {one.ref.diagram: one for one in made}

    def read(bundle: StoredDiagram) -> tuple[Sequence[Row], Deflated]:
        return by_id[bundle.entry].rows, by_id[bundle.entry].picture

    return [
        StoredDiagram(m.ref, as_lines(m.heads), m.media, name, (0, 0, 0, 0, 0, 0)) for name, m in by_id.items()
    ], read


class Store:
    """A folder with one file an entry."""

    def __init__(self, folder: Path, guard: object = None) -> None:
        self.folder = folder
        self._guard = guard  # a temporary folder lives as long as what uses it

    def __reduce__(self) -> tuple[type[Store], tuple[Path]]:
        return Store, (self.folder,)

    def get(self, key: str) -> Subject | None:
        """The subject of that key, or None where there is none that can be read."""
        try:
            content = checked.read(self.folder / key)
            if content is None:
                return None
            header, _, _ = content.partition(b"\n")
            return _subject(_load(header), key, checked.START + len(header) + 1)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def put(
        self,
        key: str,
        problems: Iterable[Problem],
        claims: Iterable[tuple[int, int]],
        diagrams: int,
        made: Iterable[CompiledDiagram],
    ) -> None:
        """Keep a subject. Raises OSError where the folder cannot be written."""
        body: list[bytes] = []
        at = 0
        bundles = []
        for one in made:
            notes = _dump([tuple(row) for row in one.rows])
            places = (at, len(notes), at + len(notes), len(one.picture.data), one.picture.size, one.picture.crc)
            at += len(notes) + len(one.picture.data)
            body += [notes, one.picture.data]
            bundles.append([one.ref, as_lines(one.heads), one.media, places])
        claims = list(claims)
        header = _dump(
            {
                "problems": [
                    [p.path, p.line, p.column, p.rule, p.message, p.hint, p.severity] for p in sorted(set(problems))
                ],
                "once": [claim for claim, limit in claims if limit == 1],
                "counted": [claim for claim in claims if claim[1] != 1],
                "diagrams": diagrams,
                "bundles": bundles,
            }
        )
        checked.write(self.folder / key, b"".join([header, b"\n", *body]))

    def read(self, bundle: StoredDiagram) -> tuple[list[Row], Deflated]:
        """Notes and picture of a bundle that `get` returned."""
        notes_at, notes_length, picture_at, length, size, crc = bundle.at
        with (self.folder / bundle.entry).open("rb", buffering=0) as file:
            content = os.pread(file.fileno(), notes_length + length, notes_at)
        rows = [Row(*row) for row in _load(content[:notes_length])]
        start = picture_at - notes_at
        return rows, Deflated(content[start : start + length], size, crc)

    def drop(self, key: str) -> None:
        """Forget an entry."""
        (self.folder / key).unlink(missing_ok=True)

    def prune(self, used: Collection[str]) -> None:
        """Drop the oldest entries that are not in use, where they are many."""
        with contextlib.suppress(OSError), os.scandir(self.folder) as entries:
            unused = [(entry.stat().st_mtime, entry.path) for entry in entries if entry.name not in used]
            for _, path in sorted(unused)[: -max(_SPARE * len(used), _SPARE_FROM)]:
                Path(path).unlink(missing_ok=True)


def _dump(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # the name of a file need not be UTF-8
        return json.dumps(value).encode("ascii")


def _load(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def _subject(header: Any, key: str, start: int) -> Subject:
    bundles = [
        StoredDiagram(
            DiagramRef(diagram, tier, sys.intern(category), sys.intern(group), sys.intern(company)),
            *(lines, media, key, (start + a, b, start + c, length, size, crc)),
        )
        for (diagram, tier, category, group, company), lines, media, (a, b, c, length, size, crc) in header["bundles"]
    ]
    problems = [Problem(*problem) for problem in header["problems"]]
    counted = [(claim, limit) for claim, limit in header["counted"]]
    return Subject(problems, header["once"], counted, header["diagrams"], bundles)
