"""Everything that Anki tells things apart by, made from the project's id: two curricula never touch each other's cards.

Anki matches notes by GUID, note types, fields, templates and presets by number. All of them come from one function, so
that a project's numbers are the same in every build, for ever, and no other project has them:

    digest = SHA-256("atlas-decks" NUL project id NUL what), big-endian

    GUID                      URL-safe base64 of its first 9 bytes: 12 characters, 72 bits
    note type, deck, preset   2**41 + first 8 bytes mod 2**41: as long as the milliseconds since 1970 that Anki gives,
                              and beyond those of the years up to 2039, so that it never meets one of them
    field, card template      2**52 + first 8 bytes mod 2**52: below 2**53, so that JavaScript keeps every digit

`what` is "note <key>", "note type <kind>", "field <kind>/<slot>", "template <kind>/<slot>", "preset <name>" or
"deck <name>". A slot is the name that a field or template had at first; a spare one that is renamed keeps it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

_ROW_IDS_FROM = 1_000_000_000_000  # ids of notes and cards are milliseconds since 1970: these lie in 2001 to 2017
_ROWS = 1_000_000_000  # that a project has room for
_PROJECTS = 500  # ranges of rows; where two projects meet in one, Anki gives the later one's notes other ids


def note_key(diagram: str, kind: str, fact: str) -> str:
    """What identifies a note for ever: "diagram/kind/fact"."""
    return f"{diagram}/{kind}/{fact}"


def search_of(diagrams: Iterable[str]) -> str:
    """The search that finds all notes of these diagrams in Anki, by the field that holds the key."""
    return " OR ".join(f"Key:{diagram}/*" for diagram in diagrams)


@dataclass(frozen=True)
class Ids:
    """The numbers and GUIDs of one project, by its id from atlas.yaml."""

    project: str

    def _digest(self, what: str) -> bytes:
        return hashlib.sha256(f"atlas-decks\0{self.project}\0{what}".encode()).digest()

    def _number(self, what: str, bits: int) -> int:
        low: int = 1 << bits
        return low + int.from_bytes(self._digest(what)[:8]) % low

    def guid(self, key: str) -> str:
        """The GUID of the note with that key, 12 characters."""
        return base64.urlsafe_b64encode(self._digest(f"note {key}")[:9]).decode("ascii")

    def note_type(self, kind: str) -> int:
        """The id of the note type of a kind of card."""
        return self._number(f"note type {kind}", 41)

    def field(self, kind: str, slot: str) -> int:
        """The id of a field of a note type."""
        return self._number(f"field {kind}/{slot}", 52)

    def template(self, kind: str, slot: str) -> int:
        """The id of a card template of a note type."""
        return self._number(f"template {kind}/{slot}", 52)

    def preset(self, name: str) -> int:
        """The id of a preset. An import never updates a preset that is there: name it by all that is in it."""
        return self._number(f"preset {name}", 41)

    def deck(self, name: str) -> int:
        """The id of a deck within a package; Anki matches decks by their names."""
        return self._number(f"deck {name}", 41)

    @property
    def first_row(self) -> int:
        """The lowest id of a note or card; 1,000,000,000 from there on are the project's."""
        return _ROW_IDS_FROM + int.from_bytes(self._digest("rows")[:8]) % _PROJECTS * _ROWS

    def media(self, tag: str, diagram: str, svg: str) -> str:
        """`<tag>-<diagram>-<hash>.svg`: a changed picture has a new name, or learners would keep the old one."""
        return f"{tag}-{diagram}-{self._digest(f'picture {svg}').hex()[:10]}.svg"
