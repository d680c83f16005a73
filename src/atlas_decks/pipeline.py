"""Names the stages in order; nothing else happens here.

load -> validate -> render -> validate the pictures -> notes -> schedule -> ledger -> package
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from atlas_decks import load, rules
from atlas_decks.curriculum import Curriculum
from atlas_decks.diagrams import Cache, Renderer, RenderError, draw_all
from atlas_decks.drawing import Drawing
from atlas_decks.problems import Problem
from atlas_decks.project import Project


@dataclass(frozen=True)
class Checked:
    """A curriculum with its pictures and everything that is wrong with them."""

    curriculum: Curriculum
    drawings: Mapping[str, Drawing]
    problems: tuple[Problem, ...]

    @property
    def broken(self) -> bool:
        """Whether anything but warnings was found."""
        return any(problem.severity == "error" for problem in self.problems)


def check(
    project: Project, renderer: Renderer, jobs: int = 1, progress: Callable[[int], None] = lambda _: None
) -> Checked:
    """Load, render and validate the whole curriculum. Raises ProblemsFoundError where the plan cannot be read."""
    curriculum, problems = load.load(project)
    sources = {diagram.id: diagram.spec.mermaid for diagram in curriculum.diagrams}
    drawings, errors = draw_all(sources, renderer, Cache(project.cache), jobs, progress)
    problems += [_syntax_problem(curriculum, name, error) for name, error in errors.items()]
    problems += rules.check(curriculum, drawings)
    return Checked(curriculum, drawings, tuple(sorted(set(problems))))


def _syntax_problem(curriculum: Curriculum, name: str, error: RenderError) -> Problem:
    diagram = curriculum.by_id[name]
    path = diagram.path("mermaid")
    line, column = diagram.origin.place(path)
    if path in diagram.origin.blocks and error.line:
        line, column = line + error.line, 1
    return Problem(diagram.origin.path, line, column, "mermaid-syntax", error.message, error.hint)
