"""The forecast: within the caps for the plan as it ships, and the numbers that it is made of."""

from __future__ import annotations

import pytest

from atlas_decks.curriculum.models import Plan
from atlas_decks.schedule.limits import CardsADiagram, limits_of
from atlas_decks.schedule.load import HOURS_AT_MOST, HOURS_ON_AVERAGE, forecast
from atlas_decks.schedule.memory import curve
from support.builds import Checked


@pytest.fixture(scope="module")
def plan(checked: Checked) -> Plan:
    return checked.curriculum.plan


@pytest.mark.parametrize("fsrs", [False, True])
@pytest.mark.parametrize(("weeks", "average"), [(16, HOURS_ON_AVERAGE), (32, 4.5)])
def test_the_plan_stays_within_its_caps_in_every_week(plan: Plan, weeks: int, average: float, fsrs: bool) -> None:
    pace, mean = plan.pace(weeks), CardsADiagram(core=6.2, deeper=4.8, anchors=0.35)
    assert pace is not None
    expected = forecast(plan, pace, limits_of(plan, pace, mean), mean, fsrs=fsrs)
    assert len(expected.days) == weeks * 7
    assert expected.over == []
    for days in expected.weeks():
        assert sum(day.hours for day in days) / 7 <= average
        assert max(day.hours for day in days) <= HOURS_AT_MOST
    new = sum(day.new for day in expected.days)
    wanted = plan.planned * (mean.core + (mean.deeper if pace.deeper else 0))
    assert new == pytest.approx(wanted), "everything that is planned was met before the end"
    assert max(day.redraws for day in expected.days) <= 30
    assert expected.days[-1].waiting == pytest.approx(0, abs=5)


@pytest.mark.parametrize("weeks", [16, 32])
def test_the_day_of_an_exam_brings_nothing_new_and_the_plan_still_ends_in_time(plan: Plan, weeks: int) -> None:
    """With 5.9 cards a diagram, 70 a day would have been enough for 96 days, and are not for the 92 without exam."""
    pace, mean = plan.pace(weeks), CardsADiagram(core=5.9, deeper=3.8, anchors=1 / 3)
    assert pace is not None
    limits = limits_of(plan, pace, mean)
    expected = forecast(plan, pace, limits, mean).weeks()
    for number, days in enumerate(expected, 1):
        exam = number * plan.weeks / weeks in {point.week for point in plan.checkpoints}
        assert (days[pace.study_days - 1].new == 0) == (exam or number == weeks), f"week {number}"
    assert sum(day.new for days in expected for day in days) == pytest.approx(
        plan.planned * (mean.core + (mean.deeper if pace.deeper else 0))
    )
    if weeks == 16:
        assert limits.cards.new == 75


def test_a_plan_above_its_caps_is_named_week_by_week(plan: Plan) -> None:
    """Every card and every redraw in 16 weeks: what the first design asked for."""
    pace, mean = plan.pace(16), CardsADiagram(core=12, deeper=0, anchors=1)
    assert pace is not None
    over = forecast(plan, pace, limits_of(plan, pace, mean), mean).over
    assert over
    assert {15, 16} <= set(over), "the load grows to the end"


def test_answers_of_a_card_that_is_never_forgotten_lie_on_ankis_intervals() -> None:
    """Good each time: 1, then the interval times the ease of 2.5, rounded."""
    days = [day for day, answers in enumerate(curve(100, 1.0, 0.9, fsrs=False)) if answers]
    assert days == [0, 1, 4, 12, 32, 82]


def test_who_forgets_answers_more_often() -> None:
    sure, unsure = (sum(curve(112, recall, 0.9, fsrs=False)) for recall in (0.95, 0.8))
    assert unsure > sure * 1.5
