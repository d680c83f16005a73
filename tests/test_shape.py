"""The code stays in the small: no function is longer than a screen, and no call counts positions in a tuple."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINES = 60  # of a function, with its docstring
FILES = sorted(file for folder in ("src", "bench", "tests") for file in (ROOT / folder).rglob("*.py"))


def faults(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > LINES:
                yield f"line {node.lineno}: {node.name} has {lines} lines"
        if isinstance(node, ast.Call) and any(
            isinstance(argument, ast.Starred) and isinstance(argument.value, ast.Tuple) for argument in node.args
        ):
            yield f"line {node.lineno}: a call with an unpacked tuple, f(*(a, b))"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_functions_are_small(file: Path) -> None:
    assert list(faults(file.read_text("utf-8"))) == []


def test_what_is_too_large_is_found() -> None:
    assert list(faults("def f():\n" + "    pass\n" * LINES)) == [f"line 1: f has {LINES + 1} lines"]
    assert list(faults("def f():\n" + "    pass\n" * (LINES - 1))) == []
    assert list(faults("f(*(1, 2), 3)")) == ["line 1: a call with an unpacked tuple, f(*(a, b))"]
