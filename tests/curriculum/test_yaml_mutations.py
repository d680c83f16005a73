"""Slips of the pen in YAML: mutated files end in a package that has every text, or in problems and untouched files."""

from __future__ import annotations

import html
import random
import re
import shutil
import time
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from atlas_decks.cli import run
from atlas_decks.cli.new import write_starter
from atlas_decks.learner.changes import read_package
from atlas_decks.project import Project

SEED, FEW, MANY = 20261, 60, 3000
SECONDS = 10  # of processor time, for check and build
EXAMPLES = Path(__file__).parents[1] / "examples"
# keys of a subject file whose texts stand on cards
ON_CARDS = frozenset(
    [
        "title",
        "shows",
        "prompt",
        "answer",
        "detail",
        "formula",
        "choice",
        "gains",
        "costs",
        "instead",
        "trigger",
        "effect",
        "containment",
        "detection",
        "tell",
        "not",
    ]
)
PIECES = [
    *(
        "\n",
        "\n\n",
        "  ",
        "\t",
        ":",
        ": ",
        "- ",
        "-",
        "'",
        '"',
        "|",
        ">",
        "#",
        " # ",
        "&a ",
        "*a",
        "!!str ",
        "!x ",
        "? ",
    ),
    *(
        "{",
        "}",
        "[",
        "]",
        ",",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "<<: *a\n",
        "null",
        "~",
        "true",
        "yes",
        "no",
        "0x1F",
        "1_0",
    ),
    *(
        "1e999",
        ".inf",
        "2024-01-01",
        "12:30",
        "\x00",
        "\x07",
        "\x85",
        "\u2028",
        "\ufeff",
        "\u200b",
        "\u202e",
        "é",
        "e\u0301",
        "终",
    ),
    *(
        "🚀",
        "\ud7ff",
        "\\",
        "\\u12",
        "{{Front}}",
        "{{c1::x}}",
        "[$]",
        "[latex]",
        "[sound:a.mp3]",
        "\\(x\\)",
        "<b>",
        "&amp;",
    ),
    *(
        "<script>alert(1)</script>",
        "`",
        "``",
        "*x*",
        "**",
        "[[ x ]]",
        "[% if %]",
        "a" * 700,
        "[" * 40,
        "{a: " * 20,
        "/../../x",
    ),
]


def mutated(text: str, chance: random.Random) -> str:
    """The text with one to three pieces put in, taken out, doubled or moved, or lines that change places."""
    for _ in range(chance.randint(1, 3)):
        a = chance.randrange(len(text) + 1)
        b = min(len(text), a + chance.choice((1, 2, 5, 20, 80)))
        match chance.randrange(6):
            case 0 | 1:
                text = text[:a] + chance.choice(PIECES) + text[a:]
            case 2:
                text = text[:a] + text[b:]
            case 3:
                text = text[:b] + text[a:]
            case 4:
                to = chance.randrange(len(text) + 1)
                text = text[:to] + text[a:b] + text[to:]
            case _:
                lines = text.splitlines(keepends=True)
                i, j = (chance.randrange(len(lines)) for _ in range(2)) if lines else (0, 0)
                if lines:
                    lines[i], lines[j] = lines[j], lines[i]
                text = "".join(lines)
    return text


def _texts(data: Any, key: str = "") -> Iterator[str]:
    """Texts that belong on cards, as PyYAML has them, which reads any YAML and knows nothing of curricula."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _texts(value, str(name))
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value, key)
    elif key in ON_CARDS and data not in ("", "~", "null"):
        yield data


def _bare(text: str) -> str:
    """A text without tags, markup and space, for what an author wrote and for what a card shows."""
    return re.sub(
        r"[\s`*\\]|\N{ZERO WIDTH SPACE}|\N{WORD JOINER}|\N{ZERO WIDTH NON-JOINER}",
        "",
        unicodedata.normalize("NFC", text),
    )


def _state(folder: Path) -> Mapping[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> list[Project]:
    """The starter and the examples, built."""
    made = []
    for name in ("new", "ar", "de", "zh"):
        root = tmp_path_factory.mktemp("yaml") / name
        if name == "new":
            write_starter(root, "starterstarterst")
        else:
            shutil.copytree(EXAMPLES / name, root)
        assert run(["-q", "--project", str(root), "build", "-j", "1"]) == 0
        made.append(Project(root))
    return made


def test_mutated_files_end_in_whole_cards_or_in_problems(
    projects: list[Project], long_run: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "2000000000")
    chance, built, said = random.Random(SEED), 0, 0
    for _ in range(MANY if long_run else FEW):
        project = chance.choice(projects)
        files = [project.plan_file, next(project.curriculum.rglob("1-*/*/*.yaml"))]
        file = chance.choice([*files, files[1]])
        before, whole = _state(project.decks), file.read_bytes()
        text = mutated(whole.decode(), chance)
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        begun = time.process_time()
        try:
            code = run(["-q", "--project", str(project.root), "build", "--yes", "-j", "1"])
            spent, shown = time.process_time() - begun, capsys.readouterr()
            assert (code in (0, 1), spent < SECONDS) == (True, True), (code, spent, text)
            assert "Traceback" not in shown.out + shown.err, text
            if code == 1:
                said += 1
                assert re.search(r"^\S+: ", shown.out + shown.err), text
                assert _state(project.decks) == before, text
            else:
                built += 1
                _nothing_is_lost(project, text if file == files[1] else files[1].read_text("utf-8"))
        finally:
            file.write_bytes(whole)
    assert built > 0
    assert said > 0
    if long_run:
        print(f"\n{MANY:,} mutated YAML files: {built} built whole, {said} refused with a message")


def _nothing_is_lost(project: Project, text: str) -> None:
    """Every text of a subject file stands in the package, which is whole."""
    assert not (project.decks / ".stage").exists()
    for package in project.decks.glob("*.apkg"):
        with zipfile.ZipFile(package) as archive:
            assert archive.testzip() is None
    (package,) = project.decks.glob("*-all.apkg")
    notes = [note for note in read_package(package).notes.values() if not note.retired]
    fields = (re.sub(r"<[^>]*>", "", field) for note in notes for field in note.fields.values())
    shown = _bare(html.unescape("\n".join(fields)))
    for wanted in _texts(yaml.load(text, yaml.CBaseLoader)):
        assert _bare(wanted) in shown, (wanted, text)
