"""What comes: the cards of the next days, and how much will be recalled on the day of a checkpoint.

Cards that are due are Anki's own figure. What follows from them is reckoned with the recall that the learner has had:
what is recalled comes back after a longer interval, what is forgotten comes back like a new card (`schedule.memory`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from atlas_decks.learner.collection.days import Today
from atlas_decks.learner.collection.model import HeldCard
from atlas_decks.learner.collection.statistics import PERIODS, due_by_day, recall, retention, within
from atlas_decks.schedule.load import RECALL
from atlas_decks.schedule.memory import EASE, curve
from atlas_decks.study.progress.areas import ENOUGH
from atlas_decks.study.progress.course import PACE_DAYS
from atlas_decks.study.progress.evidence import Evidence

DAYS = 30


@dataclass(frozen=True, kw_only=True)
class DayAhead:
    """A day to come: cards that are due on it now (Anki's figure), all expected answers, and hours for them."""

    day: date
    due: int
    answers: float
    hours: float


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """The next days, today first. `overdue` are cards from before today; `new_a_day` is the pace that is assumed.

    `recall` (0 to 1) and `seconds` an answer are the learner's own of the last month where there are enough answers.
    """

    days: Sequence[DayAhead]
    overdue: int
    new_a_day: float
    recall: float
    seconds: float


def own_recall(evidence: Evidence) -> float:
    """The learner's recall of the last month, or what the plan's forecast assumes."""
    share = retention(within(evidence.answers, evidence.today, PERIODS["month"])).all
    return share.passed / share.of if share.of >= ENOUGH else RECALL


def ahead(evidence: Evidence) -> Ahead:
    """The next days at today's pace of new cards."""
    today = evidence.today
    right, seconds = own_recall(evidence), _own_seconds(evidence)
    fsrs = evidence.collection.fsrs
    again = curve(DAYS, right, evidence.curriculum.plan.retention_percent / 100, fsrs=fsrs)
    due = due_by_day(evidence.cards, today)
    new = _new_a_day(evidence)
    expected = _follow(evidence.cards, today, right, again)
    for age, share in enumerate(again):
        for day in range(age, DAYS):
            expected[day] += new * share
    return Ahead(
        days=[
            DayAhead(
                day=today.on + timedelta(days=number),
                due=due[number],
                answers=expected[number],
                hours=expected[number] * seconds / 3600,
            )
            for number in range(DAYS)
        ],
        overdue=sum(count for day, count in due.items() if day < 0),
        new_a_day=new,
        recall=right,
        seconds=seconds,
    )


def _own_seconds(evidence: Evidence) -> float:
    given = [a.millis for a in within(evidence.answers, evidence.today, PERIODS["month"]) if a.rated]
    return sum(given) / len(given) / 1000 if given else 0.0


def _new_a_day(evidence: Evidence) -> float:
    """New cards a day of the last days."""
    firsts = evidence.first_days.values()
    if not firsts:
        return 0.0
    return sum(ago < PACE_DAYS for ago in firsts) / min(PACE_DAYS, max(firsts) + 1)


def _follow(cards: Iterable[HeldCard], today: Today, right: float, again: Sequence[float]) -> list[float]:
    """Expected answers of each day to the cards that were begun: those that are due, and what follows from them."""
    expected = [0.0] * DAYS
    waiting: list[dict[int, float]] = [{} for _ in range(DAYS)]  # by day: how many cards of which interval

    def wait(day: int, interval: int, count: float) -> None:
        if day < DAYS:
            waiting[day][interval] = waiting[day].get(interval, 0.0) + count

    for card in cards:
        if card.introduced and not card.suspended:
            wait(max(0, today.due_in(card)), max(1, card.interval), 1.0)
    for day, cards_of_day in enumerate(waiting):
        for interval, count in cards_of_day.items():
            expected[day] += count
            for age in range(1, DAYS - day):
                expected[day + age] += count * (1 - right) * again[age]
            longer = _longer(interval, EASE)
            wait(day + longer, longer, count * right)
    return expected


def _longer(interval: int, ease: float) -> int:
    return max(interval + 1, round(interval * ease))


# --- the day of a checkpoint -----------------------------------------------------------------------------------------


def recall_on(cards: Iterable[HeldCard], today: Today, days: int, right: float) -> float | None:
    """The mean chance (0 to 1) that cards which were begun are recalled in so many days, if reviewed as they come due.

    Of a card that FSRS knows by its own curve, else by one that falls to `right` at the end of the interval. None where
    no card was begun.
    """
    chances = [_chance(card, today, days, right) for card in cards if card.introduced and not card.suspended]
    return sum(chances) / len(chances) if chances else None


def _chance(card: HeldCard, today: Today, days: int, right: float) -> float:
    interval = max(1, card.interval)
    due = max(0, today.due_in(card))
    if days <= due:  # it does not come back before
        since = interval - today.due_in(card) + days
        if card.memory:
            return recall(card.memory, today.elapsed(card, card.memory) + days)
        return float(right ** (max(0, since) / interval))
    growth, last = 1.0, due
    while last + (following := _longer(round(interval * growth), EASE)) <= days:
        growth, last = following / interval, last + following
    stretch = _longer(round(interval * growth), EASE)
    if card.memory:
        grown = card.memory._replace(stability=card.memory.stability * stretch / interval)
        return recall(grown, days - last)
    return float(right ** ((days - last) / stretch))


def by_tier(evidence: Evidence) -> Mapping[int, list[HeldCard]]:
    """The learner's core cards by their tiers."""
    found: dict[int, list[HeldCard]] = {}
    for studied in evidence.diagrams:
        mine = [card.held for card in studied.cards if card.core and card.held]
        found.setdefault(studied.diagram.category.tier, []).extend(mine)
    return found
