"""`progress` on collections that the real Anki made: where both say the same thing, they say the same digits."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.cards.ids import Ids, search_of
from atlas_decks.cards.kinds import KINDS
from atlas_decks.cli import run
from atlas_decks.learner.collection.statistics import PERIODS
from support.builds import Built, Checked
from support.life import export, lived
from support.study import Learner, collection_with

pytestmark = pytest.mark.anki
AT = ["--project", str(Path(__file__).resolve().parents[2])]


def progress(collection: Path, *more: str) -> Any:
    out = collection.parent / f"{collection.name}.json"
    assert run([*AT, "-q", "progress", str(collection), "--format", "json", "-o", str(out), *more]) == 0
    return json.loads(out.read_text("utf-8"))


def _searches(col: Any, ours: Any) -> None:
    """Pasted into Anki, the searches find what they say."""
    pair = sorted(ours["levels"])[:2]
    assert {col.get_note(note)["Key"].split("/")[0] for note in col.find_notes(search_of(pair))} == {*pair}
    for confused in ours["confused"]:
        assert confused["search"] == search_of((confused["one"]["id"], confused["other"]["id"]))
    for area in (*ours["weak_areas"], *ours["strong_areas"]):
        assert col.find_notes(area["search"]), area["search"]
    for parts in ours["coverage"].values():
        for part in parts:
            if part["tag"]:
                assert len(col.find_cards(f"tag:{part['tag']}")) >= part["cards"]["imported"], part["tag"]


@pytest.mark.parametrize("fsrs", [False, True])
def test_it_agrees_with_the_statistics_of_anki(built: Built, checked: Checked, tmp_path: Path, fsrs: bool) -> None:
    ids = Ids(checked.curriculum.plan.id)
    with lived(built.whole, 35, fsrs=fsrs) as col:
        file = export(col, tmp_path / "mine.colpkg")
        theirs = col._backend.graphs(search=" OR ".join(f"mid:{ids.note_type(kind)}" for kind in KINDS), days=0)
        ours = progress(file)
        _searches(col, ours)
    for name in PERIODS:
        expected = getattr(theirs.true_retention, "all_time" if name == "all" else name)
        for age in ("young", "mature"):
            passed, failed = (getattr(expected, f"{age}_{what}") for what in ("passed", "failed"))
            found = ours["retention"][name][age]
            assert (found["passed"], found["of"]) == (passed, passed + failed), (name, age)
    whole = theirs.card_counts.including_inactive
    cards = ours["collection"]["cards"]
    assert (cards["new"], cards["young"], cards["mature"]) == (whole.newCards, whole.young, whole.mature)
    (everything,) = ours["coverage"]["all"]
    assert everything["cards"]["introduced"] == whole.young + whole.mature + whole.learn + whole.relearn
    assert everything["cards"]["mature"] == whole.mature > 0
    due = theirs.future_due.future_due
    assert [day["due"] for day in ours["ahead"]["days"]] == [due.get(number, 0) for number in range(30)]
    assert ours["ahead"]["overdue"] == sum(count for day, count in due.items() if day < 0)
    for day in ours["days"]:
        ago = (date.fromisoformat(ours["as_of"]) - date.fromisoformat(day["first"])).days
        counts = theirs.reviews.count[-ago]
        assert day["answers"] == sum((counts.learn, counts.relearn, counts.young, counts.mature, counts.filtered))
    assert len(ours["days"]) == len(theirs.reviews.count)
    assert ours["collection"]["fsrs"] is fsrs
    sat = [point for point in ours["checkpoints"] if point["sitting"]]
    assert [point["sitting"]["score"]["of"] for point in sat] == [12]


def test_a_fresh_import_is_nothing_but_new(built: Built, tmp_path: Path) -> None:
    with collection_with(built.whole) as col:
        found = progress(export(col, tmp_path / "fresh.colpkg"))
        bare = progress(export(col, tmp_path / "bare.apkg", scheduling=False))
    for data in (found, bare):
        (everything,) = data["coverage"]["all"]
        assert everything["diagrams"]["imported"] == everything["diagrams"]["written"]
        assert everything["diagrams"]["introduced"] == everything["cards"]["introduced"] == 0
        assert data["retention"]["all"]["all"] == {"of": 0, "passed": 0, "share": None, "interval": None}
        assert data["mastery"]["met"] == 0
    assert any("scheduling information" in notice for notice in bare["notices"])


def test_part_of_the_packages_is_told_as_part(built: Built, tmp_path: Path) -> None:
    with collection_with(built.folder / "atlas-7-planning.apkg") as col:
        found = progress(export(col, tmp_path / "part.colpkg"))
    imported = {part["slug"]: part["diagrams"]["imported"] for part in found["coverage"]["tier"]}
    assert imported.pop("7") > 0
    assert set(imported.values()) == {0}


def test_as_of_an_earlier_day_it_says_what_it_said_then(built: Built, tmp_path: Path) -> None:
    with collection_with(built.folder / "atlas-1-foundation.apkg") as col:
        learner = Learner(col, recall=0.85)
        for _ in range(12):
            learner.study_some("Atlas::Cards", 20)
            learner.study_some("Atlas::Redraw", 4)
            learner.sleep()
        learner.study("Atlas::Cards")
        then = progress(export(col, tmp_path / "then.colpkg"))
        for _ in range(14):  # the same day of the week, so that the plan rests on the same days
            learner.sleep()
            learner.study_some("Atlas::Cards", 20)
        day = date.fromisoformat(then["as_of"]) - timedelta(days=14)
        later = progress(export(col, tmp_path / "later.colpkg"), "--as-of", day.isoformat())
    assert later["as_of"] == day.isoformat()
    for same in ("coverage", "retention", "levels", "mastery", "self_assessment", "weak_areas"):
        assert later[same] == then[same], same
    for same in ("met", "due", "ahead", "a_day", "week"):
        assert later["course"][same] == then["course"][same], same
    assert [d["due"] for d in later["ahead"]["days"]][1:] == [d["due"] for d in then["ahead"]["days"]][1:]
    assert [(d["met"], d["answers"]) for d in later["days"]] == [(d["met"], d["answers"]) for d in then["days"]]
    assert any("Answers given after" in notice for notice in later["notices"])
