"""What an author writes in a label stands in the picture, and is found again in the source."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas_decks.diagrams import EmbeddedRenderer, RenderError
from atlas_decks.diagrams.texts import Text, author_texts, diagram_kind, readable, squeeze

FORMS = {
    "node": 'flowchart TB\n  a["{}"] --> b["zz"]\n',
    "edge": 'flowchart TB\n  a["y"] -->|"{}"| b["zz"]\n',
    "subgraph": 'flowchart TB\n  subgraph s["{}"]\n    a["y"] --> b["zz"]\n  end\n',
    "message": "sequenceDiagram\n  participant a as Y\n  a->>a: {}\n",
    "participant": "sequenceDiagram\n  participant a as {}\n  a->>a: w\n",
    "note": "sequenceDiagram\n  participant a as Y\n  a->>a: w\n  Note over a: {}\n",
    "transition": "stateDiagram-v2\n  a --> b: {}\n",
    "state": 'stateDiagram-v2\n  state "{}" as a\n  a --> b: w\n',
    "relation": 'erDiagram\n  a ||--o{{ b : "{}"\n',
}
# as written; None: as it is written
LABELS = {
    "p99 <5 ms": None,
    "a <- b": None,
    "<>": None,
    "<!x": None,
    "<!-- x -->": None,
    "<?php": None,
    "<![CDATA[x]]>": None,
    "cost $$ and $$ more": None,
    "a $$5 b $$6": None,
    "$$x^2$$": None,
    "C# app": None,
    "open issue #42 now": None,
    "a#b;c": None,
    "&nbsp;": None,
    "&lt;b&gt;": None,
    "&#60;": None,
    "**bold** and _it_": None,
    "\\(x\\) and \\\\": None,
    "http://x.y": None,
    "100% of": None,
    "#35; x": "# x",
    "#quot;x#quot;": '"x"',
    "#9829;": "♥",
    "#lt;b#gt;": "<b>",
    "a<br/>b": "a b",
}


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("form", FORMS)
def test_a_label_stands_in_the_picture_as_it_is_written(form: str, label: str) -> None:
    source = FORMS[form].format(label)
    drawn = {squeeze(drawn.text) for drawn in EmbeddedRenderer().render(source).labels}
    assert squeeze(LABELS[label] or label) in drawn
    wanted = [readable(text) for text in author_texts(source, diagram_kind(source))]
    assert squeeze(LABELS[label] or label) in wanted
    assert drawn.issuperset(wanted)


@given(st.text(st.sampled_from(list("abZ019 #;&<>$*_`~\\()[]{}/|-=.,:?!'%@^+é→")), min_size=1, max_size=14))
@settings(max_examples=150)
def test_no_part_of_a_quoted_label_is_lost(label: str) -> None:
    source = FORMS["node"].format(f"x{label}x")
    try:
        picture = EmbeddedRenderer().render(source)
    except RenderError:
        return
    drawn = {squeeze(drawn.text) for drawn in picture.labels}
    assert drawn.issuperset(readable(text) for text in author_texts(source, "flowchart"))


def test_markdown_in_backticks_is_markdown() -> None:
    source = 'flowchart TB\n  a["`**bold** and *italic*`"] --> b["End"]\n'
    (label, _) = author_texts(source, "flowchart")
    assert readable(label) == "boldanditalic"
    assert "bold and italic" in {drawn.text for drawn in EmbeddedRenderer().render(source).labels}


@pytest.mark.parametrize(
    ("kind", "source", "texts"),
    [
        (
            "flowchart",
            "flowchart TB\n  %% a[no]\n  a[One two] -- says this --> b(Three)\n  b -->|four| c{Five}\n"
            '  subgraph six seven\n    d@{ shape: cyl, label: "Eight" }\n  end\n  c:::state --> e>Nine]\n'
            "  class a,b service\n  f[/Ten/] ==> g((Eleven))\n",
            "One two|says this|Three|four|Five|six seven|Eight|Nine|Ten|Eleven",
        ),
        (
            "sequenceDiagram",
            "sequenceDiagram\n  autonumber\n  participant a\n  actor b as Two words\n  participant c as Three\n"
            '  box Aqua Four\n    participant d@{ "type": "queue" }\n  end\n  a->>+b: five: and six\n'
            "  loop every seven\n    b--)a: #35;8; a->>b: nine\n  end\n  Note over a,b: ten<br/>eleven\n  rect red\n"
            "  end\n  a->>b: wrap: twelve\n",
            "a|Two words|Three|Four|d|five: and six|every seven|#35;8|nine|ten<br/>eleven|twelve",
        ),
        (
            "stateDiagram-v2",
            'stateDiagram-v2\n  direction LR\n  state "One two" as a\n  a:::state --> b: three\n  b : four\n'
            "  note left of a : five\n  note right of b\n    six\n    seven\n  end note\n  state f <<fork>>\n",
            "One two|three|four|five|six\n    seven",
        ),
        (
            "erDiagram",
            'erDiagram\n  A ||--o{ "B b" : "one: two"\n  A }|..|{ C : three\n  A {\n    string id PK "four"\n  }\n',
            "B b|one: two|three|four",
        ),
        (
            "mindmap",
            "mindmap\n  root((One))\n    Two words\n      ::icon(fa fa-x)\n      t[Three]\n",
            "One|Two words|Three",
        ),
        ("timeline", "timeline\n  title One\n  section Two\n  2002 : Four : Five\n", "One|Two|2002|Four|Five"),
        (
            "gantt",
            "gantt\n  title One\n  dateFormat YYYY-MM-DD\n  section Two\n  Task x :a1, 2014-01-01, 3d\n",
            "One|Two|Task x",
        ),
        ("classDiagram", 'classDiagram\n  A <|-- B : one\n  A "1" --> "many" C : two\n', "one|1|many|two"),
    ],
)
def test_the_texts_of_a_source(kind: str, source: str, texts: str) -> None:
    found = list(author_texts(source, kind))
    assert [text.raw for text in found] == texts.split("|")
    assert all(source[text.start : text.end] == text.raw for text in found)
    if kind != "classDiagram":
        EmbeddedRenderer().draw(source)  # a source that is drawn


@pytest.mark.parametrize("kind", ["flowchart", "sequenceDiagram", "stateDiagram-v2", "erDiagram", "mindmap", "gantt"])
@pytest.mark.parametrize(
    "part", ['"', "[", "(", "|", "--", "-- x", "@{", "#a", "&a", "<", "a:", ":", " as ", "$$", "\\", ">"]
)
def test_scans_take_time_by_length_only(kind: str, part: str) -> None:
    source = f"{kind}\n" + part * (60_000 // len(part))
    begun = time.process_time()
    for text in author_texts(source, kind):
        readable(text)
    assert time.process_time() - begun < 2


def test_a_text_of_the_source_has_its_place() -> None:
    assert list(author_texts('flowchart TB\n  a["x y"]', "flowchart")) == [Text(18, 21, "x y")]
