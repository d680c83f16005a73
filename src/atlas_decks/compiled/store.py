"""Subject files on disk: what was made of each of them, keyed by everything that shapes it.

An entry is one checked file: a JSON header, then notes and deflated pictures, which are read only when a package is
written. What is damaged is made again. JSON, not pickles: a cache that somebody else wrote must not be able to run
code.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from atlas_decks.cards.kinds import DECK_LETTERS, DeckKind
from atlas_decks.cards.rows import Row
from atlas_decks.files import checked
from atlas_decks.files.zip_archive import Deflated
from atlas_decks.problems import Problem
from atlas_decks.schedule.refs import DiagramRef

_DECKS: Mapping[str, DeckKind] = {letter: deck for deck, letter in DECK_LETTERS.items()}
_SPARE = 3  # unused entries are kept up to this many times the used ones: going back to an older state stays fast
_SPARE_FROM = 500


class Claim(NamedTuple):
    """A 64-bit hash of what a diagram takes that others cannot have, and how many may have it."""

    key: int
    limit: int


class NoteHead(NamedTuple):
    """What the ledger and the limits need of a note: kind of card, GUID, content hash, id of the fact, and its decks.

    `decks` has a letter a card, as in `kinds.DECK_LETTERS`.
    """

    kind: str
    guid: str
    hash: str
    fact: str
    decks: str


class Extent(NamedTuple):
    """Where a diagram lies in its entry, in bytes; `size` and `crc` are those of the picture before it was deflated."""

    notes_at: int
    notes_length: int
    picture_at: int
    picture_length: int
    size: int
    crc: int


class ReadDiagram(NamedTuple):
    """Notes of a diagram in the order in which they are studied, and its picture."""

    rows: Sequence[Row]
    picture: Deflated


@dataclass(frozen=True)
class CompiledDiagram:
    """A diagram on its way into the store; `media` is the file name of its picture."""

    ref: DiagramRef
    heads: Sequence[NoteHead]
    media: str
    rows: Sequence[Row]
    picture: Deflated


@dataclass(frozen=True, slots=True)
class StoredDiagram:
    """A diagram of a subject: what schedule and ledger need of it, and where its notes and its picture lie.

    `lines` are the heads as text, one a line: a large curriculum has a million of them.
    """

    ref: DiagramRef
    lines: str
    media: str
    entry: str
    extent: Extent

    @property
    def heads(self) -> Iterator[NoteHead]:
        """What the ledger needs of each note, in the order in which they are studied."""
        for line in self.lines.splitlines():
            kind, guid, content, fact, decks = line.split(" ")
            yield NoteHead(sys.intern(kind), guid, content, fact, decks)

    @property
    def notes(self) -> int:
        """How many notes there are."""
        return self.lines.count("\n")

    @property
    def cards(self) -> Counter[DeckKind]:
        """How many cards go into each kind of deck."""
        return Counter(_DECKS[letter] for head in self.heads for letter in head.decks)


@dataclass(frozen=True)
class CompiledSubject:
    """What comes of a subject file. `count` counts all its diagrams; compiled ones are there only where it is sound."""

    problems: Sequence[Problem]
    claims: Sequence[Claim]
    count: int
    diagrams: Sequence[CompiledDiagram]


@dataclass(frozen=True, slots=True)
class StoredSubject:
    """A subject file as it was stored: `once` has the claims with a limit of one, `counted` the others."""

    problems: Sequence[Problem]
    once: Sequence[int]
    counted: Sequence[Claim]
    count: int
    diagrams: Sequence[StoredDiagram]


def as_lines(heads: Iterable[NoteHead]) -> str:
    """Heads as a stored diagram keeps them; no part of one holds a space."""
    return "".join(f"{' '.join(head)}\n" for head in heads)


class Store:
    """A folder with one file an entry."""

    def __init__(self, folder: Path, guard: object = None) -> None:
        self.folder = folder
        self._guard = guard  # a temporary folder lives as long as what uses it

    def __reduce__(self) -> tuple[type[Store], tuple[Path]]:
        return Store, (self.folder,)

    def get(self, key: str) -> StoredSubject | None:
        """The subject of that key, or None where there is none that can be read."""
        try:
            content = checked.read(self.folder / key)
            if content is None:
                return None
            header, _, _ = content.partition(b"\n")
            return _subject(_load(header), key, checked.START + len(header) + 1)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def put(self, key: str, subject: CompiledSubject) -> None:
        """Keep a subject. Raises OSError where the folder cannot be written."""
        body: list[bytes] = []
        at = 0
        diagrams = []
        for one in subject.diagrams:
            notes = _dump([tuple(row) for row in one.rows])
            picture = one.picture
            extent = Extent(at, len(notes), at + len(notes), len(picture.data), picture.size, picture.crc)
            at += len(notes) + len(picture.data)
            body += [notes, picture.data]
            diagrams.append([one.ref, as_lines(one.heads), one.media, extent])
        header = _dump(
            {
                "problems": [
                    [p.path, p.line, p.column, p.rule, p.message, p.hint, p.severity]
                    for p in sorted(set(subject.problems))
                ],
                "once": [claim.key for claim in subject.claims if claim.limit == 1],
                "counted": [claim for claim in subject.claims if claim.limit != 1],
                "count": subject.count,
                "diagrams": diagrams,
            }
        )
        checked.write(self.folder / key, b"".join([header, b"\n", *body]))

    def read(self, diagram: StoredDiagram) -> ReadDiagram:
        """Notes and picture of a diagram that `get` returned. Raises OSError where its entry is gone."""
        extent = diagram.extent
        length = extent.notes_length + extent.picture_length
        with (self.folder / diagram.entry).open("rb", buffering=0) as file:
            content = os.pread(file.fileno(), length, extent.notes_at)
        rows = [Row(*row) for row in _load(content[: extent.notes_length])]
        start = extent.picture_at - extent.notes_at
        picture = Deflated(content[start : start + extent.picture_length], extent.size, extent.crc)
        return ReadDiagram(rows, picture)

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


def _subject(header: Any, key: str, start: int) -> StoredSubject:
    diagrams = []
    for (diagram, tier, category, group, company), lines, media, extent in header["diagrams"]:
        ref = DiagramRef(diagram, tier, sys.intern(category), sys.intern(group), sys.intern(company))
        inside = Extent(*extent)
        where = inside._replace(notes_at=start + inside.notes_at, picture_at=start + inside.picture_at)
        diagrams.append(StoredDiagram(ref, lines, media, key, where))
    problems = [Problem(*problem) for problem in header["problems"]]
    counted = [Claim(*claim) for claim in header["counted"]]
    return StoredSubject(problems, header["once"], counted, header["count"], diagrams)
