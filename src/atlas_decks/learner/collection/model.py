"""What a learner's collection holds of our notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple

# The numbers of Anki: rslib/src/card/mod.rs (CardType, CardQueue) and rslib/src/revlog/mod.rs (RevlogReviewKind)
MATURE = 21  # days from which on an interval is mature: rslib/src/stats/graphs/retention.rs
AGAIN = 1  # the button; 2 Hard, 3 Good, 4 Easy


class CardType(IntEnum):
    """Where a card is in its life."""

    NEW = 0
    LEARNING = 1
    REVIEW = 2
    RELEARNING = 3


class Queue(IntEnum):
    """Queues that matter here; the others say the same as the type."""

    USER_BURIED = -3
    BURIED = -2
    SUSPENDED = -1


class ReviewKind(IntEnum):
    """What kind of entry of the review log it is."""

    LEARNING = 0
    REVIEW = 1
    RELEARNING = 2
    FILTERED = 3  # in a filtered deck; without rescheduling where the factor is 0
    MANUAL = 4
    RESCHEDULED = 5


class Memory(NamedTuple):
    """What FSRS knows of a card: stability in days, the decay of its curve, last review in seconds since 1970.

    The last review is 0 where the card does not say (Anki before 25.07).
    """

    stability: float
    decay: float
    last_review: int


class HeldNote(NamedTuple):
    """A note of ours: its kind, key and tags; `mod` in seconds since 1970, the names of its fields and their HTML."""

    id: int
    guid: str
    kind: str
    key: str
    mod: int
    tags: frozenset[str]
    names: Sequence[str]
    values: Sequence[str]

    @property
    def fields(self) -> Mapping[str, str]:
        """The HTML of each field, by its name."""
        return dict(zip(self.names, self.values, strict=False))

    @property
    def diagram(self) -> str:
        """The id of its diagram."""
        return self.key.split("/")[0]


class HeldCard(NamedTuple):
    """A card of ours: the number of its template, and its state; `due` as Anki stores it, at home if it is away.

    `interval` in days, `ease` in thousandths. `due` is a day of the collection, or seconds since 1970 of a step.
    """

    id: int
    note: int
    ordinal: int
    type: int
    queue: int
    due: int
    interval: int
    ease: int
    memory: Memory | None

    @property
    def introduced(self) -> bool:
        """Whether it was ever answered: all that Anki does not count as new."""
        return self.type != CardType.NEW

    @property
    def mature(self) -> bool:
        """Whether Anki counts it as mature."""
        return self.type == CardType.REVIEW and self.interval >= MATURE

    @property
    def suspended(self) -> bool:
        """Whether its learner took it out."""
        return self.queue == Queue.SUSPENDED


class Answer(NamedTuple):
    """An entry of the review log: milliseconds since 1970, the card, the button (0: none), and how it went on.

    Intervals in days, or below 0 in seconds; `factor` in thousandths, `millis` until it was answered. `tests_memory`:
    it counts for Anki's true retention (`answer_of` says when), and is asked so often that it is kept.
    """

    at: int
    card: int
    button: int
    interval: int
    last_interval: int
    factor: int
    millis: int
    kind: int
    tests_memory: bool

    @property
    def rated(self) -> bool:
        """Whether it is an answer that changed when the card comes back: not by hand, and no cramming."""
        return self.button > 0 and not self.crammed

    @property
    def crammed(self) -> bool:
        """Whether it was given in a filtered deck that reschedules nothing: an exam."""
        return self.kind == ReviewKind.FILTERED and self.factor == 0 and self.button > 0

    @property
    def passed(self) -> bool:
        """Whether the card was recalled."""
        return self.button > AGAIN


_DAY_SECONDS = 86_400


def answer_of(row: Sequence[int]) -> Answer:
    """An answer of its first eight values.

    It tests memory where it is rated, and its card had an interval of a day or more or was up for review:
    rslib/src/stats/graphs/retention.rs.
    """
    _, _, button, _, before, factor, _, kind = row
    rated = button > 0 and not (kind == 3 and factor == 0)  # FILTERED; an enum costs time here
    return Answer._make((*row, rated and (kind == 1 or before >= 1 or before <= -_DAY_SECONDS)))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What of a collection's settings matters here.

    `created` in seconds since 1970; `offset` is how many minutes local time was behind UTC then, None where it is not
    known; `rollover` the hour at which a day begins; `fsrs` whether it schedules, None where that did not travel;
    `schema` the version of its tables.
    """

    created: int
    offset: int | None
    rollover: int
    fsrs: bool | None
    schema: int


@dataclass(frozen=True, kw_only=True)
class LearnerCollection:
    """A learner's collection: our notes and cards, and the answers to them in the order of time.

    `packed`: it came out of a package. `notices` say what is odd about it, in sentences. `others` counts the notes that
    are not ours.
    """

    settings: Settings
    packed: bool
    notes: Mapping[int, HeldNote]
    cards: Sequence[HeldCard]
    answers: Sequence[Answer]
    others: int
    notices: Sequence[str]

    @cached_property
    def fsrs(self) -> bool:
        """Whether FSRS schedules; in a package of decks, which does not say, whether it has left its mark on a card."""
        said = self.settings.fsrs
        return any(card.memory for card in self.cards) if said is None else said

    @cached_property
    def card_by_id(self) -> Mapping[int, HeldCard]:
        """The cards by their ids."""
        return {card.id: card for card in self.cards}

    def note_of(self, card: int) -> HeldNote:
        """The note of a card, by the card's id."""
        return self.notes[self.card_by_id[card].note]
