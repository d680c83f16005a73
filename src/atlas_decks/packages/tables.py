"""The tables of a collection, as genanki writes them. The only module that imports genanki.

What genanki leaves to chance or to the clock is set here: note ids, mods, card ordinals, decks' options.
"""

from __future__ import annotations

import itertools
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import genanki

from atlas_decks.cards.ids import Ids
from atlas_decks.cards.kinds import NOTE_TYPES
from atlas_decks.cards.templates import Templates
from atlas_decks.curriculum.models import Plan
from atlas_decks.packages.settings import PackageSettings

_SECTION = re.compile(r"\s*\{\{([#^])([^{}]+)\}\}")


def note_type_key(kind: str) -> str:
    """Key of a note type in the ledger, where its templates and style have a mod of their own."""
    return f"notetype/{kind}"


class NewNote(genanki.Note):  # type: ignore[misc]
    """A genanki note that keeps its own id, mod and card ordinals; genanki would guess the last from the template."""

    def __init__(self, note_id: int, mod: int, cards: list[int], **more: Any) -> None:
        super().__init__(**more)
        self.note_id, self.mod, self._ordinals = note_id, mod, cards

    @property
    def cards(self) -> list[Any]:
        """The cards to write."""
        return [genanki.Card(ordinal) for ordinal in self._ordinals]

    def write_to_db(self, cursor: Any, _timestamp: float, deck_id: int, _id_gen: Iterator[int]) -> None:
        """Write the note and its cards with this note's own numbers."""
        super().write_to_db(cursor, float(self.mod), deck_id, itertools.count(self.note_id))

    def _check_invalid_html_tags_in_fields(self) -> None:
        """Every field is escaped by us; genanki's check costs seconds on odd input."""


class _Model(genanki.Model):  # type: ignore[misc]
    """A genanki model with a mod of its own."""

    def __init__(self, mod: int, **more: Any) -> None:
        super().__init__(**more)
        self.mod = mod

    def to_json(self, _timestamp: float, _deck_id: int) -> Any:
        """The model as Anki stores it."""
        return super().to_json(float(self.mod), 1)

    @property
    def _req(self) -> list[Any]:
        names = [field["name"] for field in self.fields]
        return [[ordinal, *_needed(template["qfmt"], names)] for ordinal, template in enumerate(self.templates)]


def _needed(front: str, names: Sequence[str]) -> tuple[str, list[int]]:
    """Which fields must be filled for a card to be made: those of the sections in which the whole front stands.

    In the form of `req` of a note type, which old clients believe (Anki 2.1.26 does); without such a section it is
    the first field, which is never empty. https://github.com/ankidroid/Anki-Android/wiki/Database-Structure
    """
    needed, position = [], 0
    while section := _SECTION.match(front, position):
        position = section.end()
        if section[1] == "#":
            needed.append(names.index(section[2].strip()))
    return ("all", sorted(needed)) if needed else ("any", [0])


class Deck(genanki.Deck):  # type: ignore[misc]
    """A genanki deck with a preset, a Markdown description and a desired retention."""

    def __init__(self, deck_id: int, name: str, **options: Any) -> None:
        super().__init__(deck_id, name)
        self.options = options

    def to_json(self) -> dict[str, Any]:
        """The deck as Anki stores it."""
        return {
            **super().to_json(),
            "lrnToday": [0, 0],
            "newToday": [0, 0],
            "revToday": [0, 0],
            "timeToday": [0, 0],
            **self.options,
        }


def note_type_content(kind: str, plan: Plan, templates: Templates) -> list[object]:
    """What a learner gets of a note type; its hash decides whether the note type's mod moves."""
    return [
        NOTE_TYPES[kind].full_name(plan.deck),
        list(NOTE_TYPES[kind].field_names),
        templates.card_sides(NOTE_TYPES[kind], plan),
        templates.css(),
    ]


def model_of(kind: str, settings: PackageSettings) -> Any:
    """The note type of a kind of card as genanki takes it."""
    note_type, ids = NOTE_TYPES[kind], Ids(settings.plan.id)
    return _Model(
        mod=settings.mods[ids.guid(note_type_key(kind))].mod,
        model_id=ids.note_type(kind),
        name=note_type.full_name(settings.plan.deck),
        fields=[{"name": name, "id": ids.field(kind, slot)} for name, slot in note_type.fields],
        templates=[
            {"name": name, "id": ids.template(kind, slot), "qfmt": front, "afmt": back}
            for name, slot, front, back in settings.templates.card_sides(note_type, settings.plan)
        ],
        css=settings.templates.css(),
    )


def made_by_genanki(decks: Sequence[Any], presets: Mapping[str, Any], newest: int) -> sqlite3.Connection:
    """A collection in memory with what genanki writes for these decks; `newest` is the latest mod in it, in seconds."""
    connection = sqlite3.connect(":memory:")
    cursor = connection.cursor()
    genanki.Package(list(decks)).write_to_db(cursor, 0.0, itertools.count(1))
    row = cursor.execute("SELECT dconf FROM col").fetchone()
    dconf = {**json.loads(row[0]), **presets}
    cursor.execute("UPDATE col SET dconf = ?, mod = ?, scm = ?", (json.dumps(dconf), newest * 1000, newest * 1000))
    connection.commit()
    return connection
