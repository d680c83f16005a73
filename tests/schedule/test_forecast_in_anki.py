"""The forecast against the real Anki: a learner plays the plan day by day with the presets of the packages."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.curriculum.models import Pace, Plan
from atlas_decks.packages.presets import preset_of
from atlas_decks.schedule import load
from atlas_decks.schedule.decks import DeckKind
from atlas_decks.schedule.limits import CardsADiagram, Limits, limits_of
from support.builds import Checked
from support.clock import age, answer_next
from support.study import AGAIN, GOOD

pytestmark = pytest.mark.anki
# cards a diagram: in 16 weeks there is no time for deeper ones
MEANS = {16: CardsADiagram(core=6, deeper=0, anchors=1 / 3), 32: CardsADiagram(core=6, deeper=4, anchors=1 / 3)}


@contextmanager
def _collection(plan: Plan, pace: Pace, limits: Limits, fsrs: bool) -> Iterator[tuple[Any, dict[str, int]]]:
    """A collection with as many cards as are planned, in decks with the presets of the packages."""
    from anki.collection import AddNoteRequest, Collection

    memory = Path("/dev/shm")  # tens of thousands of answers, each written down
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        col = Collection(f"{folder}/collection.anki2")
        col.set_config("fsrs", fsrs)
        decks: dict[str, int] = {}
        kinds: list[tuple[str, DeckKind | Any]] = [
            ("", "all"),
            ("::Cards", "cards"),
            ("::Deeper", "deeper"),
            ("::Redraw", "redraw"),
        ]
        for name, kind in kinds:
            preset = preset_of(kind, plan, pace, limits)
            config = col.decks.add_config(preset["name"])
            config.update({key: value for key, value in preset.items() if key not in ("id", "name")})
            col.decks.update_config(config)
            deck = col.decks.get(col.decks.id(f"{plan.deck}{name}"))
            deck["conf"] = config["id"]
            col.decks.save(deck)
            decks[kind] = deck["id"]
        basic, wanted = col.models.by_name("Basic"), []
        for diagram in range(plan.planned):
            mean = MEANS[pace.weeks]
            for kind, cards in (("cards", int(mean.core)), ("deeper", int(mean.deeper))):
                wanted += [(f"{diagram}/{kind}/{number}", decks[kind]) for number in range(cards)]
            if diagram % 3 == 0:
                wanted.append((f"{diagram}/redraw", decks["redraw"]))
        requests = []
        for front, deck_id in wanted:
            note = col.new_note(basic)
            note["Front"] = front
            requests.append(AddNoteRequest(note, deck_id))
        col.add_notes(requests)
        try:
            yield col, decks
        finally:
            col.close()


def _study(col: Any, decks: dict[str, int], chance: random.Random, *, new: bool) -> Counter[str]:
    """A day's answers by kind, and its seconds."""
    redraws = decks["redraw"]
    for name in (name for name, deck in decks.items() if name != "all"):
        config = col.decks.config_dict_for_deck_id(decks[name])
        config["new"].setdefault("planned", config["new"]["perDay"])
        config["new"]["perDay"] = config["new"]["planned"] if new else 0
        col.decks.update_config(config)
    col.decks.select(decks["all"])
    day: Counter[str] = Counter()

    def rating(card: Any) -> int:
        recall = load.REDRAW_RECALL if card.did == redraws else load.RECALL
        return GOOD if card.type in (0, 1) or chance.random() < recall else AGAIN

    while (card := answer_next(col, rating)) is not None:
        if card.did == redraws:
            day["redraws"] += 1
            day["seconds"] += load.REDRAW_SECONDS
        elif card.type == 0:
            day["new"] += 1
            day["seconds"] += load.NEW_SECONDS
        else:
            day["reviews"] += 1
            day["seconds"] += load.REVIEW_SECONDS
    return day


@pytest.mark.parametrize("fsrs", [False, True])
@pytest.mark.parametrize("weeks", MEANS)
def test_the_forecast_is_what_happens(checked: Checked, long_run: bool, weeks: int, fsrs: bool) -> None:
    """Within 10 % in every week but the first two, whose few reviews hang on single days.

    In the last one, when hardly a new card is left, the forecast is up to 15 % too high; nobody has found out why.

    All weeks are played in the long run; else three of sixteen.
    """
    if weeks == 32 and not long_run:
        pytest.skip("32 weeks are played in the long run")
    plan, mean = checked.curriculum.plan, MEANS[weeks]
    pace = plan.pace(weeks)
    assert pace is not None
    weeks = pace.weeks if long_run else 3
    limits = limits_of(plan, pace, mean)
    expected = load.forecast(plan, pace, limits, mean, fsrs=fsrs).weeks()[:weeks]
    chance = random.Random(5)
    with _collection(plan, pace, limits, fsrs) as (col, decks):
        for number, days in enumerate(expected, 1):
            played: Counter[str] = Counter()
            for day in days:
                played += _study(col, decks, chance, new=day.new > 0)
                age(col)
            hours = played["seconds"] / 3600
            assert played["new"] == pytest.approx(sum(day.new for day in days), abs=1), f"week {number}"
            forecast = sum(day.hours for day in days)
            tolerance = 0.2 if number <= 2 else 0.16 if number == pace.weeks else 0.1
            assert hours == pytest.approx(forecast, rel=tolerance), f"week {number}: {dict(played)}"
