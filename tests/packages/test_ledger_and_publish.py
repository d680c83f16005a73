"""The ledger moves only what changed; files go into place all or none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_decks.cards.ids import Ids
from atlas_decks.files import replace
from atlas_decks.packages import ledger
from atlas_decks.problems import ProblemsFoundError

contents = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["x", "y", "z"]), max_size=6)


def _rows(state: dict[str, str]) -> list[tuple[str, str, str, int]]:
    return [(Ids("samplesamplesamp").guid(key), content, f"{key}/metric/m", 1) for key, content in state.items()]


@given(st.lists(contents, min_size=1, max_size=8))
def test_mods_move_with_content_and_only_forward(states: list[dict[str, str]]) -> None:
    book: dict[str, ledger.Entry] = {}
    for now, state in enumerate(states, 1000):
        new = ledger.update(book, _rows(state), now)
        assert set(book) <= set(new), "a GUID is never forgotten"
        for guid, entry in new.items():
            old = book.get(guid)
            live = {Ids("samplesamplesamp").guid(key): content for key, content in state.items()}
            assert entry.retired == (guid not in live)
            if old is not None and old.hash == entry.hash and old.retired == entry.retired:
                assert entry.mod == old.mod
            else:
                assert entry.mod > (old.mod if old else 0)
        book = new
        assert ledger.update(book, _rows(state), now + 50) == book


@given(contents, contents)
def test_a_ledger_survives_writing_and_the_lines_of_a_merge(ours: dict[str, str], theirs: dict[str, str]) -> None:
    a = ledger.update({}, _rows(ours), 10)
    b = ledger.update({}, _rows(theirs), 20)
    path = Path("/dev/shm" if Path("/dev/shm").is_dir() else "/tmp") / f"atlas-ledger-{os.getpid()}.jsonl"
    try:
        path.write_text(ledger.write(a), "utf-8")
        assert ledger.read(path, "ledger") == a
        path.write_text(
            "".join(sorted({*ledger.write(a).splitlines(True), *ledger.write(b).splitlines(True)})), "utf-8"
        )
        assert ledger.read(path, "ledger") == {**a, **b}
    finally:
        path.unlink(missing_ok=True)


def test_sorted_by_guid_one_object_a_line() -> None:
    text = ledger.write(ledger.update({}, _rows({"a": "x", "b": "y", "c": "z"}), 1))
    guids = [line.split('"guid": "')[1][:12] for line in text.splitlines()]
    assert guids == sorted(guids)
    assert len(guids) == 3


def test_a_crash_before_the_journal_keeps_the_old_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace.replace_files(tmp_path, {"a": b"old", "b": b"old"})

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace.replace_files(tmp_path, {"a": b"new", "b": b"new"})
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"a": b"old", "b": b"old"}


def test_a_crash_after_the_journal_is_finished_by_the_next_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace.replace_files(tmp_path, {"a": b"old", "b": b"old"})
    with monkeypatch.context() as patch:
        patch.setattr(replace, "recover", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            replace.replace_files(tmp_path, {"a": b"new", "b": b"new"})
    with replace.exclusive(tmp_path, "decks"):
        pass
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == b"new"
    assert not (tmp_path / ".stage").exists()


KILLED = """
import sys, pathlib
from atlas_decks.files import replace
folder = pathlib.Path(sys.argv[1])
for generation in range(100000):
    with replace.exclusive(folder, "decks"):
        replace.replace_files(folder, {name: str(generation).encode() * 2000 for name in "abcdef"})
"""


def test_killed_at_any_instant_the_set_is_whole(tmp_path: Path) -> None:
    for round_ in range(8):
        child = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)])
        time.sleep(0.4 + 0.013 * round_)
        child.send_signal(signal.SIGKILL)
        child.wait()
        with replace.exclusive(tmp_path, "decks"):
            found = {(tmp_path / name).read_bytes() for name in "abcdef" if (tmp_path / name).exists()}
            assert len(found) <= 1, "files of two builds side by side"


def test_two_builds_at_once_one_waits_or_says_so(tmp_path: Path) -> None:
    with (
        replace.exclusive(tmp_path, "decks"),
        pytest.raises(ProblemsFoundError, match="another build"),
        replace.exclusive(tmp_path, "decks", seconds=0.1),
    ):
        pass
