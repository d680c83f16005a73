"""What every package of a build needs besides its notes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from atlas_decks.cards.templates import Templates
from atlas_decks.curriculum.models import Pace, Plan
from atlas_decks.packages.ledger import Entry
from atlas_decks.schedule.calendar import Limits


@dataclass(frozen=True)
class PackageSettings:
    """Everything a package needs besides its notes; `mods` are the ledger's entries, by GUID of note or note type.

    `version` says which release this is; `counts` are the cards and diagrams of each tier in the whole curriculum.
    """

    plan: Plan
    templates: Templates
    mods: Mapping[str, Entry]
    pace: Pace
    limits: Mapping[int, Limits]
    version: str
    counts: Mapping[int, tuple[int, int]]


def mean_cards_a_diagram(cards: int, diagrams: int) -> float:
    """Cards a diagram, rounded up; 9 where there is nothing to count."""
    return math.ceil(cards / diagrams) if diagrams else 9
