"""Puts a set of finished files into place, all or none.

The new files are staged beside the old ones, a journal says that the set is complete, then each is moved into place. A
crash before the journal leaves the old set; after it, the next command finishes the move. One build at a time.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from filelock import FileLock, Timeout

from atlas_decks.files.places import lies_within, open_new, read_regular
from atlas_decks.files.places import remove as remove_place
from atlas_decks.problems import Problem, ProblemsFoundError

_STAGE = ".stage"
_JOURNAL = "journal.json"
_LOCK = ".lock"
BESIDE = "../CHANGELOG.md"  # the one file outside its folder that a set may have
_SCRATCH = ".making"
_MOST_JOURNAL = 10_000_000  # bytes; a set has a few dozen names


@contextlib.contextmanager
def exclusive(
    folder: Path, name: str, seconds: float = 60.0, waiting: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Hold the folder's lock; first finish what an interrupted command left.

    Where another command holds it, calls `waiting` and waits up to `seconds`, then raises ProblemsFoundError, which
    names the folder as `name`. Makes the folder where it is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / _LOCK)
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waiting()
            lock.acquire(timeout=seconds)
    except Timeout as error:
        hint = "wait for it to finish, then try again"
        raise ProblemsFoundError([Problem(name, 0, 0, "busy", "another build is at work here", hint)]) from error
    try:
        recover(folder)
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def scratch_folder(folder: Path) -> Iterator[Path]:
    """A hidden folder inside `folder` for files in the making, so that they can be moved there; removed at the end.

    The caller holds the folder's lock, so what lies there was left by a command that was killed.
    """
    scratch = folder / _SCRATCH
    remove_place(scratch)
    try:
        scratch.mkdir()
        yield scratch
    finally:
        remove_place(scratch)


def finish_interrupted(folder: Path) -> None:
    """Finish a move that was interrupted, so that a command that only reads sees one set. No other build is waited for.

    Costs nothing where there is none, and does nothing where the folder cannot be written.
    """
    if (folder / _STAGE / _JOURNAL).is_file():
        with contextlib.suppress(Timeout, OSError), FileLock(folder / _LOCK, timeout=0):
            recover(folder)


def recover(folder: Path) -> None:
    """Finish or discard what an interrupted publication left in the folder.

    The journal may have come with a folder from somebody else: where it names a place that is not the folder's to
    change, all of it is discarded.
    """
    stage = folder / _STAGE
    journal = stage / _JOURNAL
    if stage.is_symlink():
        remove_place(stage)
    if journal.is_file():
        try:
            steps = json.loads(read_regular(journal, _MOST_JOURNAL))
            names, gone = [str(name) for name in steps["put"]], [str(name) for name in steps["remove"]]
        except (OSError, ValueError, TypeError, KeyError, RecursionError):  # cut off: the set was never complete
            names, gone = [], []
        if not all(_is_own(folder, name) for name in (*names, *gone)):
            names, gone = [], []
        for number, name in enumerate(names):
            staged = stage / str(number)
            if staged.is_file() and not staged.is_symlink():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (stage / str(number)).replace(folder / name)
        for name in gone:
            with contextlib.suppress(IsADirectoryError, PermissionError):  # a journal of ours removes files only
                (folder / name).unlink(missing_ok=True)
    remove_place(stage)


def _is_own(folder: Path, name: str) -> bool:
    """Whether a path from a journal is of the folder itself, or the changelog beside it, which a release changes."""
    if name == BESIDE:
        return not (folder / name).is_symlink()
    parts = Path(name).parts
    plain = bool(parts) and not Path(name).is_absolute() and not {"..", _STAGE, _LOCK} & set(parts)
    return plain and "\0" not in name and lies_within(folder, (folder / name).parent)


def replace_files(folder: Path, files: Mapping[str, bytes | Path], remove: Collection[str] = ()) -> None:
    """Write `files` (path relative to the folder -> content, or a finished file) and remove others, all or none.

    The paths must lie on the folder's file system. The caller holds the folder's lock.
    """
    with staged(folder, files, remove) as put:
        put()


@contextlib.contextmanager
def staged(
    folder: Path, files: Mapping[str, bytes | Path], remove: Collection[str] = ()
) -> Iterator[Callable[[], None]]:
    """As `replace_files`, in two steps: all files lie ready, and what is given moves them into place.

    So whatever can fail has failed before anything else is moved. Without that call nothing is changed.
    """
    stage = folder / _STAGE
    remove_place(stage)
    for name in (*files, *remove):
        if not _is_own(folder, name):
            raise OSError(40, "a link stands in the way, which would lead elsewhere; remove it", str(folder / name))
        if (folder / name).is_dir() and not (folder / name).is_symlink():
            raise IsADirectoryError(21, "a folder stands where a file is to go; move it away", str(folder / name))

    def put() -> None:
        draft = stage / f"{_JOURNAL}.tmp"
        _stage(draft, json.dumps({"put": list(files), "remove": list(remove)}).encode())
        draft.replace(stage / _JOURNAL)
        recover(folder)

    try:
        stage.mkdir(parents=True)
        for number, content in enumerate(files.values()):
            _stage(stage / str(number), content)
        yield put
    except BaseException:
        if not (stage / _JOURNAL).is_file():
            remove_place(stage)
        raise
    remove_place(stage)


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
    with written_beside(path, content) as put:
        put()


@contextlib.contextmanager
def written_beside(path: Path, content: bytes | Path) -> Iterator[Callable[[], None]]:
    """As `write_file`, in two steps: the file lies complete beside its place, and what is given moves it there."""
    if path.is_dir():
        raise IsADirectoryError(21, "a folder stands where a file is to go; move it away", str(path))
    draft = path.with_name(f".{path.name}.tmp")
    try:
        if isinstance(content, Path):
            draft.unlink(missing_ok=True)  # a link of that name would lead elsewhere
            shutil.move(content, draft)
        else:
            with open_new(draft) as file:
                file.write(content)

        def put() -> None:
            draft.replace(path)

        yield put
    finally:
        draft.unlink(missing_ok=True)
