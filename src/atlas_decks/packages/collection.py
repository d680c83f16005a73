"""The database of a collection, written by the SQLite that comes with APSW.

Another version of SQLite fills pages in another way, so packages would differ from machine to machine with the library
that its Python has; APSW brings one along, and its version is pinned (https://rogerbinns.github.io/apsw/).
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import apsw

# nobody reads it before it is whole, and what was cut off is thrown away
_SETTINGS = ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -8000")


class NewCollection:
    """A collection in the making, in a file or in memory. What a disk does wrong is raised as OSError."""

    def __init__(self, file: Path | None = None) -> None:
        self._name = str(file or ":memory:")
        with self._faults():
            self._database = apsw.Connection(self._name)
        for setting in _SETTINGS:
            self.execute(f"PRAGMA {setting}")

    def execute(self, statement: str, values: Sequence[object] = ()) -> None:
        """Run a statement."""
        with self._faults():
            self._database.execute(statement, tuple(values))

    def insert(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for each row."""
        with self._faults():
            self._database.executemany(statement, rows)

    def close(self) -> None:
        """Finish the file."""
        with self._faults():
            self._database.close()

    def serialize(self) -> bytes:
        """The bytes of the file that it would be."""
        with self._faults():
            return self._database.serialize("main")

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except apsw.FullError as error:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self._name) from error
        except (apsw.IOError, apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError) as error:
            raise OSError(errno.EIO, str(error), self._name) from error
        except apsw.NoMemError as error:
            raise MemoryError from error


def copied(made: sqlite3.Connection) -> bytes:
    """The bytes of a collection with the same tables and rows, table by table in the order in which they were made."""
    new = NewCollection()
    later: list[str] = []
    found = made.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid").fetchall()
    for kind, name, statement in found:
        if kind != "table":
            later.append(statement)
            continue
        new.execute(statement)
        rows = made.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall()  # noqa: S608 - genanki's tables
        for row in rows:
            new.execute(f"INSERT INTO {name} VALUES ({','.join('?' * len(row))})", row)  # noqa: S608 - as above
    for statement in later:
        new.execute(statement)
    return new.serialize()
