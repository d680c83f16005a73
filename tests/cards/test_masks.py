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

from support.builds import Checked
from support.cardpages import CardPage, card_pages, open_all
from support.placement import MEASURE

pytestmark = [pytest.mark.anki, pytest.mark.browser]

# px: Anki's first window without its bars, a large one, a laptop's, and phones
WINDOWS = [(668, 451), (1000, 900), (1366, 610), (390, 640), (360, 560)]
OFF = 1  # px that a mask may be off its place
OVER = re.compile(r'class="(?:mask|ring|stop|route)\b')  # what lies over a picture


@pytest.fixture(scope="module")
def shown(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[CardPage]]:
    folder = tmp_path_factory.mktemp("masks")
    pages = card_pages(packages / "atlas-all.apkg", folder, lambda fields: bool(OVER.search(fields)))
    return folder, [page for page in pages if OVER.search(page.html)]


@pytest.mark.parametrize("client", ["anki", "ankidroid"])
def test_masks_and_rings_lie_on_the_drawn_picture(
    shown: tuple[Path, list[CardPage]], checked: Checked, browser: Any, client: str
) -> None:
    folder, cards = shown
    assert {c.kind for c in cards} >= {"component", "trace"}
    assert {c.side for c in cards} == {"front", "back"}
    stretched = all(' preserveAspectRatio="none"' in d.svg.partition(">")[0] for d in checked.drawings.values())
    page = browser.new_page()
    try:
        open_all(page, folder, cards, night=False, phone=client == "ankidroid")
        covers = _hidden(cards, checked)
        assert sum(map(len, covers.values())) >= 6 * len(checked.drawings)
        faults: dict[str, list[list[str]]] = {}
        for size in (18, 36):  # px: the card's own font size, and twice as much
            page.evaluate("s => { document.body.style.fontSize = s + 'px' }", size)
            for width, height in WINDOWS:
                page.set_viewport_size({"width": width, "height": height})
                found = page.evaluate(MEASURE, ["main > *", covers, stretched, OFF])
                if found:
                    faults[f"{width}x{height} at {size} px"] = found
        assert not faults, {window: (len(found), found[:5]) for window, found in faults.items()}
    finally:
        page.close()


def _hidden(cards: list[CardPage], checked: Checked) -> dict[str, list[list[float]]]:
    """Which boxes a component card must hide, in fractions of the picture: on the back all but the asked node's."""
    covers: dict[str, list[list[float]]] = {}
    for card in cards:
        if card.kind == "component":
            diagram, _, fact = card.key.split("/")
            components = checked.curriculum.by_id[diagram].spec.components
            nodes = {c.node for c in components if card.side == "front" or c.key != fact}
            boxes = [box for node in sorted(nodes) for box in checked.drawings[diagram].nodes[node]]
            covers[card.name] = [[b.x, b.y, b.width, b.height] for b in boxes]
    return covers
