"""Two curricula in one collection leave each other alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.cli.new import write_starter
from atlas_decks.curriculum.load import load_plan
from atlas_decks.learner import real_anki
from atlas_decks.problems import ProblemsFoundError
from atlas_decks.project import Project, fresh_id
from support.builds import NOW, build

pytestmark = pytest.mark.anki

BIO = {
    "name: My decks": "name: Biology",
    "deck: My decks": "deck: Bio",
    "tag: mine": "tag: bio",
    "new_diagrams: 5, review_diagrams: 20": "new_diagrams: 2, review_diagrams: 3",
    'deck: "1 Basics"': 'deck: "1 Cells"',
    "review_days: [1, 3, 7, 14, 30, 60]": "review_days: [2, 9]",
}


@pytest.fixture
def col() -> Iterator[Any]:
    with real_anki.temporary_collection() as collection:
        yield collection


def _project(folder: Path, edits: dict[str, str] | None = None, texts: dict[str, str] | None = None) -> Project:
    """A curriculum as `new` makes it, then edited."""
    write_starter(folder, fresh_id())
    project = Project(folder)
    for file, changes in ((project.plan_file, edits), (project.curriculum / "1-basics/examples/caching.yaml", texts)):
        text = file.read_text("utf-8")
        for old, new in (changes or {}).items():
            assert old in text
            text = text.replace(old, new)
        file.write_text(text, "utf-8")
    return project


def _built(project: Project) -> dict[str, Path]:
    """The packages of a project, all of them and the plan, as files."""
    folder = build(project, NOW).folder
    return {kind: next(folder.glob(f"*{kind}.apkg")) for kind in ("all", "plan")}


def _state(col: Any, root: str) -> dict[str, Any]:
    """All that belongs to the curriculum with that topmost deck: notes, note types, decks with their presets."""
    decks = {d.name: d.id for d in col.decks.all_names_and_ids() if d.name.split("::")[0] in (root, f"{root} plan")}
    notes = {}
    for name, number in decks.items():
        for note, ordinal in col.db.all("SELECT nid, ord FROM cards WHERE did = ? OR odid = ?", number, number):
            found = col.get_note(note)
            notes[found.guid, ordinal] = (name, list(found.fields), sorted(found.tags))
    presets = {}
    for name, number in decks.items():
        deck = col.decks.get(number)
        content = deck["terms"] if deck["dyn"] else col.decks.config_dict_for_deck_id(number)
        presets[name] = json.dumps(content, sort_keys=True)
    types = {}
    for model in col.models.all():
        if model["name"].startswith(f"{root} "):
            types[model["name"]] = (model["css"], json.dumps([model["tmpls"], model["flds"]], sort_keys=True))
    assert notes
    return {"notes": notes, "presets": presets, "types": types}


def _import_both(col: Any, packages: dict[str, Path]) -> None:
    real_anki.import_package(col, packages["all"], with_presets=True)
    real_anki.import_package(col, packages["plan"], with_scheduling=True)


@pytest.mark.parametrize("turned", [False, True], ids=["a first", "b first"])
def test_two_curricula_keep_presets_guides_note_types_and_notes(col: Any, tmp_path: Path, turned: bool) -> None:
    a, b = _built(_project(tmp_path / "a")), _built(_project(tmp_path / "b", BIO))
    if turned:
        (a, b), roots = (b, a), ("Bio", "My decks")
    else:
        roots = ("My decks", "Bio")
    _import_both(col, a)
    before = _state(col, roots[0])
    _import_both(col, b)
    assert _state(col, roots[0]) == before
    after = _state(col, roots[1])
    assert len(after["notes"]) == len(before["notes"])
    assert after["types"].keys() == {name.replace(*roots) for name in before["types"]}
    guides = [fields for name, fields, _ in after["notes"].values() if "plan" in name]
    assert len(guides) == 2  # Monday's and the weekend's
    assert real_anki.check_database(col) == []


def test_presets_are_those_of_the_curriculum(col: Any, tmp_path: Path) -> None:
    for number, edits in enumerate((None, BIO)):
        real_anki.import_package(col, _built(_project(tmp_path / str(number), edits))["all"], with_presets=True)
    used = {
        d.name: col.decks.config_dict_for_deck_id(d.id)["id"]
        for d in col.decks.all_names_and_ids()
        if col.decks.cids(d.id)
    }
    mine = {number for name, number in used.items() if name.startswith("My decks::")}
    theirs = {number for name, number in used.items() if name.startswith("Bio::")}
    assert mine
    assert theirs
    assert not mine & theirs


def test_own_templates_restyle_no_other_curriculum(col: Any, tmp_path: Path) -> None:
    own = _project(tmp_path / "own", BIO)
    (own.root / "templates").mkdir()
    (own.root / "templates/card.css").write_text(".card { background: #ff00ff; }", "utf-8")
    real_anki.import_package(col, _built(_project(tmp_path / "other"))["all"])
    real_anki.import_package(col, _built(own)["all"])
    styles = {model["name"]: model["css"] for model in col.models.all()}
    assert "#ff00ff" in styles["Bio Metric"]
    assert "#ff00ff" not in styles["My decks Metric"]


@pytest.mark.parametrize("turned", [False, True], ids=["original first", "translation first"])
def test_a_translation_stands_beside_its_original(col: Any, tmp_path: Path, turned: bool) -> None:
    """The same ids of diagrams and facts, other words."""
    question = "From how many seconds on does memcached read an expiry as an absolute Unix time?"
    original = _built(_project(tmp_path / "en"))["all"]
    german = {"deck: My decks": "deck: Meine Karten"}
    translated = _built(
        _project(tmp_path / "de", german, {question: "Ab wie vielen Sekunden ist ein Verfall eine Zeit?"})
    )["all"]
    for package in (translated, original) if turned else (original, translated):
        real_anki.import_package(col, package)
    found = {name: col.find_cards(f'"deck:{name}"') for name in ("My decks", "Meine Karten")}
    assert len(found["My decks"]) == len(found["Meine Karten"]) > 0
    assert len(col.find_notes(f'"Prompt:{question}"')) == 1
    assert len(col.find_notes('"Prompt:Ab wie vielen Sekunden ist ein Verfall eine Zeit?"')) == 1


def test_a_curriculum_without_id_is_told_one_to_paste(tmp_path: Path) -> None:
    project = _project(tmp_path)
    text = project.plan_file.read_text("utf-8")
    project.plan_file.write_text("".join(line for line in text.splitlines(True) if not line.startswith("id:")), "utf-8")
    with pytest.raises(ProblemsFoundError, match=r"`id` is missing\n    hint: .*`id: [a-z][a-z2-7]{15}`") as found:
        load_plan(project)
    hint = found.value.problems[0].hint
    project.plan_file.write_text(f"{hint.split('`')[1]}\n{project.plan_file.read_text('utf-8')}", "utf-8")
    assert load_plan(project)[0].name == "My decks"


@pytest.mark.parametrize("wrong", ["my-decks", "ABCDEFGHIJKLMNOP", "1234567890123456", "abcdefgh"])
def test_an_id_that_others_might_choose_is_refused(tmp_path: Path, wrong: str) -> None:
    project = _project(tmp_path)
    line = next(line for line in project.plan_file.read_text("utf-8").splitlines() if line.startswith("id:"))
    project.plan_file.write_text(project.plan_file.read_text("utf-8").replace(line, f"id: '{wrong}'"), "utf-8")
    with pytest.raises(ProblemsFoundError, match=r"not the id of a curriculum.*\n    hint: .*`id: [a-z][a-z2-7]{15}`"):
        load_plan(project)


def test_each_new_curriculum_has_an_id_of_its_own(tmp_path: Path) -> None:
    ids = {load_plan(_project(tmp_path / str(number)))[0].id for number in range(20)}
    assert len(ids) == 20


def test_the_ledger_of_another_curriculum_is_refused(tmp_path: Path) -> None:
    project = _project(tmp_path)
    build(project, NOW)
    assert build(project, NOW + 9).changed == []
    text = project.plan_file.read_text("utf-8")
    project.plan_file.write_text(text.replace(load_plan(project)[0].id, fresh_id()), "utf-8")
    with pytest.raises(ProblemsFoundError, match=r"ledger-foreign.*another `id`"):
        build(project, NOW + 9)
