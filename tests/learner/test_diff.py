"""What `diff` says of an update is what the real Anki does with it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from atlas_decks.cli import run
from atlas_decks.learner import real_anki
from atlas_decks.learner.changes import Change, Difference, compare, difference, read_package
from atlas_decks.project import Project
from atlas_decks.release.release_notes import format_difference, plain, tag_changes
from support import builds
from support.sample import ACME, ATLAS, Sample, make_sample

pytestmark = pytest.mark.anki
NOW = 1_700_000_000
Build = Callable[..., Path]


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    sample = make_sample(tmp_path / "project")
    sample.edit("planned: 1", "planned: 2", ATLAS)
    return sample


@pytest.fixture
def build(sample: Sample, tmp_path: Path) -> Build:
    """Build the sample at a time and a pace; returns the package with everything."""

    def build(now: int, weeks: int = 2) -> Path:
        built = builds.build(Project(sample.root), now, weeks=weeks)
        return shutil.copy(built.folder / "atlas-all.apkg", tmp_path / f"{now}-{weeks}.apkg")

    return build


def _keys(changes: list[Change]) -> list[str]:
    return [change.key for change in changes]


def _edit_all(sample: Sample) -> None:
    """One change of each kind."""
    sample.edit("It checks the token.", "It checks 2*3*4 signatures.")  # delta-flow
    sample.edit("title: Gamma request flow", "title: Gamma_request flow")
    sample.edit("      - id: peak", "      - id: peaks", ACME)  # one note retired, one added
    gamma = sample.read().index("  - id: gamma-flow")
    text = sample.read()
    sample.write(text[:gamma] + text[gamma:].replace("group: caches", "group: queues"))


def test_the_diff_foretells_the_import(sample: Sample, build: Build) -> None:
    old = build(NOW)
    _edit_all(sample)
    new = build(NOW + 100)
    found = compare(old, new)
    assert _keys(found.added) == ["acme-flow/metric/peaks"]
    assert _keys(found.retired) == ["acme-flow/metric/peak"]
    assert len([key for key in _keys(found.changed) if key.startswith("gamma-flow/")]) == 8
    assert [c.fields for c in found.changed if c.key == "delta-flow/component/api"] == [
        {"Detail": ("It checks the token.", "It checks 2*3*4 signatures.")}
    ]
    with real_anki.temporary_collection() as col:
        real_anki.import_package(col, old)
        for key in (found.touched[0].key, "acme-flow/metric/delay"):
            note = col.get_note(col.find_notes(f'"Key:{key}"')[0])
            note["Note"] = "my own"
            note.add_tag("own")
            col.update_note(note)
            col.db.execute("UPDATE notes SET mod = ? WHERE id = ?", NOW + 50, note.id)
        log = real_anki.import_package(col, new)
        assert sorted(note.fields[0] for note in log.new) == _keys(found.added)
        assert sorted(note.fields[0] for note in log.updated) == _keys(found.touched)
        assert len(log.duplicate) == found.unchanged == 14
        # whom it concerns: own tags and the own Note are gone on what was touched, and only there
        assert [col.get_note(n)["Key"] for n in col.find_notes("Not*:_*")] == ["acme-flow/metric/delay"]
        assert [col.get_note(n)["Key"] for n in col.find_notes("tag:own")] == ["acme-flow/metric/delay"]


def test_a_card_of_another_tier_stays_and_the_search_of_the_release_note_finds_it(sample: Sample, build: Build) -> None:
    old = build(NOW)
    text = sample.read()
    start = text.index("  - id: gamma-flow")
    gamma = text[start:].replace("group: caches", "group: storage")
    sample.write(text[:start])
    sample.write(sample.read(ACME) + "\n" + gamma, ACME)
    new = build(NOW + 100)
    found = compare(old, new)
    assert not found.added
    assert not found.retired
    assert len(found.changed) == 8
    assert len(found.moved) == 10
    assert {(m.old_deck, m.new_deck) for m in found.moved} == {
        ("Sample::Cards::1 Foundation", "Sample::Cards::2 Companies"),
        ("Sample::Deeper::1 Foundation", "Sample::Deeper::2 Companies"),
        ("Sample::Redraw::1 Foundation::Deeper", "Sample::Redraw::2 Companies::Deeper"),
    }
    note = format_difference(found, "md")
    lines = [line for line in note.splitlines() if line.startswith('- `"deck:')]
    searches = [line.split("`")[1] for line in lines]
    assert len(searches) == 3
    assert lines[2].endswith("to Sample::Redraw::2 Companies::Deeper")
    with real_anki.temporary_collection() as col:
        real_anki.import_package(col, old)
        real_anki.import_package(col, new)
        stayed = col.find_cards('"deck:Sample::*::1 Foundation" tag:atlas::tier::2')
        assert len(stayed) == 10
        assert sorted(card for search in searches for card in col.find_cards(search)) == sorted(stayed)
        assert [col.decks.name(col.get_card(c).did) for c in col.find_cards(searches[2])] == [
            "Sample::Redraw::1 Foundation::Deeper"
        ]


def test_a_note_edited_after_the_build_is_left_alone_but_always_brings_it(sample: Sample, build: Build) -> None:
    """What README and release note advise."""
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

    old = build(NOW)
    sample.edit("It checks the token.", "It checks the signature.")
    new = build(NOW + 100)
    with real_anki.temporary_collection() as col:
        real_anki.import_package(col, old)
        note = col.get_note(col.find_notes("Key:delta-flow/component/api")[0])
        note["Note"] = "my own"
        col.update_note(note)  # now, long after the build
        assert len(real_anki.import_package(col, new).updated) == 0
        note.load()
        assert (note["Note"], note["Detail"]) == ("my own", "It checks the token.")
        options = ImportAnkiPackageOptions(update_notes=1)  # always
        log = col.import_anki_package(ImportAnkiPackageRequest(package_path=str(new), options=options)).log
        assert [n.fields[0] for n in log.updated] == ["delta-flow/component/api"]
        note.load()
        assert (note["Note"], note["Detail"]) == ("", "It checks the signature.")


def test_what_is_not_newer_is_ignored_as_anki_does(build: Build) -> None:
    """Another pace changes the week tags and no mod; an older package changes nothing."""
    slow, fast = build(NOW, 4), build(NOW, 2)
    found = compare(slow, fast)
    assert (found.changed, found.added, found.unchanged) == ([], [], 16)
    assert len(found.ignored) == 8
    assert list(found.ignored[0].fields) == ["Tags"]
    with real_anki.temporary_collection() as col:
        real_anki.import_package(col, slow)
        assert len(real_anki.import_package(col, fast).updated) == 0


def test_retired_and_revived_and_the_look(sample: Sample, build: Build) -> None:
    first = build(NOW)
    whole = sample.read(ACME)
    sample.edit("      - id: peak", "      - id: peaks", ACME)
    second = build(NOW + 100)
    sample.write(whole, ACME)
    sample.write(".card { color: teal; }", "templates/card.css")
    third = build(NOW + 200)
    found = compare(second, third)
    assert _keys(found.revived) == ["acme-flow/metric/peak"]
    assert _keys(found.retired) == ["acme-flow/metric/peaks"]
    assert found.note_types == [f"Sample {name}" for name in ("Component", "Failure", "Metric", "Redraw", "Trade-off")]
    # for a learner who skipped the second: peaks never was
    skipped = compare(first, third)
    assert (_keys(skipped.added), _keys(skipped.retired)) == ([], [])
    assert _keys(skipped.changed) == ["acme-flow/metric/peak"], "touched, though it reads as before"
    assert skipped.changed[0].fields == {}
    assert compare(third, third) == Difference(unchanged=24, unchanged_cards=30)


def test_a_note_that_was_back_in_between_is_touched_but_nothing_to_tell(sample: Sample, build: Build) -> None:
    whole = sample.read(ACME)
    build(NOW)
    sample.edit("      - id: peak", "      - id: peaks", ACME)
    old = build(NOW + 100)
    sample.write(whole, ACME)
    build(NOW + 200)
    sample.edit("      - id: peak", "      - id: peaks", ACME)
    new = build(NOW + 300)
    found = compare(old, new)
    assert _keys(found.touched) == ["acme-flow/metric/peak", "acme-flow/metric/peaks"]
    assert _keys(found.reworded) == ["acme-flow/metric/peaks"]
    assert "Cards: 1 changed. 29 stay" in format_difference(found, "md")
    with real_anki.temporary_collection() as col:
        real_anki.import_package(col, old)
        assert sorted(n.fields[0] for n in real_anki.import_package(col, new).updated) == _keys(found.touched)


def test_the_release_note_in_a_learners_words(sample: Sample, build: Build) -> None:
    old = build(NOW)
    _edit_all(sample)
    new = build(NOW + 100)
    note = format_difference(compare(old, new), "md")
    assert "Cards: 1 new, 11 changed, 1 withdrawn. 18 stay as they are" in note
    assert "- Gamma\\_request flow: 10 cards" in note
    assert "title: Gamma request flow → Gamma\\_request flow (10 cards)" in note
    assert "place in the curriculum: Tier 1 › Patterns › Caches → Tier 1 › Patterns › Queues (9 cards)" in note
    assert "tags: " not in note, "the place in the curriculum says it"
    assert "Which part of Delta terminates the connection?" in note
    assert "Detail: It checks the token. → It checks 2\\*3\\*4 signatures." in note
    assert "On the 10 notes that are changed, withdrawn or back again" in note
    assert "(Key:acme-flow/* OR Key:delta-flow/* OR Key:gamma-flow/*) Not*:_*" in note
    empty = format_difference(compare(new, new), "md")
    assert "no card added, changed or withdrawn. 30 stay" in empty
    assert "## " not in empty


def test_text_and_json_name_whom_it_concerns(sample: Sample, build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    old = build(NOW)
    sample.edit("It checks the token.", "It checks the signature.")
    sample.edit("groups: [queues]", "groups: [caches]", ATLAS)
    new = build(NOW + 100)
    assert run(["diff", str(old), str(new)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("0 added, 16 changed, 0 retired, 0 moved, 0 missing, 8 unchanged\n")
    assert "    Tags: -atlas::focus::startup\n" in text
    assert "Own tags, own edits and the own Note are lost on these" in text
    assert run(["diff", str(old), str(new), "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["own_edits_lost"] == [change["key"] for change in data["changed"]]
    assert {"old": "It checks the token.", "new": "It checks the signature."} in [
        change["fields"].get("Detail") for change in data["changed"]
    ]


def test_packages_are_read_from_bytes_too(build: Build) -> None:
    file = build(NOW)
    assert difference(read_package(file), read_package(file.read_bytes())).unchanged == 24


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<ul><li>a &lt; b</li><li>c</li></ul>", "a < b; c"),
        ("one<br>two", "one two"),
        ('<a href="x">Title</a>, 2023', "Title, 2023"),
    ],
)
def test_fields_as_plain_text(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_tags_as_what_went_and_came() -> None:
    assert tag_changes("a b", "b c d") == "-a +c +d"
