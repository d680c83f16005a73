"""A note as a collection stores it, and the hash of what a learner gets of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import NamedTuple

from atlas_decks.cards.kinds import NOTE_TYPES, DeckKind
from atlas_decks.cards.notes import Note


class Row(NamedTuple):
    """A note as a collection stores it, but for the numbers and the week tag that its place gives it."""

    kind: str
    guid: str
    key: str
    tags: Sequence[str]
    fields: str
    cards: Sequence[tuple[int, DeckKind, int]]  # (number of the template, deck, position among the diagram's cards)

    def values(self) -> dict[str, str]:
        """The HTML of each field, by its name."""
        return dict(zip(NOTE_TYPES[self.kind].field_names, self.fields.split("\x1f"), strict=True))


def row_of(note: Note) -> Row:
    """The row of a note. Raises ValueError where a field holds what would break Anki's format."""
    if any("\x1f" in field or "\x00" in field for field in note.fields):
        raise ValueError(f"{note.key}: a field holds Anki's field separator")
    return Row(note.kind, note.guid, note.key, note.tags, "\x1f".join(note.fields), note.cards)


def note_hash(note: Note) -> str:
    """SHA-256 (first 20 hex digits) over what a learner gets of a note.

    The week tag is left out: it depends on the pace, and building at another pace must not touch every note.
    """
    return digest([note.kind, note.fields, sorted(tag for tag in note.tags if "::week::" not in tag), note.retired])


def digest(value: object) -> str:
    """The content hash of any JSON value."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:20]
