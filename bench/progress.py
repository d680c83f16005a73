"""Measures `progress` on a large collection: `python -m bench.progress`, from the root of the repository.

A generated curriculum is imported into the real Anki, and gets a past by SQL: what matters here is how many rows there
are, not what they say.
"""

from __future__ import annotations

import random
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import click

from atlas_decks import pipeline
from atlas_decks.curriculum import load
from atlas_decks.diagrams import EmbeddedRenderer
from atlas_decks.learner import real_anki
from atlas_decks.pipeline import BuildRequest, Session, Target
from atlas_decks.project import Project, find_project
from bench.generate import generate

_PROGRAM = [sys.executable, "-c", "from atlas_decks.cli import main; main()"]
_NOTES_A_DIAGRAM = 8.4  # of what is generated
_DAY = 86_400_000  # milliseconds
_SPAN = 300  # days over which the answers lie
_NOW = 2_000_000_000  # of the build: after every mod that is committed


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--notes", default=10_000, show_default=True, help="Notes of the collection, about.")
@click.option("--answers", default=200_000, show_default=True, help="Answers to their cards.")
@click.option("--rounds", default=5, show_default=True, help="Runs of each format.")
def main(notes: int, answers: int, rounds: int) -> None:
    """Measure how long `progress` takes on a collection of that size, in each of its formats."""
    curriculum, _ = load.load(find_project(Path()))
    with tempfile.TemporaryDirectory(prefix="atlas-bench-") as name:
        project, collection = Project(Path(name) / "project"), Path(name) / "collection.anki2"
        generate(curriculum, project.root, round(notes / _NOTES_A_DIAGRAM))
        project.decks.mkdir()
        session = Session(project=project, renderer=EmbeddedRenderer(), jobs=2)
        pipeline.build(session, BuildRequest(now=_NOW), Target(project.decks))
        found = _collection(next(project.decks.glob("*-all.apkg")), collection, answers)
        click.echo(f"{found}; {collection.stat().st_size / 1e6:.0f} MB")
        for style in ("text", "json", "html"):
            runs = [_run(project, collection, style) for _ in range(rounds)]
            wall, cpu = (statistics.median(values) for values in zip(*runs, strict=True))
            click.echo(f"progress --format {style}: {wall:.2f} s, of which {cpu:.2f} s of processor time")


def _collection(package: Path, target: Path, answers: int) -> str:
    with real_anki.temporary_collection() as col:
        real_anki.import_package(col, package)
        notes = col.note_count()
        col.close()
        shutil.copy(col.path, target)
        col.reopen()
    chance, now = random.Random(1), int(time.time() * 1000)  # noqa: S311 - a game, not a secret
    with closing(sqlite3.connect(target)) as database:
        cards = [number for (number,) in database.execute("SELECT id FROM cards")]
        rows = []
        for number in range(answers):
            at, before = now - chance.randrange(_SPAN * _DAY), chance.choice((0, 1, 3, 9, 25, 60))
            button = chance.choice((1, 3, 3, 3))
            rows.append((at, cards[number % len(cards)], 0, button, 9, before, 2500, 9000, 1 if before else 0))
        database.executemany("INSERT OR IGNORE INTO revlog VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        database.execute("UPDATE cards SET type = 2, queue = 2, ivl = 1 + id % 60, due = id % 50, factor = 2500")
        database.commit()
        (found,) = database.execute("SELECT count() FROM revlog").fetchone()
    return f"{notes:,} notes, {len(cards):,} cards, {found:,} answers"


def _run(project: Project, collection: Path, style: str) -> tuple[float, float]:
    """Seconds on the wall, and of the processor."""
    out = project.root / "out"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    arguments = ["-q", "--project", str(project.root), "progress", str(collection), "--format", style, "-o", str(out)]
    subprocess.run([*_PROGRAM, *arguments], check=True)  # noqa: S603 - this program
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
