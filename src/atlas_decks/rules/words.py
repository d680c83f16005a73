"""Words as the rules compare them."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:[.,'’][^\W_]+)*")


# scripts whose words are not parted by spaces, or take particles: Thai to Burmese, kana, Han, Hangul
_WITHOUT_SPACES = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


@lru_cache(maxsize=4096)  # every label meets every answer of its diagram
def words(text: str) -> tuple[str, ...]:
    """The words and numbers of a text, in lower case, without punctuation around them: "p99 < 10 ms" -> p99 10 ms."""
    return tuple(word.casefold() for word in _WORD.findall(text))


def contains(text: str, part: str) -> bool:
    """Whether the words of `part` stand in `text` in a row."""
    if _WITHOUT_SPACES.search(part):
        return "".join(words(part)) in "".join(words(text))
    haystack, needle = words(text), words(part)
    span = len(needle)
    return bool(needle) and any(haystack[i : i + span] == needle for i in range(len(haystack) - span + 1))


def count(text: str) -> int:
    """Number of words, as a reader counts them: split at white space."""
    return len(text.split())


# words that say nothing of their own: two texts that share only these have nothing in common
_EMPTY = frozenset(
    words(
        """
        a about after again all also an and any are as at be because been before between both but by can could did do
        does each ever every for from had has have having how if in into is it its itself just less many may more most
        much must never no not of off on once one only or other our out over own part parts per same shall should
        since so some such than that the their them then there these they this those through to too two until up upon
        was way were what when where which while who whose why will with within without would you your
        """
    )
)


_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]{2,}")  # and kana: most words have two characters


@lru_cache(maxsize=8192)
def content_words(text: str) -> frozenset[str]:
    """The words of a text that say something, in the singular as far as an `s` tells: for what two texts share.

    Where no spaces part words, each two characters in a row stand for one.
    """
    if runs := _HAN.findall(text):
        pairs = (run[at : at + 2] for run in runs for at in range(len(run) - 1))
        return frozenset(pairs) | content_words(_HAN.sub(" ", text))
    found = (word.removesuffix("'s").removesuffix("’s") for word in words(text))
    return frozenset(
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
        for word in found
        if word not in _EMPTY and len(word) > 1
    )


def said_twice(text: str, other: str) -> str:
    """What stands in both texts, to be shown: their first common word, or in Chinese and Japanese the longest run."""
    common = min(content_words(text) & content_words(other), default="")
    if not _HAN.search(common):
        return common
    found = SequenceMatcher(None, text, other, autojunk=False).find_longest_match()
    return text[found.a : found.a + found.size]


_MARKS = "?\uff1f\u061f\u055e\u1367\ua6f7\u2048\u2049\u203d"  # of Latin, Chinese, Arabic, Armenian, Ethiopic, Bamum
_CLOSING = "\"'\u00bb\u201d\u201c\u2019\u300d\u300f)"
_GREEK = re.compile(r"[\u0370-\u03ff]")


def is_question(text: str) -> bool:
    """Whether a text ends as a question does, in whatever script."""
    last = text.rstrip().rstrip(_CLOSING)[-1:]
    return bool(last) and (last in _MARKS or (last == ";" and bool(_GREEK.search(text))))  # Greek writes a semicolon
