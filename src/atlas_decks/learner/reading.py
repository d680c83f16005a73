"""Opens the collection in a package that may come from anybody: within limits of bytes, rows and seconds.

A small zip file may hold an endless one; SQLite may be made to compute for ever by a view; values may be of any type.
The SQLite is that of APSW: what reads strange files should be new, and known.
"""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import time
import zipfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import apsw

from atlas_decks.problems import Problem, ProblemsFoundError

MEMBER = "collection.anki2"
MAX_BYTES = 500_000_000  # of a collection; that of 10,000 notes has 50 million
MAX_VALUE = 8_000_000  # bytes of one value
MAX_FIELDS = 1_000  # of a note type; the largest of ours has some thirty
MAX_DIRECTORY = 50_000_000  # bytes of a package's list of files: half a million of them
_END = 22 + 65_535 + 20  # bytes from which the end of a zip file can be told: its record, a comment, a locator
MAX_ROWS = 1_000_000  # of notes, and of cards
MAX_SECONDS = 30.0  # of reading the tables
CHUNK = 1 << 20  # bytes that are copied at a time
_CHECK_EVERY = 10_000  # SQLite's steps between two looks at the clock
_TABLES = frozenset({"col", "notes", "cards"})


class Readable(Protocol):
    """What can be read bit by bit."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""


class TooLargeError(ValueError):
    """A package goes beyond a limit."""


class ComputedError(ValueError):
    """A table, or a column of one, is computed as it is read."""


def copy_within(source: Readable, target: BinaryIO) -> None:
    """Copy what is read from `source`. Raises TooLargeError where that is larger than a collection may be."""
    size = 0
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if size > MAX_BYTES:
            raise TooLargeError(f"its collection has more than {MAX_BYTES:,} bytes")
        target.write(chunk)


@contextmanager
def guarded(file: Path, tables: Collection[str], *, alone: bool = True) -> Iterator[apsw.Connection]:
    """A database to be read only, within the limits; `tables` are those that must be there, and be no more than tables.

    `alone`: nothing lies beside the file that belongs to it; else it is opened as one that may be written to, as its
    write-ahead log wants it. Raises ComputedError, TooLargeError and whatever APSW does.
    """
    if alone:
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        connection = apsw.Connection(f"{file.as_uri()}?mode=ro&immutable=1", flags=flags)
    else:
        connection = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.limit(apsw.SQLITE_LIMIT_LENGTH, MAX_VALUE)
        connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
        ends = time.monotonic() + MAX_SECONDS
        connection.set_progress_handler(lambda: time.monotonic() > ends, _CHECK_EVERY)
        require_tables(connection, tables)
        yield connection
    finally:
        connection.close()


def _directory_size(package: Path | BinaryIO) -> int:
    """The bytes of a zip file's central directory, which is read as a whole; 0 where none is found.

    As the end of the file states them: sections 4.3.14 to 4.3.16 of APPNOTE.TXT,
    https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
    """
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(package.open("rb")) if isinstance(package, Path) else package
        length = file.seek(0, io.SEEK_END)
        file.seek(max(0, length - _END))
        end = file.read(_END)
        at = end.rfind(b"PK\5\6")
        if at < 0 or len(end) < at + 22:
            return 0
        size = int.from_bytes(end[at + 12 : at + 16], "little")
        if at >= 20 and end[at - 20 : at - 16] == b"PK\6\7":  # whatever the older record says, zipfile takes the newer
            file.seek(min(int.from_bytes(end[at - 12 : at - 4], "little"), length))
            size = max(size, int.from_bytes(file.read(56)[40:48], "little"))
        file.seek(0)
        return size


@contextmanager
def archive_of(package: Path | BinaryIO) -> Iterator[zipfile.ZipFile]:
    """A package as a zip file, packed as Anki packs.

    Raises what zipfile does, and TooLargeError where it is packed otherwise: bzip2 and LZMA are unpacked by whole
    blocks, of which 3 kB hold 4 GB before anybody can count.
    """
    if _directory_size(package) > MAX_DIRECTORY:
        raise TooLargeError(f"its list of files has more than {MAX_DIRECTORY:,} bytes")
    with zipfile.ZipFile(package) as archive:
        if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in archive.infolist()):
            raise TooLargeError("it is packed in a way that Anki does not use, which may swell")
        yield archive


@contextmanager
def opened(package: Path | BinaryIO) -> Iterator[apsw.Connection]:
    """The collection of a package, to be read only. Raises whatever zipfile and APSW do, and TooLargeError."""
    with archive_of(package) as archive, tempfile.TemporaryDirectory(prefix="atlas-diff-") as folder:
        file = Path(folder) / MEMBER
        with archive.open(MEMBER) as packed, file.open("wb") as unpacked:
            copy_within(packed, unpacked)
        with guarded(file, _TABLES) as connection:
            yield connection


def require_small(package: Path) -> None:
    """Raise ProblemsFoundError where a zip file holds more than Anki should be made to unpack here, or computes."""
    with contextlib.suppress(OSError, zipfile.BadZipFile, ValueError), archive_of(package) as archive:
        size = sum(info.file_size for info in archive.infolist())
        if size > MAX_BYTES:
            message = f"{size:,} bytes when unpacked; at most {MAX_BYTES:,} are tried"
            raise ProblemsFoundError([Problem(str(package), 0, 0, "package", message, "is it what you meant?")])
    try:
        with opened(package):
            pass
    except (ComputedError, TooLargeError) as error:  # it would make Anki compute or swell as well
        problem = Problem(str(package), 0, 0, "package", f"cannot be tried: {error}", "is it what you meant?")
        raise ProblemsFoundError([problem]) from error
    except Exception:  # noqa: S110 - damaged in one of many ways, of which Anki has its own words
        pass


def rows(connection: apsw.Connection, query: str, values: Sequence[str | int] = ()) -> Iterator[tuple[Any, ...]]:
    """The rows of a query. Raises TooLargeError where they are too many, or hold too much."""
    size, ends = 0, time.monotonic() + MAX_SECONDS
    for number, row in enumerate(connection.execute(query, values)):
        if number % _CHECK_EVERY == 0 and time.monotonic() > ends:
            raise TooLargeError(f"reading it takes longer than {MAX_SECONDS:.0f} seconds")
        size += sum(len(value) for value in row if isinstance(value, (str, bytes)))
        if number >= MAX_ROWS:
            raise TooLargeError(f"more than {MAX_ROWS:,} rows")
        if size > MAX_BYTES:
            raise TooLargeError(f"its rows hold more than {MAX_BYTES:,} bytes")
        yield row


def numbers(connection: apsw.Connection, query: str, values: Sequence[str | int] = ()) -> list[tuple[int, ...]]:
    """The rows of a query whose columns are all whole numbers. Raises TooLargeError where they are too many."""
    found = list(islice(connection.execute(query, values), MAX_ROWS + 1))
    if len(found) > MAX_ROWS:
        raise TooLargeError(f"more than {MAX_ROWS:,} rows")
    if any(None in row for row in found):
        raise ValueError("a number is missing")
    return found


def fillable(names: list[str]) -> list[str]:
    """The names of a note type's fields. Raises TooLargeError where nobody could fill so many."""
    if len(names) > MAX_FIELDS:
        raise TooLargeError(f"a note type has more than {MAX_FIELDS:,} fields")
    return names


def whole(value: object, what: str) -> int:
    """A whole number. Raises ValueError where it is none."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{what} is no whole number")  # noqa: TRY004 - what is wrong is a value of the package
    return value


def text(value: object, what: str) -> str:
    """A text. Raises ValueError where it is none."""
    if not isinstance(value, str):
        raise ValueError(f"{what} is no text")  # noqa: TRY004 - as above
    return value


def table(value: object, what: str) -> dict[str, Any]:
    """An object of JSON. Raises ValueError where it is none."""
    found = json.loads(text(value, what))
    if not isinstance(found, dict):
        raise ValueError(f"{what} is no object")  # noqa: TRY004 - as above
    return found


def require_tables(connection: apsw.Connection, tables: Collection[str]) -> None:
    """Raise ComputedError where a table is computed: a view, or one that a module of SQLite makes up."""
    found = {
        name: (kind, sql or "") for kind, name, sql in rows(connection, "SELECT type, name, sql FROM sqlite_master")
    }
    for name in sorted(tables):
        kind, sql = found.get(name, ("", ""))
        if kind != "table" or text(sql, name).upper().startswith("CREATE VIRTUAL"):
            raise ComputedError(f"no table {name}")
        # 2 and 3: columns that are computed, https://www.sqlite.org/pragma.html#pragma_table_xinfo
        if any(column[-1] in (2, 3) for column in connection.execute(f"PRAGMA table_xinfo({name})")):
            raise ComputedError(f"a column of {name} is computed")
