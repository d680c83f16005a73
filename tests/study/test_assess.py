"""The sheet of the weekly self-assessment: every diagram of the week, the points that it can meet, on paper."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from atlas_decks.cards.redraw import applies
from atlas_decks.cli import run
from atlas_decks.study.assess import sheet
from atlas_decks.study.timetable import Timetable
from atlas_decks.study.today import Content
from support.builds import Checked
from support.paper import PAPERS, faults_on_screen, print_page

AT = ["--project", str(Path(__file__).resolve().parents[2])]


def _sheet(folder: Path, week: int, *more: str) -> Path:
    file = folder / "week.html"
    assert run([*AT, "assess", "--week", str(week), "-o", str(file), *more]) == 0
    return file


def test_a_box_for_each_point_that_a_diagram_can_meet(tmp_path: Path, checked: Checked) -> None:
    plan = checked.curriculum.plan
    pace = plan.pace(16)
    assert pace is not None
    diagrams = Content(checked.curriculum, Timetable(plan, pace, date(2027, 1, 4))).of_week(1)
    tree = html.parse(_sheet(tmp_path, 1)).getroot()
    rows = tree.xpath("(//table)[1]/tbody[1]/tr")
    assert [row.xpath("string(th)").split(" · ")[0].strip() for row in rows] == [d.spec.title for d in diagrams]
    for row, diagram in zip(rows, diagrams, strict=True):
        boxes = [bool(cell.xpath("span[@class='box']")) for cell in row.xpath("td[@class='mark']")]
        assert boxes == [applies(point, diagram, checked.drawings[diagram.id]) for point in plan.self_assessment]
        assert row.xpath("string(td[last()])") == f"/ {sum(boxes)}"
    total = tree.xpath("string(//tr[@class='total']/td[last()])")
    assert total == f"/ {len(tree.xpath('//td[@class=$mark]/span[@class=$box]', mark='mark', box='box'))}"


@pytest.mark.parametrize(("weeks", "every"), [(16, 4), (32, 8)])
def test_targets_stand_where_the_plan_has_some(tmp_path: Path, checked: Checked, weeks: int, every: int) -> None:
    plan = checked.curriculum.plan
    pace = plan.pace(weeks)
    assert pace is not None
    content = Content(checked.curriculum, Timetable(plan, pace, date(2027, 1, 4)))
    wanted = (
        "30 %</td><td>50 %</td><td>20",
        "20 %</td><td>40 %</td><td>40",
        "10 %</td><td>30 %</td><td>60",
        "20 %</td><td>80",
    )
    for week in range(1, weeks + 1):
        if diagrams := content.of_week(week):
            text = sheet(content, week, {d.id: checked.drawings[d.id] for d in diagrams})
            assert ("The plan wants" in text) == (week % every == 0)
            assert week % every or f"<td>{wanted[week // every - 1]} %</td>" in text
    assert any(content.of_week(week) for week in range(every, weeks + 1, every)), "one of them is written"


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    assert _sheet(tmp_path, 1).read_bytes() == _sheet(tmp_path, 1).read_bytes()


@pytest.mark.browser
def test_it_prints_on_both_papers_with_its_head_on_every_page(tmp_path: Path, browser: Any, checked: Checked) -> None:
    file = _sheet(tmp_path, 1)
    for paper, size in PAPERS.items():
        printed = print_page(browser, file, paper)
        assert printed.sizes == {size}
        table = [page for page in printed.pages if "Diagram" in page and "Sum" in page]
        assert 2 <= len(table) <= len(printed.pages) <= 5, "the head of the table is repeated"
        assert f"1 / {len(printed.pages)}" in printed.text
        for point in checked.curriculum.plan.self_assessment:
            assert point.text in printed.text
        for heading in ("Log of the week", "How deep", "Weak areas", "What changes next week"):
            assert heading in printed.text
    for night in (False, True):
        assert faults_on_screen(browser, file, night=night) == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--week", "0"], 2, "weeks 1 to 16"),
        (["--week", "17"], 2, "weeks 1 to 16"),
        (["--week", "one"], 2, "one"),
        (["--week", "1", "-o", "/nowhere/at/all.html"], 1, "/nowhere/at"),
    ],
)
def test_wrong_input_is_told(arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*AT, "assess", *arguments]) == code
    assert said in capsys.readouterr().err


def test_a_week_without_diagrams_is_told(
    starter: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["--project", str(starter.root), "assess", "--week", "3"]) == 1
    assert "there are diagrams in week 1" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.html"))
    assert run(["--project", str(starter.root), "assess", "--week", "1"]) == 0
    assert (tmp_path / "assess-week-01.html").is_file()
