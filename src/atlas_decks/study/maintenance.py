"""What keeps the knowledge after the end of the plan: a review a month, a deep dive a quarter, a refresh a year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from atlas_decks.study.timetable import WEEK, Timetable

_MONTH, _QUARTER, _YEAR = 4, 13, 52  # weeks after the end from which on each kind begins
_BYDAY = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MONTHLY = (
    "Two hours: redraw 25 diagrams drawn at random, read five new incidents, add what is new, one mock interview."
)
_QUARTERLY = "A day: design one whole system, bring your notes up to date, learn one new technology, teach somebody."
_YEARLY = "A week: go through all categories, correct what is out of date, add new companies, rebuild weak areas."


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A kind of maintenance: its first day, how many days it has, the months from one to the next.

    `rule` is its RRULE (RFC 5545): in each such month the `nth` weekday that its first day is.
    """

    slug: str
    title: str
    takes: str
    about: str
    first: date
    days: int
    months: int
    nth: int
    rule: str

    def next_from(self, day: date) -> date:
        """Its next day that is not before `day`."""
        number = self.first.year * 12 + self.first.month - 1
        found = self.first
        while found < day:
            number += self.months
            found = _nth(date(number // 12, number % 12 + 1, 1), self.first.weekday(), self.nth)
        return found


def maintenance(timetable: Timetable) -> Iterator[Kept]:
    """What comes after a timetable: on the last weekday of its weeks, and for a week from the first."""
    last, first = timetable.end.weekday(), timetable.days[0].date.weekday()
    month = _nth(timetable.end + timedelta(weeks=_MONTH), last, 1)
    quarter = _nth(timetable.end + timedelta(weeks=_QUARTER), last, 2)
    year = _nth(timetable.end + timedelta(weeks=_YEAR), first, 1)
    yield Kept(
        slug="monthly",
        title="Monthly review",
        takes="2 hours",
        about=_MONTHLY,
        first=month,
        days=1,
        months=1,
        nth=1,
        rule=f"FREQ=MONTHLY;BYDAY=1{_BYDAY[last]}",
    )
    yield Kept(
        slug="quarterly",
        title="Quarterly deep dive",
        takes="8 hours",
        about=_QUARTERLY,
        first=quarter,
        days=1,
        months=3,
        nth=2,
        rule=f"FREQ=MONTHLY;INTERVAL=3;BYDAY=2{_BYDAY[last]}",
    )
    yield Kept(
        slug="yearly",
        title="Yearly refresh",
        takes="a week",
        about=_YEARLY,
        first=year,
        days=WEEK,
        months=12,
        nth=1,
        rule=f"FREQ=YEARLY;BYMONTH={year.month};BYDAY=1{_BYDAY[first]}",
    )


def _nth(earliest: date, weekday: int, nth: int) -> date:
    """The first date from `earliest` on that is the `nth` such weekday of its month."""
    day = earliest
    while day.weekday() != weekday or (day.day - 1) // WEEK + 1 != nth:
        day += timedelta(days=1)
    return day
