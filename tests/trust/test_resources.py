"""A machine that runs short of something: exit code 1, a sentence, no traceback, no hang, and the old set stays whole."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from atlas_decks.cli import run
from atlas_decks.files.zip_archive import Archive, deflate
from support.sample import LEDGER, Sample, make_sample, subject

PROGRAM = str(Path(sys.executable).with_name("atlas-decks"))


def limited(sample: Sample, limit: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run with a limit of the shell, such as `-n 16`."""
    words = " ".join([PROGRAM, "--project", str(sample.root), *arguments])
    command = ["bash", "-c", f"ulimit {limit}; exec {words}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def sound(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode in (0, 1), done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr
    if done.returncode:
        assert "hint: " in done.stderr


@pytest.mark.parametrize("limit", ["-n 8", "-n 12", "-n 14", "-n 15", "-n 16", "-n 17", "-n 20", "-n 32"])
def test_few_descriptors(limit: str, sample: Sample) -> None:
    for number in range(3):  # enough for a pool of processes
        names = {f"n{number}x{i}": "queues" for i in range(12)}
        sample.write(subject("patterns", names), f"curriculum/1-foundation/patterns/more-{number}.yaml")
    sample.edit("title: Queues, planned: 2", "title: Queues, planned: 90", "curriculum/atlas.yaml")
    done = limited(sample, limit, "build", "-j", "2")
    if limit == "-n 8":  # Python itself may not start
        assert done.returncode
        return
    sound(done)


@pytest.mark.parametrize("blocks", [4, 40, 100, 200])
@pytest.mark.parametrize("command", ["build", "preview"])
def test_small_files_only(blocks: int, command: str, sample: Sample) -> None:
    """A limit on the size of files fails at the same places as a full disk."""
    assert run(["--project", str(sample.root), "-q", "build"]) == 0
    sample.edit("It checks the token.", "It checks the signature.")
    before = sample.packages()
    done = limited(sample, f"-f {blocks}", command, "-j", "1")
    sound(done)
    if done.returncode:
        assert sample.packages() == before
        assert [f.name for f in (sample.root / "decks").iterdir() if f.name in (".stage", ".making")] == []


@pytest.mark.parametrize("size", [100, 300, 900])
def test_a_full_disk(size: int, sample: Sample, tmp_path: Path) -> None:
    """On a real small file system, where one may be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting wants root")
    try:
        small = make_sample(disk / "project")
        done = limited(small, "-n 1000", "build", "-j", "1")
        sound(done)
        assert done.returncode == 0 or not (small.root / LEDGER).exists()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("megabytes", [200, 260, 320, 400])
def test_little_memory(megabytes: int, sample: Sample) -> None:
    done = limited(sample, f"-v {megabytes * 1024}", "build", "-j", "1")
    if "ImportError" in done.stderr or "libyaml" in done.stderr or done.returncode < 0:
        pytest.skip("Python could not load its libraries")
    sound(done)


def test_an_archive_that_is_given_up_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = Archive(tmp_path / "x.zip")
    archive.add("a", deflate(b"text"))
    out = archive._out
    out.close()
    archive._zip.fp = open("/dev/full", "r+b")  # noqa: SIM115, PTH123 - closed by the archive
    del archive, out
    assert capsys.readouterr().err == ""
    whole = Archive(tmp_path / "y.zip")
    whole.add("a", deflate(b"text"))
    whole.close()
    assert zipfile.ZipFile(tmp_path / "y.zip").read("a") == b"text"


@pytest.mark.parametrize("command", ["list", "stats", "plan", "check --rules", "show delta-flow", "--help"])
def test_a_reader_that_had_enough_is_no_fault(command: str, sample: Sample) -> None:
    script = f'set -o pipefail; {PROGRAM} --project {sample.root} {command} | true; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "0"
    assert done.stderr == ""


@pytest.mark.parametrize("epoch", ["253402300800", str(2**63), "9" * 40, "3976214400"])
@pytest.mark.parametrize("command", ["build", "release"])
def test_odd_dates_are_said(
    epoch: str, command: str, sample: Sample, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert run(["--project", str(sample.root), command]) == 1
    assert "SOURCE_DATE_EPOCH: date: " in capsys.readouterr().err
    assert not (sample.root / LEDGER).exists()


def test_a_clock_that_is_far_ahead_is_said(
    sample: Sample, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setattr("time.time", lambda: 3_976_214_400.0)
    assert run(["--project", str(sample.root), "build"]) == 1
    assert "the clock: date: " in capsys.readouterr().err
    assert os.path.lexists(sample.root / "curriculum")


def test_many_edits_within_one_second(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for number in range(70):
        sample.edit("It checks the token" if number == 0 else f"Check {number - 1}", f"Check {number}")
        assert run(["--project", str(sample.root), "-q", "build"]) == 0, number
