"""What a learner has met and missed, as exams ask for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from atlas_decks.cards.ids import note_key
from atlas_decks.curriculum.models import Diagram, FactRef
from atlas_decks.learner.collection.model import LearnerCollection


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a learner has met and missed.

    `met`: the keys of the notes that were begun, or None where all may be asked. `missed`: from 0 to 1 how much of a
    note or of a whole diagram was missed, by key or id; what is weak is asked first.
    """

    met: Set[str] | None = None
    missed: Mapping[str, float] = field(default_factory=dict)

    def takes(self, diagram: Diagram, ref: FactRef | None = None) -> bool:
        """Whether a fact may be asked, or without one a diagram: of that, any note was begun."""
        if self.met is None:
            return True
        if ref is None:
            return any(self.takes(diagram, each) for each in diagram.facts()) or _key(diagram, None) in self.met
        return _key(diagram, ref) in self.met

    def strength(self, diagram: Diagram, ref: FactRef | None = None) -> float:
        """Sorts what is weak before the rest."""
        return -self.missed.get(_key(diagram, ref) if ref else diagram.id, 0.0)


def _key(diagram: Diagram, ref: FactRef | None) -> str:
    return note_key(diagram.id, ref.kind, ref.fact.key) if ref else note_key(diagram.id, "redraw", "redraw")


def standing_of(studied: LearnerCollection | None, weak: LearnerCollection | None) -> Standing:
    """Whom an exam is drawn for: only what was `studied` is asked, and first what was missed in `weak`."""
    return Standing(
        met={studied.notes[card.note].key for card in studied.cards if card.introduced} if studied else None,
        missed=_missed(weak) if weak else {},
    )


def _missed(held: LearnerCollection) -> Mapping[str, float]:
    """The share of answers that missed, by key of a note and by id of a diagram, exams included.

    One answer more is counted as right: a single miss says less than five of ten. Answers to a card that was not yet
    learnt say nothing of what was forgotten, and are left out.
    """
    answers: Counter[str] = Counter()
    misses: Counter[str] = Counter()
    for answer in held.answers:
        if answer.tests_memory or answer.crammed:
            note = held.note_of(answer.card)
            for name in (note.key, note.diagram):
                answers[name] += 1
                misses[name] += not answer.passed
    return {name: misses[name] / (answers[name] + 1) for name in answers if misses[name]}
