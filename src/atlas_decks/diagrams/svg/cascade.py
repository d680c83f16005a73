"""What each element of a picture looks like in the end: attributes, style sheets and inline styles, resolved.

The engine's style sheet is written for every diagram there could be. Resolving it leaves the few declarations that this
picture needs, and frees the tree from ids and classes that only the sheet knew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import cssselect
import tinycss2
from lxml import etree

Style = Mapping[str, str]
_Rank = tuple[bool, int, tuple[int, int, int], int]  # important; attribute, sheet or inline; specificity; order

_TEXT = frozenset(["text-anchor", "dominant-baseline", "alignment-baseline", "font-size", "font-style"])
_PAINT = frozenset(
    [
        *("fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "stroke-linecap"),
        *("stroke-linejoin", "opacity", "display", "visibility", "rx", "ry"),
    ]
)
_KEPT = _TEXT | _PAINT
_SHAPES = frozenset(["rect", "circle", "ellipse", "line", "polygon", "polyline", "path", "use"])
# properties that a child takes over, with their initial values (SVG 2, property index)
_INHERITED = {
    "fill": "#000",
    "fill-opacity": "1",
    "stroke": "none",
    "stroke-width": "1",
    "stroke-dasharray": "none",
    "stroke-opacity": "1",
    "stroke-linecap": "butt",
    "stroke-linejoin": "miter",
    "text-anchor": "start",
    "dominant-baseline": "auto",  # as of SVG 2; a part of a text follows it in SVG 1.1, too
    "font-size": "",
    "font-style": "normal",
    "visibility": "visible",
}
_SIMPLE = re.compile(r"([.#]?)([A-Za-z_][\w-]*)")
_COMPOUND = re.compile(r"(?:\*|[A-Za-z][\w-]*)?(?:[.#][A-Za-z_][\w-]*)*")
_RGB = re.compile(r"rgb\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\)")
_PLAIN = re.compile(r"[\w#.,%+ -]*")  # a value without functions, strings and escapes
_SUSPECT = re.compile(r"[\\(@{}\"'/]")  # what a reference, a rule or a comment needs
_COLOURS = frozenset(["rgb", "rgba", "hsl", "hsla"])
_REFERRING = frozenset(["url", "src", "image", "image-set", "-webkit-image-set", "cross-fade", "element", "paint"])
_VALUES = frozenset(["whitespace", "ident", "number", "percentage", "dimension", "hash"])
_LOCAL = ("#", "data:")
# Bounds of what a sheet may cost; Mermaid's own has some 300 selectors of at most 5 steps.
_MAX_SELECTOR = 300  # characters
_MAX_SELECTORS = 3_000
_MAX_WORK = 2_000_000  # elements looked at


class UnsafeStyleError(ValueError):
    """A style sheet that reaches outside its file."""


@dataclass(frozen=True)
class _Rule:
    """One selector with its declarations: property -> (value, important)."""

    path: etree.XPath
    steps: tuple[_Step, ...]  # the selector as steps, last one first; empty where it takes more than names
    specificity: tuple[int, int, int]
    declarations: Mapping[str, tuple[str, bool]]

    def matches(self, tree: _Tree) -> Iterable[etree._Element]:
        """The elements that the selector means."""
        if not self.steps:
            return cast("list[etree._Element]", self.path(tree.root))
        if not all(step.names <= tree.by_name.keys() for step in self.steps):
            return ()
        last, *before = self.steps
        rarest = min((tree.by_name[name] for name in last.names), key=len, default=tree.names)
        return (e for e in rarest if last.names <= tree.names[e] and _under(tree, e, last.child, before))


@dataclass(frozen=True)
class _Step:
    """A compound selector: tag, `.class`es and `#id`s of an element; `child`: its parent is the step before."""

    names: frozenset[str]
    child: bool


class _Tree:
    """The names of every element, and the elements of every name, in document order."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.work = 0
        self.names: dict[etree._Element, set[str]] = {}
        self.by_name: dict[str, list[etree._Element]] = {}
        for element in root.iter():
            names = {str(element.tag), *(f".{name}" for name in (element.get("class") or "").split())}
            if (own := element.get("id")) is not None:
                names.add(f"#{own}")
            self.names[element] = names
            for name in names:
                self.by_name.setdefault(name, []).append(element)


def _under(tree: _Tree, element: etree._Element, child: bool, before: Sequence[_Step]) -> bool:
    """Whether the element stands below the steps that come before its own in the selector."""
    if not before:
        return True
    step, rest = before[0], before[1:]
    above = element.getparent()
    while above is not None:
        tree.work += 1
        if tree.work > _MAX_WORK:
            raise UnsafeStyleError("the style sheet takes too long")
        if step.names <= tree.names[above] and _under(tree, above, step.child, rest):
            return True
        if child:
            return False
        above = above.getparent()
    return False


def _steps(selector: str) -> tuple[_Step, ...]:
    steps: list[_Step] = []
    child = False
    for part in selector.replace(">", " > ").split():
        if part == ">":
            child = True
            continue
        if not _COMPOUND.fullmatch(part):
            return ()
        steps.append(_Step(frozenset(a + b for a, b in _SIMPLE.findall(part)), child))
        child = False
    return tuple(reversed(steps))


@lru_cache(maxsize=1024)
def is_local(text: str) -> bool:
    """Whether CSS, a value or a list of declarations, refers to nothing outside its file and cannot begin a rule.

    Escapes and comments are resolved first, as a browser does.
    """
    return not _SUSPECT.search(text) or _all_local(tinycss2.parse_component_value_list(text))


def _all_local(tokens: Iterable[Any]) -> bool:
    for token in tokens:
        if token.type in ("at-keyword", "{} block", "error", "bad-url"):
            return False
        if token.type == "url" and not token.value.strip().startswith(_LOCAL):
            return False
        if token.type == "function":
            strings = (part.value for part in token.arguments if part.type in ("string", "ident", "url"))
            if token.lower_name in _REFERRING and not all(str(v).strip().startswith(_LOCAL) for v in strings):
                return False
            if not _all_local(token.arguments):
                return False
        elif token.type in ("() block", "[] block") and not _all_local(token.content):
            return False
    return True


@lru_cache(maxsize=64)
def _rules(sheet: str) -> tuple[_Rule, ...]:
    """The rules of a style sheet, in order; selectors that this module does not know are left out."""
    rules: list[_Rule] = []
    for rule in tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True):
        if rule.type != "qualified-rule":
            if rule.type == "at-rule" and rule.lower_at_keyword == "import":
                raise UnsafeStyleError("the style sheet refers to another file")
            continue
        if not _all_local(rule.content):
            raise UnsafeStyleError("the style sheet refers to another file")
        declarations = _declarations(tinycss2.serialize(rule.content))
        if not declarations:
            continue
        for selector in tinycss2.serialize(rule.prelude).split(","):
            if len(selector) > _MAX_SELECTOR:
                continue
            if len(rules) >= _MAX_SELECTORS:
                raise UnsafeStyleError(f"the style sheet has more than {_MAX_SELECTORS:,} selectors")
            try:
                (parsed,) = cssselect.parse(selector.strip())
                path = etree.XPath(cssselect.GenericTranslator().selector_to_xpath(parsed))
            except (cssselect.SelectorError, etree.XPathError, ValueError):
                continue
            rules.append(_Rule(path, _steps(selector), parsed.specificity(), declarations))
    return tuple(rules)


@lru_cache(maxsize=256)
def _applicable(sheets: tuple[str, ...], names: frozenset[str]) -> tuple[tuple[int, _Rule], ...]:
    """The rules, numbered in their order, that a tree of these tags and classes can have use for."""
    rules = enumerate(rule for sheet in sheets for rule in _rules(sheet))
    return tuple(
        (order, rule)
        for order, rule in rules
        if all(name in names or name[0] == "#" for step in rule.steps for name in step.names)
    )


@lru_cache(maxsize=512)
def _declarations(text: str) -> Mapping[str, tuple[str, bool]]:
    """Property -> (value, important), of the properties that matter in a picture."""
    found: dict[str, tuple[str, bool]] = {}
    for part in text.split(";"):
        name, colon, value = part.partition(":")
        name, value = name.strip().lower(), value.strip()
        important = value.endswith("!important")
        if colon and name in _KEPT and (important or not found.get(name, ("", False))[1]):
            value = _normal(value.removesuffix("!important").strip())
            if value:
                found[name] = (value, important)
    return found


@lru_cache(maxsize=512)
def _normal(value: str) -> str:
    """The value as it is written into a picture: names, numbers and colours. Empty for what is more than that."""
    if not _PLAIN.fullmatch(value):
        tokens = [token for token in tinycss2.parse_component_value_list(value) if token.type != "comment"]
        if not all(map(_is_value, tokens)):
            return ""
        value = tinycss2.serialize(tokens).strip()
        if "\\" in value:
            return ""
    value = _RGB.sub(lambda match: "#" + "".join(f"{int(part):02x}" for part in match.groups()), value)
    return value.replace(", ", ",").lower()


def _is_value(token: Any) -> bool:
    if token.type == "function":
        return token.lower_name in _COLOURS and all(map(_is_value, token.arguments))
    return token.type in _VALUES or (token.type == "literal" and token.value in (",", "/"))


def resolve(root: etree._Element, *sheets: str) -> dict[etree._Element, Style]:
    """The declarations of every element that differ from what it inherits; properties in alphabetical order.

    `sheets` follow one another as in a document. Raises UnsafeStyleError where one reaches outside the file.
    """
    found: dict[etree._Element, dict[str, tuple[_Rank, str]]] = {}
    tree = _Tree(root)

    def declare(element: etree._Element, name: str, value: str, rank: _Rank) -> None:
        mine = found.setdefault(element, {})
        if name not in mine or rank >= mine[name][0]:
            mine[name] = (rank, value)

    named = frozenset(name for name in tree.by_name if name[0] != "#") | {f"#{root.get('id')}"}
    for order, rule in _applicable(sheets, named):
        for element in rule.matches(tree):
            for name, (value, important) in rule.declarations.items():
                declare(element, name, value, (important, 1, rule.specificity, order))
    for element in root.iter():
        for key, text in element.items():
            if key == "style":
                for name, (value, important) in _declarations(str(text)).items():
                    declare(element, name, value, (important, 2, (0, 0, 0), 0))
            elif key in _KEPT and key not in ("rx", "ry") and (value := _normal(str(text))):
                declare(element, str(key), value, (False, 0, (0, 0, 0), 0))
    result: dict[etree._Element, Style] = {}
    _cascade(root, _INHERITED, found, result)
    return result


def _cascade(
    element: etree._Element,
    inherited: Style,
    found: Mapping[etree._Element, Mapping[str, tuple[_Rank, str]]],
    result: dict[etree._Element, Style],
) -> None:
    if element not in found:
        for child in element:
            _cascade(child, inherited, found, result)
        return
    own = {name: value for name, (_, value) in sorted(found[element].items())}
    for name in own.keys() & {"rx", "ry"}:  # older viewers know them as attributes only
        element.set(name, own.pop(name).removesuffix("px"))
    if own.get("stroke-dasharray") in ("0", "1,0"):
        own["stroke-dasharray"] = "none"
    if (width := own.get("stroke-width", "")).endswith("px"):
        own["stroke-width"] = width[:-2]
    if own.get("font-size", "").replace(".", "").isdigit():  # as an attribute it needs no unit
        own["font-size"] += "px"
    if element.tag in _SHAPES:
        own = {name: value for name, value in own.items() if name not in _TEXT}
    elif element.tag == "text":
        own.pop("alignment-baseline", None)  # it aligns the parts of a text, not the text
    new = {name: value for name, value in own.items() if inherited.get(name) != value}
    if new:
        result[element] = new
    passed = {**inherited, **{name: value for name, value in own.items() if name in _INHERITED}} if own else inherited
    for child in element:
        _cascade(child, passed, found, result)


def stylesheet(styles: Mapping[etree._Element, Style]) -> str:
    """Give each element the class of its style, by `class`, and return the sheet with one rule a class."""
    names: dict[str, str] = {}
    for element, style in styles.items():
        text = ";".join(f"{name}:{value}" for name, value in style.items())
        element.set("class", names.setdefault(text, _class_name(len(names))))
    return "".join(f".{name}{{{text}}}" for text, name in names.items())


def _class_name(index: int) -> str:
    letter, rest = chr(ord("a") + index % 26), index // 26
    return letter if rest == 0 else f"{letter}{rest}"


def write_inline(root: etree._Element, styles: Mapping[etree._Element, Style]) -> None:
    """Put each element's style into its `style` attribute, in the place of all else that said how it looks."""
    for element in root.iter():
        for name in REPLACED & set(map(str, element.attrib)):
            del element.attrib[name]
        if element in styles:
            element.set("style", ";".join(f"{name}:{value}" for name, value in styles[element].items()))


REPLACED = (_KEPT - {"rx", "ry"}) | {"style"}  # the attributes that a resolved style stands for
