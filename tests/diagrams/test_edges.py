"""What joins what in a picture, read from the picture: ends, texts, and where the lines run."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.diagrams import Cache, EmbeddedRenderer, Picture
from atlas_decks.diagrams.picture import Box
from atlas_decks.diagrams.svg.finish import finish
from atlas_decks.diagrams.texts import diagram_kind
from support.builds import Checked

FLOW = """\
flowchart TB
  a_b["A"] -->|"one"| c
  d --> b_c
  a -->|"two"| c
  subgraph S["Part"]
    c["C"]
  end
  S -->|"all of it"| z[("Z")]
  z -->|"again"| z
  a <--> q
  q --- r
  r ~~~ a
  q e1@==>|"by<br/>name"| svc.api["API"]
  svc.api --> 终止["Ende"]
"""
STATE = """\
stateDiagram-v2
  [*] --> Closed
  Closed --> Open: too many<br/>failures
  Open --> Half: wait
  Half --> Half: again
  state Half {
    [*] --> job_start
    job_start --> [*]: done
  }
  note right of Open : a note
  state choice <<choice>>
  Open --> choice
"""
SEQUENCE = """\
sequenceDiagram
  participant c as Client
  actor u as A<br/>user
  participant d@{ "type": "database" }
  u->>c: click<br/>twice
  c->>+d: read
  loop each row
    d->>d: look
  end
  d-->>-c: row
  c->>u:
"""
ER = """\
erDiagram
  CUSTOMER ||--o{ ORDER : "places or not"
  ORDER ||--|{ "Order line" : holds
  CUSTOMER {
    string name PK "the comment"
  }
"""


def draw(source: str) -> Picture:
    return EmbeddedRenderer().render(source)


def ends(picture: Picture) -> set[tuple[str, str, str, str]]:
    return {(edge.start, edge.end, edge.label, edge.arrow) for edge in picture.edges}


def test_the_edges_of_a_flowchart() -> None:
    assert ends(draw(FLOW)) == {
        ("a_b", "c", "one", "end"),
        ("d", "b_c", "", "end"),
        ("a", "c", "two", "end"),
        ("S", "z", "all of it", "end"),
        ("z", "z", "again", "end"),
        ("a", "q", "", "both"),
        ("q", "r", "", "none"),
        ("q", "svc.api", "by name", "end"),
        ("svc.api", "终止", "", "end"),
    }


def test_the_transitions_of_a_state_machine() -> None:
    picture = draw(STATE)
    assert ends(picture) == {
        ("[*]", "Closed", "", "end"),
        ("Closed", "Open", "too many failures", "end"),
        ("Open", "Half", "wait", "end"),
        ("Half", "Half", "again", "end"),
        ("[*]", "job_start", "", "end"),
        ("job_start", "[*]", "done", "end"),
        ("Open", "choice", "", "end"),
    }
    assert set(picture.nodes) == {"Closed", "Open", "Half", "job_start", "choice"}


def test_the_messages_of_a_sequence_come_in_order() -> None:
    picture = draw(SEQUENCE)
    assert [(edge.start, edge.end, edge.label) for edge in picture.edges] == [
        ("u", "c", "click twice"),
        ("c", "d", "read"),
        ("d", "d", "look"),
        ("d", "c", "row"),
        ("c", "u", ""),
    ]
    assert [picture.name_of(node) for node in "cud"] == ["Client", "A user", "d"]
    assert {name: len(boxes) for name, boxes in picture.nodes.items()} == {"c": 2, "u": 2, "d": 2}


def test_the_relationships_of_entities_have_no_arrow() -> None:
    picture = draw(ER)
    assert ends(picture) == {
        ("CUSTOMER", "ORDER", "places or not", "none"),
        ("ORDER", "Order line", "holds", "none"),
    }
    assert picture.name_of("CUSTOMER") == "CUSTOMER"
    assert picture.edges[0].joins("ORDER", "CUSTOMER")


@pytest.mark.parametrize(
    ("arrow", "there", "back"), [("-->", True, False), ("<-->", True, True), ("---", True, True), ("--x", True, False)]
)
def test_one_gets_along_an_edge_as_its_arrow_says(arrow: str, there: bool, back: bool) -> None:
    (edge,) = draw(f"flowchart TB\n  a {arrow} b\n").edges
    assert (edge.joins("a", "b"), edge.joins("b", "a"), edge.joins("a", "c")) == (there, back, False)


def _gap(box: Box, point: tuple[float, float], picture: Picture) -> float:
    """By how many px the point lies outside the box."""
    dx = max(box.x - point[0], 0.0, point[0] - box.x - box.width) * picture.width
    dy = max(box.y - point[1], 0.0, point[1] - box.y - box.height) * picture.height
    return float((dx * dx + dy * dy) ** 0.5)


def test_edges_of_the_curriculum_begin_and_end_at_their_nodes(checked: Checked) -> None:
    count = 0
    for name, picture in checked.drawings.items():
        for edge in picture.edges:
            for node, point in ((edge.start, edge.path[0]), (edge.end, edge.path[-1])):
                assert node, (name, edge)
                assert all(0 <= part <= 1 for part in point), (name, edge)
                if node in picture.nodes and picture.kind != "sequenceDiagram":
                    count += 1
                    gaps = [_gap(box, point, picture) for box in picture.nodes[node]]
                    assert min(gaps) < 8, (name, edge.start, edge.end)
            if edge.label:
                assert edge.label_box is not None, (name, edge)
                assert 0 < edge.label_box.height * picture.height < 150, (name, edge)
    assert count > 1500


def test_a_message_ends_at_the_lines_of_its_participants() -> None:
    picture = draw(SEQUENCE)
    for edge in picture.edges[:2]:
        for node, point in ((edge.start, edge.path[0]), (edge.end, edge.path[-1])):
            box = picture.nodes[node][0]
            assert abs(box.x + box.width / 2 - point[0]) * picture.width < 12


# what Chromium draws: points along each edge, a px apart, and the box of each edge label's text, all in the viewBox
DRAWN = """async svg => {
  document.body.style.margin = 0; document.body.innerHTML = svg;
  await document.fonts.load('16px Atlas'); await document.fonts.ready;
  const box = document.querySelector('svg'), frame = box.getBoundingClientRect(), view = box.viewBox.baseVal;
  const edges = [...document.querySelectorAll('[data-et=edge],[data-et=message]')].map(line => {
    const points = [], length = line.getTotalLength(), matrix = line.getCTM();
    for (let at = 0; at <= length; at += 1) {
      const p = line.getPointAtLength(at).matrixTransform(matrix); points.push([p.x / view.width, p.y / view.height]); }
    return points; });
  const texts = [...document.querySelectorAll('[data-role=edge] > text, text[data-role=edge]')].map(text => {
    const r = text.getBoundingClientRect(); return [text.textContent, (r.x + r.width / 2) / frame.width, (r.y + r.height / 2) / frame.height]; });
  return [edges, texts]; }"""


@pytest.mark.browser
@pytest.mark.parametrize("source", [FLOW, STATE, SEQUENCE, ER], ids=["flowchart", "state", "sequence", "er"])
def test_edges_lie_where_chromium_draws_them(source: str, browser: Any) -> None:
    readable = finish(EmbeddedRenderer().draw(source), diagram_kind(source), minified=False)
    page = browser.new_page(viewport={"width": round(readable.width) + 50, "height": round(readable.height) + 50})
    try:
        lines, texts = page.evaluate(DRAWN, readable.svg)
    finally:
        page.close()

    def apart(a: tuple[float, float], b: tuple[float, float]) -> float:
        return math.hypot((a[0] - b[0]) * readable.width, (a[1] - b[1]) * readable.height)

    for edge in readable.edges:
        assert min(max(min(apart(p, q) for q in line) for p in edge.path) for line in lines) < 1.5, edge
        if edge.label_box is not None:
            inside = [word for word, x, y in texts if edge.label_box.holds(x, y)]
            assert "".join(edge.label.split()) == "".join("".join(inside).split()), edge


@pytest.mark.parametrize("source", [FLOW, STATE, SEQUENCE, ER], ids=["flowchart", "state", "sequence", "er"])
def test_the_cache_gives_back_what_it_was_given(source: str, tmp_path: Path) -> None:
    cache, picture = Cache(tmp_path), draw(source)
    cache.put("key", picture)
    assert cache.get("key") == picture
