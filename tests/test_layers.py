"""The data flows one way: a later stage may import earlier ones, never the other way round."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "atlas_decks"
ORDER = [
    ["problems", "processes", "loopback"],
    ["files"],
    ["project"],
    ["curriculum"],
    ["diagrams"],
    ["cards"],
    ["rules"],
    ["schedule"],
    ["compiled"],
    ["packages"],
    ["learner"],
    ["study"],
    ["preview"],
    ["pipeline"],
    ["release"],
    ["cli"],
    ["__main__"],
]
LEVEL = {name: level for level, names in enumerate(ORDER) for name in names}
ONLY = {
    "genanki": {"packages"},
    "apsw": {"packages", "learner"},
    "zstandard": {"learner"},
    "anki": {"learner"},
    "mmdr": {"diagrams"},
    "mermaid": {"diagrams"},
    "click": {"cli"},
    "icalendar": {"study"},
}


def _module(file: Path) -> str:
    return file.relative_to(SOURCE).parts[0].removesuffix(".py")


def _imports(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "atlas_decks":
            names |= {f"atlas_decks.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


FILES = sorted(
    f for f in SOURCE.rglob("*.py") if ("starter" not in f.parts and f.name != "__init__.py") or f.parent != SOURCE
)


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(SOURCE)))
def test_imports_go_one_way(file: Path) -> None:
    module = _module(file)
    for name in _imports(file):
        parts = name.split(".")
        if parts[0] == "atlas_decks" and len(parts) > 1 and parts[1] in LEVEL and parts[1] != module:
            assert LEVEL[parts[1]] < LEVEL[module], f"{module} imports {parts[1]}"
        if parts[0] in ONLY:
            assert module in ONLY[parts[0]], f"{module} imports {parts[0]}"


def test_every_module_has_a_place_in_the_order() -> None:
    assert {_module(file) for file in FILES} <= set(LEVEL)
