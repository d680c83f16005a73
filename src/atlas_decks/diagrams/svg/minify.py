"""Takes out of a picture what only the reading of it needed: ids, classes, empty groups, groups around one thing."""

from __future__ import annotations

import re

from lxml import etree

from atlas_decks.diagrams.svg import cascade
from atlas_decks.diagrams.svg.paths import round_numbers, shorten

_REFERENCE = re.compile(r"#([^)\"]+)")
_NUMBERS = frozenset(
    [
        *("points", "transform", "x", "y", "x1", "x2", "y1", "y2", "dx", "dy"),
        *("cx", "cy", "r", "rx", "ry", "width", "height"),
    ]
)
_DROPPED = cascade.REPLACED | {"id", "class", "name", "data-et", "data-id", "data-role"}


def minify(root: etree._Element, *sheets: str) -> str:
    """Slim the tree and return its style sheet. Nothing in it says any more which node or edge an element is."""
    styles = cascade.resolve(root, *sheets)
    used = _short_ids(root)
    for element in list(root.iter()):
        _attributes(element, used)
    for element in reversed(list(root.iterdescendants())):
        _fold(element, styles)
    return cascade.stylesheet({element: styles[element] for element in root.iter() if element in styles})


def _short_ids(root: etree._Element) -> frozenset[str]:
    """Give markers and symbols short ids; returns the ids that something refers to."""
    names: dict[str, str] = {}
    for element in root.iter():
        for name in ("marker-start", "marker-end", "href"):
            if (value := element.get(name)) and (match := _REFERENCE.search(value)):
                short = names.setdefault(match.group(1), f"m{len(names)}")
                element.set(name, value.replace(match.group(1), short))
    for element in root.iter():
        if (old := element.get("id")) in names:
            element.set("id", names[old])
        elif old is not None:
            del element.attrib["id"]
    return frozenset(names.values())


def _attributes(element: etree._Element, used: frozenset[str]) -> None:
    for name, value in element.items():
        if name == "d":
            element.set(name, shorten(str(value)))
        elif name in _NUMBERS:
            element.set(name, round_numbers(str(value)))
        elif name in _DROPPED and not (name == "id" and value in used):
            del element.attrib[name]
    if element.tag in ("circle", "ellipse"):
        for name in {"width", "height"} & set(map(str, element.attrib)):
            del element.attrib[name]
    if element.get("ry") is not None and element.get("rx") == element.get("ry"):
        del element.attrib["ry"]


def _fold(element: etree._Element, styles: dict[etree._Element, cascade.Style]) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tag in ("g", "defs", "text") and len(element) == 0 and not (element.text or "").strip():
        parent.remove(element)
    elif element.tag == "g" and element not in styles and not element.attrib:
        at = parent.index(element)
        parent[at : at + 1] = list(element)
    elif (
        element.tag == "g"
        and element not in styles
        and list(element.attrib) == ["transform"]
        and len(element) == 1
        and "transform" not in element[0].attrib
    ):
        element[0].set("transform", str(element.get("transform")))
        parent.replace(element, element[0])
    elif element.tag == "tspan" and parent.tag == "text" and len(parent) == 1:
        plain = element.get("dy", "0") in ("0", "0px") and element.get("x") in (None, parent.get("x"))
        if plain and not set(element.attrib) - {"x", "dy"} and len(element) == 0 and not (parent.text or "").strip():
            parent.text = element.text
            if element in styles:
                styles[parent] = dict(sorted({**styles.get(parent, {}), **styles[element]}.items()))
            parent.remove(element)
