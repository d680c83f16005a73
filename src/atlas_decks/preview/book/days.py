"""Days and weeks of the plan as pages: what to read, what to draw, what is reviewed first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from atlas_decks.curriculum.models import Checkpoint, Pace, Tier
from atlas_decks.preview.book.shelf import Shelf
from atlas_decks.preview.entries import Entry
from atlas_decks.study.book_pages import day_page, week_page
from atlas_decks.study.timetable import StudyDay
from atlas_decks.study.today import Content


@dataclass(frozen=True, kw_only=True)
class Redraw:
    """A diagram to draw, and how many days ago it was new (0: today)."""

    entry: Entry
    ago: int


@dataclass(frozen=True, kw_only=True)
class DayView:
    """A day: its pages, what it brings, and a search for its cards in Anki.

    `weekday` is its name where the plan begins on a Monday, `rotation` what is reviewed first on that weekday.
    """

    page: str
    week_page: str
    day: StudyDay
    tiers: Sequence[Tier]
    entries: Sequence[Entry]
    drawings: Sequence[Redraw]
    weekday: str
    rotation: str
    checkpoints: Sequence[Checkpoint]
    search: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class WeekView:
    """A week with its days; `before` and `after` are the pages of its neighbours, empty where there is none."""

    page: str
    number: int
    days: Sequence[DayView]
    tiers: Sequence[Tier]
    search: str
    before: str
    after: str

    @property
    def planned(self) -> int:
        """Diagrams that are planned for the week."""
        return sum(len(view.day.slots) for view in self.days)

    @property
    def written(self) -> int:
        """Diagrams of the week that are written."""
        return sum(len(view.entries) for view in self.days)


def day_views(shelf: Shelf, pace: Pace) -> Iterator[DayView]:
    """The study days at a pace."""
    content = shelf.contents[pace.weeks]
    days = content.timetable.days
    for day in days:
        entries = [shelf.by_id[diagram.id] for diagram in content.of_day(day)]
        yield DayView(
            page=day_page(pace.weeks, day.number),
            week_page=week_page(pace.weeks, day.week),
            day=day,
            tiers=[shelf.plan.tier(number) for number in content.tiers_of(day)],
            entries=entries,
            drawings=_drawings(shelf, content, day),
            weekday=shelf.words.book.weekdays[day.date.weekday()],
            rotation=_rotation(shelf, day),
            checkpoints=day.checkpoints,
            search=shelf.search_for(entries),
            before=day_page(pace.weeks, day.number - 1) if day.number > 1 else "",
            after=day_page(pace.weeks, day.number + 1) if day.number < len(days) else "",
        )


def week_views(shelf: Shelf, pace: Pace) -> list[WeekView]:
    """The weeks at a pace."""
    by_week: dict[int, list[DayView]] = {}
    for view in day_views(shelf, pace):
        by_week.setdefault(view.day.week, []).append(view)
    return [
        WeekView(
            page=week_page(pace.weeks, week),
            number=week,
            days=days,
            tiers=list({tier.number: tier for view in days for tier in view.tiers}.values()),
            search=shelf.search_for(entry for view in days for entry in view.entries),
            before=week_page(pace.weeks, week - 1) if week - 1 in by_week else "",
            after=week_page(pace.weeks, week + 1) if week + 1 in by_week else "",
        )
        for week, days in by_week.items()
    ]


def _drawings(shelf: Shelf, content: Content, day: StudyDay) -> list[Redraw]:
    return [Redraw(entry=shelf.by_id[drawing.diagram.id], ago=drawing.ago) for drawing in content.drawings(day)]


def _rotation(shelf: Shelf, day: StudyDay) -> str:
    """The categories whose cards are reviewed first on a weekday, as a list in a sentence."""
    titles = [category.title for category in shelf.plan.categories if category.day == day.weekday]
    return shelf.words.listing(titles) if titles else shelf.words.book.weak_areas
