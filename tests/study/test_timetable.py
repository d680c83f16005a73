"""The days of the plan: none lost, none twice, none at rest; and what one of them brings."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_decks import pipeline
from atlas_decks.cli import run
from atlas_decks.compiled.in_order import StudyOrder
from atlas_decks.curriculum.models import Curriculum, Pace, Plan
from atlas_decks.project import Project
from atlas_decks.schedule.limits import CardsADiagram, limits_of
from atlas_decks.schedule.load import forecast
from atlas_decks.schedule.memory import ladder
from atlas_decks.schedule.order import slots
from atlas_decks.study.timetable import DAYS, Timetable
from atlas_decks.study.today import Content, core_cards, expected, rotation
from support.builds import Checked, session

AT = ["--project", str(Path(__file__).resolve().parents[2])]
MONDAY = date(2027, 1, 4)


@pytest.fixture(scope="module")
def curriculum(checked: Checked) -> Curriculum:
    return checked.curriculum


@pytest.fixture(scope="module")
def plan(curriculum: Curriculum) -> Plan:
    return curriculum.plan


def _pace(plan: Plan, weeks: int, **changed: int) -> Pace:
    pace = plan.pace(weeks)
    assert pace is not None
    return pace.model_copy(update=changed)


@given(
    start=st.dates(date(1970, 1, 1), date(2199, 1, 1)),
    rest=st.sampled_from(list(DAYS)),
    weeks=st.sampled_from([16, 32]),
    study_days=st.integers(1, 7),
)
def test_every_slot_has_one_day_and_rest_has_none(
    plan: Plan, start: date, rest: str, weeks: int, study_days: int
) -> None:
    table = Timetable(plan, _pace(plan, weeks, study_days=study_days, new_diagrams=99), start, rest)
    assert len(table.days) == weeks * study_days
    assert [slot for day in table.days for slot in day.slots] == list(range(plan.planned))
    assert start <= table.days[0].date
    assert table.end < start + timedelta(weeks=weeks)
    for day in table.days:
        assert day.week == (day.date - start).days // 7 + 1 == (day.number - 1) // study_days + 1
        assert table.on(day.date) is day
        assert study_days == 7 or day.weekday != rest
    shares = {len(day.slots) for day in table.days if not day.checkpoints}
    assert max(shares) - min(shares) <= 1, "levelled"
    assert [point.slug for day in table.days for point in day.checkpoints] == [c.slug for c in plan.checkpoints]
    assert all(not day.slots and day.in_week == study_days for day in table.days if day.checkpoints)


def test_five_days_of_study_leave_the_weekend_free(plan: Plan) -> None:
    table = Timetable(plan, _pace(plan, 16, study_days=5), MONDAY, "sun")
    assert {day.weekday for day in table.days} == {"mon", "tue", "wed", "thu", "fri"}


def test_the_cap_on_new_diagrams_holds_even_if_the_plan_does_not_end(plan: Plan) -> None:
    table = Timetable(plan, _pace(plan, 16, new_diagrams=5), MONDAY)
    assert {len(day.slots) for day in table.days} == {0, 5}
    assert table.reaches(25) is not None
    assert table.reaches(100) is None
    assert table.brings(plan.planned - 1) is None


def test_checkpoints_come_when_their_tiers_were_met(plan: Plan, curriculum: Curriculum) -> None:
    for weeks in (16, 32):
        content = Content(curriculum, Timetable(plan, _pace(plan, weeks), MONDAY))
        met: set[int] = set()
        for day in content.timetable.days:
            met |= set(content.tiers_of(day))
            for point in day.checkpoints:
                assert day.week == point.week * weeks // 16
                assert set(point.tiers) <= met


def test_what_is_written_comes_in_the_order_of_its_cards_in_anki(
    project: Project, curriculum: Curriculum, plan: Plan
) -> None:
    order = StudyOrder(pipeline.survey(session(project)), 16)
    wanted = [d.stored.ref.diagram for tier in order.tiers for d in order.of_tier(tier)]
    content = Content(curriculum, Timetable(plan, _pace(plan, 16), MONDAY))
    assert [diagram.id for day in content.timetable.days for diagram in content.of_day(day)] == wanted
    assert [diagram.id for week in range(1, 17) for diagram in content.of_week(week)] == wanted


def test_a_diagram_beyond_the_plan_comes_on_the_last_day_with_new_ones(plan: Plan) -> None:
    table = Timetable(plan, _pace(plan, 16), MONDAY)
    last = table.brings(plan.planned - 1)
    assert last is not None
    assert table.brings(plan.planned + 3) is last


def test_redraws_follow_the_ladder_and_rest_postpones_them(curriculum: Curriculum, plan: Plan) -> None:
    assert ladder(60) == [0, 1, 4, 11, 26, 59]  # the days of answers of intervals 1, 3, 7, 15 and 33
    content = Content(curriculum, Timetable(plan, _pace(plan, 16), MONDAY))
    first = next(diagram for diagram in content.of_day(content.timetable.days[0]) if diagram.spec.anchor)
    seen = [
        (day.date - MONDAY).days
        for day in content.timetable.days
        if any(drawing.diagram.id == first.id for drawing in content.drawings(day))
    ]
    assert seen == [0, 1, 4, 11, 26, 59], "none of them is a Sunday"
    saturday = content.timetable.days[5]
    anchors = {diagram.id for diagram in content.of_day(saturday) if diagram.spec.anchor}
    monday = {drawing.diagram.id: drawing.ago for drawing in content.drawings(content.timetable.days[6])}
    assert anchors
    assert {monday[name] for name in anchors} == {2}, "due on Sunday, drawn on Monday"
    for day in content.timetable.days:
        assert all(drawing.diagram.spec.anchor for drawing in content.drawings(day))
        drawn = [drawing.diagram.id for drawing in content.drawings(day)]
        assert len(drawn) == len(set(drawn))


def test_the_load_of_a_day_is_that_of_the_forecast_and_of_an_exam_its_minutes(plan: Plan) -> None:
    pace, mean = _pace(plan, 16), CardsADiagram()
    ahead = forecast(plan, pace, limits_of(plan, pace, mean), mean)
    table = Timetable(plan, pace, MONDAY)
    assert expected(table.days[7], ahead).reviews == ahead.days[8].reviews, "the eighth study day is the ninth day"
    exam, load = expected(table.days[23], ahead), ahead.days[26]
    assert exam.new == 0
    assert exam.hours == pytest.approx(load.hours - load.new * 40 / 3600 + 3)


def test_the_rotation_of_a_day(plan: Plan) -> None:
    table = Timetable(plan, _pace(plan, 16), MONDAY, "mon")
    said = {day.weekday: rotation(table, day) for day in table.days}
    assert said["tue"] == "Performance and Debugging"
    assert said["sun"] == "weak areas"
    assert "mon" not in said


def test_plan_day_says_it_in_words_and_as_data(capsys: pytest.CaptureFixture[str], curriculum: Curriculum) -> None:
    assert run([*AT, "plan", "--day", "2027-01-05", "--start", "2027-01-04", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["day"], data["date"], data["week"]) == (2, "2027-01-05", 1)
    of_slot = slots(curriculum)
    assert [of_slot[diagram["id"]] for diagram in data["diagrams"]] == sorted(
        of_slot[diagram["id"]] for diagram in data["diagrams"]
    )
    assert data["diagrams"]
    for diagram in data["diagrams"]:
        assert diagram["cards"] == core_cards(curriculum.by_id[diagram["id"]], deeper=False) > 0
        assert diagram["page"].endswith(f"site/read-{diagram['id']}.html")
    assert run([*AT, "plan", "--day", "2"]) == 0
    text = capsys.readouterr().out
    assert "Day 2 of 96: Tuesday, week 1\n" in text, "no date while nobody said when"
    assert f"{data['planned']} diagrams planned, {len(data['diagrams'])} written" in text
    for diagram in [*data["diagrams"], *data["draw"]]:
        assert diagram["title"] in text
    assert re.search(r"Expected: \d+ new cards, \d+ reviews, \d+ redraws; \d\.\d hours", text)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--day", "0"], "has no day 0"),
        (["--day", "9" * 5000], "days 1 to 96"),
        (["--day", "٣"], "wants a number or a date"),
        (["--day", "2027-02-30"], "wants a number or a date"),
        (["--day", "2027-01-18"], "--start"),
        (["--day", "2027-01-10", "--start", "2027-01-04"], "day of rest"),
        (["--day", "2028-01-10", "--start", "2027-01-04"], "2027-01-04 to 2027-04-24"),
        (["--day", "1", "--start", "9999-12-31"], "no year between"),
        (["--day", "1", "--forecast"], "choose one"),
        (["--start", "2027-01-04"], "--start belongs to --day"),
    ],
)
def test_wrong_days_are_told(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*AT, "plan", *arguments]) == 2
    assert said in capsys.readouterr().err
