"""Broken input of every kind: the right exit code, a message with its place, never a traceback, packages untouched."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from atlas_decks.cards.ids import Ids
from atlas_decks.cli import run
from atlas_decks.files import replace
from support.sample import ACME, ATLAS, LEDGER, QUEUES, Sample

Break = Callable[[Sample], str | None]  # breaks a project; returns the place that the message must name, if any
Patch = pytest.MonkeyPatch
Out = pytest.CaptureFixture[str]


@pytest.fixture
def built(sample: Sample, capsys: Out) -> Sample:
    assert run(["--project", str(sample.root), "-q", "build"]) == 0
    capsys.readouterr()
    return sample


def call(sample: Sample, capsys: Out, *arguments: str) -> tuple[int, str]:
    """Exit code and everything printed; a bug (3) or a traceback fails at once."""
    code = run(["--project", str(sample.root), *arguments])
    captured = capsys.readouterr()
    output = captured.out + captured.err
    assert "Traceback" not in output
    assert code != 3, output
    return code, output


def edit(old: str, new: str, below: int = 0, path: str = QUEUES) -> Break:
    return lambda sample: f"{path}:{sample.edit(old, new, path) + below}:"


def whole(content: str | bytes, line: int = 1, path: str = QUEUES) -> Break:
    """The whole file is `content`; `line` 0: the message names the file only."""

    def apply(sample: Sample) -> str:
        sample.write(content, path)
        return f"{path}:{line}:" if line else f"{path}: "

    return apply


def before(content: str, line: int, path: str = QUEUES) -> Break:
    return lambda sample: sample.write(content + sample.read(path), path) or f"{path}:{line}:"


def plan(old: str, new: str, below: int = 0) -> Break:
    return edit(old, new, below, ATLAS)


_SECOND = "{slug: week-02, title: Again, week: 2, tiers: [1], minutes: 30, tasks: [Draw]}"


def link(name: str, target: str) -> Break:
    def apply(sample: Sample) -> str:
        (sample.root / name).symlink_to(target)
        return f"{name}: "

    return apply


def pipe(sample: Sample) -> str:
    os.mkfifo(sample.root / "curriculum/pipe.yaml")
    return "curriculum/pipe.yaml: "


def quote_control(sample: Sample) -> str:
    sample.edit("title: How we queue", "title: Warteschlangen überall – öäüöäüöäüöäüöäüöäüöäüöäüöäüöäüöäüöäüöäüöäü")
    return f"{QUEUES}:{sample.edit('It checks the token.', 'It checks' + chr(7) + ' the token.')}:"


MERMAID = 'api -->|"task"| line'
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"

# name -> (rule, edit): what `check` and `build` must refuse
FAULTS: dict[str, tuple[str, Break]] = {
    # YAML
    "syntax error": ("yaml-syntax", edit("title: Delta request flow", 'title: "Delta" flow')),
    "unquoted colon": ("yaml-syntax", edit("title: Delta request flow", "title: Delta: flow")),
    "tab": ("yaml-tab", edit("    group: queues", "\tgroup: queues")),
    "duplicate key": ("duplicate-key", edit("    group: queues", "    group: queues\n    group: queues", 1)),
    "anchor": ("yaml-anchor", edit("answer: Worker", "answer: &w Worker")),
    "alias bomb": ("yaml-anchor", before(BOMB, 1)),
    "python tag": ("yaml-tag", edit("answer: Worker", "answer: !!python/object/apply:os.system [id]")),
    "merge key": ("yaml-anchor", edit("category: patterns", "category: patterns\n<<: *base", 1)),
    "two documents": ("yaml-documents", edit("diagrams:\n", "---\ndiagrams:\n")),
    "deep nesting": ("yaml-depth", edit("answer: Worker", "answer: " + "[" * 5000)),
    "deep mapping": ("yaml-depth", edit("answer: Worker", "answer: " + "{a: " * 5000)),
    "mapping as key": ("yaml-key", edit("category: patterns", "{a: b}: patterns")),
    "empty file": ("empty-file", whole("")),
    "white space": ("empty-file", whole(" \n\n  \n")),
    "comments only": ("file-shape", whole("# nothing yet\n")),
    "10 MB": ("file-size", lambda s: s.write("#" * 10_000_000) or f"{QUEUES}: "),
    "Latin-1": ("utf-8", whole("category: patterns\ntitle: Gr\xfc\xdfe\n".encode("latin-1"), 2)),
    "UTF-16": ("utf-8", whole("category: patterns\n".encode("utf-16"))),
    "binary": ("utf-8", whole(b"\x89PNG\r\n\x1a\n\x00\x00")),
    "NUL": ("yaml-syntax", edit("answer: Worker", "answer: Wor\0ker")),
    "control character": ("yaml-syntax", edit("answer: Worker", "answer: Wor\x07ker")),
    "control character behind umlauts": ("yaml-syntax", quote_control),
    "escaped control character": ("characters", edit("It checks the token.", '"It\\x07"')),
    "lone surrogate": ("yaml-syntax", edit("answer: Worker", 'answer: "\\ud800"')),
    # files and folders
    "dangling link": ("file-read", link("curriculum/gone.yaml", "/nowhere/x.yaml")),
    "link to itself": ("file-read", link("curriculum/self.yaml", "self.yaml")),
    "folder loop": ("link-loop", link("curriculum/loop", ".")),
    "device": ("link-outside", link("curriculum/null.yaml", "/dev/null")),
    # shape
    "a list at the top": ("file-shape", whole("- category: patterns\n")),
    "a text at the top": ("file-shape", whole("category\n")),
    "no diagrams": ("file-shape", whole("category: patterns\nsources: {}\n")),
    "diagrams as text": ("file-shape", edit("diagrams:\n", "diagrams: none\nx:\n")),
    "unknown key": ("unknown-key", edit("    group: queues", "    group: queues\n    colour: red", 1)),
    "unknown key at the top": ("unknown-key", edit("category: patterns", "category: patterns\nauthor: me", 1)),
    "unknown key in a fact": ("unknown-key", edit("detail: It checks", "note: x\n        detail: It checks")),
    "missing key": ("missing-key", lambda s: s.edit("    group: queues\n", "") and f"{QUEUES}:{s.line('id: delta')}:"),
    "no sources": ("missing-key", edit("sources:", "x-sources:", -1)),
    "number for a text": ("wrong-value", edit('answer: "1200"', "answer: 1200")),
    "list for a text": ("wrong-value", edit("answer: Worker", "answer: [Worker]")),
    "mapping for a list": ("wrong-value", edit("gains: [Bursts are absorbed]", "gains: {a: b}")),
    "text for a list": ("wrong-value", edit("gains: [Bursts are absorbed]", "gains: Bursts")),
    "null for a text": ("wrong-value", edit("answer: Worker", "answer:")),
    "text for a year": ("wrong-value", edit("as_of: 2022", "as_of: lately")),
    "a date that is none": ("wrong-value", edit("    group: queues", "    group: queues\n    date: 1 May 2022", 1)),
    "too long a title": ("wrong-value", edit("title: Delta request flow", f"title: {'x' * 91}")),
    "a bad id": ("wrong-value", edit("id: delta-flow", "id: Delta_Flow")),
    "an id that climbs": ("wrong-value", edit("id: delta-flow", "id: ../../etc/passwd")),
    "an unknown basis": ("wrong-value", edit("basis: reported", "basis: guessed")),
    "http": ("wrong-value", edit("url: https://", "url: http://")),
    # references
    "unknown category": ("known-category", edit("category: patterns", "category: pattern")),
    "unknown group": ("known-group", edit("group: queues", "group: queue")),
    "unknown company": ("known-company", edit("category: patterns", "category: patterns\ncompany: nobody", 1)),
    "unknown source": ("source-known", edit("source: blog", "source: book")),
    "unknown node": ("node-exists", edit("node: work", "node: walk")),
    "one id in two files": ("id-unique", edit("id: acme-flow", "id: delta-flow", 0, ACME)),
    # pictures
    # the label ends at the next `|`, a line further down
    "Mermaid label": ("mermaid-syntax", edit(MERMAID, 'api -->|"task" line', 1)),
    "Mermaid bracket": ("mermaid-syntax", edit('api["Gateway"]', "api[Gate(way)]")),
    "Mermaid without type": ("mermaid-syntax", edit("mermaid: |\n      flowchart TB", "mermaid: |\n      flow TB")),
    "empty Mermaid": ("wrong-value", edit("    mermaid: |", '    mermaid: ""\n    picture: |')),
    "HTML in a label": ("mermaid-plain", edit('"Gateway"', '"<b>Gateway</b>"')),
    "script in a label": ("mermaid-plain", edit('"Gateway"', '"<script>alert(1)</script>"')),
    "init directive": ("mermaid-plain", edit("flowchart TB\n", "%%{init: {'a': 'b'}}%%\n        flowchart TB\n")),
    "click": ("mermaid-plain", edit("flowchart TB\n", 'flowchart TB\n        click web "https://x"\n', 1)),
    "script in a text": ("plain-text", edit("It checks the token.", "<script>alert(1)</script>")),
}  # fmt: skip

# the same for atlas.yaml; nothing else can be judged then
PLAN_FAULTS: dict[str, tuple[str, Break]] = {
    "empty": ("empty-file", whole("", 1, ATLAS)),
    "syntax": ("yaml-syntax", plan("name: Sample Atlas", "name: [Sample", 1)),
    "a list": ("wrong-value", whole("- a\n", 1, ATLAS)),
    "not UTF-8": ("utf-8", whole(b"name: \xff\n", 1, ATLAS)),
    "missing key": ("missing-key", lambda s: s.edit("about: A small curriculum.\n", "", ATLAS) and f"{ATLAS}:1:"),
    "unknown key": ("unknown-key", plan("deck: Sample", "deck: Sample\ndecks: x", 1)),
    "unknown day": ("wrong-value", plan("day: fri", "day: friday")),
    "no number": ("wrong-value", plan("weeks: 2\n", "weeks: two\n")),
    "a tier twice": ("plan-duplicate", plan("number: 2", "number: 1")),
    "a category twice": ("plan-duplicate", plan("- slug: architecture", "- slug: patterns")),
    "a track twice": ("plan-duplicate", plan("focus:\n", "focus:\n  - {slug: startup, title: T, about: Small.}\n", 2)),
    "a checkpoint twice": ("plan-duplicate", plan("checkpoints:\n", f"checkpoints:\n  - {_SECOND}\n", 2)),
    "a group twice": ("plan-duplicate", plan("slug: storage", "slug: request-flow")),
    "unknown tier": ("plan-reference", plan("tier: 2", "tier: 7")),
    "unknown technique": ("plan-reference", plan("technique: mapping", "technique: magic")),
    "unknown wave": ("plan-reference", plan("wave: giants", "wave: dwarfs")),
    "unknown focus group": ("plan-reference", plan("groups: [queues]", "groups: [piles]")),
    "unknown checkpoint tier": ("plan-reference", plan("tiers: [1, 2]", "tiers: [1, 9]")),
    "weeks beyond the plan": ("plan-weeks", plan("weeks: [2, 2]", "weeks: [2, 9]")),
    "no pace": ("plan-reference", lambda s: s.edit("weeks: 2, study", "weeks: 3, study", ATLAS) and f"{ATLAS}:"),
    "nobody studies": ("wrong-value", plan("study_days: 6", "study_days: 0")),
    "no categories": ("wrong-value", lambda s: s.write(_without_categories(s.read(ATLAS)), ATLAS) or f"{ATLAS}:"),
}


def _without_categories(text: str) -> str:
    start, end = text.index("categories:"), text.index("techniques:")
    return text[:start] + "categories: []\n" + text[end:]


@pytest.mark.parametrize("command", ["check", "build"])
@pytest.mark.parametrize("name", FAULTS)
def test_a_broken_file_is_refused_at_its_place(name: str, command: str, built: Sample, capsys: Out) -> None:
    _refused(FAULTS[name], command, built, capsys)


@pytest.mark.parametrize("command", ["check", "build", "stats"])
@pytest.mark.parametrize("name", PLAN_FAULTS)
def test_a_broken_plan_is_refused_at_its_place(name: str, command: str, built: Sample, capsys: Out) -> None:
    _refused(PLAN_FAULTS[name], command, built, capsys)


def _refused(fault: tuple[str, Break], command: str, built: Sample, capsys: Out) -> None:
    rule, apply = fault
    packages = built.packages()
    place = apply(built)
    code, output = call(built, capsys, command)
    assert code == 1
    lines = [line for line in output.splitlines() if f": {rule}: " in line]
    assert any(line.startswith(place or "") for line in lines), f"wanted {place} {rule}:\n{output}"
    assert built.packages() == packages


def test_many_faults_are_reported_together(sample: Sample, capsys: Out) -> None:
    places = [FAULTS[name][1](sample) for name in ("unknown key", "http", "number for a text")]
    sample.write("a: [", ACME)
    code, output = call(sample, capsys, "check")
    assert code == 1
    assert all(place and place in output for place in places)
    assert f"{ACME}:" in output


def test_a_byte_order_mark_is_fine(sample: Sample, capsys: Out) -> None:
    sample.write(b"\xef\xbb\xbf" + sample.read().encode())
    assert call(sample, capsys, "check")[0] == 0


def test_a_folder_with_the_name_of_a_file_is_a_folder(sample: Sample, capsys: Out) -> None:
    (sample.root / "curriculum/folder.yaml").mkdir()
    assert call(sample, capsys, "check")[0] == 0


def test_a_pipe_does_not_block(sample: Sample) -> None:
    place = pipe(sample)
    code = "from atlas_decks.cli import main; main()"
    command = [sys.executable, "-c", code, "--project", str(sample.root), "check"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert result.returncode == 1
    assert f"{place}file-read: " in result.stdout


def test_an_unreadable_folder(sample: Sample, capsys: Out, monkeypatch: Patch) -> None:
    real = os.scandir

    def scandir(path: str | Path = ".") -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("patterns"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    code, output = call(sample, capsys, "check")
    assert code == 1
    assert "curriculum/1-foundation/patterns: file-read: Permission denied" in output


@pytest.mark.parametrize("command", ["check", "build", "stats", "list"])
def test_no_project(command: str, tmp_path: Path, capsys: Out) -> None:
    code, output = call(Sample(tmp_path), capsys, command)
    assert code == 1
    assert "no-project" in output


@pytest.mark.parametrize("style", ["json", "github"])
def test_a_broken_plan_is_reported_in_the_format_asked_for(style: str, sample: Sample, capsys: Out) -> None:
    sample.edit("day: fri", "day: friday", ATLAS)
    assert run(["--project", str(sample.root), "check", "--format", style]) == 1
    out = capsys.readouterr().out
    rule = json.loads(out)[0]["rule"] if style == "json" else out.partition("title=")[2].partition("::")[0]
    assert rule == "wrong-value"


@pytest.mark.parametrize("path", [".", "curriculum/../curriculum", QUEUES, "curriculum"])
def test_check_of_a_path_reports_its_problems(path: str, sample: Sample, capsys: Out, monkeypatch: Patch) -> None:
    sample.edit("answer: Worker", "answer: [Worker]")
    monkeypatch.chdir(sample.root)
    assert run(["check", path]) == 1
    assert "wrong-value" in capsys.readouterr().out


def test_check_of_a_path_that_is_not_there_is_not_called_clean(sample: Sample, capsys: Out) -> None:
    assert call(sample, capsys, "check", str(sample.root / "curriculum/typo.yaml"))[0] == 2


def test_the_last_complexity_takes_every_larger_diagram(sample: Sample, capsys: Out) -> None:
    sample.edit("elements: 999", "elements: 5", ATLAS)
    sample.edit("elements: 10,", "elements: 4,", ATLAS)
    assert call(sample, capsys, "build")[0] == 0


# --- the ledger -------------------------------------------------------------------------------------------------------


def entry(key: str = "x/metric/z", mod: object = 1, tier: int = 1) -> str:
    """The line of a retired note."""
    guid = Ids("samplesamplesamp").guid(key)
    data = {"guid": guid, "hash": "b", "key": key, "mod": mod, "retired": True, "tier": tier}
    return json.dumps(data) + "\n"


LEDGER_FAULTS = {
    "no JSON": ("guid\n", "ledger"),
    "half a line": ('{"guid": "abc", "ha\n', "ledger"),
    "a list": ("[1]\n", "ledger"),
    "a missing key": ('{"guid": "abc"}\n', "ledger"),
    "a wrong type": (entry(mod="1"), "ledger"),
    "conflict markers": ("<<<<<<< HEAD\n=======\n>>>>>>> theirs\n", "ledger"),
    "deep nesting": ("[" * 100_000 + "\n", "ledger"),
    "a key that is none": (entry(key="x"), "ledger"),
    "an unknown kind": (entry(key="x/y/z"), "ledger"),
    "a tier below all": (entry(tier=-1), "ledger"),
    "the GUID of another key": (entry().replace("x/metric/z", "x/metric/y"), "ledger"),
    "the future": (entry(mod=99_999_999_999), "ledger-future"),
}


@pytest.mark.parametrize("name", LEDGER_FAULTS)
def test_a_broken_ledger_is_refused(name: str, built: Sample, capsys: Out) -> None:
    line, rule = LEDGER_FAULTS[name]
    built.write(line + built.read(LEDGER), LEDGER)
    packages = built.packages()
    code, output = call(built, capsys, "build")
    assert code == 1
    place = f"{LEDGER}: " if rule == "ledger-future" else f"{LEDGER}:1:1: "
    assert f"{place}{rule}: " in output
    assert built.packages() == packages


def test_a_ledger_that_is_no_text(built: Sample, capsys: Out) -> None:
    built.write(b"\xff\xfe", LEDGER)
    code, output = call(built, capsys, "build")
    assert (code, f"{LEDGER}: ledger: " in output) == (1, True)


def test_frozen_refuses_a_stale_ledger_and_changes_nothing(built: Sample, capsys: Out) -> None:
    built.edit("It checks the token.", "It checks the signature.")
    packages = built.packages()
    code, output = call(built, capsys, "build", "--frozen")
    assert code == 1
    assert f"{LEDGER}: ledger-stale: delta-flow/component/api" in output
    assert built.packages() == packages


@pytest.mark.parametrize("text", ["", "{", '"a"', "[1]"])
def test_a_damaged_journal_of_an_interrupted_build_is_dropped(text: str, built: Sample, capsys: Out) -> None:
    packages = built.packages()
    built.write(text, "decks/.stage/journal.json")
    assert call(built, capsys, "build")[0] == 0
    assert built.packages() == packages


# --- the machine ------------------------------------------------------------------------------------------------------


def test_an_output_below_a_file(built: Sample, capsys: Out) -> None:
    packages = built.packages()
    code, output = call(built, capsys, "build", "-o", str(built.root / ATLAS / "out"))
    assert code == 1
    assert "atlas.yaml" in output
    assert built.packages() == packages


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "stop"])
def test_a_write_that_fails_leaves_the_old_packages(
    error: BaseException, built: Sample, capsys: Out, monkeypatch: Patch
) -> None:
    built.edit("It checks the token.", "It checks the signature.")
    packages = built.packages()

    def fail(handle: int) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(replace.os, "fsync", fail)
        code, output = call(built, capsys, "build")
    full = isinstance(error, OSError)
    assert code == (1 if full else 130)
    assert ("No space left" if full else "interrupted") in output
    assert built.packages() == packages
    assert call(built, capsys, "build")[0] == 0
    assert not (built.root / "decks/.stage").exists()
    assert built.packages()["ledger.jsonl"] != packages["ledger.jsonl"]


def test_an_interrupted_move_is_finished_by_the_next_command(built: Sample, capsys: Out, monkeypatch: Patch) -> None:
    built.edit("It checks the token.", "It checks the signature.")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(time.time()) + 5))
    real, moves = Path.replace, []

    def replace(self: Path, target: Path) -> Path:
        moves.append(target)
        if len(moves) == 4:
            raise KeyboardInterrupt
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        assert call(built, capsys, "build", "--renderer", "embedded")[0] == 130
    assert call(built, capsys, "build", "--frozen")[0] == 0


WAITING = """
import time
from atlas_decks import cli, pipeline

def wait(*args, **options):
    print("ready", flush=True)
    time.sleep(30)

pipeline.survey = wait
cli.main()
"""


def test_sigint_ends_a_real_process_quietly(sample: Sample) -> None:
    command = [sys.executable, "-c", WAITING, "--project", str(sample.root), "build"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err.strip().startswith("interrupted")
    assert "Traceback" not in err


# --- templates --------------------------------------------------------------------------------------------------------

TEMPLATES: dict[str, tuple[str, str | bytes, str]] = {
    "syntax": ("metric/front.html", "<p>\n[% if %]\n</p>", "templates/metric/front.html:2:1: "),
    "undefined": ("fields/bullets.html", "<ul>\n[[ nothing ]]", "templates/fields/bullets.html"),
    "unclosed": ("fields/bullets.html", "[% for x in items %]", "templates/fields/bullets.html:1:1: "),
    "division": ("fields/bullets.html", "[[ 1 / 0 ]]", "templates/fields/bullets.html"),
    "wrong type": ("fields/bullets.html", "[[ items + 1 ]]", "templates/fields/bullets.html"),
    "endless include": ("fields/bullets.html", "[% include 'fields/bullets.html' %]", "templates/fields/bullets.html"),
    "missing include": ("fields/bullets.html", "[% include 'none.html' %]", "templates/"),
    "broken include": ("_foot.html", "a\nb\n[% if %]", "templates/_foot.html:3:1: "),
    "not UTF-8": ("card.css", b"a { content: '\xff' }", "templates/card.css"),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_broken_template_is_refused(name: str, built: Sample, capsys: Out) -> None:
    file, content, place = TEMPLATES[name]
    packages = built.packages()
    built.write(content, f"templates/{file}")
    code, output = call(built, capsys, "build")
    assert code == 1
    assert output.startswith(place)
    assert ": template" in output
    assert built.packages() == packages


# --- the command line -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["build", "--colour"],
        ["bake"],
        ["build", "--tier", "one"],
        ["build", "--jobs", "0"],
        ["check", "--format", "xml"],
        ["verify"],
        ["verify", "missing.apkg"],
        ["diff"],
        ["show"],
        ["render"],
        ["diff", "missing.apkg", "missing.apkg"],
        ["build", "-o", "all.apkg"],
    ],
    ids=" ".join,
)
def test_wrong_usage(arguments: list[str], built: Sample, capsys: Out, monkeypatch: Patch) -> None:
    monkeypatch.chdir(built.root)
    packages = built.packages()
    code, output = call(built, capsys, *arguments)
    assert (code, "Error: " in output) == (2, True)
    assert built.packages() == packages


def test_a_pace_that_the_plan_does_not_have(built: Sample, capsys: Out) -> None:
    packages = built.packages()
    code, output = call(built, capsys, "build", "--weeks", "7")
    assert (code, "no-pace" in output, "there are 2, 4" in output) == (2, True, True)
    assert built.packages() == packages


def test_a_project_that_is_not_there_is_not_replaced_by_one_above(sample: Sample, capsys: Out) -> None:
    assert call(Sample(sample.root / "typo"), capsys, "check")[0] in (1, 2)


@pytest.mark.parametrize("value", ["soon", "1e9", "1.5"])
def test_a_bad_source_date_epoch(value: str, built: Sample, capsys: Out, monkeypatch: Patch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", value)
    code, output = call(built, capsys, "build")
    assert code == 2
    assert "SOURCE_DATE_EPOCH" in output


@pytest.mark.parametrize("command", ["build", "list"])
@pytest.mark.parametrize(
    ("selected", "hint"),
    [
        (["--tier", "9"], "one of 1, 2"),
        (["--company", "acne"], "did you mean acme?"),
        (["--category", "patern"], "did you mean patterns?"),
        (["--tag", "tier::9"], "did you mean tier::2, tier::1"),
        (["--tag", "atlas::no::such"], "see `atlas-decks plan`"),
    ],
    ids=str,
)
def test_a_selection_of_what_is_not_there(
    command: str, selected: list[str], hint: str, built: Sample, capsys: Out
) -> None:
    packages = built.packages()
    code, output = call(built, capsys, command, *selected)
    assert (code, f"{selected[0]}: unknown-selection: there is no" in output) == (2, True)
    assert hint in output
    assert built.packages() == packages


def test_a_selection_without_notes(built: Sample, capsys: Out) -> None:
    packages = built.packages()
    code, output = call(built, capsys, "build", "--company", "bolt")
    assert (code, "nothing-selected" in output) == (1, True)
    assert built.packages() == packages
    assert call(built, capsys, "build", "--tag", "atlas", "--tag", "tier", "-o", str(built.root / "all.apkg"))[0] == 0
    assert call(built, capsys, "list", "--company", "bolt")[0] == 1


@pytest.mark.parametrize("command", ["show", "render"])
def test_an_unknown_diagram_is_answered_with_a_near_one(command: str, sample: Sample, capsys: Out) -> None:
    code, output = call(sample, capsys, command, "delta-flaw")
    assert (code, "did you mean delta-flow" in output) == (1, True)


# --- packages ---------------------------------------------------------------------------------------------------------


def _zip(files: dict[str, bytes]) -> Callable[[Path, bytes], None]:
    def write(path: Path, good: bytes) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)

    return write


def _foreign(path: Path, good: bytes) -> None:
    """A package of somebody else's: its notes have no Key."""
    database = path.with_suffix(".db")
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE col (models TEXT)")
        connection.execute("INSERT INTO col VALUES (?)", [json.dumps({"1": {"flds": [{"name": "Front"}]}})])
        connection.execute("CREATE TABLE notes (guid TEXT, mid INTEGER, tags TEXT, flds TEXT)")
        connection.execute("INSERT INTO notes VALUES ('g', 1, '', 'hello')")
    connection.close()
    _zip({"collection.anki2": database.read_bytes(), "media": b"{}"})(path, good)


def _flipped(path: Path, good: bytes) -> None:
    """A package in which the compressed collection is damaged."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("collection.anki2", bytes(range(256)) * 64)
    data = bytearray(path.read_bytes())
    data[60:90] = b"\xff" * 30
    path.write_bytes(data)


NO_PACKAGES: dict[str, Callable[[Path, bytes], None]] = {
    "empty": lambda path, good: path.write_bytes(b"") and None,
    "text": lambda path, good: path.write_text("hello") and None,
    "half": lambda path, good: path.write_bytes(good[: len(good) // 2]) and None,
    "zip of something else": _zip({"readme.txt": b"hello"}),
    "no database": _zip({"collection.anki2": b"hello", "media": b"{}"}),
    "damaged": _flipped,
    "foreign": _foreign,
}


@pytest.mark.parametrize("name", NO_PACKAGES)
def test_diff_refuses_what_is_no_package_of_ours(name: str, built: Sample, capsys: Out, tmp_path: Path) -> None:
    good = built.root / "decks/atlas-all.apkg"
    bad = tmp_path / "bad.apkg"
    NO_PACKAGES[name](bad, good.read_bytes())
    for pair in ([bad, good], [good, bad]):
        code, output = call(built, capsys, "diff", *map(str, pair))
        assert code == 1
        assert output.startswith(f"{bad}: package: ")


@pytest.mark.anki
@pytest.mark.parametrize("name", [name for name in NO_PACKAGES if name != "foreign"])
def test_verify_refuses_what_is_no_package(name: str, built: Sample, capsys: Out, tmp_path: Path) -> None:
    pytest.importorskip("anki")
    bad = tmp_path / "bad.apkg"
    NO_PACKAGES[name](bad, (built.root / "decks/atlas-all.apkg").read_bytes())
    code, output = call(built, capsys, "verify", str(bad))
    assert code == 1
    assert f"{bad}: import: " in output
