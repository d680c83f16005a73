"""A collection's tables -> what it holds of our notes; of all schemas from 11 (in old exports, too) to 18."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import apsw
import zstandard

from atlas_decks.cards.ids import Ids
from atlas_decks.cards.kinds import KINDS
from atlas_decks.learner.collection.model import (
    HeldCard,
    HeldNote,
    LearnerCollection,
    Memory,
    Settings,
    answer_of,
)
from atlas_decks.learner.collection.opening import Opened, StrangeFileError, opened
from atlas_decks.learner.reading import MAX_SECONDS, fillable, numbers, require_tables, rows, table, text, whole
from atlas_decks.problems import Problem, ProblemsFoundError

_SCHEMAS = range(11, 19)  # https://github.com/ankitects/anki/blob/main/rslib/src/storage/upgrades/mod.rs
_TABLES_FROM = 15  # the schema that has note types and settings in tables of their own
_ROLLOVER = 4  # o'clock, where a collection does not say: rslib/src/scheduler/mod.rs
_LAST = 4_000_000_000  # seconds since 1970, in 2096: what says more has no date here
_STABILITY, _DECAYS = (1e-4, 1e6), (0.01, 2.0)  # wider than FSRS keeps them: 0.001 to 36,500 days, 0.1 to 0.8
_DECAY = 0.5  # of FSRS before its sixth version, whose cards do not state it: fsrs-rs, FSRS5_DEFAULT_DECAY
# what is asked of them, with the ids of our note types; a card in a filtered deck has its due day in `odue`, and casts
# are made as SQLite keeps a value of any type in any column
_NOTES = "SELECT id, guid, mid, mod, tags, flds FROM notes WHERE mid IN (SELECT value FROM json_each(?))"
_CARDS = (
    "SELECT c.id, c.nid, CAST(c.ord AS INTEGER), CAST(c.type AS INTEGER), CAST(c.queue AS INTEGER), "
    "CAST(CASE WHEN c.odue != 0 THEN c.odue ELSE c.due END AS INTEGER), CAST(c.ivl AS INTEGER), "
    "CAST(c.factor AS INTEGER), c.data "
    "FROM notes n JOIN cards c ON c.nid = n.id WHERE n.mid IN (SELECT value FROM json_each(?))"
)
_ANSWERS = (
    "SELECT CAST(id AS INTEGER), CAST(cid AS INTEGER), CAST(ease AS INTEGER), CAST(ivl AS INTEGER), "
    "CAST(lastIvl AS INTEGER), CAST(factor AS INTEGER), CAST(time AS INTEGER), CAST(type AS INTEGER) FROM revlog "
    # `+`: not by the index on cards; once through the log in its own order is three times as fast
    "WHERE +cid IN (SELECT c.id FROM notes n JOIN cards c ON c.nid = n.id "
    "WHERE n.mid IN (SELECT value FROM json_each(?))) AND id BETWEEN 0 AND ? ORDER BY id"
)
_ANY_KEY = "Key"  # the field in which a note of ours says which it is
_ERRORS = (OSError, ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError, NotImplementedError)


def read_collection(file: Path, project: str) -> LearnerCollection:
    """What a collection, or an exported one, holds of the notes of the project with that id.

    Raises ProblemsFoundError where the file is no collection, cannot be read, or has none of these notes.
    """
    try:
        with opened(file) as found:
            return _Reader(found, Ids(project)).read()
    except StrangeFileError as error:
        raise _refused(file, str(error), error.hint) from error
    except PermissionError as error:
        hint = "close Anki, or export a .colpkg (File > Export) and name that"
        raise _refused(file, f"cannot be read: {error.strerror or error}", hint) from error
    except (*_ERRORS, apsw.Error, zipfile.BadZipFile, zlib.error, zstandard.ZstdError, EOFError, RuntimeError) as error:
        hint = "is it whole? File > Export in Anki makes a .colpkg that is"
        slow = isinstance(error, apsw.InterruptError)
        reason = f"takes longer than {MAX_SECONDS:.0f} seconds" if slow else str(error) or type(error).__name__
        raise _refused(file, f"cannot be read: {reason}", hint) from error


def _refused(file: Path, message: str, hint: str) -> ProblemsFoundError:
    return ProblemsFoundError([Problem(str(file), 0, 0, "collection", message, hint)])


class _Reader:
    def __init__(self, found: Opened, ids: Ids) -> None:
        self._database, self._packed, self._ids = found.database, found.packed, ids
        self._kinds = {ids.note_type(kind): kind for kind in KINDS}
        self._ours = (json.dumps(list(self._kinds)),)  # for `json_each`
        self._notices: list[str] = []

    def read(self) -> LearnerCollection:
        settings = self._settings()
        names = {kind: fillable(fields) for kind, fields in self._field_names(settings.schema).items()}
        notes = {note.id: note for note in self._notes(names)}
        others = int(next(rows(self._database, "SELECT count() FROM notes"))[0]) - len(notes)
        if not notes:
            raise self._none_of_ours(names, others)
        cards = [card for card in self._cards() if card.note in notes]
        known = {card.id for card in cards}
        given = numbers(self._database, _ANSWERS, (*self._ours, _LAST * 1000))
        answers = [answer_of(row) for row in given if row[1] in known]
        if not answers:
            why = " (was it exported with its scheduling information?)" if self._packed else ""
            self._notices.append(f"It holds no answer to any of our cards{why}.")
        return LearnerCollection(
            settings=settings,
            packed=self._packed,
            notes=notes,
            cards=cards,
            answers=answers,
            others=others,
            notices=tuple(self._notices),
        )

    # --- settings

    def _settings(self) -> Settings:
        found = next(rows(self._database, "SELECT ver, crt, conf FROM col"), None)
        if found is None:
            raise ValueError("it does not describe itself")
        schema, created = whole(found[0], "the version of its tables"), whole(found[1], "the time of its creation")
        if schema > _SCHEMAS[-1]:
            raise StrangeFileError(
                f"is of a newer Anki: its tables are of version {schema}, later than {_SCHEMAS[-1]}",
                "update atlas-decks, or export with the switch for older versions of Anki",
            )
        if schema not in _SCHEMAS:
            raise StrangeFileError(
                f"is of an Anki before 2.1: its tables are of version {schema}", "open it in a newer one"
            )
        if not 0 <= created <= _LAST:
            raise ValueError("the time of its creation is none")
        if schema >= _TABLES_FROM:
            require_tables(self._database, ("config", "fields"))
        values = self._config(found[2], schema)
        rollover, offset = values.get("rollover"), values.get("creationOffset")
        return Settings(
            created=created,
            offset=offset if isinstance(offset, int) and abs(offset) < 24 * 60 else None,
            rollover=rollover if isinstance(rollover, int) and 0 <= rollover < 24 else _ROLLOVER,
            fsrs=bool(values["fsrs"]) if "fsrs" in values else None if self._packed else False,
            schema=schema,
        )

    def _config(self, conf: object, schema: int) -> Mapping[str, Any]:
        if schema < _TABLES_FROM:
            return table(conf or "{}", "its settings")
        wanted = "SELECT KEY, val FROM config WHERE KEY IN ('rollover', 'creationOffset', 'fsrs')"
        return {text(name, "the name of a setting"): json.loads(value) for name, value in rows(self._database, wanted)}

    # --- notes

    def _field_names(self, schema: int) -> dict[int, list[str]]:
        """The names of the fields of every note type, by its id."""
        names: dict[int, list[str]] = {}
        if schema < _TABLES_FROM:
            (models,) = next(rows(self._database, "SELECT models FROM col"))
            for number, model in table(models or "{}", "the description of note types").items():
                names[int(number)] = [text(field["name"], "the name of a field") for field in model["flds"]]
            return names
        for number, name in rows(self._database, "SELECT ntid, name FROM fields ORDER BY ntid, ord"):
            names.setdefault(whole(number, "a note type"), []).append(text(name, "the name of a field"))
        return names

    def _notes(self, names: Mapping[int, list[str]]) -> Iterator[HeldNote]:
        copies = keyless = 0
        places = {kind: fields.index(_ANY_KEY) for kind, fields in names.items() if _ANY_KEY in fields}
        for number, guid, kind, mod, tags, values in rows(self._database, _NOTES, self._ours):
            content = tuple(text(values, "the content of a note").split("\x1f", len(names.get(kind, ()))))
            place = places.get(kind, len(content))
            key = content[place] if place < len(content) else ""
            if key.count("/") != 2:
                keyless += 1
            elif self._ids.guid(key) != guid:
                copies += 1
            else:
                yield HeldNote(
                    id=whole(number, "the id of a note"),
                    guid=text(guid, "a GUID"),
                    kind=self._kinds[kind],
                    key=key,
                    mod=whole(mod, "the time of a note's change"),
                    tags=frozenset(text(tags, "the tags of a note").split()),
                    names=names[kind],
                    values=content,
                )
        if keyless:
            self._notices.append(f"Left out: {keyless:,} of our note types whose Key does not say which note it is.")
        if copies:
            self._notices.append(f"Left out: {copies:,} that are copies of our notes.")

    def _none_of_ours(self, names: Mapping[int, list[str]], others: int) -> StrangeFileError:
        if not others:
            return StrangeFileError("holds no notes at all", "import a package first, or name another profile's")
        like = sum(1 for fields in names.values() if {_ANY_KEY, "Breadcrumb", "Retired"} <= set(fields))
        if like:
            message = "holds notes of another project of atlas-decks, and none of this one"
            return StrangeFileError(message, "name the project they are of with --project")
        return StrangeFileError(
            f"holds {others:,} notes, none of them ours", "is it the right profile? Import a package first"
        )

    # --- cards and answers

    def _cards(self) -> Iterator[HeldCard]:
        for *state, data in rows(self._database, _CARDS, self._ours):
            yield HeldCard._make([*(whole(number, "the state of a card") for number in state), _memory(data)])


def _memory(data: object) -> Memory | None:
    """What FSRS has written into a card: rslib/src/storage/card/data.rs."""
    if not isinstance(data, str) or '"s"' not in data:
        return None
    found = table(data, "the data of a card")
    stability, decay, last = found.get("s"), found.get("decay", _DECAY), found.get("lrt", 0)
    if not (isinstance(stability, (int, float)) and isinstance(decay, (int, float)) and isinstance(last, int)):
        return None
    if not (_STABILITY[0] <= stability <= _STABILITY[1] and _DECAYS[0] <= decay <= _DECAYS[1] and 0 <= last <= _LAST):
        return None  # no scheduler writes such values
    return Memory(float(stability), float(decay), last)
