"""The book: the site's second face, to be read before recalling. The same notes as the cards', with nothing hidden.

`make_book` makes its files, beside those of the cards: an article a diagram, a page a day and a week at each pace of
the plan, the table of contents, companies by facets, decisions, numbers, and a search over all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from atlas_decks.cards.templates import Templates
from atlas_decks.curriculum.models import Curriculum
from atlas_decks.preview.book.article import Article
from atlas_decks.preview.book.days import week_views
from atlas_decks.preview.book.overviews import chapters, decisions, matrices, numbers
from atlas_decks.preview.book.search import index
from atlas_decks.preview.book.shelf import Shelf
from atlas_decks.preview.entries import Entry

_PAGES = Path(__file__).parents[1] / "pages"
_ASSETS = ("book.css", "book.js", "book-search.js")


def make_book(curriculum: Curriculum, entries: Sequence[Entry]) -> Iterator[tuple[str, str]]:
    """The book as (file name, text), page by page; `entries` in the order of study."""
    shelf = Shelf(curriculum, entries)
    pages = Templates([_PAGES], trusted=True)

    def page(template: str, **values: object) -> str:
        return pages.fill(f"book/{template}.html", **shelf.shared, **values)

    for name in _ASSETS:
        yield name, (_PAGES / name).read_text("utf-8")
    yield "book-index.js", f"const BOOK = {index(entries)};\n"
    paces = [(pace, week_views(shelf, pace)) for pace in shelf.paces]
    yield "book.html", page("cover", paces=paces)
    yield "book-contents.html", page("contents", chapters=list(chapters(shelf)))
    if shelf.shared["with_companies"]:
        yield "book-companies.html", page("companies", matrices=list(matrices(shelf)), example=shelf.a_company)
    yield "book-decisions.html", page("decisions", sections=list(decisions(shelf)))
    yield "book-numbers.html", page("numbers", sections=list(numbers(shelf)))
    yield "book-search.html", page("search")
    for pace, weeks in paces:
        for week in weeks:
            yield week.page, page("week", view=week, pace=pace, count=len(weeks))
        days = [day for week in weeks for day in week.days]
        for day in days:
            yield day.page, page("day", view=day, pace=pace, count=len(days))
    for entry in entries:
        yield shelf.article_page(entry), page("article", article=Article(shelf, entry))
