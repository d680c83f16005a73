"""Path data, shorter: straight runs become single lines, numbers get one decimal.

The engine writes an edge as cubic curves even where it is straight, and a rounded outline as dozens of chords. A tenth
of a px cannot be seen; the path data is most of what a picture weighs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from fontTools.pens.basePen import PenError
from fontTools.pens.boundsPen import BoundsPen
from fontTools.svgLib.path import parse_path

_TOKEN = re.compile(r"[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
_NUMBER = re.compile(r"(?<!\d)-?\d{1,15}\.\d{2,}(?:e-?\d{1,3})?")
_ARGUMENTS = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}
_FLAT = 0.08  # px by which a point may lie off the line that replaces it
Point = tuple[float, float]
Segment = tuple[str, tuple[Point, ...]]


def number(value: float) -> str:
    """The shortest text of a number with one decimal."""
    text = f"{value:.1f}"
    text = text[:-2] if text.endswith(".0") else text
    return "0" if text == "-0" else text


def round_numbers(text: str) -> str:
    """An attribute with its numbers cut to one decimal."""
    if "." not in text:
        return text
    return _NUMBER.sub(lambda match: number(float(match.group())), text)


def shorten(data: str) -> str:
    """Equivalent path data. Paths of other commands than absolute M, L, Q, C and Z only get shorter numbers."""
    segments = _merged(data)
    return round_numbers(data) if segments is None else _write(segments)


@lru_cache(maxsize=256)  # shapes of one size recur
def bounds(data: str) -> tuple[float, float, float, float] | None:
    """x0, y0, x1, y1 of what a path draws; None where it draws nothing."""
    segments = _parse(data)
    if segments is None or any(command in "CQ" for command, _ in segments):
        return _measured(data)
    points = [point for _, points in segments for point in points]
    if not points:
        return None
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _measured(data: str) -> tuple[float, float, float, float] | None:
    pen = BoundsPen(None)
    try:
        parse_path(" ".join(data.split()), pen)  # it takes a line break for a part of a number
    except (ValueError, IndexError, TypeError, ArithmeticError, AssertionError, PenError) as error:
        raise ValueError(f"odd path data: {data[:40]}") from error
    found: tuple[float, float, float, float] | None = pen.bounds
    if found is not None and not all(map(math.isfinite, found)):
        raise ValueError(f"a path without bounds: {data[:40]}")
    return found


def polyline(data: str) -> tuple[Point, ...]:
    """The points along a path of one line: its corners, and the middle of each curve.

    Empty where it holds other commands than absolute M, L, Q, C and Z.
    """
    points: list[Point] = []
    x, y = 0.0, 0.0
    for command, step in _merged(data) or ():
        if command == "C":  # a Bezier curve at one half
            (ax, ay), (bx, by), (cx, cy) = step
            points.append(((x + 3 * ax + 3 * bx + cx) / 8, (y + 3 * ay + 3 * by + cy) / 8))
        elif command == "Q":
            (ax, ay), (cx, cy) = step
            points.append(((x + 2 * ax + cx) / 4, (y + 2 * ay + cy) / 4))
        if step:
            points.append(step[-1])
            x, y = step[-1]
    return tuple(points)


@lru_cache(maxsize=256)  # an edge is read, then shortened
def _merged(data: str) -> Sequence[Segment] | None:
    segments = _parse(data)
    return None if segments is None else tuple(_merge(segments))


@lru_cache(maxsize=256)  # an outline is measured, then shortened
def _parse(data: str) -> Sequence[Segment] | None:
    tokens = _TOKEN.findall(data)
    segments: list[Segment] = []
    command = ""
    at = 0
    here: Point = (0.0, 0.0)
    while at < len(tokens):
        if tokens[at].isalpha():
            command = tokens[at].upper() if tokens[at] in "Zz" else tokens[at]
            at += 1
        elif command == "M":  # further pairs after a move are lines
            command = "L"
        count = _ARGUMENTS.get(command)
        if count is None or at + count > len(tokens):
            return None
        try:
            values = [float(token) for token in tokens[at : at + count]]
        except ValueError:
            return None
        if not all(map(math.isfinite, values)):
            return None
        at += count
        points = tuple(zip(values[::2], values[1::2], strict=True))
        if command == "C" and _straight(here, points):
            segments.append(("L", points[2:]))
        else:
            segments.append((command, points))
        if points:
            here = points[-1]
        elif at < len(tokens) and not tokens[at].isalpha():
            return None
    return segments


def _straight(start: Point, curve: tuple[Point, ...]) -> bool:
    return all(_near(point, start, curve[2]) for point in curve[:2])


def _near(point: Point, start: Point, end: Point) -> bool:
    """Whether the point lies on the way from start to end."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    px, py = point[0] - start[0], point[1] - start[1]
    length = math.hypot(dx, dy)
    if length < _FLAT:
        return abs(px) < _FLAT and abs(py) < _FLAT
    along = (px * dx + py * dy) / length
    return -_FLAT <= along <= length + _FLAT and abs(px * dy - py * dx) <= _FLAT * length


def _merge(segments: Sequence[Segment]) -> Iterator[Segment]:
    """Lines that go on in the same direction become one."""
    here: Point = (0.0, 0.0)
    skipped: list[Point] = []
    for command, points in segments:
        if command == "L":
            if skipped and not all(_near(point, here, points[0]) for point in skipped):
                here = skipped[-1]
                yield "L", (here,)
                skipped = []
            skipped.append(points[0])
            continue
        if skipped:
            here = skipped[-1]
            yield "L", (here,)
            skipped = []
        yield command, points
        if points:
            here = points[-1]
    if skipped:
        yield "L", (skipped[-1],)


def _write(segments: Iterable[Segment]) -> str:
    """Relative path data; each step counts from where the rounded path really is, so that no error adds up."""
    parts: list[str] = []
    here = start = (0, 0)  # tenths of a px
    for command, points in segments:
        if command == "Z":
            parts.append("z")
            here = start
            continue
        ends = [(round(x * 10), round(y * 10)) for x, y in points]
        if command == "L" and ends[0] == here:
            continue
        values = [n for x, y in ends for n in (x - here[0], y - here[1])]
        parts.append(_step(command.lower(), values))
        here = ends[-1]
        if command == "M":
            start = here
    return "".join(parts)


def _step(command: str, tenths: list[int]) -> str:
    if command == "l" and 0 in tenths:
        command, tenths = ("v", tenths[1:]) if tenths[0] == 0 else ("h", tenths[:1])
    out = command
    for index, value in enumerate(tenths):
        whole, rest = divmod(abs(value), 10)
        text = f"{whole or ''}.{rest}" if rest else str(whole)
        sign = "-" if value < 0 else ""
        out += f"{'' if index == 0 or sign else ' '}{sign}{text}"
    return out
