"""Notes are withdrawn from learners only with a word, and many only with a yes; the ledger moves with the packages."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.cli.context import HANDFUL
from atlas_decks.learner.changes import read_package
from support.sample import ACME, LEDGER, QUEUES, Sample

NOW = 1_700_000_000


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("command", ["build", "release"])
@pytest.mark.parametrize("loss", ["moved away", "another name", "everything"])
def test_a_file_that_is_not_read_withdraws_nothing_by_itself(
    command: str, loss: str, sample: Sample, at: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert at(NOW, command, *(["--allow-dirty"] if command == "release" else [])) == 0
    before, file = sample.packages(), sample.root / ACME
    if loss == "moved away":
        file.unlink()
    elif loss == "another name":
        file.rename(file.with_suffix(".yaml.txt"))
    else:
        file.unlink()
        (sample.root / QUEUES).unlink()
    capsys.readouterr()
    assert at(NOW + 10, command) == 1
    said = "".join(capsys.readouterr())
    if not (command == "release" and loss == "another name"):  # a release has no warnings
        assert "withdrawn: " in said
        assert "acme-flow/metric/peak" in said
        assert "--yes" in said
    assert sample.packages() == before


def test_a_yes_withdraws_them(sample: Sample, at: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert at(NOW, "build") == 0
    assert "24 added, 0 changed, 0 withdrawn" in capsys.readouterr().err
    (sample.root / ACME).unlink()
    assert at(NOW + 10, "build", "--yes") == 0
    assert "0 added, 0 changed, 8 withdrawn" in capsys.readouterr().err
    assert at(NOW + 20, "build") == 0
    assert "0 added, 0 changed, 0 withdrawn" in capsys.readouterr().err
    gone = [note for note in read_package(sample.root / "decks/atlas-all.apkg").notes.values() if note.retired]
    assert len(gone) == 8


@pytest.mark.parametrize("answer", ["y\n", "n\n"])
def test_at_a_terminal_there_is_a_question(
    answer: str, sample: Sample, at: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert at(NOW, "build") == 0
    (sample.root / ACME).unlink()
    monkeypatch.setattr(sys, "stdin", _Terminal(answer))
    assert at(NOW + 10, "build") == (0 if answer == "y\n" else 1)
    assert "Withdraw 8 notes?" in capsys.readouterr().err


def test_a_handful_is_withdrawn_and_named(sample: Sample, at: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert at(NOW, "build") == 0
    sample.edit("- id: buffer", "- id: queue")
    sample.edit("It checks the token.", "It checks the signature.")
    capsys.readouterr()
    assert at(NOW + 10, "build") == 0
    said = capsys.readouterr().err
    assert "withdrawn from learners:\n  delta-flow/trade-off/buffer\n" in said
    assert "1 added, 1 changed, 1 withdrawn" in said
    assert HANDFUL == 5


@pytest.mark.parametrize("place", ["missing/x.apkg", "file/x.apkg", "/proc/x.apkg", "folder.apkg"])
def test_a_package_that_cannot_be_written_leaves_the_ledger(
    place: str, sample: Sample, at: Any, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    (tmp_path / "folder.apkg").mkdir()
    (tmp_path / "folder.apkg" / "mine").write_text("mine", "utf-8")
    assert at(NOW, "build") == 0
    sample.edit("It checks the token.", "It checks the signature.")
    book = sample.read(LEDGER)
    out = tmp_path / place
    done = at(NOW + 10, "build", "--only-changed", "-o", str(out))
    if done == 0:  # a missing folder is made
        assert place == "missing/x.apkg"
        assert out.is_file()
        return
    assert done == 1
    assert sample.read(LEDGER) == book
    assert at(NOW + 20, "build", "--only-changed", "-o", str(tmp_path / "y.apkg")) == 0
    assert [n.key for n in read_package(tmp_path / "y.apkg").notes.values()] == ["delta-flow/component/api"]


@pytest.mark.parametrize("name", ["atlas-plan.apkg", "atlas-all.apkg", "ledger.jsonl", "releases/0.1.0/diff.md"])
def test_a_folder_in_the_place_of_a_file_leaves_the_old_set(
    name: str, sample: Sample, at: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    decks = sample.root / "decks"
    (decks / name).mkdir(parents=True)
    (decks / name / "mine").write_text("mine", "utf-8")
    assert at(NOW, "release" if "releases" in name else "build", *(["--allow-dirty"] * ("releases" in name))) == 1
    said = capsys.readouterr().err
    assert Path(name).name in said
    assert [f.name for f in decks.iterdir() if f.is_file() and f.name != ".lock"] == []
    assert (decks / name / "mine").read_text("utf-8") == "mine"
