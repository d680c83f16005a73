"""The real curriculum: clean, as large as promised, and in a good order."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from atlas_decks import pipeline
from atlas_decks.curriculum import load
from atlas_decks.problems import ProblemsFoundError
from atlas_decks.project import Project
from atlas_decks.schedule import calendar, order, refs
from support.builds import Checked, session
from support.sample import ATLAS, make_sample


def test_no_problem_in_the_whole_curriculum(checked: Checked) -> None:
    assert [str(problem) for problem in checked.problems] == []


def test_the_plan_is_the_study_plan(checked: Checked) -> None:
    plan = checked.curriculum.plan
    assert len(plan.tiers) == 7
    assert len(plan.categories) == 13
    assert plan.planned == 1096
    assert sum(c.planned for c in plan.categories if c.day != "sat") == 900
    assert len(plan.companies) == 30
    assert Counter(company.wave for company in plan.companies) == {"giants": 10, "innovators": 10, "specialists": 10}
    assert plan.review_days == (1, 3, 7, 14, 30, 60)
    assert [pace.weeks for pace in plan.paces] == [16, 32]
    assert [checkpoint.week for checkpoint in plan.checkpoints] == [4, 8, 12, 16]


def test_seven_notes_a_diagram_and_enough_diagrams(project: Project, checked: Checked) -> None:
    diagrams = len(checked.curriculum.diagrams)
    assert diagrams >= 72
    notes = sum(diagram.notes for diagram in pipeline.survey(session(project)).diagrams)
    assert notes / diagrams >= 7
    assert {d.category.tier for d in checked.curriculum.diagrams} == {t.number for t in checked.curriculum.plan.tiers}


def test_neighbours_differ_in_group_and_categories_take_turns(checked: Checked) -> None:
    curriculum = checked.curriculum
    slots = order.slots(curriculum)
    assert len(set(zip([d.category.tier for d in curriculum.diagrams], slots.values(), strict=False))) == len(slots)
    for tier in curriculum.plan.tiers:
        ordered = sorted((d for d in curriculum.diagrams if d.category.tier == tier.number), key=lambda d: slots[d.id])
        for first, second in pairwise(ordered):
            assert first.spec.group != second.spec.group, (first.id, second.id)
        filled = Counter(d.category.slug for d in ordered)
        if len(filled) == 2 and len(set(filled.values())) == 1:  # two categories, equally full
            assert all(a.category.slug != b.category.slug for a, b in pairwise(ordered))


def test_the_planned_order_holds_every_planned_diagram_once(checked: Checked) -> None:
    plan = checked.curriculum.plan
    for tier in plan.tiers:
        categories = [category for category in plan.categories if category.tier == tier.number]
        names = order._planned_order(categories, plan.companies)
        assert len(names) == len(set(names)) == sum(category.planned for category in categories)
        groups = [name.split("#")[0].split("/")[-1] for name in names]
        same = [a for a, b in pairwise(groups) if a == b]
        assert same == [], f"tier {tier.number}"


def test_a_new_diagram_lands_in_a_gap_and_moves_nobody(checked: Checked) -> None:
    curriculum = checked.curriculum
    before = order.slots(curriculum)
    last = curriculum.diagrams[-1]
    fewer = type(curriculum)(curriculum.plan, curriculum.plan_source, curriculum.diagrams[:-1], curriculum.files)
    after = order.slots(fewer)
    assert {k: v for k, v in before.items() if k != last.id} == after
    assert before[last.id] not in {after[d.id] for d in fewer.diagrams if d.category.tier == last.category.tier}


def test_weeks_follow_the_pace(checked: Checked) -> None:
    curriculum = checked.curriculum
    slots = order.slots(curriculum)
    for diagram in curriculum.diagrams:
        first, last = curriculum.plan.tier(diagram.category.tier).weeks
        assert first <= calendar.week_of(diagram, slots[diagram.id], curriculum.plan, 16) <= last
        assert 2 * first - 1 <= calendar.week_of(diagram, slots[diagram.id], curriculum.plan, 32) <= 2 * last


def test_a_plan_beyond_ankis_positions_is_a_fault_and_no_hang(tmp_path: Path) -> None:
    sample = make_sample(tmp_path)
    sample.edit("planned: 2", "planned: 10000000", ATLAS)
    with pytest.raises(ProblemsFoundError, match="plan-positions: 10,000,001 diagrams planned for tier 1"):
        load.load_plan(Project(sample.root))


def test_a_plan_too_large_for_one_row_of_positions_counts_in_each_tier(tmp_path: Path) -> None:
    sample = make_sample(tmp_path)
    small, _ = load.load_plan(Project(sample.root))
    assert refs.tier_starts(small) == {1: 0, 2: 3}
    sample.edit("planned: 2", "planned: 9000", ATLAS)
    text = sample.read(ATLAS)
    at = text.rindex("planned: 2")
    sample.write(text[:at] + "planned: 9000" + text[at + len("planned: 2") :], ATLAS)
    large, _ = load.load_plan(Project(sample.root))
    assert refs.tier_starts(large) == {1: 0, 2: 0}
