"""The way back from the HTML of a field to the text of the curriculum."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_decks.cards.kinds import texts_of as texts_of_fact
from atlas_decks.cards.markup import plain, rich
from atlas_decks.cards.unmarked import texts_of
from atlas_decks.curriculum import load
from atlas_decks.project import Project


def test_every_text_of_the_curriculum_comes_back() -> None:
    curriculum, _ = load.load(Project(Path(__file__).resolve().parents[2]))
    count = 0
    for diagram in curriculum.diagrams:
        for ref in diagram.facts():
            for text in texts_of_fact(ref):
                assert texts_of(str(rich(text.text))) == [text.text.strip()]
                count += 1
    assert count > 4000


@pytest.mark.parametrize(
    ("field", "texts"),
    [
        ("", []),
        ("  <br> ", []),
        ("a&nbsp;b", ["a b"]),
        ("one<div>two</div><div>three</div>", ["one\ntwo\nthree"]),
        ("<p>one</p><p>two</p>", ["one\ntwo"]),
        ("one<br><br>two", ["one\ntwo"]),
        ("<b>40</b> <u>ms</u>", ["40 ms"]),
        ("use <code>SETNX</code>, <i>not</i> SET", ["use `SETNX`, *not* SET"]),
        ("<ul><li>one</li><li>two <em>2</em></li></ul>", ["one", "two *2*"]),
        ("a &lt; b &amp; c", ["a < b & c"]),
        ("x<!-- y -->z", ["xz"]),
        ("<span style='color: red'>p99</span> of\n40 ms", ["p99 of 40 ms"]),
        ("a<script>x</script>b<style>y</style>", ["ab"]),
        ("</div></div>a", ["a"]),
    ],
)
def test_what_the_editor_leaves_is_read(field: str, texts: list[str]) -> None:
    assert texts_of(field) == texts


@given(st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zs", "Zl", "Zp"))))
def test_plain_text_comes_back(text: str) -> None:
    assert texts_of(str(plain(text))) == ([text.strip()] if text.strip() else [])
