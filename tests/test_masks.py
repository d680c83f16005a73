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

from atlas_decks import pipeline
from cardpages import CardPage, card_pages, whole_page

pytestmark = [pytest.mark.anki, pytest.mark.browser]

# px: Anki's first window without its bars, a large one, a laptop's, and phones
WINDOWS = [(668, 451), (1000, 900), (1366, 610), (390, 640), (360, 560)]
OFF = 1  # px that a mask may be off its place
# All cards stand in one page, one above another in the same cell of a grid, so that one layout measures them all.
STACK = "body > main { display: grid; grid-template-columns: minmax(0, 1fr); align-items: start } body > main > * { grid-area: 1 / 1; min-width: 0; visibility: hidden }"
# [[card, what is wrong], ...]: a picture is drawn with `object-fit` into its box and, unless the SVG says none, keeps
# its proportions there. `covers`: card -> boxes in fractions of the picture that must be hidden by some mask.
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
    const widths = {};
    for (const place of ['.center', '.large']) {
      const img = card.querySelector(place + ' img');
      if (!img) { faults.push([card.dataset.key, place + ': no picture']); continue; }
      if (!img.naturalWidth) { faults.push([card.dataset.key, 'the picture is missing']); continue; }
      const d = drawn(img), squeezed = d.w / d.h / (img.naturalWidth / img.naturalHeight);
      widths[place] = d.w;
      if (Math.abs(squeezed - 1) * Math.min(d.w, d.h) > off) faults.push([card.dataset.key, place + ' out of proportion ' + squeezed]);
      const boxes = [];
      for (const e of card.querySelectorAll(place + ' .mask,' + place + ' .ring')) {
        const r = e.getBoundingClientRect(), s = n => parseFloat(e.style[n]) / 100;
        const x = d.x + s('left') * d.w, y = d.y + s('top') * d.h;
        const worst = Math.max(...[r.left - x, r.top - y, r.right - x - s('width') * d.w, r.bottom - y - s('height') * d.h].map(Math.abs));
        if (!(worst <= off)) faults.push([card.dataset.key, place + ' ' + e.className + ' is ' + worst.toFixed(1) + ' px off']);
        boxes.push(r);
      }
      if (!boxes.length) faults.push([card.dataset.key, place + ': neither mask nor ring']);
      for (const [x, y, w, h] of covers[card.dataset.key] || [])
        if (!boxes.some(r => r.left <= d.x + x * d.w && r.top <= d.y + y * d.h && r.right >= d.x + (x + w) * d.w && r.bottom >= d.y + (y + h) * d.h))
          faults.push([card.dataset.key, place + ': a hidden node shows']);
    }
    const natural = card.querySelector('img').naturalWidth;
    if (widths['.center'] < natural - 1 && widths['.large'] < natural - 1) faults.push([card.dataset.key, 'the larger picture is no larger']);
  }
  return faults;
}"""


@pytest.fixture(scope="module")
def shown(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[CardPage]]:
    folder = tmp_path_factory.mktemp("masks")
    return folder, [
        c for c in card_pages(packages / "atlas-all.apkg", folder) if re.search(r'class="(mask|ring)"', c.html)
    ]


@pytest.mark.parametrize("client", ["anki", "ankidroid"])
def test_masks_and_rings_lie_on_the_drawn_picture(
    shown: tuple[Path, list[CardPage]], checked: pipeline.Checked, browser: Any, client: str
) -> None:
    folder, cards = shown
    assert {c.kind for c in cards} >= {"component"}
    assert {c.side for c in cards} == {"front", "back"}
    stretched = all(' preserveAspectRatio="none"' in d.svg.partition(">")[0] for d in checked.drawings.values())
    page = browser.new_page()
    try:
        _open_all(page, folder, cards, phone=client == "ankidroid")
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


def _open_all(page: Any, folder: Path, cards: list[CardPage], phone: bool) -> None:
    """All cards in one page, with everything unfolded; the style sheet, which each card brings along, only once."""
    style = re.search(r"<style>.*?</style>", cards[0].html, re.DOTALL)
    assert style
    name = "content" if phone else "qa"
    bodies = "".join(
        f'<div id="{name}" dir="auto" data-key="{c.key} {c.side}">{c.html.replace(style[0], "").replace("<details>", "<details open>")}</div>'
        for c in cards
    )
    file = folder / f"all-{name}.html"
    file.write_text(
        whole_page(f"<style>{STACK}</style>{style[0]}<main>{bodies}</main>", night=False, phone=phone), "utf-8"
    )
    page.goto(file.as_uri())


def _hidden(cards: list[CardPage], checked: pipeline.Checked) -> dict[str, list[list[float]]]:
    """Which boxes a component card's front must hide, in fractions of the picture."""
    covers: dict[str, list[list[float]]] = {}
    for card in cards:
        if card.kind == "component" and card.side == "front":
            diagram, _, fact = card.key.split("/")
            node = next(c.node for c in checked.curriculum.by_id[diagram].spec.components if c.key == fact)
            boxes = checked.drawings[diagram].nodes[node]
            covers[f"{card.key} {card.side}"] = [[b.x, b.y, b.width, b.height] for b in boxes]
    return covers
