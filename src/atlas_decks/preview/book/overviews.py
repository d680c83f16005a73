"""Pages over all diagrams: contents, companies by facets, decisions, numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from atlas_decks.cards.kinds import KINDS
from atlas_decks.curriculum.models import Category, Company, Group, Tier, Wave
from atlas_decks.preview.book.shelf import Shelf
from atlas_decks.preview.entries import Entry, marked

_CORE_METRICS = next(card.core for card in KINDS["metric"].cards)


class Chapter(NamedTuple):
    """A category with its groups and their articles."""

    category: Category
    groups: Sequence[tuple[Group, Sequence[Entry]]]

    @property
    def written(self) -> int:
        """How many articles there are."""
        return sum(len(entries) for _, entries in self.groups)


class Part(NamedTuple):
    """A tier with its chapters."""

    tier: Tier
    chapters: Sequence[Chapter]


class CompanyRow(NamedTuple):
    """A company: the articles of each facet, and those that belong to no facet."""

    company: Company
    facets: Sequence[Sequence[Entry]]
    more: Sequence[Entry]

    @property
    def written(self) -> bool:
        """Whether there is an article on it."""
        return bool(self.more) or any(self.facets)


class Matrix(NamedTuple):
    """Companies by the facets of a category, wave after wave."""

    category: Category
    waves: Sequence[tuple[Wave, Sequence[CompanyRow]]]


class Line(NamedTuple):
    """A fact on a page over all diagrams: the fields of its note, and its place in its article."""

    entry: Entry
    anchor: str
    fields: Mapping[str, Markup]


class Lines(NamedTuple):
    """The lines of a category."""

    category: Category
    lines: Sequence[Line]


def chapters(shelf: Shelf) -> Iterator[Part]:
    """All articles by tier, category and group, in the order of the plan."""
    for tier in shelf.plan.tiers:
        yield Part(
            tier,
            [
                Chapter(category, [(group, shelf.in_group(category.slug, group.slug)) for group in category.groups])
                for category in shelf.plan.categories
                if category.tier == tier.number
            ],
        )


def matrices(shelf: Shelf) -> Iterator[Matrix]:
    """The companies by the facets of each category that has facets."""
    for category in shelf.plan.categories:
        if category.facets_of:
            rows = [_row(shelf, category, company) for company in shelf.plan.companies]
            waves = [(wave, [row for row in rows if row.company.wave == wave.slug]) for wave in shelf.plan.waves]
            yield Matrix(category, [(wave, found) for wave, found in waves if found])


def _row(shelf: Shelf, category: Category, company: Company) -> CompanyRow:
    entries = shelf.of_company(company.slug)
    mine = [entry for entry in entries if entry.diagram.category.slug == category.slug]
    facets = [[entry for entry in mine if entry.diagram.spec.group == group.slug] for group in category.groups]
    return CompanyRow(company, facets, [entry for entry in entries if entry not in mine])


def decisions(shelf: Shelf) -> Iterator[Lines]:
    """Every decision, by category."""
    yield from _lines(shelf, "decision")


def numbers(shelf: Shelf) -> Iterator[Lines]:
    """The numbers that everybody should know, by category.

    They are the core ones: the first of each diagram. The inputs of a worked example are invented, and with them its
    number, so that it is left out.
    """
    yield from _lines(shelf, "metric")


def _lines(shelf: Shelf, kind: str) -> Iterator[Lines]:
    found: dict[str, list[Line]] = {}
    for entry in shelf.entries:
        for ref in entry.diagram.facts():
            if ref.kind != kind or (kind == "metric" and not _worth_knowing(ref.number, ref.fact.basis)):
                continue
            fields = marked(entry.notes[f"{kind}/{ref.fact.key}"])
            found.setdefault(entry.diagram.category.slug, []).append(Line(entry, f"{kind}-{ref.fact.key}", fields))
    for category in shelf.plan.categories:
        if lines := found.get(category.slug):
            yield Lines(category, lines)


def _worth_knowing(number: int, basis: str) -> bool:
    return number < _CORE_METRICS and basis != "worked"
