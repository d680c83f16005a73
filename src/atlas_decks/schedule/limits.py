"""Limits a day: so many new cards that the plan ends when it should, and room for the reviews that follow from them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from atlas_decks.cards.kinds import DeckKind
from atlas_decks.curriculum.models import Pace, Plan
from atlas_decks.schedule.paces import exam_days

_REVIEWS_A_NEW_CARD = 10  # Anki warns of fewer: https://docs.ankiweb.net/deck-options.html#maximum-reviewsday
_STEP = 5  # new cards a day are rounded up to multiples: a few cards more or less are no reason for a new preset


@dataclass(frozen=True, kw_only=True)
class CardsADiagram:
    """Mean numbers of cards a diagram: core, deeper, and the share of diagrams whose redraw card is an anchor."""

    core: float = 6.0
    deeper: float = 4.5
    anchors: float = 1 / 3


def mean_of(counts: Mapping[DeckKind, int], diagrams: int) -> CardsADiagram:
    """Mean numbers of cards of what is written; the defaults where nothing is."""
    if not diagrams:
        return CardsADiagram()
    return CardsADiagram(
        core=counts.get("cards", 0) / diagrams,
        deeper=counts.get("deeper", 0) / diagrams,
        anchors=counts.get("redraw", 0) / diagrams,
    )


@dataclass(frozen=True, kw_only=True)
class Limit:
    """New cards and reviews a day of the decks of one kind, all tiers together."""

    new: int
    reviews: int


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of each kind of deck; those of the topmost deck are their sum."""

    cards: Limit
    deeper: Limit
    redraw: Limit
    redraw_deeper: Limit

    @property
    def all(self) -> Limit:
        """What the topmost deck brings, for those who study everything from there."""
        parts = (self.cards, self.deeper, self.redraw)
        return Limit(new=sum(part.new for part in parts), reviews=sum(part.reviews for part in parts))


def limits_of(plan: Plan, pace: Pace, mean: CardsADiagram) -> Limits:
    """Limits a day that bring every planned diagram within the pace's weeks, evenly over its study days without exam.

    New diagrams a day stay within the pace's cap, redraws within its cap on reviews of diagrams. Where the pace leaves
    deeper cards out, their decks bring none until the learner raises the limit.
    """
    days = pace.weeks * pace.study_days - len(exam_days(plan, pace))
    diagrams = min(plan.planned / days, pace.new_diagrams)
    cards, deeper = _rounded(diagrams * mean.core), _rounded(diagrams * mean.deeper) if pace.deeper else 0
    redraws = Limit(new=max(1, math.ceil(diagrams * mean.anchors)), reviews=pace.review_diagrams)
    return Limits(
        cards=_with_reviews(cards),
        deeper=Limit(new=deeper, reviews=_with_reviews(deeper or _STEP).reviews),
        redraw=redraws,
        redraw_deeper=Limit(new=0, reviews=redraws.reviews),
    )


def _rounded(cards: float) -> int:
    return max(1, math.ceil(cards / _STEP)) * _STEP


def _with_reviews(new: int) -> Limit:
    return Limit(new=new, reviews=new * _REVIEWS_A_NEW_CARD)
