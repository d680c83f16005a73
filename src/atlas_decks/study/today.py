"""A day of the plan, filled with what is written: what to read, to recall and to draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from atlas_decks.cards.kinds import all_cards
from atlas_decks.curriculum.models import Curriculum, Diagram
from atlas_decks.schedule.load import Day, Forecast
from atlas_decks.schedule.memory import ladder
from atlas_decks.schedule.order import slots
from atlas_decks.study.timetable import WEEK, StudyDay, Timetable

_MINUTE, _HOUR = 60, 3600  # seconds


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A redraw: the diagram, and how many days ago it was new (0: today)."""

    diagram: Diagram
    ago: int


@dataclass(frozen=True, kw_only=True)
class Expected:
    """New cards, reviews of cards and redraws that a day brings, and the hours for them (an exam's time included)."""

    new: float
    reviews: float
    redraws: float
    hours: float


class Content:
    """What is written, by the day of the timetable that brings it."""

    def __init__(self, curriculum: Curriculum, timetable: Timetable) -> None:
        self.plan, self.timetable = curriculum.plan, timetable
        of_slot = slots(curriculum)
        self._days: dict[int, list[Diagram]] = {}
        for diagram in sorted(curriculum.diagrams, key=lambda diagram: of_slot[diagram.id]):
            if day := timetable.brings(of_slot[diagram.id]):
                self._days.setdefault(day.number, []).append(diagram)

    def of_day(self, day: StudyDay) -> Sequence[Diagram]:
        """The written diagrams of a day, in the order of study."""
        return self._days.get(day.number, [])

    def of_week(self, week: int) -> Sequence[Diagram]:
        """The written diagrams of a week."""
        return [diagram for day in self.timetable.days if day.week == week for diagram in self.of_day(day)]

    def tiers_of(self, day: StudyDay) -> list[int]:
        """The tiers that a day's slots belong to, written or not."""
        found, start = [], 0
        for tier in self.plan.tiers:
            end = start + self.plan.planned_in(tier.number)
            if day.slots.start < end and start < day.slots.stop:
                found.append(tier.number)
            start = end
        return found

    def drawings(self, day: StudyDay) -> Iterator[Drawing]:
        """The redraws of a day: the anchors that are new, then those that Anki asks for again where all went well.

        What falls on a day of rest is drawn on the next study day.
        """
        before = self.timetable.days[day.number - 2].date if day.number > 1 else day.date - timedelta(days=1)
        for ago in ladder((day.date - self.timetable.start).days + 1):
            for back in range((day.date - before).days):
                met = self.timetable.on(day.date - timedelta(days=ago + back))
                for diagram in self.of_day(met) if met and (ago or not back) else ():
                    if diagram.spec.anchor:
                        yield Drawing(diagram=diagram, ago=ago + back)


def rotation(timetable: Timetable, day: StudyDay) -> str:
    """What the rotation reviews first on a day: "Architecture and Incidents"; weak areas where it names nothing."""
    titles = [category.title for category in timetable.plan.categories if category.day == day.weekday]
    return " and ".join(titles) if titles else "weak areas"


def core_cards(diagram: Diagram, deeper: bool) -> int:
    """Cards of a diagram that come by themselves, redraws left out; deeper ones only where the pace has time."""
    wanted = ("cards", "deeper") if deeper else ("cards",)
    return sum(1 for card in all_cards(diagram) if card.deck in wanted)


def expected(day: StudyDay, ahead: Forecast) -> Expected:
    """What the forecast says of a study day, with the exam's minutes, of which it knows nothing.

    The forecast counts a week's study days first, then its days of rest.
    """
    load: Day = ahead.days[(day.week - 1) * WEEK + day.in_week - 1]
    exam = sum(point.minutes for point in day.checkpoints) * _MINUTE
    return Expected(new=load.new, reviews=load.reviews, redraws=load.redraws, hours=load.hours + exam / _HOUR)
