"""What every package of a build needs besides its notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atlas_decks.cards.templates import Templates
from atlas_decks.curriculum.models import Pace, Plan
from atlas_decks.packages.ledger import Entry
from atlas_decks.schedule.limits import Limits


@dataclass(frozen=True)
class PackageSettings:
    """Everything a package needs besides its notes; `mods` are the ledger's entries, by GUID of note or note type.

    `version` says which release this is; `counts` are the cards and diagrams of each tier in the whole curriculum.
    """

    plan: Plan
    templates: Templates
    mods: Mapping[str, Entry]
    pace: Pace
    limits: Limits
    version: str
    counts: Mapping[int, tuple[int, int]]
