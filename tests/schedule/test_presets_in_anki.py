"""The presets in the real Anki, with a moved clock: what a learner gets day by day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from atlas_decks.schedule.limits import Limits, limits_of, mean_of
from support.builds import Built, Checked
from support.clock import age
from support.study import AGAIN, EASY, GOOD, HARD, collection_with, deck, offered

pytestmark = pytest.mark.anki


def _intervals(col: Any, name: str, ratings: list[int]) -> list[int]:
    """Days after each answer until a deck's first card is due again, answered on the day on which it is due."""
    card = col.get_card(col.db.scalar("SELECT id FROM cards WHERE did = ? ORDER BY due", deck(col, name)))
    days = []
    for rating in ratings:
        if card.type == 2:
            age(col, card.due - col.sched.today)
        card.load()
        card.start_timer()
        states = col._backend.get_scheduling_states(card.id)
        col.sched.answer_card(col.sched.build_answer(card=card, states=states, rating=rating - 1))
        card.load()
        days.append(card.ivl)
    return days


# Anki spreads intervals from 3 days on a little ("fuzz"); the middle is what it gives without
LADDER = {False: [1, 3, 7, 15, 33, 73], True: [1, 3, 10, 22, 49, 93]}


@pytest.mark.parametrize("fsrs", [False, True])
def test_a_redraw_climbs_the_ladder(packages: Path, fsrs: bool) -> None:
    with collection_with(packages / "atlas-all.apkg", fsrs=fsrs) as col:
        found = _intervals(col, "Atlas::Redraw::1 Foundation", [GOOD] * 6)
    for days, wanted in zip(found, LADDER[fsrs], strict=True):
        assert wanted * 0.6 - 1 <= days <= wanted * 1.5 + 1, found


@pytest.mark.parametrize("fsrs", [False, True])
def test_a_lapse_of_a_redraw_counts_and_begins_again(packages: Path, fsrs: bool) -> None:
    with collection_with(packages / "atlas-all.apkg", fsrs=fsrs) as col:
        found = _intervals(col, "Atlas::Redraw::1 Foundation", [GOOD, GOOD, GOOD, AGAIN])
        assert found[-1] <= 3, found
        assert col.db.scalar("SELECT max(lapses) FROM cards") == 1, "the weekend deck finds it by its lapses"


@pytest.mark.parametrize("fsrs", [False, True])
def test_easy_costs_a_redraw_little(packages: Path, fsrs: bool) -> None:
    """Easy on a new diagram skips a rung or two, never the ladder."""
    with collection_with(packages / "atlas-all.apkg", fsrs=fsrs) as col:
        found = _intervals(col, "Atlas::Redraw::1 Foundation", [EASY, GOOD])
    assert 1 <= found[0] <= 4, found
    assert found[1] <= 25, found


def test_hard_keeps_a_redraw_near(packages: Path) -> None:
    with collection_with(packages / "atlas-all.apkg") as col:
        found = _intervals(col, "Atlas::Redraw::1 Foundation", [GOOD, GOOD, HARD])
    assert found[-1] <= found[-2] * 1.5 + 1, found


@pytest.mark.parametrize("fsrs", [False, True])
def test_a_card_that_was_forgotten_comes_back_within_the_sitting(packages: Path, fsrs: bool) -> None:
    with collection_with(packages / "atlas-all.apkg", fsrs=fsrs) as col:
        deck_id = deck(col, "Atlas::Cards::1 Foundation")
        card = col.get_card(col.db.scalar("SELECT id FROM cards WHERE did = ? ORDER BY due", deck_id))
        for rating in (GOOD, AGAIN):
            if card.type == 2:
                age(col, card.due - col.sched.today)
                card.load()
            card.start_timer()
            states = col._backend.get_scheduling_states(card.id)
            col.sched.answer_card(col.sched.build_answer(card=card, states=states, rating=rating - 1))
            card.load()
        assert card.queue == 1, "a learning card"
        assert card.lapses == 1


def _limits(checked: Checked, built: Built) -> Limits:
    plan = checked.curriculum.plan
    pace = plan.pace(16)
    assert pace is not None
    return limits_of(plan, pace, _mean(built))


def _mean(built: Built) -> Any:
    from collections import Counter

    from atlas_decks.schedule.decks import DECK_KINDS

    kinds: Counter[Any] = Counter()
    with collection_with(built.folder / "atlas-all.apkg") as col:
        for kind in DECK_KINDS:
            name = {"redraw-deeper": "Redraw::*::Deeper"}.get(kind, f"{kind.capitalize()}::*")
            kinds[kind] = len(col.find_cards(f'"deck:Atlas::{name}"'))
    kinds["redraw"] -= kinds["redraw-deeper"]
    return mean_of(kinds, len({note.key.split("/")[0] for note in built.living}))


def test_whoever_clicks_the_deck_of_the_readme_gets_the_amounts_of_the_plan(
    packages: Path, checked: Checked, built: Built
) -> None:
    """Whether all tiers are imported or one, and with the order of the plan over all of them."""
    limits = _limits(checked, built)
    for name in ("atlas-all.apkg", "atlas-5-companies.apkg"):
        with collection_with(packages / name) as col:
            assert offered(col, "Atlas::Cards") == (limits.cards.new, 0), name
            assert offered(col, "Atlas::Redraw")[0] == min(limits.redraw.new, 30), name
            assert offered(col, "Atlas")[0] == limits.all.new, name
    with collection_with(packages / "atlas-all.apkg") as col:
        col.decks.select(deck(col, "Atlas::Cards"))
        queued = col.sched.get_queued_cards(fetch_limit=200).cards
        tiers = {tag for q in queued for tag in col.get_card(q.card.id).note().tags if "::tier::" in tag}
        assert tiers == {"atlas::tier::1"}, "later tiers wait for their weeks"
        notes = [col.get_card(q.card.id).nid for q in queued]
        assert len(set(notes)) == len(notes), "no two cards of one note on one day"


def test_no_deck_overrides_its_preset_and_the_topmost_has_one(packages: Path) -> None:
    with collection_with(packages / "atlas-all.apkg") as col:
        for found in col.decks.all():
            if found["name"].startswith("Atlas"):
                assert found.get("desiredRetention") is None, found["name"]
                preset = col.decks.config_dict_for_deck_id(found["id"])
                assert preset["name"].startswith("Atlas, 16 weeks: "), found["name"]
        redraw = col.decks.config_dict_for_deck_id(deck(col, "Atlas::Redraw::1 Foundation"))
        assert (redraw["new"]["delays"], redraw["lapse"]["delays"]) == ([], [])
        assert redraw["desiredRetention"] == pytest.approx(0.95)
        assert redraw["rev"]["perDay"] == 30
        cards = col.decks.config_dict_for_deck_id(deck(col, "Atlas::Cards"))
        assert cards["desiredRetention"] == pytest.approx(0.9)
        assert (cards["new"]["bury"], cards["rev"]["bury"]) == (True, True)
        assert cards["easyDaysPercentages"] == [1, 1, 1, 1, 1, 0.5, 0]
        assert cards["rev"]["perDay"] >= 10 * cards["new"]["perDay"], "Anki warns of fewer"
