"""Masks and rings lie on their nodes in every client's window.

Reviewers cap the size of pictures (Anki's own style sheet: 95 % of the window's height), and what stands in percent of
a picture's box is beside its node as soon as the picture is drawn into a part of its box. So all is measured against
the picture as drawn, in the clients' own style sheets, on every card that has a mask or a ring.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cardpages import CardPage, card_pages, open_all
from support.builds import Checked

pytestmark = [pytest.mark.anki, pytest.mark.browser]

# px: Anki's first window without its bars, a large one, a laptop's, and phones
WINDOWS = [(668, 451), (1000, 900), (1366, 610), (390, 640), (360, 560)]
OFF = 1  # px that a mask may be off its place
MASKED = re.compile(r'class="(mask|ring)')
# [[card, what is wrong], ...]: a picture is drawn with `object-fit` into its box and, unless the SVG says `none`, keeps
# its proportions there. `covers`: card -> boxes in fractions of the picture that masks must hide, in each figure.
MEASURE = """([covers, stretched, off]) => {
  const faults = [];
  const drawn = img => {
    const r = img.getBoundingClientRect(), c = getComputedStyle(img), px = n => parseFloat(c[n]);
    let x = r.left + px('borderLeftWidth') + px('paddingLeft'), y = r.top + px('borderTopWidth') + px('paddingTop');
    let w = r.right - px('borderRightWidth') - px('paddingRight') - x, h = r.bottom - px('borderBottomWidth') - px('paddingBottom') - y;
    if (c.objectFit !== 'fill' || !stretched) {
      const scale = Math.min(w / img.naturalWidth, h / img.naturalHeight);
      x += (w - img.naturalWidth * scale) / 2; y += (h - img.naturalHeight * scale) / 2;
      w = img.naturalWidth * scale; h = img.naturalHeight * scale;
    }
    return {x, y, w, h};
  };
  for (const card of document.querySelectorAll('main > *')) {
    const name = card.dataset.name, hidden = covers[name] || [], widths = [];
    const fault = (figure, text) => faults.push([name, figure.parentElement.className + ': ' + text]);
    for (const figure of card.querySelectorAll('.figure')) {
      const img = figure.querySelector('img');
      if (!img || !img.naturalWidth) { fault(figure, 'the picture is missing'); continue; }
      const d = drawn(img), proportion = d.w / d.h / (img.naturalWidth / img.naturalHeight), boxes = [];
      if (Math.abs(proportion - 1) * Math.min(d.w, d.h) > off) fault(figure, 'out of proportion ' + proportion);
      widths.push(d.w);
      for (const e of figure.querySelectorAll('.mask, .ring')) {
        const r = e.getBoundingClientRect(), s = n => parseFloat(e.style[n]) / 100;
        const x = d.x + s('left') * d.w, y = d.y + s('top') * d.h;
        const worst = Math.max(...[r.left - x, r.top - y, r.right - x - s('width') * d.w, r.bottom - y - s('height') * d.h].map(Math.abs));
        if (!(worst <= off)) fault(figure, e.className + ' is ' + worst.toFixed(1) + ' px off');
        if (e.matches('.mask')) boxes.push(r);
      }
      for (const [x, y, w, h] of hidden)
        if (!boxes.some(r => r.left <= d.x + x * d.w && r.top <= d.y + y * d.h && r.right >= d.x + (x + w) * d.w && r.bottom >= d.y + (y + h) * d.h))
          fault(figure, 'a hidden node shows');
    }
    const natural = card.querySelector('img').naturalWidth;
    if (Math.max(...widths) < natural - 1) faults.push([name, 'no picture is of full size']);
    if (hidden.length && widths.length < 2) faults.push([name, 'there is no larger picture']);
  }
  return faults;
}"""


@pytest.fixture(scope="module")
def shown(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[CardPage]]:
    folder = tmp_path_factory.mktemp("masks")
    pages = card_pages(packages / "atlas-all.apkg", folder, lambda fields: bool(MASKED.search(fields)))
    return folder, [page for page in pages if MASKED.search(page.html)]


@pytest.mark.parametrize("client", ["anki", "ankidroid"])
def test_masks_and_rings_lie_on_the_drawn_picture(
    shown: tuple[Path, list[CardPage]], checked: Checked, browser: Any, client: str
) -> None:
    folder, cards = shown
    assert {c.kind for c in cards} >= {"component"}
    assert {c.side for c in cards} == {"front", "back"}
    stretched = all(' preserveAspectRatio="none"' in d.svg.partition(">")[0] for d in checked.drawings.values())
    page = browser.new_page()
    try:
        open_all(page, folder, cards, night=False, phone=client == "ankidroid")
        covers = _hidden(cards, checked)
        assert sum(map(len, covers.values())) >= len(checked.drawings)
        faults: dict[str, list[list[str]]] = {}
        for size in (18, 36):  # px: the card's own font size, and twice as much
            page.evaluate("s => { document.body.style.fontSize = s + 'px' }", size)
            for width, height in WINDOWS:
                page.set_viewport_size({"width": width, "height": height})
                found = page.evaluate(MEASURE, [covers, stretched, OFF])
                if found:
                    faults[f"{width}x{height} at {size} px"] = found
        assert not faults, {window: (len(found), found[:5]) for window, found in faults.items()}
    finally:
        page.close()


def _hidden(cards: list[CardPage], checked: Checked) -> dict[str, list[list[float]]]:
    """Which boxes a component card's front must hide, in fractions of the picture."""
    covers: dict[str, list[list[float]]] = {}
    for card in cards:
        if card.kind == "component" and card.side == "front":
            diagram, _, fact = card.key.split("/")
            node = next(c.node for c in checked.curriculum.by_id[diagram].spec.components if c.key == fact)
            boxes = checked.drawings[diagram].nodes[node]
            covers[card.name] = [[b.x, b.y, b.width, b.height] for b in boxes]
    return covers
