"""What every package of a build needs besides its notes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from atlas_decks.cards.templates import Templates
from atlas_decks.curriculum.models import Pace, Plan
from atlas_decks.packages.ledger import Entry
from atlas_decks.schedule.calendar import Limits
from atlas_decks.schedule.order import Placed


@dataclass(frozen=True)
class PackageSettings:
    """Everything a package needs besides its notes; `mods` are the ledger's entries, by GUID of note or note type.

    `edition` names the version; `counts` are the cards and diagrams of each tier in the whole curriculum.
    """

    plan: Plan
    templates: Templates
    mods: Mapping[str, Entry]
    pace: Pace
    limits: Mapping[int, Limits]
    edition: str
    counts: Mapping[int, tuple[int, int]]


def mean_cards(placed: Sequence[Placed]) -> float:
    """Cards a diagram, without the redraw cards; 9 where there is nothing to count."""
    cards = [p for p in placed if not p.note.retired and p.note.kind != "redraw"]
    return mean_cards_a_diagram(len(cards), len({p.note.diagram for p in cards}))


def mean_cards_a_diagram(cards: int, diagrams: int) -> float:
    """Cards a diagram, rounded up; 9 where there is nothing to count."""
    return math.ceil(cards / diagrams) if diagrams else 9
