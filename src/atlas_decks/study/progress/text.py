"""A report as text: short, and what can be done about it first."""

from __future__ import annotations

from collections.abc import Iterator

from atlas_decks.learner.collection.statistics import Share
from atlas_decks.study.progress.areas import DAYS as AREA_DAYS
from atlas_decks.study.progress.areas import Area
from atlas_decks.study.progress.checkpoints import CheckpointState
from atlas_decks.study.progress.course import Milestone
from atlas_decks.study.progress.logs import NOT_IN_A_COLLECTION
from atlas_decks.study.progress.mastery import Level, PointEvidence
from atlas_decks.study.progress.report import Report

_FEW = 5  # areas and pairs that are told
_DAYS = 7  # days of the log
_PERIODS = ("today", "week", "month", "all")
_MARKS = {True: "passed", False: "not passed", None: "no bar to pass"}


def as_text(report: Report) -> str:
    """What a learner reads."""
    parts = (_head, _course, _retention, _mastery, _checkpoints, _areas, _ahead, _strain, _log, _milestones, _foot)
    return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part(report))))


def _head(report: Report) -> Iterator[str]:
    evidence, counts = report.evidence, report.counts
    cards = counts.new + counts.introduced
    yield f"{evidence.curriculum.plan.name}: {report.name} as of {evidence.today.on}"
    yield (
        f"  {len(evidence.collection.notes):,} notes, {cards:,} cards: {counts.introduced:,} introduced, "
        f"{counts.mature:,} mature; {len(evidence.answers):,} answers"
    )
    for notice in evidence.notices:
        yield f"  Note: {notice}"


def _course(report: Report) -> Iterator[str]:
    way, found = report.course, report.coverage["all"][0].diagrams
    assert found is not None  # noqa: S101 - all of it has diagrams
    guess = f" ({guessed(report)}; --start says another)" if report.guessed else ""
    if report.finished:
        where = f"the plan ended on {way.end}"
    elif way.week < 1:
        where = f"the plan begins on {way.start}"
    else:
        where = f"week {way.week} of {way.weeks}"
    yield f"Course: {where}, from {way.start}{guess}"
    yield (
        f"  Diagrams: {found.planned:,} planned, {found.written:,} written, {found.imported:,} imported, "
        f"{found.introduced:,} introduced, {found.mature:,} mature"
    )
    if way.met:
        yield f"  {standing(report)}"
        yield f"  {pace(report)}"
    for part in report.coverage["tier"]:
        if (d := part.diagrams) and d.introduced:
            yield f"  Tier {part.slug} {part.title}: {d.introduced} of {d.written} introduced, {d.mature} mature"
    for part in report.coverage["focus"]:
        if (d := part.diagrams) and d.introduced:
            yield f"  Focus {part.slug}: {d.introduced} of {d.written} introduced, {d.mature} mature"


def guessed(report: Report) -> str:
    """Which day was taken for the plan's start, where nobody said it."""
    return "the day of your first answer" if report.evidence.answers else "today, as there is no answer yet"


def standing(report: Report) -> str:
    """On plan, ahead, or behind, in a sentence; after the plan's end, what is left."""
    way = report.course
    if report.finished:
        return f"{way.met:,} of the {len(report.evidence.diagrams):,} written diagrams are met."
    due = f"{way.met:,} met, {way.due:,} of the written ones due by the end of the day"
    if way.ahead < 0:
        return f"{-way.ahead} study {_days(-way.ahead)} behind the plan: {due}."
    return f"{way.ahead} study {_days(way.ahead)} ahead of the plan: {due}." if way.ahead else f"On plan: {due}."


def pace(report: Report) -> str:
    """Where today's pace leads, in a sentence."""
    way = report.course
    written = len(report.evidence.diagrams)
    if way.met >= written:
        return f"All {written:,} written diagrams are met."
    if way.ends is None or way.ends_written is None:
        return "No new diagrams in the last two weeks: at this pace there is no end to tell."
    return (
        f"At today's pace of {way.a_day:.1f} diagrams a day the written ones are met by {way.ends_written}, "
        f"all that is planned by {way.ends} (the plan's end: {way.end})."
    )


def _days(number: int) -> str:
    return "day" if number == 1 else "days"


def percent(share: Share) -> str:
    """A share with its interval, or a dash."""
    if share.share is None:
        return "–"
    low, high = share.interval
    return f"{share.share:.1%} ({low:.0%} to {high:.0%}, {share.passed:,} of {share.of:,})"


def _retention(report: Report) -> Iterator[str]:
    yield "True retention, as Anki counts it (95% interval)"
    for name in _PERIODS:
        found = report.retention[name]
        if found.all.of:
            mature = f"; mature {percent(found.mature)}" if found.mature.of else ""
            yield f"  {name:<6}{percent(found.all)}{mature}"
    if not report.retention["all"].all.of:
        yield "  no review yet that was a day or more after the one before"


def _mastery(report: Report) -> Iterator[str]:
    found = report.mastery
    if not found.met:
        return
    yield f"Mastery of {found.met:,} diagrams met, beside the targets of week {found.target_week}"
    for level in reversed(Level):
        if level:
            target = f"  (plan: {found.targets[level]}%)" if found.targets[level] else ""
            yield f"  {level.title:<8}{found.counts[level]:>5}  {found.share[level]:>4.0%}{target}"
    yield "  Points of the self-assessment, by the cards that were begun (met last week; all). Paper says more"
    for week, all_ in zip(report.week_points, report.points, strict=True):
        yield f"    {week.text}: {of_point(week)}; {of_point(all_)}"


def of_point(point: PointEvidence) -> str:
    """So many of so many, or a dash where no card was begun."""
    return f"{point.recalled} of {point.begun}" if point.begun else "–"


def _checkpoints(report: Report) -> Iterator[str]:
    if report.checkpoints:
        yield "Checkpoints"
    for point in report.checkpoints:
        bar = f", pass at {point.checkpoint.pass_percent}%" if point.checkpoint.pass_percent else ""
        day = point.day.isoformat() if point.day else "no day in this plan"
        yield f"  {point.checkpoint.title} ({day}{bar}): {point.introduced} of {point.written} diagrams introduced"
        if said := forecast_of(point):
            yield f"      {said}"
        if point.sitting:
            score = percent(point.sitting.score)
            yield f"      last sitting in Anki on {point.sitting.day}: {score}; {_MARKS[point.passed]}"


def forecast_of(point: CheckpointState) -> str:
    """What is to be expected on a checkpoint's day; empty where nothing is."""
    if point.predicted is None or point.ready is None:
        return ""
    return (
        f"on the day about {point.predicted:.0%} of what you began, if reviewed as it comes due: "
        f"{point.ready:.0%} of all that is written"
    )


def _areas(report: Report) -> Iterator[str]:
    weak, strong = report.areas.weak, report.areas.strong
    if weak:
        yield f"Weak areas of the last {AREA_DAYS} days: surely below what the plan wants"
        for area in weak[:_FEW]:
            yield f"  {_area(area)}"
            yield f"      search in Anki: {area.search}"
            for diagram, times in area.worst:
                yield f"      missed {times} times: {diagram.spec.title}  {report.page(diagram)}"
    if strong:
        yield "Strong areas: " + "; ".join(f"{area.title} {area.recall.share:.0%}" for area in strong[:_FEW])
    if report.confused:
        yield "Missed in the same week, perhaps taken for each other"
        for pair in report.confused[:_FEW]:
            weeks = f"{pair.weeks} weeks" if pair.weeks > 1 else "1 week"
            yield f"  {pair.one.spec.title} / {pair.other.spec.title} ({weeks}); search: {pair.search}"


def _area(area: Area) -> str:
    return f"{area.by} {area.title}: {percent(area.recall)}"


def _ahead(report: Report) -> Iterator[str]:
    found = report.ahead
    if not report.evidence.answers:
        return
    days = found.days
    yield f"The next {len(days)} days, at {found.new_a_day:.0f} new cards a day"
    due = sum(day.due for day in days)
    yield f"  as the cards stand: {found.overdue:,} overdue, {days[0].due:,} due today, {due:,} in all"
    week = sum(day.hours for day in days[:7]) / 7
    fullest = max(days, key=lambda day: day.answers)
    answers = sum(day.answers for day in days)
    yield (
        f"  with what follows from them about {answers:,.0f} answers; {week:.1f} hours a day this week; "
        f"fullest on {fullest.day} ({fullest.answers:.0f})"
    )


def _strain(report: Report) -> Iterator[str]:
    if not report.evidence.answers:
        return
    yield "Overload: two signs or more" if report.strain.overload else "Overload: no"
    for sign in report.strain.signs:
        yield f"  [{'x' if sign.there else ' '}] {sign.measured}"
    for step in report.strain.steps:
        until = f"until {step.last}" if step.last else "and on"
        new = ", ".join(f"{deck} {count}" for deck, count in step.new_a_day.items())
        yield f"  From {step.first} {until}: {step.about} New cards/day: {new}"


def _log(report: Report) -> Iterator[str]:
    recent = [log for log in report.logs.days if (report.evidence.today.on - log.first).days < _DAYS]
    if recent:
        yield "Last seven days      new diagrams  new cards  answers  redraws  hours  recall"
    for log in recent:
        share = log.recall.all.share
        yield (
            f"  {log.name:<19}{log.met:>12}{log.new_cards:>11}{log.answers:>9}{log.redraws:>9}{log.hours:>7.1f}"
            f"{'–' if share is None else f'{share:.0%}':>8}"
        )
    for name, spans in (("This week", report.logs.weeks), ("This month", report.logs.months)):
        if spans:
            log = spans[-1]
            planned = report.evidence.curriculum.plan.planned
            yield (
                f"  {name}: {log.met} new diagrams, {log.met_in_all / planned:.0%} of the plan in all, "
                f"{log.hours:.1f} hours, recall {percent(log.recall.all)}"
            )


def _milestones(report: Report) -> Iterator[str]:
    yield "Milestones"
    for stone in report.course.milestones:
        when = reached(stone)
        yield f"  {stone.percent:>3}%, {stone.diagrams:,} diagrams: {when}"
        if stone.reached:
            yield f"      {stone.meaning} Give yourself {stone.treat}."
    if report.finished:
        yield "To keep it"
        for kept, day in report.kept:
            yield f"  {day}: {kept.title} ({kept.takes}). {kept.about}"


def reached(stone: Milestone) -> str:
    """When a milestone was reached, or will be."""
    if stone.reached:
        return f"reached on {stone.reached}"
    plan = f" (plan: {stone.planned})" if stone.planned else ""
    return f"by {stone.expected} at today's pace{plan}" if stone.expected else f"not yet{plan}"


def _foot(_: Report) -> Iterator[str]:
    yield f"No collection knows of {', '.join(NOT_IN_A_COLLECTION)}: the weekly sheet (`assess`) has room for them."
