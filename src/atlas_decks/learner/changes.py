"""Two packages -> what importing the second does for a learner of the first, by Anki's own rules.

Anki touches a note that it has only if the package's mod is newer; then it replaces all fields and all tags. It never
moves a card that it has. A package of the future or of another pace may differ without touching anything.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import apsw

from atlas_decks.learner.reading import fillable, opened, rows, table, text, whole
from atlas_decks.problems import Problem, ProblemsFoundError


@dataclass(frozen=True)
class PackedNote:
    """A note as a learner has it; `fields` holds its content by field name, with "Tags".

    `mod` is in seconds since 1970. `cards` are deck and position of each of its cards as it arrives, by the number of
    its template.
    """

    key: str
    fields: Mapping[str, str]
    mod: int
    retired: bool
    cards: Mapping[int, tuple[str, int]] = field(default_factory=dict)

    @property
    def deck(self) -> str:
        """The deck of its first card; empty where it has none."""
        return self.cards[min(self.cards)][0] if self.cards else ""

    @property
    def position(self) -> int:
        """The position of its first card; 0 where it has none."""
        return self.cards[min(self.cards)][1] if self.cards else 0


@dataclass(frozen=True)
class Packed:
    """What is in a package: notes by GUID, and the mod and content hash of each note type, by name."""

    notes: Mapping[str, PackedNote]
    note_types: Mapping[str, tuple[int, str]]


@dataclass(frozen=True)
class Change:
    """A note that is touched; `fields` maps a field's name to its old and new content, tags included.

    `fields` is empty where the old content is not at hand.
    """

    key: str
    note: PackedNote
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Move:
    """A card that a new learner gets in another deck, or (same deck) at another place among the new cards.

    `card` is the number of its template.
    """

    key: str
    note: PackedNote
    card: int
    old_deck: str

    @property
    def new_deck(self) -> str:
        """The deck in which a new learner gets it."""
        return self.note.cards[self.card][0]

    @property
    def position(self) -> int:
        """Its place among the new cards for a new learner."""
        return self.note.cards[self.card][1]


@dataclass
class Difference:
    """What an import of the new package does for a learner of the old one.

    `added`: new notes. `changed`: content replaced, own tags and edits with it. `retired`: emptied. `revived`: no
    longer empty. `moved`: shipped elsewhere, while the learner's card stays. `missing`: no longer in the package, left
    alone. `ignored`: different in the package but not newer, left alone. `note_types`: new look, no note touched.
    `unchanged`: how many notes with a card stay as they are, `unchanged_cards`: how many cards those have.
    """

    added: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    retired: list[Change] = field(default_factory=list)
    revived: list[Change] = field(default_factory=list)
    moved: list[Move] = field(default_factory=list)
    missing: list[Change] = field(default_factory=list)
    ignored: list[Change] = field(default_factory=list)
    note_types: list[str] = field(default_factory=list)
    unchanged: int = 0
    unchanged_cards: int = 0

    @property
    def reworded(self) -> list[Change]:
        """The changed notes that have a card; a retired note may be touched, too, when it was back in between."""
        return [change for change in self.changed if not change.note.retired]

    @property
    def touched(self) -> list[Change]:
        """The notes whose fields and tags are replaced: whoever edited or tagged one of them is concerned."""
        return sorted([*self.changed, *self.retired, *self.revived], key=lambda change: change.key)


def read_package(package: Path | bytes) -> Packed:
    """What is in a package, named by its path or given as its bytes.

    Raises ProblemsFoundError on any other file.
    """
    try:
        with opened(io.BytesIO(package) if isinstance(package, bytes) else package) as connection:
            return _read_collection(connection)
    except Exception as error:  # a package of a stranger may fail in any way that zipfile, APSW and json can
        hint = "name an .apkg that atlas-decks built"
        name = "package" if isinstance(package, bytes) else str(package)
        reason = "not enough memory" if isinstance(error, MemoryError) else str(error) or type(error).__name__
        message = f"cannot be read: {reason}"
        raise ProblemsFoundError([Problem(name, 0, 0, "package", message, hint)]) from error


def _read_collection(connection: apsw.Connection) -> Packed:
    found = next(rows(connection, "SELECT models, decks FROM col"), None)
    if found is None:
        raise ValueError("it describes no decks")
    models, decks = table(found[0], "the description of note types"), table(found[1], "the description of decks")
    cards: dict[int, dict[int, tuple[str, int]]] = {}
    for note, ordinal, deck, due in rows(connection, "SELECT nid, ord, did, due FROM cards"):
        place = (text(decks[str(deck)]["name"], "the name of a deck"), whole(due, "the position of a card"))
        cards.setdefault(whole(note, "the note of a card"), {})[whole(ordinal, "the template of a card")] = place
    names = {
        number: fillable([text(f["name"], "the name of a field") for f in m["flds"]]) for number, m in models.items()
    }
    notes = {}
    for number, guid, model, mod, tags, values in rows(connection, "SELECT id, guid, mid, mod, tags, flds FROM notes"):
        mine = names[str(model)]
        parts = text(values, "the content of a note").split("\x1f", len(mine))
        content = dict(zip(mine, parts, strict=False))
        if not content.get("Key"):
            raise ValueError("a note without the field Key")
        content["Tags"] = " ".join(sorted(text(tags, "the tags of a note").split()))
        places = cards.get(whole(number, "the id of a note"), {})
        changed = whole(mod, "the time of a note's change")
        notes[text(guid, "a GUID")] = PackedNote(content["Key"], content, changed, bool(content.get("Retired")), places)
    types = {}
    for number, model in models.items():
        look = [model["css"], names[number], [(t["name"], t["qfmt"], t["afmt"]) for t in model["tmpls"]]]
        changed = whole(model["mod"], "the time of a note type's change")
        types[text(model["name"], "the name of a note type")] = (
            changed,
            hashlib.sha256(json.dumps(look).encode()).hexdigest(),
        )
    return Packed(notes, types)


def compare(old: Path, new: Path) -> Difference:
    """Compare two packages note by note."""
    return difference(read_package(old), read_package(new))


def difference(old: Packed, new: Packed) -> Difference:
    """What importing `new` does for a learner who has `old` and touched nothing."""
    result = Difference()
    for guid, note in new.notes.items():
        before = old.notes.get(guid)
        if before is None:
            if not note.retired:  # a tombstone of what this learner never had is nothing to tell of
                result.added.append(Change(note.key, note))
            continue
        pairs = {
            name: (before.fields.get(name, ""), note.fields.get(name, ""))
            for name in (*note.fields, *(name for name in before.fields if name not in note.fields))
            if before.fields and before.fields.get(name, "") != note.fields.get(name, "")
        }
        change = Change(note.key, note, pairs)
        if note.mod > before.mod:
            if note.retired != before.retired:
                group = result.retired if note.retired else result.revived
                # the living one of the two says what the card is about
                group.append(Change(note.key, before if note.retired else note, pairs))
            else:
                result.changed.append(change)
        elif pairs or note.retired != before.retired:
            result.ignored.append(change)
        elif not note.retired:
            result.unchanged += 1
            result.unchanged_cards += len(note.cards)
        for card, place in before.cards.items():
            if note.cards.get(card, place) != place:
                result.moved.append(Move(note.key, note, card, place[0]))
    result.missing = [Change(note.key, note) for guid, note in old.notes.items() if guid not in new.notes]
    result.note_types = sorted(
        name
        for name, (mod, look) in new.note_types.items()
        if name in old.note_types and mod > old.note_types[name][0] and look != old.note_types[name][1]
    )
    for found in (result.added, result.changed, result.retired, result.revived, result.missing, result.ignored):
        found.sort(key=lambda c: c.key)
    result.moved.sort(key=lambda m: (m.key, m.card))
    return result
