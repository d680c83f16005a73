"""Cards as the real Anki renders them, as pages that a browser can open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atlas_decks.learner.real_anki import collection, import_package


@dataclass(frozen=True)
class CardPage:
    kind: str
    key: str
    side: str
    html: str


def card_pages(package: Path, media_to: Path, keys: set[str] | None = None) -> list[CardPage]:
    """Import a package into Anki and return its cards' sides; the media files are copied to `media_to`."""
    pages: list[CardPage] = []
    with collection() as col:
        import_package(col, package)
        for file in Path(col.media.dir()).iterdir():
            (media_to / file.name).write_bytes(file.read_bytes())
        for card_id in col.find_cards(""):
            card = col.get_card(card_id)
            key = card.note().fields[0]
            if keys is None or key in keys:
                for side, body in (("front", card.question()), ("back", card.answer())):
                    pages.append(CardPage(key.split("/")[1], key, side, body))
    return pages


def page_html(card: CardPage, night: bool, phone: bool) -> str:
    """A page with the classes that Anki puts on its body. https://docs.ankiweb.net/templates/styling.html"""
    classes = "card card1" + (" nightMode night_mode" if night else "") + (" mobile android" if phone else " linux")
    html = "night-mode" if night else ""
    return (
        f'<!doctype html><html class="{html}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"></head>'
        f'<body class="{classes}"><div id="qa">{card.html}</div></body></html>'
    )


def open_card(page: Any, folder: Path, card: CardPage, night: bool, phone: bool) -> None:
    """Show a card; a page that shows one already only swaps its content, which is much faster than loading anew."""
    file = folder / "card.html"
    if page.url != file.as_uri():
        file.write_text(page_html(card, night, phone), "utf-8")
        page.goto(file.as_uri())
        return
    body = re.search(r'<body class="([^"]*)">(.*)</body>', page_html(card, night, phone), re.DOTALL)
    assert body
    page.evaluate("([c, h]) => { document.body.className = c; document.body.innerHTML = h; }", list(body.groups()))
