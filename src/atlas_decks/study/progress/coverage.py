"""How much there is, and how far the learner is in it: by tier, category, company, complexity, depth and focus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from atlas_decks.curriculum.models import Focus, Plan
from atlas_decks.study.progress.evidence import Evidence, StudiedCard, StudiedDiagram


@dataclass(frozen=True, kw_only=True)
class Count:
    """Things (diagrams or cards) that are planned (None: the plan does not say), written, and with the learner."""

    planned: int | None
    written: int
    imported: int
    introduced: int
    mature: int


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """A part of the curriculum, and the `tag` of its notes.

    `diagrams` and `tag` are None where the part is one of cards: a note may have core cards and deeper ones.

    `written` diagrams of a complexity are those that the learner holds: it shows only in the picture.
    """

    slug: str
    title: str
    diagrams: Count | None
    cards: Count
    tag: str | None


def coverage(evidence: Evidence) -> Mapping[str, Sequence[Coverage]]:
    """Each way to divide the curriculum, with its parts in the order of the plan."""
    plan = evidence.curriculum.plan
    diagrams = evidence.diagrams
    return {
        "all": [_part("all", "All", diagrams, plan.planned, plan.tag)],
        "tier": [
            _part(
                str(tier.number),
                tier.title,
                [d for d in diagrams if d.diagram.category.tier == tier.number],
                plan.planned_in(tier.number),
                f"{plan.tag}::tier::{tier.number}",
            )
            for tier in plan.tiers
        ],
        "category": [
            _part(
                category.slug,
                category.title,
                [d for d in diagrams if d.diagram.category.slug == category.slug],
                category.planned,
                f"{plan.tag}::category::{category.slug}",
            )
            for category in plan.categories
        ],
        "company": [*_companies(plan, diagrams)],
        "complexity": [*_complexities(plan, diagrams)],
        "depth": [*_depths(diagrams)],
        "focus": [
            _part(
                focus.slug,
                focus.title,
                [d for d in diagrams if in_focus(d, focus)],
                None,
                f"{plan.tag}::focus::{focus.slug}",
            )
            for focus in plan.focus
        ],
    }


def in_focus(studied: StudiedDiagram, focus: Focus) -> bool:
    """Whether a diagram belongs to a focus track."""
    spec, diagram = studied.diagram.spec, studied.diagram
    company = diagram.company.slug if diagram.company else ""
    listed = spec.group in focus.groups or diagram.category.slug in focus.categories or company in focus.companies
    return listed or focus.slug in spec.focus


def _part(slug: str, title: str, diagrams: Sequence[StudiedDiagram], planned: int | None, tag: str) -> Coverage:
    return Coverage(
        slug=slug,
        title=title,
        diagrams=Count(
            planned=planned,
            written=len(diagrams),
            imported=sum(studied.imported for studied in diagrams),
            introduced=sum(studied.introduced for studied in diagrams),
            mature=sum(studied.mature for studied in diagrams),
        ),
        cards=_count_cards(diagrams, lambda _: True),
        tag=tag,
    )


def _count_cards(diagrams: Iterable[StudiedDiagram], wanted: Callable[[StudiedCard], bool]) -> Count:
    cards = [card for studied in diagrams for card in studied.cards if wanted(card)]
    return Count(
        planned=None,
        written=len(cards),
        imported=sum(card.held is not None for card in cards),
        introduced=sum(card.introduced for card in cards),
        mature=sum(card.mature for card in cards),
    )


def _companies(plan: Plan, diagrams: Sequence[StudiedDiagram]) -> Iterator[Coverage]:
    """The companies; each has as many planned diagrams as there are facets."""
    facets = sum(len(category.groups) for category in plan.categories if category.facets_of)
    for company in plan.companies:
        mine = [d for d in diagrams if d.diagram.company and d.diagram.company.slug == company.slug]
        faceted = [d for d in mine if d.diagram.category.facets_of]
        yield _part(company.slug, company.name, faceted, facets, f"{plan.tag}::company::{company.slug}")


def _complexities(plan: Plan, diagrams: Sequence[StudiedDiagram]) -> Iterator[Coverage]:
    """The steps of difficulty, by the tags of the learner's notes: what he does not hold is in none of them."""
    for step in plan.complexity:
        tag = f"{plan.tag}::complexity::{step.slug}"
        mine = [d for d in diagrams if any(tag in note.tags for note in d.notes)]
        yield _part(step.slug, step.slug.capitalize(), mine, None, tag)


def _depths(diagrams: Sequence[StudiedDiagram]) -> Iterator[Coverage]:
    for slug, title, core in (("core", "Core cards", True), ("deeper", "Deeper cards", False)):
        cards = _count_cards(diagrams, lambda card, core=core: card.core is core)  # type: ignore[misc]
        yield Coverage(slug=slug, title=title, diagrams=None, cards=cards, tag=None)
