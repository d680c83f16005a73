"""Words as the rules compare them."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:[.,'’][^\W_]+)*")


@lru_cache(maxsize=4096)  # every label meets every answer of its diagram
def words(text: str) -> tuple[str, ...]:
    """The words and numbers of a text, in lower case, without punctuation around them: "p99 < 10 ms" -> p99 10 ms."""
    return tuple(word.casefold() for word in _WORD.findall(text))


def contains(text: str, part: str) -> bool:
    """Whether the words of `part` stand in `text` in a row."""
    haystack, needle = words(text), words(part)
    span = len(needle)
    return bool(needle) and any(haystack[i : i + span] == needle for i in range(len(haystack) - span + 1))


def count(text: str) -> int:
    """Number of words, as a reader counts them: split at white space."""
    return len(text.split())
