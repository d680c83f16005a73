"""The kinds of cards: one row a kind, from the key in the file to the card templates in Anki.

Everything that goes over kinds reads this table: notes, note types, ids, tags, decks, the rules on texts, the preview
and its search, `show`, `stats`, the benchmark's generator and the docs. A new kind is a model with its line in
`DiagramSpec`, a row here, and a folder with `front.html` and `back.html` a card.

What a learner has hangs on the slots in this table, for ever: Anki matches note types, fields and card templates by
ids, and those come from the slots (`ids`). A field or template that is added, removed or moved later makes every note
of a learner "conflicting". So each kind has spare ones: give a spare another name, keep its slot, and fill it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from atlas_decks.curriculum.models import Component, Decision, Diagram, Fact, FactRef, Failure, Metric, Trace, TradeOff

DeckKind = Literal["cards", "deeper", "redraw", "redraw-deeper"]  # core, the rest; redraws of anchors, all others
DECK_LETTERS: Mapping[DeckKind, str] = {"cards": "c", "deeper": "d", "redraw": "r", "redraw-deeper": "x"}
SLOT = 100  # positions that a diagram has for its cards; what is unused are the gaps for cards to come
_SPARE_FIELDS = ("Spare 1", "Spare 2", "Spare 3", "Spare 4")
_LAST = ("Picture", "Title", "Breadcrumb", "Source", "Note", "Retired", *_SPARE_FIELDS)

ANSWER, BULLET, SENTENCE, PROSE = 12, 25, 30, 40  # words that can be read in seconds


class FactText(NamedTuple):
    """A text of a fact: the name of its field in the model, its path below the diagram, the most words it may have."""

    name: str
    path: tuple[str | int, ...]
    text: str
    limit: int | None


class NoteCard(NamedTuple):
    """A card of a note: the number of its template, where it goes, and its position among the cards of its diagram."""

    ordinal: int
    deck: DeckKind
    position: int


class Part(NamedTuple):
    """A field or a card template of a note type: its name, which may change, and its slot, which may not."""

    name: str
    slot: str


@dataclass(frozen=True)
class CardType:
    """One of the cards of a note.

    `folder` holds its templates; there is a card where the fields of `needs` are filled. Of the first `core` facts of a
    diagram it is core, unless the diagram has facts under the key `unless`.
    """

    name: str
    slot: str
    folder: str
    needs: tuple[str, ...] = ("Prompt",)
    core: int = 0
    unless: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of card: a note type, what it is made of, and where its cards stand among a diagram's.

    `key` is the key in the subject file and `fact` the model of what stands there; both are empty where the diagram
    itself is the fact. The first note's first card takes position `first` of the diagram's, the next note's `step`
    more, the cards of a note one after the other. `texts` are the keys of the fact's texts, each with its most words,
    `answers` those that answer, and `searched` the fields that the preview's search looks at besides the prompt.
    """

    slug: str
    name: str
    key: str
    fact: type[Fact] | None
    first: int
    step: int
    fields: tuple[Part, ...]
    cards: tuple[CardType, ...]
    texts: Mapping[str, int | None]
    answers: tuple[str, ...] = ()
    searched: tuple[str, ...] = ("Answer",)
    in_picture: bool = False  # it names nodes of the picture
    counts: tuple[int, int] = (0, 9)  # facts of a diagram: at least, at most
    asks: bool = True  # the prompt is a question; else it may be a situation, and the card asks

    @property
    def field_names(self) -> tuple[str, ...]:
        """The names of the fields, in Anki's order."""
        return tuple(part.name for part in self.fields)

    @cached_property
    def text_fields(self) -> tuple[tuple[str, str], ...]:
        """The fields that hold a text of the fact as it is, each with its key in the model: "As of", `as_of`."""
        keys = ((name, name.lower().replace(" ", "_")) for name in self.field_names)
        return tuple((name, key) for name, key in keys if self.fact is not None and key in self.fact.model_fields)

    @property
    def spare_cards(self) -> tuple[tuple[Part, str], ...]:
        """The spare card templates, each with the field that it shows."""
        return tuple((Part(name, name), field) for name, field in zip(_SPARE_CARDS, _SPARE_FIELDS, strict=False))

    @property
    def template_slots(self) -> tuple[str, ...]:
        """The slots of all card templates, the spare ones included."""
        return (*(card.slot for card in self.cards), *(part.slot for part, _ in self.spare_cards))

    def full_name(self, deck: str) -> str:
        """The note type's name in a collection, of the curriculum with that topmost deck: "Atlas Component"."""
        return f"{deck} {self.name}".replace('"', "")  # as Anki does


_SPARE_CARDS = ("Spare A", "Spare B")


def _fields(*names: str) -> tuple[Part, ...]:
    return tuple(Part(name, name) for name in ("Key", *names, *_LAST))


_TABLE = (
    Kind(
        slug="component",
        name="Component",
        key="components",
        fact=Component,
        first=0,
        step=2,
        fields=_fields("Prompt", "Answer", "Detail", "Masked", "Revealed"),
        cards=(CardType("Recall", "Recall", "component", core=1),),
        counts=(0, 7),
        texts={"prompt": PROSE, "answer": ANSWER, "detail": PROSE},
        answers=("answer",),
        in_picture=True,
    ),
    Kind(
        slug="metric",
        name="Metric",
        key="metrics",
        fact=Metric,
        first=20,
        step=2,
        fields=_fields("Prompt", "Answer", "Detail", "As of", "Basis", "Formula"),
        cards=(CardType("Recall", "Recall", "metric", core=2),),
        counts=(2, 4),
        texts={"prompt": PROSE, "answer": ANSWER, "detail": PROSE, "formula": None, "where": None},
        answers=("answer",),
    ),
    Kind(
        slug="trade-off",
        name="Trade-off",
        key="trade_offs",
        fact=TradeOff,
        first=40,
        step=6,
        fields=_fields("Choice", "Prompt", "Counts", "Gains", "Costs", "Grading", "Instead"),
        cards=(
            CardType("Choice", "Choice", "trade-off/choice", core=1),
            CardType("Other choice", "Other choice", "trade-off/other", ("Instead",)),
        ),
        counts=(1, 2),
        texts={"choice": BULLET, "prompt": PROSE, "gains": BULLET, "costs": BULLET, "instead": SENTENCE},
        answers=("gains", "costs", "instead"),
        searched=("Choice", "Gains", "Costs", "Instead"),
    ),
    Kind(
        slug="failure",
        name="Failure",
        key="failures",
        fact=Failure,
        first=52,
        step=6,
        fields=_fields("Prompt", "Trigger", "Effect", "Containment", "Detection"),
        cards=(
            CardType("Effect", "Effect", "failure/effect"),
            CardType("Containment", "Containment", "failure/containment", ("Containment",), core=1),
            CardType("Detection", "Detection", "failure/detection", ("Detection",)),
        ),
        counts=(1, 2),
        texts={
            **{"prompt": PROSE, "trigger": SENTENCE, "effect": SENTENCE},
            **{"containment": SENTENCE, "detection": SENTENCE},
        },
        answers=("effect", "containment", "detection"),
        searched=("Trigger", "Effect", "Containment", "Detection"),
        asks=False,
    ),
    Kind(
        slug="trace",
        name="Trace",
        key="traces",
        fact=Trace,
        first=66,
        step=3,
        fields=_fields("Prompt", "Count", "Path", "Route", "Detail"),
        cards=(CardType("Recall", "Recall", "trace", core=1),),
        counts=(0, 1),
        texts={"prompt": PROSE, "detail": PROSE},
        searched=("Path",),
        in_picture=True,
    ),
    Kind(
        slug="decision",
        name="Decision",
        key="decisions",
        fact=Decision,
        first=72,
        step=3,
        fields=_fields("Prompt", "Question", "Answer", "Wrong", "Tell"),
        cards=(CardType("Recall", "Recall", "decision", core=1, unless="traces"),),
        counts=(0, 1),
        texts={"prompt": PROSE, "answer": ANSWER, "wrong": ANSWER, "tell": SENTENCE},
        answers=("answer",),
        searched=("Answer", "Wrong"),
        asks=False,
    ),
    Kind(
        slug="redraw",
        name="Redraw",
        key="",
        fact=None,
        first=95,
        step=0,
        fields=_fields("Shows", "Size", "Minutes", "Technique", "Hook", "Checklist", "Grading"),
        cards=(CardType("Recall", "Recall", "redraw", ("Title",), core=1),),
        texts={},
        searched=("Shows",),
    ),
)
GUIDE = Kind(  # the card in each weekday deck of the package of the plan
    slug="guide",
    name="Guide",
    key="",
    fact=None,
    first=0,
    step=0,
    fields=_fields("Text"),
    cards=(CardType("Recall", "Recall", "guide", ("Title",)),),
    texts={},
)
KINDS: dict[str, Kind] = {kind.slug: kind for kind in _TABLE}  # of cards that are made from diagrams
NOTE_TYPES: dict[str, Kind] = {**KINDS, GUIDE.slug: GUIDE}


def fact_kinds() -> Sequence[Kind]:
    """The kinds that are made of facts, in the order in which a diagram's are studied."""
    return [kind for kind in KINDS.values() if kind.fact is not None]


def texts_of(ref: FactRef) -> Iterator[FactText]:
    """Every text of a fact, bullet by bullet, in the order of the table."""
    for name, limit in KINDS[ref.kind].texts.items():
        value = getattr(ref.fact, name)
        key = type(ref.fact).model_fields[name].alias or name
        if isinstance(value, str):
            yield FactText(name, (ref.key, ref.number, key), value, limit)
        else:
            for position, bullet in enumerate(value or ()):
                yield FactText(name, (ref.key, ref.number, key, position), bullet, limit)


def cards_of(diagram: Diagram, kind: Kind, number: int = 0, fact: Fact | None = None) -> Iterator[NoteCard]:
    """The cards of the note of a diagram's fact, its `number`-th of the kind from 0; without a fact, of the diagram's.

    They are those that Anki makes: a field is filled where the fact has a text of that name.
    """
    for ordinal, card in enumerate(kind.cards):
        if fact is not None and not all(getattr(fact, field.lower()) for field in card.needs):
            continue
        if fact is None:
            deck: DeckKind = "redraw" if diagram.spec.anchor else "redraw-deeper"
        else:
            core = number < card.core and not (card.unless and getattr(diagram.spec, card.unless))
            deck = "cards" if core else "deeper"
        yield NoteCard(ordinal, deck, kind.first + number * kind.step + ordinal)


def all_cards(diagram: Diagram) -> Iterator[NoteCard]:
    """All cards of a diagram."""
    for ref in diagram.facts():
        yield from cards_of(diagram, KINDS[ref.kind], ref.number, ref.fact)
    for kind in KINDS.values():
        if kind.fact is None:
            yield from cards_of(diagram, kind)
