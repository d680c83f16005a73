"""Files of a cache: whole, of this machine, or not there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from atlas_decks.files import checked


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of another user's caches."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    checked._key.cache_clear()
    yield tmp_path / "home"
    checked._key.cache_clear()


def test_what_was_written_is_read(machine: Path, tmp_path: Path) -> None:
    checked.write(tmp_path / "a", b"content")
    checked._key.cache_clear()  # another process
    assert checked.read(tmp_path / "a") == b"content"
    key = machine / "atlas-decks" / "key"
    assert len(key.read_bytes()) == 32
    assert key.stat().st_mode & 0o077 == 0
    assert [file.name for file in key.parent.iterdir()] == ["key"]


@pytest.mark.parametrize("damage", [lambda raw: raw[:-1], lambda raw: raw + b"x", lambda raw: b"", lambda raw: raw[1:]])
def test_what_was_changed_is_not_read(damage, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    checked.write(tmp_path / "a", b"content")
    (tmp_path / "a").write_bytes(damage((tmp_path / "a").read_bytes()))
    assert checked.read(tmp_path / "a") is None


def test_what_came_from_another_machine_is_not_read(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked.write(tmp_path / "a", b"content")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    checked._key.cache_clear()
    assert checked.read(tmp_path / "a") is None
    (tmp_path / "b").write_bytes(hashlib.sha256(b"forged").hexdigest().encode() + b"\nforged")
    assert checked.read(tmp_path / "b") is None


def test_without_a_place_for_a_key_caches_still_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder", "utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    checked._key.cache_clear()
    checked.write(tmp_path / "a", b"content")
    assert checked.read(tmp_path / "a") == b"content"
    checked._key.cache_clear()
