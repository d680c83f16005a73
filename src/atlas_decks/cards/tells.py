"""Whether words that stand on a front tell its answer."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+")
_STEM = 5  # letters: "breaker" and "breakers" begin alike


def tells(text: str, answer: str) -> bool:
    """Whether one helps to guess the other.

    All words of one stand in the other, by their first letters, or a word of some length stands in both: "Transactional
    outbox" above "An outbox row".
    """
    shown, wanted = ({word.casefold()[:_STEM] for word in _WORD.findall(part)} for part in (text, answer))
    if not shown or not wanted:
        return False
    return shown <= wanted or wanted <= shown or any(len(stem) == _STEM for stem in shown & wanted)
