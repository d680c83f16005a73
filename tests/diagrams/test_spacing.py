"""How large pictures come out, and whether their labels lie on grounds as wide as they are."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from atlas_decks.diagrams import EmbeddedRenderer
from atlas_decks.diagrams.font import text_width
from atlas_decks.diagrams.svg.finish import finish
from atlas_decks.diagrams.texts import diagram_kind
from support.builds import Checked

# by how much the text of each edge's label stands out of its ground, in px, on the wider side
OVERHANG = """async svg => {
  const box = document.createElement('div'); box.innerHTML = svg; document.body.replaceChildren(box);
  await document.fonts.load('16px Atlas'); await document.fonts.ready;
  const over = [];
  for (const group of box.querySelectorAll('[data-role=edge]')) {
    const ground = [...group.children].find(e => e.tagName === 'rect')?.getBoundingClientRect();
    for (const text of ground ? group.querySelectorAll(':scope > text') : []) {
      const t = text.getBoundingClientRect();
      over.push([text.textContent, Math.max(ground.left - t.left, t.right - ground.right)]);
    }
  }
  return over; }"""


@pytest.mark.browser
def test_the_ground_of_a_label_is_as_wide_as_its_text(browser: Any, checked: Checked) -> None:
    page = browser.new_page(viewport={"width": 1000, "height": 1500})
    count = 0
    try:
        for diagram in checked.curriculum.diagrams:
            source = diagram.spec.mermaid
            readable = finish(EmbeddedRenderer().draw(source), diagram_kind(source), minified=False).svg
            for text, over in page.evaluate(OVERHANG, readable):
                count += 1
                assert over <= 0, (diagram.id, text)
    finally:
        page.close()
    assert count > 300


@pytest.mark.browser
def test_a_text_is_as_wide_as_the_font_says(browser: Any) -> None:
    page = browser.new_page()
    try:
        svg = EmbeddedRenderer().render('flowchart TB\n  a["AVATöpfe 12,5"] --> b["x"]\n').svg
        found = page.evaluate(
            """async svg => { document.body.innerHTML = svg; await document.fonts.load('16px Atlas');
            await document.fonts.ready; return document.querySelector('text').getBoundingClientRect().width; }""",
            svg,
        )
    finally:
        page.close()
    assert text_width("AVATöpfe 12,5", 16) == pytest.approx(found, abs=0.1)


@pytest.mark.parametrize(("count", "least"), [(3, 15.0), (4, 11.0), (5, 9.0)])
def test_participants_fit_a_phone(count: int, least: float) -> None:
    names = "abcde"[:count]
    lines = [f"  participant {name} as {name.upper()}" for name in names]
    lines += [f"  {a}->>{b}: x" for a, b in pairwise(names)]
    picture = EmbeddedRenderer().render("\n".join(["sequenceDiagram", *lines]))
    assert picture.width <= 620
    assert 16 * min(1, 361 / picture.width) >= least


def test_no_label_of_the_curriculum_is_below_9_px_on_a_phone(checked: Checked) -> None:
    for name, picture in checked.drawings.items():
        assert picture.width <= 620, name
        assert min(label.size for label in picture.labels) * 361 / max(361, picture.width) >= 9, name
