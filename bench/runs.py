"""Runs the command line on generated curricula, as a user would, and measures time and memory."""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from atlas_decks.curriculum.models import Curriculum
from atlas_decks.project import Project
from bench.generate import generate

_PROGRAM = [sys.executable, "-c", "from atlas_decks.cli import main; main()"]


@dataclass(frozen=True)
class Run:
    """One run of the command line: wall-clock seconds, peak memory of all its processes in bytes, its report."""

    seconds: float
    peak: int
    report: dict[str, Any]


@dataclass
class Scale:
    """What was measured at one size; lists hold the seconds of each run."""

    diagrams: int
    cold: list[float] = field(default_factory=list)
    unchanged: list[float] = field(default_factory=list)
    edit: list[float] = field(default_factory=list)
    check: list[float] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    edit_stages: dict[str, float] = field(default_factory=dict)
    peak: int = 0
    peak_edit: int = 0
    notes: int = 0
    packages: dict[str, int] = field(default_factory=dict)
    svg: float = 0.0
    svg_deflated: float = 0.0


def start_up(times: int = 15) -> list[float]:
    """Seconds of `atlas-decks --help`."""
    return [_run(["--help"]).seconds for _ in range(times)]


def run_cli(project: Path, *arguments: str) -> Run:
    """Run a command on a project. Raises RuntimeError with its output where it fails."""
    return _run(["--project", str(project), "-q", *arguments])


def _run(arguments: list[str]) -> Run:
    started = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen([*_PROGRAM, *arguments], stdout=output, stderr=output)  # noqa: S603 - our own program
        peak = _watch(process)
        seconds = time.perf_counter() - started
        if process.returncode:
            output.seek(0)
            raise RuntimeError(output.read().decode("utf-8", "replace")[-2000:])
    return Run(seconds, peak, {})


def _watch(process: subprocess.Popen[bytes]) -> int:
    """Wait for a process; returns the most memory that it and its children held at a time, in bytes (Linux; else 0).

    Shared pages count once: it is the sum of their proportional set sizes.
    """
    peak = 0
    ended = threading.Event()

    def sample() -> None:
        nonlocal peak
        while not ended.is_set():
            began = time.perf_counter()
            peak = max(peak, sum(map(_pss, _family(process.pid))))
            ended.wait(max(0.02, 20 * (time.perf_counter() - began)))  # looking must not cost what is looked at

    watcher = threading.Thread(target=sample)
    watcher.start()
    process.wait()
    ended.set()
    watcher.join()
    return peak


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return [pid]
    return [pid, *(one for child in children for one in _family(int(child)))]


def _pss(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


class Bench:
    """Measures at one size, in a project of its own."""

    def __init__(self, curriculum: Curriculum, number: int, folder: Path) -> None:
        self.project = Project(folder / f"curriculum-{number}")
        self.scale = Scale(number)
        generate(curriculum, self.project.root, number)
        self._file = next(
            iter(sorted(p for p in self.project.curriculum.rglob("*.yaml") if p != self.project.plan_file))
        )
        self._turn = 0

    def cold(self) -> None:
        """A build with nothing kept from before."""
        shutil.rmtree(self.project.root / ".atlas", ignore_errors=True)
        shutil.rmtree(self.project.decks, ignore_errors=True)
        run = self._build()
        scale = self.scale
        scale.cold.append(run.seconds)
        scale.peak = max(scale.peak, run.peak)
        scale.stages = _stages(run)
        scale.notes, scale.packages = run.report["notes"], run.report["packages"]

    def unchanged(self) -> None:
        """A rebuild with nothing changed."""
        self.scale.unchanged.append(self._build().seconds)

    def edit(self) -> None:
        """A rebuild after one word of one card changed."""
        self._turn += 1
        text = self._file.read_text("utf-8")
        edited = re.sub(r"(detail: ['\"]?)(?:turn\d+-)?", rf"\1turn{self._turn}-", text, count=1)
        self._file.write_text(edited, "utf-8")
        run = self._build()
        if run.report["changed"] != 1:
            raise RuntimeError(f"one edit changed {run.report['changed']} notes")
        self.scale.edit.append(run.seconds)
        self.scale.edit_stages = _stages(run)
        self.scale.peak_edit = max(self.scale.peak_edit, run.peak)

    def check(self) -> None:
        """A check with nothing changed."""
        self.scale.check.append(run_cli(self.project.root, "check").seconds)

    def pictures(self) -> None:
        """Look at the sizes of the pictures in the package with everything."""
        with zipfile.ZipFile(self.project.decks / "atlas-all.apkg") as archive:
            members = [m for m in archive.infolist() if m.filename.isdecimal()]
        self.scale.svg = statistics.median(m.file_size for m in members)
        self.scale.svg_deflated = statistics.median(m.compress_size for m in members)

    def remove(self) -> None:
        """Remove the project: a large one takes gigabytes."""
        shutil.rmtree(self.project.root, ignore_errors=True)

    def _build(self) -> Run:
        report = self.project.root / "report.json"
        run = run_cli(self.project.root, "build", "--report", str(report))
        return Run(run.seconds, run.peak, json.loads(report.read_bytes()))


def _stages(run: Run) -> dict[str, float]:
    """Seconds of each stage; what is left is the start of Python and the imports."""
    stages: dict[str, float] = run.report["stages"]
    return {"start": run.seconds - sum(stages.values()), **stages}


def measure(bench: Bench, rounds: int, meanwhile: Callable[[], None], say: Callable[[str], None]) -> Scale:
    """Measure everything at one size; `meanwhile` runs after each cold build, so that what it measures alternates."""
    for turn in range(rounds):
        bench.cold()
        say(f"{bench.scale.diagrams:,} diagrams, cold, run {turn + 1} of {rounds}: {bench.scale.cold[-1]:.2f} s")
        meanwhile()
    for _ in range(max(rounds, 3)):
        bench.unchanged()
        bench.edit()
        bench.check()
    bench.pictures()
    return bench.scale
