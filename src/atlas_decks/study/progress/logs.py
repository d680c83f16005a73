"""What was done, day by day, week by week and month by month: the study plan's tracking, as far as a collection knows.

A day is one of Anki's, which begins at its rollover hour; weeks are those of the plan, months those of the calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from atlas_decks.learner.collection.model import Answer
from atlas_decks.learner.collection.statistics import Retention, retention
from atlas_decks.study.progress.evidence import REDRAW, Evidence
from atlas_decks.study.timetable import WEEK

_K = TypeVar("_K", bound=Hashable)
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
    dated = [(evidence.today.date_of(evidence.today.ago(answer.at)), answer) for answer in evidence.answers]
    if not dated:
        return Logs(days=(), weeks=(), months=())
    today, first = evidence.today.on, min(dated[0][0], start)

    def week(day: date) -> int:
        return (day - start).days // WEEK

    def month(day: date) -> int:
        return day.year * 12 + day.month - 1

    maker = _Maker(evidence, dated)
    weeks = range(week(first), week(today) + 1)
    months = range(month(dated[0][0]), month(today) + 1)
    return Logs(
        days=maker.spans(lambda day: day, sorted({day for day, _ in dated}), lambda day: (day, day, day.isoformat())),
        weeks=maker.spans(week, weeks, lambda number: _of_week(start, number)),
        months=maker.spans(month, months, _of_month),
    )


def _of_week(start: date, number: int) -> tuple[date, date, str]:
    first = date.fromordinal(start.toordinal() + number * WEEK)
    return first, date.fromordinal(first.toordinal() + WEEK - 1), f"week {number + 1}"


def _of_month(number: int) -> tuple[date, date, str]:
    year, month = divmod(number, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, 1), date.fromordinal(following.toordinal() - 1), f"{year}-{month + 1:02d}"


class _Maker:
    def __init__(self, evidence: Evidence, dated: Sequence[tuple[date, Answer]]) -> None:
        self._dated = dated
        self._redraws = {
            card.held.id for d in evidence.diagrams for card in d.cards if card.kind == REDRAW and card.held
        }
        today = evidence.today
        self._met = [today.date_of(today.ago(studied.first or 0)) for studied in evidence.met]
        firsts: dict[int, date] = {}
        for day, answer in dated:
            if answer.rated:
                firsts.setdefault(answer.card, day)
        self._new = list(firsts.values())

    def spans(
        self, key: Callable[[date], _K], names: Iterable[_K], about: Callable[[_K], tuple[date, date, str]]
    ) -> list[Log]:
        """A log for each of these spans."""
        given: dict[_K, list[Answer]] = {}
        for day, answer in self._dated:
            if answer.button:
                given.setdefault(key(day), []).append(answer)
        met, new = _counted(map(key, self._met)), _counted(map(key, self._new))
        found, in_all = [], 0
        for name in names:
            answers = given.get(name, [])
            first, last, title = about(name)
            in_all += met.get(name, 0)
            found.append(
                Log(
                    name=title,
                    first=first,
                    last=last,
                    met=met.get(name, 0),
                    met_in_all=in_all,
                    new_cards=new.get(name, 0),
                    answers=len(answers),
                    redraws=sum(answer.card in self._redraws for answer in answers),
                    hours=sum(answer.millis for answer in answers) / _HOUR,
                    recall=retention(answers),
                )
            )
        return found


def _counted(names: Iterable[_K]) -> dict[_K, int]:
    counts: dict[_K, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return counts
