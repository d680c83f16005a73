r"""Texts of the curriculum -> HTML that Anki shows as it was written.

The markup is small: `code` between backticks, *emphasis* between asterisks, $`mathematics`$ as TeX, and the line breaks
of a block scalar.
An asterisk marks emphasis only where it touches a word on one side and a space, a bracket or the border of the text on
the other, so that 2*3*4, *.log and a * b stay what they are. Lines in backticks keep their indentation.

Everything else is text. What Anki would interpret is written so that it does not: "[" of [sound:..], [anki:..], [latex]
and [$] and "{" of {{..}} become entities (https://docs.ankiweb.net/templates/fields.html,
https://docs.ankiweb.net/math.html), and an empty element stands between the two characters of MathJax's delimiters
\( \) \[ \], which MathJax looks for in the text of the page, where entities are gone, but never across elements
(https://docs.mathjax.org/en/v3.2/input/tex/delimiters.html).
"""

from __future__ import annotations

import html
import re
from typing import Final

from markupsafe import Markup

from atlas_decks.cards import mathematics

_CODE = re.compile(r"`([^`]+)`")
_FORMULA = re.compile(r"\$`([^`]+)`\$")
_EMPHASIS = re.compile(r"(?<![^\s(“;])\*(?=\w)([^*\n]*?[\w.!?)])\*(?![^\s),.;:!?”&])")
_MATH = re.compile(r"\\(?=&#91;|[()\]])")
_ENTITIES: Final = {ord("["): "&#91;", ord("{"): "&#123;", ord("}"): "&#125;"}
_ODD = re.compile(r"[\[{}\\]")  # what `plain` writes in another way
_RICH = re.compile(r"[`*\n]")  # what `rich` looks for
_MARKDOWN = re.compile(
    r"[\\`*_{}\[\]<>#+!|~&]"
)  # backslash escapes: https://spec.commonmark.org/0.31.2/#backslash-escapes
_INDENT = re.compile(r"^ +", re.M)


def plain(text: object) -> Markup:
    """The text as HTML without any markup: for names, and for what stands in attributes."""
    escaped = html.escape(str(text))
    if _ODD.search(escaped):
        escaped = _MATH.sub(r"\\<i></i>", escaped.translate(_ENTITIES))
    return Markup(escaped)  # noqa: S704  just escaped


def attribute(text: object) -> Markup:
    """The text as the value of an attribute, where there can be no element."""
    return Markup(html.escape(str(text)).translate(_ENTITIES).replace("\\", "&#92;"))  # noqa: S704  just escaped


def for_description(text: object) -> str:
    """The text as Markdown that shows it as it is: for descriptions of decks, which Anki renders as Markdown."""
    return _MARKDOWN.sub(r"\\\g<0>", " ".join(str(text).split()))


def rich(text: str) -> Markup:
    """The text as HTML, with its markup."""
    text = text.strip()
    if not _RICH.search(text):
        return plain(text)
    parts = _FORMULA.split(text)
    return Markup("").join(_formula(part) if index % 2 else _with_code(part) for index, part in enumerate(parts))


def on_page(text: str) -> Markup:
    """The text as HTML for pages without MathJax: formulas as MathML."""
    return Markup(mathematics.readable(rich(text)))  # noqa: S704  what `rich` escaped, and the library's elements


def formulas(text: str) -> list[str]:
    """The TeX of each formula in the text."""
    return _FORMULA.findall(text)


def without_code(text: str) -> str:
    """The text without formulas and without what stands in backticks, where everything is taken as it is written."""
    return _CODE.sub("", _FORMULA.sub("", text))


def _formula(tex: str) -> Markup:
    if mathematics.fault(tex):  # `check` says so; until it is mended, it stands as it was written
        return Markup("$%s$") % _code(tex)
    return Markup(mathematics.for_anki(tex))  # noqa: S704  just escaped


def _with_code(text: str) -> Markup:
    parts = _CODE.split(text)
    return Markup("").join(_code(part) if index % 2 else _prose(part) for index, part in enumerate(parts))


def _prose(text: str) -> Markup:
    shown = _EMPHASIS.sub(r"<em>\1</em>", str(plain(text)))
    shown = _INDENT.sub(lambda spaces: "&nbsp;" * len(spaces[0]) if spaces.start() else spaces[0], shown)
    return Markup(shown.replace("\n", "<br>"))  # noqa: S704  escaped by plain


def _code(text: str) -> Markup:
    return Markup("<code>%s</code>") % plain(text.strip("\n"))
