"""Which release a build is: the log of releases, `decks/releases.jsonl`, and what a deck says of its version.

Committed, one JSON object a line, so that a bare clone builds the packages of its last release byte for byte. A release
moves no note's mod: version and date stand in the decks' descriptions only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from atlas_decks.cards.rows import digest
from atlas_decks.files import jsonl
from atlas_decks.packages.ledger import Ledger

VERSION = re.compile(r"(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})")
_FORMAT = jsonl.BookFormat(
    "releases",
    "a release",
    "restore the line from version control; one version is released once",
    {"version": str, "date": str, "cards": int, "diagrams": int, "content": str, "sha256": dict},
)


@dataclass(frozen=True)
class Release:
    """A release: `date` as YYYY-MM-DD (UTC), `content` its fingerprint, `sha256` of its packages by file name."""

    version: str
    date: str
    cards: int
    diagrams: int
    content: str
    sha256: Mapping[str, str]

    @property
    def number(self) -> tuple[int, ...]:
        """The version in a form that sorts."""
        return parse(self.version)


def parse(version: str) -> tuple[int, ...]:
    """The three numbers of a version such as "1.4.0". Raises ValueError on anything else."""
    if not VERSION.fullmatch(version):
        raise ValueError(f"`{version}` is no version such as 1.4.0")
    return tuple(map(int, version.split(".")))


def read(path: Path, name: str) -> list[Release]:
    """The releases, oldest first; an absent file is an empty log. Raises ProblemsFoundError with every damaged line."""
    found: dict[str, Release] = {}

    def take(data: Any) -> None:
        release = Release(**data)
        parse(release.version)
        if found.setdefault(release.version, release) != release:
            raise ValueError(f"version {release.version} stands twice")

    jsonl.read(path, name, _FORMAT, take)
    return sorted(found.values(), key=lambda release: release.number)


def write(releases: Iterable[Release]) -> str:
    """The log as text, oldest release first."""
    ordered = sorted(releases, key=lambda release: release.number)
    return "".join(json.dumps(asdict(release), ensure_ascii=False, sort_keys=True) + "\n" for release in ordered)


def fingerprint(ledger: Ledger) -> str:
    """What tells whether a build holds what was released: a hash over the content of everything in the ledger."""
    return digest(sorted([entry.guid, entry.hash, entry.retired] for entry in ledger.values()))


def name_of(releases: Iterable[Release], ledger: Ledger) -> str:
    """The version of a build with this ledger, as a deck says it, such as "Version 1.4.0 of 2026-11-28"."""
    last = max(releases, key=lambda release: release.number, default=None)
    if last is None:
        return "Not released yet"
    later = "" if last.content == fingerprint(ledger) else ", with later changes that are not released yet"
    return f"Version {last.version} of {last.date}{later}"
