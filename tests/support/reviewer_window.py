"""Drives the real Anki's window through cards of a package, offscreen: `python -m support.reviewer_window PACKAGE FOLDER`.

Needs the extra `[reviewer]`. Of every template in use it shows the cards with the tallest and the widest picture, front
and back, in light and night, in the window that a new profile gets and at the width of a phone. The folder gets a PNG
of each and `results.json`: a list of {card, side, theme, window, width, height, faults, measured}.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"  # it needs rights that a container does not give
os.environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", "--no-sandbox --disable-gpu")
os.environ["LANG"] = "en_US.UTF-8"

import aqt
import numpy as np
from aqt.profiles import ProfileManager
from aqt.qt import QEventLoop, QImage, QTimer
from aqt.theme import Theme, theme_manager

from support.placement import MEASURE

PHONE = (400, 640)  # px of the page; no window of Anki is narrower
OFF = 1  # px that a mask may be off its place
PATIENCE = 30  # seconds for a page to show what it was told to
FRAMES = 5  # seconds in which a change of the page is painted
# a picture as large as the real one, with its root, and a spot where a mask should be
_SPOT = """([figure, index, root]) => {
  const f = document.querySelectorAll('#qa .figure')[figure], img = f.querySelector('img');
  const marks = [...f.querySelectorAll('.mask, .ring, .stop')], s = n => marks[index].style[n];
  document.querySelectorAll('#qa .figure').forEach(e => e.style.visibility = e === f ? 'visible' : 'hidden');
  f.querySelectorAll('.mask, .ring, .stop, .route').forEach(m => m.style.visibility = 'hidden');
  img.style.filter = 'none';
  const box = root.match(/viewBox="([^"]*)"/)[1].split(/[ ,]+/).map(Number), part = (n, i) => parseFloat(s(n)) / 100 * box[i];
  const spot = `<rect x="${box[0] + part('left', 2)}" y="${box[1] + part('top', 3)}" width="${part('width', 2)}" height="${part('height', 3)}" fill="#ff00ff"/>`;
  img.src = 'data:image/svg+xml,' + encodeURIComponent(root + spot + '</svg>');
  f.scrollIntoView({block: 'center'});
  return true;
}"""
_PLACE = """([figure, index]) => { const f = document.querySelectorAll('#qa .figure')[figure];
  const i = f.querySelector('img'); if (!i.complete || !i.src.startsWith('data:')) return null;
  const r = f.querySelectorAll('.mask, .ring, .stop')[index].getBoundingClientRect();
  const port = (f.closest('.large') || document.documentElement).getBoundingClientRect();
  const place = [r.left, r.top, r.right, r.bottom].map(Math.round);
  const inside = place[0] >= Math.max(0, port.left) && place[2] <= port.right && place[1] >= 0 && place[3] <= innerHeight;
  return {place, inside}; }"""  # whole px, as it is painted
_MARKS = """() => [...document.querySelectorAll('#qa .figure')].map(f => f.offsetWidth ? [f.querySelector('img').src, f.querySelectorAll('.mask, .ring, .stop').length] : ['', 0])"""

_EDGE = 4  # px of a mask's border and round corners
_MARKED = 0.5  # part of a mask that is left of one color by its question mark
# left, top, right and bottom of the masks that are whole in view, and whether it is the asked one
_MASKS = """() => [...document.querySelectorAll('#qa .mask')].map(m => [m.getBoundingClientRect(), m])
  .filter(([r, m]) => r.width && r.left >= 0 && r.top >= 0 && r.right <= innerWidth && r.bottom <= innerHeight && !m.closest('.large'))
  .map(([r, m]) => [Math.ceil(r.left), Math.ceil(r.top), Math.floor(r.right), Math.floor(r.bottom), m.matches('.wanted')])"""


class Window:
    """Anki's main window with a new profile in a temporary folder."""

    def __init__(self, base: str) -> None:
        profiles = ProfileManager(Path(base).resolve())
        profiles.setupMeta()
        profiles.set_update_check(False)
        profiles.setLang("en_US")  # else it would be asked for
        profiles.db.close()
        self.app = aqt._run(["anki", "-b", base], exec=False)
        assert self.app
        assert aqt.mw
        self.mw = aqt.mw
        self.until(lambda: self.mw.col is not None and self.mw.state == "deckBrowser", "the list of decks")

    def rest(self, seconds: float = 0.02) -> None:
        """Let Qt work."""
        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()

    def until(self, true: Callable[[], Any], what: str) -> Any:
        """Wait for something to be true, and return it."""
        end = time.monotonic() + PATIENCE
        while not (value := true()):
            if time.monotonic() > end:
                raise TimeoutError(f"waited for {what}")
            self.rest()
        return value

    def js(self, function: str, argument: object = None) -> Any:
        """Call a JavaScript function in the page of the card."""
        answer: list[Any] = []
        self.mw.web.page().runJavaScript(f"JSON.stringify(({function})({json.dumps(argument)}))", answer.append)
        self.until(lambda: answer, "the page's answer")
        return json.loads(answer[0]) if answer[0] else None

    def resize(self, width: int, height: int) -> None:
        """Make the page of the card that large, in px."""
        for _ in range(3):
            now = self.mw.web.size()
            if (now.width(), now.height()) == (width, height):
                return
            self.mw.resize(self.mw.width() + width - now.width(), self.mw.height() + height - now.height())
            self.rest(0.1)

    def theme(self, night: bool) -> None:
        """Switch between light and night."""
        self.mw.pm.set_theme(Theme.DARK if night else Theme.LIGHT)
        theme_manager.apply_style()

    def picture(self) -> QImage:
        """What the page of the card shows."""
        before, end = b"", time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.rest(0.08)
            image = self.mw.web.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
            bits = image.constBits()
            assert bits
            data = bits.asstring(image.sizeInBytes())
            if data == before:
                return image
            before = data
        raise TimeoutError("the picture does not come to rest")

    def show(self, card: int) -> None:
        """Show the front of a card: the only one of a filtered deck that is being studied."""
        col = self.mw.col
        deck = col.sched.get_or_create_filtered_deck(next((d["id"] for d in col.decks.all() if d["dyn"]), 0))
        deck.config.reschedule = False
        del deck.config.search_terms[1:]
        deck.config.search_terms[0].search = f"cid:{card}"
        col.sched.add_or_update_filtered_deck(deck)
        col.decks.set_current(next(d["id"] for d in col.decks.all() if d["dyn"]))
        if self.mw.state == "review":
            self._renew(self.mw.reviewer.nextCard)
        else:
            self.mw.moveToState("overview")  # as a click on the deck, and below one on Study now
            self.until(lambda: self.js("() => !!document.getElementById('study')"), "the button Study now")
            self.rest(0.3)
            self.mw.moveToState("review")
        self.until(lambda: self.mw.reviewer.card and self.mw.reviewer.card.id == card, "the card")
        self._settle()

    def turn(self, back: bool = True) -> None:
        """Show the back, or the front again."""
        self._renew(self.mw.reviewer._showAnswer if back else self.mw.reviewer._showQuestion)
        self._settle()

    def _renew(self, action: Callable[[], None]) -> None:
        """Do what replaces the content of the page, and wait until it is replaced."""
        self.js("() => { document.getElementById('qa').firstElementChild.dataset.old = 1; return 1; }")
        action()
        self.until(lambda: self.js("() => !document.querySelector('#qa [data-old]')"), "the other side")

    def _settle(self) -> None:
        shown = """() => { const q = document.getElementById('qa');
          return !!q && !!q.querySelector('.atlas') && getComputedStyle(q).opacity === '1' && [...q.querySelectorAll('img')].every(i => i.complete && i.naturalWidth); }"""
        self.until(lambda: self.js(shown), "the card to be drawn")


def main(package: Path, folder: Path) -> None:
    """Go through the cards and write what was found."""
    folder.mkdir(parents=True, exist_ok=True)
    results: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="atlas-reviewer-") as base:
        window = Window(base)
        _import(window, package)
        cards = list(_cards(window.mw.col))
        for theme in ("light", "night"):
            window.theme(theme == "night")
            for name in ("default", "phone"):
                if name == "phone":
                    before = (window.mw.web.width(), window.mw.web.height())
                for card, key in cards:
                    window.show(card)
                    if name == "phone":
                        window.resize(*PHONE)
                    for side in ("front", "back"):
                        if side == "back":
                            window.turn()
                        window.picture().save(str(folder / f"{key.replace('/', '-')}-{side}-{theme}-{name}.png"))
                        found = _measure(window, again=lambda s=side: window.turn(s == "back"))
                        size = window.js("() => [innerWidth, innerHeight]")
                        results.append(
                            {"card": key, "side": side, "theme": theme, "window": name}
                            | {"width": size[0], "height": size[1], **found}
                        )
            window.resize(*before)
        (folder / "results.json").write_text(json.dumps(results, indent=1), "utf-8")
        sys.stdout.flush()
        os._exit(0)  # Anki's own end waits for a media check and a backup that nobody needs


def _import(window: Window, package: Path) -> None:
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

    options = ImportAnkiPackageOptions(merge_notetypes=False, update_notes=0, update_notetypes=0)
    window.mw.col.import_anki_package(ImportAnkiPackageRequest(package_path=str(package), options=options))
    window.mw.reset()


def _cards(col: Any) -> Iterator[tuple[int, str]]:
    """(card id, name) of the cards with the tallest and the widest picture of each template."""
    found: dict[tuple[str, str], list[tuple[float, int, str]]] = {}
    for card_id, ordinal, model, fields in col.db.all(
        "SELECT c.id, c.ord, n.mid, n.flds FROM cards c JOIN notes n ON n.id = c.nid ORDER BY c.id"
    ):
        note_type = col.models.get(model)
        template = note_type["tmpls"][ordinal if note_type["type"] == 0 else 0]["name"]
        size = re.search(r'<img [^>]*width="(\d+)" height="(\d+)"', fields)
        shape = int(size[2]) / int(size[1]) if size else 0
        key = fields.partition("\x1f")[0]
        found.setdefault((note_type["name"], template), []).append((shape, card_id, f"{key}/{template}"))
    for cards in found.values():
        for _, card_id, key in {min(cards), max(cards)}:
            yield card_id, key


def _measure(window: Window, again: Callable[[], None]) -> dict[str, Any]:
    """Faults by the page's own geometry, and by the pixels of a spot that is drawn where each mask should be."""
    window.js("() => { document.querySelectorAll('#qa details').forEach(d => d.open = true); return 1; }")
    window.rest(0.05)
    marks = window.js(_MARKS)
    roots = [_root(window.mw.col, source) if source else "" for source, _ in marks]
    stretched = all('preserveAspectRatio="none"' in root for root in roots if root)
    faults = [text for _, text in window.js(MEASURE, ["#qa", {}, stretched, OFF])]
    faults += _see_through(window)
    measured = 0
    for figure, (_, count) in enumerate(marks):
        for index in range(count):
            window.js(_SPOT, [figure, index, roots[figure]])
            found = window.until(lambda f=figure, i=index: window.js(_PLACE, [f, i]), "the spot")
            if not found["inside"]:
                continue  # a larger picture reaches out of its frame or of the window
            measured += 1
            if fault := _misplaced(window, found["place"]):
                faults.append(f"figure {figure}, mark {index}: {fault}")
    if any(count for _, count in marks):
        again()
    return {"faults": faults, "measured": measured}


def _misplaced(window: Window, place: list[int]) -> str:
    """Where the spot is drawn, if it is not at its place in px; a frame may come late, so it gets some time."""
    end, seen = time.monotonic() + FRAMES, None
    while time.monotonic() < end:
        seen = _spot(window.picture())
        if seen and max(abs(a - b) for a, b in zip(seen, place, strict=True)) <= OFF:
            return ""
    return f"drawn at {seen}, marked at {place}"


def _root(col: Any, source: str) -> str:
    """The opening tag of the picture's SVG."""
    text = (Path(col.media.dir()) / source.rpartition("/")[2]).read_text("utf-8")
    root = re.search(r"<svg [^>]*>", text)
    assert root
    return root[0]


def _see_through(window: Window) -> list[str]:
    """Masks in view whose inside is not all of one color, but for the question mark in the middle of one."""
    window.js("() => { document.querySelector('#qa .mask')?.scrollIntoView({block: 'center'}); return 1; }")
    window.rest(0.05)
    places = window.js(_MASKS)
    if not places:
        return []
    pixels, faults = _pixels(window.picture()), []
    for left, top, right, bottom, asked in places:
        inside = pixels[top + _EDGE : bottom - _EDGE, left + _EDGE : right - _EDGE, :3].reshape(-1, 3)
        same = (inside == inside[0]).all(axis=1).mean() if len(inside) else 1
        if same < (_MARKED if asked else 1):
            faults.append(f"a mask at {left}, {top} is of one color in {same:.0%} of its inside")
    return faults


def _pixels(image: QImage) -> Any:
    """The picture as an array: rows, columns, and blue, green, red, nothing."""
    bits = image.constBits()
    assert bits
    rows = np.frombuffer(bits.asstring(image.sizeInBytes()), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 4].reshape(image.height(), image.width(), 4)


def _spot(image: QImage) -> list[float] | None:
    """Left, top, right and bottom of the magenta spot in px; None where there is none."""
    pixels = _pixels(image)
    spot = (pixels[:, :, 0] > 200) & (pixels[:, :, 1] < 60) & (pixels[:, :, 2] > 200)
    if not spot.any():
        return None
    ys, xs = np.nonzero(spot.any(axis=1))[0], np.nonzero(spot.any(axis=0))[0]
    return [float(xs[0]), float(ys[0]), float(xs[-1] + 1), float(ys[-1] + 1)]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
