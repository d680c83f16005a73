"""The recipes of docs/architecture.md, followed step by step in a copy of the repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from atlas_decks.learner.changes import compare, read_package
from support.sample import ACME, Sample, make_sample

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("src", "templates", "docs", "tests", "bench", "README.md", "pyproject.toml", "Makefile", "CONTRIBUTING.md")
NOW = 1_700_000_000


@dataclass(frozen=True)
class Workshop:
    """A copy of the repository that may be changed, and a small project to try it on."""

    root: Path
    sample: Sample

    def edit(self, name: str, old: str, new: str) -> None:
        file = self.root / name
        text = file.read_text("utf-8")
        assert text.count(old) == 1, (name, old)
        file.write_text(text.replace(old, new), "utf-8")

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text, "utf-8")

    def python(self, *arguments: str, code: int = 0, now: int = NOW) -> str:
        environment = {**os.environ, "PYTHONPATH": str(self.root / "src"), "SOURCE_DATE_EPOCH": str(now)}
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def atlas(self, *arguments: str, code: int = 0, now: int = NOW) -> str:
        program = "from atlas_decks.cli import main; main()"
        return self.python("-c", program, "--project", str(self.sample.root), *arguments, code=code, now=now)

    def test(self, *arguments: str) -> None:
        self.python("-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *arguments)

    def packages(self) -> Path:
        """The package with everything, kept apart from what the next build makes."""
        number = len(list(self.root.glob("*.apkg")))
        return shutil.copy(self.sample.root / "decks/atlas-all.apkg", self.root / f"{number}.apkg")


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    root = tmp_path / "repository"
    root.mkdir()
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, root / part)
    return Workshop(root, make_sample(tmp_path / "project"))


RULE = '''"""A rule on the tone of titles."""

from __future__ import annotations

from collections.abc import Iterator

from atlas_decks.curriculum.models import Diagram
from atlas_decks.problems import Problem
from atlas_decks.rules.registry import diagram_rule


@diagram_rule("quiet-title")
def quiet_title(diagram: Diagram) -> Iterator[Problem]:
    """A title does not shout."""
    if diagram.spec.title.isupper():
        hint = "write it in lower case"
        yield diagram.origin.problem(diagram.path("title"), "quiet-title", "the title is all capitals", hint)
'''
FAULT = '    "quiet-title": (QUEUES, edit("title: Delta request flow", "title: DELTA REQUEST FLOW")),\n'


def test_add_a_rule(workshop: Workshop) -> None:
    workshop.write("src/atlas_decks/rules/tone.py", RULE)
    text = (workshop.root / "src/atlas_decks/rules/__init__.py").read_text("utf-8")
    workshop.write("src/atlas_decks/rules/__init__.py", text.replace("sources, wording", "sources, tone, wording"))
    assert "quiet-title: A title does not shout." in workshop.atlas("check", "--rules")
    workshop.atlas("check", "--strict")
    line = workshop.sample.line("title: Acme request flow", ACME)
    workshop.sample.edit("title: Acme request flow", "title: ACME REQUEST FLOW", ACME)
    assert f"{ACME}:{line}:12: quiet-title: the title is all capitals" in workshop.atlas("check", code=1)
    waived = "    exceptions:\n      - {rule: quiet-title, reason: The product is called that.}\n    components:"
    workshop.sample.write(workshop.sample.read(ACME).replace("    components:", waived), ACME)
    workshop.atlas("check", "--strict")
    first = '    "prompt-question": (QUEUES,'
    workshop.edit("tests/rules/test_rules.py", first, FAULT + first)
    workshop.test("tests/rules/test_rules.py", "-k", "quiet-title or every_registered or in_a_sentence")
    workshop.python("docs/generate.py")
    assert "| `quiet-title` | text | A title does not shout. |" in (workshop.root / "docs/rules.md").read_text("utf-8")


COMMAND = '''"""Counts the letters of titles."""

from __future__ import annotations

import click

from atlas_decks.cli.context import Context, pass_context
from atlas_decks.curriculum import load


@click.command("letters")
@pass_context
def command(context: Context) -> None:
    """Count the letters of all titles.

    \\b
    Example:
      atlas-decks letters
    """
    curriculum, _ = load.load(context.open_project())
    click.echo(sum(len(diagram.spec.title) for diagram in curriculum.diagrams))
'''


def test_add_a_command(workshop: Workshop) -> None:
    workshop.write("src/atlas_decks/cli/letters.py", COMMAND)
    workshop.edit(
        "src/atlas_decks/cli/__init__.py",
        "COMMANDS = {\n",
        'COMMANDS = {\n    "letters": "Count the letters of all titles.",\n',
    )
    row = "| `serve` |"
    workshop.edit(
        "docs/commands.md", row, f"| `letters` | counts the letters of all titles | `atlas-decks letters` |\n{row}"
    )
    assert "Count the letters of all titles." in workshop.atlas("--help")
    assert int(workshop.atlas("letters")) == len("Acme request flowDelta request flowGamma request flow")
    workshop.test("tests/cli/test_cli.py", "-k", "overview or example or docs_name")


ENGINE = '''"""Draws as the embedded engine does, with the title of the engine in the picture."""

from __future__ import annotations

from dataclasses import replace

from atlas_decks.diagrams.embedded import EmbeddedRenderer
from atlas_decks.diagrams.picture import Picture
from atlas_decks.diagrams.renderer import RenderError


class SignedRenderer:
    """Signs its pictures."""

    version = "signed 1"

    def render(self, source: str) -> Picture:
        """Draw one source."""
        if "unsigned" in source:
            raise RenderError("refuses to sign", 2, "sign it yourself")
        picture = EmbeddedRenderer().render(source)
        return replace(picture, svg=picture.svg.replace("</svg>", "<!--signed--></svg>"))
'''


def test_add_an_engine(workshop: Workshop) -> None:
    workshop.write("src/atlas_decks/diagrams/signed.py", ENGINE)
    workshop.edit(
        "src/atlas_decks/diagrams/draw.py",
        "    return EmbeddedRenderer()\n",
        '    if name == "signed":\n        from atlas_decks.diagrams.signed import SignedRenderer\n\n'
        "        return SignedRenderer()\n    return EmbeddedRenderer()\n",
    )
    workshop.edit(
        "src/atlas_decks/cli/context.py", '["embedded", "mermaid-ink"]', '["embedded", "mermaid-ink", "signed"]'
    )
    workshop.atlas("build")
    plain = workshop.packages()
    workshop.atlas("build", "--renderer", "signed", now=NOW + 10)
    signed = workshop.packages()
    drawn = workshop.atlas("render", "acme-flow", "--renderer", "signed")
    assert "<!--signed-->" in drawn
    assert "<!--signed-->" not in workshop.atlas("render", "acme-flow"), "each engine has its own entries in the cache"
    assert len(compare(plain, signed).changed) == compare(plain, plain).unchanged, "every note has another picture"
    line = workshop.sample.line("mermaid: |", ACME)
    workshop.sample.edit('"order"', '"unsigned order"', ACME)
    assert f"{ACME}:{line + 2}:1: mermaid-syntax: refuses to sign" in workshop.atlas(
        "check", "--renderer", "signed", code=1
    )


def test_add_an_order(workshop: Workshop) -> None:
    workshop.atlas("build")
    before = workshop.packages()
    workshop.edit(
        "src/atlas_decks/schedule/order.py",
        "    return order\n\n\ndef _by_group",
        "    return order[::-1]\n\n\ndef _by_group",
    )
    workshop.atlas("build", "--frozen", now=NOW + 10)  # not a note is touched
    after = workshop.packages()
    old, new = read_package(before).notes, read_package(after).notes
    assert [note.mod for note in old.values()] == [new[guid].mod for guid in old]
    found = compare(before, after)
    assert not [*found.added, *found.changed, *found.retired]
    first = {guid: note.position for guid, note in old.items() if note.key.startswith("delta-flow/")}
    assert all(new[guid].position > position for guid, position in first.items()), "what came first comes later"


KIND = """    Kind(
        slug="analogy",
        name="Analogy",
        key="analogies",
        fact=Analogy,
        first=80,
        step=3,
        fields=_fields("Prompt", "Answer", "Limits"),
        counts=(0, 1),
        cards=(CardType("Recall", "Recall", "analogy"),),
        texts={"prompt": PROSE, "answer": ANSWER, "limits": SENTENCE},
        answers=("answer",),
    ),
    Kind(
        slug="redraw",
"""
MODEL = '''class Analogy(Fact):
    """Something of daily life that works alike; `limits`: where the likeness ends."""

    kind = "analogy"
    prompt: Text
    answer: Text
    limits: Text


class DiagramSpec(Model):
'''
FRONT = """<div class="atlas"><div class="crumb">{{Breadcrumb}}</div><div class="prompt">{{Prompt}}</div></div>"""
BACK = """<div class="atlas"><div class="prompt asked">{{Prompt}}</div><div class="answer" id="answer">{{Answer}}</div>
<div class="box">{{Limits}}</div>[% include "_picture.html" %][% include "_foot.html" %]</div>"""
ANALOGY = """    analogies:
      - id: post
        prompt: What in a town keeps parcels while nobody is at home?
        answer: The post office
        limits: LIMITS
    components:"""


def _add_kind(workshop: Workshop) -> None:
    models, kinds = "src/atlas_decks/curriculum/models.py", "src/atlas_decks/cards/kinds.py"
    workshop.edit(models, "class DiagramSpec(Model):\n", MODEL)
    workshop.edit(
        models,
        "    focus: tuple[Slug, ...] = ()\n    exceptions",
        (
            "    analogies: Annotated[tuple[Analogy, ...], Field(max_length=1)] = ()\n"
            "    focus: tuple[Slug, ...] = ()\n    exceptions"
        ),
    )
    workshop.edit(kinds, "import Component,", "import Analogy, Component,")
    workshop.edit(kinds, '    Kind(\n        slug="redraw",\n', KIND)
    workshop.write("templates/analogy/front.html", FRONT)
    workshop.write("templates/analogy/back.html", BACK)


@pytest.mark.anki
def test_add_a_kind_of_card(workshop: Workshop) -> None:
    workshop.atlas("build")
    before = workshop.packages()
    _add_kind(workshop)
    text = workshop.sample.read(ACME)
    workshop.sample.write(text.replace("    components:", ANALOGY.replace("LIMITS", "A parcel <b>waits</b>.")), ACME)
    assert ": plain-text: " in workshop.atlas("check", code=1), "the rules look at texts of the new kind"
    workshop.sample.write(text.replace("    components:", ANALOGY.replace("LIMITS", "It has opening hours.")), ACME)
    workshop.atlas("build", now=NOW + 10)
    found = compare(before, package := workshop.packages())
    assert [change.key for change in found.added] == ["acme-flow/analogy/post"]
    assert not [*found.changed, *found.retired, *found.moved], "no other note is touched"
    shown = workshop.atlas("show", "acme-flow")
    assert "[analogy] What in a town keeps parcels" in shown
    assert json.loads(workshop.atlas("stats", "--format", "json"))["cards"]["analogy"] == 1
    assert [row["id"] for row in json.loads(workshop.atlas("list", "--tag", "card::analogy", "--format", "json"))] == [
        "acme-flow"
    ]
    workshop.atlas("preview", "-o", str(workshop.root / "site"))
    assert "The post office" in (workshop.root / "site/cards.js").read_text("utf-8"), "the search knows it"
    assert "What in a town keeps" in (workshop.root / "site/diagram-acme-flow.html").read_text("utf-8")
    assert "0 problems" in workshop.atlas("verify", str(package))
    workshop.edit(
        "docs/format.md",
        "| `traces` | 0 to 1 |",
        "| `analogies` | 0 to 1 | something of daily life |\n| `traces` | 0 to 1 |",
    )
    workshop.test("tests/test_docs.py", "-k", "counts")
