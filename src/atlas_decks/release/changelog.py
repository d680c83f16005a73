"""Sections of releases in the text of a CHANGELOG.md in the format of Keep a Changelog."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

_HEAD = "# Changelog\n\nThe format follows [Keep a Changelog](https://keepachangelog.com/en/1.1.0/).\n"
_OPEN = re.compile(r"^## (?:\[?unreleased\]?|.* - unreleased)[ \t]*$", re.IGNORECASE | re.MULTILINE)
_SECTION = re.compile(r"^## ", re.MULTILINE)


def add_release(text: str, version: str, date: str, cards: Sequence[str]) -> str:
    """The changelog with a section for the release; `cards` are sentences on what changed for learners.

    A section headed "Unreleased" (or "<version> - unreleased") becomes the release's, with what people wrote into it.
    """
    text = text or _HEAD
    heading = f"## {version} - {date}\n"
    bullets = (textwrap.fill(line, 118, initial_indent="- ", subsequent_indent="  ") for line in cards)
    section = "### Cards\n\n" + "".join(f"{bullet}\n" for bullet in bullets)
    if found := _OPEN.search(text):
        following = _SECTION.search(text, found.end())
        end = following.start() if following else len(text)
        written = text[found.end() : end].strip("\n")
        body = f"\n{written}\n\n{section}" if written else f"\n{section}"
        rest = text[end:]
        return text[: found.start()] + heading + body + (f"\n{rest}" if rest else "")
    first = _SECTION.search(text)
    at = first.start() if first else len(text)
    before = text[:at].rstrip("\n") + "\n\n"
    return before + heading + f"\n{section}" + (f"\n{text[at:]}" if text[at:] else "")


def section(text: str, version: str) -> str:
    """What the changelog says of a release, without the heading. Raises ValueError where it has no such section."""
    found = re.search(rf"^## {re.escape(version)} - .*$", text, re.MULTILINE)
    if found is None:
        raise ValueError(f"the changelog has no section of {version}")
    following = _SECTION.search(text, found.end())
    return text[found.end() : following.start() if following else len(text)].strip() + "\n"
