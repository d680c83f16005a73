"""What was done, day by day, week by week and month by month: the study plan's tracking, as far as a collection knows.

A day is one of Anki's, which begins at its rollover hour; weeks are those of the plan, months those of the calendar.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from atlas_decks.learner.collection.statistics import Retention, retention, within
from atlas_decks.study.progress.evidence import REDRAW, Evidence
from atlas_decks.study.timetable import WEEK

_HOUR = 3_600_000  # milliseconds
# what the study plan tracks besides, and no collection can hold
NOT_IN_A_COLLECTION = (
    "pages read",
    "practice problems",
    "mock interviews",
    "minutes for a design",
    "confidence",
    "motivation and fatigue",
)


@dataclass(frozen=True, kw_only=True)
class Log:
    """A span of days from `first` to `last`: what was new, what was answered, and how long that took.

    `met` and `met_in_all` are diagrams whose first card was answered then, and until then.
    """

    name: str
    first: date
    last: date
    met: int
    met_in_all: int
    new_cards: int
    answers: int
    redraws: int
    hours: float
    recall: Retention


@dataclass(frozen=True, kw_only=True)
class Logs:
    """All days with an answer, and all weeks and months since the start with the empty ones between."""

    days: Sequence[Log]
    weeks: Sequence[Log]
    months: Sequence[Log]


def logs(evidence: Evidence, start: date) -> Logs:
    """What was done since the first answer; weeks are numbered from `start`, where that is not later."""
    days = _days(evidence)
    if not days:
        return Logs(days=(), weeks=(), months=())
    today, first = evidence.today.on, min(days[0].first, start)

    def week(day: date) -> int:
        return (day - start).days // WEEK

    def month(day: date) -> int:
        return day.year * 12 + day.month - 1

    weeks = range(week(first), week(today) + 1)
    months = range(month(days[0].first), month(today) + 1)
    return Logs(
        days=days,
        weeks=_spans(days, week, weeks, lambda number: _of_week(start, number)),
        months=_spans(days, month, months, _of_month),
    )


def _of_week(start: date, number: int) -> tuple[date, date, str]:
    first = date.fromordinal(start.toordinal() + number * WEEK)
    return first, date.fromordinal(first.toordinal() + WEEK - 1), f"week {number + 1}"


def _of_month(number: int) -> tuple[date, date, str]:
    year, month = divmod(number, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, 1), date.fromordinal(following.toordinal() - 1), f"{year}-{month + 1:02d}"


def _days(evidence: Evidence) -> list[Log]:
    """The log of each day with an answer."""
    today = evidence.today
    redraws = {card.held.id for d in evidence.diagrams for card in d.cards if card.kind == REDRAW and card.held}
    met = Counter(today.ago(studied.first or 0) for studied in evidence.met)
    new = Counter(evidence.first_days.values())
    found, in_all = [], 0
    first = today.ago(evidence.answers[0].at) if evidence.answers else -1
    for ago in range(first, -1, -1):
        given = [answer for answer in within(evidence.answers, today, (ago, ago + 1)) if answer.button]
        if not given:
            continue
        day = today.date_of(ago)
        in_all += met[ago]
        found.append(
            Log(
                name=day.isoformat(),
                first=day,
                last=day,
                met=met[ago],
                met_in_all=in_all,
                new_cards=new[ago],
                answers=len(given),
                redraws=sum(answer.card in redraws for answer in given),
                hours=sum(answer.millis for answer in given) / _HOUR,
                recall=retention(given),
            )
        )
    return found


def _spans(
    days: Sequence[Log],
    key: Callable[[date], int],
    numbers: Iterable[int],
    about: Callable[[int], tuple[date, date, str]],
) -> list[Log]:
    """A log for each of these spans of days."""
    of_span: dict[int, list[Log]] = {}
    for day in days:
        of_span.setdefault(key(day.first), []).append(day)
    found, in_all = [], 0
    for number in numbers:
        mine = of_span.get(number, [])
        first, last, name = about(number)
        in_all = mine[-1].met_in_all if mine else in_all
        found.append(
            Log(
                name=name,
                first=first,
                last=last,
                met=sum(day.met for day in mine),
                met_in_all=in_all,
                new_cards=sum(day.new_cards for day in mine),
                answers=sum(day.answers for day in mine),
                redraws=sum(day.redraws for day in mine),
                hours=sum(day.hours for day in mine),
                recall=sum((day.recall for day in mine), retention(())),
            )
        )
    return found
