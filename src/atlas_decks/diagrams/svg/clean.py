"""An engine's SVG as a tree of what a diagram needs: elements and attributes of an allow-list, plain values.

What the engine is, or on which server it runs, is not trusted: sizes are bounded, no value may refer to anything
outside the file, and CSS is judged after its escapes and comments are resolved.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from lxml import etree

from atlas_decks.diagrams.svg import cascade

_ELEMENTS = frozenset(
    [
        *("svg", "g", "rect", "circle", "ellipse", "line", "polygon", "polyline", "path", "text", "tspan"),
        *("defs", "marker", "style", "symbol", "use", "title", "desc"),
    ]
)
_NUMBERS = frozenset(
    [
        *("x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height", "dx", "dy"),
        *("markerWidth", "markerHeight", "refX", "refY"),
    ]
)
_GEOMETRY = frozenset(["d", "points", "transform", "viewBox"])
_PAINT = frozenset(
    [
        *("fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "fill-opacity", "opacity"),
        *("text-anchor", "dominant-baseline", "alignment-baseline", "font-size", "style"),
    ]
)
_MARKERS = frozenset(["marker-start", "marker-end"])
_NAMES = frozenset(
    [
        *("id", "class", "name", "markerUnits", "orient"),
        *("data-et", "data-from", "data-id", "data-role", "data-to", "data-type"),
    ]
)
_REFERENCE = re.compile(r"""url\(\s*["']?#([^()"'\\\s]+)["']?\s*\)|none""")
# attribute -> whether a value may stand there
_PLAIN: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(_NUMBERS, re.compile(r"[0-9 .,eE+%a-z-]*").fullmatch),
    **dict.fromkeys(_GEOMETRY, re.compile(r"[0-9A-Za-z \t\n.,()+-]*").fullmatch),
    **dict.fromkeys(_PAINT, cascade.is_local),
    **dict.fromkeys(_MARKERS, _REFERENCE.fullmatch),
    **dict.fromkeys(_NAMES, lambda _: True),
}
# The largest pictures seen have some 2,000 elements and 30,000 characters of path data.
_MAX_ELEMENTS = 10_000
_MAX_DATA = 200_000
_MAX_NAME = 2_000
_MAX_SIZE = (20_000, 40_000)  # px


class UnsafeSvgError(ValueError):
    """The engine wrote something that may not go onto a card."""


def parse(raw: str) -> etree._Element:
    """The tree of an SVG, its tags without namespaces. Raises UnsafeSvgError where it is malformed, or too large."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(raw.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        raise UnsafeSvgError(f"malformed SVG: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnsafeSvgError("the SVG declares a DTD")
    for count, element in enumerate(root.iter()):
        if count >= _MAX_ELEMENTS:
            raise UnsafeSvgError(f"the SVG has more than {_MAX_ELEMENTS:,} elements")
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    etree.cleanup_namespaces(root)
    if root.tag != "svg":
        raise UnsafeSvgError(f"the root is <{root.tag}>, not <svg>")
    return root


def clean(root: etree._Element) -> None:
    """Take out what is not on the allow-lists; raises UnsafeSvgError for what nobody writes without intent."""
    etree.strip_elements(root, "filter", "linearGradient", with_tail=False)  # decoration that nothing of ours needs
    _drop_unused(root)
    for element in root.iter():
        tag = element.tag
        if not isinstance(tag, str):
            continue
        if tag == "a":  # keep what a link holds, drop the link
            element.tag = "g"
        elif tag not in _ELEMENTS:
            raise UnsafeSvgError(f"<{tag}> may not stand in a diagram")
        for name, value in cast("list[tuple[str, str]]", element.items()):
            plain = _PLAIN.get(name)
            if plain is None:
                del element.attrib[name]
            elif not plain(value) or (len(value) > _MAX_NAME and (name in _NAMES or len(value) > _MAX_DATA)):
                raise UnsafeSvgError(f"{name!s}={value[:60]!r} may not stand in a diagram")


def _drop_unused(root: etree._Element) -> None:
    """Drop the heads of arrows that no line has: the engine writes those of every kind."""
    used: set[str] = set()
    for line in root.iter("path", "line", "polyline", "polygon"):
        for name in _MARKERS:
            if value := line.get(name):
                used.update(_REFERENCE.findall(value))
    for element in list(root.iter("marker", "symbol")):
        if element.get("id") not in used:
            drop(element)
    for element in list(root.iter("defs")):
        if len(element) == 0:
            drop(element)


def drop(element: etree._Element) -> None:
    """Take an element out of its tree."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def view_box(root: etree._Element) -> tuple[float, float, float, float]:
    """x, y, width and height of the picture in px."""
    try:
        x, y, width, height = map(float, (root.get("viewBox") or "").replace(",", " ").split())
    except ValueError as error:
        raise UnsafeSvgError("the SVG has no viewBox") from error
    if not (0 < width < _MAX_SIZE[0] and 0 < height < _MAX_SIZE[1] and math.isfinite(x + y)):
        raise UnsafeSvgError(f"a picture of {width:.0f} x {height:.0f} px")
    return x, y, width, height
