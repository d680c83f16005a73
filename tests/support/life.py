"""Collections with a life in them, made by the real Anki: weeks of study, lapses, an exam, cards set by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anki.collection import ExportAnkiPackageOptions

from support.clock import age, answer_next
from support.study import AGAIN, EASY, GOOD, HARD, collection_with

EXAM = "Exam"


@contextmanager
def lived(package: Path, days: int, *, fsrs: bool = False, a_day: int = 25) -> Iterator[Any]:
    """A collection that was studied for so many days, up to yesterday, with whatever happens in a life.

    Besides ours it holds notes of the learner's own, which were answered too. Today an exam was sat.
    """
    chance = random.Random(days)
    with collection_with(package, fsrs=fsrs) as col:
        _own_notes(col)
        for day in range(days):
            for name, count in (("Atlas", a_day), ("Atlas::Redraw", 3), ("Mine", 2)):
                if (deck := col.decks.id_for_name(name)) is not None:
                    _study(col, deck, count, chance)
            if day == days // 2:
                _by_hand(col)
            age(col)
        sit_exam(col, "deck:Atlas::*", 12, chance)
        yield col


def _rating(chance: random.Random) -> int:
    return chance.choices((AGAIN, HARD, GOOD, EASY), (12, 8, 72, 8))[0]


def _study(col: Any, deck: int, count: int, chance: random.Random) -> None:
    col.decks.select(deck)
    for _ in range(count):
        if answer_next(col, lambda _: _rating(chance)) is None:
            break


def _own_notes(col: Any) -> None:
    deck = col.decks.id("Mine")
    for number in range(20):
        note = col.new_note(col.models.by_name("Basic"))
        note["Front"], note["Back"] = f"mine {number}", "mine"
        col.add_note(note, deck)


def _by_hand(col: Any) -> None:
    """Suspend, bury, set a due date, forget: each for a card of ours."""
    cards = col.find_cards("deck:Atlas is:review")
    if len(cards) >= 4:
        col.sched.suspend_cards([cards[0]])
        col.sched.bury_cards([cards[1]])
        col.sched.set_due_date([cards[2]], "30!")
        col.sched.schedule_cards_as_new([cards[3]])


def sit_exam(col: Any, search: str, cards: int, chance: random.Random, *, right: float = 0.8) -> None:
    """Answer cards that were begun, in a filtered deck that reschedules nothing; then it goes."""
    number = col.decks.new_filtered(EXAM)
    deck = col.decks.get(number)
    deck["terms"], deck["resched"] = [[f"({search}) -is:new -is:suspended", cards, 1]], False
    col.decks.save(deck)
    col.sched.rebuild_filtered_deck(number)
    col.decks.select(number)
    for _ in range(cards):
        if answer_next(col, lambda _: GOOD if chance.random() < right else AGAIN) is None:
            break
    col.sched.empty_filtered_deck(number)


def export(col: Any, file: Path, *, legacy: bool = False, scheduling: bool = True) -> Path:
    """Export the collection as its learner does: everything as `.colpkg`, or the decks as `.apkg`."""
    if file.suffix == ".colpkg":
        col.export_collection_package(str(file), include_media=False, legacy=legacy)
        col.reopen()
        return file
    options = ExportAnkiPackageOptions(
        with_scheduling=scheduling, with_deck_configs=True, with_media=False, legacy=legacy
    )
    col.export_anki_package(out_path=str(file), options=options, limit=None)
    return file
