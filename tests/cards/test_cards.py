"""What stands on the cards of each kind, by their fields."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from atlas_decks.cards.kinds import KINDS
from atlas_decks.cards.notes import Note, make_notes
from atlas_decks.cards.overlays import route
from atlas_decks.cards.redraw import grading, picture_kind, technique_for
from atlas_decks.cards.tells import tells
from atlas_decks.cards.templates import Templates
from atlas_decks.curriculum.load import load_plan
from atlas_decks.curriculum.models import Plan
from atlas_decks.curriculum.words import Words
from atlas_decks.diagrams import EmbeddedRenderer
from atlas_decks.diagrams.alt_text import WORDS
from atlas_decks.diagrams.picture import Box, Picture
from atlas_decks.problems import ProblemsFoundError
from atlas_decks.project import Project, default_templates
from support.builds import Checked, check
from support.sample import ATLAS, Sample, make_sample

TRACE = """    traces:
      - id: order
        prompt: An order comes in. Which parts does it pass, in order, until it is stored?
        path: [web, api, line, work, store]
        detail: Nothing else is asked.
"""
DECISION = """    decisions:
      - id: burst
        prompt: More orders come in a minute than are done in an hour, and none may be lost.
        answer: Job queues
        not: Load shedding
        tell: Shedding loses what it refuses.
"""


def _notes(sample: Sample, diagram: str = "delta-flow") -> dict[str, Note]:
    """The notes of a diagram by kind and fact."""
    checked = check(Project(sample.root))
    assert [str(problem) for problem in checked.problems] == []
    plan, templates = checked.curriculum.plan, Templates(Project(sample.root).templates)
    notes = make_notes(checked.curriculum.by_id[diagram], checked.drawings[diagram], plan, templates)
    return {note.key.partition("/")[2]: note for note in notes}


def _text(value: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", value)).split())


def _alts(value: str) -> list[str]:
    return [html.unescape(alt) for alt in re.findall(r'alt="([^"]*)"', value)]


def test_whoever_listens_hears_no_name_that_is_hidden(sample: Sample) -> None:
    note = _notes(sample)["component/line"]
    (front,), (back,), (whole,) = (_alts(note.field(name)) for name in ("Masked", "Revealed", "Picture"))
    assert "Browser to ?: order; ? to ?: task" in front
    assert "? to Ledger" in front
    assert not any(name in front for name in ("Gateway", "Job queue", "Worker"))
    assert "? to Job queue: task" in back
    assert "Gateway" not in back
    assert "Gateway to Job queue: task; Job queue to Worker: one at a time" in whole


def test_all_tested_nodes_are_hidden_and_only_the_asked_one_is_marked(sample: Sample) -> None:
    note = _notes(sample)["component/line"]
    looks = re.findall(r'<div class="([\w ]+)" style="[^"]*" aria-hidden="true">(\??)</div>', note.field("Masked"))
    assert looks == [("mask", ""), ("mask", ""), ("mask wanted", "?")]
    looks = re.findall(r'<div class="([\w ]+)" style="[^"]*" aria-hidden="true">(\??)</div>', note.field("Revealed"))
    assert looks == [("mask", ""), ("mask", ""), ("ring", "")]


def test_a_trade_off_says_how_many_and_how_to_grade(sample: Sample) -> None:
    sample.edit("gains: [Bursts are absorbed]", "gains: [Bursts are absorbed, Callers go on]")
    note = _notes(sample)["trade-off/buffer"]
    assert note.field("Counts") == "2 gains, 1 cost"
    assert note.field("Grading") == Words().grade_sides
    sample.edit("        costs: [Answers come later]\n", "")
    note = _notes(sample)["trade-off/buffer"]
    assert (note.field("Counts"), note.field("Costs")) == ("2 gains", "")
    assert note.field("Grading") == "All 2: Good. One missing: Hard. More missing: Again."


@pytest.mark.parametrize(("gone", "left"), [("instead", [0]), ("", [0, 1])])
def test_the_other_choice_is_asked_where_it_is_given(sample: Sample, gone: str, left: list[int]) -> None:
    if gone:
        sample.edit("        instead: Call directly where the caller needs the result.\n", "")
    assert [card.ordinal for card in _notes(sample)["trade-off/buffer"].cards] == left


def test_a_trace_is_a_list_and_a_way_over_the_picture(sample: Sample) -> None:
    sample.edit("    failures:", f"{TRACE}    failures:")
    note = _notes(sample)["trace/order"]
    assert _text(note.field("Path")) == "Browser Gateway Job queue Worker Ledger"
    assert note.field("Count") == "5 parts, in order, the first and the last included"
    way = note.field("Route")
    assert re.findall(r"<b>([\d, ]+)</b>", way) == ["1", "2", "3", "4", "5"]
    assert way.count("<polyline") >= 4
    assert "Gateway to Job queue" in way


def test_a_way_goes_along_the_edges_and_around_their_labels(sample: Sample) -> None:
    checked = check(Project(sample.root))
    picture = checked.drawings["delta-flow"]
    for start, end in (("web", "api"), ("api", "line"), ("work", "store")):
        (edge,) = [e for e in picture.edges if (e.start, e.end) == (start, end)]
        drawn = route(picture, [start, end])
        points = [tuple(float(n) / 100 for n in point.split(",")) for line in drawn.lines for point in line.split()]
        assert points[0] == pytest.approx(edge.path[0], abs=1e-4)
        assert points[-1] == pytest.approx(edge.path[-1], abs=1e-4)
        if edge.label_box:
            assert len(drawn.lines) == 2
            inner = replace(edge.label_box, x=edge.label_box.x + 0.005, y=edge.label_box.y + 0.005)
            inner = replace(inner, width=edge.label_box.width - 0.01, height=edge.label_box.height - 0.01)
            assert not any(inner.holds(x, y) for x, y in points)
    assert [stop.text for stop in route(picture, ["api", "line", "api"]).stops] == ["1, 3", "2"]


def test_a_way_without_an_edge_is_a_straight_line() -> None:
    boxes = {"a": (Box(0, 0, 0.2, 0.1),), "b": (Box(0.8, 0.9, 0.2, 0.1),)}
    picture = Picture("flowchart", "", 100, 100, boxes, (), ())
    assert route(picture, ["a", "b"]).lines == ("10.00,5.00 90.00,95.00",)


def test_a_decision_asks_where_its_prompt_does_not(sample: Sample) -> None:
    sample.edit("    failures:", f"{DECISION}    failures:")
    note = _notes(sample)["decision/burst"]
    assert note.field("Question") == "Which pattern answers this?"
    assert (note.field("Wrong"), note.field("Tell")) == ("Load shedding", "Shedding loses what it refuses.")
    sample.edit("and none may be lost.", "and none may be lost. What helps?")
    assert _notes(sample)["decision/burst"].field("Question") == ""


def test_a_decision_is_core_unless_there_is_a_trace(sample: Sample) -> None:
    sample.edit("    failures:", f"{DECISION}    failures:")
    assert [card.deck for card in _notes(sample)["decision/burst"].cards] == ["cards"]
    sample.edit("    decisions:", f"{TRACE}    decisions:")
    notes = _notes(sample)
    assert [card.deck for card in notes["decision/burst"].cards] == ["deeper"]
    assert [card.deck for card in notes["trace/order"].cards] == ["cards"]


def test_where_a_number_stands_is_shown_beside_the_link(sample: Sample) -> None:
    where = sample.read().count("where:")
    source = _notes(sample)["metric/peak"].field("Source")
    assert "Acme, 2023" in source
    assert (": " in _text(source).partition("2023")[2]) == (where > 0)


@pytest.mark.parametrize(
    ("text", "answer", "told"),
    [
        ("Circuit breaker", "Circuit breakers", True),
        ("Job queue", "Queue", True),
        ("Queues", "Job queue", True),
        ("Patterns", "Circuit breaker", False),
        ("Rate limiting", "Load shedding", False),
        ("Tier 1", "", False),
    ],
)
def test_what_tells_an_answer(text: str, answer: str, told: bool) -> None:
    assert tells(text, answer) is told


def test_the_breadcrumb_leaves_out_what_tells_the_answer(sample: Sample) -> None:
    sample.edit("    failures:", f"{DECISION}    failures:")
    notes = _notes(sample)
    assert notes["decision/burst"].field("Breadcrumb") == "Tier 1 › Patterns"
    assert notes["metric/peak"].field("Breadcrumb") == "Tier 1 › Patterns › Queues"


def test_no_breadcrumb_of_the_curriculum_tells_its_answer(checked: Checked, project: Project) -> None:
    templates, plan = Templates(project.templates), checked.curriculum.plan
    for diagram in checked.curriculum.diagrams:
        for note in make_notes(diagram, checked.drawings[diagram.id], plan, templates):
            if "Answer" in KINDS[note.kind].field_names:
                parts = _text(note.field("Breadcrumb")).split(" › ")
                assert not any(tells(part, _text(note.field("Answer"))) for part in parts), note.key


# --- redraw -----------------------------------------------------------------------------------------------------------

POINTS = """self_assessment:
  - I drew the structure from memory
  - {text: I explained the trade-offs, check: trade_offs}
  - {text: I cited the metrics, check: metrics}
  - {text: I said how it fails, check: failures}
  - {text: I named the costs, check: costs}
  - {text: I traced an order, check: traces}
"""


def test_a_redraw_can_be_checked_and_points_that_cannot_be_met_are_left_out(sample: Sample) -> None:
    sample.edit("self_assessment: [I drew the structure from memory]\n", POINTS, ATLAS)
    note = _notes(sample)["redraw/redraw"]
    said = _text(note.field("Checklist"))
    assert "I explained the trade-offs A buffer over a direct call + Bursts are absorbed − Answers come later" in said
    assert "I cited the metrics" in said
    assert "A bad release crashes every consumer. Jobs pile up." in said
    assert "costs" not in said
    assert "traced" not in said
    assert note.field("Grading").startswith("4 points. 3 or more: Good. 2 or more: Hard.")
    sample.edit("answer: 40 ms", "answer: $40")
    sample.edit("    failures:", f"{TRACE}    failures:")
    note = _notes(sample)["redraw/redraw"]
    said = _text(note.field("Checklist"))
    assert "I named the costs How long does a job of Delta wait at the median? $40" in said
    assert "I traced an order An order comes in." in said
    assert note.field("Grading").startswith("6 points. 5 or more: Good. 3 or more: Hard.")


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (1, "Met: Good. Not met: Again."),
        (2, "All 2 points: Good. 1: Hard."),
        (3, "All 3 points: Good. 2: Hard."),
        (4, "4 points. 3 or more: Good. 2 or more: Hard."),
        (7, "7 points. 6 or more: Good. 4 or more: Hard."),
        (8, "8 points. 7 or more: Good. 4 or more: Hard."),
    ],
)
def test_grading_counts_the_points_that_are_left(points: int, said: str) -> None:
    assert grading(points, Words()).startswith(said)


def _drawn(source: str) -> Picture:
    return EmbeddedRenderer().render(source)


DATED = 'flowchart TB\n a["14:02 deploy"] --> b["14:07 errors"] --> c["14:31 rolled back"] --> d["No data lost"]'


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("stateDiagram-v2\n [*] --> Closed\n Closed --> Open: fails", "states"),
        ("sequenceDiagram\n participant a as A\n participant b as B\n a->>b: hello", "messages"),
        ("erDiagram\n LEDGER ||--o{ ACCOUNT : groups", "entities"),
        (DATED, "dates"),
        ('flowchart TB\n a["Client"] -->|"at 14:02"| b["API"] --> c["Database 2"]', "parts"),
    ],
)
def test_what_a_picture_is_to_whoever_redraws_it(source: str, kind: str) -> None:
    assert picture_kind(_drawn(source)) == kind


def test_the_technique_fits_the_picture(checked: Checked) -> None:
    plan = checked.curriculum.plan
    for diagram in checked.curriculum.diagrams:
        kind = picture_kind(checked.drawings[diagram.id])
        name = technique_for(diagram, checked.drawings[diagram.id], plan).name
        of_category = plan.techniques[diagram.category.technique].name
        expected = {"states": "State walk", "messages": "Message order", "dates": "Timeline analysis"}.get(kind)
        if expected:
            assert name == expected, diagram.id
        else:
            assert name == ("Component mapping" if of_category == "Timeline analysis" else of_category), diagram.id


# --- words and links --------------------------------------------------------------------------------------------------


def _plan(sample: Sample, more: str) -> Plan:
    sample.write(sample.read(ATLAS) + more, ATLAS)
    return load_plan(Project(sample.root))[0]


def test_words_can_be_translated(sample: Sample) -> None:
    plan = _plan(
        sample,
        'words: {gains: Gewinne, many_gains: "{n} Gewinne", ask_effect: Was geht kaputt?, tier: "Stufe {number}"}\n',
    )
    sides = Templates([default_templates()]).card_sides(KINDS["trade-off"], plan)
    assert ">Gewinne</span>" in sides[0].back
    assert "Was geht kaputt?" in Templates([default_templates()]).card_sides(KINDS["failure"], plan)[0].front
    notes = _notes(sample)
    assert notes["metric/peak"].field("Breadcrumb").startswith("Stufe 1 ›")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("{gain: x}", "`gain` is not a key here"),
        ('{many_gains: "viele Gewinne"}', "`many_gains` has nothing in braces; it needs n"),
        ('{gains: "{n} Gewinne"}', "`gains` has n in braces; it needs nothing"),
        ('{gains: "{{Answer}}"}', "two braces in a row"),
        ('{gains: "{"}', "braces stand around nothing"),
    ],
)
def test_words_that_cannot_be_filled_are_refused(sample: Sample, words: str, said: str) -> None:
    with pytest.raises(ProblemsFoundError, match=re.escape(said)):
        _plan(sample, f"words: {words}\n")


def test_the_words_of_pictures_are_all_in_the_table() -> None:
    assert Words().of_pictures == WORDS


def test_no_template_says_a_word_of_its_own() -> None:
    """Letters in a template are tags, classes, names of fields, or come from the table of words."""
    for kind in KINDS.values():
        for card in kind.cards:
            for side in ("front", "back"):
                text = (default_templates() / card.folder / f"{side}.html").read_text("utf-8")
                rest = re.sub(r"\{\{[^}]*\}\}|\[\[[^\]]*\]\]|\[%.*?%\]|<[^>]*>", " ", text)
                assert not re.search(r"[A-Za-z]", rest), (card.folder, side, rest)


def test_a_mistake_can_be_reported_where_the_plan_says(sample: Sample) -> None:
    link = "https://example.com/new?template=card.yml&title={key}"
    plan = _plan(sample, f"report_url: {link}\n")
    for kind in KINDS.values():
        for sides in Templates([default_templates()]).card_sides(kind, plan)[: len(kind.cards)]:
            shown = link.replace("{key}", "{{Key}}").replace("&", "&amp;")
            assert f'<a href="{shown}">Report a mistake</a>' in sides.back
            assert shown not in sides.front
    with pytest.raises(ProblemsFoundError, match=r"no https address with \{key\} in it"):
        _plan(make_sample(sample.root.parent / "other"), "report_url: https://example.com/new\n")
