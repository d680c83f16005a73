"""Collections made up card by card, for figures whose every digit is to be known beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from atlas_decks.cards.ids import Ids, note_key
from atlas_decks.cards.kinds import KINDS, cards_of
from atlas_decks.curriculum.models import Curriculum, Diagram
from atlas_decks.learner.collection.days import DAY, Today
from atlas_decks.learner.collection.model import (
    Answer,
    CardType,
    HeldCard,
    HeldNote,
    LearnerCollection,
    Memory,
    ReviewKind,
    Settings,
    answer_of,
)

TODAY = Today(number=400, on=date(2027, 3, 1), ends=1_803_960_000, now=1_803_920_000)


class Given(NamedTuple):
    """An answer: so many days ago, the button, the interval before it and after it, seconds; `crammed` in an exam."""

    ago: int
    button: int
    before: int = 0
    after: int = 1
    seconds: float = 8.0
    crammed: bool = False


@dataclass
class Made:
    """A collection that holds the whole curriculum, new; `learn` gives some of its cards a past."""

    curriculum: Curriculum
    fsrs: bool = False
    _notes: dict[int, HeldNote] = field(default_factory=dict)
    _cards: dict[int, HeldCard] = field(default_factory=dict)
    _answers: list[Answer] = field(default_factory=list)
    _ids: dict[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for diagram in self.curriculum.diagrams:
            for ref in diagram.facts():
                self._add(
                    diagram,
                    ref.kind,
                    ref.fact.key,
                    [c.ordinal for c in cards_of(diagram, KINDS[ref.kind], ref.number, ref.fact)],
                )
            self._add(diagram, "redraw", "redraw", [0])

    def _add(self, diagram: Diagram, kind: str, fact: str, ordinals: Sequence[int]) -> None:
        key, number = note_key(diagram.id, kind, fact), len(self._notes) + 1
        guid = Ids(self.curriculum.plan.id).guid(key)
        self._notes[number] = HeldNote(number, guid, kind, key, 0, frozenset(), ("Key",), (key,))
        for ordinal in ordinals:
            card = len(self._cards) + 1
            self._ids[key, ordinal] = card
            self._cards[card] = HeldCard(card, number, ordinal, CardType.NEW, 0, card, 0, 0, None)

    def learn(self, key: str, *answers: Given, ordinal: int = 0, memory: Memory | None = None) -> None:
        """Give a card answers, oldest first; it is then due as the last of them says."""
        card = self._ids[key, ordinal]
        for number, given in enumerate(answers):
            steps = ReviewKind.RELEARNING if given.before < 0 else ReviewKind.LEARNING
            kind = ReviewKind.FILTERED if given.crammed else ReviewKind.REVIEW if given.before > 0 else steps
            at = (TODAY.now - given.ago * DAY) * 1000 + len(self._answers) * 7 + number
            factor = 0 if given.crammed else 2500
            millis = round(given.seconds * 1000)
            self._answers.append(answer_of((at, card, given.button, given.after, given.before, factor, millis, kind)))
        counted = [given for given in answers if not given.crammed]
        if counted:
            last = counted[-1]
            due = TODAY.number - last.ago + last.after
            kind = CardType.REVIEW if last.after >= 1 else CardType.RELEARNING
            self._cards[card] = self._cards[card]._replace(
                type=kind, queue=kind, due=due, interval=max(0, last.after), memory=memory
            )

    @property
    def collection(self) -> LearnerCollection:
        """The collection."""
        return LearnerCollection(
            settings=Settings(created=1_700_000_000, offset=0, rollover=4, fsrs=self.fsrs, schema=18),
            packed=False,
            notes=self._notes,
            cards=[*self._cards.values()],
            answers=sorted(self._answers),
            others=0,
            notices=(),
        )
