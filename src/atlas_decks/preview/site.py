"""A curriculum, its pictures and its notes -> the files of a static site: the cards, and the book (`book`).

All pages lie in one folder, so that links work from a disk as from a server; pictures lie in `media/`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from atlas_decks.cards.kinds import KINDS, Kind
from atlas_decks.cards.templates import Templates
from atlas_decks.compiled.in_order import StudyOrder
from atlas_decks.curriculum.models import WEEKDAYS, Curriculum, Plan
from atlas_decks.curriculum.words import Words
from atlas_decks.diagrams.picture import Picture
from atlas_decks.preview.book import make_book
from atlas_decks.preview.entries import Entry, entries_of, plain
from atlas_decks.preview.language import direction_of

_PAGES = Path(__file__).parent / "pages"
_ASSETS = ("site.css", "reviewer.css", "site.js", "night.js", "search.js")


@dataclass(frozen=True)
class _Listing:
    """A page that lists the diagrams of a tier, a category or a company, and its contact sheet."""

    name: str
    kind: str
    title: str
    about: str
    entries: Sequence[Entry]
    planned: int

    @property
    def page(self) -> str:
        return f"{self.name}.html"

    @property
    def sheet(self) -> str:
        return f"sheet-{self.name}.html"

    @property
    def percent(self) -> int:
        return round(100 * len(self.entries) / self.planned) if self.planned else 0


def make_site(
    curriculum: Curriculum, pictures: Mapping[str, Picture], order: StudyOrder, templates: Templates
) -> Iterator[tuple[str, str]]:
    """The site as (file name, text), page by page.

    `pictures` are those of all diagrams, by id. Raises ProblemsFoundError where a card template is broken.
    """
    entries = entries_of(curriculum, pictures, order, templates)
    listings = list(_listings(curriculum, entries))
    pages = Templates([_PAGES], trusted=True)
    plan = curriculum.plan
    shared = {**_shared(plan), "listings": listings, "total": len(entries)}
    yield "card.css", templates.css()
    for name in _ASSETS:
        yield name, (_PAGES / name).read_text("utf-8")
    yield "cards.js", f"const ATLAS = {_index(entries, plan)};\n"
    yield "index.html", pages.fill("index.html", **shared, cards=sum(len(e.cards) for e in entries))
    yield "cards.html", pages.fill("cards.html", **shared)
    for listing in listings:
        yield listing.page, pages.fill("listing.html", **shared, listing=listing)
        yield listing.sheet, pages.fill("sheet.html", **shared, listing=listing)
    for index, entry in enumerate(entries):
        around = (entries[index - 1] if index else None, entries[index + 1] if index + 1 < len(entries) else None)
        cards = [(card, Markup(card.front), Markup(card.back)) for card in entry.cards]  # noqa: S704  escaped fields
        yield entry.page, pages.fill("diagram.html", **shared, entry=entry, cards=cards, around=around)
        yield f"media/{entry.media}", entry.drawing.svg
    yield from make_book(curriculum, entries)


def _shared(plan: Plan) -> dict[str, Any]:
    """The values that every page has: `w` the site's own words, `b` the book's where both say the same."""
    words, book = plan.words.site, plan.words.book
    keys = Markup(escape(book.keys)).format(search=_key("/"), night=_key("n"))  # noqa: S704  escaped
    turning = {"next": _key("j"), "previous": _key("k"), "turn": _key("␣"), "all": _key("a")}
    return {
        "plan": plan,
        "w": words,
        "b": book,
        "language": plan.rules.language,
        "direction": direction_of(plan.rules.language),
        "kinds": {slug: _kind_name(kind, plan.words) for slug, kind in KINDS.items()},
        "days": _days(plan),
        "tier": lambda number: plan.words.tier.format(number=number),
        "name_of": lambda card: _card_name(card.name, plan.words),
        "keys": keys,
        "card_keys": Markup(escape(words.keys_cards)).format(keys=keys, **turning),  # noqa: S704  escaped
    }


def _key(name: str) -> Markup:
    return Markup("<kbd>%s</kbd>") % name


def _days(plan: Plan) -> dict[str, str]:
    """The names of the days that bring categories, by their short ones."""
    return dict(zip(WEEKDAYS, plan.words.book.weekdays, strict=False))  # on Sundays nothing new comes


def _kind_name(kind: Kind, words: Words) -> str:
    return getattr(words.site, kind.slug.replace("-", "_"), kind.name)


def _card_name(name: str, words: Words) -> str:
    """What a template of a kind with several is called."""
    said = {"Choice": words.choice, "Other choice": words.site.other_choice, "Effect": words.effect}
    said |= {"Containment": words.containment, "Detection": words.detection}
    return said.get(name, name)


def _listings(curriculum: Curriculum, entries: Sequence[Entry]) -> Iterator[_Listing]:
    plan = curriculum.plan
    words, days = plan.words.site, _days(plan)
    for tier in plan.tiers:
        mine = [e for e in entries if e.diagram.category.tier == tier.number]
        planned = plan.planned_in(tier.number)
        yield _Listing(
            f"tier-{tier.number}",
            "tier",
            words.tier_title.format(number=tier.number, title=tier.title),
            tier.goal,
            mine,
            planned,
        )
    for category in plan.categories:
        mine = [e for e in entries if e.diagram.category.slug == category.slug]
        about = words.studied_on.format(day=days[category.day], number=category.tier)
        yield _Listing(f"category-{category.slug}", "category", category.title, about, mine, category.planned)
    facets = sum(len(category.groups) for category in plan.categories if category.facets_of)
    for company in plan.companies:
        mine = [e for e in entries if e.diagram.company and e.diagram.company.slug == company.slug]
        yield _Listing(
            f"company-{company.slug}",
            "company",
            company.name,
            words.company_week.format(n=company.week),
            mine,
            max(facets, len(mine)),
        )


def _index(entries: Sequence[Entry], plan: Plan) -> str:
    """What the search page knows: diagrams, and cards that point at them by position."""
    diagrams = [
        [
            e.diagram.id,
            e.diagram.spec.title,
            str(e.diagram.category.tier),
            e.diagram.category.slug,
            e.diagram.company.slug if e.diagram.company else "",
            e.diagram.category.day,
        ]
        for e in entries
    ]
    cards = []
    for position, entry in enumerate(entries):
        for card in entry.cards:
            kind = KINDS[card.kind]
            prompt = plain(card.fields["Prompt" if kind.fact else "Title"])
            answer = " ".join(plain(card.fields[name]) for name in kind.searched)
            name = _kind_name(kind, plan.words)
            about = f"{name}: {_card_name(card.name, plan.words)}" if len(kind.cards) > 1 else name
            cards.append([position, kind.slug, card.anchor, prompt, answer, about])
    data = json.dumps({"diagrams": diagrams, "cards": cards}, ensure_ascii=False, separators=(",", ":"))
    return data.replace("</", "<\\/")
