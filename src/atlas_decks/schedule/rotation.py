"""The rotation: what each weekday's deck gathers, as Anki's searches, and what its guide says."""

from __future__ import annotations

from collections.abc import Sequence

from atlas_decks.curriculum.models import WEEKDAYS, Plan
from atlas_decks.schedule.decks import parent_deck_name
from atlas_decks.schedule.filtered import DUE, RANDOM, DeckSearch, FilteredDeck, living_cards

WEEKEND = "weak"
_ALL = 9999  # cards that a search takes at most: Anki's largest number


def rotation_of(plan: Plan) -> list[FilteredDeck]:
    """The days with a category, in the order of the week, and the weekend's weak areas.

    A deck gathers what is due, first of the day's categories, then the rest, so that nothing is left for another day.
    New cards come from the decks of the tiers, where limits hold; a filtered deck knows none.
    """
    new = f"New cards come from {parent_deck_name(plan, 'cards')} and {parent_deck_name(plan, 'redraw')}."
    ours = living_cards(plan)
    rest = DeckSearch(f"{ours} is:due", _ALL, DUE)
    found: list[FilteredDeck] = []
    for day, name in WEEKDAYS.items():
        if titles := [category.title for category in plan.categories if category.day == day]:
            first = DeckSearch(f"{ours} is:due tag:{plan.tag}::day::{day}", _ALL, DUE)
            about = f"Rebuild gathers what is due today: {_and(titles)} first, then the rest."
            found.append(
                FilteredDeck(
                    slug=day,
                    name=f"{len(found) + 1} {name[:3]}",
                    searches=(first, rest),
                    title=f"{name}: {_and(titles)}",
                    about=f"{about} {new}",
                )
            )
    weak = DeckSearch(f"{ours} -is:new (prop:lapses>=2 OR rated:7:1)", _ALL, RANDOM)
    about = (
        "Rebuild gathers weak areas first: cards that lapsed twice, or failed within the last seven days; then what is "
        "due. Sunday is for rest."
    )
    weekend = FilteredDeck(
        slug=WEEKEND,
        name=f"{len(found) + 1} Weekend",
        searches=(weak, rest),
        title="Weekend: weak areas",
        about=f"{about} {new}",
    )
    return [*found, weekend]


def _and(titles: Sequence[str]) -> str:
    return " and ".join(titles) if len(titles) < 3 else f"{', '.join(titles[:-1])} and {titles[-1]}"
