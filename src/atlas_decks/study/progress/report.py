"""All that `progress` tells, in one place: as data for programs here, as text and as a page beside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from atlas_decks.cards.kinds import all_cards
from atlas_decks.curriculum.models import Checkpoint, Curriculum, Diagram, Pace
from atlas_decks.learner.collection.days import Today
from atlas_decks.learner.collection.model import LearnerCollection
from atlas_decks.learner.collection.statistics import (
    PERIODS,
    CardCounts,
    Retention,
    Share,
    card_counts,
    retention,
    within,
)
from atlas_decks.schedule.limits import limits_of, mean_of
from atlas_decks.study.book_pages import article_page
from atlas_decks.study.maintenance import Kept, maintenance
from atlas_decks.study.progress.ahead import Ahead, ahead
from atlas_decks.study.progress.areas import Areas, Confused, areas, confused
from atlas_decks.study.progress.checkpoints import CheckpointState, checkpoints
from atlas_decks.study.progress.course import Course, course
from atlas_decks.study.progress.coverage import Coverage, coverage
from atlas_decks.study.progress.evidence import Evidence, gather
from atlas_decks.study.progress.logs import NOT_IN_A_COLLECTION, Logs, logs
from atlas_decks.study.progress.mastery import Mastery, PointEvidence, level_of, mastery, points, targets
from atlas_decks.study.progress.strain import Strain, strain
from atlas_decks.study.timetable import WEEK, Timetable

_DIGITS = 4  # behind the point, in JSON


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a collection says of the way through the plan.

    `guessed`: the start of the plan is the day of the first answer, as nobody said when it was. `week_points` are those
    of the diagrams that were met in the last seven days. `site` is the folder that `preview` writes.
    """

    name: str
    evidence: Evidence
    timetable: Timetable
    guessed: bool
    site: Path
    counts: CardCounts
    retention: Mapping[str, Retention]
    coverage: Mapping[str, Sequence[Coverage]]
    mastery: Mastery
    week_points: Sequence[PointEvidence]
    points: Sequence[PointEvidence]
    areas: Areas
    confused: Sequence[Confused]
    course: Course
    logs: Logs
    ahead: Ahead
    checkpoints: Sequence[CheckpointState]
    strain: Strain

    @property
    def finished(self) -> bool:
        """Whether the plan's time is over."""
        return self.evidence.today.on > self.timetable.end

    @property
    def kept(self) -> Sequence[tuple[Kept, date]]:
        """What keeps the knowledge after the end, each with its next day."""
        return [(kept, kept.next_from(self.evidence.today.on)) for kept in maintenance(self.timetable)]

    def page(self, diagram: Diagram) -> Path:
        """The page of a diagram in the site that `preview` writes."""
        return self.site / article_page(diagram.id)

    def data(self) -> dict[str, Any]:
        """All of it for programs."""
        evidence, collection = self.evidence, self.evidence.collection
        levels = {studied.diagram.id: level_of(studied).name.lower() for studied in evidence.diagrams}
        found: dict[str, Any] = self._plain(
            {
                "as_of": evidence.today.on,
                "collection": {
                    "name": self.name,
                    "schema": collection.settings.schema,
                    "fsrs": collection.fsrs,
                    "notes": len(collection.notes),
                    "other_notes": collection.others,
                    "cards": self.counts,
                    "answers": len(evidence.answers),
                },
                "notices": evidence.notices,
                "plan": {"start": self.timetable.start, "start_is_guessed": self.guessed, "finished": self.finished},
                "course": self.course,
                "coverage": self.coverage,
                "retention": self.retention,
                "mastery": {
                    **_fields(self.mastery),
                    "share": self.mastery.share,
                    "mastered": self.mastery.mastered,
                    "on_target": self.mastery.on_target,
                },
                "targets": [{"week": week, "percent": wanted} for week, wanted in targets(self.timetable.pace.weeks)],
                "levels": levels,
                "self_assessment": {"last_week": self.week_points, "all": self.points},
                "weak_areas": self.areas.weak,
                "strong_areas": self.areas.strong,
                "confused": self.confused,
                "checkpoints": [{**_fields(point), "passed": point.passed} for point in self.checkpoints],
                "ahead": self.ahead,
                "strain": {"overload": self.strain.overload, "signs": self.strain.signs, "recovery": self.strain.steps},
                "days": self.logs.days,
                "weeks": self.logs.weeks,
                "months": self.logs.months,
                "maintenance": [{"slug": kept.slug, "title": kept.title, "next": day} for kept, day in self.kept],
                "not_in_a_collection": NOT_IN_A_COLLECTION,
            }
        )
        return found

    def _plain(self, value: Any) -> Any:
        """A value as JSON has it."""
        if isinstance(value, Share):
            low, high = value.interval
            bounds = [round(low, _DIGITS), round(high, _DIGITS)] if value.of else None
            share = round(value.share, _DIGITS) if value.share is not None else None
            return {"of": value.of, "passed": value.passed, "share": share, "interval": bounds}
        if isinstance(value, Retention):
            return {name: self._plain(getattr(value, name)) for name in ("all", "young", "mature")}
        if isinstance(value, Diagram):
            return {"id": value.id, "title": value.spec.title, "page": str(self.page(value))}
        if isinstance(value, Checkpoint):
            return {name: getattr(value, name) for name in ("slug", "title", "week", "minutes", "pass_percent")}
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Enum):
            return value.name.lower()
        if isinstance(value, float):
            return round(value, _DIGITS)
        if isinstance(value, Mapping):
            return {_key(key): self._plain(found) for key, found in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._plain(found) for found in value]
        if is_dataclass(value):
            return {name: self._plain(found) for name, found in _fields(value).items()}
        return value


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _key(key: Any) -> str:
    return key.name.lower() if isinstance(key, Enum) else str(key)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a report is asked for: the collection's name, the day, the pace, the plan's start and weekday of rest.

    Without a `start` the plan began on the day of the first answer. `site` is the folder that `preview` writes.
    """

    name: str
    today: Today
    pace: Pace
    start: date | None
    rest: str
    site: Path


def make_report(curriculum: Curriculum, collection: LearnerCollection, asked: Asked) -> Report:
    """Put a collection beside the plan."""
    plan, today = curriculum.plan, asked.today
    evidence = gather(curriculum, collection, today)
    first = today.date_of(today.ago(evidence.answers[0].at)) if evidence.answers else today.on
    timetable = Timetable(plan, asked.pace, asked.start or first, asked.rest)
    way = course(evidence, timetable)
    decks = Counter(card.deck for diagram in curriculum.diagrams for card in all_cards(diagram))
    limits = limits_of(plan, asked.pace, mean_of(decks, len(curriculum.diagrams)))
    new = [studied for studied in evidence.met if today.ago(studied.first or 0) < WEEK]
    return Report(
        name=asked.name,
        evidence=evidence,
        timetable=timetable,
        guessed=asked.start is None,
        site=asked.site,
        counts=card_counts(evidence.cards),
        retention={name: retention(within(evidence.answers, today, period)) for name, period in PERIODS.items()},
        coverage=coverage(evidence),
        mastery=mastery(evidence.diagrams, way.week, asked.pace.weeks),
        week_points=points(plan, new),
        points=points(plan, evidence.met),
        areas=areas(evidence),
        confused=confused(evidence),
        course=way,
        logs=logs(evidence, timetable.start),
        ahead=ahead(evidence),
        checkpoints=checkpoints(evidence, timetable),
        strain=strain(evidence, asked.pace, limits),
    )
