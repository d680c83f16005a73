"""What a report says of collections that are made up card by card: every figure is known beforehand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from atlas_decks.curriculum import load
from atlas_decks.curriculum.models import Curriculum, Diagram
from atlas_decks.learner.collection.model import Memory
from atlas_decks.learner.collection.statistics import Share, recall
from atlas_decks.project import Project
from atlas_decks.study.progress import course
from atlas_decks.study.progress.areas import ENOUGH
from atlas_decks.study.progress.mastery import Level, level_of, targets
from atlas_decks.study.progress.report import Asked, Report, make_report
from atlas_decks.study.progress.text import as_text
from support.made import TODAY, Given, Made

AGAIN, GOOD = 1, 3


@pytest.fixture(scope="module")
def curriculum() -> Curriculum:
    found, _ = load.load(Project(Path(__file__).resolve().parents[2]))
    return found


@pytest.fixture
def made(curriculum: Curriculum) -> Made:
    return Made(curriculum)


def report(made: Made, *, weeks: int = 16, start: date | None = None) -> Report:
    pace = made.curriculum.plan.pace(weeks)
    assert pace is not None
    asked = Asked(name="x.colpkg", today=TODAY, pace=pace, start=start, rest="sun", site=Path("site"))
    return make_report(made.curriculum, made.collection, asked)


def whole(curriculum: Curriculum, number: int = 0) -> Diagram:
    """A diagram with every kind of core card."""
    spec = [
        d for d in curriculum.diagrams if d.spec.components and d.spec.metrics and d.spec.trade_offs and d.spec.failures
    ]
    return [d for d in spec if len(d.spec.metrics) == 2][number]


def keys(diagram: Diagram, kind: str) -> list[str]:
    return [f"{diagram.id}/{ref.kind}/{ref.fact.key}" for ref in diagram.facts() if ref.kind == kind]


SEEN = Given(5, GOOD)
RECALLED = (Given(30, GOOD), Given(28, GOOD, before=2, after=10))
MATURE = (Given(80, GOOD), Given(50, GOOD, before=20, after=60))


# --- levels ----------------------------------------------------------------------------------------------------------


def level(made: Made, diagram: Diagram) -> Level:
    return level_of(report(made).evidence.by_id[diagram.id])


def test_levels_follow_the_evidence(made: Made) -> None:
    diagram = whole(made.curriculum)
    (first, *_), metrics = keys(diagram, "component"), keys(diagram, "metric")
    assert level(made, diagram) is Level.NONE
    made.learn(metrics[0], SEEN)
    assert level(made, diagram) is Level.SURFACE, "met, though not its component"
    made.learn(first, SEEN)
    assert level(made, diagram) is Level.SURFACE
    made.learn(first, *RECALLED)
    assert level(made, diagram) is Level.SHALLOW
    for key in metrics:
        made.learn(key, *RECALLED)
    assert level(made, diagram) is Level.MEDIUM
    made.learn(keys(diagram, "trade-off")[0], *MATURE)
    assert level(made, diagram) is Level.MEDIUM
    made.learn(keys(diagram, "failure")[0], *MATURE, ordinal=1)  # containment, the core one
    assert level(made, diagram) is Level.DEEP
    redraw = f"{diagram.id}/redraw/redraw"
    made.learn(redraw, Given(60, GOOD), Given(31, GOOD, before=29, after=60))
    assert level(made, diagram) is Level.DEEP
    made.learn(redraw, Given(30, GOOD, before=30, after=60))
    assert level(made, diagram) is Level.EXPERT
    made.learn(redraw, Given(1, AGAIN, before=30, after=1))
    assert level(made, diagram) is Level.DEEP


def test_what_was_forgotten_is_not_known(made: Made) -> None:
    diagram = whole(made.curriculum)
    component = keys(diagram, "component")[0]
    made.learn(component, *RECALLED)
    assert level(made, diagram) is Level.SHALLOW
    made.learn(component, Given(1, AGAIN, before=10, after=1), Given(1, GOOD, before=-900, after=1))
    assert level(made, diagram) is Level.SURFACE, "learnt again on the same day is no recall"


def test_targets_are_those_of_the_plan(made: Made) -> None:
    wanted = {4: (0, 30, 50, 20, 0), 8: (0, 20, 40, 40, 0), 12: (0, 10, 30, 60, 0), 16: (0, 0, 20, 80, 0)}
    assert {week: tuple(levels.values()) for week, levels in targets(16)} == wanted
    assert [week for week, _ in targets(32)] == [8, 16, 24, 32]
    made.learn(keys(whole(made.curriculum), "component")[0], *RECALLED)
    for weeks, start, expected in ((16, 0, 4), (16, 27, 4), (16, 28, 8), (16, 200, 16), (32, 27, 8)):
        found = report(made, weeks=weeks, start=TODAY.on - timedelta(days=start)).mastery
        assert (found.target_week, found.met, found.counts[Level.SHALLOW]) == (expected, 1, 1)
        assert found.share[Level.SHALLOW] == 1.0
        assert not found.on_target


# --- coverage and the course -----------------------------------------------------------------------------------------


def test_coverage_counts_what_is_what(made: Made) -> None:
    plan = made.curriculum.plan
    diagram = whole(made.curriculum)
    for ref in diagram.facts():
        made.learn(f"{diagram.id}/{ref.kind}/{ref.fact.key}", *MATURE, ordinal=1 if ref.kind == "failure" else 0)
    found = report(made)
    (everything,) = found.coverage["all"]
    assert everything.diagrams is not None
    written = len(made.curriculum.diagrams)
    assert (everything.diagrams.planned, everything.diagrams.written) == (plan.planned, written)
    assert (everything.diagrams.imported, everything.diagrams.introduced, everything.diagrams.mature) == (written, 1, 1)
    assert everything.cards.introduced == everything.cards.mature == found.counts.mature == len(diagram.facts())
    for by in ("tier", "category"):
        parts = found.coverage[by]
        assert sum(part.diagrams.introduced for part in parts if part.diagrams) == 1
        assert sum(part.diagrams.planned or 0 for part in parts if part.diagrams) == plan.planned
        assert sum(part.cards.written for part in parts) == everything.cards.written
    assert sum(part.cards.written for part in found.coverage["depth"]) == everything.cards.written
    companies = {part.slug: part.diagrams for part in found.coverage["company"]}
    assert companies["stripe"] is not None
    assert companies["stripe"].planned == 8
    assert [part.slug for part in found.coverage["focus"]] == ["faang", "startup"]


def meet(made: Made, report_: Report, number: int, ago: int) -> None:
    """Meet the first diagrams of the plan, all on one day."""
    for studied in report_.evidence.diagrams[:number]:
        ref = studied.diagram.facts()[0]
        made.learn(f"{studied.diagram.id}/{ref.kind}/{ref.fact.key}", Given(ago, GOOD))


def test_behind_is_counted_in_study_days(made: Made) -> None:
    start = TODAY.on - timedelta(days=2)  # a Saturday: today is its second study day
    empty = report(made, start=start)
    assert TODAY.on.weekday() == 0
    brought = [len([d for d in empty.evidence.diagrams if d.slot in day.slots]) for day in empty.timetable.days[:4]]
    assert min(brought[:2]) > 0
    assert (empty.course.ahead, empty.course.due) == (-1, brought[0] + brought[1])
    meet(made, empty, brought[0], 2)
    on_plan = report(made, start=start)
    assert (on_plan.course.met, on_plan.course.ahead) == (brought[0], 0)
    meet(made, empty, sum(brought[:4]), 0)
    assert report(made, start=start).course.ahead == 2
    assert "2 study days ahead of the plan" in as_text(report(made, start=start))


def test_the_pace_leads_to_an_end(made: Made) -> None:
    meet(made, report(made), 28, 6)
    found = report(made).course
    assert found.start == TODAY.on - timedelta(days=6)
    assert found.a_day == 28 / 7
    planned, written = made.curriculum.plan.planned, len(made.curriculum.diagrams)
    assert found.ends == TODAY.on + timedelta(days=-(-(planned - 28) // 4))
    assert found.ends_written == TODAY.on + timedelta(days=-(-(written - 28) // 4))


def test_milestones_have_the_day_on_which_they_were_reached(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "MILESTONES", ((1, "A start.", "a cake"), (50, "Half.", "a book")))
    first, half = report(made).course.milestones
    assert (first.reached, first.expected) == (None, None)
    meet(made, report(made), first.diagrams, 6)
    first, half = report(made).course.milestones
    assert (first.diagrams, first.reached) == (-(-made.curriculum.plan.planned // 100), TODAY.on - timedelta(days=6))
    assert half.reached is None
    assert half.expected is not None
    assert half.planned is not None
    text = as_text(report(made))
    assert f"reached on {first.reached}" in text
    assert "Give yourself a cake." in text
    assert "a book" not in text


def test_after_the_end_it_says_how_to_keep_it(made: Made) -> None:
    made.learn(keys(whole(made.curriculum), "component")[0], *RECALLED)
    found = report(made, start=TODAY.on - timedelta(weeks=40))
    assert found.finished
    assert found.course.week == 17
    days = {kept.slug: day for kept, day in found.kept}
    assert set(days) == {"monthly", "quarterly", "yearly"}
    assert all(day >= TODAY.on for day in days.values())
    assert days["monthly"] < TODAY.on + timedelta(days=32)
    text = as_text(found)
    assert "redraw 25 diagrams" in text
    assert "To keep it" not in as_text(report(made))


# --- areas -----------------------------------------------------------------------------------------------------------


def drill(made: Made, diagram: Diagram, right: int, wrong: int) -> None:
    """So many right and wrong answers to a card of a diagram, the right ones last."""
    answers = [Given(40, GOOD), *[Given(9, AGAIN, before=3)] * wrong, *[Given(8, GOOD, before=3, after=9)] * right]
    made.learn(keys(diagram, "component")[0], *answers)


def test_an_area_is_weak_only_beyond_chance(made: Made) -> None:
    weak = next(d for d in made.curriculum.diagrams if d.category.slug == "patterns" and d.spec.components)
    for right, wrong, expected in ((13, 6, False), (14, 6, True), (18, 2, False), (200, 2, False)):
        made = Made(made.curriculum)
        drill(made, weak, right, wrong)
        found = report(made).areas
        groups = {area.slug: area for area in found.weak if area.by == "group"}
        assert (weak.spec.group in groups) is expected, (right, wrong)
        if expected:
            area = groups[weak.spec.group]
            assert area.recall == Share(20, 14)
            assert area.search == f"tag:atlas::group::{weak.spec.group}"
            assert [(d.id, times) for d, times in area.worst] == [(weak.id, 6)]
            assert area.recall.interval[1] < 0.9
    assert weak.spec.group in {area.slug for area in found.strong if area.by == "group"}
    assert ENOUGH == 20


def test_the_interval_is_that_of_wilson() -> None:
    for share in (Share(20, 14), Share(1000, 903), Share(10, 10), Share(3, 0)):
        observed = share.passed / share.of
        for end in share.interval:  # where a share would be observed at the edge of its 95 %
            assert (observed - end) ** 2 == pytest.approx(1.959964**2 * end * (1 - end) / share.of, abs=1e-12)
        assert 0 <= share.interval[0] < share.interval[1] <= 1
    assert Share(0, 0).interval == (0.0, 1.0)


def test_siblings_missed_in_one_week_are_told(made: Made) -> None:
    siblings = [d for d in made.curriculum.diagrams if d.spec.group == "circuit-breaker" and d.spec.components][:2]
    stranger = next(d for d in made.curriculum.diagrams if d.spec.group == "bulkhead" and d.spec.components)
    for diagram in (*siblings, stranger):
        made.learn(keys(diagram, "component")[0], Given(40, GOOD), Given(3, AGAIN, before=9))
    (pair,) = report(made).confused
    assert {pair.one.id, pair.other.id} == {d.id for d in siblings}
    assert pair.weeks == 1
    later = Made(made.curriculum)
    for diagram, ago in zip(siblings, (3, 12), strict=True):
        later.learn(keys(diagram, "component")[0], Given(40, GOOD), Given(ago, AGAIN, before=9))
    assert report(later).confused == []


# --- checkpoints -----------------------------------------------------------------------------------------------------


def test_a_sitting_is_scored_by_first_answers(made: Made) -> None:
    patterns = [d for d in made.curriculum.diagrams if d.category.tier == 1 and d.spec.components][:10]
    for number, diagram in enumerate(patterns):
        wrong = number < 2
        exam = [Given(3, AGAIN if wrong else GOOD, before=2, after=0, crammed=True)]
        exam += [Given(3, GOOD, before=2, after=0, crammed=True)] * wrong  # asked again, and right
        made.learn(keys(diagram, "component")[0], *RECALLED, *exam)
    found = {point.checkpoint.slug: point for point in report(made).checkpoints}
    sitting = found["week-04"].sitting
    assert sitting is not None
    assert (sitting.score, sitting.day) == (Share(10, 8), TODAY.on - timedelta(days=3))
    assert found["week-04"].passed is True, "80 % are enough"
    assert found["week-16"].sitting is None
    assert found["week-16"].passed is None
    assert report(made).retention["all"].all == Share(10, 10), "an exam is no review"


def test_a_sitting_over_all_tiers_is_one_of_the_exam_that_covers_them(made: Made) -> None:
    """Most of its cards are of tiers that an earlier exam is about, too; that one does not cover the others."""
    for tier in range(1, 8):
        some = [d for d in made.curriculum.diagrams if d.category.tier == tier and d.spec.components]
        for diagram in some[: 8 if tier == 1 else 1]:
            made.learn(keys(diagram, "component")[0], *RECALLED, Given(3, GOOD, before=2, after=0, crammed=True))
    found = {point.checkpoint.slug: point.sitting for point in report(made).checkpoints}
    assert [slug for slug, sitting in found.items() if sitting] == ["week-16"]
    assert found["week-16"]
    assert found["week-16"].score == Share(14, 14)


def test_recall_on_the_day_of_a_checkpoint(curriculum: Curriculum) -> None:
    made, memory = Made(curriculum, fsrs=True), Memory(40.0, 0.5, 0)
    diagram = next(d for d in curriculum.diagrams if d.category.tier == 1 and d.spec.components)
    made.learn(keys(diagram, "component")[0], Given(12, GOOD), Given(10, GOOD, before=2, after=60), memory=memory)
    start = TODAY.on - timedelta(days=12)
    point = report(made, start=start).checkpoints[0]
    assert point.day is not None
    left = (point.day - TODAY.on).days
    assert 0 < left < 50, "before the card is due"
    assert point.predicted == pytest.approx(recall(memory, 10 + left))
    cards = sum(
        card.core for d in report(made).evidence.diagrams if d.diagram.category.tier in (1, 2) for card in d.cards
    )
    assert point.ready == pytest.approx(recall(memory, 10 + left) / cards)
    over = report(made, start=TODAY.on - timedelta(weeks=10)).checkpoints[0]
    assert over.predicted is None


# --- what comes ------------------------------------------------------------------------------------------------------


def test_due_cards_come_back_longer_or_anew(made: Made) -> None:
    made.learn(keys(whole(made.curriculum), "component")[0], Given(30, GOOD), Given(2, GOOD, before=4, after=4))
    found = report(made).ahead
    assert [day.due for day in found.days[:4]] == [0, 0, 1, 0]
    assert (found.overdue, found.new_a_day, found.recall) == (0, 0.0, 0.9)
    assert found.days[2].answers == 1.0
    assert found.days[2 + 10].answers >= 0.9, "recalled, it comes back after 2.5 times 4 days"
    assert 0.1 <= found.days[3].answers < 0.2, "forgotten, it comes on the next day"
    assert len(found.days) == 30


def test_hours_come_from_the_learners_own_answers(made: Made) -> None:
    key = keys(whole(made.curriculum), "component")[0]
    made.learn(key, Given(9, GOOD, seconds=30), Given(8, GOOD, before=1, after=8, seconds=90))
    found = report(made).ahead
    assert found.seconds == 60
    assert found.days[0].hours == pytest.approx(found.days[0].answers / 60)


# --- overload --------------------------------------------------------------------------------------------------------


def strained(curriculum: Curriculum, *, slow: float = 8.0, wrong: int = 0) -> Report:
    """A month of ten reviews a day, of which in the last two weeks some were wrong, or slow."""
    made = Made(curriculum)
    cards = [key for d in curriculum.diagrams for key in keys(d, "component")[:1]][:10]
    for number, key in enumerate(cards):
        before = [Given(ago, GOOD, before=3, after=30) for ago in range(27, 13, -1)]
        button = AGAIN if number < wrong else GOOD
        after = [Given(ago, button, before=3, after=30, seconds=slow) for ago in range(13, -1, -1)]
        made.learn(key, Given(40, GOOD), *before, *after)
    return report(made)


@pytest.mark.parametrize(
    ("changes", "signs"),
    [
        ({}, set()),
        ({"slow": 9.1}, set()),
        ({"slow": 9.3}, {"slower"}),
        ({"wrong": 1}, {"retention"}),
        ({"slow": 9.3, "wrong": 1}, {"slower", "retention"}),
        ({"slow": 2400.0}, {"slower", "hours"}),
    ],
)
def test_two_signs_make_an_overload(curriculum: Curriculum, changes: dict[str, float], signs: set[str]) -> None:
    found = strained(curriculum, **changes).strain  # type: ignore[arg-type]
    assert {sign.slug for sign in found.signs if sign.there} == signs
    assert found.overload is (len(signs) >= 2)


def test_the_recovery_is_that_of_the_plan(curriculum: Curriculum) -> None:
    found = strained(curriculum, slow=9.3, wrong=1)
    rest, half, back = found.strain.steps
    assert (rest.first, rest.last) == (TODAY.on, TODAY.on + timedelta(days=1)), "two days without new material"
    assert set(rest.new_a_day.values()) == {0}
    assert half.first == TODAY.on + timedelta(days=2)
    assert back.last is None
    for deck, new in back.new_a_day.items():
        assert half.new_a_day[deck] == new // 2
    assert set(back.new_a_day) == {"Atlas::Cards", "Atlas::Redraw"}
    assert f"From {TODAY.on} until {TODAY.on + timedelta(days=1)}: Review only." in as_text(found)


def test_a_backlog_is_a_sign(made: Made) -> None:
    cards = [key for d in made.curriculum.diagrams for key in keys(d, "component")[:1]]
    for key in cards[:30]:
        made.learn(key, Given(30, GOOD), Given(28, GOOD, before=2, after=5))
    sign = report(made).strain.signs[0]
    assert (sign.slug, sign.there) == ("backlog", True)
    assert sign.measured == "30 cards are overdue; you review 1 a day"


# --- logs ------------------------------------------------------------------------------------------------------------


def test_days_weeks_and_months_say_what_was_done(made: Made) -> None:
    one, other = whole(made.curriculum), whole(made.curriculum, 1)
    made.learn(keys(one, "component")[0], Given(40, GOOD, seconds=3600), Given(10, AGAIN, before=30, seconds=3600))
    made.learn(f"{other.id}/redraw/redraw", Given(0, GOOD, seconds=1800))
    found = report(made).logs
    assert [(log.first, log.met, log.answers, log.redraws, log.hours) for log in found.days] == [
        (TODAY.on - timedelta(days=40), 1, 1, 0, 1.0),
        (TODAY.on - timedelta(days=10), 0, 1, 0, 1.0),
        (TODAY.on, 1, 1, 1, 0.5),
    ]
    assert [log.name for log in found.weeks] == [f"week {number}" for number in range(1, 7)]
    assert [log.answers for log in found.weeks] == [1, 0, 0, 0, 1, 1]
    assert [log.met_in_all for log in found.weeks] == [1, 1, 1, 1, 1, 2]
    assert found.weeks[4].recall.mature == Share(1, 0)
    assert [(log.name, log.met_in_all) for log in found.months] == [("2027-01", 1), ("2027-02", 1), ("2027-03", 2)]


def test_points_of_the_week_are_those_of_its_diagrams(made: Made) -> None:
    old, new = whole(made.curriculum), whole(made.curriculum, 1)
    made.learn(keys(old, "component")[0], *RECALLED)
    made.learn(keys(new, "component")[0], Given(3, GOOD), Given(1, GOOD, before=2, after=5))
    made.learn(keys(new, "failure")[0], SEEN, ordinal=1)
    found = report(made)
    assert [point.text for point in found.points] == [point.text for point in made.curriculum.plan.self_assessment]
    assert len(found.points) == 8
    week, all_ = found.week_points[1], found.points[1]
    assert (week.recalled, week.begun, week.of) == (1, 1, 1)
    assert (all_.recalled, all_.begun, all_.of) == (2, 2, 2)
    failures = found.points[4]
    assert (failures.recalled, failures.begun, failures.of) == (0, 1, 2), "seen is not recalled"


def test_nothing_is_said_of_a_new_collection_but_that(made: Made) -> None:
    text = as_text(report(made))
    assert "0 introduced" in text
    assert "no review yet" in text
    assert "Overload" not in text
    assert "nan" not in text.lower()
    assert "streak" not in text.lower()
    assert report(made).data()["course"]["ends"] is None
