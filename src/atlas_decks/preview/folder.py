"""Puts the files of a site into a folder, which is replaced as a whole; what is not the preview's own is left alone."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from atlas_decks.files.places import read_regular

_MARK = ".atlas-preview"  # lists the files of the site, one a line
_MAKING = ".atlas-making"  # held as long as somebody works on the folder
_RANDOM = "?" * 8  # what mkdtemp adds to a name


def write_site(folder: Path, files: Iterable[tuple[str, str]]) -> int:
    """Write the site beside its place and move it there; returns the number of files. An old site is replaced.

    A folder that holds anything but an older site is refused with FileExistsError, a link with OSError. What previews
    that were killed have left beside it is removed.
    """
    if folder.is_symlink():
        raise OSError(40, "is a link: name the folder that it leads to, with -o", str(folder))
    if strange := _not_ours(folder):
        message = f"holds {strange}, which is not the preview's: move it away, or name another place with -o"
        raise FileExistsError(17, message, str(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(folder)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        with _held(draft):
            (draft / "media").mkdir()
            names = []
            for name, text in files:
                (draft / name).write_text(text, "utf-8")
                names.append(name)
            (draft / _MARK).write_text("".join(f"{name}\n" for name in names), "utf-8")
            draft.chmod(0o755)
            _swap(draft, folder)
    finally:
        _remove(draft)
    (folder / _MAKING).unlink(missing_ok=True)
    return len(names)


def _swap(draft: Path, folder: Path) -> None:
    """Put the draft in the place of the folder, and remove what was there."""
    if not folder.exists():
        draft.replace(folder)
        return
    with _held(folder):
        old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        folder.replace(old)  # an empty folder may be replaced by a rename
        try:
            draft.replace(folder)
        except OSError:
            old.replace(folder)
            raise
        _remove(old)


def _not_ours(folder: Path) -> str:
    """The first file of a folder that no preview has written there; empty where there is none."""
    if not os.path.lexists(folder):
        return ""
    if not folder.is_dir():
        return "no folder's content"
    try:
        ours = {*read_regular(folder / _MARK).decode("utf-8").splitlines(), _MARK, _MAKING}
    except (OSError, UnicodeDecodeError):
        ours = set()
    for above, folders, files in os.walk(folder):
        below = Path(above).relative_to(folder)
        for name in sorted(files):
            if (below / name).as_posix() not in ours:
                return (below / name).as_posix()
        for name in sorted(folders):
            if (below / name).as_posix() != "media" or (folder / below / name).is_symlink():
                return f"{(below / name).as_posix()}/"
    return ""


def _remove_leftovers(folder: Path) -> None:
    """Remove drafts of previews that were killed; whoever is still at work holds the lock in its own."""
    for left in folder.parent.glob(f".{_literal(folder.name)}-{_RANDOM}"):
        if left.is_symlink() or not (left / _MAKING).is_file():
            continue
        with contextlib.suppress(Timeout, OSError):
            lock = FileLock(left / _MAKING, timeout=0)
            lock.acquire()
            try:
                _remove(left)
            finally:
                lock.release()


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Show that somebody works on a folder, as long as this process lives. One that cannot be written is not shown."""
    lock = FileLock(folder / _MAKING, timeout=0)
    with contextlib.suppress(Timeout, OSError):
        lock.acquire()
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.release()


def _remove(folder: Path) -> None:
    """Remove a folder of a preview's making, as far as that can be done; folders may have been made read-only."""
    for above, _, _ in os.walk(folder):
        with contextlib.suppress(OSError):
            Path(above).chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _literal(name: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)
