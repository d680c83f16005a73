"""Whether words that stand on a front tell its answer."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+")
_STEM = 5  # letters: "breaker" and "breakers" begin alike


def tells(text: str, answer: str) -> bool:
    """Whether all words of one stand in the other, by their first letters: "Circuit breakers", "Circuit breaker"."""
    shown, wanted = ({word.casefold()[:_STEM] for word in _WORD.findall(part)} for part in (text, answer))
    return bool(shown and wanted) and (shown <= wanted or wanted <= shown)
