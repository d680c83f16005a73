"""How well a diagram is known, from evidence: the study plan's levels of understanding, and its weekly points.

Evidence are the core cards, which come to every learner; a level whose facts a diagram lacks asks for nothing more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from atlas_decks.cards.money import about_money
from atlas_decks.curriculum.models import Check, Plan
from atlas_decks.study.phases import DEPTHS, TARGETS
from atlas_decks.study.progress.evidence import REDRAW, StudiedCard, StudiedDiagram

EXPERT_DAYS = 30  # a redraw that was right after so many days: the study plan's "architecture review"


class Level(IntEnum):
    """The levels of the study plan, from 1; 0 is a diagram that was not met."""

    NONE = 0
    SURFACE = 1
    SHALLOW = 2
    MEDIUM = 3
    DEEP = 4
    EXPERT = 5

    @property
    def title(self) -> str:
        """Its name in the study plan."""
        return DEPTHS[self - 1][0] if self else "Not met"


def level_of(studied: StudiedDiagram) -> Level:
    """The level of a diagram.

    Surface: its components were seen. Shallow: they were recalled. Medium: its numbers, too. Deep: its trade-offs and
    failures are mature. Expert: it was redrawn rightly after 30 days or more, and not wrongly since.
    """
    core = [card for card in studied.cards if card.core]
    of_kind: dict[str, list[StudiedCard]] = {}
    for card in core:
        of_kind.setdefault(card.kind, []).append(card)
    first = of_kind.get("component") or [card for card in core if card.kind != REDRAW]
    if not studied.introduced or not all(card.introduced for card in first):
        return Level.NONE if not studied.introduced else Level.SURFACE
    if not all(card.recalled for card in first):
        return Level.SURFACE
    if not all(card.recalled for card in of_kind.get("metric", ())):
        return Level.SHALLOW
    deep = [*of_kind.get("trade-off", ()), *of_kind.get("failure", ())]
    if not all(card.mature for card in deep):
        return Level.MEDIUM
    return Level.EXPERT if _redrawn(studied) else Level.DEEP


def _redrawn(studied: StudiedDiagram) -> bool:
    drawings = [answer for card in studied.cards if card.kind == REDRAW for answer in card.answers if answer.rated]
    late = [answer for answer in drawings if answer.last_interval >= EXPERT_DAYS and answer.passed]
    return bool(late) and drawings[-1].passed


@dataclass(frozen=True, kw_only=True)
class Mastery:
    """How many diagrams are at each level, of those that were met; and the plan's next targets.

    `targets` are percents by level, of the diagrams met, at the end of week `target_week`; `share` is what there is.
    """

    counts: Mapping[Level, int]
    met: int
    target_week: int
    targets: Mapping[Level, int]

    @property
    def share(self) -> Mapping[Level, float]:
        """The share of each level, 0 to 1, of the diagrams met."""
        return {level: self.counts[level] / self.met if self.met else 0.0 for level in Level if level}

    @property
    def mastered(self) -> int:
        """Diagrams that are deep or better."""
        return self.counts[Level.DEEP] + self.counts[Level.EXPERT]

    @property
    def on_target(self) -> bool:
        """Whether as many diagrams are deep as the plan wants by then; what is better counts."""
        return bool(self.met) and self.mastered * 100 >= self.targets[Level.DEEP] * self.met


def mastery(diagrams: Iterable[StudiedDiagram], week: int, weeks: int) -> Mastery:
    """The levels in a week of a plan of `weeks` weeks, beside the targets at the end of the quarter that it is in."""
    counts = Counter(level_of(studied) for studied in diagrams)
    quarter = min(max(week - 1, 0) * len(TARGETS) // weeks, len(TARGETS) - 1)
    return Mastery(
        counts={level: counts[level] for level in Level},
        met=sum(count for level, count in counts.items() if level),
        target_week=(quarter + 1) * weeks // len(TARGETS),
        targets={level: TARGETS[quarter][level - 1] for level in Level if level},
    )


def targets(weeks: int) -> list[tuple[int, Mapping[Level, int]]]:
    """All targets of a plan of `weeks` weeks: the week at whose end they hold, and the percent of each level."""
    return [
        ((number + 1) * weeks // len(TARGETS), {level: percents[level - 1] for level in Level if level})
        for number, percents in enumerate(TARGETS)
    ]


# --- the eight points of the weekly self-assessment ------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PointEvidence:
    """A point of the self-assessment: of `of` diagrams with cards about it, so many were `begun`, and `recalled`."""

    text: str
    recalled: int
    begun: int
    of: int


_About = Callable[[StudiedDiagram], Sequence[StudiedCard]]


def _kind(kind: str, side: str = "") -> _About:
    return lambda studied: [card for card in studied.cards if card.kind == kind and side in ("", card.side)]


def _costs(studied: StudiedDiagram) -> Sequence[StudiedCard]:
    """The cards on metrics that are about money; a metric has one card, in the order of the metrics."""
    cards = [card for card in studied.cards if card.kind == "metric"]
    metrics = studied.diagram.spec.metrics
    return [card for card, metric in zip(cards, metrics, strict=True) if about_money(metric)]


_ABOUT: Mapping[Check | None, _About] = {
    None: _kind(REDRAW),
    "nodes": _kind("component"),
    "trade_offs": _kind("trade-off", "Choice"),
    "metrics": _kind("metric"),
    "failures": _kind("failure"),
    "alternatives": _kind("trade-off", "Other choice"),
    "costs": _costs,
    "traces": _kind("trace"),
}


def points(plan: Plan, diagrams: Sequence[StudiedDiagram]) -> list[PointEvidence]:
    """What the cards of these diagrams say of each point; a drawing on paper says more than any of them.

    A diagram has a point where all its cards about it that were begun are recalled, and one was.
    """
    found = []
    for point in plan.self_assessment:
        about = [cards for studied in diagrams if (cards := _ABOUT[point.check](studied))]
        begun = [mine for cards in about if (mine := [card for card in cards if card.introduced])]
        recalled = sum(all(card.recalled for card in cards) for cards in begun)
        found.append(PointEvidence(text=point.text, recalled=recalled, begun=len(begun), of=len(about)))
    return found
