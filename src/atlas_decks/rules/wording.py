"""Rules on wording: short, plain, and drawable everywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from atlas_decks.cards import mathematics
from atlas_decks.cards.kinds import PROSE, FactText, texts_of
from atlas_decks.cards.markup import formulas, without_code
from atlas_decks.curriculum.models import Diagram
from atlas_decks.problems import Problem
from atlas_decks.rules.registry import diagram_rule
from atlas_decks.rules.words import count

# tags of HTML, as people who mean them write them: `a<b && c>d` and List<String> are none
_TAG = (
    r"</?(?:a|b|br|code|div|em|font|h[1-6]|hr|i|img|kbd|li|mark|ol|p|pre|s|script|small|span|strike|strong|style|sub|sup"
    r"|table|t[bdhr]|tbody|thead|u|ul)(?:\s+[a-zA-Z-]+=(?:\"[^\"]*\"|'[^']*'|[^\s>]+))*\s*/?>"
)
_MARKUP = re.compile(rf"{_TAG}|\*\*|`|\]\(|&(?:[a-z]+|#\d+);|^#+ ", re.I | re.M)


def _texts(diagram: Diagram) -> Iterator[FactText]:
    """Every text that comes onto a card, with its path in the file."""
    spec = diagram.spec
    yield FactText("title", diagram.path("title"), spec.title, None)
    yield FactText("shows", diagram.path("shows"), spec.shows, PROSE)
    for ref in diagram.facts():
        for name, path, text, limit in texts_of(ref):
            yield FactText(name, diagram.path(*path), text, limit)


@diagram_rule("length")
def length(diagram: Diagram) -> Iterator[Problem]:
    """Answers have at most 12 words, bullets 25, sentences of a failure 30, prompts and details 40."""
    for name, path, text, limit in _texts(diagram):
        limit = diagram.rules.limits.get(name, limit)
        if limit is not None and (n := count(text)) > limit:
            message = f"{name}: {n} words; at most {limit}"
            yield diagram.origin.problem(path, "length", message, "say less: one fact a card")


@diagram_rule("plain-text")
def plain_text(diagram: Diagram) -> Iterator[Problem]:
    """Texts hold no HTML and no Markdown beyond `code` and *emphasis*; a title holds neither."""
    for name, path, text, _ in _texts(diagram):
        prose = text if name == "title" else without_code(text)
        if match := _MARKUP.search(prose):
            if match.group() == "`" and name != "title":
                message, hint = f"{name}: a backtick without its other half", "code stands between two backticks"
            else:
                message = f"{name}: markup `{match.group()}`"
                hint = "write plain text, or `code` in backticks; < > & alone are fine"
            yield diagram.origin.problem(path, "plain-text", message, hint)


@diagram_rule("mathematics", fixed=True)
def formula(diagram: Diagram) -> Iterator[Problem]:
    """A formula, TeX in $`..`$, has at most 200 characters and only commands that every client draws alike."""
    for name, path, text, _ in _texts(diagram):
        for tex in formulas(text):
            if name == "title":
                yield diagram.origin.problem(path, "mathematics", "title: a formula", "a title is plain text")
            elif fault := mathematics.fault(tex):
                message = f"{name}: the formula `{tex if len(tex) < 60 else tex[:60] + '..'}` {fault}"
                hint = "docs/format.md lists the commands; for example $`\\frac{1}{1-\\rho}`$"
                yield diagram.origin.problem(path, "mathematics", message, hint)


_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})  # controls, formats, private, surrogates, unassigned
_LETTERS = frozenset({"So", "Sk", "Mn", "Mc"})  # besides letters: parts of emoji, and marks on letters
_JOINERS = "\u200c\u200d"  # within words of Persian and Hindi, and within emoji of several people
_SOFT_HYPHEN = "\u00ad"
_DIRECTIONS = "\u200e\u200f\u061c"  # marks that lines of Arabic and Hebrew need beside Latin words


def _belongs(text: str, at: int) -> bool:
    """Whether an invisible character stands where a script wants it: between letters, or between parts of an emoji."""
    character = text[at]
    if character == "\n":
        return True
    around = text[max(0, at - 1) : at] + text[at + 1 : at + 2]
    if character in _JOINERS or character == _SOFT_HYPHEN:
        return len(around) == 2 and all(
            c.isalpha() or unicodedata.category(c) in ("So", "Mn", "Mc", "Sk") for c in around
        )
    return character in _DIRECTIONS and any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)


@diagram_rule("characters", fixed=True)
def characters(diagram: Diagram) -> Iterator[Problem]:
    """Texts hold no control characters, and none that Anki uses itself."""
    for name, path, text, _ in _texts(diagram):
        if text.isprintable():
            continue
        odd = [c for at, c in enumerate(text) if unicodedata.category(c) in _INVISIBLE and not _belongs(text, at)]
        if odd:
            message = f"{name}: the character U+{ord(odd[0]):04X}"
            yield diagram.origin.problem(path, "characters", message, "remove it")
