"""Rules on the core: what everybody meets first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from atlas_decks.curriculum.models import Diagram
from atlas_decks.problems import Problem
from atlas_decks.rules.registry import exception_rule

_CORE = {"components": 1, "metrics": 2}  # facts under these keys that are core


@exception_rule("core-first")
def core_first(diagram: Diagram, excepted: Iterable[Problem]) -> Iterator[Problem]:
    """The first component and the first two metrics, which everybody meets, need no exception (a warning)."""
    for key, count in _CORE.items():
        for index in range(min(count, len(getattr(diagram.spec, key)))):
            lines = [
                diagram.origin.position(diagram.path(key, index, *part))[0] for part in ((), ("prompt",), ("detail",))
            ]
            for problem in excepted:
                if problem.path == diagram.origin.path and min(lines) <= problem.line <= max(lines):
                    message = f"an exception from `{problem.rule}` covers a core fact"
                    hint = "put a fact first that needs none"
                    at = diagram.path(key, index)
                    yield diagram.origin.problem(at, "core-first", message, hint, severity="warning")
