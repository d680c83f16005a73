"""The embedded subsets: the outlines of the font, nothing else, readable by others."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from atlas_decks.diagrams import font
from atlas_decks.diagrams.font.woff2 import Subsetter

FILE = Path(font.__file__).with_name("RobotoCondensed-Regular.ttf")
TEXTS = ["", "A", "Write-ahead log (v2): 99.9 %", "é ü ñ Å ß œ", "→ ≤ ≥ × µ – — … “x”", "0123456789[] "]


def _outline(file: TTFont, name: str) -> Any:
    glyphs = file.getGlyphSet()
    pen = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(pen)
    return [(step, [(x, y) for x, y in filter(None, points)]) for step, points in pen.value]


def _same(one: Any, other: Any) -> bool:
    """Equal but for the rounding of a scaled part, half a unit of 2,048 an em."""
    return [step for step, _ in one] == [step for step, _ in other] and all(
        abs(a - b) <= 0.5
        for (_, p), (_, q) in zip(one, other, strict=True)
        for a, b in zip(sum(p, ()), sum(q, ()), strict=True)
    )


@pytest.mark.parametrize("text", TEXTS)
def test_a_subset_has_the_outlines_and_widths_of_the_font(text: str) -> None:
    subset, whole = TTFont(io.BytesIO(Subsetter(FILE).subset(text))), TTFont(FILE)
    there, here = whole.getBestCmap(), subset.getBestCmap() or {}
    assert set(here) == {ord(c) for c in text} & set(there)
    for point, name in here.items():
        assert _same(_outline(subset, name), _outline(whole, there[point])), chr(point)
        assert subset["hmtx"][name][0] == whole["hmtx"][there[point]][0], chr(point)
    assert len(subset["glyf"].glyphs) == len(set(here)) + 1


def test_a_subset_depends_on_the_characters_alone() -> None:
    one, other = Subsetter(FILE), Subsetter(FILE)
    other.subset("zyx")
    assert one.subset("abc") == other.subset("cba")


def test_what_the_font_lacks_is_said() -> None:
    assert font.missing_glyphs("Zürich 漢 → a😀漢") == "→😀"


@pytest.mark.parametrize(
    "text", ["数据库：锁？", "قاعدة البيانات، ٥", "می\u200cخواهم", "डेटाबेस", "תור", "データベース", "데이터", "𠮷"]
)
def test_writing_of_any_script_in_use_is_left_to_the_device(text: str) -> None:
    assert font.missing_glyphs(text) == ""


@pytest.mark.parametrize("char", "→😀♥\ue000\u202e𓂀")
def test_symbols_and_dead_scripts_are_not(char: str) -> None:
    assert font.missing_glyphs(f"a{char}") == char


@pytest.mark.browser
def test_chromium_draws_with_it(browser: Any) -> None:
    page = browser.new_page()
    try:
        page.set_content(
            f"<style>{font.font_face(frozenset('Write-ahead log é'))}</style>"
            '<span id="a" style="font:100px Atlas">Write-ahead log é</span>'
        )
        assert page.evaluate("async () => (await document.fonts.load('100px Atlas')).length") == 1
        whole = TTFont(FILE)
        wanted = sum(whole["hmtx"][whole.getBestCmap()[ord(c)]][0] for c in "Write-ahead log é")
        width = page.evaluate("document.getElementById('a').getBoundingClientRect().width")
        assert width == pytest.approx(wanted * 100 / whole["head"].unitsPerEm, abs=1)
    finally:
        page.close()
