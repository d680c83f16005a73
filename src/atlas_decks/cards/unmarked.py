"""HTML of a field, as Anki's editor leaves it -> the text of the curriculum: the way back from `markup`."""

from __future__ import annotations

import re
from html import unescape

from lxml import etree, html

_BLOCKS = frozenset({"div", "p", "li", "ul", "ol", "tr"})
_UNSEEN = frozenset({"script", "style"})
_MARKS = {"code": "`", "em": "*", "i": "*"}
_SPACES = re.compile(r"[ \t\f\v\u00a0]+")
_TAG = re.compile(r"<[^<>]*>")
_MOST = 100_000  # characters; a field of ours has some hundreds, with its picture's alternative text some thousands
_AROUND = re.compile(r" *\n *")


def texts_of(field: str) -> list[str]:
    """The texts of a field: its bullets, or one; none where it is empty.

    What no browser would show as a page's part is told as plain text, and of what is longer than any card its length.
    """
    if not field.strip():
        return []
    if len(field) > _MOST:
        return [f"({len(field):,} characters)"]
    try:
        tree = html.fragment_fromstring(field, create_parent="div")
    except (ValueError, AssertionError, etree.LxmlError):  # control characters, framesets, a doctype
        return [" ".join(unescape(_TAG.sub(" ", field)).split())]
    items = tree.xpath(".//li[not(ancestor::li)]")
    found = [_text(item) for item in items] if items else [_text(tree)]
    return [text for text in found if text]


def _text(element: html.HtmlElement) -> str:
    """The text of an element with the marks of the curriculum, lines where the browser shows lines."""
    parts: list[str] = []
    _collect(element, parts)
    lines = _AROUND.sub("\n", _SPACES.sub(" ", "".join(parts)))
    return re.sub(r"\n{2,}", "\n", lines).strip()


def _collect(element: html.HtmlElement, parts: list[str]) -> None:
    if not isinstance(element.tag, str) or element.tag in _UNSEEN:  # no text: a comment has another kind of tag
        return
    name = element.tag
    if name == "br":
        parts.append("\n")
    if name in _BLOCKS and parts and not parts[-1].endswith("\n"):
        parts.append("\n")
    mark = _MARKS.get(name, "") if element.text or len(element) else ""
    parts.append(mark)
    parts.append(_plain(element.text))
    for child in element:
        _collect(child, parts)
        parts.append(_plain(child.tail))
    parts.append(mark)
    if name in _BLOCKS:
        parts.append("\n")


def _plain(text: str | None) -> str:
    """Line ends in the source of a page are spaces."""
    return (text or "").replace("\n", " ").replace("\r", "")
