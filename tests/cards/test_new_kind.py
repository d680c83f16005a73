"""The recipe "add a kind of card" (docs/architecture.md), followed in a copy of the program."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from atlas_decks.learner import real_anki
from atlas_decks.learner.changes import read_package
from support.sample import QUEUES, Sample, make_sample

pytestmark = pytest.mark.anki
ROOT = Path(__file__).resolve().parents[2]
MODEL = '''class Caveat(Fact):
    """Where a rule of thumb ends."""

    kind = "caveat"
    answer: Text


class DiagramSpec(Model):'''
LINE = "    caveats: Annotated[tuple[Caveat, ...], Field(max_length=2)] = ()\n    focus: tuple[Slug, ...] = ()\n    exceptions"
ROW = """    Kind(
        slug="caveat",
        name="Caveat",
        key="caveats",
        fact=Caveat,
        first=76,
        step=3,
        fields=_fields("Prompt", "Answer"),
        cards=(CardType("Recall", "Recall", "caveat"),),
        texts={"prompt": PROSE, "answer": ANSWER},
        answers=("answer",),
    ),
    Kind(
        slug="redraw","""
FACT = """    caveats:
      - id: small-queues
        prompt: Below which size of Delta does a buffer only add delay?
        answer: One job in ten minutes
        source: blog
    failures:"""


def _edit(file: Path, *edits: tuple[str, str]) -> None:
    text = file.read_text("utf-8")
    for old, new in edits:
        assert old in text, f"{old!r} is not in {file.name}: mend the recipe"
        text = text.replace(old, new, 1)
    file.write_text(text, "utf-8")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with one more kind of card."""
    root = tmp_path_factory.mktemp("program")
    for folder in ("src", "templates", "bench", "docs"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__", "screenshots"))
    _edit(
        root / "src/atlas_decks/curriculum/models.py",
        ("class DiagramSpec(Model):", MODEL),
        ("    focus: tuple[Slug, ...] = ()\n    exceptions", LINE),
    )
    _edit(
        root / "src/atlas_decks/cards/kinds.py",
        ('    Kind(\n        slug="redraw",', ROW),
        ("import Component, ", "import Caveat, Component, "),
    )
    for side, text in (("front", "<p>{{Prompt}}</p>"), ("back", "<p>{{Prompt}}</p><hr><p>{{Answer}}</p>")):
        (root / "templates/caveat").mkdir(exist_ok=True)
        (root / f"templates/caveat/{side}.html").write_text(text, "utf-8")
    return root


@pytest.fixture
def own(tmp_path: Path) -> Sample:
    sample = make_sample(tmp_path / "project")
    sample.edit("    failures:", FACT)
    return sample


def _run(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(program / "src"), str(program)])}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=environment, check=False)


def _call(program: Path, own: Sample, *arguments: str) -> tuple[int, str]:
    code = "import sys; from atlas_decks.cli import run; sys.exit(run(sys.argv[1:]))"
    done = _run(program, "-c", code, "--project", str(own.root), *arguments)
    return done.returncode, done.stdout + done.stderr


def test_packages_and_the_real_anki_take_it_up(program: Path, own: Sample) -> None:
    code, output = _call(program, own, "build")
    assert code == 0, output
    package = own.root / "decks/atlas-all.apkg"
    packed = read_package(package)
    (note,) = [note for note in packed.notes.values() if "/caveat/" in note.key]
    assert note.key == "delta-flow/caveat/small-queues"
    assert note.fields["Answer"] == "One job in ten minutes"
    assert {"atlas::card::caveat", "atlas::depth::deeper"} <= set(note.fields["Tags"].split())
    assert note.deck == "Sample::Deeper::1 Foundation"
    assert "Sample Caveat" in packed.note_types
    report = real_anki.verify([package])
    assert report.problems == []
    assert report.cards == sum(len(found.cards) for found in packed.notes.values())


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("One job in ten minutes", "One **job** in ten minutes", "plain-text"),
        ("One job in ten minutes", f"One job{' or more' * 6}", "length"),
        ("does a buffer only add delay?", "does a buffer only add delay.", "prompt-question"),
        ("Below which size", "Is it below which size", "prompt-yes-no"),
        ("        source: blog\n    failures", "        source: book\n    failures", "source-known"),
    ],
)
def test_rules_look_at_it(program: Path, own: Sample, old: str, new: str, rule: str) -> None:
    line = own.edit(old, new)
    code, output = _call(program, own, "check")
    assert code == 1
    assert f"{QUEUES}:{line}:" in output
    assert f": {rule}: " in output


def test_show_stats_and_the_preview_know_it(program: Path, own: Sample, tmp_path: Path) -> None:
    assert "[caveat] Below which size" in _call(program, own, "show", "delta-flow")[1]
    assert json.loads(_call(program, own, "stats", "--format", "json")[1])["cards"]["caveat"] == 1
    code, output = _call(program, own, "preview", "-o", str(tmp_path / "site"))
    assert code == 0, output
    index = (tmp_path / "site/cards.js").read_text("utf-8")
    assert '"caveat","caveat-small-queues","Below which size of Delta' in index
    assert "One job in ten minutes" in index
    assert '<option value="caveat">Caveat</option>' in (tmp_path / "site/cards.html").read_text("utf-8")
    assert 'id="caveat-small-queues"' in (tmp_path / "site/diagram-delta-flow.html").read_text("utf-8")
    article = (tmp_path / "site/read-delta-flow.html").read_text("utf-8")
    assert '<h2 id="caveats">Caveat</h2>' in article
    assert '<div class="detail">One job in ten minutes</div>' in article


def test_the_benchmark_and_the_docs_take_it_up(program: Path, own: Sample, tmp_path: Path) -> None:
    made = tmp_path / "made"
    code = (
        "import sys; from pathlib import Path; from atlas_decks.curriculum import load; from atlas_decks.project import"
        " Project; from bench.generate import generate; generate(load.load(Project(Path(sys.argv[1])))[0],"
        " Path(sys.argv[2]), 6)"
    )
    done = _run(program, "-c", code, str(own.root), str(made))
    assert done.returncode == 0, done.stderr
    assert sum(file.read_text("utf-8").count("caveats:") for file in made.rglob("*.yaml")) > 0
    assert _run(program, str(program / "docs/generate.py")).returncode == 0
    assert "| caveat | `caveats` | one |" in (program / "docs/format.md").read_text("utf-8")
