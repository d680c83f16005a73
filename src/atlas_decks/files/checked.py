"""Files of a cache that are whole or not at all: the SHA-256 of the content on the first line, then the content.

They are moved into place when they are complete. What was cut off or changed since does not pass for content.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

START = 65  # bytes before the content: the digest in hex, and the end of its line


def read(path: Path) -> bytes | None:
    """The content of a file, or None where it is damaged. Raises OSError where it cannot be read."""
    raw = path.read_bytes()
    content = raw[START:]
    return content if raw[:START] == _seal(content) else None


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
    return hashlib.sha256(content).hexdigest().encode() + b"\n"
