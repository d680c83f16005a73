"""Engine output -> a self-contained SVG and its Picture.

The tree is cleaned (`clean`), read (`reading`), styled (`cascade`) and made small (`minify`). Node boxes and edges are
read from the tree that is drawn, so they are exact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from atlas_decks.diagrams.font import font_face, missing_glyphs, text_width
from atlas_decks.diagrams.palette import CSS, GROUND
from atlas_decks.diagrams.picture import Box, Edge, Picture
from atlas_decks.diagrams.svg import cascade
from atlas_decks.diagrams.svg.clean import UnsafeSvgError, clean, drop, parse, view_box
from atlas_decks.diagrams.svg.minify import minify
from atlas_decks.diagrams.svg.reading import Line, Rect, font_size, mark_roles, read
from atlas_decks.diagrams.texts import unshield

SVG = "http://www.w3.org/2000/svg"

_SHEET = re.compile(r"[\w.{}:;#,%() +-]*")
_GROUND_PAD = 1.5  # px that the ground of an edge's label shows on either side of the text


def finish(raw: str, kind: str, minified: bool = True) -> Picture:
    """Turn an engine's SVG into the Picture of a diagram of that kind.

    Without `minified` the SVG keeps the ids and classes by which its nodes, edges and labels can be told apart, so that
    it can be read again. Raises UnsafeSvgError where the SVG is malformed or holds what may not be there.
    """
    try:
        return _finish(raw, kind, minified)
    except UnsafeSvgError:
        raise
    except (ValueError, OverflowError) as error:  # a number that is none, and the like
        raise UnsafeSvgError(f"the SVG cannot be read: {str(error)[:100]}") from error


def _finish(raw: str, kind: str, minified: bool) -> Picture:
    root = parse(unshield(raw))
    for old in root.findall("rect[@class='atlas-ground']"):
        root.remove(old)
    mark_roles(root)
    clean(root)
    x, y, width, height = view_box(root)
    _simplify_rough(root)
    _ground_labels(root)
    seen = read(root, kind)
    if minified:
        _drop_empty(root)
    for name in list(root.attrib):
        if name not in ("id", "class", "viewBox"):
            del root.attrib[name]
    letters = "".join(label.text for label in seen.labels)
    _style(root, frozenset(letters + "0123456789[] "), minified)
    ground = etree.Element("rect", x=_n(x), y=_n(y), width=_n(width), height=_n(height), rx="6", fill=GROUND)
    if minified:
        root.set("viewBox", " ".join(map(_n, (x, y, width, height))))
    else:
        ground.set("class", "atlas-ground")
    root.insert(0, ground)
    root.set("width", _n(width))
    root.set("height", _n(height))
    root.set("preserveAspectRatio", "none")  # fills its box whatever the box: a mask over a node stays over it
    body = etree.tostring(root, encoding="unicode").replace("<svg ", f'<svg xmlns="{SVG}" ', 1)
    frame = _Frame(x, y, width, height)
    return Picture(
        kind=kind,
        svg=body,
        width=round(width, 2),
        height=round(height, 2),
        nodes={name: tuple(map(frame.box, rects)) for name, rects in seen.nodes.items()},
        labels=seen.labels,
        edges=tuple(map(frame.edge, seen.lines)),
        missing_glyphs=missing_glyphs(letters),
    )


@dataclass(frozen=True)
class _Frame:
    """Turns px into fractions of the viewBox."""

    x: float
    y: float
    width: float
    height: float

    def point(self, point: tuple[float, float]) -> tuple[float, float]:
        return round((point[0] - self.x) / self.width, 5), round((point[1] - self.y) / self.height, 5)

    def box(self, rect: Rect) -> Box:
        x, y = self.point(rect[:2])
        return Box(x, y, round((rect[2] - rect[0]) / self.width, 5), round((rect[3] - rect[1]) / self.height, 5))

    def edge(self, line: Line) -> Edge:
        box = self.box(line.label_box) if line.label_box else None
        return Edge(line.start, line.end, line.label, line.arrow, tuple(map(self.point, line.points)), box)


def _drop_empty(root: etree._Element) -> None:
    """Drop the groups that the engine put aside for HTML labels; until the edges are read they say whose a text is."""
    for element in reversed(list(root.iter("g"))):
        if len(element) == 0:
            drop(element)


def _simplify_rough(root: etree._Element) -> None:
    """Hand-drawn outlines come as a fill and a long sketched stroke; one path with both looks the same, at a tenth."""
    for group in root.iter("g"):
        paths = list(group.iterchildren("path"))
        if "outer-path" not in (group.get("class") or "") or len(paths) != 2 or paths[0].get("stroke") != "none":
            continue
        fill, stroke = paths
        outline = _outline(fill.get("d") or "", stroke.get("d") or "")
        if outline is None:
            continue
        fill.set("d", outline)
        for name in ("stroke", "stroke-width"):
            if value := stroke.get(name):
                fill.set(name, value)
        if style := stroke.get("style"):
            fill.set("style", f"{fill.get('style', '')};{style.replace('fill:none', '')}".strip(";"))
        group.remove(stroke)


def _outline(fill: str, stroke: str) -> str | None:
    """The path that draws as a fill and a line what a fill and a sketched stroke draw; None where none does.

    The sketch goes twice along each side. It has the side that closes the fill by itself, and may have more lines.
    """
    sides, sketched = fill.count("L") + fill.count("C"), stroke.count("M")
    if fill == stroke or sketched == 2 * sides:
        return fill
    return f"{fill}Z" if sketched == 2 * (sides + 1) else None


def _ground_labels(root: etree._Element) -> None:
    """Give the label of an edge a ground that is as wide as its text: the engine measures for another font."""
    for group in root.iter("g"):
        if group.get("data-role") == "edge":
            for rect in group.iterchildren("rect"):
                rect.set("fill", GROUND)
                rect.set("fill-opacity", "0.92")
                lines = (text_width("".join(map(str, t.itertext())), font_size(t)) for t in group.iterchildren("text"))
                wanted = max(lines, default=0.0) + 2 * _GROUND_PAD
                if (more := wanted - float(rect.get("width") or 0)) > 0:
                    rect.set("x", _n(float(rect.get("x") or 0) - more / 2))
                    rect.set("width", _n(wanted))


def _style(root: etree._Element, characters: frozenset[str], minified: bool) -> None:
    """Resolve the engine's style sheet and ours, and put what is left of them, and the font, into one sheet."""
    sheets = []
    for style in list(root.iter("style")):
        sheets.append(style.text or "")
        drop(style)
    try:
        if minified:
            rules = minify(root, *sheets, CSS)
        else:
            cascade.write_inline(root, cascade.resolve(root, *sheets, CSS))
            rules = ""
    except cascade.UnsafeStyleError as error:
        raise UnsafeSvgError(str(error)) from error
    if not _SHEET.fullmatch(rules):
        raise UnsafeSvgError("the style sheet holds more than plain values")
    style = etree.Element("style")
    style.text = f"{font_face(characters)}svg{{font-family:Atlas,sans-serif}}{rules}"
    root.insert(0, style)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
