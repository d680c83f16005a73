"""The decks of the tiers, with their descriptions and presets."""

from __future__ import annotations

from typing import Any

from atlas_decks.cards.ids import Ids
from atlas_decks.packages.settings import PackageSettings
from atlas_decks.packages.tables import Deck
from atlas_decks.schedule.order import deck_name

_MINUTES_A_DAY = 24 * 60


def about(settings: PackageSettings) -> str:
    """The description of the topmost deck. An import replaces it, so it tells what was imported last."""
    counts = settings.counts.values()
    cards, diagrams = sum(cards for cards, _ in counts), sum(diagrams for _, diagrams in counts)
    where = f" from {settings.plan.url}" if settings.plan.url else ""
    return (
        f"{settings.plan.about}\n\n{settings.version}: {cards:,} cards on {diagrams} diagrams in all.\n\n"
        f"To update, import the newer package{where} with the import dialog's defaults. Reviews are kept."
    )


def tier_deck(number: int, redraw: bool, settings: PackageSettings) -> tuple[Any, dict[str, Any]]:
    """The deck of a tier, or its Redraw deck, and its preset in the form of Anki's schema 11."""
    plan, tier = settings.plan, settings.plan.tier(number)
    preset_id = Ids(plan.id).preset(f"{settings.pace.weeks} weeks/{number}/{'redraw' if redraw else 'cards'}")
    limit = settings.limits[number]
    new, review = (limit.redraw_new, limit.redraw_review) if redraw else (limit.new, limit.review)
    # Anki spends the first step on Again: a new card answered Good gets the second one, so the first day stands twice
    ladder = [day * _MINUTES_A_DAY for day in (plan.review_days[0], *plan.review_days)]
    delays, graduating = (ladder, plan.review_days[-1] * 3 // 2) if redraw else ([1, 10], 1)
    name = deck_name(plan, number, redraw)
    preset_name = f"{plan.deck} {tier.deck}{' Redraw' if redraw else ''} ({settings.pace.weeks} weeks)"
    cards, diagrams = settings.counts.get(number, (0, 0))
    about = f"{tier.goal} Weeks {tier.weeks[0]} to {tier.weeks[1]}. {cards:,} cards on {diagrams} diagrams."
    if redraw:
        about = f"Redraw each diagram with pen and paper after {', '.join(map(str, plan.review_days))} days."
    deck = Deck(
        Ids(plan.id).deck(name),
        name,
        conf=preset_id,
        desc=about,
        md=True,
        desiredRetention=plan.retention_percent,
    )
    return deck, _preset(preset_id, preset_name, (new, review), delays, graduating, plan.retention_percent)


def _preset(
    number: int, name: str, a_day: tuple[int, int], delays: list[int], graduating: int, retention: int
) -> dict[str, Any]:
    """An options group in the form of Anki's schema 11: new and review cards `a_day`, `delays` in minutes, the interval
    on `graduating` in days."""
    new, review = a_day
    return {
        "id": number,
        "mod": 0,
        "name": name,
        "usn": -1,
        "maxTaken": 90,
        "autoplay": True,
        "timer": 0,
        "replayq": True,
        "dyn": False,
        "new": {
            "bury": False,
            "delays": delays,
            "initialFactor": 2500,
            "ints": [graduating, graduating * 2 if graduating > 1 else 4, 0],
            "order": 1,
            "perDay": new,
        },
        "rev": {"bury": False, "ease4": 1.3, "ivlFct": 1.0, "maxIvl": 36500, "perDay": review, "hardFactor": 1.2},
        "lapse": {"delays": [10], "leechAction": 1, "leechFails": 8, "minInt": 1, "mult": 0.0},
        "newMix": 0,
        "newSortOrder": 1,
        "newGatherPriority": 1,
        "interdayLearningMix": 0,
        "reviewOrder": 0,
        "buryInterdayLearning": False,
        "desiredRetention": retention / 100,
    }
