"""`release`: everything in place together, rebuilt byte for byte from a clone, and no note touched by the release itself."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.cli import run
from atlas_decks.learner import real_anki
from atlas_decks.learner.changes import compare, read_package
from atlas_decks.packages import release_log
from atlas_decks.packages.release_log import Release
from atlas_decks.problems import ProblemsFoundError
from atlas_decks.release import changelog
from support.repository import git
from support.sample import ACME, ATLAS, Sample, make_sample

NOW = 1_764_300_000  # 2025-11-28
ROOT = Path(__file__).resolve().parents[2]
Call = Callable[..., int]


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    sample = make_sample(tmp_path / "project")
    for name in ("gitignore", "gitattributes"):
        shutil.copy(ROOT / "src/atlas_decks/starter" / name, sample.root / f".{name}")
    return sample


@pytest.fixture
def call(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run a command in the sample, at a time in seconds after NOW."""

    def call(*arguments: str, after: int = 0) -> int:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW + after))
        return run(["--project", str(sample.root), *arguments])

    return call


def _everything(sample: Sample) -> dict[str, bytes]:
    """All files of the project that a release may write, but for what it is still preparing."""
    files = [*(sample.root / "decks").rglob("*"), sample.root / "CHANGELOG.md"]
    names = {f.relative_to(sample.root).as_posix(): f for f in files if f.is_file()}
    return {name: f.read_bytes() for name, f in names.items() if "/." not in name}


def _description(package: bytes, deck: str = "Sample") -> str:
    import sqlite3
    import tempfile

    with zipfile.ZipFile(io.BytesIO(package)) as archive, tempfile.TemporaryDirectory() as folder:
        archive.extract("collection.anki2", folder)
        connection = sqlite3.connect(Path(folder) / "collection.anki2")
        decks = json.loads(connection.execute("SELECT decks FROM col").fetchone()[0])
        connection.close()
    return next(str(d["desc"]) for d in decks.values() if d["name"] == deck)


def _log(sample: Sample) -> list[Release]:
    return release_log.read(sample.root / "decks/releases.jsonl", "releases")


def test_a_release_is_whole_and_says_what_it_is(sample: Sample, call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("build") == 0
    assert "Not released yet: 30 cards on 3 diagrams in all." in _description(sample.packages()["atlas-all.apkg"])
    assert call("release", after=10) == 0
    assert "git tag v0.1.0" in capsys.readouterr().err
    folder = sample.root / "decks/releases/0.1.0"
    packages = {p.name: p.read_bytes() for p in folder.glob("*.apkg")}
    assert set(packages) == {"atlas-1-foundation.apkg", "atlas-2-companies.apkg", "atlas-all.apkg", "atlas-plan.apkg"}
    assert {name: sample.packages()[name] for name in packages} == packages
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in packages.items()}
    assert (folder / "SHA256SUMS").read_text("utf-8") == "".join(f"{sums[n]}  {n}\n" for n in sorted(sums))
    (release,) = _log(sample)
    assert (release.version, release.date, release.cards, release.diagrams) == ("0.1.0", "2025-11-28", 30, 3)
    assert release.sha256 == sums
    assert sample.packages()["release-ledger.jsonl"] == sample.packages()["ledger.jsonl"]
    about = _description(packages["atlas-all.apkg"])
    assert "Version 0.1.0 of 2025-11-28: 30 cards on 3 diagrams in all." in about
    assert "To update, import the newer package" in about
    assert "Core patterns. Weeks 1 to 1" in _description(packages["atlas-all.apkg"], "Sample::Cards::1 Foundation")
    note = (folder / "diff.md").read_text("utf-8")
    assert note.startswith("# Sample Atlas 0.1.0, 2025-11-28\n\nThe first release.\n\nCards: 30 new.\n")
    assert (
        "## 0.1.0 - 2025-11-28\n\n### Cards\n\n- 30 cards new, on “Acme request flow”, “Delta request flow”, “Gamma"
        in (sample.read("CHANGELOG.md"))
    )


def test_the_second_release_tells_the_difference_and_touches_no_other_note(sample: Sample, call: Call) -> None:
    assert call("-q", "release") == 0
    first = sample.root / "decks/releases/0.1.0/atlas-all.apkg"
    sample.edit("It checks the token.", "It checks the signature.")
    assert call("-q", "build", after=10) == 0
    built = sample.packages()
    assert "Version 0.1.0 of 2025-11-28, with later changes that are not released yet" in (
        _description(built["atlas-all.apkg"])
    )
    assert call("-q", "release", after=90_000) == 0
    assert _log(sample)[-1].version == "0.1.1", "only wording changed"
    second = sample.root / "decks/releases/0.1.1"
    note = (second / "diff.md").read_text("utf-8")
    assert "Detail: It checks the token. → It checks the signature." in note
    assert sample.read("CHANGELOG.md").count("\n## ") == 2
    assert sample.packages()["ledger.jsonl"] == built["ledger.jsonl"], "the release moves no mod"
    found = compare(first, second / "atlas-all.apkg")
    assert [c.key for c in found.touched] == ["delta-flow/component/api"]
    before, after = read_package(built["atlas-all.apkg"]), read_package(second / "atlas-all.apkg")
    assert before == after, "only the descriptions differ"
    # cards that come, go or move raise the middle number
    sample.edit("      - id: peak", "      - id: peaks", ACME)
    assert call("-q", "release", after=180_000) == 0
    assert _log(sample)[-1].version == "0.2.0"
    assert [r.version for r in _log(sample)] == ["0.1.0", "0.1.1", "0.2.0"]


def test_a_clone_builds_the_release_byte_for_byte(sample: Sample, call: Call, tmp_path: Path) -> None:
    assert call("-q", "release") == 0
    sample.edit("It checks the token.", "It checks the signature.")
    assert call("-q", "release", "1.0.0", "--allow-dirty", after=50) == 0
    git(sample.root, "init", "-q")
    git(sample.root, "add", "-A")
    git(sample.root, "commit", "-q", "-m", "Release 1.0.0")
    tracked = git(sample.root, "ls-files", "decks").split()
    assert tracked == ["decks/ledger.jsonl", "decks/release-ledger.jsonl", "decks/releases.jsonl"]
    git(tmp_path, "clone", "-q", str(sample.root), "clone")
    assert run(["--project", str(tmp_path / "clone"), "-q", "build", "--frozen"]) == 0
    for name, digest in _log(sample)[-1].sha256.items():
        assert hashlib.sha256((tmp_path / "clone/decks" / name).read_bytes()).hexdigest() == digest
    # at another pace it is the same release
    assert run(["--project", str(tmp_path / "clone"), "-q", "build", "--frozen", "--weeks", "4"]) == 0
    slow = (tmp_path / "clone/decks/atlas-all.apkg").read_bytes()
    assert "Version 1.0.0 of 2025-11-28:" in _description(slow)


def test_without_the_old_packages_the_frozen_ledger_tells(
    sample: Sample, call: Call, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert call("-q", "release") == 0
    old = tmp_path / "downloaded.apkg"
    shutil.move(sample.root / "decks/releases/0.1.0/atlas-all.apkg", old)
    sample.edit("It checks the token.", "It checks the signature.")
    sample.edit("      - id: peak", "      - id: peaks", ACME)
    capsys.readouterr()
    assert call("release", "--dry-run", after=50) == 0
    note = capsys.readouterr().out
    assert "The packages of 0.1.0 were not at hand" in note
    assert "Cards: 1 new, 1 changed, 1 withdrawn. 28 stay as they are" in note
    assert "signature" not in note
    assert call("release", "--dry-run", "--against", str(old), after=50) == 0
    assert "It checks the token. → It checks the signature." in capsys.readouterr().out
    assert call("release", "--against", str(sample.root / "decks/atlas-plan.apkg"), after=50) == 1
    assert "other-package" in capsys.readouterr().err
    # a package of that name which is another one is not believed
    shutil.copy(sample.root / "decks/atlas-plan.apkg", sample.root / "decks/releases/0.1.0/atlas-all.apkg")
    assert call("release", "--dry-run", after=50) == 0
    assert "were not at hand" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("edit", "arguments", "expected"),
    [
        (("first", "first"), ["0.0.9"], "is not newer than 0.1.0"),
        (("first", "first"), ["v2"], "`v2` is no version such as 1.4.0"),
        (None, [], "nothing-to-release"),
        (("terminates the connection?", "terminates the connection"), [], "prompt-question"),
        (("It checks the token.", "It checks <b>it</b>."), [], "plain-text"),
    ],
)
def test_what_is_not_released_changes_nothing(
    edit: tuple[str, str] | None,
    arguments: list[str],
    expected: str,
    sample: Sample,
    call: Call,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call("-q", "release") == 0
    if edit:
        sample.edit("Measured on a sale day.", "Measured on one day.")
        if edit[0] != edit[1]:
            sample.edit(*edit)
    before = _everything(sample)
    assert call("release", *arguments, after=50) == 1
    assert expected in capsys.readouterr().err
    assert _everything(sample) == before


def test_a_dry_run_and_uncommitted_files(sample: Sample, call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("-q", "build") == 0
    git(sample.root, "init", "-q")
    git(sample.root, "add", "-A")
    git(sample.root, "commit", "-q", "-m", "x")
    before = sample.packages()
    assert call("release", "--dry-run") == 0
    assert sample.packages() == before
    assert not (sample.root / "CHANGELOG.md").exists()
    sample.edit("It checks the token.", "It checks the signature.")
    sample.write("x: y", "curriculum/1-foundation/patterns/new file.yaml")
    capsys.readouterr()
    assert call("release") == 1
    error = capsys.readouterr().err
    assert "curriculum/1-foundation/patterns/new file.yaml: uncommitted" in error
    assert "curriculum/1-foundation/patterns/queues.yaml: uncommitted" in error
    assert sample.packages() == before
    git(sample.root, "checkout", "-q", "curriculum")
    (sample.root / "curriculum/1-foundation/patterns/new file.yaml").unlink()
    sample.write("work in progress", "notes.txt")  # does not matter to the release
    assert call("-q", "release") == 0


PROGRAM = [sys.executable, "-c", "from atlas_decks.cli import main; main()"]


def test_a_killed_release_leaves_all_or_nothing(sample: Sample, call: Call, long_run: bool) -> None:
    assert call("-q", "release") == 0
    sample.edit("It checks the token.", "It checks the signature.")
    old = _everything(sample)
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(NOW + 50)}
    command = [*PROGRAM, "--project", str(sample.root), "-q", "release"]
    started = time.monotonic()
    subprocess.run(command, env=environment, check=True)
    whole = time.monotonic() - started
    new = _everything(sample)
    assert old.keys() < new.keys()
    chance = random.Random(7)
    seen = {"old": 0, "new": 0}
    for number in range(20 if long_run else 5):
        shutil.rmtree(sample.root / "decks")
        for name, content in old.items():
            sample.write(content, name)
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        journal = sample.root / "decks/.stage/journal.json"
        if number % 2:
            while process.poll() is None and not journal.exists():
                pass
        else:
            time.sleep(chance.uniform(whole * 0.5, whole))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert call("-q", "stats", after=50) == 0
        found = _everything(sample)
        assert found in (old, new)
        seen["old" if found == old else "new"] += 1
    print(json.dumps(seen))


@pytest.mark.anki
def test_anki_shows_the_version_that_was_imported_last(sample: Sample, call: Call) -> None:
    assert call("-q", "release") == 0
    sample.edit("It checks the token.", "It checks the signature.")
    assert call("-q", "release", after=90_000) == 0
    with real_anki.temporary_collection() as col:
        for version, date in (("0.1.0", "2025-11-28"), ("0.1.1", "2025-11-29")):
            log = real_anki.import_package(col, sample.root / f"decks/releases/{version}/atlas-all.apkg")
            assert f"Version {version} of {date}: 30 cards" in col.decks.by_name("Sample")["desc"]
        assert [note.fields[0] for note in log.updated] == ["delta-flow/component/api"]


# --- the log ----------------------------------------------------------------------------------------------------------


def _release(version: str, **more: Any) -> Release:
    return Release(version, "2025-01-01", 1, 1, "abc", {}, **more)


def test_the_log_sorts_by_number_and_survives_a_merge(tmp_path: Path) -> None:
    file = tmp_path / "releases.jsonl"
    releases = [_release("1.10.0"), _release("1.9.0")]
    file.write_text(release_log.write(releases) + release_log.write(releases[:1]), "utf-8")
    assert [r.version for r in release_log.read(file, "log")] == ["1.9.0", "1.10.0"]
    assert release_log.name_of(releases, {}).startswith("Version 1.10.0")


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"version": "1.0.0"}',
        release_log.write([_release("1.0.0")]).replace("abc", "abd"),
        release_log.write([_release("1.0.0")]).replace("1.0.0", "1.0"),
        "[" * 100_000,
    ],
)
def test_a_damaged_log_is_refused_at_its_line(line: str, tmp_path: Path) -> None:
    file = tmp_path / "releases.jsonl"
    file.write_text(release_log.write([_release("1.0.0")]) + line + "\n", "utf-8")
    with pytest.raises(ProblemsFoundError, match=r"releases\.jsonl:2:1: releases: "):
        release_log.read(file, "releases.jsonl")


def test_a_damaged_log_stops_a_build(sample: Sample, call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    sample.write("oops\n", "decks/releases.jsonl")
    assert call("build") == 1
    assert "decks/releases.jsonl:1:1: releases: " in capsys.readouterr().err


# --- the changelog ----------------------------------------------------------------------------------------------------

CARDS = "### Cards\n\n- One.\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", f"{changelog._HEAD}\n## 1.0.0 - 2025-01-01\n\n{CARDS}"),
        ("# Changelog\n", f"# Changelog\n\n## 1.0.0 - 2025-01-01\n\n{CARDS}"),
        ("# C\n\n## 0.9.0 - x\n\nOld.\n", f"# C\n\n## 1.0.0 - 2025-01-01\n\n{CARDS}\n## 0.9.0 - x\n\nOld.\n"),
        ("# C\n\n## [Unreleased]\n\n## 0.9.0\n", f"# C\n\n## 1.0.0 - 2025-01-01\n\n{CARDS}\n## 0.9.0\n"),
        (
            "# C\n\n## 0.1.0 - unreleased\n\n### Added\n\n- By hand.\n\n## 0.0.9\n\nOld.\n",
            f"# C\n\n## 1.0.0 - 2025-01-01\n\n### Added\n\n- By hand.\n\n{CARDS}\n## 0.0.9\n\nOld.\n",
        ),
        ("# C\n\n## Unreleased\n\nLast.", f"# C\n\n## 1.0.0 - 2025-01-01\n\nLast.\n\n{CARDS}"),
    ],
)
def test_a_section_for_the_release(text: str, expected: str) -> None:
    assert changelog.add_release(text, "1.0.0", "2025-01-01", ["One."]) == expected


def test_our_own_changelog_can_take_a_release() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    released = changelog.add_release(text, "0.1.0", "2025-01-01", ["One."])
    assert "unreleased" not in released.split("\n## ")[1]
    assert released.count("\n## ") in (text.count("\n## "), text.count("\n## ") + 1)
    assert "One." in released


def test_plan_address_is_where_to_update_from(sample: Sample, call: Call) -> None:
    sample.edit("about: A small curriculum.", "about: A small curriculum.\nurl: https://example.com/decks", ATLAS)
    assert call("-q", "build") == 0
    assert "import the newer package from https://example.com/decks" in (
        _description(sample.packages()["atlas-all.apkg"])
    )


# --- what a tag publishes ---------------------------------------------------------------------------------------------


def _gather(sample: Sample, tag: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / ".ci/gather.py"), tag, "dist"]
    return subprocess.run(command, cwd=sample.root, capture_output=True, text=True, check=False)


def test_a_tag_publishes_what_the_log_says_or_nothing(sample: Sample, call: Call) -> None:
    assert call("-q", "release") == 0
    assert _gather(sample, "v0.1.0").returncode == 0
    found = {file.name: file.read_bytes() for file in (sample.root / "dist").iterdir()}
    packages = {name: content for name, content in sample.packages().items() if name.endswith(".apkg")}
    assert found.keys() == {*packages, "SHA256SUMS", "NOTE.md"}
    assert {name: found[name] for name in packages} == packages
    assert found["SHA256SUMS"] == (sample.root / "decks/releases/0.1.0/SHA256SUMS").read_bytes()
    assert found["NOTE.md"].startswith(b"### Cards\n\n- 30 cards new")
    for tag, damage, said in (
        ("v0.2.0", b"", "is not the last release"),
        ("v0.1.0", b"!", "not as released, by their checksums: atlas-all.apkg"),
    ):
        shutil.rmtree(sample.root / "dist", ignore_errors=True)
        sample.write(packages["atlas-all.apkg"] + damage, "decks/atlas-all.apkg")
        done = _gather(sample, tag)
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr
        assert not (sample.root / "dist").exists()
