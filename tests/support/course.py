"""A learner who goes through the whole plan as README says, with what was played, week by week."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from atlas_decks.schedule import load
from support.clock import answer_next, turn_week
from support.study import AGAIN, GOOD, Learner, deck, offered

_GUIDES = ("1 Mon", "2 Tue", "3 Wed", "4 Thu", "5 Fri", "6 Sat", "7 Weekend")
_NEW, _REVIEW = 0, 2  # types of cards


@dataclass
class CourseLearner(Learner):
    """Does the decks of each day; recalls and takes as long as the forecast assumes.

    A day's `log` counts `new` and `reviews` of cards, `redraws` (those that were `drawn` first among them), answers of
    an `exam`, and the `seconds` of all but the exam and of it.
    """

    chance: random.Random = field(default_factory=lambda: random.Random(5))
    log: Counter[str] = field(default_factory=Counter)
    met: set[str] = field(default_factory=set)  # diagrams
    _redraws: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._redraws = set(self.col.find_cards("deck:Atlas::Redraw::*"))

    def day(self, weekday: int, exams: Sequence[str] = ()) -> None:
        """A day (0 is Monday): what is due, by the deck of the day; then what is new, or these exams.

        The night is the caller's: see `sleep`.
        """
        turn_week(self.col, weekday)
        # what was forgotten in the deck of an earlier day waits there
        for name in [name for name in _GUIDES if sum(offered(self.col, f"Atlas plan::{name}"))]:
            self._do(f"Atlas plan::{name}")
        self._gather(_GUIDES[weekday])
        for exam in exams:
            self._gather(f"Exam {exam}", exam=True)
        if not exams:
            self._do("Atlas::Cards")
            self._do("Atlas::Redraw")

    def _gather(self, name: str, *, exam: bool = False) -> None:
        self.col.sched.rebuild_filtered_deck(deck(self.col, f"Atlas plan::{name}"))
        self._do(f"Atlas plan::{name}", exam=exam)

    def _do(self, name: str, *, exam: bool = False) -> None:
        self.col.decks.select(deck(self.col, name))
        while (card := answer_next(self.col, self._rate, self._seconds)) is not None:
            key, seconds = card.note().fields[0], self._seconds(card)
            if key.startswith("plan/"):  # the guide of a deck, which is no card of the plan
                continue
            if exam:
                self.log.update(exam=1, exam_seconds=seconds)
                continue
            self.log["seconds"] += seconds
            new = card.type == _NEW
            if new:
                self.met.add(key.split("/")[0])
            if card.id in self._redraws:
                self.log.update(redraws=1, drawn=int(new))
            else:
                self.log["new" if new else "reviews"] += 1

    def _rate(self, card: Any) -> int:
        recall = load.REDRAW_RECALL if card.id in self._redraws else load.RECALL
        return GOOD if card.type != _REVIEW or self.chance.random() < recall else AGAIN

    def _seconds(self, card: Any) -> int:
        if card.id in self._redraws:
            return load.REDRAW_SECONDS
        return load.NEW_SECONDS if card.type == _NEW else load.REVIEW_SECONDS
