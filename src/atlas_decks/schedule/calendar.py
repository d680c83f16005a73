"""The weeks of the plan."""

from __future__ import annotations

from typing import NamedTuple

from atlas_decks.curriculum.models import Diagram, Plan
from atlas_decks.schedule.refs import DiagramRef, ref_of, tier_starts


class _TierWeeks(NamedTuple):
    """The first and the last week of a tier, and its slots: the first one, and how many are planned."""

    first: int
    last: int
    start: int
    planned: int


class Calendar:
    """The weeks of the plan, from 1, when it is studied in `weeks` weeks."""

    def __init__(self, plan: Plan, weeks: int) -> None:
        self._factor = weeks / plan.weeks
        self._companies = {company.slug: company.week for company in plan.companies}
        starts = tier_starts(plan)
        self._tiers = {
            tier.number: _TierWeeks(*tier.weeks, starts[tier.number], plan.planned_in(tier.number))
            for tier in plan.tiers
        }

    def week(self, ref: DiagramRef, slot: int) -> int:
        """The week in which the plan reaches a diagram."""
        first, last, before, planned = self._tiers[ref.tier]
        share = 0.0
        if ref.company:
            first = last = self._companies[ref.company]
        else:
            share = min((slot - before) / planned, 0.999)
        start = (first - 1) * self._factor
        return int(start + share * ((last - first + 1) * self._factor)) + 1


def week_of(diagram: Diagram, slot: int, plan: Plan, weeks: int) -> int:
    """The week in which the plan reaches a diagram, from 1, when it is studied in `weeks` weeks."""
    return Calendar(plan, weeks).week(ref_of(diagram), slot)


def week_tag(plan: Plan, week: int) -> str:
    """The tag of a week."""
    return f"{plan.tag}::week::{week:02d}"
