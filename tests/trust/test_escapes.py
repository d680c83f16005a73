"""Every text of the curriculum is text wherever it goes: guides, descriptions of decks; odd input is said, no bug."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import zipfile
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from atlas_decks.cards.markup import for_description
from atlas_decks.cli import run
from support.sample import ATLAS, QUEUES, Sample

EVIL = "<img src=x onerror=alert(1)> **bold** [a](javascript:x) `code` {{Key}} [sound:x.mp3]"


def rows(package: Path, query: str) -> list[str]:
    with zipfile.ZipFile(package) as archive, tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(archive.extract("collection.anki2", folder))
        return [text for (text,) in connection.execute(query)]


def at(sample: Sample, *arguments: str) -> int:
    return run(["--project", str(sample.root), *arguments])


@pytest.mark.parametrize("title", ["title: Patterns", "title: Final"])
def test_a_title_on_a_guide_is_text(sample: Sample, title: str) -> None:
    sample.edit(title, f"title: '{EVIL}'", ATLAS)
    assert at(sample, "build") == 0
    guides = "".join(rows(sample.root / "decks/atlas-plan.apkg", "SELECT flds FROM notes"))
    assert "&lt;img" in guides
    assert not [mark for mark in ("<img", "{{Key", "[sound:") if mark in guides]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("about: A small curriculum.", f"about: '{EVIL}'"),
        ("title: Foundation,", f"title: '{EVIL}',"),
        ("goal: Core patterns.", f"goal: '{EVIL}'"),
    ],
)
def test_descriptions_of_decks_are_text(old: str, new: str, sample: Sample) -> None:
    sample.edit(old, new, ATLAS)
    assert at(sample, "build") == 0
    (decks,) = rows(sample.root / "decks/atlas-all.apkg", "SELECT decks FROM col")
    shown = [MarkdownIt().render(deck["desc"]) for deck in json.loads(decks).values() if "onerror" in deck["desc"]]
    assert shown
    for html in shown:
        assert "&lt;img src=x onerror=alert(1)&gt; **bold** [a](javascript:x) `code`" in html
        assert not [mark for mark in ("<img", "<a ", "<code", "<strong>bold") if mark in html]


@pytest.mark.parametrize(
    "text", [EVIL, "a_b_c", "1. one", "# head", "a\n\n    code", "\\", "~~~", "&amp; &#60;", "a | b"]
)
def test_markdown_shows_a_text_as_it_is(text: str) -> None:
    shown = MarkdownIt().render(f"About: {for_description(text)}")
    plain = "About: " + " ".join(text.split())
    assert shown == f"<p>{plain.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</p>\n"


@pytest.mark.parametrize("control", ["\\x1f", "\\0", "\\x1b", "\\x7f", "\\x9b", "\\r"])
@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (QUEUES, "title: How we queue", 'title: "How we{} queue"'),
        (QUEUES, "publisher: Acme", 'publisher: "Ac{}me"'),
        (QUEUES, "title: Delta request flow", 'title: "Delta{} request flow"'),
        (QUEUES, "detail: It checks the token.", 'detail: "It checks{} the token."'),
        (ATLAS, "title: Queues,", 'title: "Que{}ues",'),
        (ATLAS, "title: Foundation,", 'title: "Found{}ation",'),
        (ATLAS, "name: Sample Atlas", 'name: "Sample{} Atlas"'),
    ],
)
def test_control_characters_are_said_wherever_they_stand(
    control: str, path: str, old: str, new: str, sample: Sample, capsys: pytest.CaptureFixture[str]
) -> None:
    line = sample.edit(old, new.format(control), path)
    for command in ("check", "build", "list"):
        assert at(sample, command) == 1
        said = "".join(capsys.readouterr())
        assert f"{path}:{line}:" in said
        assert "characters: the character U+00" in said


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("source-known", "        source: blog\n    trade_offs:", "        source: nowhere\n    trade_offs:"),
        ("node-exists", "- node: api", "- node: Unit"),
        ("characters", "detail: It checks the token.", 'detail: "It checks\\u200b the token."'),
    ],
)
def test_what_cards_are_made_by_cannot_be_waived(
    rule: str, old: str, new: str, sample: Sample, capsys: pytest.CaptureFixture[str]
) -> None:
    sample.edit(old, new)
    waiver = f"    exceptions:\n      - {{rule: {rule}, reason: because we want it so}}\n    mermaid: |"
    sample.edit("    mermaid: |", waiver)
    for command in ("check", "build", "preview"):
        assert at(sample, command) == 1
        said = "".join(capsys.readouterr())
        assert f"exception-unknown: there is no exception from `{rule}`" in said
        assert f": {rule}: " in said
