"""The weekly self-assessment: the week's diagrams times the plan's points, to be ticked on paper, and a log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from atlas_decks.cards.redraw import applies
from atlas_decks.diagrams.picture import Picture
from atlas_decks.study.asked import where
from atlas_decks.study.phases import DEPTHS, TARGETS
from atlas_decks.study.sheets import pages
from atlas_decks.study.today import Content

_NOTES: Sequence[tuple[str, int]] = (  # what is written about a week, and for how many lines there is room
    ("Weak areas", 3),
    ("Strong areas", 2),
    ("What I confused with what", 3),
    ("What changes next week", 3),
)


@dataclass(frozen=True, kw_only=True)
class _Row:
    day: int
    title: str
    where: str
    asked: Sequence[bool]

    @property
    def points(self) -> int:
        return sum(self.asked)


def sheet(content: Content, week: int, pictures: Mapping[str, Picture]) -> str:
    """The sheet of a week, from 1, as an HTML page; `pictures` are those of the week's diagrams, by id."""
    plan, timetable = content.plan, content.timetable
    rows = [
        _Row(
            day=day.number,
            title=diagram.spec.title,
            where=where(diagram),
            asked=[applies(point, diagram, pictures[diagram.id]) for point in plan.self_assessment],
        )
        for day in timetable.days
        if day.week == week
        for diagram in content.of_day(day)
    ]
    quarter, left = divmod(week * len(TARGETS), timetable.pace.weeks)
    return pages().fill(
        "assess.html",
        plan=plan,
        title=f"Self-assessment of week {week}",
        rows=rows,
        sums=[sum(column) for column in zip(*(row.asked for row in rows), strict=True)],
        total=sum(row.points for row in rows),
        depths=DEPTHS,
        targets=() if left else TARGETS[quarter - 1],
        notes=_NOTES,
    )
