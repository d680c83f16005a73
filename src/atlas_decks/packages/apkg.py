"""Placed notes -> a deterministic .apkg. The only module that imports genanki.

genanki writes the collection; what it leaves to chance or to the clock is set here: note ids, mods, card ordinals,
decks' options, zip member dates and order. The same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import genanki

from atlas_decks.cards.notes import guid_of
from atlas_decks.cards.notetypes import NOTE_TYPES
from atlas_decks.cards.rows import Row
from atlas_decks.cards.templates import Templates
from atlas_decks.curriculum.models import WEEKDAYS, Pace, Plan
from atlas_decks.files.zip_archive import Archive, Deflated, deflate
from atlas_decks.packages.ledger import Entry
from atlas_decks.schedule import Limits, Placed, deck_name

_NOTE_IDS = 1_600_000_000_000  # note ids are milliseconds since 1970, in 2020; tier and position make them unique
_DECK_IDS = 2_059_400_000
_PRESET_IDS = 1_760_000_000_000
_PLAN_DECK_IDS = 2_059_500_000
_MINUTES_A_DAY = 24 * 60
_BATCH = 2000  # rows written at once
_NOTE = "INSERT INTO notes VALUES (?,?,?,?,?,?,?,?,?,?,?)"
_CARD = "INSERT INTO cards VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
DAYS: dict[str, str] = {**{day: name[:3] for day, name in WEEKDAYS.items()}, "weak": "Weekend"}  # in names of decks


@dataclass(frozen=True)
class Look:
    """Everything a package needs besides its notes; `mods` are the ledger's entries, by GUID of note or note type.

    `edition` names the version; `counts` are the cards and diagrams of each tier in the whole curriculum.
    """

    plan: Plan
    templates: Templates
    mods: Mapping[str, Entry]
    pace: Pace
    limits: Mapping[int, Limits]
    edition: str
    counts: Mapping[int, tuple[int, int]]


def note_type_key(kind: str) -> str:
    """Key of a note type in the ledger, where its templates and style have a mod of their own."""
    return f"notetype/{kind}"


class _Note(genanki.Note):  # type: ignore[misc]
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
        return [[ordinal, "any", [0]] for ordinal in range(len(self.templates))]


class _Deck(genanki.Deck):  # type: ignore[misc]
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


def note_type_content(kind: str, templates: Templates) -> list[object]:
    """What a learner gets of a note type; its hash decides whether the note type's mod moves."""
    return [
        NOTE_TYPES[kind].name,
        list(NOTE_TYPES[kind].field_names),
        templates.card_sides(NOTE_TYPES[kind]),
        templates.css(),
    ]


def _model(kind: str, look: Look) -> Any:
    note_type = NOTE_TYPES[kind]
    return _Model(
        mod=look.mods[guid_of(note_type_key(kind))].mod,
        model_id=note_type.id,
        name=note_type.name,
        fields=[{"name": name, "id": number} for name, number in note_type.fields],
        templates=[
            {"name": name, "id": number, "qfmt": front, "afmt": back}
            for name, number, front, back in look.templates.card_sides(note_type)
        ],
        css=look.templates.css(),
    )


class Package:
    """An .apkg in the making: notes come one after the other and are not kept in memory.

    genanki makes the tables and the row that describes decks and note types.
    """

    def __init__(self, file: Path, look: Look, jobs: int = 1) -> None:
        self._look, self._jobs = look, jobs
        self._archive = Archive(file)
        self._scratch = file.with_name(f"{file.name}.anki2")
        self._database = sqlite3.connect(self._scratch, isolation_level=None, check_same_thread=False)
        for setting in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -8000"):
            self._database.execute(f"PRAGMA {setting}")
        self._later: list[str] = []  # indexes are made when all rows are there: faster, and denser
        for kind, statement in _schema():
            if kind == "table":
                self._database.execute(statement)
            else:
                self._later.append(statement)
        self._database.execute("BEGIN")
        self._media: list[str] = []
        self._notes: list[tuple[object, ...]] = []
        self._cards: list[tuple[object, ...]] = []
        self._kinds: set[str] = set()
        self._tiers: set[int] = set()
        self._newest = 0

    def add(self, row: Row, tags: Sequence[str], tier: int, due: int | None) -> None:
        """Add a note with its card at position `due`; None makes it a tombstone, without a card.

        Raises ValueError where the position is out of Anki's range. That no two notes share a GUID is the caller's
        to see to.
        """
        if due is not None and not 0 < due < 1_000_000:
            raise ValueError(f"{row.key}: position {due} is out of Anki's range")
        self._kinds.add(row.kind)
        self._tiers.add(tier)
        mod = self._look.mods[row.guid].mod
        self._newest = max(self._newest, mod)
        number = _NOTE_IDS + tier * 10_000_000 + (5_000_000 + _short(row.guid) if due is None else due)
        model = NOTE_TYPES[row.kind].id
        text = f" {' '.join(tags)} "
        self._notes.append((number, row.guid, model, mod, -1, text, row.fields, row.key, 0, 0, ""))
        if due is not None:
            deck = _DECK_IDS + tier * 10 + (row.kind == "redraw")
            self._cards.append((number + 1, number, deck, 0, mod, -1, 0, 0, due, 0, 0, 0, 0, 0, 0, 0, 0, ""))
        if len(self._notes) >= _BATCH:
            self._write()

    def add_media(self, name: str, member: Deflated) -> None:
        """Add a picture."""
        self._archive.add(str(len(self._media)), member)
        self._media.append(name)

    def close(self) -> None:
        """Finish the file."""
        self._write()
        look = self._look
        decks, presets = [], {}
        for tier in sorted(self._tiers):
            for redraw in (False, True):
                deck, preset = _tier_deck(tier, redraw, look)
                decks.append(deck)
                presets[str(preset["id"])] = preset
        parent = _Deck(_DECK_IDS, look.plan.deck, conf=1, desc=_about(look), md=True)
        for kind in NOTE_TYPES:
            if kind in self._kinds:
                parent.add_model(_model(kind, look))
        row = _made_by_genanki([parent, *decks], presets, self._newest).execute("SELECT * FROM col").fetchone()
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
        self._database.executemany(_NOTE, self._notes)
        self._database.executemany(_CARD, self._cards)
        self._notes.clear()
        self._cards.clear()


@lru_cache(maxsize=1)
def _schema() -> tuple[tuple[str, str], ...]:
    """(kind, SQL) of genanki's tables and indexes."""
    made = _made_by_genanki([], {}, 0)
    return tuple(made.execute("SELECT type, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"))


def build_plan(file: Path, look: Look) -> None:
    """Write `plan.apkg`: a filtered deck for each day of the rotation, with one suspended guide card each.

    A filtered deck travels only if it holds a card and the learner imports learning progress (README says how).
    """
    plan, root = look.plan, look.plan.tag
    home = _Deck(_PLAN_DECK_IDS, f"{plan.deck} plan", conf=1, desc="Guides to the weekday decks.", md=True)
    model = _model("guide", look)
    decks: list[Any] = [home]
    rows: list[tuple[int, int]] = []
    new_limit = max(limit.new for limit in look.limits.values())
    review_limit = max(limit.review for limit in look.limits.values())
    for index, day in enumerate(days_of(plan), 1):
        title = DAYS[day]
        categories = [category.title for category in plan.categories if category.day == day]
        search = f'"deck:{plan.deck}::*" tag:{root}::day::{day} -tag:{root}::retired'
        terms = [[f"{search} is:due", review_limit, 6], [f"{search} is:new", new_limit, 5]]
        about = f"{' and '.join(categories)}: due cards first, then new ones."
        if day == "weak":
            search = f'"deck:{plan.deck}::*" -tag:{root}::retired (prop:lapses>=2 OR rated:7:1) -is:suspended'
            terms = [[search, look.pace.review_diagrams * 10, 1]]
            about = "Weak areas: cards that lapsed twice, or failed within the last seven days. Sunday is for rest."
        number = _PLAN_DECK_IDS + index
        decks.append(
            _Deck(
                number,
                f"{plan.deck} plan::{index} {title}",
                dyn=1,
                terms=terms,
                resched=True,
                separate=True,
                delays=None,
                previewDelay=10,
                desc=about,
            )
        )
        key = note_key_of_guide(day)
        names = NOTE_TYPES["guide"].field_names
        values = {
            "Key": key,
            "Title": f"{title}: {' + '.join(categories) or 'weak areas'}",
            "Text": f"{about} Press Rebuild to gather the cards of the day.",
        }
        home.add_note(
            _Note(
                _NOTE_IDS + 900_000_000 + index,
                look.mods[guid_of(key)].mod,
                [0],
                model=model,
                guid=guid_of(key),
                fields=[values.get(name, "") for name in names],
                tags=[f"{root}::guide"],
                due=index,
                sort_field=key,
            )
        )
        rows.append((_NOTE_IDS + 900_000_000 + index, number))
    newest = max(look.mods[guid_of(note_key_of_guide(day))].mod for day in days_of(plan))
    made = _made_by_genanki(decks, {}, newest)
    for card, filtered in rows:
        made.execute(
            "UPDATE cards SET did = ?, odid = ?, odue = due, queue = -1 WHERE nid = ?",
            (filtered, _PLAN_DECK_IDS, card),
        )
    made.commit()
    made.execute("VACUUM")
    archive = Archive(file)
    archive.add("collection.anki2", deflate(made.serialize()))
    archive.add("media", deflate(b"{}"))
    archive.close()


def days_of(plan: Plan) -> list[str]:
    """The days that get a filtered deck: those with a category, and the weekend's weak areas."""
    used = {category.day for category in plan.categories}
    return [day for day in DAYS if day in used or day == "weak"]


def note_key_of_guide(day: str) -> str:
    """Key of the guide note of a day."""
    return f"plan/guide/{day}"


def guide_content(look_plan: Plan, day: str) -> list[object]:
    """What the ledger hashes of a guide note."""
    return [day, [category.title for category in look_plan.categories if category.day == day], 1]


def _short(guid: str) -> int:
    return int(hashlib.sha256(guid.encode()).hexdigest()[:8], 16) % 4_000_000


def _about(look: Look) -> str:
    """The description of the topmost deck. An import replaces it, so it tells what was imported last."""
    cards, diagrams = (sum(count) for count in zip(*look.counts.values(), strict=True)) if look.counts else (0, 0)
    where = f" from {look.plan.url}" if look.plan.url else ""
    return (
        f"{look.plan.about}\n\n{look.edition}: {cards:,} cards on {diagrams} diagrams in all.\n\n"
        f"To update, import the newer package{where} with the import dialog's defaults. Reviews are kept."
    )


def _tier_deck(number: int, redraw: bool, look: Look) -> tuple[Any, dict[str, Any]]:
    plan, tier = look.plan, look.plan.tier(number)
    preset_id = _PRESET_IDS + look.pace.weeks * 1000 + number * 10 + redraw
    limit = look.limits[number]
    new, review = (limit.redraw_new, limit.redraw_review) if redraw else (limit.new, limit.review)
    # Anki spends the first step on Again: a new card answered Good gets the second one, so the first day stands twice
    ladder = [day * _MINUTES_A_DAY for day in (plan.review_days[0], *plan.review_days)]
    delays, graduating = (ladder, plan.review_days[-1] * 3 // 2) if redraw else ([1, 10], 1)
    name = f"{plan.deck} {tier.deck}{' Redraw' if redraw else ''} ({look.pace.weeks} weeks)"
    cards, diagrams = look.counts.get(number, (0, 0))
    about = f"{tier.goal} Weeks {tier.weeks[0]} to {tier.weeks[1]}. {cards:,} cards on {diagrams} diagrams."
    if redraw:
        about = f"Redraw each diagram with pen and paper after {', '.join(map(str, plan.review_days))} days."
    deck = _Deck(
        _DECK_IDS + number * 10 + redraw,
        deck_name(plan, number, redraw),
        conf=preset_id,
        desc=about,
        md=True,
        desiredRetention=plan.retention_percent,
    )
    return deck, _preset(preset_id, name, (new, review), delays, graduating, plan.retention_percent)


def _preset(
    number: int, name: str, a_day: tuple[int, int], delays: list[int], graduating: int, retention: int
) -> dict[str, Any]:
    """An options group in the form of Anki's schema 11: new and review cards `a_day`, `delays` in minutes, the interval
    on `graduating` in days."""
    new, review = a_day
    return {
        "id": number,
        "mod": 0,
        "name": name,
        "usn": -1,
        "maxTaken": 90,
        "autoplay": True,
        "timer": 0,
        "replayq": True,
        "dyn": False,
        "new": {
            "bury": False,
            "delays": delays,
            "initialFactor": 2500,
            "ints": [graduating, graduating * 2 if graduating > 1 else 4, 0],
            "order": 1,
            "perDay": new,
        },
        "rev": {"bury": False, "ease4": 1.3, "ivlFct": 1.0, "maxIvl": 36500, "perDay": review, "hardFactor": 1.2},
        "lapse": {"delays": [10], "leechAction": 1, "leechFails": 8, "minInt": 1, "mult": 0.0},
        "newMix": 0,
        "newSortOrder": 1,
        "newGatherPriority": 1,
        "interdayLearningMix": 0,
        "reviewOrder": 0,
        "buryInterdayLearning": False,
        "desiredRetention": retention / 100,
    }


def _made_by_genanki(decks: Sequence[Any], presets: Mapping[str, Any], newest: int) -> sqlite3.Connection:
    """A collection in memory with what genanki writes for these decks; `newest` is the latest mod in it, in seconds."""
    connection = sqlite3.connect(":memory:")
    cursor = connection.cursor()
    genanki.Package(list(decks)).write_to_db(cursor, 0.0, itertools.count(1))
    row = cursor.execute("SELECT dconf FROM col").fetchone()
    dconf = {**json.loads(row[0]), **presets}
    cursor.execute("UPDATE col SET dconf = ?, mod = ?, scm = ?", (json.dumps(dconf), newest * 1000, newest * 1000))
    connection.commit()
    return connection


def mean_cards(placed: Sequence[Placed]) -> float:
    """Cards a diagram, without the redraw cards; 9 where there is nothing to count."""
    cards = [p for p in placed if not p.note.retired and p.note.kind != "redraw"]
    return mean(len(cards), len({p.note.diagram for p in cards}))


def mean(cards: int, diagrams: int) -> float:
    """Cards a diagram, rounded up; 9 where there is nothing to count."""
    return math.ceil(cards / diagrams) if diagrams else 9
