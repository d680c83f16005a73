"""The weeks of the plan, and limits a day."""

from __future__ import annotations

import math
from dataclasses import dataclass

from atlas_decks.curriculum.models import Diagram, Pace, Plan
from atlas_decks.schedule.refs import DiagramRef, ref_of


@dataclass(frozen=True)
class Limits:
    """Cards a day for a tier's deck and for its Redraw deck."""

    new: int
    review: int
    redraw_new: int
    redraw_review: int


class Calendar:
    """The weeks of the plan, from 1, when it is studied in `weeks` weeks."""

    def __init__(self, plan: Plan, weeks: int) -> None:
        self._factor = weeks / plan.weeks
        self._companies = {company.slug: company.week for company in plan.companies}
        planned: dict[int, int] = {}
        for category in plan.categories:
            planned[category.tier] = planned.get(category.tier, 0) + category.planned
        self._tiers = {tier.number: (*tier.weeks, planned.get(tier.number, 0)) for tier in plan.tiers}

    def week(self, ref: DiagramRef, slot: int) -> int:
        """The week in which the plan reaches a diagram."""
        first, last, planned = self._tiers[ref.tier]
        share = 0.0
        if ref.company and ref.category == "architecture":
            first = last = self._companies[ref.company]
        else:
            share = min(slot / planned, 0.999)
        start = (first - 1) * self._factor
        return int(start + share * ((last - first + 1) * self._factor)) + 1


def week_of(diagram: Diagram, slot: int, plan: Plan, weeks: int) -> int:
    """The week in which the plan reaches a diagram, from 1, when it is studied in `weeks` weeks."""
    return Calendar(plan, weeks).week(ref_of(diagram), slot)


def week_tag(plan: Plan, week: int) -> str:
    """The tag of a week."""
    return f"{plan.tag}::week::{week:02d}"


def limits(plan: Plan, tier: int, pace: Pace, cards_per_diagram: float) -> Limits:
    """Cards a day so that a tier fits into its weeks at that pace, within the pace's limits in diagrams."""
    first, last = plan.tier(tier).weeks
    days = (last - first + 1) * pace.weeks / plan.weeks * pace.study_days
    planned = sum(category.planned for category in plan.categories if category.tier == tier)
    diagrams = min(math.ceil(planned / days), pace.new_diagrams)
    per_day = math.ceil(diagrams * cards_per_diagram)
    return Limits(per_day, math.ceil(pace.review_diagrams * cards_per_diagram), diagrams, pace.review_diagrams)
