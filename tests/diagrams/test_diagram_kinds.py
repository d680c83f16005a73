"""Kinds of diagrams beyond those whose nodes can be hidden: drawn, legible on a phone, told in words."""

from __future__ import annotations

import pytest

from atlas_decks.diagrams import EmbeddedRenderer
from atlas_decks.diagrams.alt_text import alt_text
from atlas_decks.diagrams.picture import KINDS

GANTT = """\
gantt
  title Migration
  dateFormat YYYY-MM-DD
  section Data
  Copy rows :a1, 2014-01-01, 30d
  Compare   :after a1, 20d
"""
SOURCES = {
    "classDiagram": "classDiagram\n  class Animal {\n    +int age\n  }\n  Animal <|-- Duck : is\n  Duck ..> Pond\n",
    "mindmap": "mindmap\n  root((Core))\n    A[One thing]\n      B(two)\n    C\n",
    "timeline": "timeline TD\n  title Names\n  2002 : LinkedIn\n  2004 : Facebook : Google\n",
    "gantt": GANTT,
    "C4Context": 'C4Context\n  title C4\n  Person(p, "User", "buys")\n  System(s, "Shop", "sells")\n  Rel(p, s, "orders", "https")\n',
    "pie": 'pie title Share\n  "One" : 60\n  "Two" : 40\n',
}


@pytest.mark.parametrize("kind", SOURCES)
def test_it_is_drawn_for_a_phone_and_told_in_words(kind: str) -> None:
    picture = EmbeddedRenderer().render(SOURCES[kind])
    assert picture.kind == kind
    assert picture.width <= 620
    assert min(label.size for label in picture.labels) * 361 / max(361, picture.width) >= 9
    text = alt_text(picture, "A title")
    for label in picture.labels:
        if kind != "classDiagram" or label.text in picture.nodes:  # of a class, its name
            assert label.text in text


def test_a_class_is_a_node() -> None:
    assert "classDiagram" in KINDS
    picture = EmbeddedRenderer().render(SOURCES["classDiagram"])
    assert set(picture.nodes) == {"Animal", "Duck", "Pond"}
    assert [(edge.start, edge.end, edge.label) for edge in picture.edges] == [
        ("Animal", "Duck", "is"),
        ("Duck", "Pond", ""),
    ]
    assert picture.name_of("Animal") == "Animal"
