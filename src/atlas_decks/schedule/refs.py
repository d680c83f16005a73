"""What decides when a diagram is met."""

from __future__ import annotations

from typing import NamedTuple

from atlas_decks.curriculum.models import Diagram


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
