"""What the shell completes: ids of diagrams, and the tiers, companies, categories and tags of the plan.

Completion runs while a line is typed: where the project cannot be read there is nothing to offer, and no message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from atlas_decks.cards.kinds import KINDS
from atlas_decks.curriculum import load
from atlas_decks.curriculum.models import Plan
from atlas_decks.problems import ProblemsFoundError
from atlas_decks.project import Project, find_project
from atlas_decks.schedule.calendar import week_tag

_Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
_Offered = Iterable[tuple[str, str]]  # what may be typed, and a word on it


def _completing(offered: Callable[[Project], _Offered]) -> _Complete:
    """A callback for click from what a project offers."""

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        folder = ctx.find_root().params.get("project_dir") or Path()
        try:
            found = list(offered(find_project(Path(folder))))
        except (ProblemsFoundError, OSError):
            return []
        return [CompletionItem(name, help=about) for name, about in found if name.startswith(incomplete)]

    return complete


def _plan(project: Project) -> Plan:
    return load.load_plan(project)[0]


def tags_of(plan: Plan) -> Iterator[tuple[str, str]]:
    """Every tag that a note of the plan may have, without the root of all tags, and what it is about."""
    for tier in plan.tiers:
        yield f"tier::{tier.number}", tier.title
    for category in plan.categories:
        yield f"category::{category.slug}", category.title
        for group in category.groups:
            yield f"group::{group.slug}", group.title
    yield from ((f"company::{company.slug}", company.name) for company in plan.companies)
    yield from ((f"focus::{focus.slug}", focus.title) for focus in plan.focus)
    yield from ((f"checkpoint::{checkpoint.slug}", checkpoint.title) for checkpoint in plan.checkpoints)
    yield from ((f"complexity::{step.slug}", f"{step.minutes} minutes") for step in plan.complexity)
    yield from ((f"card::{slug}", "kind of card") for slug in KINDS)
    yield from ((f"depth::{depth}", "what everybody meets, and the rest") for depth in ("core", "deeper"))
    for day in dict.fromkeys(category.day for category in plan.categories):
        yield f"day::{day}", "day of the rotation"
    for week in range(1, max(pace.weeks for pace in plan.paces) + 1):
        yield week_tag(plan, week).removeprefix(f"{plan.tag}::"), "week of the plan"


diagrams = _completing(lambda project: ((d.id, d.spec.title) for d in load.load(project)[0].diagrams))
tiers = _completing(lambda project: ((str(tier.number), tier.title) for tier in _plan(project).tiers))
companies = _completing(lambda project: ((company.slug, company.name) for company in _plan(project).companies))
categories = _completing(lambda project: ((category.slug, category.title) for category in _plan(project).categories))
tags = _completing(lambda project: tags_of(_plan(project)))
weeks = _completing(lambda project: ((str(pace.weeks), "weeks of the plan") for pace in _plan(project).paces))
tracks = _completing(lambda project: ((track.slug, track.title) for track in _plan(project).focus))
