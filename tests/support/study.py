"""A learner who studies day after day in the real Anki, with a memory that recalls a fixed share."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from atlas_decks.learner import real_anki
from support.clock import age, answer_next

AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4


@contextmanager
def collection_with(*packages: Path, presets: bool = True, fsrs: bool = False) -> Iterator[Any]:
    """A collection with these packages imported; `atlas-plan.apkg` with learning progress, as README says."""
    with real_anki.temporary_collection() as col:
        col.db.execute("PRAGMA synchronous = OFF")  # a collection of a test need not survive a power failure
        col.set_config("fsrs", fsrs)
        for package in packages:
            real_anki.import_package(
                col, package, with_presets=presets, with_scheduling=package.name.endswith("-plan.apkg")
            )
        yield col


def deck(col: Any, name: str) -> int:
    """The id of a deck."""
    return int(col.decks.id_for_name(name))


def offered(col: Any, name: str) -> tuple[int, int]:
    """(new, due) as the deck list shows them beside a deck."""
    node = col.decks.find_deck_in_tree(col.sched.deck_due_tree(), deck(col, name))
    return node.new_count, node.learn_count + node.review_count


@dataclass
class Learner:
    """Studies a collection; new cards are answered Good, others recalled with a chance of `recall`."""

    col: Any
    recall: float = 0.9
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def study(self, name: str) -> list[Any]:
        """Answer everything that a deck offers; returns the cards as they were answered."""
        self.col.decks.select(deck(self.col, name))
        done = []
        while (card := answer_next(self.col, self._rating)) is not None:
            done.append(card)
        return done

    def _rating(self, card: Any) -> int:
        return GOOD if card.type != 2 or self.chance.random() < self.recall else AGAIN

    def sleep(self, days: int = 1) -> None:
        """Let days pass. The list of decks comes first then, and ends the burying of the day before."""
        age(self.col, days)
        self.col.db.execute("PRAGMA synchronous = OFF")
        self.col.sched.deck_due_tree()

    def study_some(self, name: str, cards: int) -> None:
        """Answer so many cards of a deck."""
        self.col.decks.select(deck(self.col, name))
        for _ in range(cards):
            answer_next(self.col, self._rating)
