"""What a second attack found: links in the way of a release, templates that swell, words and packages that compute."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from atlas_decks.cards.own_templates import judge_files
from atlas_decks.cards.templates import Templates
from atlas_decks.files import replace
from atlas_decks.learner.changes import read_package
from atlas_decks.learner.reading import require_small
from atlas_decks.problems import ProblemsFoundError
from atlas_decks.project import default_templates
from support.sample import ATLAS, Sample

PROGRAM = [sys.executable, "-c", "from atlas_decks.cli import main; main()"]


def run(sample: Sample, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*PROGRAM, "--project", str(sample.root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_set_that_a_link_stands_in_the_way_of_is_refused_and_not_dropped(tmp_path: Path) -> None:
    decks = tmp_path / "decks"
    decks.mkdir()
    (tmp_path / "real.md").write_text("# Changelog", "utf-8")
    (tmp_path / "CHANGELOG.md").symlink_to(tmp_path / "real.md")
    with pytest.raises(OSError, match="a link stands in the way"):
        replace.replace_files(decks, {"../CHANGELOG.md": b"new", "a": b"new"})
    assert (tmp_path / "real.md").read_text("utf-8") == "# Changelog"
    assert not (decks / "a").exists()


def test_a_journal_that_names_a_folder_blocks_nothing(tmp_path: Path) -> None:
    stage = tmp_path / ".stage"
    stage.mkdir()
    (tmp_path / "sub").mkdir()
    (stage / "journal.json").write_text('{"put": [], "remove": ["sub"]}', "utf-8")
    replace.recover(tmp_path)
    assert (tmp_path / "sub").is_dir()
    assert not stage.exists()


@pytest.mark.parametrize(
    "text",
    [
        "[% macro d(x) %][[ x ]][[ x ]][% endmacro %][[ " + "d(" * 40 + '"x"' + ")" * 40 + " ]]",
        "[% filter upper %]x[% endfilter %]",
        "[% block a %]x[% endblock %]",
        "[[ name" + "[0]" * 200_000 + " ]]",
    ],
    ids=["macro", "filter", "block", "long"],
)
def test_a_template_does_not_swell_nor_hang(text: str, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "picture.html").write_text(text, "utf-8")
    with pytest.raises(ProblemsFoundError):
        Templates((tmp_path / "templates", default_templates())).fill("picture.html", name="x")


def test_links_below_the_templates_are_not_followed(tmp_path: Path) -> None:
    own = tmp_path / "templates"
    own.mkdir()
    for number in range(25):
        (own / f"d{number}").mkdir()
    for number in range(24):
        for letter in "ab":
            (own / f"d{number}" / letter).symlink_to(f"../d{number + 1}", target_is_directory=True)
    (own / "root").symlink_to("/", target_is_directory=True)
    (own / "card.css").symlink_to("/etc/passwd")
    problems = {(problem.path, problem.message) for problem in judge_files(own, default_templates())}
    assert ("templates/root", "a link in place of a folder") in problems
    assert ("templates/card.css", "a link that leads out") in problems
    assert len(problems) == 24 * 2 + 2


def test_a_large_template_is_not_read_into_memory(tmp_path: Path) -> None:
    own = tmp_path / "templates"
    own.mkdir()
    with (own / "card.css").open("wb") as file:
        os.truncate(file.fileno(), 6_000_000_000)
    (problem,) = judge_files(own, default_templates())
    assert "more than 200,000 bytes" in problem.message


def test_an_include_in_a_comment_reads_nothing_elsewhere(sample: Sample) -> None:
    (sample.root / "secret").write_text("{{Nope}}", "utf-8")
    sample.write(f'[# [% include "{sample.root}/secret" %] #]{{{{Nope}}}}{{{{Prompt}}}}', "templates/metric/front.html")
    found = run(sample, "check")
    assert found.returncode == 1
    assert "templates/metric/front.html:1:" in found.stdout + found.stderr
    assert "secret" not in found.stdout


@pytest.mark.parametrize("words", ["{a:>300000000} {b}", "{a!x} {b}", "{a!r}, {b}"])
def test_words_hold_names_and_nothing_else_in_braces(words: str, sample: Sample) -> None:
    sample.edit("self_assessment:", f'words:\n  listed: "{words}"\nself_assessment:', ATLAS)
    found = run(sample, "check")
    assert found.returncode == 1
    assert "braces hold a name and nothing else" in found.stdout + found.stderr


def _package(file: Path, notes: str) -> Path:
    database = file.with_suffix(".anki2")
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE col (id INTEGER, models TEXT, decks TEXT)")
        connection.execute(notes)
        connection.execute("CREATE TABLE cards (id INTEGER)")
    connection.close()
    with zipfile.ZipFile(file, "w") as archive:
        archive.write(database, "collection.anki2")
    return file


@pytest.mark.parametrize("stored", ["VIRTUAL", "STORED"])
def test_columns_that_are_computed_are_refused(stored: str, tmp_path: Path) -> None:
    notes = f"CREATE TABLE notes (guid TEXT, flds TEXT GENERATED ALWAYS AS (guid || printf('%.*c', 9, 'x')) {stored})"
    package = _package(tmp_path / "a.apkg", notes)
    with pytest.raises(ProblemsFoundError, match="a column of notes is computed"):
        read_package(package)
    with pytest.raises(ProblemsFoundError, match="a column of notes is computed"):
        require_small(package)
