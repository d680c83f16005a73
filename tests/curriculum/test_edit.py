"""Texts change in place: the rest of the file stays as its author wrote it."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from atlas_decks.curriculum import load
from atlas_decks.curriculum.edit import edited
from atlas_decks.curriculum.source import Path_, parse
from atlas_decks.project import Project

FILE = """\
# a comment
category: patterns   # and another
sources:
  blog: {title: How we queue, publisher: Acme, year: 2023}
diagrams:
  - id: one
    title: 'It''s plain'
    shows: "said: \\"yes\\""
    prompt: |
      two lines
      of text
    folded: >
      folded
      text
    as_of: 2022
    gains: [first one, "second, one"]
    items:
      - alpha
      - beta   # the second
last: end"""


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("category",), "caches", "category: caches   # and another"),
        (("category",), "a: b", 'category: "a: b"   # and another'),
        (("category",), "yes # no", 'category: "yes # no"   # and another'),
        (
            ("sources", "blog", "title"),
            "Queues, and more",
            '  blog: {title: "Queues, and more", publisher: Acme, year: 2023}',
        ),
        (("diagrams", 0, "title"), "It's new", "    title: 'It''s new'"),
        (("diagrams", 0, "shows"), 'a "b" ü', '    shows: "a \\"b\\" ü"'),
        (("diagrams", 0, "as_of"), "2024", "    as_of: 2024"),
        (("diagrams", 0, "gains", 1), "third", '    gains: [first one, "third"]'),
        (("diagrams", 0, "gains", 0), "with ] in it", '    gains: ["with ] in it", "second, one"]'),
        (("diagrams", 0, "items", 1), "gamma", "      - gamma   # the second"),
        (("last",), "no line end", "last: no line end"),
    ],
)
def test_one_line_changes(path: Path_, value: str, line: str) -> None:
    new, left = edited(FILE, {path: value})
    assert left == []
    changed = [(a, b) for a, b in zip(FILE.split("\n"), new.split("\n"), strict=True) if a != b]
    assert [b for _, b in changed] == [line]


def test_a_block_stays_a_block() -> None:
    new, left = edited(FILE, {("diagrams", 0, "prompt"): "one\nand\nthree"})
    assert left == []
    assert "    prompt: |\n      one\n      and\n      three\n    folded: >" in new
    folded, left = edited(FILE, {("diagrams", 0, "folded"): "new text"})
    assert left == []
    source, _ = parse(folded, "x")
    assert source is not None
    assert source.data["diagrams"][0]["folded"].strip() == "new text"


def test_several_changes_at_once() -> None:
    wanted = {("category",): "a", ("diagrams", 0, "prompt"): "b", ("diagrams", 0, "items", 0): "c", ("last",): "d"}
    new, left = edited(FILE, wanted)
    assert left == []
    source, _ = parse(new, "x")
    assert source is not None
    assert (source.data["category"], source.data["last"]) == ("a", "d")
    assert new.count("#") == FILE.count("#")


@pytest.mark.parametrize("path", [("nothing",), ("sources",), ("diagrams", 5, "id"), ("sources", "blog")])
def test_what_is_no_text_is_left(path: Path_) -> None:
    assert edited(FILE, {path: "x"}) == (FILE, [path])


def test_a_number_stays_one_or_is_left() -> None:
    assert edited(FILE, {("diagrams", 0, "as_of"): "last year"})[0].count("as_of: last year") == 1


def test_every_text_of_the_curriculum_can_be_changed() -> None:
    """One text of each kind in each of some files, each to something that needs care."""
    root = Path(__file__).resolve().parents[2]
    curriculum, _ = load.load(Project(root))
    for diagram in curriculum.diagrams[::12]:
        text = (root / diagram.origin.path).read_text("utf-8")
        paths = [diagram.path(ref.key, ref.number, "prompt") for ref in diagram.facts()] + [diagram.path("shows")]
        new, left = edited(text, dict.fromkeys(paths, 'What: is "this" #1, then?'))
        assert left == []
        lines = [line for line in difflib.ndiff(text.splitlines(), new.splitlines()) if line.startswith("+ ")]
        assert len(lines) == len(paths)
