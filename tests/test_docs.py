"""The docs say what is so: generated parts are those of the code, keys and counts those of the models, links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel

from atlas_decks.curriculum import models
from atlas_decks.rules.settings import COUNTS
from docs.generate import pages

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
FORMAT = (ROOT / "docs/format.md").read_text("utf-8")


@pytest.mark.parametrize(("file", "text"), list(pages()), ids=lambda value: getattr(value, "name", ""))
def test_generated_pages_are_as_written(file: Path, text: str) -> None:
    assert file.read_text("utf-8") == text, "run `make docs`"


def _keys(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


@pytest.mark.parametrize(
    "model",
    [
        models.FileHead,
        models.Citation,
        models.DiagramSpec,
        models.Component,
        models.Metric,
        models.TradeOff,
        models.Failure,
        models.Trace,
        models.Decision,
        models.RuleException,
    ],
)
def test_every_key_of_a_subject_file_is_explained(model: type[BaseModel]) -> None:
    assert {key for key in _keys(model) if f"`{key}`" not in FORMAT and f"{key}:" not in FORMAT} == set()


def test_counts_of_facts_are_those_of_the_rule() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d to \d) \|", FORMAT, re.MULTILINE))
    expected = {key: f"{least} to {most}" for key, (least, most) in COUNTS.items()}
    assert rows == expected


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if not re.match(r"https?:|mailto:", target):
            assert (page.parent / target).exists(), target


def test_every_room_has_its_line_in_the_architecture() -> None:
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    source = ROOT / "src/atlas_decks"
    rooms = {path.name for path in source.iterdir() if path.is_dir() and (path / "__init__.py").is_file()}
    modules = {path.name for path in source.glob("*.py")} - {"__init__.py"}
    assert {f"`{room}/`" for room in rooms} | {f"`{module}`" for module in modules} <= set(
        re.findall(r"`[\w./]+`", text)
    )


def test_make_help_names_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split())
    done = subprocess.run(["make", "-C", str(ROOT), "help"], capture_output=True, text=True, check=True)
    named = {line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")}
    assert targets - named == {"bench-peers"}, "what others need, but nobody calls"


def test_workflow_files_are_sound() -> None:
    tools = Path(sys.executable).parent
    flows = [str(file) for file in sorted((ROOT / ".github/workflows").glob("*.yml"))]
    forms = [str(ROOT / ".github/ISSUE_TEMPLATE" / name) for name in ("card.yml", "bug.yml")]
    for command in (
        [tools / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *flows],
        [tools / "check-jsonschema", "--builtin-schema", "vendor.github-issue-forms", *forms],
        [tools / "zizmor", "--offline", "--no-progress", str(ROOT / ".github")],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_workflows_run_is_there() -> None:
    for file in (ROOT / ".github/workflows").glob("*.yml"):
        for program in re.findall(r"run: (\.ci/\S+)", file.read_text("utf-8")):
            assert (ROOT / program).stat().st_mode & 0o100, program


def test_the_complete_file_is_the_one_that_new_writes() -> None:
    starter = (ROOT / "src/atlas_decks/starter/curriculum/1-basics/examples/caching.yaml").read_text("utf-8")
    lines = [f"    {line}" for line in starter.splitlines() if not line.startswith("#")]
    assert "\n".join(lines) in FORMAT
