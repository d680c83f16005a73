"""When and where a card is met: the order of new cards, weeks, decks, and limits a day."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from atlas_decks.curriculum import Category, Company, Curriculum, Diagram, Pace, Plan
from atlas_decks.notes import Note

SLOT = 100  # positions a diagram has for its cards; what is unused are the gaps for cards to come
# first position of each kind within the slot, and the step between its cards
_OFFSETS = {"component": (0, 5), "metric": (40, 5), "trade-off": (65, 5), "failure": (80, 5), "redraw": (95, 0)}


@dataclass(frozen=True)
class Placed:
    """A note with its deck and `due`, its position among the new cards of its tier."""

    note: Note
    deck: str
    due: int


@dataclass(frozen=True)
class Limits:
    """Cards a day for a tier's deck and for its Redraw deck."""

    new: int
    review: int
    redraw_new: int
    redraw_review: int


def slots(curriculum: Curriculum) -> dict[str, int]:
    """The slot of every diagram within its tier, by id.

    Slots are dealt over everything that is planned, not over what exists: a diagram written later lands among the
    cards that a learner already has.
    """
    result: dict[str, int] = {}
    plan = curriculum.plan
    for tier in plan.tiers:
        categories = [category for category in plan.categories if category.tier == tier.number]
        rank: dict[str, int] = {}
        for position, name in enumerate(_planned_order(categories, plan.companies)):
            rank[name] = position
        count: dict[str, int] = {}
        for diagram in curriculum.diagrams:
            if diagram.category.tier != tier.number:
                continue
            name = _queue(diagram)
            ordinal = count.get(name, 0)
            count[name] = ordinal + 1
            result[diagram.id] = rank.get(f"{name}#{ordinal}", len(rank) + len(result))
    return result


def _queue(diagram: Diagram) -> str:
    if diagram.company and diagram.category.slug == "architecture":
        return f"{diagram.category.slug}/{diagram.company.slug}/{diagram.spec.group}"
    return f"{diagram.category.slug}/{diagram.spec.group}"


def _planned_order(categories: Sequence[Category], companies: Sequence[Company]) -> list[str]:
    """Names of all planned diagrams of a tier, "queue#ordinal", so that neighbours differ in group and the categories
    take turns while both last."""
    lines = [
        _by_company(category, companies) if category.slug == "architecture" and companies else _by_group(category)
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
            for behind, company in enumerate(together):
                if 0 <= step - behind < len(groups):
                    order.append(f"{category.slug}/{company.slug}/{groups[step - behind].slug}#0")
    return order


def week_of(diagram: Diagram, slot: int, plan: Plan, weeks: int) -> int:
    """The week in which the plan reaches a diagram, from 1, when it is studied in `weeks` weeks."""
    if diagram.company and diagram.category.slug == "architecture":
        first = last = diagram.company.week
        share = 0.0
    else:
        first, last = plan.tier(diagram.category.tier).weeks
        planned = sum(c.planned for c in plan.categories if c.tier == diagram.category.tier)
        share = min(slot / planned, 0.999)
    factor = weeks / plan.weeks
    start = (first - 1) * factor
    return int(start + share * ((last - first + 1) * factor)) + 1


def deck_name(plan: Plan, tier: int, redraw: bool = False) -> str:
    """`Atlas::5 Companies`, or its `::Redraw` deck."""
    return f"{plan.deck}::{plan.tier(tier).deck}" + ("::Redraw" if redraw else "")


def place(notes: Iterable[Note], curriculum: Curriculum, weeks: int) -> list[Placed]:
    """Give each note its deck, position and week tag. Sorted by tier and position; tombstones come last in a tier."""
    plan = curriculum.plan
    slot = slots(curriculum)
    placed: list[Placed] = []
    count: dict[tuple[str, str], int] = {}
    for note in notes:
        deck = deck_name(plan, note.tier, note.kind == "redraw")
        if note.retired:
            placed.append(Placed(note, deck, 0))
            continue
        index = count.get((note.diagram, note.kind), 0)
        count[note.diagram, note.kind] = index + 1
        first, step = _OFFSETS[note.kind]
        due = (slot[note.diagram] + 1) * SLOT + first + index * step
        week = week_of(curriculum.by_id[note.diagram], slot[note.diagram], plan, weeks)
        tags = tuple(sorted({*note.tags, f"{plan.tag}::week::{week:02d}"}))
        placed.append(Placed(replace(note, tags=tags), deck, due))
    return sorted(placed, key=lambda p: (p.note.tier, p.note.retired, p.due, p.note.guid))


def limits(plan: Plan, tier: int, pace: Pace, cards_per_diagram: float) -> Limits:
    """Cards a day so that a tier fits into its weeks at that pace, within the pace's limits in diagrams."""
    first, last = plan.tier(tier).weeks
    days = (last - first + 1) * pace.weeks / plan.weeks * pace.study_days
    planned = sum(category.planned for category in plan.categories if category.tier == tier)
    diagrams = min(math.ceil(planned / days), pace.new_diagrams)
    per_day = math.ceil(diagrams * cards_per_diagram)
    return Limits(per_day, math.ceil(pace.review_diagrams * cards_per_diagram), diagrams, pace.review_diagrams)
