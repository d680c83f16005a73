"""What a filtered deck is, and how its searches are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from atlas_decks.curriculum.models import Plan

# Anki's numbers for the order of a filtered deck, from its proto/anki/decks.proto (Deck.Filtered.SearchTerm.Order)
RANDOM = 1
DUE = 6


class DeckSearch(NamedTuple):
    """A search of a filtered deck, how many cards it takes at most, and in which order (Anki's number)."""

    search: str
    limit: int
    order: int


@dataclass(frozen=True, kw_only=True)
class FilteredDeck:
    """A filtered deck: its name below `<deck> plan`, its searches, and its guide's title and text.

    Its ids and its guide's GUID hang on `slug`. Where it does not `reschedule`, answers change nothing of a card.
    """

    slug: str
    name: str
    searches: Sequence[DeckSearch]
    title: str
    about: str
    reschedule: bool = True


def living_cards(plan: Plan, below: str = "") -> str:
    """The search for a plan's cards that can be asked, wherever a filtered deck has taken them.

    `below`: only those whose home lies below that deck, by default below the topmost.
    """
    return f'"deck:{_escaped(below or plan.deck)}::*" -tag:{plan.tag}::retired -is:suspended'


def _escaped(text: str) -> str:
    """A text as it stands between quotes in a search: https://docs.ankiweb.net/searching.html#matching-special-characters."""
    for special in ("\\", '"', "*", "_", ":"):
        text = text.replace(special, f"\\{special}")
    return text.replace("\\:\\:", "::")
