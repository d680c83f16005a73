"""Speed, as ratios measured in one run: `make bench`. Never a test, as machines are noisy."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from atlas_decks import pipeline
from atlas_decks.diagrams import Cache, EmbeddedRenderer, draw_all
from atlas_decks.project import Project

ROOT = Path(__file__).resolve().parents[1]
TIMES = 15  # the curriculum's diagrams, this many times over: about the size of the finished one


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    project = Project(ROOT)
    checked = pipeline.check(project, EmbeddedRenderer())
    sources = {f"{d.id}-{i}": f"{d.spec.mermaid}\n%% {i}\n" for i in range(TIMES) for d in checked.curriculum.diagrams}
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder))
        cold = _seconds(lambda: draw_all(sources, EmbeddedRenderer(), cache, jobs=2))
        warm = _seconds(lambda: draw_all(sources, EmbeddedRenderer(), cache))
    check = _seconds(lambda: pipeline.check(project, EmbeddedRenderer()))
    build = _seconds(lambda: pipeline.build(project, checked, 2_000_000_000, 16, pipeline.Selection()))
    count = len(sources)
    print(f"{count} diagrams, cold, 2 processes  {cold:7.2f} s  {cold / count * 1000:6.2f} ms each")
    print(f"{count} diagrams, from the cache     {warm:7.2f} s  {cold / warm:6.1f} times faster")
    print(f"check of {len(checked.drawings)} diagrams, cached     {check:7.2f} s")
    print(f"all packages of {len(checked.drawings)} diagrams      {build:7.2f} s  {build / check:6.2f} of the check")


if __name__ == "__main__":
    main()
