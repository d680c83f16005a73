"""Signs of overload, and the study plan's way out of it as settings of Anki.

Of four signs two make an overload. The study plan's own signs (confusion, motivation, fatigue) are for the learner to
see; these are what a collection shows of them.
"""

from __future__ import annotations

import statistics as stats
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from atlas_decks.cards.kinds import DeckKind
from atlas_decks.curriculum.models import Pace, Plan
from atlas_decks.learner.collection.model import Answer
from atlas_decks.learner.collection.statistics import answers_by_day, due_by_day, retention, within
from atlas_decks.schedule.decks import parent_deck_name
from atlas_decks.schedule.limits import Limits
from atlas_decks.schedule.load import HOURS_AT_MOST, HOURS_ON_AVERAGE
from atlas_decks.study.progress.areas import ENOUGH
from atlas_decks.study.progress.evidence import Evidence
from atlas_decks.study.timetable import WEEK

SPAN = 14  # days that are compared with as many before
_BACKLOG_DAYS = 2  # of work
_POINTS = 0.05  # of retention
_SLOWER = 1.15  # times as long an answer
_SIGNS = 2  # that make an overload
_NO_NEW = 2  # days of the study plan's recovery without new material
_HALF = 7  # days of half the load, before all of it comes back


@dataclass(frozen=True, kw_only=True)
class Sign:
    """A sign: whether it is there, and what was measured, in a sentence."""

    slug: str
    there: bool
    measured: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of the recovery: from when to when (None: on), and New cards/day of each deck."""

    first: date
    last: date | None
    about: str
    new_a_day: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Strain:
    """The signs, and where they make an overload the steps out of it."""

    signs: Sequence[Sign]
    steps: Sequence[Step]

    @property
    def overload(self) -> bool:
        """Whether there are enough signs."""
        return bool(self.steps)


def strain(evidence: Evidence, pace: Pace, limits: Limits) -> Strain:
    """The signs of the last weeks; the steps start from the presets' `limits` of the `pace`."""
    recent = [*within(evidence.answers, evidence.today, (0, SPAN))]
    before = [*within(evidence.answers, evidence.today, (SPAN, 2 * SPAN))]
    signs = [_backlog(evidence, recent), _retention(recent, before), _slower(recent, before), _hours(evidence)]
    over = sum(sign.there for sign in signs) >= _SIGNS
    return Strain(
        signs=signs, steps=_recovery(evidence.curriculum.plan, pace, limits, evidence.today.on) if over else ()
    )


def _backlog(evidence: Evidence, recent: Sequence[Answer]) -> Sign:
    overdue = sum(count for day, count in due_by_day(evidence.cards, evidence.today).items() if day < 0)
    tests = sum(answer.tests_memory for answer in recent)
    span = min(SPAN, 1 + max((evidence.today.ago(answer.at) for answer in evidence.answers), default=0))
    a_day = max(1.0, tests / span)
    measured = f"{overdue:,} cards are overdue; you review {a_day:.0f} a day"
    return Sign(slug="backlog", there=overdue > _BACKLOG_DAYS * a_day, measured=measured)


def _retention(recent: Sequence[Answer], before: Sequence[Answer]) -> Sign:
    now, then = retention(recent).all, retention(before).all
    if min(now.of, then.of) < ENOUGH:
        return Sign(slug="retention", there=False, measured="too few reviews to compare two weeks with the two before")
    fall = then.passed / then.of - now.passed / now.of
    measured = f"recall went from {then.passed / then.of:.0%} to {now.passed / now.of:.0%} in {SPAN} days"
    return Sign(slug="retention", there=fall >= _POINTS, measured=measured)


def _slower(recent: Sequence[Answer], before: Sequence[Answer]) -> Sign:
    now, then = ([a.millis for a in span if a.tests_memory] for span in (recent, before))
    if min(len(now), len(then)) < ENOUGH or not stats.median(then):
        return Sign(slug="slower", there=False, measured="too few reviews to compare times")
    ratio = stats.median(now) / stats.median(then)
    measured = f"a review takes {stats.median(now) / 1000:.0f} s, {stats.median(then) / 1000:.0f} s before"
    return Sign(slug="slower", there=ratio >= _SLOWER, measured=measured)


def _hours(evidence: Evidence) -> Sign:
    by_day = answers_by_day(within(evidence.answers, evidence.today, (0, WEEK)), evidence.today)
    hours = [of_day.millis / 3_600_000 for of_day in by_day.values()]
    mean, most = sum(hours) / WEEK, max(hours, default=0.0)
    measured = f"{mean:.1f} hours a day in Anki over the last week, {most:.1f} on the fullest day"
    return Sign(slug="hours", there=mean > HOURS_ON_AVERAGE or most > HOURS_AT_MOST, measured=measured)


def _recovery(plan: Plan, pace: Pace, limits: Limits, today: date) -> list[Step]:
    """No new material for two days, then half of it, then all: the study plan's recovery."""
    kinds: tuple[tuple[DeckKind, int], ...] = (
        ("cards", limits.cards.new),
        *((("deeper", limits.deeper.new),) if pace.deeper else ()),
        ("redraw", limits.redraw.new),
    )

    def new(share: float) -> dict[str, int]:
        return {parent_deck_name(plan, kind): int(limit * share) for kind, limit in kinds}

    half, back = today + timedelta(days=_NO_NEW), today + timedelta(days=_NO_NEW + _HALF)
    return [
        Step(first=today, last=half - timedelta(days=1), about="Review only.", new_a_day=new(0)),
        Step(first=half, last=back - timedelta(days=1), about="Half of the new cards.", new_a_day=new(0.5)),
        Step(first=back, last=None, about="All of them, once nothing is overdue.", new_a_day=new(1)),
    ]
