"""What decides when a diagram is met."""

from __future__ import annotations

from typing import NamedTuple

from atlas_decks.curriculum.models import Diagram, Plan


class DiagramRef(NamedTuple):
    """What decides when a diagram is met; `company` is the one of which it is a facet, or empty."""

    diagram: str
    tier: int
    category: str
    group: str
    company: str


def ref_of(diagram: Diagram) -> DiagramRef:
    """What decides when this diagram is met."""
    company = diagram.company.slug if diagram.company and diagram.category.facets_of else ""
    return DiagramRef(diagram.id, diagram.category.tier, diagram.category.slug, diagram.spec.group, company)


MOST_SLOTS = 9_900  # diagrams with positions of their own: Anki's end at 1,000,000, and each diagram takes 100


def tier_starts(plan: Plan) -> dict[int, int]:
    """The first slot of each tier: tier after tier; where a plan has too many diagrams for that, each tier from 0."""
    starts: dict[int, int] = {}
    start = 0
    for tier in plan.tiers:
        starts[tier.number] = start if plan.planned <= MOST_SLOTS else 0
        start += plan.planned_in(tier.number)
    return starts
