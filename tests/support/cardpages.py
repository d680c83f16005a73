"""Cards as the real Anki renders them, as pages that a browser can open, in the style sheets of the clients."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from atlas_decks.cards.kinds import KINDS
from atlas_decks.learner.real_anki import import_package, temporary_collection

Client = Literal["anki", "ankidroid"]
# AnkiDroid's rules for pages and pictures, in the form of its flashcard.css and stricter: a cap on every picture
# https://github.com/ankidroid/Anki-Android/blob/main/AnkiDroid/src/main/assets/flashcard.css
_ANKIDROID = """body { margin: 0; padding: 0; overflow-wrap: break-word; }
li { text-align: start; }
#content { margin: 0.5em; }
img, .chrome img { max-width: 100%; max-height: 100%; }
.chrome #content img { max-height: 90vh; }"""

_STACK = """body > main { display: grid; grid-template-columns: minmax(0, 1fr); align-items: start }
body > main > * { grid-area: 1 / 1; min-width: 0; visibility: hidden }"""

# WCAG 2.2 contrast of every text with its background, https://www.w3.org/TR/WCAG22/#contrast-minimum
CONTRAST = """() => {
  const parse = c => { const m = c.match(/[\\d.]+/g).map(Number); return {rgb: m.slice(0, 3), a: m.length > 3 ? m[3] : 1}; };
  const lum = rgb => { const [r, g, b] = rgb.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b; };
  const ground = e => { while (e) { const c = parse(getComputedStyle(e).backgroundColor); if (c.a > 0.5) return c.rgb; e = e.parentElement; } return [255, 255, 255]; };
  const poor = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || e.tagName === 'STYLE') continue;
    const a = lum(parse(getComputedStyle(e).color).rgb), b = lum(ground(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.push(e.className + ' ' + e.tagName + ' ' + ratio.toFixed(2) + ' ' + e.textContent.slice(0, 30));
  }
  return poor;
}"""
# cards whose content reaches out of the page
WIDE = """() => { const page = document.documentElement.clientWidth; return [...document.querySelectorAll('main > *')]
  .filter(c => c.getBoundingClientRect().left + c.scrollWidth > page + 0.5).map(c => c.dataset.name); }"""


@dataclass(frozen=True)
class CardPage:
    kind: str
    template: str
    key: str
    side: str
    html: str

    @property
    def name(self) -> str:
        """What a failing test calls it."""
        return f"{self.key} {self.template} {self.side}"


def card_pages(package: Path, media_to: Path, wanted: Callable[[str], bool] = lambda _: True) -> list[CardPage]:
    """Import a package into Anki and return the sides of the cards whose notes are wanted.

    `wanted` is asked with the fields of a note as they are stored, the key first. The media files are copied to
    `media_to`.
    """
    pages: list[CardPage] = []
    with temporary_collection() as col:
        import_package(col, package)
        for file in Path(col.media.dir()).iterdir():
            (media_to / file.name).write_bytes(file.read_bytes())
        for card_id, fields in col.db.all(
            "SELECT c.id, n.flds FROM cards c JOIN notes n ON n.id = c.nid ORDER BY c.id"
        ):
            if wanted(fields):
                key = fields.partition("\x1f")[0]
                card = col.get_card(card_id)
                shown = (key.split("/")[1], card.template()["name"], key)
                pages += [CardPage(*shown, "front", card.question()), CardPage(*shown, "back", card.answer())]
    return pages


def one_of_each(pages: Iterable[CardPage]) -> list[CardPage]:
    """Front and back of the first card of every template in use, all of which must be there."""
    picked: dict[tuple[str, str, str], CardPage] = {}
    for page in pages:
        picked.setdefault((page.kind, page.template, page.side), page)
    in_use = {(slug, card.name) for slug, kind in KINDS.items() for card in kind.cards}
    assert {(kind, template) for kind, template, _ in picked} == in_use
    assert len(picked) == 2 * len(in_use)
    return list(picked.values())


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


def open_all(page: Any, folder: Path, cards: list[CardPage], night: bool, phone: bool) -> None:
    """Show all cards in one page, with everything unfolded, so that one layout serves to measure them all.

    They lie one above another in the same cell of a grid and are not painted. Each is a child of `main` with its name
    in `data-name`. The style sheet, which each card brings along, stands there once.
    """
    style = re.search(r"<style>.*?</style>", cards[0].html, re.DOTALL)
    assert style
    name = "content" if phone else "qa"
    bodies = "".join(
        f'<div id="{name}" dir="auto" data-name="{card.name}">'
        + card.html.replace(style[0], "").replace("<details>", "<details open>")
        + "</div>"
        for card in cards
    )
    file = folder / f"all-{name}-{night}.html"
    file.write_text(whole_page(f"<style>{_STACK}</style>{style[0]}<main>{bodies}</main>", night, phone), "utf-8")
    page.goto(file.as_uri())
