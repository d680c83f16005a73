"""What the pages need to know of a project's language."""

from __future__ import annotations

# codes of languages that are written in Arabic, Hebrew, Syriac or Thaana letters, where none says otherwise
_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi"})


def direction_of(language: str) -> str:
    """The direction in which a language (its ISO 639 code, with or without a region) is written: "ltr" or "rtl"."""
    return "rtl" if language.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"
