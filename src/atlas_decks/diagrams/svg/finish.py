"""Engine output -> a self-contained SVG and its Picture.

Nothing leaves this module that is not on the allow-lists: no script, no link, no foreignObject, no reference outside
the file. The node boxes are read from the same tree, so they are exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from atlas_decks.diagrams.font import font_face, missing_glyphs, text_width
from atlas_decks.diagrams.palette import CSS, GROUND
from atlas_decks.diagrams.picture import Box, Label, Picture, Role
from atlas_decks.diagrams.svg import cascade
from atlas_decks.diagrams.svg.minify import minify
from atlas_decks.diagrams.svg.paths import bounds

SVG = "http://www.w3.org/2000/svg"

_ELEMENTS = frozenset(
    [
        "svg",
        "g",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polygon",
        "polyline",
        "path",
        "text",
        "tspan",
        "defs",
        "marker",
        "style",
        "symbol",
        "use",
        "title",
        "desc",
    ]
)
_ATTRIBUTES = frozenset(
    [
        "id",
        "class",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "width",
        "height",
        "d",
        "points",
        "transform",
        "viewBox",
        "fill",
        "stroke",
        "stroke-width",
        "stroke-dasharray",
        "stroke-opacity",
        "fill-opacity",
        "opacity",
        "text-anchor",
        "dominant-baseline",
        "alignment-baseline",
        "dy",
        "dx",
        "style",
        "marker-end",
        "marker-start",
        "markerWidth",
        "markerHeight",
        "markerUnits",
        "orient",
        "refX",
        "refY",
        "font-size",
        "name",
    ]
)
_ALLOWED = _ATTRIBUTES | {"data-et", "data-id", "data-role"}
_NODE_ID = re.compile(r"-(?:flowchart|state|entity)-(.+)-\d+$")
_TRANSLATE = re.compile(r"translate\(\s*([-\d.e]+)[\s,]*([-\d.e]+)?\s*\)")
_UNSAFE = re.compile(r"javascript:|url\(\s*['\"]?(?!#|data:)", re.IGNORECASE)
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FONT_SIZE = re.compile(r"font-size:\s*([\d.]{1,8})(?:px)?(?![\w.%])")
_USUAL_SIZE = 16.0  # px; what Mermaid sets its labels in
_GROUND_PAD = 1.5  # px that the ground of an edge's label shows on either side of the text
Rect = tuple[float, float, float, float]  # x0, y0, x1, y1 in px


class UnsafeSvgError(ValueError):
    """The engine wrote something that may not go onto a card."""


def finish(raw: str, kind: str, minified: bool = True) -> Picture:
    """Turn an engine's SVG into the Picture of a diagram of that kind.

    Without `minified` the SVG keeps the ids and classes by which its nodes, edges and labels can be told apart, so that
    it can be read again. Raises UnsafeSvgError where the SVG is malformed or holds what may not be there.
    """
    root = _parse(raw)
    for old in root.findall("rect[@class='atlas-ground']"):
        root.remove(old)
    _mark_roles(root)
    _clean(root)
    x, y, width, height = _view_box(root)
    _simplify_rough(root)
    _ground_labels(root)
    nodes = _nodes(root)
    labels = list(_labels(root, nodes))
    edges, labelled = _edges(root, kind)
    for name in list(root.attrib):
        if name not in ("id", "class", "viewBox"):
            del root.attrib[name]
    _style(root, frozenset("".join(label.text for label in labels) + "0123456789[] "), minified)
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
    boxes = {
        name: tuple(
            Box(
                round((a - x) / width, 5),
                round((b - y) / height, 5),
                round((c - a) / width, 5),
                round((d - b) / height, 5),
            )
            for a, b, c, d in rects
        )
        for name, rects in nodes.items()
    }
    missing = missing_glyphs("".join(label.text for label in labels))
    return Picture(kind, body, round(width, 2), round(height, 2), boxes, tuple(labels), edges, labelled, missing)


def _parse(raw: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(raw.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        raise UnsafeSvgError(f"malformed SVG: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnsafeSvgError("the SVG declares a DTD")
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = etree.QName(element).localname
    etree.cleanup_namespaces(root)
    if root.tag != "svg":
        raise UnsafeSvgError(f"the root is <{root.tag}>, not <svg>")
    return root


def _mark_roles(root: etree._Element) -> None:
    """Write down what each text is, before the engine's own attributes go."""
    for element in root.iter("g", "text"):
        classes = set((element.get("data-merman-source-classes") or element.get("class") or "").split())
        role: Role | None = None
        if classes & {
            "edgeLabel",
            "edgeTerminals",
            "messageText",
            "loopText",
            "labelText",
            "sectionTitle",
            "relationshipLabel",
        }:
            role = "edge"
        elif classes & {"cluster-label", "cluster"}:
            role = "subgraph"
        elif classes & {"noteText", "noteLabel", "statediagram-note"}:
            role = "note"
        elif classes & {"nodeLabel", "actor", "node"}:
            role = "node"
        if role and not element.get("data-role"):
            element.set("data-role", role)


def _clean(root: etree._Element) -> None:
    etree.strip_elements(root, "filter", "linearGradient", with_tail=False)  # decoration that nothing of ours needs
    for element in reversed(list(root.iter("g"))):  # what the engine put aside for HTML labels
        if len(element) == 0 and element is not root:
            _drop(element)
    used: set[str] = set()  # ids that something refers to
    for element in list(root.iter()):
        tag = element.tag
        if not isinstance(tag, str):
            continue
        if tag == "a":  # keep what a link holds, drop the link
            element.tag = "g"
        elif tag not in _ELEMENTS:
            raise UnsafeSvgError(f"<{tag}> may not stand in a diagram")
        for name, value in element.items():
            if name not in _ALLOWED:
                del element.attrib[name]
            elif ":" in value or "(" in value:  # without one of them it is neither an address nor a function
                if _UNSAFE.search(str(value)):
                    raise UnsafeSvgError(f"{name!s}={value[:60]!r} may not stand in a diagram")
                used.update(_REFERENCE.findall(str(value)))
    for element in list(root.iter("marker", "symbol")):
        if element.get("id") not in used:
            _drop(element)
    for element in list(root.iter("defs")):
        if len(element) == 0:
            _drop(element)


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _view_box(root: etree._Element) -> tuple[float, float, float, float]:
    try:
        x, y, width, height = map(float, (root.get("viewBox") or "").replace(",", " ").split())
    except ValueError as error:
        raise UnsafeSvgError("the SVG has no viewBox") from error
    if not (0 < width < 20000 and 0 < height < 40000):
        raise UnsafeSvgError(f"a picture of {width:.0f} x {height:.0f} px")
    return x, y, width, height


def _offset(element: etree._Element | None) -> tuple[float, float]:
    """The sum of the translations up the tree, in px."""
    dx = dy = 0.0
    while element is not None:
        for a, b in _TRANSLATE.findall(element.get("transform") or ""):
            dx, dy = dx + float(a), dy + float(b or 0)
        element = element.getparent()
    return dx, dy


def _shape(element: etree._Element) -> Rect | None:
    """The extent of one shape in its own coordinates, moved by the translations above it; None where it has none."""

    def number(name: str) -> float:
        return float(element.get(name) or 0)

    if element.tag == "rect":
        box = (number("x"), number("y"), number("x") + number("width"), number("y") + number("height"))
    elif element.tag in ("circle", "ellipse"):
        rx = number("r") or number("rx")
        ry = number("r") or number("ry")
        box = (number("cx") - rx, number("cy") - ry, number("cx") + rx, number("cy") + ry)
    elif element.tag in ("polygon", "polyline"):
        values = [float(v) for v in re.split(r"[\s,]+", (element.get("points") or "").strip()) if v]
        if len(values) < 2:
            return None
        box = (min(values[::2]), min(values[1::2]), max(values[::2]), max(values[1::2]))
    elif element.tag == "path":
        drawn = bounds(element.get("d") or "")
        if drawn is None:
            return None
        box = drawn
    else:
        return None
    dx, dy = _offset(element)
    return box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy


def _nodes(root: etree._Element) -> dict[str, list[Rect]]:
    """Extents of the nodes by id."""
    nodes: dict[str, list[Rect]] = {}
    for group in root.iter("g"):
        classes = (group.get("class") or "").split()
        match = _NODE_ID.search(group.get("id") or "")
        if "node" not in classes or match is None or "statediagram-note" in classes:
            continue
        rects = [rect for shape in group.iter() if isinstance(shape.tag, str) and (rect := _shape(shape))]
        name = match.group(1)
        if rects and not name.startswith("root_") and not re.search(r"_(start|end)$", name):
            union = (
                min(r[0] for r in rects),
                min(r[1] for r in rects),
                max(r[2] for r in rects),
                max(r[3] for r in rects),
            )
            nodes.setdefault(name, []).append(union)
    for head in root.iter("rect"):
        if "actor" in (head.get("class") or "").split() and head.get("name") and (extent := _shape(head)):
            nodes.setdefault(str(head.get("name")), []).append(extent)
    return nodes


def _labels(root: etree._Element, nodes: dict[str, list[Rect]]) -> Iterator[Label]:
    """All texts; the lines of one label are joined."""
    done: set[etree._Element] = set()
    for text in root.iter("text"):
        holder = next((e for e in (text, *text.iterancestors("g")) if e.get("data-role")), None)
        role: Role = "note" if holder is None else str(holder.get("data-role"))  # type: ignore[assignment]
        parent = text.getparent()
        siblings = list(parent.iterchildren("text")) if parent is not None and parent.get("data-role") else [text]
        if siblings[0] in done:
            continue
        done.add(siblings[0])
        content = " ".join(" ".join("".join(map(str, line.itertext())).split()) for line in siblings).strip()
        if not content:
            continue
        dx, dy = _offset(text)
        x, y = float(text.get("x") or 0) + dx, float(text.get("y") or 0) + dy
        name = ""
        if role == "node":
            inside = [
                (r[2] - r[0], n)
                for n, rs in nodes.items()
                for r in rs
                if r[0] <= x <= r[2] and r[1] - 1 <= y <= r[3] + 1
            ]
            name = min(inside)[1] if inside else ""
        yield Label(content, role, name, _size(text))


def _edges(root: etree._Element, kind: str) -> tuple[int, int]:
    """(edges, edges with a label)."""
    if kind == "sequenceDiagram":
        lines = [
            e
            for e in root.iter("line", "path")
            if set((e.get("class") or "").split()) & {"messageLine0", "messageLine1"}
        ]
        texts = [t for t in root.iter("text") if "messageText" in (t.get("class") or "").split()]
        return len(lines), min(len(lines), len(texts))
    classes = {"flowchart-link", "transition", "relationshipLine"}
    paths = [
        e
        for e in root.iter("path")
        if e.get("data-et") == "edge" or set((e.get("class") or "").split()) & classes
        if "note-edge" not in (e.get("class") or "").split()
    ]
    groups = [
        g
        for g in root.iter("g")
        if g.get("data-role") == "edge"
        and any(c.tag == "text" and "".join(map(str, c.itertext())).strip() for c in g.iter())
        if not any(a.get("data-role") == "edge" for a in g.iterancestors("g"))
    ]
    return len(paths), min(len(paths), len(groups))


def _simplify_rough(root: etree._Element) -> None:
    """Hand-drawn outlines come as a fill and a long sketched stroke; one path with both looks the same, at a tenth."""
    for group in root.iter("g"):
        paths = list(group.iterchildren("path"))
        if "outer-path" in (group.get("class") or "") and len(paths) == 2 and paths[0].get("stroke") == "none":
            for name in ("stroke", "stroke-width", "style"):
                if value := paths[1].get(name):
                    merged = (
                        value if name != "style" else f"{paths[0].get('style', '')};{value.replace('fill:none', '')}"
                    )
                    paths[0].set(name, merged.strip(";"))
            group.remove(paths[1])


def _ground_labels(root: etree._Element) -> None:
    """Give the label of an edge a ground that is as wide as its text: the engine measures for another font."""
    for group in root.iter("g"):
        if group.get("data-role") == "edge":
            for rect in group.iterchildren("rect"):
                rect.set("fill", GROUND)
                rect.set("fill-opacity", "0.92")
                lines = (text_width("".join(map(str, t.itertext())), _size(t)) for t in group.iterchildren("text"))
                wanted = max(lines, default=0.0) + 2 * _GROUND_PAD
                if (more := wanted - float(rect.get("width") or 0)) > 0:
                    rect.set("x", _n(float(rect.get("x") or 0) - more / 2))
                    rect.set("width", _n(wanted))


def _size(text: etree._Element) -> float:
    """The font size of a text in px: the engine writes it on each."""
    match = _FONT_SIZE.search(text.get("style") or "") or _FONT_SIZE.search(f"font-size:{text.get('font-size')}")
    return float(match.group(1)) if match else _USUAL_SIZE


def _style(root: etree._Element, characters: frozenset[str], minified: bool) -> None:
    """Resolve the engine's style sheet and ours, and put what is left of them, and the font, into one sheet."""
    sheets = []
    for style in list(root.iter("style")):
        sheets.append(style.text or "")
        _drop(style)
    try:
        if minified:
            rules = minify(root, *sheets, CSS)
        else:
            cascade.write_inline(root, cascade.resolve(root, *sheets, CSS))
            rules = ""
    except cascade.UnsafeStyleError as error:
        raise UnsafeSvgError(str(error)) from error
    style = etree.Element("style")
    style.text = f"{font_face(characters)}svg{{font-family:Atlas,sans-serif}}{rules}"
    root.insert(0, style)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
