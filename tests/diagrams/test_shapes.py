"""Every shape of Mermaid is drawn, and a node of it has a box; what is simplified looks as the engine drew it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image, ImageChops

from atlas_decks.diagrams import EmbeddedRenderer, Picture
from atlas_decks.diagrams.svg import finish

# https://mermaid.js.org/syntax/flowchart.html, "Complete List of New Shapes", by their short names
SHAPES = [
    "rect",
    "rounded",
    "stadium",
    "fr-rect",
    "cyl",
    "circle",
    "diam",
    "hex",
    "lean-r",
    "lean-l",
    "trap-b",
    "trap-t",
    "dbl-circ",
    "text",
    "notch-rect",
    "lin-rect",
    "sm-circ",
    "fr-circ",
    "fork",
    "hourglass",
    "brace",
    "brace-r",
    "braces",
    "bolt",
    "doc",
    "delay",
    "das",
    "lin-cyl",
    "curv-trap",
    "div-rect",
    "tri",
    "win-pane",
    "f-circ",
    "lin-doc",
    "notch-pent",
    "flip-tri",
    "sl-rect",
    "docs",
    "st-rect",
    "flag",
    "bow-rect",
    "cross-circ",
    "tag-doc",
    "tag-rect",
    "odd",
    "cloud",
    "bang",
]
WITHOUT_TEXT = {"sm-circ", "fr-circ", "fork", "hourglass", "bolt", "f-circ", "cross-circ"}
KINDS = {
    "er": "erDiagram\n  A ||--o{ B : holds\n  A {\n    string name PK\n    int sectors\n  }\n",
    "state": "stateDiagram-v2\n  [*] --> Run\n  note right of Run : a note\n  state f <<fork>>\n  Run --> f\n  f --> [*]\n",
    "class": "classDiagram\n  class Animal {\n    +int age\n  }\n  Animal <|-- Duck : is\n",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_node_of_every_shape_has_a_box(shape: str) -> None:
    picture = EmbeddedRenderer().render(f'flowchart TB\n  a@{{ shape: {shape}, label: "Text" }} -->|"x"| b["End"]\n')
    (box,) = picture.nodes["a"]
    assert 0 < box.width <= 1
    assert 0 < box.height <= 1
    assert ("Text" in {label.text for label in picture.labels}) == (shape not in WITHOUT_TEXT)


def _shot(page: Any, picture: Picture) -> Image.Image:
    page.set_viewport_size({"width": round(picture.width) + 20, "height": round(picture.height) + 20})
    page.set_content(f"<body style='margin:0'>{picture.svg}")
    page.evaluate("document.fonts.ready")
    return Image.open(io.BytesIO(page.screenshot())).convert("L")


@pytest.mark.browser
def test_simplified_outlines_look_as_the_engine_drew_them(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = {s: f'flowchart TB\n  a@{{ shape: {s}, label: "Text" }} -->|"x"| b["End"]\n' for s in SHAPES} | KINDS
    simple = {name: EmbeddedRenderer().render(source) for name, source in sources.items()}
    monkeypatch.setattr(finish, "_simplify_rough", lambda root: None)
    page = browser.new_page()
    try:
        for name, source in sources.items():
            apart = ImageChops.difference(_shot(page, simple[name]), _shot(page, EmbeddedRenderer().render(source)))
            strong = sum(apart.histogram()[90:])  # a missing side of 20 px makes 20 pixels and more
            assert strong < 12, (name, strong)
    finally:
        page.close()
