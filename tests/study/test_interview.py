"""Mock interviews: drawn by seed, about one system, the answers on a page of their own, good on paper and on a phone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from lxml import html

from atlas_decks.cli import run
from atlas_decks.curriculum import load
from atlas_decks.curriculum.models import Curriculum, Interview
from atlas_decks.problems import ProblemsFoundError
from atlas_decks.project import Project
from atlas_decks.study.exam import DIMENSIONS
from atlas_decks.study.interview import MockInterview, draw_interview, subjects
from atlas_decks.study.interview_script import Script, script
from atlas_decks.study.likeness import Likeness
from atlas_decks.study.phases import LEVELS
from support.builds import Checked
from support.paper import PAPERS, faults_on_screen, print_page
from support.sample import ATLAS, QUEUES, make_sample

AT = ["--project", str(Path(__file__).resolve().parents[2])]
SHEETS = ["candidate.html", "interview-score.html", "interviewer.html"]
TRACKS = ["", "faang", "startup"]


@pytest.fixture(scope="module")
def curriculum(checked: Checked) -> Curriculum:
    return checked.curriculum


def _draw(curriculum: Curriculum, level: str = "guided", track: str = "", seed: int = 1) -> MockInterview:
    focus = next((found for found in curriculum.plan.focus if found.slug == track), None)
    drawn = draw_interview(curriculum, LEVELS[level], focus, seed)
    assert drawn is not None
    return drawn


def _script(checked: Checked, *arguments: Any) -> Script:
    return script(_draw(checked.curriculum, *arguments), checked.curriculum.plan, checked.drawings)


def _write(folder: Path, *more: str) -> dict[str, bytes]:
    assert run([*AT, "interview", "-o", str(folder), *more]) == 0
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def _some(curriculum: Curriculum) -> Iterator[MockInterview]:
    for level in LEVELS:
        for track in TRACKS:
            for seed in range(12):
                yield _draw(curriculum, level, track, seed)


# --- what is drawn ----------------------------------------------------------------------------------------------------


def test_an_interview_stays_with_one_system_and_goes_through_several_topics(curriculum: Curriculum) -> None:
    for drawn in _some(curriculum):
        categories = [diagram.category.slug for diagram in drawn.others]
        assert len(categories) == len(set(categories)) == {"plain": 2, "usual": 3, "hard": 4}[drawn.difficulty]
        assert drawn.subject not in drawn.others
        asked = [*drawn.numbers, *drawn.trade_offs, *drawn.failures, *drawn.turns]
        assert {item.diagram.id for item in asked} <= {diagram.id for diagram in drawn.diagrams}
        keys = [(item.diagram.id, item.ref.kind, item.ref.fact.key) for item in asked]
        assert len(keys) == len(set(keys)), "nothing twice"
        for kind, found in (("metric", drawn.numbers), ("trade-off", drawn.trade_offs), ("failure", drawn.failures)):
            assert {item.ref.kind for item in found} == {kind}
            assert found[0].diagram is drawn.subject, "the subject comes first"
        assert {item.diagram.id for item in drawn.failures} == {diagram.id for diagram in drawn.diagrams}
        assert drawn.walk is None or drawn.walk.diagram is drawn.subject
        assert len(drawn.constraints) == len(set(drawn.constraints)) == 3


def test_levels_are_those_of_the_study_plan(curriculum: Curriculum) -> None:
    seeds = range(40)
    found = {level: [_draw(curriculum, level, "", seed) for seed in seeds] for level in LEVELS}
    assert {d.minutes for d in found["guided"]} == {45}
    assert {d.minutes for d in found["realistic"]} == {60}
    assert {d.minutes for d in found["ready"]} == {45, 60}
    assert {d.difficulty for d in [*found["guided"], *found["realistic"]]} == {"usual"}
    assert {d.difficulty for d in found["ready"]} == {"plain", "usual", "hard"}
    assert [found[level][0].guided for level in LEVELS] == [True, False, False]
    emphasis = {"guided": "Architecture", "realistic": "Failures", "ready": "Summary"}
    for level, part in emphasis.items():
        shares = {
            other: next(b.end - b.begin for b in found[other][0].boxes if b.name == part) / found[other][0].minutes
            for other in LEVELS
        }
        assert shares[level] == max(shares.values()), f"{level} gives the most time to {part}"


def test_the_parts_fill_the_time(curriculum: Curriculum) -> None:
    for drawn in _some(curriculum):
        boxes = drawn.boxes
        assert (boxes[0].begin, boxes[-1].end) == (0, drawn.minutes)
        assert all(a.end == b.begin for a, b in pairwise(boxes))
        assert all(box.end - box.begin >= 5 for box in boxes)


def test_a_track_chooses_the_subject_and_what_is_demanded(curriculum: Curriculum) -> None:
    plan = curriculum.plan
    for drawn in _some(curriculum):
        if drawn.track:
            assert drawn.track.takes(drawn.subject)
            assert set(drawn.constraints) <= set(drawn.track.constraints)
        else:
            assert plan.interview.takes(drawn.subject)
            assert set(drawn.constraints) <= set(plan.interview.constraints)
    for track in plan.focus:
        assert len(subjects(curriculum, track)) >= 5
        assert len({_draw(curriculum, "ready", track.slug, seed).subject.id for seed in range(60)}) >= 5
    enough = [d for d in curriculum.diagrams if plan.focus[1].takes(d) and plan.interview.takes(d)]
    assert len(enough) >= 5
    assert subjects(curriculum, plan.focus[1]) == [d for d in enough if d.spec.failures and d.spec.metrics]


def test_follow_ups_are_like_the_subject(curriculum: Curriculum) -> None:
    alike, ratios = Likeness(curriculum.diagrams), []
    for drawn in _some(curriculum):
        theirs, all_others = (
            fmean(alike.of(drawn.subject, d) for d in found)
            for found in (drawn.others, [d for d in curriculum.diagrams if d.id != drawn.subject.id])
        )
        ratios.append(theirs / all_others)
    assert min(ratios) > 1.3
    assert fmean(ratios) > 2.5


def test_likeness_is_a_cosine(curriculum: Curriculum) -> None:
    alike, some = Likeness(curriculum.diagrams), curriculum.diagrams[::7]
    for one in some:
        assert alike.of(one, one) == pytest.approx(1)
        for other in some:
            assert alike.of(one, other) == pytest.approx(alike.of(other, one))
            assert 0 <= alike.of(one, other) <= 1 + 1e-9
    alone = curriculum.diagrams[0]
    assert Likeness([alone]).of(alone, alone) == 0, "where there is nothing to compare with, no word says anything"


def test_a_seed_draws_the_same_and_another_one_another(curriculum: Curriculum, tmp_path: Path) -> None:
    for level in LEVELS:
        assert _draw(curriculum, level, "", 7) == _draw(curriculum, level, "", 7)
        assert len({tuple(d.id for d in _draw(curriculum, level, "", seed).diagrams) for seed in range(12)}) > 9
    one = _write(tmp_path / "one", "--seed", "7")
    assert list(one) == SHEETS
    assert one == _write(tmp_path / "two", "--seed", "7")
    other = _write(tmp_path / "two", "--seed", "8")
    assert all(one[name] != other[name] for name in SHEETS), "an older interview is replaced"


# --- what is on the pages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", list(LEVELS))
def test_the_answers_are_on_the_interviewers_page_alone(checked: Checked, tmp_path: Path, level: str) -> None:
    pages = {n: html.fromstring(d.decode()) for n, d in _write(tmp_path / "i", "--level", level, "--seed", "2").items()}
    texts = {name: " ".join(page.text_content().split()) for name, page in pages.items()}
    told = _script(checked, level, "", 2)
    for questions in (told.numbers, told.trade_offs, told.failures, told.turns, [told.walk] if told.walk else []):
        for question in questions:
            for part in question.answer:
                for text in map(_plain, part.shown):
                    assert text in texts["interviewer.html"]
                    assert len(text) < 25 or text not in texts["candidate.html"] + texts["interview-score.html"]
    asked = [_plain(q.asks[0]) for q in told.numbers]
    assert all((text in texts["candidate.html"]) == (level == "guided") for text in asked)
    assert (_plain(told.subject.told) in texts["candidate.html"]) == (level == "guided")
    assert not pages["candidate.html"].xpath("//img")
    assert len(pages["interviewer.html"].xpath("//img")) == 1 + len(told.others)
    for source in pages["interviewer.html"].xpath("//@src"):
        assert source.startswith("data:image/svg+xml;base64,")
    for name in ("candidate.html", "interviewer.html"):
        assert told.task in texts[name]
        assert all(_plain(text) in texts[name] for text in told.demands)
        assert [text for text in texts[name].split(" min: ")[:-1] if text], "the times of the parts"
    score = pages["interview-score.html"]
    assert len(score.xpath("//td[@class='mark']/span[@class='box']")) == 5 * len(DIMENSIONS)
    for row in DIMENSIONS:
        assert all(text in texts["interview-score.html"] for text in row)
    assert "Target: 4 or more" in texts["interview-score.html"]
    assert told.log in texts["interview-score.html"]


def _plain(markup: str) -> str:
    """What a browser shows of a piece of HTML."""
    return " ".join(html.fromstring(f"<p>{markup}</p>").text_content().split())


def test_text_and_data_say_the_same(tmp_path: Path, checked: Checked, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [*AT, "interview", "--level", "ready", "--track", "startup", "--seed", "3"]
    assert run([*arguments, "--format", "text"]) == 0
    text = capsys.readouterr().out
    assert run([*arguments, "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    told = _script(checked, "ready", "startup", 3)
    assert data == json.loads(json.dumps(told.data()))
    assert text == told.text() + "\n"
    candidate, interviewer, score = text.split("=" * 100)
    flat = " ".join(interviewer.split())
    for question in (*data["numbers"], *data["trade_offs"], *data["failures"], *data["turns"]):
        for part in question["answer"]:
            assert all(" ".join(item.split()) in flat for item in part["items"])
            assert not any(item in candidate for item in part["items"] if len(item) > 25)
    assert all(" ".join(item.split()) in " ".join(candidate.split()) for item in data["constraints"])
    assert data["log"] in score
    assert max(map(len, (candidate + interviewer).splitlines())) <= 100
    assert [box["name"] for box in data["boxes"]] == [box.name for box in told.boxes]
    assert data["target"] == 4
    assert [row["dimension"] for row in data["rubric"]] == [name for name, *_ in DIMENSIONS]
    for style, content in (("text", text), ("json", None)):
        file = tmp_path / f"interview.{style}"
        assert run([*arguments, "--format", style, "-o", str(file)]) == 0
        assert content is None or file.read_text("utf-8") == content
        assert capsys.readouterr().out == ""
    assert json.loads((tmp_path / "interview.json").read_text("utf-8")) == data


@pytest.mark.browser
@pytest.mark.parametrize(("level", "track"), [("guided", ""), ("realistic", "faang"), ("ready", "startup")])
def test_all_pages_print_on_both_papers(
    long_run: bool, tmp_path: Path, browser: Any, checked: Checked, level: str, track: str
) -> None:
    if level != "guided" and not long_run:
        pytest.skip("this level prints in the long run")
    _write(tmp_path / "i", "--level", level, *(["--track", track] if track else []))
    told = _script(checked, level, track, 1)
    most = {"candidate.html": 3, "interviewer.html": 9, "interview-score.html": 1}
    for name in SHEETS:
        file = tmp_path / "i" / name
        for paper, size in PAPERS.items():
            printed = print_page(browser, file, paper)
            assert printed.sizes == {size}
            assert len(printed.pages) <= most[name]
            assert f"{len(printed.pages)} / {len(printed.pages)}" in printed.text
            assert all(len(page.split()) > 8 for page in printed.pages), "no page is as good as empty"
            heads = [f"{box.begin} to {box.end} min: {box.name}" for box in told.boxes]
            assert name == "interview-score.html" or all(head in printed.text for head in heads)
            for page in printed.pages:
                assert not any(page.rstrip().endswith(head) for head in heads), "no heading is left alone at the foot"
        for night in (False, True):
            assert faults_on_screen(browser, file, night=night) == []


@pytest.mark.browser
def test_at_night_the_page_is_dark_on_a_screen_and_white_on_paper(tmp_path: Path, browser: Any) -> None:
    _write(tmp_path / "i")
    page = browser.new_page(color_scheme="dark")
    colour = "getComputedStyle(document.body).backgroundColor"
    try:
        page.goto((tmp_path / "i/interviewer.html").as_uri())
        assert page.evaluate(colour) == "rgb(20, 24, 29)"
        assert "invert" in page.evaluate("getComputedStyle(document.querySelector('.picture')).filter")
        page.emulate_media(media="print")
        assert page.evaluate(colour) == "rgb(255, 255, 255)"
        assert page.evaluate("getComputedStyle(document.querySelector('.picture')).filter") == "none"
    finally:
        page.close()


# --- other curricula, and what is wrong -------------------------------------------------------------------------------


def test_any_curriculum_has_interviews(starter: Project, tmp_path: Path) -> None:
    """One diagram, no tracks, nothing demanded, no walk."""
    at = ["--project", str(starter.root), "interview", "-o", str(tmp_path / "mine")]
    assert run(at) == 0
    assert sorted(file.name for file in (tmp_path / "mine").iterdir()) == SHEETS
    assert "What is demanded" not in (tmp_path / "mine/interviewer.html").read_text("utf-8")


def test_strange_texts_are_texts(tmp_path: Path) -> None:
    evil = "</title><script>alert(1)</script> [[ 7 ]] & \"q\" 'q'"
    quoted = evil.replace("'", "''")
    sample = make_sample(tmp_path / "project")
    sample.edit("title: Delta request flow", f"title: '{quoted}'")
    sample.edit("It checks the token.", "It checks.")
    sample.edit("gains: [Bursts are absorbed]", f"gains: ['{quoted}']")
    sample.edit('answer: "1200"', f"answer: '{quoted}'")
    sample.edit("trigger: A bad release crashes every consumer.", f"trigger: '{quoted}'")
    sample.edit("about: Small teams.,", f"about: Small teams., constraints: ['{quoted}'],", ATLAS)
    assert evil in load.load(Project(sample.root))[0].by_id["delta-flow"].spec.title, QUEUES
    at = ["--project", str(sample.root), "interview", "--track", "startup"]
    pages: dict[str, str] = {}
    for seed in range(8):  # until the strange one is the subject
        assert run([*at, "--seed", str(seed), "-o", str(tmp_path / "out")]) == 0
        pages = {file.name: file.read_text("utf-8") for file in (tmp_path / "out").iterdir()}
        if "alert(1)" in pages["interview-score.html"]:
            break
    assert "&lt;script&gt;" in pages["interview-score.html"]
    for page in pages.values():
        assert "<script" not in page
        assert "alert(1)" in page
        assert "[[ 7 ]]" in html.fromstring(page).text_content(), "filled in once"
    assert run([*at, "--format", "text", "-o", str(tmp_path / "text")]) == 0


def test_where_nothing_is_written_it_is_said(curriculum: Curriculum, tmp_path: Path, capsys: Any) -> None:
    bare = tuple(d for d in curriculum.diagrams if not d.spec.failures)
    assert draw_interview(Curriculum(curriculum.plan, curriculum.plan_source, bare), LEVELS["guided"], None, 1) is None
    sample = make_sample(tmp_path / "project")
    sample.edit("groups: [queues], companies: [acme]", "companies: [bolt]", ATLAS)
    assert run(["--project", str(sample.root), "interview", "--track", "startup", "-o", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert "nothing is written yet that an interview could be about" in said
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--track", "bank"], 2, "there are faang, startup"),
        (["--track", ""], 2, "there are faang, startup"),
        (["--level", "hard"], 2, "'guided', 'realistic', 'ready'"),
        (["--seed", "-1"], 2, "-1"),
        (["--seed", "x"], 2, "x"),
        (["-o", "/proc/nowhere/at"], 1, "/proc/nowhere"),
        (["--format", "json", "-o", "/nowhere/at/all.json"], 1, "/nowhere/at"),
    ],
)
def test_wrong_input_is_told(arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*AT, "interview", *arguments]) == code
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told


def test_a_project_without_tracks_says_where_they_go(starter: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--project", str(starter.root), "interview", "--track", "startup"]) == 2
    assert "atlas.yaml lists them under `focus`" in capsys.readouterr().err


def test_subjects_that_lead_nowhere_are_told(starter: Project) -> None:
    plan = starter.plan_file
    plan.write_text(f"{plan.read_text('utf-8')}\ninterview: {{groups: [cachin], categories: [exampels]}}\n", "utf-8")
    with pytest.raises(ProblemsFoundError) as error:
        load.load(starter)
    assert {problem.message for problem in error.value.problems} == {"no group cachin", "no category exampels"}
    assert all(problem.line and problem.column for problem in error.value.problems)
    assert Interview().takes(load.load(make_project(starter))[0].diagrams[0])


def make_project(starter: Project) -> Project:
    """The starter with the fault taken out again."""
    plan = starter.plan_file
    plan.write_text(plan.read_text("utf-8").split("\ninterview:")[0], "utf-8")
    return starter
