"""A report as one page: figures, four pictures, and tables; by day and by night, on a phone and on paper."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from atlas_decks.curriculum.models import Diagram
from atlas_decks.study.progress import text
from atlas_decks.study.progress.logs import NOT_IN_A_COLLECTION, Log
from atlas_decks.study.progress.mastery import Level
from atlas_decks.study.progress.pictures import coverage_picture, forecast_picture, mastery_picture, retention_picture
from atlas_decks.study.progress.report import Report
from atlas_decks.study.sheets import pages

_DAYS, _WEEKS = 14, 26  # that the tables of what was done have at most
_PARTS = {
    "tier": "Tier",
    "category": "Category",
    "company": "Company",
    "complexity": "Complexity",
    "depth": "Depth",
    "focus": "Focus",
}


def as_page(report: Report) -> str:
    """The page. It stands alone: styles and pictures are in it, and it asks for nothing from elsewhere."""
    return pages().fill(
        "progress.html",
        report=report,
        plan=report.evidence.curriculum.plan,
        today=report.evidence.today.on,
        notices=report.evidence.notices,
        where=_where(report),
        figures=[*_figures(report)],
        coverage=coverage_picture(report),
        mastery=mastery_picture(report),
        retention=retention_picture(report),
        forecast=forecast_picture(report),
        levels=[(level.name.lower(), level.title) for level in reversed(Level) if level],
        points=[*zip(report.week_points, report.points, strict=True)],
        spans=[*_spans(report)],
        parts=[(title, report.coverage[slug]) for slug, title in _PARTS.items() if report.coverage[slug]],
        unknown=NOT_IN_A_COLLECTION,
        percent=text.percent,
        point=text.of_point,
        share=_share,
        reached=text.reached,
        link=lambda diagram: _link(report, diagram),
    )


def _where(report: Report) -> str:
    way = report.course
    guess = f", {text.guessed(report)}" if report.guessed else ""
    if report.finished:
        return f"The plan went from {way.start}{guess} to {way.end}. {text.standing(report)}"
    if way.week < 1:
        return f"The plan begins on {way.start}."
    standing = f" {text.standing(report)} {text.pace(report)}" if way.met else ""
    return f"Week {way.week} of {way.weeks}, from {way.start}{guess}.{standing}"


def _figures(report: Report) -> Iterator[tuple[str, str, str]]:
    everything = report.coverage["all"][0].diagrams
    assert everything is not None  # noqa: S101 - all of it has diagrams
    month = report.retention["month"].all
    low, high = month.interval
    mature = report.counts.mature
    yield (
        "Diagrams begun",
        f"{everything.introduced:,}",
        f"of {everything.written:,} written, {everything.planned:,} planned",
    )
    yield "Mastered", f"{report.mastery.mastered:,}", "deep or better, of those begun"
    yield "Cards begun", f"{report.counts.introduced:,}", f"{mature:,} mature"
    yield (
        "Recalled this month",
        _share(month.share),
        f"{low:.0%} to {high:.0%}, of {month.of:,}" if month.of else "no review yet",
    )
    today = report.ahead.days[0]
    yield "Due today", f"{today.due + report.ahead.overdue:,}", f"{report.ahead.overdue:,} of them overdue"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _spans(report: Report) -> Iterator[tuple[str, list[Log]]]:
    """The last days, weeks and months, latest first."""
    today = report.evidence.today.on
    yield "Days", [log for log in reversed(report.logs.days) if (today - log.first).days < _DAYS]
    yield "Weeks", [*reversed(report.logs.weeks)][:_WEEKS]
    yield "Months", [*reversed(report.logs.months)]


def _link(report: Report, diagram: Diagram) -> str | Markup:
    """The title of a diagram, with a link to its page where that was written."""
    page = report.page(diagram)
    if not page.is_file():
        return diagram.spec.title
    return Markup('<a href="{}">{}</a>').format(page.absolute().as_uri(), diagram.spec.title)
