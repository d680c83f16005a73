"""Scheduled notes -> a deterministic .apkg.

genanki writes the collection; what it leaves to chance or to the clock is set here: note ids, mods, card ordinals,
decks' options, zip member dates and order. The same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from atlas_decks.cards.ids import Ids
from atlas_decks.cards.kinds import NOTE_TYPES, DeckKind
from atlas_decks.compiled.in_order import ScheduledNote
from atlas_decks.files.zip_archive import Archive, Deflated, deflate
from atlas_decks.packages.collection import NewCollection
from atlas_decks.packages.decks import Decks
from atlas_decks.packages.settings import PackageSettings
from atlas_decks.packages.tables import made_by_genanki, model_of
from atlas_decks.schedule.decks import DECK_KINDS

_TIER = 10_000_000  # ids of notes that a tier has; the first are those of its positions
_TOMBSTONES, _PLACES = 5_000_000, 4_000_000  # from here on so many are for notes that are retired
_BATCH = 2000  # rows written at once


class _NoteRow(NamedTuple):
    """A row of `notes`, https://github.com/ankidroid/Anki-Android/wiki/Database-Structure (schema 11)."""

    id: int
    guid: str
    mid: int  # the note type
    mod: int  # seconds since 1970
    usn: int  # -1: never synchronised
    tags: str  # with a space at each end
    flds: str  # fields with 0x1f between them
    sfld: str  # the field to sort by
    csum: int = 0  # for finding duplicates: Anki makes its own on import
    flags: int = 0
    data: str = ""


class _CardRow(NamedTuple):
    """A row of `cards`: a new card, so everything that studying it changes is 0."""

    id: int
    nid: int  # the note
    did: int  # the deck
    ord: int  # which card of the note
    mod: int
    usn: int
    type: int  # 0: new
    queue: int  # 0: new
    due: int  # position among the new cards
    ivl: int = 0
    factor: int = 0
    reps: int = 0
    lapses: int = 0
    left: int = 0
    odue: int = 0
    odid: int = 0
    flags: int = 0
    data: str = ""


_NOTE = f"INSERT INTO notes VALUES ({','.join('?' * len(_NoteRow._fields))})"  # noqa: S608  question marks
_CARD = f"INSERT INTO cards VALUES ({','.join('?' * len(_CardRow._fields))})"  # noqa: S608


class Package:
    """An .apkg in the making: notes come one after the other and are not kept in memory.

    genanki makes the tables and the row that describes decks and note types.
    """

    def __init__(self, file: Path, settings: PackageSettings, jobs: int = 1) -> None:
        self._look, self._jobs = settings, jobs
        ids = Ids(settings.plan.id)
        self._first_row = ids.first_row
        self._note_types = {kind: ids.note_type(kind) for kind in NOTE_TYPES}
        self._decks = Decks(settings)
        tiers = [tier.number for tier in settings.plan.tiers]
        self._deck_ids = {(tier, kind): self._decks.id_of(tier, kind) for tier in tiers for kind in DECK_KINDS}
        self._archive = Archive(file)
        self._scratch = file.with_name(f"{file.name}.anki2")
        self._database = NewCollection(self._scratch)
        self._later: list[str] = []  # indexes are made when all rows are there: faster, and denser
        for kind, statement in _schema():
            if kind == "table":
                self._database.execute(statement)
            else:
                self._later.append(statement)
        self._database.execute("BEGIN")
        self._media: list[str] = []
        self._notes: list[_NoteRow] = []
        self._cards: list[_CardRow] = []
        self._kinds: set[str] = set()
        self._used: set[tuple[int, DeckKind]] = set()
        self._newest = 0
        self._guids: set[str] = set()
        self._taken: set[tuple[int, int]] = set()  # (tier, place) of tombstones

    def add_all(self, notes: Iterable[ScheduledNote]) -> None:
        """Add notes with their cards.

        Raises ValueError where a position is out of Anki's range, or a GUID was added before.
        """
        for note in notes:
            self._add(note)

    def _add(self, note: ScheduledNote) -> None:
        row, tags, tier, cards = note
        if wrong := [card.due for card in cards if not 0 < card.due < 1_000_000]:
            raise ValueError(f"{row.key}: position {wrong[0]} is out of Anki's range")
        self._kinds.add(row.kind)
        mod = self._look.mods[row.guid].mod
        self._newest = max(self._newest, mod)
        if row.guid in self._guids:
            raise ValueError(f"{row.key}: its GUID is in the package twice")
        self._guids.add(row.guid)
        number = self._first_row + tier * _TIER + (cards[0].due if cards else _TOMBSTONES + self._free(tier, row.guid))
        model = self._note_types[row.kind]
        text = f" {' '.join(tags)} "
        self._notes.append(_NoteRow(number, row.guid, model, mod, -1, text, row.fields, row.key))
        for ordinal, kind, due in cards:
            self._used.add((tier, kind))
            deck = self._deck_ids[tier, kind]
            card = number + due - cards[0].due  # ids of cards and of notes are apart
            self._cards.append(_CardRow(card, number, deck, ordinal, mod, -1, 0, 0, due))
        if len(self._notes) >= _BATCH:
            self._write()

    def _free(self, tier: int, guid: str) -> int:
        """A place for a tombstone among those of its tier; the next one where another has it.

        The same in each package with the same tombstones, as they come sorted by GUID. Anki gives a note another id
        where a learner has a note of that id, so it may change from build to build.
        """
        place = int(hashlib.sha256(guid.encode()).hexdigest()[:8], 16) % _PLACES
        while (tier, place) in self._taken:
            place = (place + 1) % _PLACES
        self._taken.add((tier, place))
        return place

    def add_media(self, name: str, member: Deflated) -> None:
        """Add a picture."""
        self._archive.add(str(len(self._media)), member)
        self._media.append(name)

    def close(self) -> None:
        """Finish the file."""
        self._write()
        settings = self._look
        parent = self._decks.root()
        for kind in NOTE_TYPES:
            if kind in self._kinds:
                parent.add_model(model_of(kind, settings))
        decks = [parent, *self._decks.below(self._used)]
        row = (
            made_by_genanki(decks, self._decks.presets(self._used), self._newest)
            .execute("SELECT * FROM col")
            .fetchone()
        )
        self._database.execute("INSERT INTO col VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", row)
        self._database.execute("COMMIT")
        for statement in self._later:
            self._database.execute(statement)
        self._database.close()
        self._archive.add_file("collection.anki2", self._scratch, self._jobs)
        self._scratch.unlink()
        names = {str(index): name for index, name in enumerate(self._media)}
        self._archive.add("media", deflate(json.dumps(names).encode()))
        self._archive.close()

    def _write(self) -> None:
        self._database.insert(_NOTE, self._notes)
        self._database.insert(_CARD, self._cards)
        self._notes.clear()
        self._cards.clear()


@lru_cache(maxsize=1)
def _schema() -> tuple[tuple[str, str], ...]:
    """(kind, SQL) of genanki's tables and indexes."""
    made = made_by_genanki([], {}, 0)
    return tuple(made.execute("SELECT type, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"))
