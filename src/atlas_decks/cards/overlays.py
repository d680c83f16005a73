"""What lies over a picture on a card: masks, rings, and the way of a trace. All in percent, without JavaScript."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from atlas_decks.diagrams.picture import Box, Edge, Picture, Point

_STEPS = 200  # points over the width or height of a picture at which a line is looked at
_PAD = 1.5  # px by which a mask reaches over its node's outline; more would hide the heads of arrows that end there
_RING = 2.5  # px by which a ring stands off


@dataclass(frozen=True)
class Overlay:
    """A box over a picture: `look` is its class, `text` stands in it; place and size are percents of the picture."""

    look: str
    text: str
    left: str
    top: str
    width: str
    height: str


@dataclass(frozen=True)
class Route:
    """The way of a trace over a picture: lines as `points` of SVG in a box of 100 by 100, and numbered boxes."""

    lines: tuple[str, ...]
    stops: tuple[Overlay, ...]


def over(picture: Picture, node: str, look: str, text: str = "") -> list[Overlay]:
    """An overlay for each box of a node, kept inside the picture; none for a node that the picture does not have."""
    return [_overlay(picture, box, look, text) for box in picture.nodes.get(node, ())]


def masks(picture: Picture, asked: str, tested: Iterable[str]) -> list[Overlay]:
    """Masks over all tested nodes; the asked one's says "?", and lies above the others."""
    others = [mask for node in dict.fromkeys(tested) if node != asked for mask in over(picture, node, "mask")]
    return [*others, *over(picture, asked, "mask wanted", "?")]


def rings(picture: Picture, asked: str, tested: Iterable[str]) -> list[Overlay]:
    """A ring around the asked node, and masks over the other tested ones."""
    others = [mask for node in dict.fromkeys(tested) if node != asked for mask in over(picture, node, "mask")]
    return [*others, *over(picture, asked, "ring")]


def route(picture: Picture, path: Sequence[str]) -> Route:
    """The way through the nodes of `path`: their places in it as numbers, and the edges between them."""
    numbers: dict[str, list[str]] = {}
    for place, node in enumerate(path, 1):
        numbers.setdefault(node, []).append(str(place))
    stops = []
    for node, places in numbers.items():
        # of a participant of a sequence, which is drawn twice, the upper box
        stops += over(picture, node, "stop", ", ".join(places))[:1]
    lines: list[str] = []
    before: Edge | None = None
    for start, end in pairwise(path):
        before = _next_edge(picture, start, end, before)
        points = before.path if before else tuple(_middle(picture.nodes[node][0]) for node in (start, end))
        for piece in _around(points, before.label_box if before else None):
            lines.append(" ".join(f"{x * 100:.2f},{y * 100:.2f}" for x, y in piece))
    return Route(tuple(lines), tuple(stops))


def _next_edge(picture: Picture, start: str, end: str, before: Edge | None) -> Edge | None:
    """The edge from `start` to `end`; of several messages of a sequence the next one below the one before."""
    found = [edge for edge in picture.edges if edge.path and edge.joins(start, end)]
    if picture.kind == "sequenceDiagram" and before is not None:
        found = [edge for edge in found if edge.path[0][1] > before.path[0][1]] or found
    return found[0] if found else None


def _around(points: Sequence[Point], label: Box | None) -> Iterator[list[Point]]:
    """A line in pieces that leave out the label which stands on it."""
    if label is None:
        yield list(points)
        return
    piece: list[Point] = []
    for (x, y), (to_x, to_y) in pairwise(points):
        steps = max(1, round(max(abs(to_x - x), abs(to_y - y)) * _STEPS))
        for step in range(steps):
            share = step / steps
            at = x + (to_x - x) * share, y + (to_y - y) * share
            if not label.holds(*at):
                if step == 0 or not piece:
                    piece.append(at)
                last = at
            elif piece:
                yield [*piece, last]
                piece = []
    yield [*piece, points[-1]]


def _middle(box: Box) -> Point:
    return box.x + box.width / 2, box.y + box.height / 2


def _overlay(picture: Picture, box: Box, look: str, text: str) -> Overlay:
    """A node's box with its padding, in percent of the picture, kept inside it."""
    pad = _PAD if look.startswith("mask") else _RING
    dx, dy = pad / picture.width, pad / picture.height
    left, top = max(0.0, box.x - dx), max(0.0, box.y - dy)
    right, bottom = min(1.0, box.x + box.width + dx), min(1.0, box.y + box.height + dy)
    place = (f"{value * 100:.2f}" for value in (left, top, right - left, bottom - top))
    return Overlay(look, text, *place)
