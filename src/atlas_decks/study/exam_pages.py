"""An exam as three pages to print: the questions, the answers to mark them by, and the score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from atlas_decks.cards.markup import on_page, plain
from atlas_decks.cards.redraw import applies
from atlas_decks.curriculum.models import Diagram, Plan
from atlas_decks.diagrams.picture import Picture
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
    answer: Sequence[tuple[str, Sequence[Markup], bool]] = ()
    source: str = ""


def exam_pages(exam: Exam, plan: Plan, pictures: Mapping[str, Picture]) -> dict[str, bytes]:
    """The pages by file name; `pictures` are those of the exam's diagrams, by id."""
    asked = [[_asked(q, plan, pictures[q.diagram.id]) for q in section.questions] for section in exam.sections]
    point = exam.checkpoint
    shared = {"plan": plan, "exam": exam, "asked": asked, "rubric": DIMENSIONS}
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
        kind, fact = question.fact.kind, question.fact.fact
        context, prompts = _question(kind, fact, plan)
        values = {
            "context": [on_page(text) for text in context],
            "prompts": [on_page(text) for text in prompts],
            "lines": _LINES[kind],
            "answer": list(_answer(kind, fact, plan, picture)),
        }
    cited = diagram.sources[(question.fact.fact.source if question.fact else None) or diagram.main_source]
    return _Asked(
        number=question.number,
        title=diagram.spec.title,
        where=_where(diagram),
        shows=on_page(diagram.spec.shows),
        size=f"{len(picture.nodes)} + {len(picture.edges)}",
        minutes=step.minutes,
        checks=sum(applies(point, diagram, picture) for point in plan.self_assessment),
        picture=in_page(picture),
        source=f"{cited.title} ({cited.publisher}, {cited.year})",
        **values,
    )


def _where(diagram: Diagram) -> str:
    group = diagram.group.title if diagram.group else diagram.spec.group
    return f"{diagram.company.name}, {group}" if diagram.company else group


def _question(kind: str, fact: Any, plan: Plan) -> tuple[list[str], list[str]]:
    """What is told, and what is asked, of a fact: as its cards do it, all of them in one."""
    words = plan.words
    if kind == "trade-off":
        sides = ((fact.gains, words.one_gain, words.many_gains), (fact.costs, words.one_cost, words.many_costs))
        counts = [one if len(items) == 1 else many.format(n=len(items)) for items, one, many in sides if items]
        return [fact.choice], [f"{fact.prompt} ({', '.join(counts)})"]
    if kind == "failure":
        last = [words.ask_detection] if fact.detection else []
        return [fact.prompt, fact.trigger], [words.ask_effect, words.ask_containment, *last]
    if kind == "trace":
        return [fact.prompt], [words.parts_in_order.format(n=len(fact.path))]
    if kind == "decision":
        return [fact.prompt], [words.ask_decision]
    return [], [fact.prompt]


def _answer(kind: str, fact: Any, plan: Plan, picture: Picture) -> Iterator[tuple[str, list[Markup], bool]]:
    """The parts of an answer: name, items, and whether these are in order."""
    words = plan.words
    if kind == "metric":
        yield "Answer", [on_page(fact.answer)], False
        if fact.formula:
            yield words.formula, [on_page(fact.formula)], False
        yield words.as_of, [plain(f"{fact.as_of}, {getattr(words, fact.basis)}")], False
    elif kind == "trade-off":
        for name, items in ((words.gains, fact.gains), (words.costs, fact.costs)):
            if items:
                yield name, [on_page(item) for item in items], False
    elif kind == "failure":
        yield words.effect, [on_page(fact.effect)], False
        yield words.containment, [on_page(fact.containment)], False
        if fact.detection:
            yield words.detection, [on_page(fact.detection)], False
    elif kind == "trace":
        yield "Answer", [plain(picture.name_of(node)) for node in fact.path], True
    else:
        yield "Answer", [on_page(fact.answer)], False
        yield words.wrong, [on_page(fact.wrong)], False
        yield words.tell, [on_page(fact.tell)], False
