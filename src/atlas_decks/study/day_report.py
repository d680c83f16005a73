"""One day of the plan, as text and as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from atlas_decks.curriculum.models import Diagram
from atlas_decks.study.book_pages import article_page, day_page
from atlas_decks.study.timetable import DAYS, StudyDay
from atlas_decks.study.today import Content, Expected, core_cards, rotation


@dataclass(frozen=True, kw_only=True)
class DayReport:
    """A study day with what is written and what the forecast expects; `site` is the folder that `preview` writes.

    `dated`: the start of the plan is known, so that the date means something.
    """

    content: Content
    day: StudyDay
    expected: Expected
    site: Path
    dated: bool

    def text(self) -> str:
        """What a learner reads."""
        return "\n".join([*self._head(), *self._reading(), *self._load(), *self._drawing()])

    def data(self) -> dict[str, Any]:
        """The same for programs."""
        day, content = self.day, self.content
        return {
            "day": day.number,
            "days": len(content.timetable.days),
            "date": day.date.isoformat() if self.dated else None,
            "weekday": day.weekday,
            "week": day.week,
            "tiers": content.tiers_of(day),
            "rotation": rotation(content.timetable, day),
            "checkpoints": [point.slug for point in day.checkpoints],
            "planned": len(day.slots),
            "page": self._page(),
            "diagrams": [self._diagram(diagram) for diagram in content.of_day(day)],
            "expected": {name: round(value, 2) for name, value in asdict(self.expected).items()},
            "draw": [
                {"id": drawing.diagram.id, "title": drawing.diagram.spec.title, "days_ago": drawing.ago}
                for drawing in content.drawings(day)
            ],
        }

    def _page(self) -> str:
        return str(self.site / day_page(self.content.timetable.pace.weeks, self.day.number))

    def _diagram(self, diagram: Diagram) -> dict[str, Any]:
        cards = core_cards(diagram, self.content.timetable.pace.deeper)
        page = str(self.site / article_page(diagram.id))
        return {"id": diagram.id, "title": diagram.spec.title, "page": page, "cards": cards}

    def _head(self) -> Iterator[str]:
        day, plan = self.day, self.content.plan
        when = DAYS[day.weekday] + (f" {day.date}" if self.dated else "")
        yield f"Day {day.number} of {len(self.content.timetable.days)}: {when}, week {day.week}"
        for number in self.content.tiers_of(day):
            yield f"  Tier {number}: {plan.tier(number).title}"
        yield f"  Rotation: {rotation(self.content.timetable, day)}"
        yield f"  Book: {self._page()}"
        for point in day.checkpoints:
            yield f"  Checkpoint: {point.title}, {point.minutes} minutes; no new diagrams today"

    def _reading(self) -> Iterator[str]:
        written = self.content.of_day(self.day)
        if not self.day.slots:
            return
        yield f"\nRead first: {len(self.day.slots)} diagrams planned, {len(written)} written"
        for diagram in written:
            found = self._diagram(diagram)
            yield f"  {found['title']}\n      {found['page']}  ({found['cards']} cards)"
        if written and not self.site.is_dir():
            yield "  The pages are not there yet: `atlas-decks preview` writes them."

    def _load(self) -> Iterator[str]:
        load = self.expected
        yield (
            f"\nExpected: {load.new:.0f} new cards, {load.reviews:.0f} reviews, {load.redraws:.0f} redraws; "
            f"{load.hours:.1f} hours"
        )
        yield "  (were everything written that is planned; until then Anki goes on with the next cards)"

    def _drawing(self) -> Iterator[str]:
        drawings = list(self.content.drawings(self.day))
        yield (
            f"\nDraw: {len(drawings)} diagrams, where every redraw so far was Good"
            if drawings
            else "\nDraw: nothing yet"
        )
        for drawing in drawings:
            ago = "new" if not drawing.ago else f"{drawing.ago} {'day' if drawing.ago == 1 else 'days'} ago"
            yield f"  {ago:<12}{drawing.diagram.spec.title}"
