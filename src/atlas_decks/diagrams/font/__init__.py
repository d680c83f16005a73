"""The embedded font: a subset of Roboto Condensed (Apache License 2.0, see LICENSE.txt beside this file).

The engine measures text as if it were some 12 % narrower than Arial; a condensed face fits inside what it measured.
Writing that the font lacks (Han, kana, Hangul, Arabic and others) is left to the device's fonts, of which every system
has one for each script in use; the engine measures such letters as an em or wider than they are.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atlas_decks.diagrams.font.woff2 import Subsetter

# What a device's own fonts draw: letters, marks, digits and punctuation of the scripts in use, in black on any system.
# Those lie in the Basic Multilingual Plane and, for rare Han, in planes 2 and 3 (https://www.unicode.org/roadmaps/).
# Symbols are not among them: arrows and emoji look otherwise on each device, or are missing.
_WRITING = frozenset("LMNP")
_IN_USE = (range(0x10000), range(0x20000, 0x40000))
_JOINERS = "\u200c\u200d"  # between letters of Persian and of Indian scripts; nothing is drawn
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
    """The characters of `text` that neither the font nor a device's own is sure to draw, each once, in order."""
    known = _subsetter().characters
    lacking = dict.fromkeys(c for c in text if ord(c) not in known and not c.isspace())
    return "".join(c for c in lacking if not _of_the_device(c))


def _of_the_device(char: str) -> bool:
    """Whether a character is left to the device's own fonts."""
    written = unicodedata.category(char)[0] in _WRITING and any(ord(char) in plane for plane in _IN_USE)
    return written or char in _JOINERS


@lru_cache(maxsize=4096)
def text_width(text: str, size: float) -> float:
    """The width in px of a line of text set in `size` px; no pair of letters is kerned, as a subset has no kerning."""
    return _subsetter().width(text, size)


def font_face(characters: frozenset[str]) -> str:
    """A CSS `@font-face` rule with the glyphs of `characters` as a woff2 data URL; the same bytes for the same set."""
    data = base64.b64encode(_subsetter().subset(characters)).decode("ascii")
    return f'@font-face{{font-family:"Atlas";src:url(data:font/woff2;base64,{data}) format("woff2")}}'
