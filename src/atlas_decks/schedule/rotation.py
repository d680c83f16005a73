"""The rotation: what each weekday's deck gathers, as Anki's searches, and what its guide says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from atlas_decks.curriculum.models import WEEKDAYS, Plan
from atlas_decks.schedule.decks import parent_deck_name

WEEKEND = "weak"
_ALL = 9999  # cards that a search takes at most: Anki's largest number
# Anki's numbers for the order of a filtered deck, from its proto/anki/decks.proto (Deck.Filtered.SearchTerm.Order)
_RANDOM = 1
_DUE = 6


class DeckSearch(NamedTuple):
    """A search of a filtered deck, how many cards it takes at most, and in which order (Anki's number)."""

    search: str
    limit: int
    order: int


@dataclass(frozen=True, kw_only=True)
class RotationDay:
    """A weekday's deck: its name below `<deck> plan`, its searches, and its guide's title and text."""

    slug: str
    name: str
    searches: Sequence[DeckSearch]
    title: str
    about: str


def rotation_of(plan: Plan) -> list[RotationDay]:
    """The days with a category, in the order of the week, and the weekend's weak areas.

    A deck gathers what is due, first of the day's categories, then the rest, so that nothing is left for another day.
    New cards come from the decks of the tiers, where limits hold; a filtered deck knows none.
    """
    new = f"New cards come from {parent_deck_name(plan, 'cards')} and {parent_deck_name(plan, 'redraw')}."
    rest = DeckSearch(f"{_ours(plan)} is:due", _ALL, _DUE)
    found: list[RotationDay] = []
    for day, name in WEEKDAYS.items():
        if titles := [category.title for category in plan.categories if category.day == day]:
            first = DeckSearch(f"{_ours(plan)} is:due tag:{plan.tag}::day::{day}", _ALL, _DUE)
            about = f"Rebuild gathers what is due today: {_and(titles)} first, then the rest."
            found.append(
                RotationDay(
                    slug=day,
                    name=f"{len(found) + 1} {name[:3]}",
                    searches=(first, rest),
                    title=f"{name}: {_and(titles)}",
                    about=f"{about} {new}",
                )
            )
    weak = DeckSearch(f"{_ours(plan)} -is:new (prop:lapses>=2 OR rated:7:1)", _ALL, _RANDOM)
    about = (
        "Rebuild gathers weak areas first: cards that lapsed twice, or failed within the last seven days; then what is "
        "due. Sunday is for rest."
    )
    weekend = RotationDay(
        slug=WEEKEND,
        name=f"{len(found) + 1} Weekend",
        searches=(weak, rest),
        title="Weekend: weak areas",
        about=f"{about} {new}",
    )
    return [*found, weekend]


def _ours(plan: Plan) -> str:
    """The search for a plan's living cards, wherever a filtered deck has taken them."""
    return f'"deck:{escaped(plan.deck)}::*" -tag:{plan.tag}::retired -is:suspended'


def escaped(text: str) -> str:
    """A text as it stands between quotes in a search: https://docs.ankiweb.net/searching.html#matching-special-characters."""
    for special in ("\\", '"', "*", "_", ":"):
        text = text.replace(special, f"\\{special}")
    return text.replace("\\:\\:", "::")


def _and(titles: Sequence[str]) -> str:
    return " and ".join(titles) if len(titles) < 3 else f"{', '.join(titles[:-1])} and {titles[-1]}"
