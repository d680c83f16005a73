"""The days of the plan: each study day with its date, its week and its share of everything that is planned.

New diagrams are levelled: each day brings as many slots (`schedule.order`) as the next, so a tier may begin some days
before its own weeks. Slots are counted whether they are written or not, so a day stays what it is as content grows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from atlas_decks.curriculum.models import WEEKDAYS, Checkpoint, Pace, Plan
from atlas_decks.schedule.paces import exam_days

DAYS: Mapping[str, str] = dict([*WEEKDAYS.items(), ("sun", "Sunday")])  # in the order of `date.weekday`
_NAMES = tuple(DAYS)
WEEK = 7  # days
A_MONDAY = date(2001, 1, 1)  # where the plan starts while nobody has said when


@dataclass(frozen=True, kw_only=True)
class StudyDay:
    """A day of the plan, by number from 1: its date and week, its number within the week, the slots that it brings.

    A day with checkpoints brings nothing new.
    """

    number: int
    date: date
    week: int
    in_week: int
    slots: range
    checkpoints: tuple[Checkpoint, ...] = ()

    @property
    def weekday(self) -> str:
        """`mon` to `sun`."""
        return _NAMES[self.date.weekday()]


class Timetable:
    """The study days of a plan at a pace, from a date on.

    `rest` is the weekday without study; a pace with fewer than six study days rests on the days before it too. Weeks
    are counted from the start, on whatever weekday it falls: each has the pace's study days.
    """

    def __init__(self, plan: Plan, pace: Pace, start: date = A_MONDAY, rest: str = "sun") -> None:
        self.plan, self.pace, self.start = plan, pace, start
        last_free = _NAMES.index(rest)
        free = {(last_free - back) % WEEK for back in range(WEEK - pace.study_days)}
        dates = [day for day in self._every_date() if day.weekday() not in free]
        exams = exam_days(plan, pace)
        shares = iter(self._shares(sum(1 for number in range(1, len(dates) + 1) if number not in exams)))
        self.days: tuple[StudyDay, ...] = tuple(
            StudyDay(
                number=number,
                date=day,
                week=(day - start).days // WEEK + 1,
                in_week=(number - 1) % pace.study_days + 1,
                slots=range(0) if number in exams else next(shares),
                checkpoints=exams.get(number, ()),
            )
            for number, day in enumerate(dates, 1)
        )

    @property
    def end(self) -> date:
        """The last study day."""
        return self.days[-1].date

    def on(self, day: date) -> StudyDay | None:
        """The study day of that date; None where it is none."""
        return self._by_date.get(day)

    def brings(self, slot: int) -> StudyDay | None:
        """The day on which the plan reaches a slot; what was written beyond the plan comes on the last one.

        None where the pace's cap on new diagrams does not let the plan get there.
        """
        return self._by_slot.get(min(slot, self.plan.planned - 1))

    def reaches(self, percent: int) -> StudyDay | None:
        """The day by whose end that share of the plan was met; None where the pace's cap does not let it."""
        return self._by_slot.get(-(-self.plan.planned * percent // 100) - 1)

    @cached_property
    def _by_date(self) -> dict[date, StudyDay]:
        return {day.date: day for day in self.days}

    @cached_property
    def _by_slot(self) -> dict[int, StudyDay]:
        return {slot: day for day in self.days for slot in day.slots}

    def _every_date(self) -> list[date]:
        return [self.start + timedelta(days=number) for number in range(self.pace.weeks * WEEK)]

    def _shares(self, days: int) -> list[range]:
        """The slots of each day, evenly, at most as many as the pace allows."""
        planned = min(self.plan.planned, days * self.pace.new_diagrams)
        return [range(planned * day // days, planned * (day + 1) // days) for day in range(days)]
