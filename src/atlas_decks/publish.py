"""Puts a set of finished files into place, all or none.

The new files are staged beside the old ones, a journal says that the set is complete, then each is moved into place. A
crash before the journal leaves the old set; after it, the next command finishes the move. One build at a time.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from filelock import FileLock, Timeout

from atlas_decks.problems import Problem, ProblemsFoundError

_STAGE = ".stage"
_JOURNAL = "journal.json"


@contextlib.contextmanager
def exclusive(folder: Path, name: str, seconds: float = 60.0) -> Iterator[None]:
    """Hold the folder's lock; first finish what an interrupted command left.

    Waits up to `seconds`, then raises ProblemsFoundError. Makes the folder where it is missing.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=seconds):
            recover(folder)
            yield
    except Timeout as error:
        hint = "wait for it to finish, then try again"
        raise ProblemsFoundError([Problem(name, 0, 0, "busy", "another build is at work here", hint)]) from error


def recover(folder: Path) -> None:
    """Finish or discard what an interrupted publication left in the folder."""
    stage = folder / _STAGE
    journal = stage / _JOURNAL
    if journal.is_file():
        try:
            names = [str(name) for name in json.loads(journal.read_text("utf-8"))]
        except (ValueError, TypeError):  # cut off by a power failure: the set was never complete
            names = []
        for name in names:
            if (stage / name).is_file():
                (stage / name).replace(folder / name)
    shutil.rmtree(stage, ignore_errors=True)


def publish(folder: Path, files: Mapping[str, bytes | Path]) -> None:
    """Write `files` (name -> content, or a finished file to be moved) into the folder, all or none."""
    stage = folder / _STAGE
    shutil.rmtree(stage, ignore_errors=True)
    try:
        stage.mkdir(parents=True)
        for name, content in files.items():
            _stage(stage / name, content)
        draft = stage / f"{_JOURNAL}.tmp"
        draft.write_text(json.dumps(list(files)), "utf-8")
        draft.replace(stage / _JOURNAL)
    except OSError:
        shutil.rmtree(stage, ignore_errors=True)
        raise
    recover(folder)


def _stage(path: Path, content: bytes | Path) -> None:
    if isinstance(content, Path):
        shutil.move(content, path)  # a rename, where both lie on one file system
    with path.open("ab") as out:
        if isinstance(content, bytes):
            out.write(content)
        out.flush()
        os.fsync(out.fileno())


def write_file(path: Path, content: bytes | Path) -> None:
    """Write one file, or move a finished one, beside its place, then into it."""
    draft = path.with_name(f".{path.name}.tmp")
    try:
        if isinstance(content, Path):
            shutil.move(content, draft)
        else:
            draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
