"""The command line as people use it."""

from __future__ import annotations

import io
import json
import os
import platform
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import click
import pytest

from atlas_decks.cli import COMMANDS as SUMMARIES
from atlas_decks.cli import cli, run
from atlas_decks.learner.changes import compare
from atlas_decks.project import Project
from support.builds import NOW, build, copy_of

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = sorted(SUMMARIES)


def _command(name: str) -> click.Command:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    return command


def test_the_commands_of_the_design_are_there() -> None:
    assert {"new", "check", "build", "render", "serve", "verify", "diff", "list", "show", "stats", "plan"} <= set(
        COMMANDS
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_the_overview_says_what_the_command_says_of_itself(name: str) -> None:
    assert SUMMARIES[name] == (_command(name).help or "").split("\n\n")[0].replace("\n", " ")
    assert _command(name).name == name


def test_help_imports_no_part_of_the_pipeline() -> None:
    code = "import sys; from atlas_decks.cli import run; run(['--help']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = done.stdout.splitlines()[-1]
    assert not [
        name for name in ("pydantic", "rich", "genanki", "lxml", "atlas_decks.pipeline") if f"'{name}'" in modules
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "-h"]) == 0
    out = capsys.readouterr().out
    assert f"atlas-decks {name}" in out.split("Example", 1)[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_docs_name_every_command(name: str) -> None:
    assert f"`{name}" in (ROOT / "docs" / "commands.md").read_text("utf-8") or f"atlas-decks {name}" in (
        ROOT / "docs" / "commands.md"
    ).read_text("utf-8")


def test_the_examples_in_the_docs_are_commands_that_exist() -> None:
    for line in re.findall(
        r"^\s*(?:\w+=\S+ )?atlas-decks ([^\n`#&|]*)", (ROOT / "docs" / "commands.md").read_text("utf-8"), re.M
    ):
        words = [word for word in line.split() if not word.startswith("-")]
        options = re.findall(r"(--[a-z-]+)", line)
        command = cli.get_command(click.Context(cli), words[0]) if words else None
        known = {o for p in (command or cli).params if isinstance(p, click.Option) for o in p.opts} | {"--help"}
        known |= {o for p in cli.params if isinstance(p, click.Option) for o in p.opts}
        assert command is not None or words[0].isupper(), line
        assert set(options) <= known, line


def test_new_check_build_list_show_stats_plan_render_diff(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "own"
    at = ["--project", str(home)]
    assert run(["new", str(home)]) == 0
    assert run(["new", str(home)]) == 1
    assert "not-empty" in capsys.readouterr().err
    assert run([*at, "check", "--strict"]) == 0
    assert run([*at, "build", "--report", str(tmp_path / "report.json")]) == 0
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["notes"] == 8
    assert set(report["packages"]) == {"mine-1-basics.apkg", "mine-all.apkg", "mine-plan.apkg"}
    first = (home / "decks/mine-all.apkg").read_bytes()
    book = (home / "decks/ledger.jsonl").read_bytes()
    assert run([*at, "build", "--frozen"]) == 0
    assert (home / "decks/mine-all.apkg").read_bytes() == first
    assert (home / "decks/ledger.jsonl").read_bytes() == book
    capsys.readouterr()
    assert run([*at, "list", "--format", "json"]) == 0
    assert [row["id"] for row in json.loads(capsys.readouterr().out)] == ["cache-aside-basics"]
    assert run([*at, "show", "cache-aside-basics"]) == 0
    assert "[metric] How long may a key be" in capsys.readouterr().out
    assert run([*at, "show", "cache-aside-basic"]) == 1
    assert "did you mean cache-aside-basics?" in capsys.readouterr().err
    assert run([*at, "stats", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["diagrams"] == 1
    assert run([*at, "plan"]) == 0
    assert "weeks 1-4" in capsys.readouterr().out
    assert run([*at, "render", "cache-aside-basics", "-o", str(tmp_path / "x.svg")]) == 0
    assert (tmp_path / "x.svg").read_text("utf-8").startswith("<svg")
    assert run([*at, "build", "--tag", "card::metric", "-o", str(tmp_path / "m.apkg")]) == 0
    assert run(["diff", str(home / "decks/mine-all.apkg"), str(tmp_path / "m.apkg")]) == 0
    assert "0 added, 0 changed, 0 retired, 0 moved, 6 missing, 2 unchanged" in capsys.readouterr().out


def test_only_changed_packs_just_what_changed(starter: Project, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["--project", str(starter.root)]
    assert run([*at, "build"]) == 0
    file = starter.curriculum / "1-basics/examples/caching.yaml"
    file.write_text(file.read_text("utf-8").replace("It holds copies only.", "It holds only copies."), "utf-8")
    out = starter.root / "changed.apkg"
    old = starter.root / "old.apkg"
    old.write_bytes((starter.decks / "mine-all.apkg").read_bytes())
    assert run([*at, "build", "--only-changed", "-o", str(out)]) == 0
    difference = compare(old, out)
    assert [change.key for change in difference.changed] == ["cache-aside-basics/component/cache"]
    assert list(difference.changed[0].fields) == ["Detail"]
    assert difference.unchanged == 0


def test_32_weeks_leave_the_ledger_alone(tmp_path: Path) -> None:
    project = copy_of(Project(ROOT), tmp_path / "project")
    a = build(project, NOW, weeks=32)
    slow, book = a.packages, project.ledger_file.read_bytes()
    b = build(project, NOW, weeks=16)
    assert book == project.ledger_file.read_bytes()
    assert not b.changed
    assert slow["atlas-all.apkg"] != b.packages["atlas-all.apkg"]


def test_problems_as_json_and_github(starter: Project, capsys: pytest.CaptureFixture[str]) -> None:
    file = starter.curriculum / "1-basics/examples/caching.yaml"
    file.write_text(file.read_text("utf-8").replace("do on a", "do, on a").replace("first?", "first"), "utf-8")
    at = ["--project", str(starter.root), "check"]
    assert run([*at, "--format", "json"]) == 1
    (problem,) = json.loads(capsys.readouterr().out)
    line = file.read_text("utf-8").splitlines()[problem["line"] - 1]
    assert problem["rule"] == "prompt-question"
    assert line[problem["column"] - 1 :].startswith("In a cache-aside read")
    assert run([*at, "--format", "github"]) == 1
    assert capsys.readouterr().out.startswith("::error file=curriculum/1-basics/examples/caching.yaml,line=")


def test_exit_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert run(["build", "--no-such-option"]) == 2
    assert run(["--project", str(tmp_path), "check"]) == 1
    assert "no-project" in capsys.readouterr().err

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("atlas_decks.cli.context.find_project", broken)
    assert run(["stats"]) == 3
    message = capsys.readouterr().err
    assert "Traceback" not in message
    log = Path(message.rsplit(" ", 1)[1].strip())
    text = log.read_text("utf-8")
    assert "boom" in text
    assert f"Python {sys.version}" in text
    assert platform.platform() in text
    assert " click-" in text
    log.unlink()


def test_a_terminal_gets_completion_and_a_pipe_may_close() -> None:
    environment = {**os.environ, "_ATLAS_DECKS_COMPLETE": "bash_source"}
    program = [sys.executable, "-c", "from atlas_decks.cli import main; main()"]
    done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    assert "_atlas_decks_completion" in done.stdout


def test_the_wheel_carries_templates_starter_and_font(tmp_path: Path) -> None:
    import hatchling.build

    cwd = Path.cwd()
    os.chdir(ROOT)
    try:
        name = hatchling.build.build_wheel(str(tmp_path))
    finally:
        os.chdir(cwd)
    with zipfile.ZipFile(io.BytesIO((tmp_path / name).read_bytes())) as wheel:
        names = set(wheel.namelist())
    assert "atlas_decks/templates/card.css" in names
    assert "atlas_decks/starter/curriculum/atlas.yaml" in names
    assert "atlas_decks/diagrams/font/RobotoCondensed-Regular.ttf" in names
    assert "atlas_decks/diagrams/font/LICENSE.txt" in names
    assert not any(name.startswith(("anki/", "curriculum/")) for name in names)
