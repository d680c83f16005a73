"""An exam as three pages to print: the questions, the answers to mark them by, and the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from atlas_decks.cards.markup import on_page
from atlas_decks.cards.redraw import applies
from atlas_decks.curriculum.models import Plan
from atlas_decks.diagrams.picture import Picture
from atlas_decks.study.asked import Part, asked, source_of, where
from atlas_decks.study.exam import DIMENSIONS, Exam, Question
from atlas_decks.study.sheets import in_page, pages

_LINES = {"metric": 2, "trade-off": 4, "failure": 4, "trace": 2, "decision": 2}  # room for an answer, by kind of fact


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A question as the pages show it."""

    number: int
    title: str
    where: str
    shows: Markup
    size: str
    minutes: int
    checks: int
    picture: str
    context: Sequence[Markup] = ()
    prompts: Sequence[Markup] = ()
    lines: int = 0
    answer: Sequence[Part] = ()
    source: str = ""


def exam_pages(exam: Exam, plan: Plan, pictures: Mapping[str, Picture]) -> dict[str, bytes]:
    """The pages by file name; `pictures` are those of the exam's diagrams, by id."""
    shown = [[_asked(q, plan, pictures[q.diagram.id]) for q in section.questions] for section in exam.sections]
    point = exam.checkpoint
    shared = {"plan": plan, "exam": exam, "asked": shown, "rubric": DIMENSIONS}
    titles = {"questions": point.title, "answers": f"{point.title}: answers", "score": f"{point.title}: score"}
    return {
        f"{name}.html": (pages().fill(f"{name}.html", **shared, title=f"Checkpoint {title}") + "\n").encode()
        for name, title in titles.items()
    }


def _asked(question: Question, plan: Plan, picture: Picture) -> _Asked:
    diagram, values = question.diagram, dict[str, Any]()
    elements = len(picture.nodes) + len(picture.edges)
    step = next((step for step in plan.complexity if elements <= step.elements), plan.complexity[-1])
    if question.fact:
        context, prompts, answer = asked(question.fact, plan, picture)
        values = {
            "context": [on_page(text) for text in context],
            "prompts": [on_page(text) for text in prompts],
            "lines": _LINES[question.fact.kind],
            "answer": answer,
        }
    return _Asked(
        number=question.number,
        title=diagram.spec.title,
        where=where(diagram),
        shows=on_page(diagram.spec.shows),
        size=f"{len(picture.nodes)} + {len(picture.edges)}",
        minutes=step.minutes,
        checks=sum(applies(point, diagram, picture) for point in plan.self_assessment),
        picture=in_page(picture),
        source=source_of(diagram, question.fact),
        **values,
    )
