"""The plan's checkpoints: what is met of them, what will be recalled on their days, and how the last sitting went.

A sitting is what was answered in a filtered deck that reschedules nothing: Anki logs it as cramming, and leaves
intervals and its own statistics alone. What is drawn or designed on paper stands in no collection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from atlas_decks.curriculum.models import Checkpoint
from atlas_decks.learner.collection.model import Answer
from atlas_decks.learner.collection.statistics import Share
from atlas_decks.study.progress.ahead import by_tier, own_recall, recall_on
from atlas_decks.study.progress.evidence import Evidence
from atlas_decks.study.timetable import Timetable

_PAUSE = 3 * 3_600_000  # milliseconds: a longer one ends a sitting
_LEAST = 5  # cards of a sitting; fewer were only looked at


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """An exam in Anki: the day, and of so many cards those that were right at the first answer."""

    day: date
    score: Share


@dataclass(frozen=True, kw_only=True)
class CheckpointState:
    """A checkpoint: its day (None where the timetable has none), its diagrams, and what is to be expected on it.

    `predicted` is the mean chance to recall a card that was begun on the checkpoint's day, reviewed as it comes due;
    None once the day is over, and where nothing was begun. `ready` is that, times the share of the written cards that
    were begun: what was not met counts as not known.
    """

    checkpoint: Checkpoint
    day: date | None
    written: int
    introduced: int
    predicted: float | None
    ready: float | None
    sitting: Sitting | None

    @property
    def passed(self) -> bool | None:
        """Whether the last sitting reached the pass mark; None where there is no mark or no sitting."""
        bar = self.checkpoint.pass_percent
        if bar is None or self.sitting is None:
            return None
        return self.sitting.score.passed * 100 >= bar * self.sitting.score.of


def checkpoints(evidence: Evidence, timetable: Timetable) -> list[CheckpointState]:
    """All checkpoints of the plan."""
    days = {point.slug: day.date for day in timetable.days for point in day.checkpoints}
    held, right = by_tier(evidence), own_recall(evidence)
    last = _last_sittings(evidence)
    found = []
    for point in evidence.curriculum.plan.checkpoints:
        mine = [d for d in evidence.diagrams if d.diagram.category.tier in point.tiers]
        cards = [card for tier in point.tiers for card in held.get(tier, ())]
        written = sum(card.core for studied in mine for card in studied.cards)
        day = days.get(point.slug)
        left = (day - evidence.today.on).days if day else -1
        predicted = recall_on(cards, evidence.today, left, right) if left >= 0 else None
        begun = sum(card.introduced for card in cards)
        found.append(
            CheckpointState(
                checkpoint=point,
                day=day,
                written=len(mine),
                introduced=sum(studied.introduced for studied in mine),
                predicted=predicted,
                ready=predicted * begun / written if predicted is not None and written else None,
                sitting=last.get(point.slug),
            )
        )
    return found


def _last_sittings(evidence: Evidence) -> dict[str, Sitting]:
    """The last sitting of each checkpoint: of the one that covers most of its cards, and of those the narrowest."""
    diagram_of = {card.held.id: d.diagram for d in evidence.diagrams for card in d.cards if card.held}
    breadth = {
        point.slug: sum(point.covers(studied.diagram) for studied in evidence.diagrams)
        for point in evidence.curriculum.plan.checkpoints
    }
    found: dict[str, Sitting] = {}
    for sitting in _sittings([answer for answer in evidence.answers if answer.crammed]):
        first: dict[int, Answer] = {}
        for answer in sitting:
            first.setdefault(answer.card, answer)
        if len(first) < _LEAST:
            continue
        asked = [diagram_of[card] for card in first if card in diagram_of]
        covered = {
            point.slug: sum(point.covers(diagram) for diagram in asked)
            for point in evidence.curriculum.plan.checkpoints
        }
        slug = max(covered, key=lambda name: (covered[name], -breadth[name]), default=None)
        if slug and covered[slug]:
            day = evidence.today.date_of(evidence.today.ago(sitting[0].at))
            found[slug] = Sitting(day=day, score=Share(len(first), sum(answer.passed for answer in first.values())))
    return found


def _sittings(answers: Sequence[Answer]) -> list[list[Answer]]:
    found: list[list[Answer]] = []
    for answer in answers:
        if found and answer.at - found[-1][-1].at <= _PAUSE:
            found[-1].append(answer)
        else:
            found.append([answer])
    return found
