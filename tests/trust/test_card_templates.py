"""Slips in a project's own templates: found by `check` and refused by `build` and `release`, before a review is lost."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.cards.sides import shows
from atlas_decks.cli import main
from atlas_decks.project import default_templates
from support.sample import Sample


def run(sample: Sample, *arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["atlas-decks", "--project", str(sample.root), *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    return int(ended.value.code or 0)


METRIC = '<div>{{Breadcrumb}}</div>\n<div class="prompt">{{Prompt}}</div>\n'
SLIPS = [  # front of the metric, and where and what is said
    ("<p>\n  {{Prompts}}</p>", "2:3: template-field: no field `Prompts`", "did you mean {{Prompt}}?"),
    ("<p>{{prompt}}</p>", "1:4: template-field: no field `prompt`", "did you mean {{Prompt}}?"),
    ("{{Prompt}}{{Prompts}} {{Prompts}}", "1:11: template-field: no field `Prompts`", ""),
    ("{{#Formulas}}{{Prompt}}{{/Formulas}}", "1:1: template-field: no field `Formulas`", "{{#Formula}}"),
    ("{{#Formula}}{{Prompt}}", "1:1: template-field: `{{#Formula}}` is not closed", "{{/Formula}}"),
    ("{{Prompt}}{{/Formula}}", "1:11: template-field: `{{/Formula}}` closes a section", ""),
    ("{{Prompt}}{{/Retired}}{{#Prompt}}", "1:11: template-field: `{{/Retired}}` closes a section", ""),
    ("{{#Basis}}{{#Formula}}{{Prompt}}{{/Basis}}{{/Formula}}", "1:33: template-field: `{{/Basis}}` closes", ""),
    ("{{Prompt} }", "1:1: template-field: a field is opened and not closed", "}}"),
    ("{{FrontSide}}{{Prompt}}", "1:1: template-field: no field `FrontSide`", ""),
    ("{{cloze:Prompt}}", "1:1: template-field: Anki has no filter `cloze`", ""),
    ("{{Prompt}}<!-- {{Prompt}} -->", "1:1: template-field: a field within a comment", ""),
    ("<p>How much?</p>", "1:1: template-field: shows no field that is always filled", "{{Prompt}}"),
    ("{{#Formula}}{{Prompt}}{{/Formula}}", "1:1: template-field: shows no field that is always filled", ""),
    ("{{#Retired}}{{Prompt}}{{/Retired}}", "1:1: template-field: shows no field that is always filled", ""),
    ("{{^Prompt}}{{Title}}{{/Prompt}}", "1:1: template-field: shows no field that is always filled", ""),
    ("{{Note}} {{Tags}} {{Card}}", "1:1: template-field: shows no field that is always filled", ""),
]


@pytest.mark.parametrize("command", ["check", "build", "release"])
@pytest.mark.parametrize(("front", "said", "hint"), SLIPS)
def test_a_slip_in_a_front_is_found_where_it_stands(
    command: str, front: str, said: str, hint: str, sample: Sample, capsys: pytest.CaptureFixture[str]
) -> None:
    sample.write(front, "templates/metric/front.html")
    assert run(sample, command) == 1
    out = "".join(capsys.readouterr())
    assert f"templates/metric/front.html:{said}" in out
    assert hint in out
    assert not (sample.root / "decks" / "ledger.jsonl").exists()


def test_a_slip_in_a_part_is_found_there(sample: Sample, capsys: pytest.CaptureFixture[str]) -> None:
    sample.write("<p>\n{{Sorce}}</p>", "templates/_foot.html")
    assert run(sample, "check") == 1
    assert "templates/_foot.html:2:1: template-field: no field `Sorce`" in capsys.readouterr().out


def test_a_back_without_a_field_is_found(sample: Sample, capsys: pytest.CaptureFixture[str]) -> None:
    sample.write("<p>The answer.</p>", "templates/trade-off/other/back.html")
    assert run(sample, "check") == 1
    assert "templates/trade-off/other/back.html:1:1: template-field: shows no field" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["metric/front.html", "metric/back.html", "card.css", "fields/picture.html"])
@pytest.mark.parametrize("text", ["", "\n \n"])
def test_an_empty_file_is_found(name: str, text: str, sample: Sample, capsys: pytest.CaptureFixture[str]) -> None:
    sample.write(text, f"templates/{name}")
    assert run(sample, "build") == 1
    assert f"templates/{name}: template-empty" in capsys.readouterr().err


def test_a_part_may_be_left_empty(sample: Sample) -> None:
    sample.write("", "templates/_foot.html")
    assert run(sample, "check", "--strict") == 0


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("metrics/front.html", "templates/metric/front.html"),
        ("metric/fornt.html", "templates/metric/front.html"),
        ("Card.css", "templates/card.css"),
        ("metric/front.HTML", "templates/metric/front.html"),
    ],
)
def test_a_name_that_is_never_used_is_found(
    name: str, near: str, sample: Sample, capsys: pytest.CaptureFixture[str]
) -> None:
    sample.write(METRIC, f"templates/{name}")
    for command in ("check", "build"):
        assert run(sample, command) == 1
        out = "".join(capsys.readouterr())
        assert f"templates/{name}: template-unknown" in out
        assert f"did you mean {near}?" in out


def test_own_parts_and_notes_beside_the_templates_are_no_fault(sample: Sample) -> None:
    sample.write("<b>{{Prompt}}</b>", "templates/parts/asked.html")
    sample.write('[% include "parts/asked.html" %]', "templates/metric/front.html")
    sample.write("how this is made", "templates/README.md")
    assert run(sample, "check", "--strict") == 0


def test_dead_links_are_found(sample: Sample, capsys: pytest.CaptureFixture[str]) -> None:
    (sample.root / "templates").mkdir()
    (sample.root / "templates" / "card.css").symlink_to("gone.css")
    for command in ("check", "build", "release"):
        assert run(sample, command) == 1
        assert "templates/card.css: template-unread: a link that leads nowhere" in "".join(capsys.readouterr())
    (sample.root / "templates" / "card.css").unlink()
    (sample.root / "templates").rmdir()
    (sample.root / "templates").symlink_to("gone")
    assert run(sample, "check") == 1


@pytest.mark.parametrize("place", ["templates", "templates/metric", "templates/metric/front.html"])
def test_what_cannot_be_read_is_found(
    place: str, sample: Sample, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also after a build, with everything stored."""
    sample.write(METRIC, "templates/metric/front.html")
    assert run(sample, "build") == 0
    refused = str(sample.root / place)

    def refuse(original: Any) -> Any:
        def opening(path: Any, *arguments: Any, **more: Any) -> Any:
            if str(path) == refused:
                raise PermissionError(13, "Permission denied", refused)
            return original(path, *arguments, **more)

        return opening

    monkeypatch.setattr(os, "scandir", refuse(os.scandir))
    monkeypatch.setattr(os, "open", refuse(os.open))
    monkeypatch.setattr(Path, "read_bytes", refuse(Path.read_bytes))
    for command in ("check", "build"):
        assert run(sample, command) == 1
        assert f"{place}: template-unread: cannot be read (Permission denied)" in "".join(capsys.readouterr())


def test_the_templates_of_the_tool_and_a_full_copy_of_them_are_sound(sample: Sample) -> None:
    assert run(sample, "check", "--strict") == 0
    shutil.copytree(default_templates(), sample.root / "templates")
    assert run(sample, "check", "--strict") == 0
    assert run(sample, "release", "--dry-run") == 0


def test_templates_are_judged_once(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    from atlas_decks.compiled import survey

    assert run(sample, "build") == 0
    monkeypatch.setattr(survey, "judge_cards", lambda *_: pytest.fail("judged again"))
    assert run(sample, "build") == 0


def test_a_release_looks_at_the_front_of_each_card(
    sample: Sample, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A front whose fields are filled as a rule, and empty on one note."""
    from atlas_decks.compiled import survey

    monkeypatch.setattr(survey, "judge_cards", lambda *_: [])  # what it judges in general is not looked at here
    sample.write("{{#Containment}}{{Detection}}{{/Containment}}", "templates/failure/containment/front.html")
    assert run(sample, "release", "--dry-run") == 1
    said = capsys.readouterr().err
    assert "delta-flow/failure/stall: front: the front of card 2 would show nothing" in said
    assert said.count(": front: ") == 3


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from anki.collection import Collection

    col = Collection(str(tmp_path_factory.mktemp("anki") / "collection.anki2"))
    yield col
    col.close()


FRONTS = [
    *(METRIC, "text alone", "{{Empty}}", "{{#Prompt}}{{Empty}}{{/Prompt}}", "{{#Empty}}{{Prompt}}{{/Empty}}"),
    *("{{^Empty}}{{Prompt}}{{/Empty}}", "{{^Prompt}}{{Breadcrumb}}{{/Prompt}}", "{{^Empty}}x{{/Empty}}"),
    *("{{text:Prompt}}", "{{hint:Empty}}", "<!-- {{Prompt}} -->", "{{ Prompt }}"),
    *("{{#Prompt}}{{^Empty}}{{Breadcrumb}}{{/Empty}}{{/Prompt}}", "{{# Prompt }}{{Prompt}}{{/ Prompt }}"),
    *("{{#Tags}}{{Prompt}}{{/Tags}}", "{{type:Prompt}}", "<!-- {{Prompt}}"),
]


@pytest.mark.parametrize("front", FRONTS)
def test_a_front_shows_something_where_anki_makes_a_card(front: str, collection: Any) -> None:
    from anki.errors import CardTypeError

    models = collection.models
    model = models.new(f"m{FRONTS.index(front)}")
    for name in ("Key", "Breadcrumb", "Prompt", "Empty"):
        models.add_field(model, models.new_field(name))
    for name, text in (("always", "{{Key}}"), ("judged", front)):
        template = models.new_template(name)
        template["qfmt"], template["afmt"] = text, "{{Key}}"
        models.add_template(model, template)
    expected = shows(front, {"Key", "Breadcrumb", "Prompt"})
    try:
        models.add(model)
    except CardTypeError:  # no field on it at all
        assert not expected
        return
    note = collection.new_note(models.by_name(model["name"]))
    note["Key"], note["Breadcrumb"], note["Prompt"] = "key", "crumb", "prompt"
    collection.add_note(note, 1)
    made = {card.ord for card in note.cards()}
    assert (1 in made) == expected
