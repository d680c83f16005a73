"""When and where a card is met: the order of new cards, and decks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from atlas_decks.cards.kinds import SLOT
from atlas_decks.curriculum.models import Category, Company, Curriculum, Plan
from atlas_decks.schedule.refs import DiagramRef, ref_of, tier_starts


def slots(curriculum: Curriculum) -> dict[str, int]:
    """The slot of every diagram, by id: tier after tier, so that the position of a new card says when the plan
    reaches it, whatever deck it lies in.

    Slots are dealt over everything that is planned, not over what exists: a diagram written later lands among the
    cards that a learner already has.
    """
    return assign_slots(curriculum.plan, map(ref_of, curriculum.diagrams))


def assign_slots(plan: Plan, refs: Iterable[DiagramRef]) -> dict[str, int]:
    """As `slots`, of references in the order of their files."""
    result: dict[str, int] = {}
    of_tier: dict[int, list[DiagramRef]] = {}
    for ref in refs:
        of_tier.setdefault(ref.tier, []).append(ref)
    starts = tier_starts(plan)
    for tier in plan.tiers:
        start = starts[tier.number]
        categories = [category for category in plan.categories if category.tier == tier.number]
        rank = {name: start + place for place, name in enumerate(_planned_order(categories, plan.companies))}
        count: dict[str, int] = {}
        for ref in of_tier.get(tier.number, ()):
            name = _queue(ref)
            ordinal = count.get(name, 0)
            count[name] = ordinal + 1
            result[ref.diagram] = rank.get(f"{name}#{ordinal}", start + len(rank) + len(result))
    return result


def _queue(ref: DiagramRef) -> str:
    if ref.company:
        return f"{ref.category}/{ref.company}/{ref.group}"
    return f"{ref.category}/{ref.group}"


def _planned_order(categories: Sequence[Category], companies: Sequence[Company]) -> list[str]:
    """Names of all planned diagrams of a tier, "queue#ordinal", so that neighbours differ in group and the categories
    take turns while both last."""
    lines = [
        _by_company(category, companies) if category.facets_of and companies else _by_group(category)
        for category in categories
    ]
    order: list[str] = []
    for position in range(max(map(len, lines), default=0)):
        order += [line[position] for line in lines if position < len(line)]
    return order


def _by_group(category: Category) -> list[str]:
    """First diagrams of all groups, then second ones, and so on."""
    rounds = max(group.planned for group in category.groups)
    return [f"{category.slug}/{g.slug}#{i}" for i in range(rounds) for g in category.groups if i < g.planned]


def _by_company(category: Category, companies: Sequence[Company]) -> list[str]:
    """The companies of one day side by side, each a facet behind the one before it: a0, a1 b0, a2 b1 c0, ..."""
    days: dict[tuple[int, str], list[Company]] = {}
    for company in companies:
        days.setdefault((company.week, company.day), []).append(company)
    order: list[str] = []
    for (_, _), together in days.items():
        groups = category.groups
        for step in range(len(groups) + len(together) - 1):
            for behind in range(max(0, step - len(groups) + 1), min(step + 1, len(together))):
                order.append(f"{category.slug}/{together[behind].slug}/{groups[step - behind].slug}#0")
    return order


def first_position(slot: int) -> int:
    """The position of the first card of the diagram in that slot, among the new cards of its tier."""
    return (slot + 1) * SLOT
