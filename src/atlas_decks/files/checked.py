"""Files of a cache that are whole or not at all: a seal of the content on the first line, then the content.

They are moved into place when they are complete. What was cut off or changed since does not pass for content. The seal
is an HMAC-SHA-256 with a key of this machine's user: a cache that comes along with somebody's folder is made anew, and
so nobody's cards hold what a stranger has put into it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from functools import lru_cache
from pathlib import Path

from atlas_decks.files.places import read_regular

START = 65  # bytes before the content: the seal in hex, and the end of its line
_KEY_SIZE = 32  # bytes, as many as SHA-256 gives


def read(path: Path) -> bytes | None:
    """The content of a file, or None where it is damaged. Raises OSError where it cannot be read."""
    raw = read_regular(path)
    content = raw[START:]
    return content if hmac.compare_digest(raw[:START], _seal(content)) else None


def write(path: Path, content: bytes) -> None:
    """Write a file; its folder is made where it is missing. Raises OSError, and leaves nothing half-written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_seal(content))
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _seal(content: bytes) -> bytes:
    return hmac.new(_key(), content, hashlib.sha256).hexdigest().encode() + b"\n"


@lru_cache(maxsize=1)
def _key() -> bytes:
    """The key of this machine's user, made when it is first wanted; where it cannot be kept, one for this command."""
    try:
        named = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or ""
        # a relative one is to be ignored: https://specifications.freedesktop.org/basedir-spec/latest/
        home = Path(named) if Path(named).is_absolute() else Path.home() / ".cache"
        file = home / "atlas-decks" / "key"
        if not file.is_file():
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=file.parent)  # readable for its owner only
            with os.fdopen(handle, "wb") as fresh:
                fresh.write(secrets.token_bytes(_KEY_SIZE))
            try:
                os.link(name, file)  # of two processes the first makes it
            except FileExistsError:
                pass
            finally:
                Path(name).unlink()
        with file.open("rb") as kept:
            return kept.read(_KEY_SIZE)
    except (OSError, RuntimeError):  # RuntimeError: no home
        # in the environment, so that the processes that this one starts have the same
        return bytes.fromhex(os.environ.setdefault("ATLAS_DECKS_KEY_OF_THIS_COMMAND", secrets.token_hex(_KEY_SIZE)))
