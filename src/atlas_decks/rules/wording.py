"""Rules on wording: short, plain, and drawable everywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from atlas_decks.curriculum.models import Diagram
from atlas_decks.curriculum.source import Path_
from atlas_decks.problems import Problem
from atlas_decks.rules.registry import diagram_rule
from atlas_decks.rules.words import count

ANSWER_WORDS = 12
BULLET_WORDS = 25
SENTENCE_WORDS = 30
DETAIL_WORDS = 40
_MARKUP = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(\s[^<>]*)?/?>|\*\*|`|\]\(|&[a-z]+;|^#+ |\{\{|\}\}|\[sound:")


def _texts(diagram: Diagram) -> Iterator[tuple[Path_, str, str]]:
    """(path, name of the field, text) of every text that comes onto a card."""
    spec = diagram.spec
    yield diagram.path("title"), "title", spec.title
    yield diagram.path("shows"), "shows", spec.shows
    for _, kind, index, fact in diagram.facts():
        for name, value in fact:
            path = diagram.path(kind, index, name)
            if name in ("gains", "costs"):
                for position, bullet in enumerate(value):
                    yield (*path, position), "bullet", bullet
            elif isinstance(value, str) and name not in ("node", "id", "source", "basis"):
                yield path, name, value


_LIMITS = {
    "bullet": BULLET_WORDS,
    "trigger": SENTENCE_WORDS,
    "effect": SENTENCE_WORDS,
    "containment": SENTENCE_WORDS,
    "detection": SENTENCE_WORDS,
    "instead": SENTENCE_WORDS,
    "choice": BULLET_WORDS,
    "prompt": DETAIL_WORDS,
    "detail": DETAIL_WORDS,
    "shows": DETAIL_WORDS,
    "answer": ANSWER_WORDS,
}


@diagram_rule("length")
def length(diagram: Diagram) -> Iterator[Problem]:
    """Answers have at most 12 words, bullets 25, sentences of a failure 30, prompts and details 40."""
    for path, name, text in _texts(diagram):
        limit = _LIMITS.get(name)
        if limit is not None and (n := count(text)) > limit:
            message = f"{name}: {n} words; at most {limit}"
            yield diagram.origin.problem(path, "length", message, "say less: one fact a card")


@diagram_rule("plain-text")
def plain_text(diagram: Diagram) -> Iterator[Problem]:
    """Texts are plain: no HTML, no Markdown, no template syntax."""
    for path, name, text in _texts(diagram):
        if match := _MARKUP.search(text):
            message = f"{name}: markup `{match.group()}`"
            yield diagram.origin.problem(path, "plain-text", message, "write plain text; < > & alone are fine")


@diagram_rule("characters")
def characters(diagram: Diagram) -> Iterator[Problem]:
    """Texts hold no control characters, and none that Anki uses itself."""
    for path, name, text in _texts(diagram):
        if text.isprintable():
            continue
        odd = [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Cn") and c not in "\n"]
        if odd:
            message = f"{name}: the character U+{ord(odd[0]):04X}"
            yield diagram.origin.problem(path, "characters", message, "remove it")
