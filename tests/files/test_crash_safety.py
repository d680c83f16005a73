"""Real builds, killed at any instant or run at once: the packages and the ledger are always of one build."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from atlas_decks.files import replace
from support.sample import ACME, ATLAS, LEDGER, Sample, make_sample, subject

PROGRAM = [sys.executable, "-c", "from atlas_decks.cli import main; main()"]
OLD, NEW = 1_700_000_000, 1_700_000_100
Files = dict[str, bytes]


def _start(sample: Sample, now: int, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(now)}
    command = [*PROGRAM, "--project", str(sample.root), *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _run(sample: Sample, now: int, *arguments: str) -> str:
    process = _start(sample, now, *arguments)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return err


def _reset(sample: Sample, files: Files) -> None:
    shutil.rmtree(sample.root / "decks")
    for name, content in files.items():
        sample.write(content, f"decks/{name}")


def _edit(sample: Sample) -> None:
    """A change that every package shows, and one of the names of the packages."""
    sample.edit("It checks the token.", "It checks the signature.")
    sample.edit("It checks the token.", "It checks the signature.", ACME)
    sample.edit("slug: foundation", "slug: basics", ATLAS)


@pytest.fixture
def sets(tmp_path: Path) -> tuple[Sample, Files, Files]:
    """A sample whose curriculum is the new one; the old and the new set of files, byte for byte."""
    sample = make_sample(tmp_path / "project")
    _run(sample, OLD, "build")
    old = sample.packages()
    _edit(sample)
    _run(sample, NEW, "build")
    new = sample.packages()
    names = {"atlas-2-companies.apkg", "atlas-all.apkg", "atlas-plan.apkg", "ledger.jsonl"}
    assert old.keys() == {*names, "atlas-1-foundation.apkg"}
    assert new.keys() == {*names, "atlas-1-basics.apkg"}, "the package of the tier's former name is gone"
    assert {name for name in names if old[name] == new[name]} == {"atlas-plan.apkg"}
    return sample, old, new


def _kill(process: subprocess.Popen[str], sample: Sample, aim: str, chance: random.Random, whole: float) -> None:
    """Kill the build at a random instant: of all its time, while it stages files, or while it moves them into place."""
    if aim == "any time":
        time.sleep(chance.uniform(0, whole))
    else:
        sign = sample.root / ("decks/.stage" if aim == "staging" else "decks/.stage/journal.json")
        while process.poll() is None and not sign.exists():
            pass
        until = time.perf_counter() + chance.uniform(0, 0.004 if aim == "staging" else 0.0002)
        while time.perf_counter() < until:
            pass
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)


def test_a_killed_build_leaves_the_old_or_the_new_set(sets: tuple[Sample, Files, Files], long_run: bool) -> None:
    sample, old, new = sets
    chance = random.Random(20)
    started = time.monotonic()
    _reset(sample, old)
    _run(sample, NEW, "build")
    whole = time.monotonic() - started
    seen: Counter[str] = Counter()
    rounds = 50 if long_run else 10
    for number in range(3 * rounds):
        if number >= rounds and seen["in the move"] + seen["while staging"]:
            break  # some instants must fall into the publication, which a busy machine may miss
        _reset(sample, old)
        _kill(_start(sample, NEW, "build"), sample, ("any time", "staging", "moving")[number % 3], chance, whole)
        stage = sample.root / "decks/.stage"
        moving = (stage / "journal.json").exists()
        seen["in the move" if moving else "while staging" if stage.exists() else "outside"] += 1
        before = sample.packages()
        if not moving:  # nothing is left to finish: the set is whole as it lies there
            assert before in (old, new)
        _run(sample, NEW, "-q", "stats")  # any command finishes what was begun
        found = sample.packages()
        assert found in (old, new), [n for n in found if found[n] != old.get(n)]
        seen["old" if found == old else "new"] += 1
        seen["mixed before it was finished"] += moving and before not in (old, new)
        _run(sample, NEW, "build")
        assert sample.packages() == new
    print(json.dumps(seen))
    assert seen["in the move"] + seen["while staging"] > 0, "no kill fell into the publication"
    assert seen["old"] > 0


def test_a_reader_that_may_not_write_is_not_disturbed(sets: tuple[Sample, Files, Files]) -> None:
    sample, old, _ = sets
    _reset(sample, old)
    sample.write(json.dumps({"put": ["ledger.jsonl"], "remove": []}), "decks/.stage/journal.json")
    sample.write(b"new", "decks/.stage/0")
    with replace.exclusive(sample.root / "elsewhere", "elsewhere"):
        replace.finish_interrupted(sample.root / "elsewhere")
    (sample.root / "decks").chmod(0o500)
    try:
        _run(sample, NEW, "stats")
    finally:
        (sample.root / "decks").chmod(0o700)


def test_workers_end_with_a_killed_build(tmp_path: Path) -> None:
    """They would hold the lock that they inherited, and every later build would wait for them in vain."""
    if not Path("/proc/self/task").is_dir():
        pytest.skip("reads /proc")
    sample = make_sample(tmp_path / "project")
    sample.edit("planned: 2", "planned: 602", ATLAS)
    for number in range(0, 600, 10):  # processes start only for many files
        names = {f"part{n}": "queues" for n in range(number, number + 10)}
        sample.write(subject("patterns", names), f"curriculum/1-foundation/patterns/part{number}.yaml")
    process = _start(sample, OLD, "build", "--jobs", "2")
    children: list[int] = []
    until = time.monotonic() + 60
    while len(children) < 2 and time.monotonic() < until:
        assert process.poll() is None, process.communicate()[1]
        children = [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    assert len(children) == 2
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    until = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < until:
        time.sleep(0.05)
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    assert "waiting" not in _run(sample, OLD, "build")


# --- two at once -------------------------------------------------------------------------------------------------------


def test_two_builds_at_once_end_with_the_newest_content_whole(sets: tuple[Sample, Files, Files]) -> None:
    sample, old, new = sets
    for _ in range(3):
        _reset(sample, old)
        processes = [_start(sample, NEW, "build") for _ in range(3)]
        errors = [process.communicate(timeout=120)[1] for process in processes]
        assert [process.returncode for process in processes] == [0, 0, 0], errors
        assert sample.packages() == new


HOLD = """
import pathlib, sys
from atlas_decks.files import replace
with replace.exclusive(pathlib.Path(sys.argv[1]), "decks"):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_build_that_waited_sees_what_was_written_meanwhile(sets: tuple[Sample, Files, Files]) -> None:
    sample, old, new = sets
    _reset(sample, old)
    sample.edit("It checks the signature.", "It checks nothing.")
    command = [sys.executable, "-c", HOLD, str(sample.root / "decks")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        build = _start(sample, NEW, "build")
        assert build.stderr is not None
        assert "waiting for another build" in build.stderr.readline()
        assert sample.packages() == old
        sample.edit("It checks nothing.", "It checks the signature.")
        holder.stdin.write("\n")
        holder.stdin.flush()
        assert build.wait(timeout=60) == 0
        build.communicate()
    assert sample.packages() == new
    assert sample.read(LEDGER).encode() == new["ledger.jsonl"]


def test_a_build_into_another_folder_is_alone_there_too(sets: tuple[Sample, Files, Files]) -> None:
    sample, _, new = sets
    out = sample.root / "out"
    _run(sample, NEW, "build", "-o", str(out))
    assert {name: (out / name).read_bytes() for name in new if name != "ledger.jsonl"} == {
        name: content for name, content in new.items() if name != "ledger.jsonl"
    }
    relative = subprocess.run(
        [*PROGRAM, "build", "-o", "decks"],
        cwd=sample.root,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(NEW)},
        timeout=50,
    )
    assert relative.returncode == 0
    assert sample.packages() == new
