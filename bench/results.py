"""What was measured, as data: kept beside the report, so that a size that takes long need not be measured each time."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from atlas_decks.files import replace
from bench.runs import Scale

FILE = "performance.json"


@dataclass
class Results:
    """Scales by number of diagrams, each with when and where; stages as (name, seconds, limit); peers' seconds each."""

    scales: dict[str, dict[str, Any]] = field(default_factory=dict)
    start_up: list[float] = field(default_factory=list)
    stages: list[tuple[str, float, float]] = field(default_factory=list)
    peers: dict[str, list[float]] = field(default_factory=dict)
    machine: str = ""
    when: str = ""

    def add(self, scale: Scale) -> None:
        """Enter a scale, in the place of an older measurement."""
        self.scales[str(scale.diagrams)] = {**asdict(scale), "machine": machine(), "when": today()}
        self.scales = dict(sorted(self.scales.items(), key=lambda item: int(item[0])))
        self.machine, self.when = machine(), today()


def read(folder: Path) -> Results:
    """The results kept in a folder; none where there are none that can be read."""
    try:
        return Results(**json.loads((folder / FILE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return Results()


def write(folder: Path, results: Results) -> None:
    """Keep results in a folder."""
    replace.write_file(folder / FILE, (json.dumps(asdict(results), indent=1) + "\n").encode())


def machine() -> str:
    """The machine in words: processor, cores, memory, system, Python."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
        memory = f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB"
    except (OSError, ValueError):
        memory = ""
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return f"{model}, {os.cpu_count()} cores{memory}, {system}, Python {platform.python_version()}"


def today() -> str:
    """The date, in UTC."""
    return datetime.now(UTC).date().isoformat()


def middle(values: Sequence[float]) -> float:
    """The median; 0 of nothing."""
    return statistics.median(values) if values else 0.0
