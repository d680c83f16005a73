"""What the last build was made of, so that what would come out the same is not made again.

Each package has a key over all that shapes it. It is kept where key and content are those of the last build. A file
that was changed or removed since is made again, and a stamp that cannot be read only costs time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from atlas_decks.files import replace


@dataclass(frozen=True)
class PackageRecord:
    """A package of the last build: its key, the SHA-256 of its bytes, its size."""

    key: str
    digest: str
    size: int


@dataclass(frozen=True)
class LastBuild:
    """The last build: a key over everything, its packages by name, numbers to report, the newest mod in its ledger."""

    key: str = ""
    packages: Mapping[str, PackageRecord] = field(default_factory=dict)
    diagrams: int = 0
    notes: int = 0
    retired: int = 0
    newest: int = 0

    def intact(self, folder: Path) -> dict[str, PackageRecord]:
        """The packages that lie in the folder as the last build left them."""
        return {name: kept for name, kept in self.packages.items() if _digest(folder / name) == kept.digest}


def read(path: Path) -> LastBuild:
    """The stamp in a file; an empty one where there is none that can be read."""
    try:
        data = json.loads(path.read_bytes())
        packages = {str(name): PackageRecord(**kept) for name, kept in data.pop("packages").items()}
        return LastBuild(packages=packages, **data)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return LastBuild()


def write(path: Path, stamp: LastBuild) -> None:
    """Keep a stamp. One that cannot be written only costs time, so failures pass."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace.write_file(path, json.dumps(asdict(stamp)).encode())


def kept(key: str, file: Path) -> PackageRecord:
    """The entry of a package that was just made."""
    return PackageRecord(key, _digest(file), file.stat().st_size)


def _digest(file: Path) -> str:
    with contextlib.suppress(OSError), file.open("rb") as content:
        if os.fstat(content.fileno()).st_size:
            return hashlib.file_digest(content, "sha256").hexdigest()
    return "none"
