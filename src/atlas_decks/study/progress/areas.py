"""Where memory is weak: areas of the curriculum, and diagrams that were missed side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from atlas_decks.cards.ids import search_of
from atlas_decks.cards.kinds import KINDS
from atlas_decks.curriculum.models import Diagram, Plan
from atlas_decks.learner.collection.model import AGAIN, Answer
from atlas_decks.learner.collection.statistics import Share, within
from atlas_decks.study.progress.coverage import in_focus
from atlas_decks.study.progress.evidence import Evidence, StudiedDiagram
from atlas_decks.study.timetable import WEEK

ENOUGH = 20  # answers from which on a share says something
DAYS = 30  # that are looked at: what was weak before may be mended
_PAIRS = 10  # of confusable diagrams that are told


@dataclass(frozen=True, kw_only=True)
class Area:
    """A part of the curriculum with its recall of the last `DAYS` days; `search` finds its cards in Anki.

    `worst` are the diagrams that were missed most in it, with how often.
    """

    by: str
    slug: str
    title: str
    recall: Share
    search: str
    worst: Sequence[tuple[Diagram, int]]


@dataclass(frozen=True, kw_only=True)
class Areas:
    """Areas that are weak or strong beyond chance, the weakest and the strongest first.

    Weak: less is recalled than the plan wants, even by the better end of the interval (so many were forgotten even by
    the lower bound). Strong: by the worse end it is as much as the plan wants.
    """

    weak: Sequence[Area]
    strong: Sequence[Area]


@dataclass(frozen=True, kw_only=True)
class Confused:
    """Two diagrams of one group that were missed in the same week, in the same kind of card, in so many weeks."""

    one: Diagram
    other: Diagram
    weeks: int
    search: str


@dataclass(frozen=True)
class _Part:
    by: str
    slug: str
    title: str
    tag: str


def areas(evidence: Evidence) -> Areas:
    """The weak areas and the strong ones."""
    plan = evidence.curriculum.plan
    parts: dict[tuple[str, str], _Part] = {}
    tests: Counter[tuple[str, str]] = Counter()
    passed: Counter[tuple[str, str]] = Counter()
    missed: dict[tuple[str, str], Counter[str]] = {}
    for studied in evidence.diagrams:
        mine = list(_parts(plan, studied))
        for card in studied.cards:
            given = [a for a in within(card.answers, evidence.today, (0, DAYS)) if a.tests_memory]
            if not given:
                continue
            kind = KINDS[card.kind]
            for part in (*mine, _Part("card", kind.slug, kind.name, f"{plan.tag}::card::{kind.slug}")):
                key = (part.by, part.slug)
                parts[key] = part
                tests[key] += len(given)
                passed[key] += (right := sum(answer.passed for answer in given))
                missed.setdefault(key, Counter())[studied.diagram.id] += len(given) - right
    found = []
    for key, part in parts.items():
        if tests[key] >= ENOUGH:
            worst = [(evidence.by_id[name].diagram, times) for name, times in missed[key].most_common(3) if times]
            found.append(
                Area(
                    by=part.by,
                    slug=part.slug,
                    title=part.title,
                    recall=Share(tests[key], passed[key]),
                    search=f"tag:{part.tag}",
                    worst=worst,
                )
            )
    wanted = plan.retention_percent / 100
    weak = sorted((a for a in found if a.recall.interval[1] < wanted), key=lambda a: a.recall.interval[1])
    strong = sorted((a for a in found if a.recall.interval[0] >= wanted), key=lambda a: -a.recall.interval[0])
    return Areas(weak=weak, strong=strong)


def _parts(plan: Plan, studied: StudiedDiagram) -> Iterator[_Part]:
    """The areas that a diagram belongs to."""
    diagram, root = studied.diagram, plan.tag
    category = diagram.category
    yield _Part("tier", str(category.tier), plan.tier(category.tier).title, f"{root}::tier::{category.tier}")
    yield _Part("category", category.slug, category.title, f"{root}::category::{category.slug}")
    if diagram.group:
        group = diagram.group
        yield _Part("group", group.slug, group.title, f"{root}::group::{group.slug}")
    if diagram.company:
        company = diagram.company
        yield _Part("company", company.slug, company.name, f"{root}::company::{company.slug}")
    for focus in plan.focus:
        if in_focus(studied, focus):
            yield _Part("focus", focus.slug, focus.title, f"{root}::focus::{focus.slug}")


def confused(evidence: Evidence) -> list[Confused]:
    """Pairs that may be taken for each other, the most frequent first: siblings that were missed in the same week."""
    weeks = _missed(evidence, lambda answer: evidence.today.ago(answer.at) // WEEK)
    pairs: Counter[tuple[str, str]] = Counter()
    for names in weeks.values():
        pairs.update(combinations(sorted(names), 2))
    found = []
    for (one, other), times in sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))[:_PAIRS]:
        by_id = evidence.by_id
        search = search_of((one, other))
        found.append(Confused(one=by_id[one].diagram, other=by_id[other].diagram, weeks=times, search=search))
    return found


def _missed(evidence: Evidence, week: Callable[[Answer], int]) -> Mapping[tuple[str, str, str, int], set[str]]:
    """The diagrams that were missed, by category, group, kind of card and week, of the last `DAYS` days."""
    found: dict[tuple[str, str, str, int], set[str]] = {}
    for studied in evidence.diagrams:
        where = (studied.diagram.category.slug, studied.diagram.spec.group)
        for card in studied.cards:
            for answer in within(card.answers, evidence.today, (0, DAYS)):
                if answer.tests_memory and answer.button == AGAIN:
                    found.setdefault((*where, card.kind, week(answer)), set()).add(studied.diagram.id)
    return found
