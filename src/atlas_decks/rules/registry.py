"""The registry of rules: a decorator a kind of rule, and the lists that `check` walks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from atlas_decks.curriculum import Curriculum, Diagram
from atlas_decks.drawing import Drawing
from atlas_decks.problems import Problem

Judge = Callable[..., Iterable[Problem]]


@dataclass(frozen=True)
class Rule:
    """A named rule; `judge` yields a problem for each breach."""

    name: str
    about: str
    judge: Judge


CURRICULUM_RULES: list[Rule] = []
DIAGRAM_RULES: list[Rule] = []
PICTURE_RULES: list[Rule] = []


def all_rules() -> Iterator[Rule]:
    """Every registered rule."""
    yield from CURRICULUM_RULES
    yield from DIAGRAM_RULES
    yield from PICTURE_RULES


def _register(rules: list[Rule], name: str) -> Callable[[Any], Any]:
    def decorate(judge: Any) -> Any:
        rules.append(Rule(name, " ".join((judge.__doc__ or "").split()), judge))
        return judge

    return decorate


def curriculum_rule(name: str) -> Callable[[Callable[[Curriculum], Iterable[Problem]]], Judge]:
    """Register a rule that looks at the whole curriculum."""
    return _register(CURRICULUM_RULES, name)


def diagram_rule(name: str) -> Callable[[Callable[[Diagram], Iterable[Problem]]], Judge]:
    """Register a rule that looks at one diagram's text."""
    return _register(DIAGRAM_RULES, name)


def picture_rule(name: str) -> Callable[[Callable[[Diagram, Drawing], Iterable[Problem]]], Judge]:
    """Register a rule that looks at one diagram and its rendered picture."""
    return _register(PICTURE_RULES, name)
