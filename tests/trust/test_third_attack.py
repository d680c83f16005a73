"""What a third attack found: names of drafts, pipes, git's own programs, sizes, marks, and templates that take long."""

from __future__ import annotations

import contextlib
import html
import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from atlas_decks import cli
from atlas_decks.cards import sandbox
from atlas_decks.cards.kinds import KINDS
from atlas_decks.cards.templates import Templates
from atlas_decks.cards.unmarked import texts_of
from atlas_decks.curriculum.load import load_plan
from atlas_decks.curriculum.source import decode
from atlas_decks.learner import reading
from atlas_decks.learner.changes import Change, Difference, PackedNote, read_package
from atlas_decks.learner.collection.read import read_collection
from atlas_decks.learner.reading import require_small
from atlas_decks.problems import ProblemsFoundError
from atlas_decks.project import Project, default_templates
from atlas_decks.release import worktree
from atlas_decks.release.release_notes import release_note
from atlas_decks.release.worktree import uncommitted
from support.sample import ATLAS, QUEUES, Sample

PROGRAM = [sys.executable, "-m", "atlas_decks"]
SECONDS = 60  # after which a command hangs


class Done(NamedTuple):
    """What a command left: its exit code, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def run(sample: Sample, *arguments: str) -> Done:
    """Run a command in the sample's folder, and end it where it hangs."""

    def hangs(_: int, __: object) -> None:
        raise TimeoutError(f"{arguments} does not end within {SECONDS} s")

    out, error = io.StringIO(), io.StringIO()
    before = signal.signal(signal.SIGALRM, hangs)
    signal.alarm(SECONDS)
    try:
        with contextlib.chdir(sample.root), contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
            code = cli.run(list(arguments))
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    return Done(code, out.getvalue(), error.getvalue())


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    file = tmp_path / "precious"
    file.write_text("mine", "utf-8")
    return file


WRITERS = {
    "calendar": (".plan.ics.tmp", ["calendar", "--start", "2027-01-04"]),
    "assess": (".assess-week-01.html.tmp", ["assess", "--week", "1"]),
    "exam": ("exam-week-02/.questions.html.tmp", ["exam", "week-02"]),
    "render": (".x.svg.tmp", ["render", "acme-flow", "-o", "x.svg"]),
    "report": (".r.json.tmp", ["build", "--report", "r.json"]),
    "package": (".x.apkg.tmp", ["build", "--tier", "1", "-o", "x.apkg"]),
    "schema": (".atlas.schema.json.tmp", ["schema", "--all", "."]),
    "stage": ("decks/.stage", ["build"]),
    "scratch": ("decks/.making", ["build"]),
}


@pytest.mark.parametrize("what", WRITERS)
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_what_bears_the_name_of_a_draft_is_neither_written_nor_waited_for(
    what: str, kind: str, sample: Sample, precious: Path
) -> None:
    name, command = WRITERS[what]
    place = sample.root / name
    place.parent.mkdir(exist_ok=True)
    if what == "exam":
        sample.edit("tasks: [Draw everything]", "tasks: [{text: T, ask: redraw}]", ATLAS)
    place.symlink_to(precious) if kind == "link" else os.mkfifo(place)
    done = run(sample, *command)
    assert "Traceback" not in done.stderr
    assert done.returncode == 0, done.stderr
    assert precious.read_text("utf-8") == "mine"


def test_a_folder_that_is_written_by_default_is_no_link(sample: Sample, tmp_path: Path) -> None:
    sample.edit("tasks: [Draw everything]", "tasks: [{text: T, ask: redraw}]", ATLAS)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name, command in {
        "exam-week-02": ["exam", "week-02"],
        "interview-guided": ["interview"],
        "site": ["preview"],
    }.items():
        (sample.root / name).symlink_to(elsewhere)
        done = run(sample, *command)
        assert done.returncode == 1
        assert "is a link" in done.stderr
        assert list(elsewhere.iterdir()) == []


def test_a_check_of_paths_looks_at_links_too(sample: Sample, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (sample.root / ".atlas").symlink_to(elsewhere)
    done = run(sample, "check", "curriculum")
    assert done.returncode == 1
    assert "link-outside" in done.stdout + done.stderr
    assert list(elsewhere.iterdir()) == []


def test_a_package_that_became_a_pipe_is_made_anew(sample: Sample) -> None:
    assert run(sample, "build").returncode == 0
    package = sample.root / "decks/atlas-all.apkg"
    package.unlink()
    os.mkfifo(package)
    assert run(sample, "build").returncode == 0
    assert zipfile.is_zipfile(package)


@pytest.mark.parametrize("name", ["ledger.jsonl", "releases.jsonl", "release-ledger.jsonl"])
def test_a_book_of_any_size_is_refused_before_it_is_read(name: str, sample: Sample) -> None:
    decks = sample.root / "decks"
    decks.mkdir(exist_ok=True)
    with (decks / name).open("wb") as file:
        os.truncate(file.fileno(), 40_000_000_000)
    for command in (["check"], ["build"]):
        done = run(sample, *command)
        assert done.returncode == 1
        assert "more than 200,000,000 bytes" in done.stdout + done.stderr


def _git(folder: Path, *arguments: str) -> None:
    names = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("program", ["fsmonitor", "filter", "filter without a name", "hook"])
def test_git_runs_no_program_that_a_folder_brings(program: str, tmp_path: Path) -> None:
    folder, ran = tmp_path / "folder", tmp_path / "ran"
    folder.mkdir()
    (folder / "kept").write_text("old", "utf-8")
    _git(folder, "init", "-q")
    _git(folder, "add", ".")
    _git(folder, "commit", "-qm", "x")
    if program == "fsmonitor":
        _git(folder, "config", "core.fsmonitor", f"touch {ran}; false")
    elif program == "hook":
        hook = folder / ".git/hooks/post-index-change"
        hook.write_text(f"#!/bin/sh\ntouch {ran}\n", "utf-8")
        hook.chmod(0o755)
    else:
        name = "a=b" if program == "filter" else ""
        with (folder / ".git/config").open("a", encoding="utf-8") as config:
            config.write(f'[filter "{name}"]\n clean = "touch {ran}; cat"\n required = true\n')
        (folder / ".git/info/attributes").write_text(f"* filter={name}\n", "utf-8")
    (folder / "kept").write_text("new", "utf-8")
    (folder / "fresh").write_text("new", "utf-8")
    assert uncommitted(folder, ["."]) == ["fresh", "kept"]
    assert not ran.exists()


def test_a_folder_laid_out_as_a_repository_is_none(tmp_path: Path) -> None:
    ran, folder = tmp_path / "ran", tmp_path / "folder"
    subprocess.run(["git", "init", "-q", "--bare", str(folder)], check=True)
    (folder / "config").write_text(
        f'[core]\n bare = false\n worktree = .\n fsmonitor = "touch {ran}; false"\n', "utf-8"
    )
    assert uncommitted(folder, ["."]) == []
    assert not ran.exists()


def test_marks_that_take_long_to_sort_are_refused_with_their_line() -> None:
    for marks in ("\u0301\u0323", "\u0f73"):  # the second is none itself, but comes apart into two
        source, (problem,) = decode(f"a: b\n# a{marks * 240_000}\n".encode(), "x.yaml")
        assert source is None
        assert (problem.line, problem.column, problem.rule) == (2, 4, "characters")
    kept, problems = decode(("a: e" + "\u0301" * 30).encode(), "x.yaml")
    assert (kept is not None, problems) == (True, [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("weeks: 2\nreview_days", "weeks: 100000000\nreview_days"),
        ("{weeks: 4, study", "{weeks: 100000, study"),
        ("week: 2, tiers: [1, 2]", "week: 100000, tiers: [1, 2]"),
        ("minutes: 60", "minutes: 100000000000000000000"),
    ],
)
def test_numbers_of_a_plan_are_bounded(old: str, new: str, sample: Sample) -> None:
    sample.edit(old, new, ATLAS)
    done = run(sample, "check")
    assert done.returncode == 1
    assert "less than or equal to" in done.stdout


def test_names_that_nobody_knows_are_told_once_with_some_that_are_known(sample: Sample) -> None:
    groups = "".join(f"      - {{slug: g{number}, title: G, planned: 1}}\n" for number in range(300))
    queues = "      - {slug: queues, title: Queues, planned: 2}\n"
    sample.edit(queues, queues + groups, ATLAS)
    sample.edit("groups: [queues]", "groups: [queues" + ", zzz" * 1_000 + "]", ATLAS)
    done = run(sample, "check")
    assert done.stdout.count("no group zzz") == 1
    assert len(done.stdout) < 2_000


LOOP = "[% for a in '" + "x" * 400 + "' %]"
LONG = {
    "many arguments": f"[% for a in ['{'&' * 60_000}'] %][[ a|default({'a|e,' * 5_000} a) ]][% endfor %]",
    "a call": "[[ parts('a') ]]",
    "lists of names": f"[% for a in ['{'x' * 1000}'] %][[ [{'a,' * 40_000}] ]][% endfor %]",
    "lists written out": "[[ parts ]]",
    "slices": f"[% for a in ['{'&' * 60_000}'] %][[ a[1:] ]][% endfor %]",
    "work in one line": f"[% for big in ['{'&' * 60_000}'] %]{LOOP}{LOOP}[[ big{'|e|title' * 4} ]]",
    "folding": f"[[ '{'&' * 90_000}'{'|e|title' * 40} ]]",
    "includes": f"[% for a in ['{'&' * 9_000}'] %][% include 'picture.html' %]",
}


@pytest.mark.parametrize("what", LONG)
def test_a_template_takes_bounded_time_and_room(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 0.5)
    own = tmp_path / "templates"
    own.mkdir()
    text = LONG[what]
    ends = text.count("[% for") - text.count("[% endfor")
    (own / "picture.html").write_text(text + "[% endfor %]" * ends, "utf-8")
    templates = Templates((own, default_templates()))
    with pytest.raises(
        ProblemsFoundError,
        match=r"seconds|characters|recursion|fixed texts|not shown|slice|at most 2 values|call is not",
    ):
        templates.fill("picture.html", parts=["a"])


def test_all_templates_of_a_project_share_their_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 0.1)
    monkeypatch.setattr(sandbox, "SECONDS_A_TEXT", 0.0)
    own = tmp_path / "templates"
    own.mkdir()
    (own / "picture.html").write_text(f"{LOOP}[[ a|upper ]][% endfor %]", "utf-8")
    templates = Templates((own, default_templates()))
    with pytest.raises(ProblemsFoundError, match="take longer"):
        [templates.fill("picture.html") for _ in range(10_000)]


def _package(file: Path, fields: list[str]) -> Path:
    database = file.with_suffix(".anki2")
    model = {"name": "N", "css": "", "mod": 1, "tmpls": [], "flds": [{"name": name} for name in fields]}
    with sqlite3.connect(database) as made:
        made.execute("CREATE TABLE col (models TEXT, decks TEXT)")
        made.execute("INSERT INTO col VALUES (?, '{}')", (json.dumps({"1": model}),))
        made.execute("CREATE TABLE notes (id INTEGER, guid TEXT, mid INTEGER, mod INTEGER, tags TEXT, flds TEXT)")
        made.execute("INSERT INTO notes VALUES (1, 'g', 1, 1, '', ?)", ("a" + "\x1f" * 100_000,))
        made.execute("CREATE TABLE cards (nid INTEGER, ord INTEGER, did INTEGER, due INTEGER)")
    made.close()
    with zipfile.ZipFile(file, "w") as archive:
        archive.write(database, "collection.anki2")
    return file


def test_note_types_of_a_package_have_fields_that_somebody_could_fill(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFoundError, match="more than 1,000 fields"):
        read_package(_package(tmp_path / "a.apkg", [f"f{number}" for number in range(100_000)]))
    (note,) = read_package(_package(tmp_path / "b.apkg", ["Key", "B"])).notes.values()
    assert set(note.fields) == {"Key", "B", "Tags"}


def test_a_release_note_holds_no_markup_of_a_package() -> None:
    evil = "F` <img src=x onerror=alert(1)>"
    note = PackedNote(f"{evil}/metric/x", {"Key": evil, evil: "new"}, 2, False, {0: ("D", 1)})
    change = Change(note.key, note, {evil: ("old", "new")})
    text = release_note(Difference(changed=[change], note_types=[evil]))
    for line in text.splitlines():
        outside = line
        while "``" in outside:  # what stands between two backticks is code
            before, _, rest = outside.partition("``")
            outside = before + rest.partition("``")[2]
        assert "<img" not in outside.replace("\\<img", "")


@pytest.mark.parametrize("word", ["[sound:x.mp3]", "[anki:tts lang=en_US]x[/anki:tts]", "[latex]x[/latex]", r"\(x\)"])
def test_a_projects_words_are_text_in_templates(word: str, sample: Sample) -> None:
    sample.edit("self_assessment:", f"words:\n  whole_diagram: '{word}'\nself_assessment:", ATLAS)
    plan, _ = load_plan(Project(sample.root))
    (side,) = Templates([default_templates()]).card_sides(KINDS["component"], plan)[:1]
    assert word not in side.back
    shown = re.sub(r"<i></i>", "", html.unescape(side.back))
    assert word in shown


@pytest.mark.parametrize(
    "url", ["https://x/{key}{{^Retired}}x{{/Retired}}", "https://x/{key}[sound:x]", "https://x/{key}{a}"]
)
def test_the_address_of_reports_holds_nothing_for_anki(url: str, sample: Sample) -> None:
    sample.edit("self_assessment:", f'report_url: "{url}"\nself_assessment:', ATLAS)
    assert run(sample, "check").returncode == 1


HEAPS = {
    "diagrams": ("diagrams:\n" + "  - {}\n" * 20_000, "20,000 diagrams; at most 1,000"),
    "keys": ("a: 1\n" * 50_000, "`a` stands twice"),
    "directives after other ends of lines": (
        "a: b" + "".join(f"\x85%TAG !a{number}! b" for number in range(40_000)) + "\n",
        "the directive %TAG",
    ),
    "directives": ("".join(f"%TAG !a{number}! b\n" for number in range(60_000)) + "---\na: 1\n", "the directive %TAG"),
}


@pytest.mark.parametrize("what", HEAPS)
def test_a_file_of_a_thousand_faults_is_not_told_them_all(what: str, sample: Sample) -> None:
    text, message = HEAPS[what]
    sample.write(f"category: patterns\n{text}" if what == "diagrams" else text)
    done = run(sample, "check")
    assert done.returncode == 1
    assert message in done.stdout
    assert done.stdout.count("\n") < 3_000


def test_a_release_withdraws_with_consent_what_was_built_and_never_released(sample: Sample) -> None:
    assert run(sample, "build").returncode == 0
    (sample.root / QUEUES).unlink()
    done = run(sample, "release", "--allow-dirty")
    assert done.returncode == 1
    assert "want a yes" in done.stderr


def test_a_folder_whose_name_is_not_utf_8_is_refused_in_words(sample: Sample, tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/odd-\xff"
    sample.root.rename(os.fsdecode(odd))
    done = subprocess.run([*PROGRAM, "build"], cwd=odd, capture_output=True, timeout=SECONDS, check=False)
    assert done.returncode == 1
    assert b"not UTF-8" in done.stderr


def test_the_key_of_caches_is_never_kept_in_a_project(tmp_path: Path) -> None:
    code = "from atlas_decks.files import checked; from pathlib import Path; checked.write(Path('x'), b'y')"
    environment = {**os.environ, "XDG_CACHE_HOME": "inside", "HOME": str(tmp_path / "home")}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True)
    assert not (tmp_path / "inside").exists()
    assert (tmp_path / "home/.cache/atlas-decks/key").is_file()


def test_a_journal_that_names_another_file_removes_nothing(tmp_path: Path, precious: Path) -> None:
    file = tmp_path / "collection.anki2"
    with sqlite3.connect(file) as made:
        for name in ("col", "notes", "cards", "revlog"):
            made.execute(f"CREATE TABLE {name} (id)")
    made.close()
    name, magic = os.fsencode(precious), bytes.fromhex("d9d505f920a163d7")
    ending = len(name).to_bytes(4, "big") + (sum(name) & 0xFFFFFFFF).to_bytes(4, "big") + magic
    Path(f"{file}-journal").write_bytes((magic + bytes(16)).ljust(512, b"\0") + bytes(4) + name + ending)
    with pytest.raises(ProblemsFoundError, match="a journal that no Anki wrote"):
        read_collection(file, "samplesamplesamp")
    assert precious.read_text("utf-8") == "mine"


@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_package_packed_by_whole_blocks_is_refused(way: int, tmp_path: Path) -> None:
    package = tmp_path / "a.apkg"
    with zipfile.ZipFile(package, "w", way) as archive:
        archive.writestr("collection.anki2", bytes(10_000_000))
    for read in (read_package, require_small, lambda file: read_collection(file, "samplesamplesamp")):
        with pytest.raises(ProblemsFoundError, match="in a way that Anki does not use"):
            read(package)


def test_git_that_waits_at_a_pipe_is_ended(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worktree, "_SECONDS", 2)
    _git(sample.root, "init", "-q")
    (sample.root / ".git/index").unlink(missing_ok=True)
    os.mkfifo(sample.root / ".git/index")
    done = run(sample, "release", "--dry-run")
    assert done.returncode == 1
    assert "does not answer within 2 seconds" in done.stderr


@pytest.mark.parametrize("text", ["{{" * 99_000, "{{a}}" * 39_000, "{{#A}}" * 30_000, "<!--" * 49_000])
def test_a_side_of_many_faults_is_judged_in_time(text: str, sample: Sample) -> None:
    sample.write(text, "templates/component/front.html")
    done = run(sample, "check")
    assert done.returncode == 1
    assert (
        done.stdout.count("templates/component/front.html") + done.stderr.count("templates/component/front.html") <= 25
    )


def test_a_package_with_an_endless_list_of_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = _package(tmp_path / "a.apkg", ["Key", "B"])
    assert read_package(package).notes
    monkeypatch.setattr(reading, "MAX_DIRECTORY", 20)
    for read in (read_package, lambda file: read_collection(file, "samplesamplesamp")):
        with pytest.raises(ProblemsFoundError, match="its list of files has more than 20 bytes"):
            read(package)


def test_a_damaged_package_is_told_in_a_sentence(tmp_path: Path) -> None:
    package = tmp_path / "a.apkg"
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("collection.anki2", bytes(100_000))
    raw = bytearray(package.read_bytes())
    raw[48:60] = b"\xff" * 12
    package.write_bytes(raw)
    with pytest.raises(ProblemsFoundError, match="cannot be read"):
        read_collection(package, "samplesamplesamp")


def test_titles_have_one_line(sample: Sample) -> None:
    sample.edit("name: Sample Atlas", 'name: "Sample\\nBEGIN:VEVENT"', ATLAS)
    done = run(sample, "check")
    assert done.returncode == 1
    assert "curriculum/atlas.yaml:2:" in done.stdout


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("a\x01b", "b"),
        ("a &#xFFFE; b", "b"),
        ("<html><frameset></frameset></html>", ""),
        ("<!doctype html>", ""),
        ("<ul><li>" * 80 + "x" * 90_000, "x"),
        ("x" * 8_000_000, "(8,000,000 characters)"),
    ],
)
def test_whatever_stands_in_a_learners_field_is_told_in_time(field: str, told: str) -> None:
    assert told in "".join(texts_of(field))
    assert len("".join(texts_of(field))) < 100_000


@pytest.mark.parametrize(
    "part",
    [
        "<script>alert(75)</script>",
        "<scr[# a #]ipt>alert(75)</script>",
        '<img src="x" onerror="alert(1)">',
        '<img src="https://example.org/x.png">',
        "<style>@import url(//example.org/x.css)</style>",
        '<a href="java&#115;cript:alert(1)">x</a>',
        "<iframe></iframe>",
    ],
)
def test_own_templates_bring_no_script_and_fetch_nothing(part: str, sample: Sample) -> None:
    sample.write(f"{{{{Prompt}}}}{part}", "templates/metric/front.html")
    for command in (["check"], ["build"]):
        done = run(sample, *command)
        assert done.returncode == 1
        assert "template-active" in done.stdout + done.stderr


def test_the_newer_record_of_a_list_of_files_counts(tmp_path: Path) -> None:
    package = _package(tmp_path / "a.apkg", ["Key", "B"])
    raw = package.read_bytes()
    at = raw.rfind(b"PK\5\6")
    newer = b"PK\6\6" + bytes(36) + (10**12).to_bytes(8, "little") + bytes(8)
    locator = b"PK\6\7" + bytes(4) + at.to_bytes(8, "little") + bytes(4)
    package.write_bytes(raw[:at] + newer + locator + raw[at:])
    with pytest.raises(ProblemsFoundError, match="its list of files has more than"):
        read_package(package)


def test_words_name_each_place_once(sample: Sample) -> None:
    sample.edit("self_assessment:", 'words:\n  listed: "{a}{a}, {b}"\nself_assessment:', ATLAS)
    done = run(sample, "check")
    assert done.returncode == 1
    assert "`listed` has a, a, b in braces; it needs a, b" in done.stdout
