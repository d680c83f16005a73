"""What somebody hears who does not see the picture."""

from __future__ import annotations

import statistics

from atlas_decks.diagrams import EmbeddedRenderer
from atlas_decks.diagrams.alt_text import WORDS, alt_text
from support.builds import Checked

FLOW = """\
flowchart TB
  a["Client"] -->|"asks"| b["API"]
  b <--> c[("Store")]
  d["Alone"]
  subgraph S["Zone"]
    b
  end
"""
STATE = "stateDiagram-v2\n  [*] --> Closed\n  Closed --> Open: errors\n  Open --> [*]\n  note right of Open: opens\n"


def test_a_flowchart_in_words() -> None:
    text = alt_text(EmbeddedRenderer().render(FLOW), "How a request runs")
    assert text == (
        "How a request runs. Nodes: Alone. Edges: Client to API: asks; API to and from Store. Frames: Zone."
    )


def test_a_state_machine_in_words() -> None:
    text = alt_text(EmbeddedRenderer().render(STATE), "Breaker")
    assert text == "Breaker. Transitions: start to Closed; Closed to Open: errors; Open to end. Notes: opens."


def test_what_a_front_hides_is_not_said() -> None:
    text = alt_text(EmbeddedRenderer().render(FLOW), "A request", hidden={"b", "d"})
    assert "API" not in text
    assert "Alone" not in text
    assert "Client to ?: asks; ? to and from Store" in text


def test_the_words_can_be_of_another_language() -> None:
    german = {**WORDS, "nodes": "Knoten", "edges": "Kanten", "edge": "von {a} nach {b}", "frames": "Rahmen"}
    text = alt_text(EmbeddedRenderer().render(FLOW), "Eine Anfrage", words=german)
    assert text.startswith("Eine Anfrage. Knoten: Alone. Kanten: von Client nach API: asks;")


def test_every_node_of_the_curriculum_is_told_in_some_420_characters(checked: Checked) -> None:
    sizes = []
    for name, picture in checked.drawings.items():
        text = alt_text(picture, "")
        sizes.append(len(text))
        for node in picture.nodes:
            assert picture.name_of(node) in text, (name, node)
            if all(picture.name_of(node) not in picture.name_of(other) for other in picture.nodes if other != node):
                hidden = alt_text(picture, "", hidden={node})
                labels = [edge.label for edge in picture.edges]
                assert hidden.count(picture.name_of(node)) <= "; ".join(labels).count(picture.name_of(node)), (
                    name,
                    node,
                )
    assert 300 < statistics.median(sizes) < 500
