"""`diff` on a package of a stranger: it ends soon, within limits, with a sentence and exit code 1, or reads it."""

from __future__ import annotations

import json
import random
import sqlite3
import struct
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.cli import run
from atlas_decks.learner import reading
from atlas_decks.project import Project
from support.builds import NOW, build
from support.sample import make_sample

Pack = Callable[..., Path]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("good") / "project"
    make_sample(root)
    return build(Project(root), NOW).folder / "atlas-all.apkg"


@pytest.fixture
def packed(good: Path, tmp_path: Path) -> Pack:
    """The good package with its collection changed by SQL, tables without any constraint."""

    def change(*statements: str, values: tuple[Any, ...] = (), compression: int = zipfile.ZIP_DEFLATED) -> Path:
        file, package = tmp_path / "x.anki2", tmp_path / "bad.apkg"
        with zipfile.ZipFile(good) as archive:
            file.write_bytes(archive.read("collection.anki2"))
        connection = sqlite3.connect(file)
        for name in ("notes", "cards", "col"):
            connection.executescript(
                f"CREATE TABLE x{name} AS SELECT * FROM {name}; DROP TABLE {name}; ALTER TABLE x{name} RENAME TO {name};"
            )
        for statement in statements:
            connection.execute(statement, values)
        connection.commit()
        connection.close()
        with zipfile.ZipFile(package, "w", compression) as archive:
            archive.write(file, "collection.anki2")
            archive.writestr("media", "{}")
        return package

    return change


def refused(good: Path, bad: Path, capsys: pytest.CaptureFixture[str], seconds: float = 10.0) -> str:
    """Both ways round and in each form; returns what was said last."""
    said = ""
    for pair in ((good, bad), (bad, good)):
        for style in ("text", "md", "json"):
            began = time.monotonic()
            capsys.readouterr()
            assert run(["diff", "--format", style, *map(str, pair)]) == 1
            said = capsys.readouterr().err
            assert time.monotonic() - began < seconds
            assert said.startswith(f"{bad}: package: cannot be read: ")
            assert len(said.splitlines()) == 2
    return said


ODD = [
    *(f"UPDATE notes SET mod = {value}" for value in ("NULL", "'abc'", "1e300", "x'00ff'", "9e999")),
    *(f"UPDATE notes SET {name} = {value}" for name in ("tags", "flds", "guid") for value in ("NULL", "x'ff'", "5")),
    "UPDATE notes SET flds = CAST(x'fffe1f' AS TEXT)",
    *(
        "UPDATE notes SET mid = 5",
        "UPDATE notes SET mid = NULL",
        "UPDATE notes SET flds = ''",
        "UPDATE notes SET id = 'x'",
    ),
    *(f"UPDATE cards SET due = {value}" for value in ("'x'", "9e999", "NULL", "1.5")),
    *("UPDATE cards SET ord = NULL", "UPDATE cards SET nid = x'00'", "UPDATE cards SET did = 1e9"),
    *("DELETE FROM col", "UPDATE col SET models = '5'", "UPDATE col SET models = NULL", "UPDATE col SET decks = '[]'"),
    *("DROP TABLE notes", "DROP TABLE col", "ALTER TABLE notes RENAME COLUMN flds TO other"),
]


@pytest.mark.parametrize("statement", ODD)
def test_odd_values_are_said(statement: str, good: Path, packed: Pack, capsys: pytest.CaptureFixture[str]) -> None:
    bad = packed(statement)
    capsys.readouterr()
    done = run(["diff", str(good), str(bad)])
    said = capsys.readouterr()
    if statement.startswith("UPDATE notes SET") and statement.endswith(" = 5") and done == 0:
        return  # SQLite made a text of it, as the column wants
    assert done == 1, said
    assert "cannot be read: " in said.err
    assert "bug" not in said.err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mod", 1e400),
        ("mod", None),
        ("name", None),
        ("name", ["a"]),
        ("flds", 5),
        ("flds", [{"name": ["a"]}]),
        ("css", {}),
    ],
)
def test_odd_note_types_are_said(name: str, value: object, good: Path, packed: Pack) -> None:
    with zipfile.ZipFile(good) as archive, tempfile.TemporaryDirectory() as folder:
        file = Path(archive.extract("collection.anki2", folder))
        (models,) = sqlite3.connect(file).execute("SELECT models FROM col").fetchone()
    found = json.loads(models)
    next(iter(found.values()))[name] = value
    assert run(["diff", str(good), str(packed("UPDATE col SET models = ?", values=(json.dumps(found),)))]) in (0, 1)


def test_json_that_is_deep_is_said(good: Path, packed: Pack, capsys: pytest.CaptureFixture[str]) -> None:
    refused(good, packed("UPDATE col SET models = ?", values=("[" * 100_000,)), capsys)


ENDLESS = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r)"


@pytest.mark.parametrize(
    "statements",
    [
        (
            "ALTER TABLE notes RENAME TO n",
            f"CREATE VIEW notes AS {ENDLESS} SELECT x AS id, 'g' || x AS guid, 1 AS mod FROM r",
        ),
        ("ALTER TABLE col RENAME TO c", f"CREATE VIEW col AS {ENDLESS} SELECT models, decks FROM c, r"),
        ("ALTER TABLE cards RENAME TO c", f"CREATE VIEW cards AS {ENDLESS} SELECT x AS nid, 0 AS ord FROM r"),
    ],
)
def test_views_that_never_end_are_refused(
    statements: tuple[str, ...], good: Path, packed: Pack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "no table" in refused(good, packed(*statements), capsys, 5)


def test_rows_values_and_bytes_have_limits(
    good: Path, packed: Pack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    many = "INSERT INTO cards SELECT a.* FROM cards a, cards b, cards c LIMIT 2000"
    assert run(["diff", str(good), str(good)]) == 0
    monkeypatch.setattr(reading, "MAX_ROWS", 1000)
    assert "more than 1,000 rows" in refused(good, packed(many), capsys)
    big = packed("UPDATE notes SET flds = flds || hex(zeroblob(4500000)) WHERE id = (SELECT min(id) FROM notes)")
    assert "too big" in refused(good, big, capsys)


def test_reading_has_a_limit_of_time(
    good: Path, packed: Pack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Columns that are computed are tables, too."""
    monkeypatch.setattr(reading, "MAX_SECONDS", 0.5)
    slow = "ALTER TABLE cards ADD COLUMN slow AS (length(replace(hex(zeroblob(2000000)), '0', 'ab')))"
    bad = packed(slow, "ALTER TABLE cards RENAME COLUMN due TO other", "ALTER TABLE cards RENAME COLUMN slow TO due")
    began = time.monotonic()
    run(["diff", str(good), str(bad)])
    assert time.monotonic() - began < 10


def test_a_zip_bomb_is_not_unpacked(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 20_000_000)
    bomb = tmp_path / "bomb.apkg"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("collection.anki2", "w") as member:
        for _ in range(200):
            member.write(bytes(1 << 20))
    raw = bytearray(bomb.read_bytes())
    assert run(["verify", str(bomb)]) == 1
    assert "at most 20,000,000 are tried" in capsys.readouterr().err
    assert "more than 20,000,000 bytes" in refused(good, bomb, capsys, 5)
    at = raw.find(b"PK\1\2")
    struct.pack_into("<L", raw, at + 24, 1000)  # the directory lies about the size
    bomb.write_bytes(raw)
    refused(good, bomb, capsys, 5)


@pytest.mark.parametrize("compression", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
def test_damaged_members_are_said(
    compression: int, good: Path, packed: Pack, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = packed("SELECT 1", compression=compression)
    raw = bytearray(bad.read_bytes())
    for place in range(60, 2000, 7):
        raw[place] ^= 0x5A
    bad.write_bytes(raw)
    refused(good, bad, capsys)


def test_a_truncated_member_is_no_interruption(good: Path, packed: Pack, capsys: pytest.CaptureFixture[str]) -> None:
    bad = packed("SELECT 1", compression=zipfile.ZIP_STORED)
    raw = bytearray(bad.read_bytes())
    at = raw.find(b"PK\1\2")
    struct.pack_into("<LL", raw, at + 20, 50_000_000, 50_000_000)
    bad.write_bytes(raw)
    refused(good, bad, capsys)
    struct.pack_into("<H", raw, at + 10, 99)
    bad.write_bytes(raw)
    refused(good, bad, capsys)


def test_random_damage_is_said(good: Path, tmp_path: Path, long_run: bool) -> None:
    raw, rng, bad = good.read_bytes(), random.Random(7), tmp_path / "bad.apkg"
    for _ in range(1000 if long_run else 60):
        damaged = bytearray(raw)
        for _ in range(rng.randint(1, 6)):
            damaged[rng.choice([rng.randrange(len(raw)), rng.randrange(60), -rng.randrange(1, 200)])] = rng.randrange(
                256
            )
        bad.write_bytes(damaged)
        assert run(["diff", str(bad), str(good)]) in (0, 1)


@pytest.mark.parametrize("text", ["<" * 300_000, "<p" * 150_000, "</li>" * 50_000, "&" * 200_000, "`" * 200_000])
def test_long_texts_take_no_longer_than_they_are(text: str, good: Path, packed: Pack) -> None:
    bad = packed("UPDATE notes SET mod = mod + 5, flds = replace(flds, 'It checks the token.', ?)", values=(text,))
    began = time.monotonic()
    for style in ("text", "md", "json"):
        assert run(["diff", "--format", style, str(good), str(bad)]) == 0
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("style", ["text", "md", "json"])
def test_no_orders_reach_the_terminal(style: str, good: Path, packed: Pack, capsys: pytest.CaptureFixture[str]) -> None:
    evil = "\x1b]0;OWNED\x07\x1b]52;c;cm0gLXJmIC8=\x07\x1b[2J\x9b31m\r\x7f"
    bad = packed(
        "UPDATE notes SET mod = mod + 5, tags = tags || ?1, flds = replace(flds, 'It checks the token.', ?1)",
        values=(evil,),
    )
    assert run(["diff", "--format", style, str(good), str(bad)]) == 0
    said = capsys.readouterr().out
    assert "OWNED" in said
    assert not [char for char in said if (char < " " and char != "\n") or "\x7f" <= char < "\xa0"]


def test_no_orders_in_what_is_said_of_a_fault(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "\x1b]0;OWNED\x07.apkg"
    bad.write_bytes(b"no package")
    assert run(["diff", str(good), str(bad)]) == 1
    assert "\x1b" not in capsys.readouterr().err
