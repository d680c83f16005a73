"""What the last build was made of, so that what would come out the same is not made again.

Each package has a key over all that shapes it. It is kept where key and content are those of the last build. A file
that was changed or removed since is made again, and a record that cannot be read only costs time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from atlas_decks.files import checked
from atlas_decks.files.places import MOST, open_binary
from atlas_decks.packages.assemble import Assembly
from atlas_decks.packages.ledger import AHEAD
from atlas_decks.project import Project


@dataclass(frozen=True)
class PackageRecord:
    """A package of the last build: its key, the SHA-256 of its bytes, its size in bytes."""

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
        return {name: record for name, record in self.packages.items() if _digest(folder / name) == record.digest}

    def covers(self, key: str, kept: Mapping[str, PackageRecord], now: int) -> bool:
        """Whether a build of that key at `now` would give just what was kept."""
        return self.key == key and kept.keys() == self.packages.keys() and self.newest <= now + AHEAD


def key_of(project: Project, survey: str, weeks: int) -> str:
    """A digest of all that a build of everything comes from: the survey's key, the pace, ledgers, log of releases."""
    digest = hashlib.sha256(f"{survey} {weeks} ".encode())
    for book in (project.ledger_file, project.release_ledger, project.releases):
        digest.update(b"\0")
        with contextlib.suppress(FileNotFoundError), open_binary(book, MOST) as lines:
            digest.update(hashlib.file_digest(lines, "sha256").digest())
    return digest.hexdigest()


def read(path: Path) -> LastBuild:
    """The record in a file; an empty one where there is none that can be read."""
    try:
        data = json.loads(checked.read(path) or b"")
        packages = {str(name): PackageRecord(**record) for name, record in data.pop("packages").items()}
        return LastBuild(packages=packages, **data)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return LastBuild()


def write(path: Path, last: LastBuild) -> None:
    """Keep a record. One that cannot be written only costs time, so failures pass."""
    with contextlib.suppress(OSError):
        checked.write(path, json.dumps(asdict(last)).encode())


def records_of(made: Assembly, kept: Mapping[str, PackageRecord]) -> dict[str, PackageRecord]:
    """The records of an assembly's packages, of which some were kept; the files of the others still lie in place."""
    return {
        name: kept[name] if packed.file is None else _record(packed.key, packed.file)
        for name, packed in made.packages.items()
    }


def _record(key: str, file: Path) -> PackageRecord:
    return PackageRecord(key, _digest(file), file.stat().st_size)


def _digest(file: Path) -> str:
    with contextlib.suppress(OSError), open_binary(file) as content:
        if os.fstat(content.fileno()).st_size:
            return hashlib.file_digest(content, "sha256").hexdigest()
    return "none"
