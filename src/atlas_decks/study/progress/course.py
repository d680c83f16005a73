"""Where the learner is on the plan's way: its week, days ahead or behind, the end at today's pace, milestones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from atlas_decks.study.phases import MILESTONES
from atlas_decks.study.progress.evidence import Evidence
from atlas_decks.study.timetable import WEEK, Timetable

PACE_DAYS = 14  # that today's pace is taken from
_LATEST = date(2199, 12, 31)


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """A milestone of the plan: when it was reached, and otherwise when it will be at today's pace, and in the plan."""

    percent: int
    diagrams: int
    meaning: str
    treat: str
    reached: date | None
    expected: date | None
    planned: date | None


@dataclass(frozen=True, kw_only=True)
class Course:
    """Where the learner is.

    `week` is that of the plan (0 before its start, one more than its last after the end). `ahead` counts study days,
    below 0 behind: by how many the diagrams met are those of another day. `due` are the written diagrams that the plan
    has brought. `a_day` is today's pace, diagrams a day; `ends` when all that is planned is met at it, None at no pace,
    and `ends_written` the same for what is written.
    """

    start: date
    end: date
    week: int
    weeks: int
    met: int
    due: int
    ahead: int
    a_day: float
    ends: date | None
    ends_written: date | None
    milestones: Sequence[Milestone]


def course(evidence: Evidence, timetable: Timetable) -> Course:
    """Where a collection is on the way of a timetable."""
    today, plan = evidence.today, timetable.plan
    met = [today.date_of(today.ago(studied.first or 0)) for studied in evidence.met]
    # the days that bring the written diagrams, by number; one beyond the plan's cap comes on none
    days = [day.number for studied in evidence.diagrams if (day := timetable.brings(studied.slot))]
    now = sum(1 for day in timetable.days if day.date <= today.on)
    recent = sum(1 for day in met if (today.on - day).days < PACE_DAYS)
    begun = min(met, default=today.on)
    a_day = recent / min(PACE_DAYS, (today.on - begun).days + 1)
    week = (today.on - timetable.start).days // WEEK + 1
    return Course(
        start=timetable.start,
        end=timetable.end,
        week=min(max(week, 0), timetable.pace.weeks + 1),
        weeks=timetable.pace.weeks,
        met=len(met),
        due=sum(1 for number in days if number <= now),
        ahead=_ahead(len(met), days, now),
        a_day=a_day,
        ends=_reached(today.on, plan.planned - len(met), a_day),
        ends_written=_reached(today.on, len(evidence.diagrams) - len(met), a_day),
        milestones=[
            Milestone(
                percent=percent,
                diagrams=(needed := -(-plan.planned * percent // 100)),
                meaning=meaning,
                treat=treat,
                reached=met[needed - 1] if len(met) >= needed else None,
                expected=None if len(met) >= needed else _reached(today.on, needed - len(met), a_day),
                planned=day.date if (day := timetable.reaches(percent)) else None,
            )
            for percent, meaning, treat in MILESTONES
        ],
    )


def _ahead(met: int, days: Sequence[int], now: int) -> int:
    """Study days between the day whose diagrams are met by now, and today; today's own need not be met yet."""
    if met < len(days) and days[met] <= now:
        return days[met] - now
    last = days[min(met, len(days)) - 1] if met and days else 0
    return max(0, last - now)


def _reached(today: date, left: int, a_day: float) -> date | None:
    """The date by which so many more diagrams are met."""
    if left <= 0:
        return today
    if a_day <= 0 or left / a_day > (_LATEST - today).days:
        return None
    return today + timedelta(days=-int(-left // a_day))
