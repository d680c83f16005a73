"""Reads an engine's SVG: which nodes there are and where, what each text belongs to, what each edge joins.

All of it is in px here. The ids and classes that tell are Mermaid's own, so the official engine's SVG reads alike.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from atlas_decks.diagrams.font import text_width
from atlas_decks.diagrams.picture import PSEUDO_STATE, Arrow, Label, Role
from atlas_decks.diagrams.svg.paths import Point, bounds, polyline

Rect = tuple[float, float, float, float]  # x0, y0, x1, y1 in px

_NODE_ID = re.compile(r"-(flowchart|state|entity|classId)-(.+)-\d+$")
_CLUSTER_ID = re.compile(r"^[^-]+-(.+)$")
_EDGE_ID = re.compile(r"^L_(.+)_\d+$")
_TRANSLATE = re.compile(r"translate\(\s*([-\d.e]{1,30})(?:[\s,]+([-\d.e]{1,30}))?\s*\)")
_FONT_SIZE = re.compile(r"font-size:\s*([\d.]{1,8})(?:px)?(?![\w.%])")
_USUAL_SIZE = 16.0  # px; what Mermaid sets its labels in
_SAME_PLACE = 1.5  # px between a label and the place that was kept for it
_LINE = 1.25  # height of a line of text, in font sizes
_EDGE_CLASSES = frozenset(["flowchart-link", "transition", "relationshipLine", "relation"])
_NO_EDGE = frozenset(["note-edge", "edge-thickness-invisible"])
# class -> role of the text in it; the first role with a class of the text's counts
_ROLES: tuple[tuple[Role, frozenset[str]], ...] = (
    (
        "edge",
        frozenset(
            [
                *("edgeLabel", "edgeTerminals", "messageText", "loopText", "labelText", "sectionTitle"),
                "relationshipLabel",
            ]
        ),
    ),
    ("subgraph", frozenset(["cluster-label", "cluster"])),
    ("note", frozenset(["noteText", "noteLabel", "statediagram-note"])),
    ("node", frozenset(["nodeLabel", "actor", "node"])),
)


@dataclass(frozen=True)
class Line:
    """An edge in px: the ids of its ends, its text, its way as points, and the box of the text."""

    start: str
    end: str
    label: str
    label_box: Rect | None
    arrow: Arrow
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Reading:
    """What stands in a picture. `groups` are subgraphs and composite states by id, with their whole extent."""

    nodes: Mapping[str, list[Rect]]
    groups: Mapping[str, Rect]
    labels: tuple[Label, ...]
    lines: tuple[Line, ...]


def classes(element: etree._Element) -> frozenset[str]:
    """The classes of an element."""
    return frozenset((element.get("class") or "").split())


def mark_roles(root: etree._Element) -> None:
    """Write down what each text is, as `data-role`, before the engine's own attributes go."""
    for element in root.iter("g", "text"):
        names = element.get("data-merman-source-classes") or element.get("class")
        if names and not element.get("data-role") and (role := _role(str(names))):
            element.set("data-role", role)


@lru_cache(maxsize=512)
def _role(names: str) -> Role | None:
    every = set(names.split())
    return next((role for role, known in _ROLES if every & known), None)


def read(root: etree._Element, kind: str) -> Reading:
    """Read a tree whose roles are marked; `kind` is the Mermaid diagram type."""
    circles: list[Rect] = []
    nodes = _nodes(root, circles)
    groups = _groups(root)
    if kind == "sequenceDiagram":
        lines = tuple(_messages(root, nodes))
    else:
        lines = tuple(_edges(root, _Ends(nodes, groups, circles))) if nodes else ()
    return Reading(nodes, groups, tuple(_labels(root, nodes, groups)), lines)


def font_size(text: etree._Element) -> float:
    """The font size of a text in px: the engine writes it on each."""
    match = _FONT_SIZE.search(text.get("style") or "") or _FONT_SIZE.search(f"font-size:{text.get('font-size')}")
    return float(match.group(1)) if match else _USUAL_SIZE


def text_of(element: etree._Element) -> str:
    """The text in an element, with single spaces; where there is none, the engine writes a space without width.

    The official engine writes a line as a `tspan.row`, without a space to the next.
    """
    rows = [row for row in element.iter("tspan") if "row" in classes(row)]
    words = " ".join("".join(map(str, part.itertext())) for part in (rows or (element,)))
    return " ".join(words.split()).strip("\u200b")


def _number(element: etree._Element, name: str) -> float:
    value = float(element.get(name) or 0)
    if not math.isfinite(value):
        raise ValueError(f"{name}={element.get(name)}")
    return value


def _offset(element: etree._Element | None) -> Point:
    """The sum of the translations up the tree, in px."""
    dx = dy = 0.0
    while element is not None:
        if transform := element.get("transform"):
            for a, b in _TRANSLATE.findall(transform):
                dx, dy = dx + float(a), dy + float(b or 0)
        element = element.getparent()
    return dx, dy


def _union(rects: Iterable[Rect]) -> Rect:
    xs0, ys0, xs1, ys1 = zip(*rects, strict=True)
    return min(xs0), min(ys0), max(xs1), max(ys1)


def _extent(shape: etree._Element) -> Rect | None:
    """The extent of one shape, moved by the translations above it; None where it has none."""
    box = _own_extent(shape)
    return box and _moved(box, _offset(shape))


def _moved(box: Rect, by: Point) -> Rect:
    return box[0] + by[0], box[1] + by[1], box[2] + by[0], box[3] + by[1]


def _own_extent(shape: etree._Element) -> Rect | None:
    """The extent of one shape in its own coordinates."""
    if shape.tag == "rect":
        x, y = _number(shape, "x"), _number(shape, "y")
        return x, y, x + _number(shape, "width"), y + _number(shape, "height")
    if shape.tag == "path":
        return bounds(shape.get("d") or "")
    if shape.tag in ("circle", "ellipse"):
        x, y = _number(shape, "cx"), _number(shape, "cy")
        rx, ry = _number(shape, "r") or _number(shape, "rx"), _number(shape, "r") or _number(shape, "ry")
        return x - rx, y - ry, x + rx, y + ry
    if shape.tag == "line":
        xs, ys = [_number(shape, "x1"), _number(shape, "x2")], [_number(shape, "y1"), _number(shape, "y2")]
        return min(xs), min(ys), max(xs), max(ys)
    if shape.tag in ("polygon", "polyline"):
        values = [float(v) for v in re.split(r"[\s,]+", (shape.get("points") or "").strip()) if v]
        if len(values) > 1 and len(values) % 2 == 0:
            return min(values[::2]), min(values[1::2]), max(values[::2]), max(values[1::2])
    return None


def _extents(group: etree._Element) -> list[Rect]:
    """The extents of all shapes in a group; heads of arrows are none."""
    found: list[Rect] = []

    def walk(element: etree._Element, dx: float, dy: float) -> None:
        for child in element:
            if child.tag in ("marker", "symbol", "defs", "text"):
                continue
            x, y = dx, dy
            if transform := child.get("transform"):
                for a, b in _TRANSLATE.findall(transform):
                    x, y = x + float(a), y + float(b or 0)
            if child.tag == "g":
                walk(child, x, y)
            elif box := _own_extent(child):
                found.append(_moved(box, (x, y)))

    walk(group, *_offset(group))
    return found


def _nodes(root: etree._Element, circles: list[Rect]) -> dict[str, list[Rect]]:
    """Extents of the nodes by id; those of the circles where states begin and end go into `circles`."""
    nodes: dict[str, list[Rect]] = {}
    for group in root.iter("g"):
        names = classes(group)
        if "node" in names and "statediagram-note" not in names and (match := _NODE_ID.search(group.get("id") or "")):
            rects = _extents(group)
            if rects and match.group(1) == "state" and "statediagram-state" not in names:
                circles.append(_union(rects))
            elif rects:
                nodes.setdefault(match.group(2), []).append(_union(rects))
        elif "statediagram-cluster" in names and (title := _title_bar(group)) and (name := group.get("data-id")):
            nodes.setdefault(name, []).append(title)
    for name, extent in _participants(root):
        nodes.setdefault(name, []).append(extent)
    return nodes


def _participants(root: etree._Element) -> Iterator[tuple[str, Rect]]:
    """The heads and feet of a sequence's participants: boxes, or figures with the name below them."""
    lives = {_number(line, "x1"): line.get("name") or "" for line in root.iter("line") if "actor-line" in classes(line)}
    for text in root.iter("text"):
        group, before = text.getparent(), text.getprevious()
        if "actor" not in classes(text) or group is None or not lives:
            continue
        if before is not None and before.tag == "text":  # a further line of the name
            continue
        name = group.get("name") or group.get("data-id") or lives[min(lives, key=lambda x: abs(x - _number(text, "x")))]
        boxes = [extent for rect in group.iterchildren("rect") if (extent := _extent(rect))]
        if not boxes:
            boxes = [*_extents(group), *([below] if (below := _text_box([text])) else [])]
        if boxes:
            yield name, _union(boxes)


def _title_bar(composite: etree._Element) -> Rect | None:
    """The strip of a composite state that holds its name: the part of its outline above the states in it."""
    inner = next((e for e in composite.iter("rect") if "inner" in classes(e)), None)
    outer = next((e for e in composite.iter("rect") if "outer" in classes(e)), None)
    if inner is None or outer is None or (whole := _extent(outer)) is None or (below := _extent(inner)) is None:
        return None
    return (whole[0], whole[1], whole[2], below[1]) if below[1] > whole[1] else whole


def _groups(root: etree._Element) -> dict[str, Rect]:
    """Extents of subgraphs and composite states by id."""
    groups: dict[str, Rect] = {}
    for group in root.iter("g"):
        names = classes(group)
        name = group.get("data-id")
        if "cluster" in names and (match := _CLUSTER_ID.match(group.get("id") or "")):
            name = name or match.group(1)
        elif "statediagram-cluster" not in names:
            continue
        rects = [extent for rect in group.iter("rect") if (extent := _extent(rect))]
        if name and rects:
            groups[name] = _union(rects)
    return groups


def _labels(root: etree._Element, nodes: Mapping[str, list[Rect]], groups: Mapping[str, Rect]) -> Iterator[Label]:
    """All texts; the lines of one label are joined."""
    done: set[etree._Element] = set()
    places = [(r[2] - r[0], name, r) for name, rects in nodes.items() for r in rects]
    for text in root.iter("text"):
        if text in done:
            continue
        holder = next((e for e in (text, *text.iterancestors("g")) if e.get("data-role")), None)
        role: Role = "note" if holder is None else str(holder.get("data-role"))  # type: ignore[assignment]
        lines = _lines(text)
        done.update(lines)
        content = " ".join(map(text_of, lines)).strip()
        if not content:
            continue
        dx, dy = _offset(text)
        x, y = _number(text, "x") + dx, _number(text, "y") + dy
        name = _owner(text, nodes, groups)
        if role == "node" and not name:
            inside = [place for place in places if _inside(place[2], x, y)]
            name = min(inside)[1] if inside else ""
        elif role == "subgraph" and not name:
            around = [(r[2] - r[0], group) for group, r in groups.items() if _inside(r, x, y)]
            name = min(around)[1] if around else ""
        yield Label(content, role, name, font_size(text))


def _owner(text: etree._Element, nodes: Container[str], groups: Container[str]) -> str:
    """The node or group in whose group of the tree the text stands; the embedded engine writes most texts elsewhere."""
    for group in text.iterancestors("g"):
        own = group.get("id")
        if own is None:
            continue
        if (match := _NODE_ID.search(own)) and match.group(2) in nodes:
            return match.group(2)
        if (match := _CLUSTER_ID.match(own)) and match.group(1) in groups:
            return match.group(1)
    return ""


def _lines(text: etree._Element) -> list[etree._Element]:
    """The texts that make one label with this one, its first line."""
    parent = text.getparent()
    if parent is None:
        return [text]
    if parent.get("data-role"):
        return list(parent.iterchildren("text"))
    lines, names = [text], classes(text)
    if names & {"messageText", "noteText", "actor"}:  # of a sequence: one after the other
        for following in text.itersiblings():
            if following.tag != "text" or classes(following) != names:
                break
            lines.append(following)
    return lines


def _inside(rect: Rect, x: float, y: float) -> bool:
    return rect[0] <= x <= rect[2] and rect[1] - 1 <= y <= rect[3] + 1


# --- edges ------------------------------------------------------------------------------------------------------------


class _Ends:
    """Finds the node at the end of a line: by the edge's id where that says it, else by where the line ends."""

    def __init__(self, nodes: Mapping[str, list[Rect]], groups: Mapping[str, Rect], circles: Iterable[Rect]) -> None:
        self._names = nodes.keys() | groups.keys()
        self._places = [(name, rect, False) for name, rects in nodes.items() if name not in groups for rect in rects]
        self._places += [(PSEUDO_STATE, rect, False) for rect in circles]
        self._places += [(name, rect, True) for name, rect in groups.items()]

    def of(self, identity: str, points: tuple[Point, ...]) -> tuple[str, str]:
        """(start, end) of the edge of that `data-id` that runs along the points."""
        match = _EDGE_ID.match(identity)
        parts = match.group(1).split("_") if match else []
        pairs = {("_".join(parts[:i]), "_".join(parts[i:])) for i in range(1, len(parts))}
        possible = sorted(pair for pair in pairs if self._names.issuperset(pair))
        if not possible:
            return self._nearest(points[0]), self._nearest(points[-1])
        return min(possible, key=lambda pair: self._way(pair[0], points[0]) + self._way(pair[1], points[-1]))

    def _nearest(self, point: Point) -> str:
        places = ((_distance(rect, point, group), group, name) for name, rect, group in self._places)
        return min(places, default=(0.0, False, ""))[2]

    def _way(self, name: str, point: Point) -> float:
        return min(_distance(rect, point, group) for own, rect, group in self._places if own == name)


def _distance(rect: Rect, point: Point, group: bool) -> float:
    """How far the point lies outside the rectangle; for a group, in which nodes lie, how far off its outline."""
    x, y = point
    outside = math.hypot(max(rect[0] - x, 0.0, x - rect[2]), max(rect[1] - y, 0.0, y - rect[3]))
    if outside or not group:
        return outside
    return min(x - rect[0], rect[2] - x, y - rect[1], rect[3] - y)


def _arrow(line: etree._Element) -> Arrow:
    start, end = bool(line.get("marker-start")), bool(line.get("marker-end"))
    return "both" if start and end else "end" if end else "start" if start else "none"


def _edges(root: etree._Element, ends: _Ends) -> Iterator[Line]:
    """The edges of every kind but sequences, in the order in which the engine draws them."""
    drawn: dict[str, list[tuple[etree._Element, tuple[Point, ...]]]] = {}
    for path in root.iter("path"):
        names = classes(path)
        if not (path.get("data-et") == "edge" or names & _EDGE_CLASSES) or names & _NO_EDGE:
            continue
        dx, dy = _offset(path)
        points = tuple((x + dx, y + dy) for x, y in polyline(path.get("d") or ""))
        if len(points) > 1:
            drawn.setdefault(path.get("data-id") or "", []).append((path, points))
    texts: dict[etree._Element, tuple[str, Rect | None]] = {}
    for identity, text, box in _edge_texts(root):
        if paths := drawn.get(identity):  # several where ids meet: `a_b` to `c` and `a` to `b_c`
            texts[_closest(paths, box)] = (text, box)
    for identity, paths in drawn.items():
        for path, points in paths:
            start, end = ends.of(identity, points)
            arrow: Arrow = "none" if "relationshipLine" in classes(path) else _arrow(path)
            yield Line(start, end, *texts.get(path, ("", None)), arrow, points)


def _closest(paths: list[tuple[etree._Element, tuple[Point, ...]]], box: Rect | None) -> etree._Element:
    """The line that runs next to the box."""
    if len(paths) == 1 or box is None:
        return paths[0][0]
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return min(paths, key=lambda path: min(math.dist(middle, point) for point in path[1]))[0]


def _edge_texts(root: etree._Element) -> Iterator[tuple[str, str, Rect | None]]:
    """(`data-id` of the edge, text, its box) of each edge's label.

    The embedded engine leaves `g.edgeLabel > g.label[data-id]` empty and writes the text elsewhere, around the same
    centre; the official one writes it inside.
    """
    loose: list[tuple[Point, etree._Element]] = []
    places: list[tuple[str, etree._Element]] = []
    for group in root.iter("g"):
        identity, parent = group.get("data-id"), group.getparent()
        if identity and parent is not None and "edgeLabel" in classes(parent) | classes(group):
            if written := text_of(group):
                yield str(identity), written, _text_box(group.iter("text"))
            else:
                places.append((str(identity), parent))
        elif group.get("data-role") == "edge" and group.find("text") is not None and "edgeLabel" not in classes(group):
            dx, dy = _offset(group)
            middles = [(_number(line, "x") + dx, _number(line, "y") + dy) for line in group.iterchildren("text")]
            loose.append(((middles[0][0], sum(y for _, y in middles) / len(middles)), group))
    for identity, parent in places:
        x, y = _offset(parent)
        near = [(math.dist((x, y), centre), index) for index, (centre, _) in enumerate(loose)]
        if near and (closest := min(near))[0] <= _SAME_PLACE:
            _, group = loose.pop(closest[1])
            lines = list(group.iterchildren("text"))
            grounds = [extent for rect in group.iterchildren("rect") if (extent := _extent(rect))]
            yield identity, " ".join(map(text_of, lines)), _union(grounds) if grounds else _text_box(lines)


def _text_box(lines: Iterable[etree._Element]) -> Rect | None:
    """The box around lines of text that are anchored at their middle."""
    boxes = []
    for line in lines:
        (dx, dy), size = _offset(line), font_size(line)
        content = text_of(line)
        if line.get("dy") == "1em":
            dy += size
        x, y, half = _number(line, "x") + dx, _number(line, "y") + dy, text_width(content, size) / 2
        if content:
            boxes.append((x - half, y - size * _LINE / 2, x + half, y + size * _LINE / 2))
    return _union(boxes) if boxes else None


def _messages(root: etree._Element, nodes: Mapping[str, list[Rect]]) -> Iterator[Line]:
    """The messages of a sequence, in their order; the lines of a message's text come right before its arrow."""
    waiting: list[etree._Element] = []
    for element in root.iter("text", "line", "path"):
        names = classes(element)
        if element.tag == "text" and "messageText" in names:
            waiting.append(element)
        elif names & {"messageLine0", "messageLine1"}:
            points = _way_of(element)
            start = element.get("data-from") or _participant(nodes, points[0])
            end = element.get("data-to") or _participant(nodes, points[-1])
            label = " ".join(map(text_of, waiting)).strip()
            yield Line(start, end, label, _text_box(waiting), _arrow(element), points)
            waiting = []


def _way_of(line: etree._Element) -> tuple[Point, ...]:
    dx, dy = _offset(line)
    if line.tag == "path":
        points = polyline(line.get("d") or "") or ((0.0, 0.0),)
    else:
        points = ((_number(line, "x1"), _number(line, "y1")), (_number(line, "x2"), _number(line, "y2")))
    return tuple((x + dx, y + dy) for x, y in points)


def _participant(nodes: Mapping[str, list[Rect]], point: Point) -> str:
    """The participant above the end of a message."""
    ways = [(abs((r[0] + r[2]) / 2 - point[0]), name) for name, rects in nodes.items() for r in rects]
    return min(ways)[1] if ways else ""
