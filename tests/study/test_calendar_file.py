"""The calendar file, read back with the library and with another one's rules of recurrence."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import icalendar
import pytest
from dateutil.rrule import rrulestr

from atlas_decks.cli import run
from atlas_decks.curriculum.load import load_plan
from atlas_decks.project import Project

ROOT = Path(__file__).resolve().parents[2]
AT = ["--project", str(ROOT)]
START = date(2027, 1, 4)
STAMP = 1_700_000_000


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(STAMP))

    def written(*arguments: str) -> bytes:
        file = tmp_path / "plan.ics"
        assert run([*AT, "calendar", "-o", str(file), *arguments]) == 0
        assert [path.name for path in tmp_path.iterdir()] == ["plan.ics"]
        return file.read_bytes()

    return written


def _events(data: bytes) -> dict[str, Any]:
    calendar = icalendar.Calendar.from_ical(data)
    events = calendar.walk("VEVENT")
    found = {str(event["UID"]).partition("@")[0]: event for event in events}
    assert len(found) == len(events), "no UID stands twice"
    return found


def test_the_file_keeps_to_the_format(write: Any) -> None:
    data: bytes = write("--start", "2027-01-04")
    assert data == write("--start", "2027-01-04"), "the same bytes"
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 75  # octets: RFC 5545, 3.1
    assert any(line.startswith(b" ") for line in lines)
    calendar = icalendar.Calendar.from_ical(data)
    assert not calendar.errors
    assert calendar["VERSION"] == "2.0"
    assert calendar["PRODID"]
    for event in _events(data).values():
        assert not event.errors
        assert event["DTSTAMP"].dt == datetime.fromtimestamp(STAMP, UTC)
        assert not isinstance(event["DTSTART"].dt, datetime), "a whole day"
        assert event["DTEND"].dt > event["DTSTART"].dt
        assert event["SUMMARY"]
        assert event["DESCRIPTION"]


@pytest.mark.parametrize(("weeks", "days"), [("16", 96), ("32", 192)])
def test_everything_of_the_plan_is_in_it(write: Any, weeks: str, days: int) -> None:
    events = _events(write("--start", "2027-01-04", "--weeks", weeks))
    counts = Counter(name.split("-")[0] for name in events)
    factor = int(weeks) // 16
    assert counts == {
        "day": days,
        "checkpoint": 4,
        "interview": factor * 4 * (0 + 2 + 3 + 4),
        "assessment": int(weeks),
        "milestone": 4,
        "monthly": 1,
        "quarterly": 1,
        "yearly": 1,
    }
    assert all(event["DTSTART"].dt.weekday() != 6 for event in events.values()), "Sunday is for rest"
    in_week: Counter[int] = Counter()
    for name, event in events.items():
        if name.startswith("interview"):
            week = (event["DTSTART"].dt - START).days // 7 + 1
            assert week == int(name.split("-")[1])
            in_week[week] += 1
    quarter = int(weeks) // 4
    assert [in_week[week] for week in range(1, int(weeks) + 1)] == [n for n in (0, 2, 3, 4) for _ in range(quarter)]


@pytest.mark.parametrize("weeks", ["16", "32"])
def test_every_interview_names_the_command_that_writes_it(write: Any, weeks: str, tmp_path: Path) -> None:
    events = _events(write("--start", "2027-01-04", "--weeks", weeks))
    commands = [
        str(event["DESCRIPTION"]).rpartition("The sheets: atlas-decks ")[2].split()
        for name, event in events.items()
        if name.startswith("interview")
    ]
    assert len({" ".join(command) for command in commands}) == len(commands), "each is another interview"
    levels = Counter(command[2] for command in commands)
    factor = int(weeks) // 16
    assert levels == {"guided": 8 * factor, "realistic": 12 * factor, "ready": 16 * factor}
    assert run([*AT, *commands[-1], "-o", str(tmp_path / "last")]) == 0
    assert (tmp_path / "last/candidate.html").is_file()


def test_exams_ring_the_day_before_and_in_the_morning(write: Any) -> None:
    for name, event in _events(write("--start", "2027-01-04")).items():
        alarms = event.walk("VALARM")
        if not name.startswith("checkpoint"):
            assert not alarms
            continue
        begin = datetime.combine(event["DTSTART"].dt, datetime.min.time())
        day = event["DTSTART"].dt
        rings = [begin + alarm["TRIGGER"].dt for alarm in alarms]
        assert rings == [
            datetime.combine(day - timedelta(days=1), datetime.min.time()).replace(hour=9),
            datetime.combine(day, datetime.min.time()).replace(hour=8),
        ]
        assert {str(alarm["ACTION"]) for alarm in alarms} == {"DISPLAY"}
        assert all(alarm["DESCRIPTION"] for alarm in alarms)


def test_milestones_are_where_so_many_diagrams_were_met(write: Any) -> None:
    events = _events(write("--start", "2027-01-04"))
    assert [(events[f"milestone-{p:03d}"]["DTSTART"].dt - START).days // 7 + 1 for p in (25, 50, 75, 100)] == [
        4,
        8,
        12,
        16,
    ]
    planned = load_plan(Project(ROOT))[0].planned
    assert f"{-(-planned // 4):,} of {planned:,} diagrams" in events["milestone-025"]["DESCRIPTION"]


def test_maintenance_recurs_from_its_own_first_day(write: Any) -> None:
    events = _events(write("--start", "2027-01-04"))
    end = max(event["DTSTART"].dt for name, event in events.items() if name.startswith("day"))
    gaps = {"monthly": (28, 35), "quarterly": (84, 98), "yearly": (357, 378)}
    for name, (least, most) in gaps.items():
        first = events[name]["DTSTART"].dt
        rule = rrulestr(events[name]["RRULE"].to_ical().decode(), dtstart=datetime(first.year, first.month, first.day))
        times = [time.date() for time, _ in zip(rule, range(8), strict=False)]
        assert times[0] == first, "a first day that its own rule does not name would be shown besides"
        assert first > end + timedelta(days=least - 1)
        assert all(least <= (b - a).days <= most for a, b in pairwise(times))
    assert (events["yearly"]["DTEND"].dt - events["yearly"]["DTSTART"].dt).days == 7


def test_another_start_or_rest_moves_the_same_events(write: Any) -> None:
    one = _events(write("--start", "2027-01-04"))
    other = _events(write("--start", "2027-03-03", "--rest", "wed"))
    assert one.keys() == other.keys()
    assert other["day-001"]["DTSTART"].dt == date(2027, 3, 4)
    assert all(e["DTSTART"].dt.weekday() != 2 for e in other.values())


def test_any_curriculum_has_a_calendar(starter: Project, tmp_path: Path) -> None:
    """Five days a week, no checkpoints, a comma in a title, a plan of four weeks."""
    file = tmp_path / "mine.ics"
    assert run(["--project", str(starter.root), "calendar", "--start", "2028-02-28", "-o", str(file)]) == 0
    events = _events(file.read_bytes())
    assert sum(name.startswith("day") for name in events) == 20
    assert events["milestone-100"]["DTSTART"].dt <= events["day-020"]["DTSTART"].dt


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "--start"),
        (["--start", "tomorrow"], 2, "tomorrow"),
        (["--start", "0001-01-01"], 2, "no year between"),
        (["--start", "2027-01-04", "--weeks", "5"], 2, "16, 32"),
        (["--start", "2027-01-04", "-o", "/nowhere/at/all.ics"], 1, "/nowhere/at"),
    ],
)
def test_wrong_input_is_told(arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*AT, "calendar", *arguments]) == code
    assert said in capsys.readouterr().err
