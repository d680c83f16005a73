"""Packages are the same bytes whatever SQLite library the machine's Python has."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from support.sample import make_sample

_BUILD = """
import sys
if "other" in sys.argv:
    import pysqlite3, pysqlite3.dbapi2
    sys.modules["sqlite3"], sys.modules["sqlite3.dbapi2"] = pysqlite3, pysqlite3.dbapi2
import sqlite3
print(sqlite3.sqlite_version)
from atlas_decks.cli import run
sys.exit(run(["--project", sys.argv[1], "-q", "build"]))
"""


def test_another_sqlite_gives_the_same_packages(tmp_path: Path) -> None:
    pytest.importorskip("pysqlite3", reason="another SQLite library comes with `.[dev]` on Linux")
    versions, sums = [], []
    for which in ("own", "other"):
        sample = make_sample(tmp_path / which)
        for number in range(40):  # tombstones fill more pages than one
            sample.edit(f"- id: {'buffer' if number == 0 else f'b{number - 1}'}", f"- id: b{number}")
            if number in (0, 39):
                command = [sys.executable, "-c", _BUILD, str(sample.root), which]
                environment = {**os.environ, "SOURCE_DATE_EPOCH": str(1_700_000_000 + number)}
                done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
                versions.append(done.stdout.strip())
        sums.append({name: hashlib.sha256(data).hexdigest() for name, data in sample.packages().items()})
    assert versions[0] == sqlite3.sqlite_version
    assert versions[0] != versions[-1], "the two libraries are of different versions"
    assert sums[0] == sums[1]


def test_the_header_names_the_library_that_is_pinned(tmp_path: Path) -> None:
    import apsw

    from atlas_decks.cli import run

    sample = make_sample(tmp_path / "project")
    assert run(["--project", str(sample.root), "build"]) == 0
    for package in ("atlas-all.apkg", "atlas-1-foundation.apkg"):
        with zipfile.ZipFile(sample.root / "decks" / package) as archive:
            header = archive.read("collection.anki2")[:100]
        # https://www.sqlite.org/fileformat.html#write_library_version_number_and_version_valid_for
        major, minor, patch = map(int, apsw.sqlite_lib_version().split("."))
        assert int.from_bytes(header[96:100]) == major * 1_000_000 + minor * 1_000 + patch
