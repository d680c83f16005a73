"""Rules on wording: short, plain, and drawable everywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from atlas_decks.cards.kinds import PROSE, FactText, texts_of
from atlas_decks.cards.markup import without_code
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


@diagram_rule("characters")
def characters(diagram: Diagram) -> Iterator[Problem]:
    """Texts hold no control characters, and none that Anki uses itself."""
    for name, path, text, _ in _texts(diagram):
        if text.isprintable():
            continue
        odd = [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Cn") and c not in "\n"]
        if odd:
            message = f"{name}: the character U+{ord(odd[0]):04X}"
            yield diagram.origin.problem(path, "characters", message, "remove it")
