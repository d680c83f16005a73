"""Draws an exam: which diagrams and facts a checkpoint asks for, by a seed, spread over the groups.

The same seed and content draw the same: candidates come in the order of the plan, and the generator is Python's
Mersenne Twister, whose `shuffle` and seeding by text are the same on all machines.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar, get_args

from atlas_decks.curriculum.models import AskedKind, Checkpoint, Curriculum, Diagram, FactRef, Task
from atlas_decks.study.standing import Standing

GOOD = 2  # points of a question: all of it; 1: one thing missing; 0: less, as the cards are graded
DIMENSIONS: Sequence[tuple[str, str, str, str]] = (  # the study plan's rubric: what earns 5, 3 and 1
    ("Requirements", "asks all critical questions", "covers the main ones", "makes assumptions"),
    ("Architecture", "complete, scales, elegant", "works, with gaps", "major issues"),
    ("Trade-offs", "quantified and justified", "reasons without numbers", "none"),
    ("Failures", "comprehensive strategies", "basic scenarios", "none"),
    ("Communication", "clear and structured", "understandable", "confused"),
)
_RUBRIC = 5 * len(DIMENSIONS)  # points of a design
_T = TypeVar("_T")
_Item = tuple[Diagram, FactRef | None]  # a diagram, whole or with the fact that is asked


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question by its number in the exam: a diagram, and the fact that is asked of it, if it is one."""

    number: int
    diagram: Diagram
    fact: FactRef | None = None


@dataclass(frozen=True, kw_only=True)
class Section:
    """A task with its questions; of a list, `names` are all diagrams whose names count.

    `points` are the most that can be had. A section without any has nothing to ask: nothing of it is written.
    """

    task: Task
    questions: Sequence[Question]
    points: int
    names: Sequence[Diagram] = ()

    @property
    def short(self) -> bool:
        """Whether there was less to draw from than the task asks for."""
        return self.task.ask is not None and max(len(self.questions), len(self.names)) < self.task.count


@dataclass(frozen=True, kw_only=True)
class Exam:
    """A checkpoint, drawn; `standing` is whom it was drawn for."""

    checkpoint: Checkpoint
    seed: int
    sections: Sequence[Section]
    standing: Standing

    @property
    def diagrams(self) -> list[Diagram]:
        """The diagrams that are asked about, each once."""
        found = {q.diagram.id: q.diagram for section in self.sections for q in section.questions}
        return list(found.values())


_ANYBODY = Standing()


def draw_exam(curriculum: Curriculum, checkpoint: Checkpoint, seed: int, standing: Standing = _ANYBODY) -> Exam:
    """Draw the questions of a checkpoint's tasks, of what a learner has met, and what was missed first.

    A task draws diagrams that no task before it asks about while there are any: a title or picture there could give an
    answer away.
    """
    sections: list[Section] = []
    used: set[str] = set()
    number = 1
    for place, task in enumerate(checkpoint.tasks):
        chance = random.Random(f"{seed}/{checkpoint.slug}/{place}")  # noqa: S311 - an exam, not a secret
        pool = [diagram for diagram in _candidates(curriculum, checkpoint, task) if standing.takes(diagram)]
        section = _section(pool, used, _Draw(task, chance, standing), number)
        number += len(section.questions)
        used |= {question.diagram.id for question in section.questions}
        sections.append(section)
    return Exam(checkpoint=checkpoint, seed=seed, sections=sections, standing=standing)


class _Draw(NamedTuple):
    """What a task's questions are drawn by."""

    task: Task
    chance: random.Random
    standing: Standing


def _section(pool: list[Diagram], used: Set[str], draw: _Draw, number: int) -> Section:
    task = draw.task
    if task.ask == "list":
        return Section(task=task, questions=(), points=min(task.count, len(pool)), names=pool)
    drawn: list[_Item] = []
    for diagrams in ([d for d in pool if d.id not in used], [d for d in pool if d.id in used]):
        if len(drawn) < task.count:
            drawn += _items(diagrams, task.count - len(drawn), draw)
    if task.ask == "compare":  # of one group, so that all can be had from the same one
        drawn = [(diagram, None) for diagram in _of_one_group(pool, draw)]
    questions = [Question(number=place, diagram=item[0], fact=item[1]) for place, item in enumerate(drawn, number)]
    design = task.ask in (None, "design")
    return Section(task=task, questions=questions, points=_RUBRIC if design else GOOD * len(questions))


def _items(diagrams: Sequence[Diagram], count: int, draw: _Draw) -> list[_Item]:
    task, chance, standing = draw
    if task.ask == "recall":
        asked = task.kinds or get_args(AskedKind)
        facts: list[_Item] = [
            (d, ref) for d in diagrams for ref in d.facts() if ref.kind in asked and standing.takes(d, ref)
        ]
        nth = _nth_of_its_diagram(facts, chance)
        return spread(
            facts, count, lambda item: _group_of(item[0]), chance, lambda item: (standing.strength(*item), nth(item))
        )
    if task.ask in ("redraw", "design"):  # anchors first: the others' redraws do not come by themselves
        chosen = spread(diagrams, count, _group_of, chance, lambda d: (standing.strength(d), not d.spec.anchor))
        return [(diagram, None) for diagram in chosen]
    return []


def spread(
    items: Iterable[_T], count: int, stratum: Callable[[_T], str], chance: random.Random, later: Callable[[_T], Any]
) -> list[_T]:
    """Draw `count` items, or all, as evenly over their strata as these allow.

    Within a stratum those come first for which `later` is least; strata and items come in an order by chance.
    """
    strata: dict[str, list[_T]] = {}
    for item in items:
        strata.setdefault(stratum(item), []).append(item)
    names = list(strata)
    chance.shuffle(names)
    for name in names:
        chance.shuffle(strata[name])
        strata[name].sort(key=later)  # stable: chance decides among equals
    rounds = max(map(len, strata.values()), default=0)
    drawn = [strata[name][turn] for turn in range(rounds) for name in names if turn < len(strata[name])]
    return drawn[:count]


def _candidates(curriculum: Curriculum, checkpoint: Checkpoint, task: Task) -> Iterator[Diagram]:
    for diagram in curriculum.diagrams:
        category = diagram.category
        if task.groups or task.categories:
            if diagram.spec.group in task.groups or category.slug in task.categories:
                yield diagram
        elif category.tier in checkpoint.tiers:
            yield diagram


def _group_of(diagram: Diagram) -> str:
    return f"{diagram.category.slug}/{diagram.spec.group}"


def _nth_of_its_diagram(facts: Sequence[_Item], chance: random.Random) -> Callable[[_Item], int]:
    """Ranks facts so that a second one of a diagram is drawn only after a first one of all others of its group."""
    of_diagram: dict[str, list[FactRef | None]] = {}
    for diagram, ref in facts:
        of_diagram.setdefault(diagram.id, []).append(ref)
    for refs in of_diagram.values():
        chance.shuffle(refs)
    return lambda item: of_diagram[item[0].id].index(item[1])


def _of_one_group(pool: Sequence[Diagram], draw: _Draw) -> list[Diagram]:
    """Diagrams of one group: by chance one that has as many as the task wants, else of the largest."""
    count, chance = draw.task.count, draw.chance
    groups: dict[str, list[Diagram]] = {}
    for diagram in pool:
        groups.setdefault(_group_of(diagram), []).append(diagram)
    if not groups:
        return []
    most = max(map(len, groups.values()))
    chosen = chance.choice([diagrams for diagrams in groups.values() if len(diagrams) >= min(count, most)])
    chance.shuffle(chosen)
    return sorted(chosen, key=draw.standing.strength)[:count]
