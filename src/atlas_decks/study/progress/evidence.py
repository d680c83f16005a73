"""A collection beside the curriculum: what is known of each diagram's cards, as of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from atlas_decks.cards.ids import note_key
from atlas_decks.cards.kinds import KINDS, cards_of
from atlas_decks.curriculum.models import Curriculum, Diagram
from atlas_decks.learner.collection.days import Today
from atlas_decks.learner.collection.model import Answer, CardType, HeldCard, HeldNote, LearnerCollection
from atlas_decks.learner.collection.statistics import within
from atlas_decks.schedule.order import slots

REDRAW = "redraw"


@dataclass(frozen=True, kw_only=True)
class StudiedCard:
    """A card of the curriculum: its kind and the name of its template; `core` if it comes by itself at every pace.

    `held` is the learner's own, None where it was not imported; `answers` are those that it got, in order.
    """

    kind: str
    side: str
    core: bool
    held: HeldCard | None
    answers: Sequence[Answer]

    @property
    def introduced(self) -> bool:
        """Whether it was ever answered."""
        return self.held is not None and self.held.introduced

    @property
    def mature(self) -> bool:
        """Whether Anki counts it as mature."""
        return self.held is not None and self.held.mature

    @cached_property
    def recalled(self) -> bool:
        """Whether the last answer that tested memory, a day or more after the one before, was right, and still holds.

        A card that was only learnt today, or lapsed since, is seen, not recalled.
        """
        if self.held is None or self.held.type != CardType.REVIEW:
            return False
        last = next((answer for answer in reversed(self.answers) if answer.tests_memory), None)
        return last is not None and last.passed


@dataclass(frozen=True, kw_only=True)
class StudiedDiagram:
    """A diagram with its cards, and its slot in the order of study; `notes` are those that the learner holds of it."""

    diagram: Diagram
    slot: int
    cards: Sequence[StudiedCard]
    notes: Sequence[HeldNote] = field(repr=False)

    @cached_property
    def first(self) -> int | None:
        """When it was met, in milliseconds since 1970: its first answer. None where it was not."""
        firsts = (next((answer.at for answer in card.answers if answer.rated), None) for card in self.cards)
        return min((at for at in firsts if at is not None), default=None)

    @property
    def imported(self) -> bool:
        """Whether the learner has any of it."""
        return any(card.held for card in self.cards)

    @property
    def introduced(self) -> bool:
        """Whether any of its cards was ever answered."""
        return any(card.introduced for card in self.cards)

    @property
    def mature(self) -> bool:
        """Whether all of its core cards but the redraw are mature."""
        core = [card for card in self.cards if card.core and card.kind != REDRAW]
        return bool(core) and all(card.mature for card in core)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The curriculum with what a collection says of it as of a day.

    `answers` are all answers to our cards until then, also to those that the curriculum no longer has; `notices` are
    what should be known before the figures are believed.
    """

    curriculum: Curriculum
    collection: LearnerCollection
    today: Today
    diagrams: Sequence[StudiedDiagram]
    cards: Sequence[HeldCard]
    answers: Sequence[Answer]
    notices: Sequence[str]

    @cached_property
    def first_days(self) -> Mapping[int, int]:
        """How many days ago each card was answered first, by the card's id."""
        firsts: dict[int, int] = {}
        for answer in self.answers:
            if answer.card not in firsts and answer.rated:
                firsts[answer.card] = self.today.ago(answer.at)
        return firsts

    @cached_property
    def by_id(self) -> Mapping[str, StudiedDiagram]:
        """The diagrams by id."""
        return {studied.diagram.id: studied for studied in self.diagrams}

    @cached_property
    def met(self) -> list[StudiedDiagram]:
        """The diagrams of which a card was answered, in the order in which that happened."""
        found = [studied for studied in self.diagrams if studied.first is not None]
        return sorted(found, key=lambda studied: (studied.first or 0, studied.slot))


def gather(curriculum: Curriculum, collection: LearnerCollection, today: Today) -> Evidence:
    """Put a collection, as it was at the end of a day or is now, beside the curriculum."""
    answers = within(collection.answers, today, (0, None))
    notices = list(collection.notices)
    cards: Sequence[HeldCard] = collection.cards
    if later := len(collection.answers) - len(answers):
        cards = list(_as_it_was(collection, answers, today))
        notices.append(
            f"Answers given after {today.on}: {later:,}, left out; the cards are taken as they were, but which were "
            "suspended then is not known."
        )
    of_card: dict[int, list[Answer]] = defaultdict(list)
    for answer in answers:
        of_card[answer.card].append(answer)
    held: dict[str, dict[int, HeldCard]] = {}
    for card in cards:
        held.setdefault(collection.notes[card.note].key, {})[card.ordinal] = card
    notes = {note.key: note for note in collection.notes.values()}
    of_slot = slots(curriculum)
    diagrams = []
    known: set[str] = set()
    for diagram in sorted(curriculum.diagrams, key=lambda diagram: of_slot[diagram.id]):
        keys = [*_keys(diagram)]
        known.update(keys)
        diagrams.append(
            StudiedDiagram(
                diagram=diagram,
                slot=of_slot[diagram.id],
                cards=[*_cards(diagram, held, of_card)],
                notes=[notes[key] for key in keys if key in notes],
            )
        )
    notices += _strangers(notes, known)
    return Evidence(
        curriculum=curriculum,
        collection=collection,
        today=today,
        diagrams=diagrams,
        cards=cards,
        answers=answers,
        notices=tuple(notices),
    )


def _keys(diagram: Diagram) -> Iterator[str]:
    for ref in diagram.facts():
        yield note_key(diagram.id, ref.kind, ref.fact.key)
    yield note_key(diagram.id, REDRAW, REDRAW)


def _cards(
    diagram: Diagram, held: Mapping[str, Mapping[int, HeldCard]], answers: Mapping[int, Sequence[Answer]]
) -> Iterator[StudiedCard]:
    notes = [(ref.kind, ref.number, ref.fact, ref.fact.key) for ref in diagram.facts()]
    for kind, number, fact, name in [*notes, (REDRAW, 0, None, REDRAW)]:
        mine = held.get(note_key(diagram.id, kind, name), {})
        for card in cards_of(diagram, KINDS[kind], number, fact):
            found = mine.get(card.ordinal)
            yield StudiedCard(
                kind=kind,
                side=KINDS[kind].cards[card.ordinal].slot,
                core=card.deck in ("cards", "redraw"),
                held=found,
                answers=answers.get(found.id, ()) if found else (),
            )


def _strangers(notes: Mapping[str, HeldNote], known: set[str]) -> Iterator[str]:
    """What the collection and the curriculum have without each other."""
    strange = [note for key, note in notes.items() if key not in known]
    retired = sum(1 for note in strange if note.fields.get("Retired"))
    if retired:
        yield f"Withdrawn notes: {retired:,}. Tools > Empty Cards in Anki removes their cards."
    if left := len(strange) - retired:
        yield f"Notes that this curriculum does not have, as it is older or newer: {left:,}, left out of what follows."


def _as_it_was(collection: LearnerCollection, answers: Sequence[Answer], today: Today) -> Iterator[HeldCard]:
    """The cards as they were at the end of an earlier day: those that were answered since, as the log says."""
    since = {answer.card for answer in collection.answers if today.ago(answer.at) < 0}
    last = {answer.card: answer for answer in answers if answer.rated}
    for card in collection.cards:
        if card.id not in since:
            yield card
        elif (answer := last.get(card.id)) is None:
            yield card._replace(type=CardType.NEW, queue=0, due=0, interval=0, memory=None)
        elif answer.interval < 1:  # a step, in seconds below 0
            due = answer.at // 1000 - answer.interval
            yield card._replace(type=CardType.LEARNING, queue=1, due=due, interval=0, memory=None)
        else:
            due = today.number - today.ago(answer.at) + answer.interval
            yield card._replace(type=CardType.REVIEW, queue=2, due=due, interval=answer.interval, memory=None)
