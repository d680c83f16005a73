"""What makes pictures small must not change how they look."""

from __future__ import annotations

import base64
import re
import statistics
from typing import Any

import mmdr
import pytest
from lxml import etree

from atlas_decks.diagrams.font import font_face
from atlas_decks.diagrams.palette import CSS
from atlas_decks.diagrams.script import compose
from atlas_decks.diagrams.svg import cascade
from atlas_decks.diagrams.svg.finish import finish
from atlas_decks.diagrams.svg.paths import shorten
from atlas_decks.diagrams.texts import diagram_kind
from support.builds import Checked

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" id="m">'

# the look of every element in the end, by the browser's own cascade, in document order; without the grounds of labels
LOOKS = """async svg => {
  const box = document.createElement('div'); box.innerHTML = svg; document.body.replaceChildren(box);
  await document.fonts.load('16px Atlas'); await document.fonts.ready;
  const wanted = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity'];
  const text = [...wanted, 'text-anchor', 'dominant-baseline', 'font-size', 'font-family'];
  const origin = box.querySelector('svg').getBoundingClientRect();
  const chosen = [...box.querySelectorAll('rect,line,circle,ellipse,polygon,text')].filter(e => !e.closest('marker,symbol'))
    .filter(e => e.tagName === 'text' ? e.textContent.trim() : !e.closest('.merman-foreignobject-fallback,.edgeLabel'));
  return chosen.map(e => {
    const s = getComputedStyle(e.querySelector('tspan') || e), r = e.getBoundingClientRect();
    const look = (e.tagName === 'text' ? text : wanted).map(k => s.getPropertyValue(k));
    return [e.tagName, look.join('|').replaceAll('"', ''), e.textContent.trim(),
      ...[r.x - origin.x + r.width / 2, r.y - origin.y + r.height / 2, e.tagName === 'text' ? 0 : r.width, r.height]];
  }).filter(([tag, look]) => tag !== 'rect' || !look.startsWith('rgb(251, 252, 254)')); }"""


@pytest.mark.browser
def test_a_small_picture_looks_as_the_engine_and_our_sheet_wanted_it(browser: Any, checked: Checked) -> None:
    page = browser.new_page(viewport={"width": 1000, "height": 1500})
    try:
        for diagram in checked.curriculum.diagrams[::4]:
            source = diagram.spec.mermaid
            raw = mmdr.render(compose(source).script, backend="merman").svg()
            small = finish(raw, diagram_kind(source)).svg
            head = small[: small.index(">") + 1]
            sheet = f"<style>{font_face(frozenset(map(chr, range(32, 127))))}{CSS}</style>"
            wanted = page.evaluate(
                LOOKS, re.sub(r'width="100%"', re.search(r'width="[^"]+"', head)[0], raw[:-6]) + f"{sheet}</svg>"
            )
            found = page.evaluate(LOOKS, small)
            assert len(wanted) == len(found), diagram.id
            for a, b in zip(wanted, found, strict=True):
                assert a[:3] == b[:3], diagram.id
                assert a[3:] == pytest.approx(b[3:], abs=1.2), diagram.id
    finally:
        page.close()


def test_the_median_picture_is_at_most_12_kb(checked: Checked) -> None:
    assert statistics.median(len(drawing.svg.encode()) for drawing in checked.drawings.values()) <= 12_000


@pytest.mark.parametrize(
    ("data", "short"),
    [
        ("M10,10L20,10L30,10", "m10 10h20"),
        ("M0,0C0,10,0,20,0,30L0,40", "m0 0v40"),
        ("M0,0C10,0,10,10,20,10", "m0 0c10 0 10 10 20 10"),
        ("M 0 0 L 10 5 L 0 10 z", "m0 0l10 5l-10 5z"),
        ("M0,0L0.04,0.04L5,5", "m0 0l5 5"),
        ("M1,1L9,1L1,1", "m1 1h8h-8"),
        ("M0.123,5 a67.456,13 0,0,0 135,0", "M0.1,5 a67.5,13 0,0,0 135,0"),
        ("", ""),
    ],
)
def test_paths_get_shorter(data: str, short: str) -> None:
    assert shorten(data) == short


def test_rounding_errors_do_not_add_up() -> None:
    data = "M0,0" + "".join(f"L{i * 1.04:.2f},{(i % 2) * 7}" for i in range(1, 200))
    steps = [float(x) for x in re.findall(r"l(-?[\d.]+?)[ -]", shorten(data))]
    assert sum(steps) == pytest.approx(199 * 1.04, abs=0.06)


@pytest.mark.parametrize(
    ("sheet", "element", "looks"),
    [
        ("#m .x{fill:#111111}.x{fill:#222222}", '<rect class="x"/>', {"fill": "#111111"}),
        (".x{fill:red!important}#m .x{fill:blue}", '<rect class="x"/>', {"fill": "red"}),
        (".x{fill:red}", '<rect class="x" fill="blue"/>', {"fill": "red"}),
        (".x{fill:red}", '<rect class="x" style="fill:blue"/>', {"fill": "blue"}),
        (".x{fill:red !important}", '<rect class="x" style="fill:blue"/>', {"fill": "red"}),
        (".x{stroke:rgb(1, 2, 255)}", '<rect class="x"/>', {"stroke": "#0102ff"}),
        ("rect{fill:#000;stroke:none}", "<rect/>", None),
        (".x>*{stroke-width:2px}", '<g class="x"><rect/></g>', {"stroke-width": "2"}),
        (".y{fill:red}", '<rect class="x"/>', None),
        (".x>.y{fill:red}", '<g class="x"><rect class="y"/></g>', {"fill": "red"}),
        (".x>.y{fill:red}", '<g class="x"><g><rect class="y"/></g></g>', None),
        (".x .y{fill:red}", '<g class="x"><g><rect class="y"/></g></g>', {"fill": "red"}),
        (".w>.x .y{fill:red}", '<g class="w"><g class="x"><g><rect class="y"/></g></g></g>', {"fill": "red"}),
        (".w>.x .y{fill:red}", '<g class="w"><g><g class="x"><rect class="y"/></g></g></g>', None),
        (".w .x>.y{fill:red}", '<g class="w"><g><g class="x"><rect class="y"/></g></g></g>', {"fill": "red"}),
    ],
)
def test_the_cascade(sheet: str, element: str, looks: dict[str, str] | None) -> None:
    root = etree.fromstring(HEAD.replace(' xmlns="http://www.w3.org/2000/svg"', "") + element + "</svg>")
    rect = next(root.iter("rect"))
    assert cascade.resolve(root, sheet).get(rect) == looks


def test_a_picture_keeps_its_font() -> None:
    svg = finish(f"{HEAD}<text x='1' y='1'>Hi</text></svg>", "flowchart").svg
    data = re.search(r"base64,([^)]+)\)", svg)
    assert data is not None
    assert base64.b64decode(data.group(1)).startswith(b"wOF2")
