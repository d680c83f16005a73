"""Cards as the real Anki renders them, as pages that a browser can open, in the style sheets of the clients."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from atlas_decks.learner.real_anki import import_package, temporary_collection

Client = Literal["anki", "ankidroid"]
# AnkiDroid's rules for pages and pictures, in the form of its flashcard.css and stricter: a cap on every picture
# https://github.com/ankidroid/Anki-Android/blob/main/AnkiDroid/src/main/assets/flashcard.css
_ANKIDROID = """body { margin: 0; padding: 0; overflow-wrap: break-word; }
li { text-align: start; }
#content { margin: 0.5em; }
img, .chrome img { max-width: 100%; max-height: 100%; }
.chrome #content img { max-height: 90vh; }"""


@dataclass(frozen=True)
class CardPage:
    kind: str
    key: str
    side: str
    html: str


def card_pages(package: Path, media_to: Path, keys: set[str] | None = None) -> list[CardPage]:
    """Import a package into Anki and return its cards' sides; the media files are copied to `media_to`."""
    pages: list[CardPage] = []
    with temporary_collection() as col:
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


@cache
def sheets(client: Client) -> str:
    """The style sheets that stand before a card's own: those of the installed Anki, or rules like AnkiDroid's.

    Anki's are read from the package `aqt`, which is not imported: Reviewer._initWeb names them.
    """
    if client == "ankidroid":
        return _ANKIDROID
    spec = importlib.util.find_spec("_aqt")
    assert spec, "Anki's style sheets are missing: pip install --no-deps -c constraints.txt aqt"
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0]) / "data/web/css"
    return "\n".join((folder / f"{name}.css").read_text("utf-8") for name in ("webview", "reviewer"))


def page_html(card: CardPage, night: bool, phone: bool) -> str:
    """A page as the client makes it: Anki's window, or on a phone AnkiDroid's.

    Classes of the body: https://docs.ankiweb.net/templates/styling.html
    """
    return whole_page(f'<div id="{"content" if phone else "qa"}" dir="auto">{card.html}</div>', night, phone)


def whole_page(body: str, night: bool, phone: bool) -> str:
    """The page around one card or several."""
    html = "mobile android linux js chrome" if phone else "night-mode" if night else ""
    classes = "card card1" + (" nightMode night_mode" if night else "") + ("" if phone else " isLin fancy")
    return (
        f'<!doctype html><html class="{html}" dir="ltr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{sheets('ankidroid' if phone else 'anki')}</style></head>"
        f'<body class="{classes}">{body}</body></html>'
    )


def open_card(page: Any, folder: Path, card: CardPage, night: bool, phone: bool) -> None:
    """Show a card; a page that shows one already only swaps its content, which is much faster than loading anew."""
    file = folder / f"card-{'phone' if phone else 'desktop'}.html"
    if page.url != file.as_uri():
        file.write_text(page_html(card, night, phone), "utf-8")
        page.goto(file.as_uri())
        return
    html, classes, body = re.search(  # type: ignore[union-attr]
        r'<html class="([^"]*)".*<body class="([^"]*)">(.*)</body>', page_html(card, night, phone), re.DOTALL
    ).groups()
    page.evaluate(
        "([h, c, b]) => { document.documentElement.className = h; document.body.className = c; document.body.innerHTML = b; }",
        [html, classes, body],
    )
