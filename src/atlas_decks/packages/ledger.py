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
from atlas_decks.cards.kinds import KINDS, NOTE_TYPES
from atlas_decks.files import jsonl
from atlas_decks.problems import Problem, ProblemsFoundError

_PART = r"[^/\x00-\x1f\x7f]+"
_KEY = re.compile(rf"{_PART}/({'|'.join(KINDS)})/{_PART}")
_OTHER_KEY = re.compile(rf"notetype/({'|'.join(NOTE_TYPES)})|plan/guide/{_PART}")
AHEAD = 3600  # seconds by which clocks of two machines may differ; each edit within one second takes one more
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


def read(path: Path, name: str, ids: Ids | None = None) -> dict[str, Entry]:
    """Read a ledger; an absent file is an empty one. Raises ProblemsFoundError with every damaged line.

    Lines may stand in any order and more than once, as a line-by-line merge of two branches leaves them. With the `ids`
    of the project, each GUID must be that of its key: another one would withdraw a note that is still there. Where no
    line at all has the GUID of its key, the ledger is that of another curriculum.
    """
    entries: dict[str, Entry] = {}
    twins: dict[str, set[Entry]] = {}
    strange = 0

    def take(data: Any) -> None:
        nonlocal strange
        entry = Entry(**data)
        if not (_KEY if entry.tier > 0 else _OTHER_KEY).fullmatch(entry.key) or entry.tier < 0:
            raise ValueError(f"`{entry.key}` is no key of a note")
        if ids and ids.guid(entry.key) != entry.guid:
            strange += 1
            raise ValueError(f"the GUID of `{entry.key}` is {ids.guid(entry.key)}, not {entry.guid}")
        if (other := entries.setdefault(entry.guid, entry)) != entry:
            twins.setdefault(entry.guid, {other}).add(entry)

    try:
        jsonl.read(path, name, _FORMAT, take)
    except ProblemsFoundError as error:
        if strange and not entries and len(error.problems) == strange:
            raise ProblemsFoundError([_foreign(name)]) from error
        raise
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


def newer(book: Ledger, other: Ledger) -> dict[str, Entry]:
    """Of two ledgers, for each GUID the entry that learners may have last: the one with the newer mod.

    With the ledger of the last release as the other one, a correction that was taken back in version control is a
    change again, and a line that was lost is not forgotten.
    """
    found = dict(other)
    for guid, entry in book.items():
        before = found.get(guid)
        found[guid] = entry if before is None or before == entry else _merged((before, entry))
    return found


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


def _foreign(name: str) -> Problem:
    hint = "restore the old id in atlas.yaml; a new curriculum of which nothing is published deletes its ledger"
    return Problem(name, 0, 0, "ledger-foreign", "made under another `id` than atlas.yaml has now", hint)


def future(entries: Ledger, now: int, name: str) -> list[Problem]:
    """Entries whose mod lies more than an hour ahead: it would block every later update at a learner's."""
    hint = "the clock of the machine that built them was wrong: set these mods to a time in the past"
    ahead = [entry for entry in entries.values() if entry.mod > now + AHEAD]
    if not ahead:
        return []
    message = f"{len(ahead)} entries lie in the future, the first is {ahead[0].key}"
    return [Problem(name, 0, 0, "ledger-future", message, hint)]
