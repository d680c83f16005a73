"""Anki's own figures, by its own formulas: where Anki's statistics say the same thing, they agree digit by digit.

Sources: rslib/src/stats/graphs (retention.rs, card_counts.rs, future_due.rs, reviews.rs, retrievability.rs).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from atlas_decks.learner.collection.days import Today
from atlas_decks.learner.collection.model import (
    AGAIN,
    MATURE,
    Answer,
    CardType,
    HeldCard,
    Memory,
    Queue,
    ReviewKind,
)

# Anki's periods, in days ago: from .. to before ..; nothing of the future counts
PERIODS: Mapping[str, tuple[int, int | None]] = {
    "today": (0, 1),
    "yesterday": (1, 2),
    "week": (0, 7),
    "month": (0, 30),
    "year": (0, 365),
    "all": (0, None),
}
_at = itemgetter(0)  # when an answer was given; its field by number, as it is asked a million times
_Z = 1.959964  # of the normal distribution: 95 % lie within


@dataclass(frozen=True)
class Share:
    """So many of so many, with what can be said of the share behind them."""

    of: int
    passed: int

    @property
    def share(self) -> float | None:
        """The share, 0 to 1; None of nothing."""
        return self.passed / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of 95 %, the one for few answers too (E. B. Wilson, JASA 22, 1927, p. 209)."""
        if not self.of:
            return 0.0, 1.0
        share, spread = self.passed / self.of, _Z * _Z / self.of
        middle = (share + spread / 2) / (1 + spread)
        half = _Z / (1 + spread) * math.sqrt(share * (1 - share) / self.of + spread / (4 * self.of))
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class Retention:
    """Anki's true retention: answers to young cards and to mature ones."""

    young: Share
    mature: Share

    def __add__(self, other: Retention) -> Retention:
        """The retention of both spans."""
        pairs = ((self.young, other.young), (self.mature, other.mature))
        return Retention(*(Share(one.of + two.of, one.passed + two.passed) for one, two in pairs))

    @property
    def all(self) -> Share:
        """Both together."""
        return Share(self.young.of + self.mature.of, self.young.passed + self.mature.passed)


def retention(answers: Iterable[Answer]) -> Retention:
    """The true retention of these answers: of those that test memory, whatever others are among them."""
    of = mature = passed = mature_passed = 0
    for answer in answers:
        if answer.tests_memory:
            of += 1
            right = answer.button > AGAIN
            passed += right
            if answer.last_interval >= MATURE:
                mature += 1
                mature_passed += right
    return Retention(Share(of - mature, passed - mature_passed), Share(mature, mature_passed))


def within(answers: Sequence[Answer], day: Today, period: tuple[int, int | None]) -> Sequence[Answer]:
    """The answers of a period, given in days ago, of answers in the order of time."""
    first, end = period
    since = 0 if end is None else bisect_left(answers, day.starts(end - 1), key=_at)
    return answers[since : bisect_left(answers, day.starts(first - 1), key=_at)]


@dataclass(frozen=True, kw_only=True)
class CardCounts:
    """Anki's counts of cards; suspended and buried ones count for what they are besides that."""

    new: int
    learning: int
    relearning: int
    young: int
    mature: int
    suspended: int
    buried: int

    @property
    def introduced(self) -> int:
        """All but the new ones."""
        return self.learning + self.relearning + self.young + self.mature


def card_counts(cards: Iterable[HeldCard]) -> CardCounts:
    """How many cards there are of each kind."""
    types: Counter[int] = Counter()
    queues: Counter[int] = Counter()
    mature = 0
    for card in cards:
        types[card.type] += 1
        queues[card.queue] += 1
        mature += card.mature
    return CardCounts(
        new=types[CardType.NEW],
        learning=types[CardType.LEARNING],
        relearning=types[CardType.RELEARNING],
        young=types[CardType.REVIEW] - mature,
        mature=mature,
        suspended=queues[Queue.SUSPENDED],
        buried=queues[Queue.BURIED] + queues[Queue.USER_BURIED],
    )


def due_by_day(cards: Iterable[HeldCard], day: Today) -> Counter[int]:
    """How many cards come back in how many days; below 0 they are overdue."""
    found: Counter[int] = Counter()
    for card in cards:
        if not card.introduced or card.suspended:
            continue
        due = day.due_in(card)
        if due > 0 or card.queue not in (Queue.BURIED, Queue.USER_BURIED):
            found[due] += 1
    return found


@dataclass
class DayOfAnswers:
    """The answers of a day as Anki's graph of reviews has them, and their milliseconds."""

    learning: int = 0
    relearning: int = 0
    young: int = 0
    mature: int = 0
    filtered: int = 0
    millis: int = 0

    @property
    def count(self) -> int:
        """All answers."""
        return self.learning + self.relearning + self.young + self.mature + self.filtered


def answers_by_day(answers: Iterable[Answer], day: Today) -> dict[int, DayOfAnswers]:
    """The answers of each day, by how many days ago it was."""
    found: dict[int, DayOfAnswers] = {}
    for answer in answers:
        if answer.kind in (ReviewKind.MANUAL, ReviewKind.RESCHEDULED):
            continue
        of_day = found.setdefault(day.ago(answer.at), DayOfAnswers())
        of_day.millis += answer.millis
        if answer.kind == ReviewKind.LEARNING:
            of_day.learning += 1
        elif answer.kind == ReviewKind.RELEARNING:
            of_day.relearning += 1
        elif answer.kind == ReviewKind.FILTERED:
            of_day.filtered += 1
        elif answer.last_interval >= MATURE:
            of_day.mature += 1
        else:
            of_day.young += 1
    return found


def recall(memory: Memory, days: float) -> float:
    """The chance, 0 to 1, that FSRS gives a card to be recalled so many days after its last review.

    https://github.com/open-spaced-repetition/awesome-fsrs/wiki/The-Algorithm: the curve falls to 0.9 at the stability.
    """
    factor = math.pow(0.9, -1 / memory.decay) - 1
    return math.pow(1 + factor * days / memory.stability, -memory.decay)
