"""The decks: cards to recall, deeper ones, and redraws, each with a deck a tier below it.

A learner clicks one deck a sitting, on a phone or at a desk with pen and paper. So the kinds stand above the tiers, and
one limit holds for a kind over all tiers.
"""

from __future__ import annotations

from collections.abc import Sequence

from atlas_decks.cards.kinds import DeckKind
from atlas_decks.curriculum.models import Plan

DECK_KINDS: Sequence[DeckKind] = ("cards", "deeper", "redraw", "redraw-deeper")
_PARENTS: dict[DeckKind, str] = {"cards": "Cards", "deeper": "Deeper", "redraw": "Redraw", "redraw-deeper": "Redraw"}


def parent_deck_name(plan: Plan, kind: DeckKind) -> str:
    """`Atlas::Cards`, `Atlas::Deeper` or `Atlas::Redraw`."""
    return f"{plan.deck}::{_PARENTS[kind]}"


def deck_name(plan: Plan, tier: int, kind: DeckKind = "cards") -> str:
    """`Atlas::Cards::5 Companies`, or the tier's deck of another kind; redraws beyond the anchors lie in `::Deeper`."""
    below = "::Deeper" if kind == "redraw-deeper" else ""
    return f"{parent_deck_name(plan, kind)}::{plan.tier(tier).deck}{below}"
