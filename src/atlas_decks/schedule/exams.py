"""The exam decks: for each checkpoint a filtered deck that asks at random, and changes nothing of what it asks.

What an exam deck holds is missing from all others until it is answered, or the deck emptied. So it comes with nothing
but its guide, and Rebuild takes no card that is due: a weekday's deck gathers those.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from atlas_decks.curriculum.models import Checkpoint, Plan
from atlas_decks.schedule.decks import parent_deck_name
from atlas_decks.schedule.filtered import RANDOM, DeckSearch, FilteredDeck, living_cards

ASKED = 50  # cards of a sitting: ten minutes at 12 seconds each, and each is two percent of the score


def exam_decks(plan: Plan) -> list[FilteredDeck]:
    """An exam deck for each checkpoint, in the order of the plan."""
    return [_exam_deck(plan, point) for point in plan.checkpoints]


def _exam_deck(plan: Plan, point: Checkpoint) -> FilteredDeck:
    # of a note only one card is core: Anki would hide a sibling until tomorrow, and leave it behind in the exam deck;
    # drawings want paper and minutes, and the exam on paper asks for those
    core = living_cards(plan, parent_deck_name(plan, "cards"))
    scope = " OR ".join(f"tag:{plan.tag}::{tag}" for tag in _scope(plan, point))
    search = f"{core} -is:new -is:due -is:learn ({scope})"
    bar = f" Pass at {math.ceil(ASKED * point.pass_percent / 100)} of {ASKED}." if point.pass_percent else ""
    return FilteredDeck(
        slug=f"exam-{point.slug}",
        name=f"Exam {point.slug}",
        searches=(DeckSearch(search, ASKED, RANDOM),),
        title=f"Exam: {point.title}",
        about=(
            f"When the day's cards are done, Rebuild draws up to {ASKED} that you have begun, at random. Answer Again "
            "where you miss one, and count these; each card comes once, and none is scheduled anew."
            f"{bar} If you stop early, press Empty: what stays here is missing in the other decks."
        ),
        reschedule=False,
    )


def _scope(plan: Plan, point: Checkpoint) -> Iterator[str]:
    """The tags of what a checkpoint covers: its tiers, and what its tasks name beyond them."""
    yield f"checkpoint::{point.slug}"
    beyond = [category for category in plan.categories if category.tier not in point.tiers]
    for category in beyond:
        if any(category.slug in task.categories for task in point.tasks):
            yield f"category::{category.slug}"
            continue
        for group in category.groups:
            if any(group.slug in task.groups for task in point.tasks):
                yield f"group::{group.slug}"
