"""Packages in eight versions of Anki's backend, from 2.1.50 to the newest: `make test-anki` prints a table.

Each version gets a virtual environment in `.atlas/anki/`. A version that cannot be installed, or for which there is no
Python on this machine, is named as not run. Exit code 1 where a step fails that should not.
"""

from __future__ import annotations

import importlib.metadata
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atlas_decks.project import Project
from support.builds import build, copy_of
from support.sample import Sample, make_sample

ROOT = Path(__file__).resolve().parents[1]
CLIENT = Path(__file__).parent / "support/anki_client.py"
ENVIRONMENTS = ROOT / ".atlas/anki"
NOW = int(time.time()) - 60  # seconds: after every mod of the ledger, and in no version's future
PATIENCE = 600  # seconds for one version's steps
# What anki 2.1 runs with; it names no upper limits, and today's protobuf and beautifulsoup4 do not work with it.
OLD = [
    "beautifulsoup4==4.12.3",
    "certifi==2024.2.2",
    "charset-normalizer==3.3.2",
    "decorator==5.1.1",
    "distro==1.9.0",
    "idna==3.6",
    "importlib-metadata==7.0.1",
    "markdown==3.5.2",
    "orjson==3.9.15",
    "PySocks==1.7.1",
    "requests==2.31.0",
    "soupsieve==2.5",
    "urllib3==2.0.7",
    "zipp==3.17.0",
]
STEPS = {
    "imported": "import",
    "rendered": "render",
    "updated": "update",
    "retired": "retire",
    "presets": "presets",
    "weekdays": "weekday decks",
    "exams": "exam decks",
}


@dataclass(frozen=True)
class Version:
    """A version of Anki; `lacks` are the steps of which it is known that they do not work there."""

    name: str
    python: str = "3.11"
    protobuf: str = ""
    lacks: frozenset[str] = frozenset()


NO_FILTERED = frozenset({"weekdays", "exams"})  # the older importer makes ordinary decks of them
NO_PRESETS = frozenset({"presets"})  # the importer of 2.1.55 to 23.10 takes them only with reviews
VERSIONS = (
    Version("2.1.50", "3.9", "3.20.3", NO_FILTERED),
    Version("2.1.54", "3.9", "3.20.3", NO_FILTERED),
    Version("2.1.66", "3.9", "4.25.3", NO_PRESETS),
    Version("23.10.1", lacks=NO_PRESETS),
    Version("23.12.1"),
    Version("24.11"),
    Version("25.9"),
)


def main() -> int:
    """Run all versions and print the table."""
    with tempfile.TemporaryDirectory(prefix="atlas-anki-versions-") as name:
        folder = Path(name)
        job = folder / "job.json"
        job.write_text(json.dumps(make_job(folder)), "utf-8")
        lines, wrong = [], []
        newest = Version(importlib.metadata.version("anki"))
        for version in (*VERSIONS, newest):
            python, why = (Path(sys.executable), "") if version is newest else environment(version)
            if python is None:
                lines.append([version.name, f"not run: {why}"])
                continue
            cells, faults = run(version, python, job)
            lines.append([version.name, *cells])
            wrong += faults
    print("| Anki | " + " | ".join(STEPS.values()) + " |")
    print("| --- |" + " --- |" * len(STEPS))
    for line in lines:
        print("| " + " | ".join(line) + " |")
    for fault in wrong:
        print(fault, file=sys.stderr)
    return 1 if wrong else 0


def run(version: Version, python: Path, job: Path) -> tuple[list[str], list[str]]:
    """One version's cells of the table, and what should have worked there."""
    print(f"Anki {version.name}", file=sys.stderr, flush=True)
    without = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [python, CLIENT, job], capture_output=True, text=True, timeout=PATIENCE, env=without, check=False
    )
    if done.returncode:
        return ["failed"], [f"Anki {version.name}: {done.stderr[-2000:]}"]
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    cells, faults = [], []
    for step, title in STEPS.items():
        known = step in version.lacks
        cells.append("yes" if not found[step] else "no, known" if known else "NO")
        if found[step] and not known:
            faults.append(f"Anki {version.name}, {title}: {found[step]}")
        elif known and not found[step]:
            faults.append(f"Anki {version.name}, {title}: works, although it is said not to")
    return cells, faults


def environment(version: Version) -> tuple[Path | None, str]:
    """A Python with that version of Anki, or why there is none."""
    base = interpreter(version.python)
    if base is None:
        return None, f"no Python {version.python} on this machine"
    folder = ENVIRONMENTS / version.name
    python = folder / "bin/python"
    ready = folder / "ready"
    if not ready.exists():
        shutil.rmtree(folder, ignore_errors=True)
        pins = [*OLD, f"protobuf=={version.protobuf}", "--no-deps"] if version.protobuf else []
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--only-binary", ":all:"]
        for command in ([base, "-m", "venv", folder], [*pip, f"anki=={version.name}", *pins]):
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
            if done.returncode:
                return None, (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        ready.touch()
    return python, ""


def interpreter(version: str) -> Path | None:
    """A Python of that version: one on the path, of pyenv, or of uv."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [shutil.which(f"python{version}"), *sorted(pyenv.glob(f"{version}.*/bin/python"), reverse=True)]
    if uv := shutil.which("uv"):
        found = subprocess.run([uv, "python", "find", version], capture_output=True, text=True, check=False)
        candidates.append(found.stdout.strip())
    for candidate in filter(None, candidates):
        says = subprocess.run(
            [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        if says.stdout.strip() == version:
            return Path(candidate)
    return None


def make_job(folder: Path) -> dict[str, Any]:
    """Build the real packages, and three states of a small curriculum: as it was, reworded, and with a note retired."""
    whole = build(copy_of(Project(ROOT), folder / "whole"), NOW).folder
    sample = make_sample(folder / "sample")
    project, job = Project(sample.root), {"all": str(whole / "atlas-all.apkg"), "plan": str(whole / "atlas-plan.apkg")}
    extra = another_metric(sample)
    edits = (
        ("base", "    metrics:\n", f"    metrics:\n{extra}"),
        ("reworded", "It checks the token.", "It checks the token of each request."),
        ("retired", extra, ""),
    )
    for number, (state, old, new) in enumerate(edits):
        sample.edit(old, new)
        build(project, NOW + number)
        shutil.copy(project.decks / "atlas-all.apkg", folder / f"{state}.apkg")
        job[state] = str(folder / f"{state}.apkg")
    reworded = changed(folder / "base.apkg", folder / "reworded.apkg")
    assert reworded == ["delta-flow/component/api"]
    retired = "delta-flow/metric/lost"
    others = [key for key in changed(folder / "reworded.apkg", folder / "retired.apkg") if key != retired]
    return job | {"expected": expectations(whole) | {"reworded": reworded, "retired": retired, "others": others}}


def another_metric(sample: Sample) -> str:
    """The sample's first metric with an id, a question and an answer of its own."""
    text = sample.read()
    start = text.index("      - id: peak\n")
    metric = text[start : text.index("      - id:", start + 1)]
    for name, value in (("id", "lost"), ("prompt", "How many orders does Delta lose in a year?"), ("answer", '"3"')):
        metric = re.sub(rf"^(.*\b{name}): .*$", rf"\1: {value}", metric, count=1, flags=re.MULTILINE)
    return metric


def changed(old: Path, new: Path) -> list[str]:
    """Keys of the notes that differ between two packages."""
    query = "SELECT flds, tags FROM notes"
    before = set(collection_of(old).execute(query))
    return sorted(row[0].partition("\x1f")[0] for row in collection_of(new).execute(query) if row not in before)


def expectations(folder: Path) -> dict[str, Any]:
    """What the packages hold, read from their tables."""
    whole, plan = collection_of(folder / "atlas-all.apkg"), collection_of(folder / "atlas-plan.apkg")
    decks, dconf = (json.loads(whole.execute(f"SELECT {name} FROM col").fetchone()[0]) for name in ("decks", "dconf"))
    filtered = [d for d in json.loads(plan.execute("SELECT decks FROM col").fetchone()[0]).values() if d["dyn"]]
    return {
        "notes": whole.execute("SELECT count() FROM notes").fetchone()[0],
        "cards": whole.execute("SELECT count() FROM cards").fetchone()[0],
        "presets": {d["name"]: dconf[str(d["conf"])] for d in decks.values() if d["conf"] != 1},
        "weekdays": sorted(deck["name"] for deck in filtered if deck["resched"]),
        "exams": sorted(deck["name"] for deck in filtered if not deck["resched"]),
        "guides": plan.execute("SELECT trim(tags) FROM notes").fetchone()[0],
    }


def collection_of(package: Path) -> sqlite3.Connection:
    """A package's collection, in memory."""
    connection = sqlite3.connect(":memory:")
    with zipfile.ZipFile(io.BytesIO(package.read_bytes())) as archive:
        connection.deserialize(archive.read("collection.anki2"))
    return connection


if __name__ == "__main__":
    raise SystemExit(main())
