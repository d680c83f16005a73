"""Rules on wording: short, plain, and drawable everywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from atlas_decks.cards.kinds import PROSE, FactText, texts_of
from atlas_decks.curriculum.models import Diagram
from atlas_decks.problems import Problem
from atlas_decks.rules.registry import diagram_rule
from atlas_decks.rules.words import count

_MARKUP = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(\s[^<>]*)?/?>|\*\*|`|\]\(|&[a-z]+;|^#+ |\{\{|\}\}|\[sound:")


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
    """Texts are plain: no HTML, no Markdown, no template syntax."""
    for name, path, text, _ in _texts(diagram):
        if match := _MARKUP.search(text):
            message = f"{name}: markup `{match.group()}`"
            yield diagram.origin.problem(path, "plain-text", message, "write plain text; < > & alone are fine")


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
