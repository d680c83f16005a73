"""A moved clock for the real Anki: the collection becomes older instead of the day later.

Anki counts due days from the collection's creation; reviews, learning cards and FSRS's last reviews have times of their
own. All of them move back together, so that for the collection a day has passed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

_DAY = 86_400  # seconds


def age(col: Any, days: int = 1) -> None:
    """Let `days` days pass for a collection."""
    seconds = days * _DAY
    col.db.execute("UPDATE col SET crt = crt - ?", seconds)
    col.db.execute("UPDATE revlog SET id = id - ?", seconds * 1000)
    col.db.execute("UPDATE cards SET due = due - ? WHERE queue = 1", seconds)  # learning cards are due at a time
    for card, data in col.db.all("SELECT id, data FROM cards WHERE data LIKE '%lrt%'"):
        values = json.loads(data)
        values["lrt"] -= seconds  # the last review of FSRS, in seconds since 1970
        col.db.execute("UPDATE cards SET data = ? WHERE id = ?", json.dumps(values, separators=(",", ":")), card)
    col.close()  # what the backend knows of today is read anew
    col.reopen()


def turn_week(col: Any, weekday: int) -> None:
    """Let the easy days of the presets fall as if today were this weekday (0 is Monday), for whom the clock was moved.

    Anki takes the weekday from the machine's clock, which `age` leaves alone.
    """
    ahead = weekday - date.today().weekday()
    for config in col.decks.all_config():
        if week := config.get("easyDaysPercentages"):
            turned = config.setdefault("week", week)  # as it was imported; Anki keeps keys that it does not know
            config["easyDaysPercentages"] = [turned[(day + ahead) % len(turned)] for day in range(len(turned))]
            col.decks.update_config(config)


def answer_next(col: Any, rating: Callable[[Any], int], seconds: Callable[[Any], float] | None = None) -> Any | None:
    """Answer the next card of the current deck with what `rating` says of it: 1 Again, 2 Hard, 3 Good, 4 Easy.

    It takes the `seconds` that are said, of which Anki counts as many as the preset allows; else none to speak of.
    Returns the card as it was before, or None where none is left for today.
    """
    queued = col.sched.get_queued_cards(fetch_limit=1)
    if not queued.cards:
        return None
    card = col.get_card(queued.cards[0].card.id)
    card.start_timer()
    answer = col.sched.build_answer(card=card, states=queued.cards[0].states, rating=rating(card) - 1)
    if seconds is not None:
        answer.milliseconds_taken = min(round(seconds(card) * 1000), card.time_limit())
    col.sched.answer_card(answer)
    return card
