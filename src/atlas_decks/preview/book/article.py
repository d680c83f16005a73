"""A diagram as an article: its notes with their answers, and what stands around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from markupsafe import Markup

from atlas_decks.cards.kinds import fact_kinds
from atlas_decks.curriculum.models import Citation, Diagram
from atlas_decks.preview.book.shelf import Shelf
from atlas_decks.preview.cards import in_site
from atlas_decks.preview.entries import Entry, marked, told_fields
from atlas_decks.study.confusables import Confusion


class Told(NamedTuple):
    """A fact in an article: its id on the page, its model, the fields of its note as HTML, its source's number."""

    anchor: str
    fact: Any
    fields: Mapping[str, Markup]
    source: int


class Section(NamedTuple):
    """The facts of a kind; `kind` is its slug, `texts` the names of the fields that hold a text of the fact."""

    kind: str
    title: str
    facts: Sequence[Told]
    texts: Sequence[str]


class When(NamedTuple):
    """A day that brings a diagram, with its pages, at the pace of so many weeks."""

    weeks: int
    week: int
    week_page: str
    day: int
    day_page: str


class Article:
    """A diagram as its page shows it."""

    def __init__(self, shelf: Shelf, entry: Entry) -> None:
        self._shelf, self.entry = shelf, entry
        self.diagram: Diagram = entry.diagram
        self.title, self.main_source = self.diagram.spec.title, self.diagram.main_source
        self._numbers: dict[str, int] = {self.main_source: 1}  # that of the picture comes first
        self.sections = list(self._sections())
        place = shelf.places[self.diagram.id]
        self.previous = shelf.entries[place - 1] if place else None
        self.following = shelf.entries[place + 1] if place + 1 < len(shelf.entries) else None

    @property
    def picture(self) -> Markup:
        """The picture as an element, with what it says in words."""
        return self._shown(next(iter(self.entry.notes.values()))["Picture"])

    @property
    def sources(self) -> Sequence[tuple[int, Citation]]:
        """The sources that are cited, by their numbers."""
        return [(number, self.diagram.sources[key]) for key, number in self._numbers.items()]

    @cached_property
    def confusions(self) -> Sequence[Confusion]:
        """What the diagram is easily confused with, where that is written: its own decisions first."""
        return [found for found in self._shelf.confusions.get(self.diagram.id, ()) if found.other]

    def other_of(self, decision: object) -> Diagram | None:
        """The diagram of a decision's wrong answer."""
        return next((found.other for found in self.confusions if found.decision is decision), None)

    @property
    def same_group(self) -> Sequence[Entry]:
        """The other diagrams of the group."""
        group = self._shelf.in_group(self.diagram.category.slug, self.diagram.spec.group)
        return [entry for entry in group if entry is not self.entry]

    @property
    def same_company(self) -> Sequence[Entry]:
        """The other diagrams of the company."""
        company = self.diagram.company
        return [e for e in self._shelf.of_company(company.slug) if e is not self.entry] if company else []

    @property
    def when(self) -> Iterator[When]:
        """The days that bring the diagram."""
        for weeks, day in self._shelf.days.get(self.diagram.id, ()):
            pages = self._shelf.week_page(weeks, day), self._shelf.day_page(weeks, day)
            yield When(weeks, day.week, pages[0], day.number, pages[1])

    @property
    def search(self) -> str:
        """Its cards, as a search in Anki."""
        return self._shelf.search_for([self.entry])

    def _sections(self) -> Iterator[Section]:
        """The facts by kind, in the order in which they are studied."""
        by_kind: dict[str, list[Told]] = {}
        for ref in self.diagram.facts():
            values = self.entry.notes[f"{ref.kind}/{ref.fact.key}"]
            fields = marked(values)
            if route := values.get("Route"):
                fields["Route"] = self._shown(route)
            number = self._number_of(ref.fact.source or self.main_source)
            by_kind.setdefault(ref.kind, []).append(Told(f"{ref.kind}-{ref.fact.key}", ref.fact, fields, number))
        for kind in fact_kinds():
            if facts := by_kind.get(kind.slug):
                title = getattr(self._shelf.words.book, kind.key, kind.name)
                yield Section(kind.slug, title, facts, told_fields(kind))

    def _number_of(self, source: str) -> int:
        """The number of a source: they are counted as they are met."""
        return self._numbers.setdefault(source, len(self._numbers) + 1)

    def _shown(self, field: str) -> Markup:
        """A field of a note, whose picture lies in the site's folder of pictures."""
        return Markup(in_site(field, self.entry.media))  # noqa: S704  escaped fields
