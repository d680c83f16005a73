"""Diagrams as files: self-contained, safe, the same every time; and the mermaid.ink way through a real server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from atlas_decks.diagrams import Cache, EmbeddedRenderer, RenderError, render_all
from atlas_decks.diagrams.palette import CLASSES, GROUND, INK
from support.builds import Checked

FLOW = 'flowchart TB\n  a(["Client"]):::edge -->|"asks"| b["API (v2)"]:::service\n  b --> c[("Store")]:::state\n'
SEQUENCE = "sequenceDiagram\n  participant C as Client\n  participant S as Server\n  C->>S: hello\n  S-->>C: ok\n"
STATE = "stateDiagram-v2\n  [*] --> Closed\n  Closed --> Open: too many failures\n  Open --> Closed: reset\n"
ER = "erDiagram\n  CUSTOMER ||--o{ ORDER : places\n  ORDER ||--|{ LINE : holds\n"


def test_every_picture_is_self_contained(checked: Checked) -> None:
    for name, drawing in checked.drawings.items():
        root = etree.fromstring(drawing.svg.encode())
        tags = {etree.QName(e).localname for e in root.iter() if isinstance(e.tag, str)}
        assert not tags & {"script", "foreignObject", "image", "a", "iframe"}, name
        assert float(root.get("width", "0")) == pytest.approx(drawing.width, abs=0.02)
        assert float(root.get("height", "0")) == pytest.approx(drawing.height, abs=0.02)
        urls = re.findall(r"url\(([^)]{0,30})|href=\"([^\"]{0,30})", drawing.svg)
        assert all((a or b).startswith(("#", "data:font/woff2")) for a, b in urls), name
        assert drawing.svg.count("@font-face") == 1
        assert f'fill="{GROUND}"' in drawing.svg
        assert len(drawing.svg) < 60_000, name


@pytest.mark.parametrize(
    ("source", "nodes", "edges", "labelled"),
    [
        (FLOW, {"a": 1, "b": 1, "c": 1}, 2, 1),
        (SEQUENCE, {"C": 2, "S": 2}, 2, 2),
        (STATE, {"Closed": 1, "Open": 1}, 3, 2),
        (ER, {"CUSTOMER": 1, "ORDER": 1, "LINE": 1}, 2, 2),
    ],
    ids=["flowchart", "sequence", "state", "er"],
)
def test_what_is_read_in_a_picture(source: str, nodes: dict[str, int], edges: int, labelled: int) -> None:
    drawing = EmbeddedRenderer().render(source)
    assert {name: len(boxes) for name, boxes in drawing.nodes.items()} == nodes
    assert (len(drawing.edges), drawing.labelled) == (edges, labelled)
    for boxes in drawing.nodes.values():
        for box in boxes:
            assert 0 <= box.x < box.x + box.width <= 1
            assert 0 <= box.y < box.y + box.height <= 1
    assert {label.node for label in drawing.labels if label.role == "node"} == set(nodes)


def test_the_same_source_gives_the_same_bytes() -> None:
    assert EmbeddedRenderer().render(FLOW).svg == EmbeddedRenderer().render(FLOW).svg


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("flowchart TB\n  a --> b\n  b -->| c[oops(]\n  c --> d\n", 3),
        ("flowchart TB\n  a[API (v2)] --> b\n  b --> c\n", 2),
        ("sequenceDiagram\n  A->>B: hi\n  B->>\n", 3),
    ],
)
def test_a_syntax_error_names_its_line(source: str, line: int) -> None:
    with pytest.raises(RenderError) as caught:
        EmbeddedRenderer().render(source)
    assert caught.value.line == line
    assert caught.value.hint


@pytest.mark.parametrize(
    "source",
    [
        "",
        "\0",
        "not a diagram",
        "flowchart TB\n" + "".join(f"  n{i} --> n{i + 1}\n" for i in range(2000)),
        'flowchart TB\n  a["' + "x" * 100_000 + '"] --> b\n',
        'flowchart TB\n  a["\ud800"] --> b\n',
        'flowchart TB\n  a["<script>alert(1)</script>"] --> b\n',
        'flowchart TB\n  a --> b\n  click a "javascript:alert(1)"\n',
        'flowchart TB\n  a --> b\n  click a "https://example.org/"\n',
        "flowchart TB\n" + "subgraph s\n" * 500,
    ],
    ids=["empty", "nul", "text", "2000 nodes", "long label", "surrogate", "script", "js link", "link", "nesting"],
)
def test_hostile_sources_end_in_a_safe_picture_or_an_error(source: str) -> None:
    try:
        svg = EmbeddedRenderer().render(source).svg
    except (RenderError, UnicodeEncodeError):
        return
    assert not re.search(r"<script|javascript:|<a[\s>]|https://example", svg)


def test_palette_has_contrast() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for name, (fill, _) in CLASSES.items():
        assert (luminance(fill) + 0.05) / (luminance(INK) + 0.05) >= 7, name


def test_the_cache_renders_only_what_changed(tmp_path: Path) -> None:
    class Counting(EmbeddedRenderer):
        count = 0

        def render(self, source: str):  # type: ignore[no-untyped-def]
            Counting.count += 1
            return super().render(source)

    cache = Cache(tmp_path)
    first, _ = render_all({"a": FLOW, "b": SEQUENCE}, Counting(), cache)
    again, _ = render_all({"a": FLOW, "b": STATE}, Counting(), cache)
    assert Counting.count == 3
    assert again["a"] == first["a"]
    for file in tmp_path.glob("*.json"):
        file.write_text("{damaged", "utf-8")
    mended, _ = render_all({"a": FLOW}, Counting(), cache)
    assert Counting.count == 4
    assert mended["a"] == first["a"]


def test_a_fault_in_the_last_line_gets_the_hint_of_that_line() -> None:
    source = 'flowchart TB\n  a["A"] --> b["B"]\n  b --> c[Gate (way)]'
    with pytest.raises(RenderError) as fault:
        EmbeddedRenderer().render(source)
    assert (fault.value.line, "labels in double quotes" in fault.value.hint) == (3, True)
