"""A Problem is data: where, which rule, what is wrong, what would be right. They are collected and printed together."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning"]
Format = Literal["text", "json", "github"]
# C0 but tab and line feed, DEL, and C1, of which some terminals take U+009B for the start of an order
_CONTROLS = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0)} - {0x09, 0x0A}, "\ufffd")


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in the curriculum or the project.

    `path` is relative to the project, `line` and `column` start at 1 (0: the file as a whole).
    """

    path: str
    line: int
    column: int
    rule: str
    message: str
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        kind = "warning: " if self.severity == "warning" else ""
        hint = f"\n    hint: {self.hint}" if self.hint else ""
        return f"{where}: {self.rule}: {kind}{self.message}{hint}"


class ProblemsFoundError(Exception):
    """Stops a command; carries every problem found so far."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


class WrongRequestError(ProblemsFoundError):
    """A command asks for what the project does not have: wrong usage, as only the project can tell."""


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether anything but warnings is among them."""
    return any(problem.severity == "error" for problem in problems)


def visible(text: str) -> str:
    """The text without what a terminal would take for orders: control characters but tabs and line ends."""
    return text.translate(_CONTROLS)


def format_problems(problems: Iterable[Problem], style: Format = "text") -> str:
    """The problems, sorted by place, as text an editor can click, as a JSON array, or as GitHub workflow commands."""
    ordered = sorted(set(problems))
    if style == "json":
        text = json.dumps([asdict(p) for p in ordered], indent=2, ensure_ascii=False)
    else:
        text = "\n".join(map(_github if style == "github" else str, ordered))
    return visible(text).encode("utf-8", "backslashreplace").decode("utf-8")  # the name of a file need not be UTF-8


def _github(p: Problem) -> str:
    # https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    def escape(text: str, more: str = "") -> str:
        for char in "%\r\n" + more:
            text = text.replace(char, f"%{ord(char):02X}")
        return text

    place = f"file={escape(p.path, ',:')},line={p.line},col={p.column},title={escape(p.rule, ',:')}"
    return f"::{p.severity} {place}::{escape(p.message + (f' ({p.hint})' if p.hint else ''))}"
