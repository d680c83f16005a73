"""What learners take for one another, as the decisions of the curriculum say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from atlas_decks.curriculum.models import Decision, Diagram
from atlas_decks.rules.words import content_words


@dataclass(frozen=True, kw_only=True)
class Confusion:
    """A decision as one of its two sides sees it: `other` is the diagram of the other side, None where none is written.

    `rightly`: the diagram is that of the right answer, and the other one that of the wrong one.
    """

    decision: Decision
    other: Diagram | None
    rightly: bool


def confusions(diagrams: Iterable[Diagram]) -> Mapping[str, Sequence[Confusion]]:
    """The confusions of each diagram by its id, its own decisions first; `diagrams` in the order of study.

    The wrong answer of a decision belongs to the first diagram that it names: the one whose own decision it answers,
    else the first of the group that is called like it. A name that fits nothing belongs to none.
    """
    written = list(diagrams)
    answers, groups = _by_answer(written), _by_group(written)
    found: dict[str, list[Confusion]] = {}
    met: dict[str, list[Confusion]] = {}
    for diagram in written:
        for decision in diagram.spec.decisions:
            name = content_words(decision.wrong)
            other = answers.get(name) or _of_group(name, groups)
            if other is diagram:
                other = None
            found.setdefault(diagram.id, []).append(Confusion(decision=decision, other=other, rightly=True))
            if other:
                met.setdefault(other.id, []).append(Confusion(decision=decision, other=diagram, rightly=False))
    for name_of, others in met.items():
        found.setdefault(name_of, []).extend(others)
    return found


def _by_answer(diagrams: Iterable[Diagram]) -> Mapping[frozenset[str], Diagram]:
    """The first diagram whose decision has an answer of these words."""
    found: dict[frozenset[str], Diagram] = {}
    for diagram in diagrams:
        for decision in diagram.spec.decisions:
            found.setdefault(content_words(decision.answer), diagram)
    return found


def _by_group(diagrams: Iterable[Diagram]) -> Mapping[frozenset[str], Diagram]:
    """The first diagram of the group with a title of these words."""
    found: dict[frozenset[str], Diagram] = {}
    for diagram in diagrams:
        if diagram.group:
            found.setdefault(content_words(diagram.group.title), diagram)
    return found


def _of_group(name: frozenset[str], groups: Mapping[frozenset[str], Diagram]) -> Diagram | None:
    """The diagram of the group of that name, or of the longest name within it."""
    within = [words for words in groups if words and words <= name]
    return groups[max(within, key=len)] if within else None
