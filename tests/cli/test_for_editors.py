"""What helps while one writes: JSON schemas for editors, the guide beside a new project, completion in the shell."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from atlas_decks.cli import run
from atlas_decks.cli.completion import tags_of
from atlas_decks.curriculum import load, source
from atlas_decks.curriculum.schema import schemas
from atlas_decks.project import Project
from support.builds import NOW, build

ROOT = Path(__file__).resolve().parents[2]
PROJECTS = [ROOT, *sorted(path for path in (ROOT / "tests/examples").iterdir() if path.is_dir())]


def _data(file: Path) -> Any:
    found, problems = source.read(file, file.name)
    assert found is not None, problems
    return json.loads(json.dumps(found.data))


def _faults(name: str, data: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(schemas()[name])
    return [error.message for error in validator.iter_errors(data)]


@pytest.mark.parametrize("root", PROJECTS, ids=lambda path: path.name)
def test_every_sound_file_is_valid(root: Path) -> None:
    project = Project(root)
    assert _faults("atlas", _data(project.plan_file)) == []
    files, _ = load.subject_files(project)
    assert files
    for file in files:
        assert _faults("subject", _data(file)) == [], file.name


def _without(data: Any, *path: Any) -> None:
    *above, last = path
    for part in above:
        data = data[part]
    del data[last]


SLIPS: dict[str, Callable[[Any], Any]] = {
    "unknown key": lambda data: data.update(categry="x"),
    "missing key": lambda data: _without(data, "diagrams", 0, "shows"),
    "alias": lambda data: data["diagrams"][0].update(
        decisions=[{"id": "a", "prompt": "b", "answer": "c", "tell": "d"}]
    ),
    "no number": lambda data: data["diagrams"][0]["metrics"][0].update(as_of="soon"),
    "no slug": lambda data: data["diagrams"][0].update(id="Two Words"),
    "no basis": lambda data: data["diagrams"][0]["metrics"][0].update(basis="guessed"),
    "too many": lambda data: data["diagrams"][0].update(traces=[{}] * 9),
    "no diagrams": lambda data: data.update(diagrams=[]),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_found_by_the_schema_and_by_check(name: str, starter: Project) -> None:
    file = starter.curriculum / "1-basics/examples/caching.yaml"
    data = copy.deepcopy(_data(file))
    SLIPS[name](data)
    assert _faults("subject", data)
    file.write_text(json.dumps(data), "utf-8")
    assert load.load(starter)[1]


def test_a_point_of_the_self_assessment_is_a_text_or_has_a_check(starter: Project) -> None:
    data = _data(starter.plan_file)
    for point, good in (("a", True), ({"text": "a", "check": "nodes"}, True), ({"text": "a", "check": "x"}, False)):
        data["self_assessment"] = [point]
        assert (_faults("atlas", data) == []) == good


def test_new_brings_the_schemas_and_the_guide(starter: Project) -> None:
    for file in starter.curriculum.rglob("*.yaml"):
        named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", file.read_text("utf-8"))
        assert named
        schema = json.loads((file.parent / named[1]).read_text("utf-8"))
        assert schema == schemas()["atlas" if file == starter.plan_file else "subject"]
    for page in ("authors", "format", "rules"):
        text = (starter.root / f"docs/{page}.md").read_text("utf-8")
        assert text == (ROOT / f"docs/{page}.md").read_text("utf-8")
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert (starter.root / "docs" / target).is_file(), target


def test_schema_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("atlas", "subject"):
        assert run(["schema", name]) == 0
        assert json.loads(capsys.readouterr().out) == schemas()[name]
    assert run(["schema", "--all", str(tmp_path / "s")]) == 0
    assert sorted(file.name for file in (tmp_path / "s").iterdir()) == ["atlas.schema.json", "subject.schema.json"]


def test_the_wheel_has_the_guide(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for page in ("authors", "format", "rules"):
            assert archive.read(f"atlas_decks/guide/{page}.md") == (ROOT / f"docs/{page}.md").read_bytes()


# --- completion -------------------------------------------------------------------------------------------------------


def _completed(project: Path, *typed: str, shell: str = "fish") -> list[str]:
    """What the shell offers for the last of the words typed, by the program itself."""
    words = ["atlas-decks", "--project", str(project), *typed]
    asked = {"COMP_WORDS": " ".join(words), "COMP_CWORD": typed[-1] if shell == "fish" else str(len(words) - 1)}
    done = subprocess.run(
        [sys.executable, "-c", "from atlas_decks.cli import main; main()"],
        env={**os.environ, "_ATLAS_DECKS_COMPLETE": f"{shell}_complete", **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return re.findall(r"^plain[,\n](\S+)", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["show", "cache"], ["cache-aside-basics"]),
        (["render", "x"], []),
        (["list", "--category", "ex"], ["examples"]),
        (["list", "--company", ""], []),
        (["build", "--tier", ""], ["1"]),
        (["build", "--tag", "tier::"], ["tier::1"]),
        (["plan", "--weeks", ""], ["4"]),
    ],
    ids=str,
)
def test_the_shell_completes(typed: list[str], offered: list[str], starter: Project) -> None:
    assert _completed(starter.root, *typed, shell="bash") == offered


def test_a_project_that_cannot_be_read_offers_nothing(starter: Project) -> None:
    starter.plan_file.write_text("id: [", "utf-8")
    assert _completed(starter.root, "show", "c", shell="bash") == []


def test_every_tag_of_a_note_is_offered(starter: Project) -> None:
    plan, _ = load.load_plan(starter)
    offered = {f"{plan.tag}::{tag}" for tag, _ in tags_of(plan)}
    tags = {tag for note in build(starter, NOW).living for tag in note.fields["Tags"].split()}
    assert tags
    assert tags <= offered
