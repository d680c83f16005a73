"""The diagrams as the pages of the site show them, with their notes and their cards."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from atlas_decks.cards.kinds import Kind
from atlas_decks.cards.mathematics import readable
from atlas_decks.cards.templates import Templates
from atlas_decks.compiled.in_order import StudyOrder
from atlas_decks.curriculum.models import Curriculum, Diagram
from atlas_decks.diagrams.picture import Picture
from atlas_decks.preview.cards import Card, CardMaker
from atlas_decks.study.book_pages import article_page

_ELEMENT = re.compile(r"<[^<>]+>")
_ODD = re.compile(r"[<&\\]")  # what `plain` writes in another way
_AROUND_FORMULA = re.compile(r"\\[()]")  # only formulas have it: see `mathematics.readable`


@dataclass(frozen=True)
class Entry:
    """A diagram as the pages show it."""

    diagram: Diagram
    drawing: Picture
    cards: tuple[Card, ...]
    media: str  # file name of the picture

    @cached_property
    def notes(self) -> Mapping[str, Mapping[str, str]]:
        """The fields of each note, as HTML by their names, by the note's key without the diagram: "metric/nodes"."""
        return {card.key.partition("/")[2]: card.fields for card in self.cards}

    @property
    def page(self) -> str:
        """File name of the page with the diagram's cards."""
        return f"diagram-{self.diagram.id}.html"

    @property
    def article(self) -> str:
        """File name of its page in the book."""
        return article_page(self.diagram.id)

    @property
    def width(self) -> int:
        """Of the picture, in px."""
        return round(self.drawing.width)

    @property
    def height(self) -> int:
        """Of the picture, in px."""
        return round(self.drawing.height)


def entries_of(
    curriculum: Curriculum, pictures: Mapping[str, Picture], order: StudyOrder, templates: Templates
) -> list[Entry]:
    """The diagrams in the order of study, each with its cards; `pictures` by the diagrams' ids."""
    maker = CardMaker(curriculum.plan, templates)
    entries = []
    for tier in order.tiers:
        for scheduled, ready in zip(order.of_tier(tier), order.read_tier(tier), strict=True):
            name = scheduled.stored.ref.diagram
            cards = tuple(card for note in ready.notes for card in maker.cards(note, ready.media))
            entries.append(Entry(curriculum.by_id[name], pictures[name], cards, ready.media))
    return entries


def plain(text: str) -> str:
    """The text of a field of a note, without its elements and without what stands around formulas."""
    if not _ODD.search(text):  # most texts: there are ten thousands of them
        return text.strip()
    return html.unescape(_ELEMENT.sub(" ", _AROUND_FORMULA.sub("", text))).strip()


def marked(fields: Mapping[str, str]) -> dict[str, Markup]:
    """The fields of a note as HTML that a template takes as it is: they are escaped. Formulas are MathML."""
    return {name: Markup(readable(value)) for name, value in fields.items()}  # noqa: S704  escaped where they were made


def told_fields(kind: Kind) -> list[str]:
    """The fields of a kind that hold texts of the fact, the name of its source left out."""
    return [name for name, key in kind.text_fields if key != "source"]
