"""What all pages of the book share: the plan and its words, the articles by id, and the days that bring them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from markupsafe import Markup

from atlas_decks.cards.ids import search_of
from atlas_decks.cards.markup import on_page
from atlas_decks.curriculum.models import Curriculum, Diagram, Pace
from atlas_decks.preview.entries import Entry
from atlas_decks.preview.language import direction_of
from atlas_decks.study.book_pages import article_page, day_page, week_page
from atlas_decks.study.confusables import Confusion, confusions
from atlas_decks.study.timetable import StudyDay, Timetable
from atlas_decks.study.today import Content


class Shelf:
    """The diagrams of a curriculum as articles, in the order of study."""

    def __init__(self, curriculum: Curriculum, entries: Sequence[Entry]) -> None:
        self.plan, self.entries = curriculum.plan, entries
        self.words = curriculum.plan.words
        self.by_id: Mapping[str, Entry] = {entry.diagram.id: entry for entry in entries}
        self.paces: Sequence[Pace] = self.plan.paces
        self._links: dict[str, Markup] = {}
        self.contents: Mapping[int, Content] = {
            pace.weeks: Content(curriculum, Timetable(self.plan, pace)) for pace in self.paces
        }

    @cached_property
    def shared(self) -> Mapping[str, Any]:
        """The values that every template has."""
        language = self.plan.rules.language
        return {
            "plan": self.plan,
            "words": self.words,
            "w": self.words.book,
            "language": language,
            "direction": direction_of(language),
            "with_companies": bool(self.plan.companies) and any(c.facets_of for c in self.plan.categories),
            "total": len(self.entries),
            "article_page": self.article_page,
            "link": self.link,
            "group_anchor": group_anchor,
            "on_page": on_page,
        }

    @cached_property
    def confusions(self) -> Mapping[str, Sequence[Confusion]]:
        """What each diagram is easily confused with, by its id."""
        return confusions(entry.diagram for entry in self.entries)

    @cached_property
    def days(self) -> Mapping[str, Sequence[tuple[int, StudyDay]]]:
        """The days that bring a diagram, by its id: for each pace that reaches it its weeks, and the day."""
        found: dict[str, list[tuple[int, StudyDay]]] = {}
        for weeks, content in self.contents.items():
            for day in content.timetable.days:
                for diagram in content.of_day(day):
                    found.setdefault(diagram.id, []).append((weeks, day))
        return found

    @cached_property
    def _groups(self) -> Mapping[tuple[str, str], Sequence[Entry]]:
        found: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries:
            diagram = entry.diagram
            found.setdefault((diagram.category.slug, diagram.spec.group), []).append(entry)
            if diagram.company:
                found.setdefault(("", diagram.company.slug), []).append(entry)
        return found

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of each diagram in the order of study, from 0, by its id."""
        return {entry.diagram.id: place for place, entry in enumerate(self.entries)}

    def in_group(self, category: str, group: str) -> Sequence[Entry]:
        """The diagrams of a group, in the order of study."""
        return self._groups.get((category, group), ())

    def of_company(self, company: str) -> Sequence[Entry]:
        """The diagrams of a company, in the order of study."""
        return self._groups.get(("", company), ())

    @property
    def a_company(self) -> str:
        """The first company with an article, or the first one: an example for a search."""
        slugs = [company.slug for company in self.plan.companies]
        return next((slug for slug in slugs if self.of_company(slug)), slugs[0])

    def article_page(self, entry: Entry | Diagram) -> str:
        """The page of an article."""
        return entry.article if isinstance(entry, Entry) else article_page(entry.id)

    def link(self, entry: Entry) -> Markup:
        """A link to an article, with its title: there are many to each."""
        if entry.diagram.id not in self._links:
            text = '<a href="%s">%s</a>'
            self._links[entry.diagram.id] = Markup(text) % (self.article_page(entry), entry.diagram.spec.title)  # noqa: S704
        return self._links[entry.diagram.id]

    def day_page(self, weeks: int, day: StudyDay) -> str:
        """The page of a day."""
        return day_page(weeks, day.number)

    def week_page(self, weeks: int, day: StudyDay) -> str:
        """The page of a day's week."""
        return week_page(weeks, day.week)

    def search_for(self, entries: Iterable[Entry]) -> str:
        """The cards of these diagrams as a search that one pastes into Anki; empty where there are none.

        https://docs.ankiweb.net/searching.html: a tag finds those below it, `Key:..` looks into that field.
        """
        names = [entry.diagram.id for entry in entries]
        if not names:
            return ""
        found = search_of(names)
        return f"tag:{self.plan.tag} {found}" if len(names) == 1 else f"tag:{self.plan.tag} ({found})"


def group_anchor(category: str, group: str) -> str:
    """The id of a group's place in the table of contents."""
    return f"group-{category}--{group}"
