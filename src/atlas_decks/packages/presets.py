"""The presets (options groups) that the decks come with, in the form of Anki's schema 11.

The keys are those that survive an import with "import any deck presets". A preset that a learner has is never updated
by an import, so its id comes from its content: changed limits are another preset.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from atlas_decks.cards.ids import Ids
from atlas_decks.cards.kinds import DeckKind
from atlas_decks.curriculum.models import Pace, Plan
from atlas_decks.schedule.limits import Limit, Limits
from atlas_decks.schedule.memory import EASE, REDRAW_EASE, REDRAW_RETENTION

PresetKind = Literal["all", "cards", "deeper", "redraw", "redraw-deeper"]
_NAMES: dict[PresetKind, str] = {
    "all": "everything",
    "cards": "cards",
    "deeper": "deeper cards",
    "redraw": "redraw",
    "redraw-deeper": "redraw, deeper",
}
_STEP_MINUTES = 15  # a new card comes back once within the sitting
_EASY_DAYS = 4  # Anki's default for Easy on a new card
_REDRAW_EASY_DAYS = 3  # Easy on a new diagram skips one rung of the ladder (1, 3, 7, 15, ..), not all of them
_REDRAW_EASY_BONUS = 1.0  # and later Easy is hardly more than Good: a drawing that was easy today still fades
_LEECH_LAPSES = 8

# Anki's numbers for the order of cards, from its proto/anki/deck_config.proto
_GATHER_BY_POSITION = 1  # NewCardGatherPriority.LOWEST_POSITION: over all decks below the one that is studied
_SHOW_IN_RANDOM_ORDER = 4  # NewCardSortOrder.RANDOM_CARD: a diagram's cards do not come in a row
_MIX_WITH_REVIEWS = 0  # ReviewMix.MIX_WITH_REVIEWS
_DUE_THEN_RANDOM = 0  # ReviewCardOrder.DAY
_EASY_WEEK = (1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.0)  # Monday to Sunday: Saturday is light, Sunday for rest


def preset_of(kind: DeckKind | Literal["all"], plan: Plan, pace: Pace, limits: Limits) -> dict[str, Any]:
    """The preset of a kind of deck, or of the topmost deck (`all`)."""
    limit: Limit = getattr(limits, kind.replace("-", "_"))
    redraw = kind.startswith("redraw")
    preset: dict[str, Any] = {
        "mod": 0,
        "name": f"{plan.deck}, {pace.weeks} weeks: {_NAMES[kind]}",
        "usn": -1,
        "maxTaken": 600 if redraw else 60,  # seconds of an answer that Anki counts
        "autoplay": True,
        "timer": 0,
        "replayq": True,
        "dyn": False,
        "new": {
            "bury": True,
            "delays": [] if redraw else [_STEP_MINUTES],
            "initialFactor": round((REDRAW_EASE if redraw else EASE) * 1000),
            "ints": [1, _REDRAW_EASY_DAYS if redraw else _EASY_DAYS, 0],
            "order": 1,
            "perDay": limit.new,
        },
        "rev": {
            "bury": True,
            "ease4": _REDRAW_EASY_BONUS if redraw else 1.3,
            "ivlFct": 1.0,
            "maxIvl": 36500,
            "perDay": limit.reviews,
            "hardFactor": 1.2,
        },
        "lapse": {
            "delays": [] if redraw else [_STEP_MINUTES],
            "leechAction": 1,  # tag only: a leech is suspended by its learner, never by us
            "leechFails": _LEECH_LAPSES,
            "minInt": 1,
            "mult": 0.0,
        },
        "newMix": _MIX_WITH_REVIEWS,
        "newSortOrder": _SHOW_IN_RANDOM_ORDER,
        "newGatherPriority": _GATHER_BY_POSITION,
        "interdayLearningMix": 0,
        "reviewOrder": _DUE_THEN_RANDOM,
        "buryInterdayLearning": True,
        "easyDaysPercentages": list(_EASY_WEEK),
        "desiredRetention": REDRAW_RETENTION if redraw else plan.retention_percent / 100,
    }
    return {"id": Ids(plan.id).preset(json.dumps(preset, sort_keys=True)), **preset}
