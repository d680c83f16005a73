"""Whether files are what they seem: regular ones, inside the folder that they are named in.

A project may come from somebody else. A link in it that leads out of it, a pipe or a device must not make a command
read, write or remove what is not the project's, nor wait for ever.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from io import BufferedReader, BufferedWriter
from pathlib import Path
from typing import TextIO

from atlas_decks.problems import Problem

MOST = 200_000_000  # bytes of a file that is read: a ledger of a million notes; a sparse file may claim any size


def read_regular(path: Path, most: int = MOST) -> bytes:
    """The content of a regular file. Raises OSError where it is none, cannot be read, or has more than `most` bytes.

    Never waits for a pipe, nor for a file that the system makes up as it is read.
    """
    with os.fdopen(_open(path, most), "rb", buffering=0) as file:
        content = file.read(most + 1)
        if content is None:
            raise OSError(11, "nothing to read yet", str(path))
        if len(content) > most:  # it grows, or the system makes it up
            raise OSError(27, f"more than {most:,} bytes", str(path))
        return content


def open_regular(path: Path, most: int = MOST) -> TextIO:
    """A regular file of UTF-8 text, opened to be read. Raises OSError as `read_regular` does."""
    return os.fdopen(_open(path, most), encoding="utf-8")


def open_binary(path: Path, most: int | None = None) -> BufferedReader:
    """A regular file, opened to be read as bytes. Raises OSError as `read_regular` does."""
    return os.fdopen(_open(path, most), "rb")


def open_new(path: Path) -> BufferedWriter:
    """A new file, opened to be written. What stood there is removed: a link, never what it leads to.

    Raises OSError where a folder stands there, or somebody else makes a file at the same moment.
    """
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666), "wb")


def remove(path: Path) -> None:
    """Remove a file, a link, a pipe, or a folder with all that is in it, as far as that can be done.

    Nothing but folders is opened: `shutil.rmtree` would wait at a pipe for somebody to write.
    """
    with contextlib.suppress(OSError):
        if stat.S_ISDIR(path.lstat().st_mode):
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def _open(path: Path, most: int | None) -> int:
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        raise OSError(22, "neither a file nor a folder", str(path))
    if most is not None and found.st_size > most:
        os.close(handle)
        raise OSError(27, f"more than {most:,} bytes", str(path))
    return handle


def lies_within(root: Path, path: Path) -> bool:
    """Whether a path, with all links in it followed, is the folder `root` or lies below it."""
    return path.resolve().is_relative_to(root.resolve())


def odd_places(root: Path, folders: Iterable[Path], files: Iterable[Path]) -> Iterator[Problem]:
    """Problems of places below a project's root: links that lead out of it, and what is of another kind."""
    for path, wanted in [*((folder, "folder") for folder in folders), *((file, "file") for file in files)]:
        if not os.path.lexists(path):
            continue
        where = path.relative_to(root).as_posix()
        if not lies_within(root, path):
            hint = "put the real one there: nothing outside the project is read or written for it"
            yield Problem(where, 0, 0, "link-outside", "a link that leads out of the project", hint)
        elif wanted == "folder" and not path.is_dir():
            yield Problem(where, 0, 0, "no-folder", "not a folder", "move it away")
        elif wanted == "file" and path.exists() and not path.is_file():
            yield Problem(where, 0, 0, "no-file", "not a file", "move it away")
