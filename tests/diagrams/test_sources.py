"""Sources that are refused, or drawn other than an author might think: each with its line, and what would be right."""

from __future__ import annotations

import time

import pytest

from atlas_decks.diagrams import EmbeddedRenderer, RenderError
from atlas_decks.diagrams.script import compose
from atlas_decks.diagrams.texts import diagram_kind
from atlas_decks.rules import pictures

PLAIN = "flowchart TB\n  a[(Store)] --> b((c))\n"


@pytest.mark.parametrize(
    "head",
    [
        "%%{init: {'look':'handDrawn'}}%%\n",
        '%%{init: {"theme": "dark", "themeCSS": "x"}}%%\n',
        "---\ntitle: X\n---\n",
        "---\nconfig:\n  look: handDrawn\n---\n",
    ],
)
def test_settings_of_a_source_do_not_reach_the_engine(head: str) -> None:
    assert diagram_kind(head + PLAIN) == "flowchart"
    assert EmbeddedRenderer().render(head + PLAIN) == EmbeddedRenderer().render(PLAIN)
    assert compose(head + PLAIN).script.count("\n") == compose(PLAIN).script.count("\n") + head.count("\n")


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ('flowchart TB\n  a@{ img: "https://example.org/x.png", label: "L" } --> b\n', 2, "shape with a label"),
        ('flowchart TB\n  a --> b\n  b@{ icon: "fa:user", label: "User" }\n', 3, "shape with a label"),
        ('flowchart TB\n  a[""Users""] --> b\n', 2, "#quot;"),
        ('flowchart TB\n  a -->|"Reddit is down"<br/>1.7B users| b\n', 2, "#quot;"),
        ("flowchart TB\n  EDGE[Edge Compute<br/>Lambda@Edge]\n  EDGE --> b\n", 2, "double quotes"),
        ("sequenceDiagram\n  A->>B: hello\n  A--X B: lost\n", 3, "small x"),
    ],
)
def test_what_is_not_drawn_says_where_and_how_else(source: str, line: int, words: str) -> None:
    with pytest.raises(RenderError) as caught:
        EmbeddedRenderer().render(source)
    assert caught.value.line == line
    assert words in caught.value.hint
    assert "\n" not in caught.value.message


def test_an_edge_may_end_at_the_subgraph_around_its_start() -> None:
    source = 'flowchart TB\n  subgraph S["Outer"]\n    a["Bulkhead"]\n  end\n  z["Zone"] -->|"starts"| a\n  a -.->|"limits"| S\n'
    picture = EmbeddedRenderer().render(source)
    assert {(edge.start, edge.end, edge.label) for edge in picture.edges} == {
        ("z", "a", "starts"),
        ("a", "S", "limits"),
    }
    assert set(picture.nodes) == {"a", "z"}


def test_what_the_font_cannot_draw_is_known() -> None:
    assert EmbeddedRenderer().render('flowchart TB\n  a["🚀 Launch"] --> b["数据库"]\n').missing_glyphs == "🚀"


@pytest.mark.parametrize("label", ["List<String>", "Map<K, V>", "a < b", "x->y"])
def test_what_is_no_tag_may_stand_in_a_label(label: str) -> None:
    assert not pictures._FORBIDDEN.search(f'flowchart TB\n  a["{label}"] --> b\n')
    assert label in {drawn.text for drawn in EmbeddedRenderer().render(f'flowchart TB\n  a["{label}"] --> b\n').labels}


@pytest.mark.parametrize("tag", ["<b>", "</b>", "<script>", '<a href="x">', "<img src=x>", "<span style=x>"])
def test_tags_are_found(tag: str) -> None:
    assert pictures._FORBIDDEN.search(f'flowchart TB\n  a["{tag}"] --> b\n')


@pytest.mark.parametrize(
    "part", ["\n", " ", "class a ", "class " + "a" * 500, "link a", "---\n", "<", "%%", ":::", "a--X"]
)
def test_the_rules_take_time_by_length_only(part: str) -> None:
    source = "flowchart TB\n" + part * (40_000 // len(part)) + "!"
    begun = time.process_time()
    list(pictures._FORBIDDEN.finditer(source))
    list(pictures._CLASS.finditer(source))
    diagram_kind(source)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("node", ["عدّاد", "डेटाबेस"])
def test_a_mark_within_an_id_is_named(node: str) -> None:
    with pytest.raises(RenderError) as caught:
        EmbeddedRenderer().render(f'flowchart TB\n  a["{node}"] --> {node}["{node}"]\n')
    assert caught.value.line == 2
    assert "ids are without marks such as" in caught.value.hint


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ('flowchart TB\n  a --> b\n  click b "https://example.org" "tip"\n', "flowchart TB\n  a --> b\n"),
        ('flowchart TB\n  a --> b\n  click a call f() "tip"\n', "flowchart TB\n  a --> b\n"),
        ('classDiagram\n  A <|-- B\n  link A "https://example.org"\n', "classDiagram\n  A <|-- B\n"),
        (
            "sequenceDiagram\n  link A: Wiki @ https://example.org\n  A->>B: hello\n",
            "sequenceDiagram\n\n  A->>B: hello\n",
        ),
        (
            "stateDiagram-v2\n  state f &lt;&lt;fork&gt;&gt;\n  [*] --> f\n  f --> a\n",
            "stateDiagram-v2\n  state f <<fork>>\n  [*] --> f\n  f --> a\n",
        ),
    ],
)
def test_what_no_card_can_do_is_not_drawn(written: str, drawn: str) -> None:
    assert EmbeddedRenderer().render(written) == EmbeddedRenderer().render(drawn)


@pytest.mark.parametrize(
    ("source", "ends"),
    [
        ("flowchart TB\n  link --- b\n", ("link", "b")),
        ("sequenceDiagram\n  details -x B: lost: yes\n  links->>B: hi\n", ("details", "B")),
    ],
)
def test_parts_may_be_called_like_links(source: str, ends: tuple[str, str]) -> None:
    edges = EmbeddedRenderer().render(source).edges
    assert ends in {(edge.start, edge.end) for edge in edges}
