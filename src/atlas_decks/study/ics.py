"""The plan as an iCalendar file (RFC 5545): every event a whole day, so that no time zone and no hour is made up.

An event's UID says what it is (`day-012`), not when: importing the file again, for another start, moves the events.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import icalendar

from atlas_decks.study.book_pages import article_page
from atlas_decks.study.maintenance import maintenance
from atlas_decks.study.phases import MILESTONES, phase_of
from atlas_decks.study.timetable import StudyDay, Timetable
from atlas_decks.study.today import Content, rotation

# before and after the midnight with which an exam's day begins: nine o'clock the day before, eight on the day
_ALARMS = (timedelta(hours=-15), timedelta(hours=8))
_SEEDS = 10  # seeds that a week has, so that each of the plan's interviews is another one


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """An event of whole days; `every` is its RRULE."""

    uid: str
    day: date
    summary: str
    about: str
    kind: str
    days: int = 1
    alarms: bool = False
    every: str = ""


def calendar(content: Content, stamp: int) -> bytes:
    """The calendar of a timetable; `stamp` is its DTSTAMP in seconds since 1970."""
    plan = content.plan
    result = icalendar.Calendar()
    result.add("prodid", f"-//atlas-decks//{plan.tag}//EN")
    result.add("version", "2.0")
    result.add("name", plan.name)
    result.add("x-wr-calname", plan.name)  # what calendars took before RFC 7986
    made = datetime.fromtimestamp(stamp, UTC)
    for entry in _entries(content):
        result.add_component(_event(entry, plan.id, made))
    text: bytes = result.to_ical()
    return text


def _event(entry: _Entry, project: str, stamp: datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{entry.uid}@{project}.atlas-decks")
    event.add("dtstamp", stamp)
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + timedelta(days=entry.days))
    event.add("summary", entry.summary)
    event.add("description", entry.about)
    event.add("categories", [entry.kind])
    event.add("transp", "TRANSPARENT")  # a day of study does not make its owner busy
    if entry.every:
        event.add("rrule", icalendar.vRecur.from_ical(entry.every))
    for before in _ALARMS if entry.alarms else ():
        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.summary)
        alarm.add("trigger", before)
        event.add_component(alarm)
    return event


def _entries(content: Content) -> Iterator[_Entry]:
    timetable = content.timetable
    weeks: dict[int, list[StudyDay]] = {}
    for day in timetable.days:
        weeks.setdefault(day.week, []).append(day)
        yield _study_day(content, day)
        for point in day.checkpoints:
            bar = (
                f"Pass at {point.pass_percent} %." if point.pass_percent else "No bar to pass: look at what is missing."
            )
            tasks = "\n".join(f"- {task.text}" for task in point.tasks)
            about = f"{point.minutes} minutes. {bar}\n{tasks}\nThe sheets: atlas-decks exam {point.slug}"
            yield _Entry(
                uid=f"checkpoint-{point.slug}",
                day=day.date,
                summary=f"Checkpoint: {point.title} ({point.minutes} minutes)",
                about=about,
                kind="Checkpoint",
                alarms=True,
            )
    for week, days in weeks.items():
        yield from _week(week, days, timetable)
    yield from _milestones(timetable)
    yield from _maintenance(timetable)


def _study_day(content: Content, day: StudyDay) -> _Entry:
    plan, timetable = content.plan, content.timetable
    tiers = [plan.tier(number) for number in content.tiers_of(day)]
    title = " and ".join(tier.title for tier in tiers) or "checkpoint, reviews"
    lines = [f"Tier {tier.number}: {tier.title}. {tier.goal}" for tier in tiers]
    lines.append(f"Rotation: {rotation(timetable, day)}.")
    written = content.of_day(day)
    if day.slots:
        lines.append(f"New: {len(day.slots)} diagrams planned, {len(written)} written.")
    lines += [f"- {diagram.spec.title} ({article_page(diagram.id)})" for diagram in written]
    lines.append(f"More: atlas-decks plan --day {day.number}")
    return _Entry(
        uid=f"day-{day.number:03d}",
        day=day.date,
        summary=f"Day {day.number} of {len(timetable.days)}: {title}",
        about="\n".join(lines),
        kind="Study",
    )


def _week(week: int, days: list[StudyDay], timetable: Timetable) -> Iterator[_Entry]:
    """The mock interviews of a week, spread over all its days but the last, and the assessment on that one."""
    *free, last = days
    free = free or days
    phase = phase_of(week, timetable.pace.weeks)
    points = "\n".join(f"- {point.text}" for point in timetable.plan.self_assessment)
    for number in range(phase.interviews):
        yield _Entry(
            uid=f"interview-{week:02d}-{number + 1}",
            day=free[(2 * number + 1) * len(free) // (2 * phase.interviews)].date,
            summary=f"Mock interview {number + 1} of {phase.interviews} ({phase.length} minutes)",
            about=f"{phase.title}. {phase.about}\nThe sheets: atlas-decks interview --level {phase.level} --seed "
            f"{_SEEDS * week + number + 1}",
            kind="Interview",
        )
    yield _Entry(
        uid=f"assessment-{week:02d}",
        day=last.date,
        summary=f"Self-assessment of week {week}",
        about=f"Go over the week's diagrams with these points:\n{points}\nThe sheet: atlas-decks assess --week {week}",
        kind="Assessment",
    )


def _milestones(timetable: Timetable) -> Iterator[_Entry]:
    planned = timetable.plan.planned
    for percent, meaning, treat in MILESTONES:
        if day := timetable.reaches(percent):
            count = f"{-(-planned * percent // 100):,} of {planned:,} diagrams"
            yield _Entry(
                uid=f"milestone-{percent:03d}",
                day=day.date,
                summary=f"Milestone: {percent} % of the plan",
                about=f"{meaning} By the end of this day you have met {count}. Give yourself {treat}.",
                kind="Milestone",
            )


def _maintenance(timetable: Timetable) -> Iterator[_Entry]:
    """What keeps it after the end."""
    for kept in maintenance(timetable):
        yield _Entry(
            uid=kept.slug,
            day=kept.first,
            summary=f"{kept.title} ({kept.takes})",
            about=kept.about,
            kind="Maintenance",
            days=kept.days,
            every=kept.rule,
        )
