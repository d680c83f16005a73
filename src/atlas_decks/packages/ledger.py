"""The ledger: GUID -> content hash, mod, retired. Committed, sorted by GUID, one JSON object a line.

A note's `mod` moves only when its content does: Anki updates a note only if the package's mod is newer, so a rebuild
that changes one note updates one note at every learner's. `key` and `tier` let a removed note be shipped as a
tombstone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from atlas_decks.cards.ids import Ids
from atlas_decks.cards.kinds import NOTE_TYPES
from atlas_decks.files import jsonl
from atlas_decks.problems import Problem

_KEY = re.compile(rf"[^/]+/({'|'.join(NOTE_TYPES)})/[^/]+")
AHEAD = 60  # seconds by which the clocks of two machines may differ
_FORMAT = jsonl.BookFormat(
    "ledger",
    "a ledger entry",
    "restore the line from version control; after a merge, keep the lines of both sides",
    {"guid": str, "hash": str, "key": str, "mod": int, "retired": bool, "tier": int},
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One note, or one note type (`tier` 0): `mod` in seconds since 1970."""

    guid: str
    hash: str
    key: str
    mod: int
    retired: bool
    tier: int


Ledger = Mapping[str, Entry]


class Content(NamedTuple):
    """Something that a learner gets and that has a mod: a note, or (`tier` 0) a note type or a guide."""

    guid: str
    hash: str
    key: str
    tier: int


def read(path: Path, name: str, tiers: Collection[int] | None = None) -> dict[str, Entry]:
    """Read a ledger; an absent file is an empty one. Raises ProblemsFoundError with every damaged line.

    Lines may stand in any order and more than once, as a line-by-line merge of two branches leaves them.
    """
    entries: dict[str, Entry] = {}
    twins: dict[str, set[Entry]] = {}

    def take(data: Any) -> None:
        entry = Entry(**data)
        if entry.tier and not _KEY.fullmatch(entry.key):
            raise ValueError(f"`{entry.key}` is no key of a note")
        if entry.tier and tiers is not None and entry.tier not in tiers:
            raise ValueError(f"no tier {entry.tier} in atlas.yaml")
        if (other := entries.setdefault(entry.guid, entry)) != entry:
            twins.setdefault(entry.guid, {other}).add(entry)

    jsonl.read(path, name, _FORMAT, take)
    return entries | {guid: _merged(found) for guid, found in twins.items()}


def _merged(found: Collection[Entry]) -> Entry:
    """The one entry of the different lines that a merge left for one GUID, in whatever order they stand.

    The newest mod wins: some learner may have it already. Where branches gave one mod to different contents, none of
    them can win, as a learner of the other branch would never get it: the hash becomes empty, so that the next build
    gives the note a newer mod.
    """
    newest = max(entry.mod for entry in found)
    last = sorted((entry for entry in found if entry.mod == newest), key=astuple)
    if len({(entry.hash, entry.retired) for entry in last}) > 1:
        return replace(last[-1], hash="", retired=False)
    return last[-1]


def write(entries: Ledger) -> str:
    """The ledger as text."""
    return "".join(lines(entries))


def lines(entries: Ledger) -> Iterator[str]:
    """The lines of the ledger, for those who would rather not hold all of it."""
    text = json.encoder.encode_basestring  # what json.dumps uses where not everything is to be ASCII
    for guid in sorted(entries):
        e = entries[guid]
        yield (
            f'{{"guid": {text(e.guid)}, "hash": {text(e.hash)}, "key": {text(e.key)}, "mod": {e.mod}, '
            f'"retired": {"true" if e.retired else "false"}, "tier": {e.tier}}}\n'
        )


def update(old: Ledger, contents: Iterable[Content], now: int) -> dict[str, Entry]:
    """The ledger after a build of the whole curriculum.

    `contents` are everything that exists; what the old ledger has beyond that is retired. `now` is in
    seconds. A mod always moves forward, and stays at or before `now` unless two builds of different content fall into
    one second.
    """
    new: dict[str, Entry] = {}
    for guid, content, key, tier in contents:
        entry = old.get(guid)
        if entry is None:
            new[guid] = Entry(guid, content, key, now, False, tier)
        elif entry.hash != content or entry.retired:
            new[guid] = Entry(guid, content, key, max(now, entry.mod + 1), False, tier)
        else:
            new[guid] = entry if (entry.key, entry.tier) == (key, tier) else replace(entry, key=key, tier=tier)
    for guid, entry in old.items():
        if guid not in new:
            gone = replace(entry, retired=True, mod=max(now, entry.mod + 1))
            new[guid] = entry if entry.retired else gone
    return new


def foreign(entries: Ledger, ids: Ids, name: str) -> list[Problem]:
    """Whether the ledger is that of another curriculum: none of its GUIDs is made of its key."""
    if not entries or any(ids.guid(entry.key) == guid for guid, entry in entries.items()):
        return []
    hint = "restore the old id in atlas.yaml; a new curriculum of which nothing is published deletes its ledger"
    return [Problem(name, 0, 0, "ledger-foreign", "made under another `id` than atlas.yaml has now", hint)]


def future(entries: Ledger, now: int, name: str) -> list[Problem]:
    """Entries whose mod lies more than a minute ahead: it would block every later update at a learner's."""
    hint = "the clock of the machine that built them was wrong: set these mods to a time in the past"
    ahead = [entry for entry in entries.values() if entry.mod > now + AHEAD]
    if not ahead:
        return []
    message = f"{len(ahead)} entries lie in the future, the first is {ahead[0].key}"
    return [Problem(name, 0, 0, "ledger-future", message, hint)]
