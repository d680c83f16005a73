"""Finds the database in what a learner names: a collection as Anki keeps it, or one that was exported.

The file itself is never opened as a database: SQLite would leave files beside it, or miss what Anki, while it runs, has
written into the write-ahead log. A copy of both lies in a temporary folder, which goes with the reading.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw
import zstandard

from atlas_decks.learner.reading import MAX_BYTES, TooLargeError, archive_of, copy_within, guarded

_SQLITE = b"SQLite format 3\0"  # https://www.sqlite.org/fileformat2.html#magic_header_string
_JOURNAL = bytes.fromhex("d9d505f920a163d7")  # https://www.sqlite.org/fileformat2.html#the_rollback_journal
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # a zip file, an empty one
_BESIDE = ("-wal", "-journal")  # what SQLite has written, or was about to undo, when the file was copied
_TRIES = 3  # of copying a file that Anki writes into
# the collection's name by the version that a package states: anki's rslib/src/import_export/package/meta.rs
_MEMBERS = {1: "collection.anki2", 2: "collection.anki21", 3: "collection.anki21b"}
_PACKED = 3  # from this version on its files are packed with zstandard
_MAX_META = 1000  # bytes of a file that has two
_WINDOW = 1 << 27  # bytes that zstandard looks back at most: the limit of its own command line
_TABLES = frozenset({"col", "notes", "cards", "revlog"})


class StrangeFileError(ValueError):
    """What was named is no collection that can be read; `hint` says what would be."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Opened:
    """A collection's database, and whether it came out of a package."""

    database: apsw.Connection
    packed: bool


@contextmanager
def opened(file: Path) -> Iterator[Opened]:
    """The collection in a file: `.anki2`, `.colpkg` or `.apkg`, whatever its name ends with.

    Raises StrangeFileError, OSError, and whatever zipfile, zstandard and APSW do with what is damaged.
    """
    if not file.is_file():  # a pipe would be waited for
        raise StrangeFileError("is no file", "name a .colpkg that Anki exported, or the profile's collection.anki2")
    with tempfile.TemporaryDirectory(prefix="atlas-collection-") as folder:
        copy = Path(folder) / "collection.anki2"
        with file.open("rb") as start:
            magic = start.read(len(_SQLITE))
        packed = magic.startswith(_ZIP)
        if packed:
            _unpack(file, copy)
        elif magic == _SQLITE:
            _copy(file, copy)
        else:
            what = "is empty" if not magic else "is neither a collection nor a package"
            raise StrangeFileError(what, "name a .colpkg that Anki exported, or the profile's collection.anki2")
        with guarded(copy, _TABLES, alone=packed) as database:
            database.create_collation("unicase", _unicase)
            database.execute("PRAGMA query_only = ON")
            yield Opened(database, packed)


def _unicase(one: str, other: str) -> int:
    """The order that Anki gives names: case does not count. Its indexes cannot be read without it."""
    a, b = one.casefold(), other.casefold()
    return (a > b) - (a < b)


# --- a collection as Anki keeps it -----------------------------------------------------------------------------------


def _copy(file: Path, copy: Path) -> None:
    """Copy a collection with what lies beside it, all of one moment; Anki may be at work on it."""
    for _ in range(_TRIES):
        before = _state(file)
        if (size := sum(size for _, size in before.values())) > MAX_BYTES:
            raise TooLargeError(f"{size:,} bytes; at most {MAX_BYTES:,} are read")
        for ending in before:
            with _beside(file, ending).open("rb") as source, _beside(copy, ending).open("wb") as target:
                copy_within(source, target)
        if _state(file) == before:
            _refuse_super_journal(_beside(copy, "-journal"))
            return
        for ending in before:
            _beside(copy, ending).unlink()
    raise StrangeFileError("Anki is writing into it", "wait until Anki has finished, or close it")


def _refuse_super_journal(journal: Path) -> None:
    """Raise StrangeFileError where a journal names another: SQLite would remove the file of that name, anywhere.

    Its last eight bytes are then those that a journal begins with (readSuperJournal in SQLite's pager.c). Anki changes
    one database at a time and never writes such a thing.
    """
    if journal.is_file() and journal.read_bytes().endswith(_JOURNAL):
        raise StrangeFileError("has a journal that no Anki wrote", "open it in Anki, close Anki, and try again")


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)


def _state(file: Path) -> dict[str, tuple[int, int]]:
    """When each part was changed (nanoseconds), and its bytes, by what its name has beyond the collection's."""
    found: dict[str, tuple[int, int]] = {}
    for ending in ("", *_BESIDE):
        part = _beside(file, ending)
        if part.is_file() or not ending:
            status = part.stat()
            found[ending] = (status.st_mtime_ns, status.st_size)
    return found


# --- a package -------------------------------------------------------------------------------------------------------


def _unpack(file: Path, copy: Path) -> None:
    """Take the collection out of a package; newer ones hold a second one, which only says that Anki is too old."""
    with archive_of(file) as archive:
        version = _version(archive)
        member = _MEMBERS.get(version)
        if member is None:
            raise StrangeFileError(
                f"is a package of version {version}, newer than this program knows",
                "export it anew with the switch for older versions of Anki, or update atlas-decks",
            )
        if member not in archive.namelist():
            raise StrangeFileError("is a package without a collection", "export the collection again")
        with archive.open(member) as source, copy.open("wb") as target:
            if version < _PACKED:
                copy_within(source, target)
            else:
                unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
                with unpacker.stream_reader(source, read_across_frames=True) as reader:
                    copy_within(reader, target)


def _version(archive: zipfile.ZipFile) -> int:
    """The version that a package states; old ones state none, and are told by what they hold."""
    names = archive.namelist()
    if "meta" not in names:
        return 2 if _MEMBERS[2] in names else 1
    with archive.open("meta") as member:
        stated = member.read(_MAX_META)
    # a protobuf message, of which field 1, a varint, is the version (anki's proto/anki/import_export.proto)
    if len(stated) != 2 or stated[0] != 0x08:
        raise StrangeFileError("is a package that does not state its version", "export the collection again")
    return stated[1]
