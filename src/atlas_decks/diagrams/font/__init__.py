"""The embedded font: a subset of Roboto Condensed (Apache License 2.0, see LICENSE.txt beside this file).

The engine measures text as if it were some 12 % narrower than Arial; a condensed face fits inside what it measured.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atlas_decks.diagrams.font.woff2 import Subsetter

_FILE = Path(__file__).with_name("RobotoCondensed-Regular.ttf")


@lru_cache(maxsize=1)
def font_digest() -> str:
    """SHA-256 of the font file; part of every cache key."""
    return hashlib.sha256(_FILE.read_bytes()).hexdigest()


@lru_cache(maxsize=1)
def _subsetter() -> Subsetter:
    from atlas_decks.diagrams.font.woff2 import Subsetter  # brings fontTools along, which a warm build does not need

    return Subsetter(_FILE)


def missing_glyphs(text: str) -> str:
    """The characters of `text` that the font cannot draw, each once, in order."""
    known = _subsetter().characters
    return "".join(dict.fromkeys(c for c in text if ord(c) not in known and not c.isspace()))


@lru_cache(maxsize=4096)
def text_width(text: str, size: float) -> float:
    """The width in px of a line of text set in `size` px; no pair of letters is kerned, as a subset has no kerning."""
    return _subsetter().width(text, size)


def font_face(characters: frozenset[str]) -> str:
    """A CSS `@font-face` rule with the glyphs of `characters` as a woff2 data URL; the same bytes for the same set."""
    data = base64.b64encode(_subsetter().subset(characters)).decode("ascii")
    return f'@font-face{{font-family:"Atlas";src:url(data:font/woff2;base64,{data}) format("woff2")}}'
