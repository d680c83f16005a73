"""The exam decks in the real Anki: what arrives, what they ask, and that a sitting leaves everything as it was."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.curriculum.models import Curriculum
from atlas_decks.learner import real_anki
from atlas_decks.project import Project
from atlas_decks.schedule.exams import ASKED, exam_decks
from support.builds import Checked, build
from support.clock import answer_next
from support.study import Learner, collection_with, deck, offered

EXAM = "Atlas plan::Exam week-04"
MONDAY = "Atlas plan::1 Mon"
NAMES = [f"Atlas plan::Exam week-{week}" for week in ("04", "08", "12", "16")]
CRAMMED = "type = 3 AND factor = 0"  # how Anki logs an answer that schedules nothing
LEARNT = ("type", "due", "ivl", "factor", "reps", "lapses", "left", "odue", "odid", "did", "flags", "data")


def _a_day(learner: Learner) -> None:
    """What README says: the deck of the day, then new cards."""
    learner.col.sched.rebuild_filtered_deck(deck(learner.col, MONDAY))
    for name in (MONDAY, "Atlas::Cards", "Atlas::Redraw"):
        learner.study(name)


@contextmanager
def _after_days(packages: Path, days: int = 6, fsrs: bool = False) -> Iterator[Any]:
    """A collection that was studied for some days, today's cards done."""
    with collection_with(packages / "atlas-all.apkg", packages / "atlas-plan.apkg", fsrs=fsrs) as col:
        learner = Learner(col)
        for _ in range(days - 1):
            _a_day(learner)
            learner.sleep()
        _a_day(learner)
        yield col


def _cards(col: Any) -> dict[int, tuple[Any, ...]]:
    """All that Anki knows of each card of the decks, but for the queue, which burying changes until tomorrow."""
    rows = col.db.all(f"SELECT id, {', '.join(LEARNT)} FROM cards WHERE nid NOT IN ({_guides(col)})")
    return {row[0]: tuple(row[1:]) for row in rows}


def _guides(col: Any) -> str:
    return ",".join(map(str, col.find_notes("tag:atlas::guide")))


def _sit(col: Any, name: str = EXAM) -> list[tuple[int, int]]:
    """Rebuild an exam deck and answer all of it by chance; returns cards and ratings."""
    chance, done = random.Random(4), []
    col.sched.rebuild_filtered_deck(deck(col, name))
    col.decks.select(deck(col, name))
    while card := answer_next(col, lambda _: done.append(chance.randint(1, 4)) or done[-1]):  # type: ignore[func-returns-value]
        done[-1] = (card.id, done[-1])
    return done


def _graphs(col: Any) -> Any:
    from anki.stats_pb2 import GraphsRequest, GraphsResponse

    found = GraphsResponse()
    found.ParseFromString(col._backend.graphs_raw(GraphsRequest(search="", days=0).SerializeToString()))
    return found


# --- what is in them --------------------------------------------------------------------------------------------------


def test_each_checkpoint_has_a_deck_over_what_it_covers(checked: Checked) -> None:
    plan = checked.curriculum.plan
    decks = exam_decks(plan)
    assert [found.slug for found in decks] == [f"exam-{point.slug}" for point in plan.checkpoints]
    assert not any(found.reschedule for found in decks)
    assert [bool("Pass at" in found.about) for found in decks] == [bool(p.pass_percent) for p in plan.checkpoints]
    assert "Pass at 40 of 50." in decks[0].about
    assert "Pass at 43 of 50." in decks[3].about, "85 % of 50 is more than 42"


def test_a_task_that_goes_beyond_the_tiers_widens_the_deck(checked: Checked) -> None:
    def search(**task: Any) -> str:
        plan = checked.curriculum.plan
        point = plan.checkpoints[1].model_copy(
            update={
                "tasks": (plan.checkpoints[1].tasks[0].model_copy(update={"categories": (), "groups": (), **task}),)
            }
        )
        return str(exam_decks(plan.model_copy(update={"checkpoints": (point,)}))[0].searches[0].search)

    assert search().endswith("(tag:atlas::checkpoint::week-08)")
    assert search(categories=("patterns", "costs")).endswith("checkpoint::week-08 OR tag:atlas::category::patterns)")
    assert search(groups=("saga", "1k-to-10k")).endswith("checkpoint::week-08 OR tag:atlas::group::saga)")


@pytest.mark.anki
@pytest.mark.parametrize("name", NAMES)
def test_it_draws_at_random_from_what_was_begun(packages: Path, checked: Checked, name: str) -> None:
    curriculum: Curriculum = checked.curriculum
    point = next(point for point in curriculum.plan.checkpoints if name.endswith(point.slug))
    with collection_with(packages / "atlas-all.apkg", packages / "atlas-plan.apkg") as col:
        # two thirds were begun, of deeper cards and drawings too; of these, half are due today
        col.db.execute(
            "UPDATE cards SET type = 2, queue = 2, ivl = 5, factor = 2500, reps = 3, due = ? + 2 * (id % 2) "
            f"WHERE id % 3 > 0 AND nid NOT IN ({_guides(col)})",
            col.sched.today,
        )
        begun = set(col.find_cards('"deck:Atlas::Cards::*" -is:new -is:due'))
        draws = []
        for _ in range(2):
            col.sched.rebuild_filtered_deck(deck(col, name))
            draws.append(col.db.list("SELECT id FROM cards WHERE did = ? ORDER BY due", deck(col, name)))
            col.sched.empty_filtered_deck(deck(col, name))
        for drawn in draws:
            assert set(drawn) <= begun
            notes = [col.get_card(card).nid for card in drawn]
            assert len(notes) == len(set(notes)), "Anki would hide a sibling, and leave it in the exam deck"
            for card in map(col.get_card, drawn):
                diagram = curriculum.by_id[card.note().fields[0].split("/")[0]]
                assert point.covers(diagram)
        assert draws[0] != draws[1], "by chance"
        assert len(draws[0]) == len(draws[1]) >= 10
        if name == NAMES[3]:  # everything: more than a sitting takes
            assert len(draws[0]) == ASKED
            assert len({col.get_card(card).note().fields[0].split("/")[0] for card in draws[0]}) > 10


# --- that the setting arrives, and what it is good for ----------------------------------------------------------------


@pytest.mark.anki
def test_a_package_brings_decks_that_do_not_reschedule(packages: Path) -> None:
    with collection_with(packages / "atlas-plan.apkg") as col:
        assert sorted(d["name"] for d in col.decks.all() if d["dyn"] and not d["resched"]) == NAMES
        for name in NAMES:
            found = col.decks.by_name(name)
            assert [found[f"preview{key}Secs"] for key in ("Again", "Hard", "Good")] == [0, 0, 0]
            assert (found["terms"][0][1], len(found["terms"])) == (ASKED, 1)


@pytest.mark.anki
def test_its_guide_is_there_before_rebuild_and_goes_home_when_it_is_answered(packages: Path) -> None:
    with collection_with(packages / "atlas-all.apkg", packages / "atlas-plan.apkg") as col:
        for name in NAMES:
            assert offered(col, name) == (0, 1)
            col.decks.select(deck(col, name))
            card = answer_next(col, lambda _: 3)
            assert card is not None
            assert "Rebuild draws up to 50" in card.question()
            assert answer_next(col, lambda _: 3) is None
        assert offered(col, "Atlas plan") == (0, 0), "at home it asks nothing"
        assert not real_anki.check_database(col)


@pytest.mark.anki
@pytest.mark.parametrize("fsrs", [False, True])
def test_a_sitting_asks_each_card_once_and_changes_no_card(packages: Path, fsrs: bool) -> None:
    with _after_days(packages, fsrs=fsrs) as col:
        before, log = _cards(col), col.db.list("SELECT id FROM revlog")
        asked = _sit(col)
        assert len({card for card, _ in asked}) == len(asked) == ASKED
        assert {rating for _, rating in asked} == {1, 2, 3, 4}, "Again sends a card home, too"
        assert _cards(col) == before
        added = col.db.all(f"SELECT cid, ease FROM revlog WHERE {CRAMMED} ORDER BY id")
        assert sorted(map(tuple, added)) == sorted(asked), "what progress can score"
        assert col.db.scalar("SELECT count() FROM revlog") == len(log) + ASKED
        buried = col.db.list("SELECT id FROM cards WHERE queue = -2 AND type > 0")
        assert not set(buried) & set(col.find_cards("prop:due<=0")), "what is due today was done before"
        Learner(col).sleep()
        assert col.db.scalar("SELECT count() FROM cards WHERE queue = -2") == 0, "siblings are hidden for a day"


@pytest.mark.anki
def test_what_of_anki_statistics_a_sitting_moves(packages: Path) -> None:
    """Retention, ease, intervals and the future stay; the counts of answers and of buttons take it in."""
    with _after_days(packages) as col:
        before = _graphs(col)
        _sit(col)
        after = _graphs(col)
        moved = {field.name for field in before.DESCRIPTOR.fields if _value(before, field) != _value(after, field)}
        assert moved <= {"today", "buttons", "reviews", "card_counts"}
        assert {"today", "buttons", "reviews"} <= moved
        assert before.true_retention == after.true_retention
        assert after.true_retention.all_time.young_passed > 0
        assert (after.today.review_count, after.today.learn_count) == (
            before.today.review_count,
            before.today.learn_count,
        )
        assert after.today.early_review_count == before.today.early_review_count + ASKED


def _value(message: Any, field: Any) -> Any:
    return getattr(message, field.name)


@pytest.mark.anki
def test_what_was_missed_is_found_and_is_a_weak_area_at_the_weekend(packages: Path) -> None:
    with _after_days(packages) as col:
        Learner(col).sleep(8)  # what was missed before is forgiven
        missed = {card for card, rating in _sit(col) if rating == 1}
        assert missed == set(col.find_cards("rated:1:1 tag:atlas::checkpoint::week-04"))
        weekend = deck(col, "Atlas plan::7 Weekend")
        terms = col.decks.get(weekend)["terms"]
        assert missed <= set(col.find_cards(terms[0][0]))
        col.sched.rebuild_filtered_deck(weekend)
        assert missed <= set(col.db.list("SELECT id FROM cards WHERE did = ?", weekend))


@pytest.mark.anki
def test_the_search_that_the_docs_give_finds_the_same_cards(packages: Path) -> None:
    lines = (Path(__file__).resolve().parents[2] / "docs/exams.md").read_text("utf-8").splitlines()
    by_hand = next(line.strip() for line in lines if line.startswith("    deck:Atlas"))
    with _after_days(packages, 3) as col:
        found = set(col.find_cards(by_hand))
        assert found == set(col.find_cards(col.decks.by_name(EXAM)["terms"][0][0]))
        assert found


# --- weekday decks, and what learners have ----------------------------------------------------------------------------


@pytest.mark.anki
def test_what_lies_in_an_exam_deck_is_missing_from_the_weekday_decks_until_it_is_emptied(packages: Path) -> None:
    with _after_days(packages) as col:

        def gathered() -> set[int]:
            col.sched.rebuild_filtered_deck(deck(col, MONDAY))
            return set(col.db.list("SELECT id FROM cards WHERE did = ?", deck(col, MONDAY)))

        assert gathered() == set(), "today's cards are done"
        col.sched.rebuild_filtered_deck(deck(col, EXAM))
        for _ in range(3):
            Learner(col).sleep()
        held = set(col.db.list("SELECT id FROM cards WHERE did = ? AND odue <= ?", deck(col, EXAM), col.sched.today))
        without = gathered()
        assert held
        assert not held & without
        col.sched.empty_filtered_deck(deck(col, EXAM))
        assert gathered() == without | held


@pytest.mark.anki
def test_as_imported_they_take_nothing_from_the_weekday_decks(packages: Path) -> None:
    """All four lie there with their guides, in every test of the weekday decks too; and Rebuild takes nothing due."""
    with _after_days(packages, 4) as col:
        Learner(col).sleep()
        due = set(col.find_cards('"deck:Atlas::*" is:due'))
        for name in NAMES:
            col.sched.rebuild_filtered_deck(deck(col, name))
        col.sched.rebuild_filtered_deck(deck(col, MONDAY))
        assert set(col.db.list("SELECT id FROM cards WHERE did = ?", deck(col, MONDAY))) == due
        assert due


@pytest.mark.anki
def test_an_update_brings_them_to_learners_and_touches_nothing_that_they_have(
    built: Any, packages: Path, starter: Project, tmp_path: Path
) -> None:
    plan = starter.curriculum / "atlas.yaml"
    old = build(starter, 2_000_000_000).folder / "mine-plan.apkg"
    (tmp_path / "old").mkdir()
    old = old.rename(tmp_path / "old" / "mine-plan.apkg")
    point = "{slug: half, title: Half, week: 2, tiers: [1], minutes: 30, tasks: [Draw]}"
    plan.write_text(f"{plan.read_text('utf-8')}\ncheckpoints:\n  - {point}\n", "utf-8")
    result = build(starter, 2_000_000_100)
    assert "plan/guide/exam-half" in [entry.key for entry in result.changed]
    with collection_with(result.whole, old) as col:
        learner_decks = _filtered(col)
        assert len(learner_decks) == 2
        Learner(col).study(next(d.name for d in col.decks.all_names_and_ids() if d.name.endswith("::Cards")))
        Learner(col).sleep()
        for name in learner_decks:
            col.sched.rebuild_filtered_deck(deck(col, name))
        before, log = col.db.all("SELECT * FROM cards ORDER BY id"), col.db.all("SELECT * FROM revlog WHERE ease > 0")
        real_anki.import_package(col, result.folder / "mine-plan.apkg", with_scheduling=True)
        after = {row[0]: row for row in col.db.all("SELECT * FROM cards")}
        assert [after[row[0]] for row in before] == before
        assert len(after) == len(before) + 1, "the guide"
        assert col.db.all("SELECT * FROM revlog WHERE ease > 0") == log
        found = _filtered(col)
        assert {name: found[name] for name in learner_decks} == learner_decks
        assert [name.partition("::")[2] for name in found.keys() - learner_decks.keys()] == ["Exam half"]


def _filtered(col: Any) -> dict[str, Any]:
    return {d["name"]: (d["id"], d["terms"], d["resched"]) for d in col.decks.all() if d["dyn"]}
