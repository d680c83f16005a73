"""The pictures of a report as numbers: where each bar, point and word stands; `pages/_charts.html` draws them.

A picture is 360 units wide, as wide as a phone, so that its words are readable there, and has a width of no more than
half a page at a desk.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from atlas_decks.learner.collection.statistics import Share
from atlas_decks.study.progress.mastery import Level, targets
from atlas_decks.study.progress.report import Report

WIDTH = 360.0
_ROW, _BAR = 34.0, 10.0  # of coverage and mastery: a line of words with its bar below
_PLOT = 150.0  # height of what has an axis
_LEFT, _RIGHT, _TOP, _BELOW = 34.0, 6.0, 10.0, 18.0  # around it
_WEEKS = 26  # of retention that are shown
_LOWEST = 0.5  # share at the foot of the picture of retention; it goes lower where it must
_WIDE = 26.0  # units from which on a number stands in a bar


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A rectangle of a class of the style sheet; `text` stands in it where there is room."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of words, left and right, above bars."""

    y: float
    left: str
    right: str
    bars: Sequence[Bar]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A picture of rows; `about` says it in words for those who cannot see it."""

    height: float
    rows: Sequence[Row]
    about: str


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A mark on an axis with its word."""

    at: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Dot:
    """A share of a span with its interval, from `low` down to `high` on the page."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A picture with axes: bars, or dots joined by a `path`; `aim` is the height of the line that is aimed at."""

    height: float
    left: float
    right: float
    foot: float
    ups: Sequence[Tick]
    alongs: Sequence[Tick]
    about: str
    bars: Sequence[Bar] = ()
    dots: Sequence[Dot] = ()
    path: str = ""
    aim: float | None = None


def coverage_picture(report: Report) -> Rows:
    """Each tier: planned, written, introduced, mature diagrams."""
    parts = [(part, part.diagrams) for part in report.coverage["tier"] if part.diagrams]
    most = max(((count.planned or 0, count.written) for _, count in parts), default=(1, 1))
    scale = WIDTH / max(1, *most)
    rows, said = [], []
    for number, (part, count) in enumerate(parts):
        y = number * _ROW + 18
        steps = (("planned", count.planned or 0), ("written", count.written), ("begun", count.introduced))
        bars = [
            Bar(kind=kind, x=0, y=y, width=size * scale, height=_BAR)
            for kind, size in (*steps, ("mature", count.mature))
            if size
        ]
        right = f"{count.introduced:,} begun, {count.mature:,} mature of {count.written:,}"
        rows.append(Row(y=y - 5, left=f"{part.slug} {part.title}", right=right, bars=bars))
        said.append(f"{part.title}: {right} written, {count.planned:,} planned")
    return Rows(height=len(rows) * _ROW, rows=rows, about="Diagrams by tier. " + "; ".join(said))


def mastery_picture(report: Report) -> Rows:
    """The levels now, and as the plan wants them at the end of each quarter."""
    wanted = targets(report.timetable.pace.weeks)
    now = {level: share * 100 for level, share in report.mastery.share.items()}
    stacks: list[tuple[str, str, Mapping[Level, float] | Mapping[Level, int]]] = [
        ("Now", f"{report.mastery.met:,} diagrams met", now)
    ]
    stacks += [
        (f"Week {week}", "the plan", {level: float(share) for level, share in of.items()}) for week, of in wanted
    ]
    rows, said = [], []
    for number, (left, right, shares) in enumerate(stacks):
        y = number * _ROW + 18
        x, bars = 0.0, []
        for level in reversed(Level):
            if level and (width := shares[level] * WIDTH / 100):
                text = f"{shares[level]:.0f}" if width >= _WIDE else ""
                bars.append(Bar(kind=level.name.lower(), x=x, y=y, width=width, height=_BAR + 4, text=text))
                x += width
        rows.append(Row(y=y - 5, left=left, right=right, bars=bars))
        words = [f"{level.title.lower()} {shares[level]:.0f}%" for level in reversed(Level) if level and shares[level]]
        said.append(f"{left}: {', '.join(words) or 'nothing'}")
    return Rows(height=len(rows) * _ROW, rows=rows, about="Levels of the diagrams met. " + "; ".join(said))


def retention_picture(report: Report) -> Plot | None:
    """True retention week by week with its interval; None while there is none."""
    weeks = [(log.name.removeprefix("week "), log.recall.all) for log in report.logs.weeks][-_WEEKS:]
    seen = [(number, name, share) for number, (name, share) in enumerate(weeks) if share.of]
    if not seen:
        return None
    aim = report.evidence.curriculum.plan.retention_percent / 100
    lowest = min(_LOWEST, *(math.floor(share.interval[0] * 10) / 10 for _, _, share in seen))
    step = (WIDTH - _LEFT - _RIGHT) / len(weeks)

    def up(share: float) -> float:
        return _TOP + (1 - share) / (1 - lowest) * _PLOT

    dots = [_dot(_LEFT + (number + 0.5) * step, share, up) for number, _, share in seen]
    every = -(-len(weeks) // 8)
    return Plot(
        height=_TOP + _PLOT + _BELOW,
        left=_LEFT,
        right=WIDTH - _RIGHT,
        foot=_TOP + _PLOT,
        ups=[Tick(at=up(n / 10), text=f"{n * 10}%") for n in range(round(lowest * 10), 11)],
        alongs=[
            Tick(at=_LEFT + (number + 0.5) * step, text=name)
            for number, (name, _) in enumerate(weeks)
            if number % every == 0
        ],
        dots=dots,
        path=" ".join(f"{'L' if number else 'M'}{dot.x:.1f} {dot.y:.1f}" for number, dot in enumerate(dots)),
        aim=up(aim),
        about="True retention by week: "
        + ", ".join(f"week {name} {share.passed / share.of:.0%} of {share.of}" for _, name, share in seen)
        + f". The plan wants {aim:.0%}.",
    )


def _dot(x: float, share: Share, up: Callable[[float], float]) -> Dot:
    low, high = share.interval
    return Dot(x=x, y=up(share.passed / share.of), low=up(low), high=up(high))


def forecast_picture(report: Report) -> Plot | None:
    """The next days: cards that are due, and all answers that are expected; None where nothing was begun."""
    days = report.ahead.days
    most = max(max(day.answers, float(day.due)) for day in days)
    if not report.counts.introduced or not most:
        return None
    top = _nice(most)
    step = (WIDTH - _LEFT - _RIGHT) / len(days)
    bars = []
    for number, day in enumerate(days):
        x = _LEFT + number * step + step * 0.12
        for kind, size in (("expected", day.answers), ("due", float(day.due))):
            if size:
                height = size / top * _PLOT
                bars.append(Bar(kind=kind, x=x, y=_TOP + _PLOT - height, width=step * 0.76, height=height))
    ups = [Tick(at=_TOP + _PLOT * (1 - part / 4), text=f"{top * part / 4:,.0f}") for part in range(5)]
    return Plot(
        height=_TOP + _PLOT + _BELOW,
        left=_LEFT,
        right=WIDTH - _RIGHT,
        foot=_TOP + _PLOT,
        ups=ups,
        alongs=[
            Tick(at=_LEFT + (number + 0.5) * step, text=f"{day.day:%m-%d}")
            for number, day in enumerate(days)
            if number % 7 == 0
        ],
        bars=bars,
        about=f"{sum(day.due for day in days):,} cards are due within {len(days)} days, "
        f"{sum(day.answers for day in days):,.0f} answers are expected.",
    )


def _nice(most: float) -> float:
    """The least round number above that has quarters."""
    least = max(most, 4.0)
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1.0, 1.2, 1.6, 2.0, 2.4, 3.2, 4.0, 6.0, 8.0, 10.0) if step * power >= least)
