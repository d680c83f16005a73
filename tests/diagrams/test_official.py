"""The official Mermaid in Chromium as the judge: every picture of the curriculum is one of its, with the same edges."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.diagrams import EmbeddedRenderer, Picture
from atlas_decks.diagrams.script import compose
from atlas_decks.diagrams.svg.finish import finish
from atlas_decks.diagrams.texts import diagram_kind
from atlas_decks.rules.pictures import RESERVED
from support.builds import Checked

MODULES = Path(os.environ.get("ATLAS_BENCH_MODULES", ".atlas/peers/node_modules"))
PARSE = (
    "async text => { try { await mermaid.parse(text); return ''; } catch (error) { return String(error.message); } }"
)
EDGES = """async text => (await mermaid.mermaidAPI.getDiagramFromText(text)).db.getEdges()
  .filter(edge => edge.stroke !== 'invisible').map(edge => [edge.start, edge.end, edge.text])"""
DRAW = """async ([id, text]) => { const { svg } = await mermaid.render(id, text);
  const page = new DOMParser().parseFromString(svg, 'text/html');
  return new XMLSerializer().serializeToString(page.querySelector('svg')); }"""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def mermaid(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page with the official Mermaid, as `make bench-peers` installs it."""
    if not request.config.getoption("--long"):
        pytest.skip("only in the long run: the official Mermaid comes from npm")
    script = MODULES / "mermaid/dist/mermaid.min.js"
    assert script.exists(), "run `make bench-peers`"
    page = browser.new_page()
    page.set_content("<!doctype html><body></body>")
    page.add_script_tag(path=str(script))
    page.evaluate("mermaid.initialize({startOnLoad: false, htmlLabels: false})")
    yield page
    page.close()


def test_every_picture_of_the_curriculum_parses(mermaid: Any, checked: Checked) -> None:
    refused = {}
    for diagram in checked.curriculum.diagrams:
        for source in (diagram.spec.mermaid, compose(diagram.spec.mermaid).script):
            if error := mermaid.evaluate(PARSE, source):
                refused[diagram.id] = error
    assert refused == {}


def test_flowcharts_have_the_edges_of_the_official_parser(mermaid: Any, checked: Checked) -> None:
    def words(text: str) -> str:
        return "".join(re.sub(r"<br\s*/?>", "", text).split())

    count = 0
    for diagram in checked.curriculum.diagrams:
        picture = checked.drawings[diagram.id]
        if picture.kind != "flowchart":
            continue
        there = sorted((a, b, words(text)) for a, b, text in mermaid.evaluate(EDGES, diagram.spec.mermaid))
        here = sorted((edge.start, edge.end, words(edge.label)) for edge in picture.edges)
        assert here == there, diagram.id
        count += len(here)
    assert count > 500


def test_the_official_engines_picture_reads_like_ours(mermaid: Any, checked: Checked) -> None:
    """What `--renderer mermaid-ink` gets from a server that runs the official engine."""
    for number, diagram in enumerate(checked.curriculum.diagrams[::4]):
        source, ours = diagram.spec.mermaid, checked.drawings[diagram.id]
        raw = mermaid.evaluate(DRAW, [f"d{number}", compose(source, text_labels=True).script])
        theirs = finish(raw, diagram_kind(source))
        assert theirs.nodes.keys() == ours.nodes.keys(), diagram.id
        for part in (_labels, _edges):
            assert part(theirs) == part(ours), diagram.id


def _labels(picture: Picture) -> list[tuple[str, str, str]]:
    return sorted((label.text, label.role, label.node) for label in picture.labels)


def _edges(picture: Picture) -> list[tuple[str, str, str]]:
    return sorted((edge.start, edge.end, edge.label) for edge in picture.edges)


def test_reserved_ids_are_those_that_the_official_parser_refuses(mermaid: Any) -> None:
    forms = {
        "flowchart": "flowchart TB\n  a --> {}\n",
        "sequenceDiagram": "sequenceDiagram\n  participant {0}\n  {0}->>b: x\n",
    }
    for kind, form in forms.items():
        assert mermaid.evaluate(PARSE, form.format("plain")) == ""
        for name in RESERVED[kind]:
            assert mermaid.evaluate(PARSE, form.format(name)), (kind, name)
            assert name in EmbeddedRenderer().render(form.format(name)).nodes, "ours refuses it by itself"
