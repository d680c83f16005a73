"""Cards as the real Anki renders them, looked at in a real Chromium."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from support.builds import Checked
from support.cardpages import CONTRAST, WIDE, CardPage, card_pages, one_of_each, open_all, open_card

pytestmark = [pytest.mark.anki, pytest.mark.browser]

# of each mask below an element: left, top, width, height in fractions of the picture
MASKS = """async below => { const e = document.querySelector(below + ' .figure img'); await e.decode();
  const i = e.getBoundingClientRect();
  return [...document.querySelectorAll(below + ' .mask')].map(m => { const r = m.getBoundingClientRect();
    return [(r.left - i.left) / i.width, (r.top - i.top) / i.height, r.width / i.width, r.height / i.height]; }); }"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def shown(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[CardPage]]:
    folder = tmp_path_factory.mktemp("cards")
    return folder, card_pages(packages / "atlas-all.apkg", folder)


@pytest.fixture
def phone(browser: Any) -> Any:
    page = browser.new_page(viewport={"width": 390, "height": 700})
    yield page
    page.close()


@pytest.mark.parametrize("night", [False, True], ids=["light", "night"])
def test_contrast_of_every_kind(shown: tuple[Path, list[CardPage]], phone: Any, night: bool) -> None:
    folder, pages = shown
    for card in one_of_each(pages):
        open_card(phone, folder, card, night, phone=True)
        assert phone.evaluate(CONTRAST) == [], card.key


@pytest.mark.parametrize("client", ["anki", "ankidroid"])
def test_no_card_scrolls_sideways_at_390_px(shown: tuple[Path, list[CardPage]], phone: Any, client: str) -> None:
    """AnkiDroid's margins are the wider ones: all cards there, in Anki's window one of each kind."""
    folder, pages = shown
    cards = pages if client == "ankidroid" else one_of_each(pages)
    open_all(phone, folder, cards, night=True, phone=client == "ankidroid")
    assert phone.locator("main > *").count() == len(cards)
    for px in (18, 36):  # the cards' own font size, and twice as much
        phone.evaluate("px => { document.body.style.fontSize = px + 'px' }", px)
        assert phone.evaluate(WIDE) == [], px


def test_labels_are_at_least_9_px_on_a_phone(shown: tuple[Path, list[CardPage]], phone: Any) -> None:
    folder, pages = shown
    redraws = [card for card in pages if card.kind == "redraw" and card.side == "back"]
    assert redraws
    open_all(phone, folder, redraws, night=False, phone=True)
    drawn = phone.evaluate(
        """() => [...document.querySelectorAll('main > *')].map(card => { const i = card.querySelector('.figure img');
             return [card.dataset.name, i.clientWidth, i.naturalWidth]; })"""
    )
    assert [name for name, width, natural in drawn if not natural or 16 * width / natural < 9] == []


def test_masks_hide_tested_nodes_and_no_others(shown: tuple[Path, list[CardPage]], checked: Checked) -> None:
    """By the fields; that a browser draws them where they say is tested apart. The back shows the asked node."""
    for card in (c for c in shown[1] if c.kind == "component"):
        diagram, _, fact = card.key.split("/")
        drawing = checked.drawings[diagram]
        hidden = {c.node for c in checked.curriculum.by_id[diagram].spec.components}
        hidden -= {fact} if card.side == "back" else set()
        boxes = [
            [float(number) / 100 for number in re.findall(r":([-\d.]+)%", style)]
            for style in re.findall(r'class="mask[^"]*" style="([^"]*)"', card.html.partition("<details>")[0])
        ]
        assert len(boxes) == sum(len(drawing.nodes[node]) for node in hidden) >= 1, card.name
        for x, y, width, height in boxes:
            for other in drawing.nodes.keys() - hidden:
                for b in drawing.nodes[other]:
                    inside = x < b.x + b.width / 2 < x + width and y < b.y + b.height / 2 < y + height
                    assert not inside, (card.name, other)


def test_a_page_from_right_to_left_keeps_the_mask_in_place(shown: tuple[Path, list[CardPage]], phone: Any) -> None:
    """As with Anki in Arabic or Hebrew. A line of a card goes in the direction of its own language."""
    folder, pages = shown
    for card in one_of_each(pages):
        open_card(phone, folder, card, night=False, phone=True)
        before = phone.evaluate(MASKS, ".center") if card.kind == "component" else []
        prompt = "e => getComputedStyle(e).textAlign + getComputedStyle(e).unicodeBidi"
        assert phone.locator(".prompt").first.evaluate(prompt) == "startplaintext"
        phone.evaluate("document.documentElement.dir = 'rtl'")
        assert phone.evaluate(OVERFLOW) <= 0, card.key
        if card.kind == "component":
            assert phone.evaluate(MASKS, ".center") == [pytest.approx(box, abs=0.001) for box in before], card.key
        phone.evaluate("document.documentElement.dir = 'ltr'")


def test_no_label_is_clipped_in_any_diagram(browser: Any, checked: Checked) -> None:
    """Texts stay within their node, and within the picture, whatever the device's default font."""
    page = browser.new_page()
    try:
        for name, drawing in checked.drawings.items():
            page.set_content(f"<body style='margin:0;font-family:DejaVu Sans'>{drawing.svg}</body>")
            page.evaluate("() => document.fonts.ready")
            found = page.evaluate(
                """() => { const svg = document.querySelector('svg').getBoundingClientRect();
                  return [...document.querySelectorAll('text')].map(t => { const r = t.getBoundingClientRect();
                    return [t.textContent, r.left - svg.left, r.top - svg.top, r.right - svg.left, r.bottom - svg.top]; }); }"""
            )
            for text, left, top, right, bottom in found:
                assert left >= -1, (name, text)
                assert top >= -1, (name, text)
                assert right <= drawing.width + 1, (name, text)
                assert bottom <= drawing.height + 1, (name, text)
                middle = ((left + right) / 2 / drawing.width, (top + bottom) / 2 / drawing.height)
                for box in [b for boxes in drawing.nodes.values() for b in boxes if b.holds(*middle)]:
                    if any(label.text and text in label.text and label.role == "node" for label in drawing.labels):
                        assert right - left <= box.width * drawing.width + 1, (name, text)
    finally:
        page.close()


def test_cards_hold_no_script_and_no_remote_picture(shown: tuple[Path, list[CardPage]]) -> None:
    for card in shown[1]:
        assert not re.search(r"<script|javascript:|\son\w+=|src=\"https?:", card.html), card.key


def test_node_boxes_are_where_chromium_draws_them(browser: Any, checked: Checked) -> None:
    page = browser.new_page()
    try:
        for name in [d.id for d in checked.curriculum.diagrams][::6]:
            drawing = checked.drawings[name]
            page.set_content(f"<body style='margin:0'>{drawing.svg}</body>")
            drawn = page.evaluate(
                """() => { const s = document.querySelector('svg').getBoundingClientRect();
                  return [...document.querySelectorAll('g.node')].map(g => { const m = g.id.match(/-(?:flowchart|state)-(.+)-\\d+$/);
                    const r = g.getBoundingClientRect(); return m && [m[1], r.left - s.left, r.top - s.top, r.width, r.height]; }); }"""
            )
            for node, left, top, width, height in filter(None, drawn):
                if node in drawing.nodes:
                    box = drawing.nodes[node][0]
                    assert abs(box.x * drawing.width - left) < 2.5, (name, node)
                    assert abs(box.y * drawing.height - top) < 2.5, (name, node)
                    assert abs(box.width * drawing.width - width) < 5, (name, node)
                    assert abs(box.height * drawing.height - height) < 5, (name, node)
    finally:
        page.close()
