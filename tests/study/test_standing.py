"""Exams drawn for a learner, out of a collection of the real Anki that has weeks of study in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from atlas_decks.cli import run
from atlas_decks.curriculum.models import Curriculum
from atlas_decks.learner.collection.read import read_collection
from atlas_decks.project import Project
from atlas_decks.study.exam import draw_exam
from atlas_decks.study.standing import standing_of
from support.builds import Built, Checked
from support.life import export, lived
from support.study import Learner, collection_with

pytestmark = pytest.mark.anki
AT = ["--project", str(Path(__file__).resolve().parents[2])]


@pytest.fixture(scope="module")
def life(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Path]]:
    """A collection after 25 days, all of them in the first tier, and what was exported of it."""
    folder = tmp_path_factory.mktemp("life")
    with lived(built.whole, 25) as col:
        yield col, export(col, folder / "mine.colpkg")


def _write(folder: Path, *more: str) -> dict[str, str]:
    assert run([*AT, "exam", "week-04", "-o", str(folder), *more]) == 0
    return {file.name: file.read_text("utf-8") for file in folder.iterdir()}


def test_it_asks_what_anki_says_was_begun(life: tuple[Any, Path], checked: Checked, tmp_path: Path) -> None:
    col, file = life
    curriculum: Curriculum = checked.curriculum
    begun = {col.get_note(note).fields[0] for note in col.find_notes("-is:new deck:Atlas")}
    standing = standing_of(read_collection(file, curriculum.plan.id), None)
    assert standing.met == begun
    assert 50 < len(begun) < len(col.find_notes("deck:Atlas"))
    before = sorted(path.name for path in file.parent.iterdir())
    sheets = _write(tmp_path / "exam", "--only-studied", str(file))
    assert sorted(path.name for path in file.parent.iterdir()) == before, "nothing is left beside the collection"
    assert all("Only what was studied" in sheets[name] for name in ("questions.html", "score.html"))
    assert "What is weak first" not in sheets["questions.html"]
    drawn = html.fromstring(sheets["questions.html"]).xpath("(//table)[1]/tbody/tr/th/text()")
    met = {curriculum.by_id[key.split("/")[0]].spec.title for key in begun}
    assert drawn
    assert {text.strip() for text in drawn} - {""} <= met


def test_what_was_missed_is_weighed_by_all_answers_that_test_memory(life: tuple[Any, Path], checked: Checked) -> None:
    col, file = life
    weak = standing_of(None, read_collection(file, checked.curriculum.plan.id))
    assert weak.met is None
    tests = "r.ease > 0 AND (r.type = 1 OR r.type = 3 AND r.factor = 0 OR r.lastIvl >= 1 OR r.lastIvl <= -86400)"
    rows = col.db.all(
        "SELECT n.flds, count(), sum(r.ease = 1) FROM revlog r JOIN cards c ON c.id = r.cid JOIN notes n ON n.id = c.nid "
        f"WHERE {tests} GROUP BY n.id"
    )
    of_diagram: dict[str, Counter[str]] = {}
    expected = {}
    for fields, answers, misses in rows:
        key = fields.partition("\x1f")[0]
        if key.count("/") != 2:
            continue
        of_diagram.setdefault(key.split("/")[0], Counter()).update(answers=answers, misses=misses)
        if misses:
            expected[key] = misses / (answers + 1)
    expected |= {name: c["misses"] / (c["answers"] + 1) for name, c in of_diagram.items() if c["misses"]}
    assert dict(weak.missed) == expected
    assert len(expected) > 10
    assert max(expected.values()) < 1


def test_both_options_together_give_the_same_bytes_again(life: tuple[Any, Path], tmp_path: Path) -> None:
    col, file = life
    options = ["--only-studied", str(file), "--weak", str(file)]
    one = _write(tmp_path / "one", *options)
    assert one == _write(tmp_path / "two", *options)
    assert one == _write(tmp_path / "three", "--only-studied", col.path, "--weak", str(file)), "also with Anki open"
    assert one != _write(tmp_path / "four", "--only-studied", str(file))
    assert "What is weak first" in one["questions.html"]


def test_weak_areas_are_asked_more_than_others(life: tuple[Any, Path], checked: Checked) -> None:
    held = read_collection(life[1], checked.curriculum.plan.id)
    point = checked.curriculum.plan.checkpoints[0]

    def missed(*collections: Any) -> float:
        standing = standing_of(*collections)
        drawn = draw_exam(checked.curriculum, point, 1, standing).sections[0].questions
        known = standing_of(None, held).missed
        return sum(known.get(q.diagram.id, 0) for q in drawn[:20]) / 20

    assert missed(held, held) > missed(held, None)


def test_what_cannot_be_read_is_told(
    life: tuple[Any, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], starter: Project
) -> None:
    (tmp_path / "x.colpkg").write_bytes(b"no collection")
    out = ["-o", str(tmp_path / "out")]
    for option in ("--only-studied", "--weak"):
        assert run([*AT, "exam", "week-04", option, str(tmp_path / "x.colpkg"), *out]) == 1
        assert "is neither a collection nor a package" in capsys.readouterr().err
        assert run([*AT, "exam", "week-04", option, str(tmp_path / "nowhere.colpkg"), *out]) == 1
        assert "nowhere.colpkg" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    plan = starter.plan_file
    point = "{slug: half, title: Half, week: 2, tiers: [1], minutes: 30, tasks: [{text: Draw, ask: redraw}]}"
    plan.write_text(f"{plan.read_text('utf-8')}\ncheckpoints:\n  - {point}\n", "utf-8")
    assert run(["--project", str(starter.root), "exam", "half", "--weak", str(life[1]), *out]) == 1
    assert "another project" in capsys.readouterr().err


def test_a_checkpoint_of_which_nothing_was_begun_is_told(
    built: Built, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with collection_with(built.whole) as col:
        Learner(col).study_some("Atlas::Cards::1 Foundation", 5)
        file = export(col, tmp_path / "young.colpkg")
    assert run([*AT, "exam", "week-12", "--only-studied", str(file), "-o", str(tmp_path / "out")]) == 1
    assert "nothing that week-12 asks for was begun in it" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert run([*AT, "exam", "week-04", "--only-studied", str(file), "-o", str(tmp_path / "out")]) == 0
    assert "Nothing of it was studied yet" in (tmp_path / "out/questions.html").read_text("utf-8")
