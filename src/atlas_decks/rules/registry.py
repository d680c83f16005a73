"""The registry of rules: a decorator a kind of rule, and the lists that `check` walks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from atlas_decks.curriculum.models import Curriculum, Diagram
from atlas_decks.diagrams.picture import Picture
from atlas_decks.problems import Problem

Judge = Callable[..., Iterable[Problem]]
# what a diagram takes that others cannot have: (key, how many diagrams or cards of a curriculum may have it)
Claims = Callable[[Diagram], Iterable[tuple[str, int]]]


@dataclass(frozen=True)
class Rule:
    """A named rule; `judge` yields a problem for each breach.

    A `fixed` one has no exceptions and cannot be switched off, as no card could be made of what it refuses. One that
    knows words names their `language`, and judges only curricula in it.
    """

    name: str
    about: str
    judge: Judge
    claims: Claims | None = None
    fixed: bool = False
    language: str = ""


CURRICULUM_RULES: list[Rule] = []
DIAGRAM_RULES: list[Rule] = []
PICTURE_RULES: list[Rule] = []
EXCEPTION_RULES: list[Rule] = []


def all_rules() -> Iterator[Rule]:
    """Every registered rule."""
    yield from CURRICULUM_RULES
    yield from DIAGRAM_RULES
    yield from PICTURE_RULES
    yield from EXCEPTION_RULES


def _register(rules: list[Rule], name: str, claims: Claims | None = None, **more: Any) -> Callable[[Any], Any]:
    def decorate(judge: Any) -> Any:
        rules.append(Rule(name, " ".join((judge.__doc__ or "").split()), judge, claims, **more))
        return judge

    return decorate


def curriculum_rule(
    name: str, *, claims: Claims | None
) -> Callable[[Callable[[Curriculum], Iterable[Problem]]], Judge]:
    """Register a rule that looks at the whole curriculum.

    `claims` must let a breach be seen without the files: while no key is claimed by more than its number, the rule
    finds nothing between files. None is for a rule that compares only what stands in one file.
    """
    return _register(CURRICULUM_RULES, name, claims)


def diagram_rule(
    name: str, *, fixed: bool = False, language: str = ""
) -> Callable[[Callable[[Diagram], Iterable[Problem]]], Judge]:
    """Register a rule that looks at one diagram's text."""
    return _register(DIAGRAM_RULES, name, fixed=fixed, language=language)


def picture_rule(
    name: str, *, fixed: bool = False
) -> Callable[[Callable[[Diagram, Picture], Iterable[Problem]]], Judge]:
    """Register a rule that looks at one diagram and its rendered picture."""
    return _register(PICTURE_RULES, name, fixed=fixed)


def exception_rule(name: str) -> Callable[[Callable[[Diagram, Iterable[Problem]], Iterable[Problem]]], Judge]:
    """Register a rule that looks at one diagram and at the problems that its exceptions cover."""
    return _register(EXCEPTION_RULES, name)
