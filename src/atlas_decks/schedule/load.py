"""The load of the plan before anybody starts: new cards, reviews and hours, day by day.

The presets' limits and this forecast come from the same numbers (`limits`), so what it says is what the decks bring.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from atlas_decks.curriculum.models import Pace, Plan
from atlas_decks.schedule.limits import CardsADiagram, Limits
from atlas_decks.schedule.memory import REDRAW_RETENTION, Curve, curve
from atlas_decks.schedule.paces import exam_days

NEW_SECONDS = 40  # a new card: read, think, turn, read on, and its second look within the sitting
REVIEW_SECONDS = 12
REDRAW_SECONDS = 174  # the mean over the plan's steps of difficulty: 2, 3 and 5 minutes
RECALL = 0.9  # share of cards that a learner recalls
REDRAW_RECALL = 0.95
HOURS_ON_AVERAGE, HOURS_AT_MOST = 5.0, 6.0  # caps: the mean of a week's days, and any day (the plan's own)
_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Day:
    """What a day brings: new cards, reviews of cards, redraws (new and due), redraws left for tomorrow, hours."""

    new: float
    reviews: float
    redraws: float
    waiting: float
    hours: float


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """The days of the plan, from a Monday on."""

    days: Sequence[Day]

    def weeks(self) -> list[Sequence[Day]]:
        """The days, week by week."""
        return [self.days[start : start + _DAYS] for start in range(0, len(self.days), _DAYS)]

    @property
    def over(self) -> list[int]:
        """Numbers, from 1, of the weeks that are above a cap."""
        return [
            number
            for number, days in enumerate(self.weeks(), 1)
            if sum(day.hours for day in days) / len(days) > HOURS_ON_AVERAGE
            or max(day.hours for day in days) > HOURS_AT_MOST
        ]


def forecast(plan: Plan, pace: Pace, limits: Limits, mean: CardsADiagram, *, fsrs: bool = False) -> Forecast:
    """The load of everything that is planned, studied at a pace within its limits by a learner with average recall.

    `mean` are cards a diagram; new cards come on the pace's study days without an exam, reviews on all.
    """
    days, exams = pace.weeks * _DAYS, exam_days(plan, pace)
    core = _Stock(plan.planned * mean.core, limits.cards.new)
    deeper = _Stock(plan.planned * mean.deeper if pace.deeper else 0, limits.deeper.new)
    redraws = _Stock(plan.planned * mean.anchors, limits.redraw.new)
    again = curve(days, RECALL, plan.retention_percent / 100, fsrs=fsrs)
    redraw_again = curve(days, REDRAW_RECALL, REDRAW_RETENTION, fsrs=fsrs, redraw=True)
    new: list[float] = []
    drawn: list[float] = []  # redraws that were new on each day
    result: list[Day] = []
    waiting = 0.0
    for number in range(days):
        week, day = divmod(number, _DAYS)
        studies = day < pace.study_days and week * pace.study_days + day + 1 not in exams
        new.append(core.take() + deeper.take() if studies else 0)
        drawn.append(0)
        reviews = _due(new, again)
        due = waiting + _due(drawn, redraw_again)
        done = min(due, limits.redraw.reviews)
        waiting = due - done
        if studies:  # Anki's limit on reviews holds for both together, and reviews come first
            drawn[-1] = redraws.take(limits.redraw.reviews - done)
        seconds = new[-1] * NEW_SECONDS + reviews * REVIEW_SECONDS + (drawn[-1] + done) * REDRAW_SECONDS
        result.append(
            Day(new=new[-1], reviews=reviews, redraws=drawn[-1] + done, waiting=waiting, hours=seconds / 3600)
        )
    return Forecast(days=result)


class _Stock:
    """Cards that are not met yet, handed out at most so many a day."""

    def __init__(self, left: float, a_day: int) -> None:
        self._left, self._a_day = left, a_day

    def take(self, at_most: float = math.inf) -> float:
        """The cards of a day."""
        taken = min(self._left, self._a_day, at_most)
        self._left -= taken
        return taken


def _due(new: Sequence[float], again: Curve) -> float:
    """Reviews on the last of these days: what was new on each day before, times what the curve says of its age."""
    today = len(new) - 1
    return sum(new[today - age] * again[age] for age in range(1, len(new)))
