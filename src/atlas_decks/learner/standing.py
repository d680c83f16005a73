"""What a learner has met and missed, as exams ask for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from atlas_decks.learner.collection.model import LearnerCollection
from atlas_decks.study.exam import Standing


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
