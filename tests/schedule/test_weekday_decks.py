"""The weekday decks in the real Anki: what they gather, day after day."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas_decks.curriculum.models import WEEKDAYS
from support.builds import Checked
from support.study import Learner, collection_with, deck, offered

pytestmark = pytest.mark.anki
NAMES = ["1 Mon", "2 Tue", "3 Wed", "4 Thu", "5 Fri", "6 Sat", "7 Weekend"]


def test_the_guide_is_there_before_anything_is_pressed(packages: Path) -> None:
    with collection_with(packages / "atlas-all.apkg", packages / "atlas-plan.apkg") as col:
        for name in NAMES:
            assert col.decks.get(deck(col, f"Atlas plan::{name}"))["dyn"]
            col.decks.select(deck(col, f"Atlas plan::{name}"))
            (queued,) = col.sched.get_queued_cards(fetch_limit=2).cards
            assert "Rebuild gathers" in col.get_card(queued.card.id).question()


def test_a_guide_never_stands_in_the_way(packages: Path) -> None:
    """After Rebuild it is at home, in a deck that asks nothing; nor does it count as a card of the plan."""
    with collection_with(packages / "atlas-all.apkg", packages / "atlas-plan.apkg") as col:
        for name in NAMES:
            col.sched.rebuild_filtered_deck(deck(col, f"Atlas plan::{name}"))
            assert offered(col, f"Atlas plan::{name}") == (0, 0), "nothing was begun"
        assert offered(col, "Atlas plan") == (0, 0)


def test_what_was_begun_comes_with_the_days_categories_first(packages: Path, checked: Checked) -> None:
    with collection_with(packages / "atlas-all.apkg", packages / "atlas-plan.apkg") as col:
        learner = Learner(col)
        for tier in checked.curriculum.plan.tiers:  # a little of each
            learner.study_some(f"Atlas::Cards::{tier.deck}", 10)
        learner.sleep()
        due = set(col.find_cards('"deck:Atlas::*" is:due'))
        friday = deck(col, "Atlas plan::5 Fri")
        col.sched.rebuild_filtered_deck(friday)
        ordered = col.db.list("SELECT id FROM cards WHERE did = ? ORDER BY due", friday)
        assert set(ordered) == due, "all that is due, and nothing new"
        todays = ["atlas::day::fri" in col.get_card(card).note().tags for card in ordered]
        assert todays == sorted(todays, reverse=True)
        assert 0 < sum(todays) < len(todays)


@pytest.mark.parametrize("fsrs", [False, True])
def test_with_the_weekday_decks_alone_nothing_is_left_due(packages: Path, long_run: bool, fsrs: bool) -> None:
    """Each day what an earlier deck still holds, the deck of the day, then the day's new cards; Sunday for rest."""
    weeks = 16 if long_run else 3
    with collection_with(packages / "atlas-all.apkg", packages / "atlas-plan.apkg", fsrs=fsrs) as col:
        learner = Learner(col)
        late = []
        for day in range(weeks * 7):
            if day % 7 == 6:
                learner.sleep()
                continue
            # what was forgotten waits in the deck in which it was, under FSRS until the next day: the list shows a number
            left = [f"Atlas plan::{name}" for name in NAMES if sum(offered(col, f"Atlas plan::{name}")) > 0]
            name = f"Atlas plan::{NAMES[day % 7]}"
            drawn = [card for other in left for card in learner.study(other)]
            col.sched.rebuild_filtered_deck(deck(col, name))
            drawn += learner.study(name)
            late += [col.sched.today - card.odue for card in drawn if _is_redraw(card)]
            new = [card for name in ("Atlas::Cards", "Atlas::Redraw") for card in learner.study(name)]
            assert len({card.id for card in new if card.type == 0}) <= 100, "new cards keep to the limits"
            # under FSRS, what was forgotten may come back some hours later
            assert not col.find_cards('"deck:Atlas::*" is:due -is:buried -is:learn'), f"day {day}"
            learner.sleep()
        assert late
        assert max(late) <= 1, "no redraw later than a day, the one of rest"


def _is_redraw(card: object) -> bool:
    return "/redraw/" in card.note().fields[0]  # type: ignore[attr-defined]


def test_every_day_of_the_rotation_has_its_deck(checked: Checked) -> None:
    from atlas_decks.schedule.rotation import rotation_of

    days = rotation_of(checked.curriculum.plan)
    assert [day.name for day in days] == NAMES
    assert [day.slug for day in days] == [*WEEKDAYS, "weak"]


@pytest.mark.parametrize("name", ['Ev"ery', "back\\slash", "a*b", "under_score", "col:on", "two::levels", "per%cent"])
def test_decks_of_any_name_are_gathered(starter, name: str) -> None:  # type: ignore[no-untyped-def]
    from support.builds import build

    file = starter.plan_file
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    text = file.read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith("deck:"))
    file.write_text(text.replace(line, f'deck: "{quoted}"'), "utf-8")
    built = build(starter, 2_000_000_000)
    everything, plan = (next(built.folder.glob(f"*{name}.apkg")) for name in ("all", "plan"))
    with collection_with(everything, plan) as col:
        learner = Learner(col)
        root = next(d.name for d in col.decks.all_names_and_ids() if d.name.endswith("::Cards"))
        assert learner.study(root)
        learner.sleep()
        today = next(d for d in col.decks.all() if d["dyn"])
        col.sched.rebuild_filtered_deck(today["id"])
        assert col.db.scalar("SELECT count() FROM cards WHERE did = ?", today["id"]) >= 1
