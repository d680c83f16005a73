"""Packages in the real Anki backend: what learners get, and what an update does to what they have learnt."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.cards.kinds import NOTE_TYPES
from atlas_decks.compiled import survey
from atlas_decks.learner import real_anki
from atlas_decks.project import Project
from support.builds import NOW, Built, Checked, build, copy_of

pytestmark = pytest.mark.anki


@pytest.fixture
def col() -> Iterator[Any]:
    """An empty collection of the real Anki."""
    with real_anki.temporary_collection() as collection:
        yield collection


def test_verify_finds_no_problem(packages: Path, built: Built) -> None:
    report = real_anki.verify(sorted(packages.glob("*.apkg")))
    assert [str(problem) for problem in report.problems] == []
    guides = 7 + 4  # weekdays and exams
    assert report.notes == len(built.notes) + guides
    assert report.cards == report.rendered == built.cards + guides
    assert report.media == len({note.key.split("/")[0] for note in built.living})
    tags = {tag for note in built.living for tag in note.fields["Tags"].split()}
    assert tags | {"atlas::guide"} == set(report.tags) - {"atlas::retired"}


@pytest.mark.parametrize(
    ("search", "wanted"),
    [
        ("tag:atlas::tier::5", lambda d: d.category.tier == 5),
        ("tag:atlas::tier::1", lambda d: d.category.tier == 1),
        ("tag:atlas::company::stripe", lambda d: d.company is not None and d.company.slug == "stripe"),
        ("tag:atlas::day::mon", lambda d: d.category.slug in ("architecture", "incidents")),
        ("tag:atlas::day::sat", lambda d: d.category.slug in ("guarantees", "mechanisms")),
        ("tag:atlas::checkpoint::week-04", lambda d: d.category.tier in (1, 2)),
    ],
)
def test_searches_find_what_the_curriculum_says(
    packages: Path, col: Any, checked: Checked, search: str, wanted: Any
) -> None:
    expected = {d.id: 1 + sum(1 for _ in d.facts()) for d in checked.curriculum.diagrams if wanted(d)}
    real_anki.import_package(col, packages / "atlas-all.apkg")
    found: dict[str, int] = {}
    for note_id in col.find_notes(search):
        name = col.get_note(note_id).fields[0].split("/")[0]
        found[name] = found.get(name, 0) + 1
    assert found == expected


def test_new_cards_come_in_the_order_of_the_plan(packages: Path, col: Any, built: Built) -> None:
    real_anki.import_package(col, packages / "atlas-all.apkg", with_presets=True)
    deck = next(d for d in col.decks.all_names_and_ids() if d.name == "Atlas::Cards::3 Performance and costs")
    ordered = col.db.all("SELECT nid, ord FROM cards WHERE did = ? ORDER BY due", deck.id)
    found = [(col.get_note(note_id).fields[0], ordinal) for note_id, ordinal in ordered]
    cards = [(due, note.key, card, name) for note in built.living for card, (name, due) in note.cards.items()]
    assert found == [(key, card) for _, key, card, name in sorted(cards) if name == deck.name]
    assert len(found) > 20


def test_tier_packages_and_all_are_the_same_notes(packages: Path, col: Any) -> None:
    real_anki.import_package(col, packages / "atlas-all.apkg")
    before = col.note_count()
    for path in sorted(packages.glob("atlas-[0-9]-*.apkg")):
        log = real_anki.import_package(col, path)
        assert (len(log.new), len(log.updated), len(log.conflicting)) == (0, 0, 0)
    assert col.note_count() == before


def test_plan_decks_gather_the_cards_of_their_day(packages: Path, col: Any) -> None:
    real_anki.import_package(col, packages / "atlas-all.apkg")
    real_anki.import_package(col, packages / "atlas-plan.apkg", with_scheduling=True)
    decks = {d.name: d.id for d in col.decks.all_names_and_ids() if d.name.startswith("Atlas plan::")}
    assert len(decks) == 7 + 4
    monday = decks["Atlas plan::1 Mon"]
    assert col.decks.get(monday)["dyn"]
    col.sched.rebuild_filtered_deck(monday)
    assert not col.find_cards(f"did:{monday} -tag:atlas::guide"), "nothing was begun"


# --- updates ----------------------------------------------------------------------------------------------------------


def _build(project: Project, now: int, into: Path) -> tuple[Path, Built]:
    result = build(project, now, weeks=4)
    return shutil.copy(result.whole, into), result


def _edit(project: Project, old: str, new: str) -> None:
    file = project.curriculum / "1-basics/examples/caching.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_a_changed_word_changes_one_note_and_keeps_every_review(starter: Project, tmp_path: Path) -> None:
    old, _ = _build(starter, NOW, tmp_path / "old.apkg")
    _edit(starter, "Longer keys are hashed", "Longer ones are hashed")
    new, result = _build(starter, NOW + 100, tmp_path / "new.apkg")
    assert [entry.key for entry in result.changed] == ["cache-aside-basics/metric/key-length"]
    update = real_anki.verify_update(old, new)
    assert update.updated == ["cache-aside-basics/metric/key-length"]
    assert update.problems == []
    assert update.reviews_before == update.reviews_after > 0
    assert (update.added, update.lost, update.kept) == (0, [], 7)


def test_one_word_in_the_real_curriculum_moves_its_note_and_the_redraw_card_that_shows_it(
    project: Project, checked: Checked, built: Built, packages: Path, tmp_path: Path
) -> None:
    own = copy_of(project, tmp_path / "project")
    shutil.copy(packages / "ledger.jsonl", own.ledger_file)
    target = checked.curriculum.diagrams[0]
    metric = target.spec.metrics[0]
    file = own.root / target.origin.path
    line, column = target.origin.position(target.path("metrics", 0, "answer"))
    lines = file.read_text("utf-8").splitlines(keepends=True)
    assert metric.answer in lines[line - 1][column - 1 :]
    lines[line - 1] = lines[line - 1].replace(metric.answer, f"{metric.answer} indeed")
    file.write_text("".join(lines), "utf-8")
    result = build(own, NOW + 50)
    moved = [e.key for guid, e in result.ledger.items() if built.ledger[guid].mod != e.mod]
    assert sorted(moved) == [f"{target.id}/metric/{metric.id}", f"{target.id}/redraw/redraw"]
    update = real_anki.verify_update(packages / "atlas-all.apkg", own.decks / "atlas-all.apkg", answers=60)
    assert sorted(update.updated) == sorted(moved)
    assert update.problems == []


def test_a_removed_fact_becomes_an_empty_card(starter: Project, tmp_path: Path) -> None:
    file = starter.curriculum / "1-basics/examples/caching.yaml"
    file.write_text(file.read_text("utf-8").replace("    components:", "    components:\n" + EXTRA), "utf-8")
    old, _ = _build(starter, NOW, tmp_path / "old.apkg")
    file.write_text(file.read_text("utf-8").replace(EXTRA, ""), "utf-8")
    new, result = _build(starter, NOW + 100, tmp_path / "new.apkg")
    # the nodes of all components are hidden on each of their cards
    assert {e.key for e in result.changed} == {
        f"cache-aside-basics/component/{n}" for n in ("app", "cache", "loader", "db")
    }
    with real_anki.temporary_collection() as col:
        real_anki.import_package(col, old)
        cards = col.card_count()
        real_anki.import_package(col, new)
        note = col.get_note(col.find_notes("tag:mine::retired")[0])
        assert note["Retired"] == "1"
        empty = col.get_empty_cards()
        assert [n.note_id for n in empty.notes] == [note.id]
        col.remove_cards_and_orphaned_notes([c for n in empty.notes for c in n.card_ids])
        assert col.card_count() == cards - 1
        message, fine = col.fix_integrity()
        assert fine, message


EXTRA = """
      - node: app
        prompt: Which part of a cache-aside system decides where to read from?
        answer: Application
        detail: The cache knows nothing of the database.
"""


def test_a_retired_note_is_clean_for_new_learners_too(starter: Project, tmp_path: Path) -> None:
    file = starter.curriculum / "1-basics/examples/caching.yaml"
    file.write_text(file.read_text("utf-8").replace("    components:", "    components:\n" + EXTRA), "utf-8")
    _build(starter, NOW, tmp_path / "old.apkg")
    file.write_text(file.read_text("utf-8").replace(EXTRA, ""), "utf-8")
    new, _ = _build(starter, NOW + 100, tmp_path / "new.apkg")
    report = real_anki.verify([new])
    assert [str(problem) for problem in report.problems] == []
    file.write_text(file.read_text("utf-8").replace("    components:", "    components:\n" + EXTRA), "utf-8")
    back, result = _build(starter, NOW + 200, tmp_path / "back.apkg")
    assert {(e.key, e.retired) for e in result.changed} == {
        (f"cache-aside-basics/component/{node}", False) for node in ("app", "cache", "loader", "db")
    }
    assert real_anki.verify([back]).problems == []


def test_a_changed_style_arrives_without_touching_notes(starter: Project, tmp_path: Path) -> None:
    old, _ = _build(starter, NOW, tmp_path / "old.apkg")
    (starter.root / "templates").mkdir()
    (starter.root / "templates/card.css").write_text(".card { color: rebeccapurple; }", "utf-8")
    new, result = _build(starter, NOW + 100, tmp_path / "new.apkg")
    assert {entry.key for entry in result.changed} == {f"notetype/{kind}" for kind in NOTE_TYPES}
    with real_anki.temporary_collection() as col:
        real_anki.import_package(col, old)
        log = real_anki.import_package(col, new)
        assert len(log.updated) == 0
        for model in col.models.all():
            if model["name"].startswith("My decks "):
                assert "rebeccapurple" in model["css"]


def test_a_spare_field_can_be_put_to_use(starter: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, _ = _build(starter, NOW, tmp_path / "old.apkg")
    metric = NOTE_TYPES["metric"]
    renamed = tuple(part._replace(name="Caveat") if part.slot == "Spare 4" else part for part in metric.fields)
    monkeypatch.setitem(NOTE_TYPES, "metric", replace(metric, fields=renamed))
    shutil.rmtree(starter.root / ".atlas")  # keyed by the code, which a patch does not change
    new, _ = _build(starter, NOW + 100, tmp_path / "new.apkg")
    update = real_anki.verify_update(old, new)
    assert update.problems == []
    with real_anki.temporary_collection() as col:
        real_anki.import_package(col, old)
        log = real_anki.import_package(col, new)
        assert len(log.conflicting) == 0
        assert "Caveat" in col.models.field_names(col.models.by_name("My decks Metric"))


# --- what verify takes for a fault ------------------------------------------------------------------------------------


@pytest.fixture
def unjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that takes card templates as they are, as another tool or an older version might have done."""
    monkeypatch.setattr(survey, "judge_cards", lambda *_: [])


def _verify_with(starter: Project, tmp_path: Path, front: str, back: str) -> list[str]:
    for name, text in (("front", front), ("back", back)):
        file = starter.root / f"templates/metric/{name}.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    package, _ = _build(starter, NOW, tmp_path / "x.apkg")
    return sorted({f"{p.rule}: {p.message}" for p in real_anki.verify([package]).problems})


@pytest.mark.usefixtures("unjudged")
@pytest.mark.parametrize(
    ("front", "back", "expected"),
    [
        ("{{Nope}}", "{{Answer}}", "there is no field called"),
        ("{{Prompt}}{{#Answer}}", "{{Answer}}", "Front template has a problem"),
        ("{{#Formula}}{{Spare 4}}{{/Formula}}", "{{Answer}}", "front-of-card-is-blank: Anki shows on the front"),
        ("{{Prompt}}", "{{Answer}} {{Nope}}", "Back template has a problem"),
        ("{{Prompt}}", "{{Answer", "template: the back shows `{{`"),
    ],
)
def test_what_anki_shows_in_place_of_a_card_is_a_problem(
    starter: Project, tmp_path: Path, front: str, back: str, expected: str
) -> None:
    assert expected in "\n".join(_verify_with(starter, tmp_path, front, back))


def test_cards_may_speak_of_unknown_fields(starter: Project, tmp_path: Path) -> None:
    words = "Front template has a problem: unknown field. No such field."
    assert _verify_with(starter, tmp_path, f"{{{{Prompt}}}} {words}", "{{Answer}}") == []


def test_answers_at_the_end_of_a_second_are_no_fault_of_a_package(packages: Path, col: Any) -> None:
    """Check Database "adds" their last review time: card and review log then hold two different seconds."""
    real_anki.import_package(col, packages / "atlas-1-foundation.apkg")
    real_anki._study(col, 3)
    (card, last), *_ = col.db.all("SELECT cid, max(id) FROM revlog GROUP BY cid")
    assert real_anki.check_database(col) == []
    for off in (1, 2):
        col.db.execute("UPDATE cards SET data = ? WHERE id = ?", json.dumps({"lrt": last // 1000 - off}), card)
        found = real_anki.check_database(col)
        assert len(found) == off - 1
        assert all("Added last review time" in line for line in found)
