"""A project from somebody else: no command reads, writes or removes what is not the project's."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from atlas_decks.cli import main
from atlas_decks.files import checked, replace
from atlas_decks.files.places import odd_places, read_regular
from support.sample import ATLAS, LEDGER, QUEUES, Sample

COMMANDS = ["check", "build", "stats", "list", "plan", "preview", "release"]


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A folder of somebody else's, with a file that must stay as it is."""
    folder = tmp_path / "victim"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work", "utf-8")
    return folder


def run(sample: Sample, *arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["atlas-decks", "--project", str(sample.root), *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    return int(ended.value.code or 0)


def journal(folder: Path, put: list[str], remove: list[str]) -> None:
    stage = folder / ".stage"
    stage.mkdir(parents=True)
    for number in range(len(put)):
        (stage / str(number)).write_text("owned", "utf-8")
    (stage / "journal.json").write_text(json.dumps({"put": put, "remove": remove}), "utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_journal_touches_only_its_own_folder(command: str, sample: Sample, victim: Path) -> None:
    outside = str(victim / "authorized_keys")
    for put, remove in (
        (["../../victim/authorized_keys"], ["../../victim/thesis.txt"]),
        ([outside], [str(victim / "thesis.txt")]),
        (["atlas-all.apkg", "../curriculum/atlas.yaml"], []),
        (["x/../../../victim/authorized_keys"], []),
    ):
        journal(sample.root / "decks", put, remove)
        run(sample, command)
        assert sorted(victim.iterdir()) == [victim / "thesis.txt"]
        assert "owned" not in sample.read(ATLAS)
        assert (
            not (sample.root / "decks" / "atlas-all.apkg").is_file()
            or (sample.root / "decks" / "atlas-all.apkg").read_bytes() != "owned"
        )


def test_a_journal_through_a_link_touches_nothing(sample: Sample, victim: Path) -> None:
    decks = sample.root / "decks"
    decks.mkdir()
    (decks / "releases").symlink_to(victim, target_is_directory=True)
    journal(decks, ["releases/authorized_keys"], ["releases/thesis.txt"])
    replace.finish_interrupted(decks)
    assert sorted(victim.iterdir()) == [victim / "thesis.txt"]


def test_a_download_folder_is_only_read(sample: Sample, tmp_path: Path) -> None:
    assert run(sample, "build") == 0
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    shutil.copy(sample.root / "decks" / "atlas-all.apkg", downloads / "a.apkg")
    journal(downloads, ["a.apkg"], ["b.apkg"])
    (downloads / "b.apkg").write_text("mine", "utf-8")
    before = {file: file.read_bytes() for file in downloads.rglob("*") if file.is_file()}
    run(sample, "diff", str(downloads / "a.apkg"), str(downloads / "a.apkg"))
    assert {file: file.read_bytes() for file in downloads.rglob("*") if file.is_file()} == before


def test_a_release_may_still_finish_its_changelog(sample: Sample) -> None:
    decks = sample.root / "decks"
    journal(decks, [replace.BESIDE, "releases/0.1.0/SHA256SUMS", "ledger.jsonl"], [])
    replace.finish_interrupted(decks)
    assert (sample.root / "CHANGELOG.md").read_text("utf-8") == "owned"
    assert (decks / "releases" / "0.1.0" / "SHA256SUMS").read_text("utf-8") == "owned"


@pytest.mark.parametrize("place", ["decks", "templates", ".atlas", ".atlas/compiled", ".atlas/cache", "curriculum/own"])
@pytest.mark.parametrize("command", ["check", "build"])
def test_folders_that_lead_out_are_refused(
    place: str, command: str, sample: Sample, victim: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sample.root / place).parent.mkdir(parents=True, exist_ok=True)
    (sample.root / place).symlink_to(victim, target_is_directory=True)
    assert run(sample, command) == 1
    out = capsys.readouterr()
    assert "link-outside" in out.out + out.err
    assert place in out.out + out.err
    assert sorted(victim.iterdir()) == [victim / "thesis.txt"]


@pytest.mark.parametrize("place", [LEDGER, "decks/releases.jsonl", ".atlas/last-build.json", QUEUES])
def test_pipes_and_devices_do_not_make_a_command_wait(place: str, sample: Sample) -> None:
    file = sample.root / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    os.mkfifo(file)
    assert run(sample, "build") == 1
    file.unlink()
    file.symlink_to("/dev/zero")
    assert run(sample, "build") == 1


def test_a_cache_that_came_with_the_folder_is_made_anew(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sealed by somebody who knows how the seal is made, but not this machine's key."""
    assert run(sample, "build") == 0
    honest = sample.packages()
    for file in [f for f in (sample.root / ".atlas").rglob("*") if f.is_file()]:
        content = checked.read(file)
        assert content is not None
        monkeypatch.setattr(checked, "_key", lambda: b"another machine's key 0123456789")
        checked.write(file, content.replace(b"It checks the token.", b"It is <script>. 6789"))
        monkeypatch.undo()
    assert run(sample, "build") == 0
    assert sample.packages() == honest


def test_packages_that_came_with_the_folder_are_made_anew(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record of the last build that fits a poisoned package does not keep it."""
    assert run(sample, "build") == 0
    honest = sample.packages()
    record = sample.root / ".atlas" / "last-build.json"
    import hashlib

    poisoned = b"poisoned"
    content = checked.read(record)
    assert content is not None
    digest = hashlib.sha256(honest["atlas-all.apkg"]).hexdigest()
    monkeypatch.setattr(checked, "_key", lambda: b"another machine's key 0123456789")
    checked.write(record, content.replace(digest.encode(), hashlib.sha256(poisoned).hexdigest().encode()))
    monkeypatch.undo()
    (sample.root / "decks" / "atlas-all.apkg").write_bytes(poisoned)
    assert run(sample, "build") == 0
    assert sample.packages() == honest


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="neither a file nor a folder"):
        read_regular(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"text")
    assert read_regular(tmp_path / "file") == b"text"
    assert list(odd_places(tmp_path, [tmp_path / "missing"], [tmp_path / "file"])) == []


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("queues.YAML", "error"),
        ("queues.yml.orig", "warning"),
        (".queues.yaml", "warning"),
        ("queues.yaml~", "warning"),
    ],
)
def test_what_looks_like_content_and_is_not_read_is_said(
    name: str, severity: str, sample: Sample, capsys: pytest.CaptureFixture[str]
) -> None:
    file = sample.root / QUEUES
    file.rename(file.with_name(name))
    assert run(sample, "check") == (1 if severity == "error" else 0)
    out = capsys.readouterr().out
    assert f"{Path(QUEUES).parent.as_posix()}/{name}: file-unread" in out


def test_an_unknown_focus_track_is_a_fault(sample: Sample, capsys: pytest.CaptureFixture[str]) -> None:
    line = sample.edit("    mermaid: |", "    focus: [statrup]\n    mermaid: |")
    assert run(sample, "check") == 1
    assert f"{QUEUES}:{line}:13: known-focus: no focus track `statrup`" in capsys.readouterr().out
