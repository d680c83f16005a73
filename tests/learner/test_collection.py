"""A learner's collection, read as it is: what Anki's own statistics say of it is what is read, digit by digit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.cards.ids import Ids
from atlas_decks.cards.kinds import KINDS
from atlas_decks.learner.collection import days, statistics
from atlas_decks.learner.collection.model import LearnerCollection
from atlas_decks.learner.collection.read import read_collection
from support.builds import Built, Checked
from support.life import export, lived

pytestmark = pytest.mark.anki
CONTAINERS = ["open", "closed", "new.colpkg", "legacy.colpkg", "new.apkg", "legacy.apkg"]


@pytest.fixture(scope="module", params=[False, True], ids=["sm2", "fsrs"])
def life(request: pytest.FixtureRequest, built: Built) -> Iterator[tuple[Any, bool]]:
    """The collection of a learner half-way through a tier, still open in Anki; without FSRS in the long run only."""
    if not request.param and not request.config.getoption("--long"):
        pytest.skip("SM-2 is lived through in the long run")
    with lived(built.whole, 45, fsrs=request.param) as col:
        yield col, request.param


@pytest.fixture(scope="module")
def project_id(checked: Checked) -> str:
    return checked.curriculum.plan.id


def graphs(col: Any, project: str) -> Any:
    """What Anki's statistics say of our cards."""
    ours = " OR ".join(f"mid:{Ids(project).note_type(kind)}" for kind in KINDS)
    return col._backend.graphs(search=ours, days=0)


def held(col: Any, container: str, project: str, folder: Path) -> LearnerCollection:
    """The collection as it is read from a container of that name."""
    if container == "open":
        return read_collection(Path(col.path), project)
    if container == "closed":
        col.close()
        shutil.copy(col.path, folder / "closed.anki2")
        col.reopen()
        return read_collection(folder / "closed.anki2", project)
    return read_collection(export(col, folder / container, legacy="legacy" in container), project)


@pytest.mark.parametrize("container", CONTAINERS)
def test_figures_are_those_of_anki(life: tuple[Any, bool], container: str, project_id: str, tmp_path: Path) -> None:
    col, fsrs = life
    found = held(col, container, project_id, tmp_path)
    expected = graphs(col, project_id)
    today = days.today(found.settings, int(time.time()))
    counts = statistics.card_counts(found.cards)
    whole, active = expected.card_counts.including_inactive, expected.card_counts.excluding_inactive
    assert (counts.new, counts.learning, counts.relearning, counts.young, counts.mature) == (
        *(whole.newCards, whole.learn, whole.relearn),
        *(whole.young, whole.mature),
    )
    assert (counts.suspended, counts.buried) == (active.suspended, active.buried)
    assert min(counts.mature, counts.young, counts.new, counts.suspended) > 0, "the life is one to learn from"
    assert statistics.due_by_day(found.cards, today) == dict(expected.future_due.future_due)
    by_day = statistics.answers_by_day(found.answers, today)
    assert set(by_day) == {-day for day in expected.reviews.count}
    for ago, of_day in by_day.items():
        theirs, taken = expected.reviews.count[-ago], expected.reviews.time[-ago]
        assert (of_day.learning, of_day.relearning, of_day.young, of_day.mature, of_day.filtered) == (
            *(theirs.learn, theirs.relearn, theirs.young),
            *(theirs.mature, theirs.filtered),
        )
        assert of_day.millis == taken.learn + taken.relearn + taken.young + taken.mature + taken.filtered
    assert sum(of_day.filtered for of_day in by_day.values()) >= 12, "the exam, and no more than it"
    assert found.fsrs is fsrs


def test_true_retention_is_that_of_anki(life: tuple[Any, bool], project_id: str) -> None:
    col, _ = life
    found = read_collection(Path(col.path), project_id)
    today = days.today(found.settings, int(time.time()))
    expected = graphs(col, project_id).true_retention
    for name, period in statistics.PERIODS.items():
        ours = statistics.retention(statistics.within(found.answers, today, period))
        theirs = getattr(expected, "all_time" if name == "all" else name)
        assert (ours.young.passed, ours.young.of - ours.young.passed) == (theirs.young_passed, theirs.young_failed)
        assert (ours.mature.passed, ours.mature.of - ours.mature.passed) == (theirs.mature_passed, theirs.mature_failed)
    whole = statistics.retention(found.answers)
    assert whole.young.of > whole.young.passed > 0
    assert whole.mature.of > 0


def test_recall_is_that_of_anki(life: tuple[Any, bool], project_id: str) -> None:
    col, fsrs = life
    found = read_collection(Path(col.path), project_id)
    today = days.today(found.settings, int(time.time()))
    chances = [statistics.recall(card.memory, today.elapsed(card, card.memory)) for card in found.cards if card.memory]
    theirs = graphs(col, project_id).retrievability
    assert sum(chances) == pytest.approx(theirs.sum_by_card, abs=1e-3)
    assert len(chances) == sum(theirs.retrievability.values())
    assert bool(chances) is fsrs


def test_only_our_notes_are_read(life: tuple[Any, bool], built: Built, project_id: str) -> None:
    col, _ = life
    found = read_collection(Path(col.path), project_id)
    assert {note.guid for note in found.notes.values()} == set(built.notes)
    assert found.others == col.note_count() - len(found.notes) >= 20
    assert {found.note_of(answer.card).id for answer in found.answers} <= found.notes.keys()


def test_what_the_log_beside_it_holds_is_read(life: tuple[Any, bool], project_id: str, tmp_path: Path) -> None:
    col, _ = life
    log = Path(col.path + "-wal")
    assert log.is_file(), "Anki is open, and writes into a log"
    shutil.copy(col.path, tmp_path / "collection.anki2")
    shutil.copy(log, tmp_path / "collection.anki2-wal")
    assert len(read_collection(tmp_path / "collection.anki2", project_id).answers) == len(
        read_collection(Path(col.path), project_id).answers
    )


_ASK = """
import json, sys, time
from pathlib import Path
from atlas_decks.learner import real_anki
from atlas_decks.learner.collection import days
from atlas_decks.learner.collection.read import read_collection
with real_anki.temporary_collection() as col:
    real_anki.import_package(col, Path(sys.argv[1]))
    for hour in 0, 4, 23:
        col.set_config("rollover", hour)
        col.close()
        col.reopen()
        theirs = col._backend.sched_timing_today()
        settings = read_collection(Path(col.path), sys.argv[2]).settings
        today = days.today(settings, int(time.time()))
        ours = [today.number, today.ends, days.end_of(settings, today.on).ends]
        print(json.dumps([ours, [theirs.days_elapsed, theirs.next_day_at, theirs.next_day_at]]))
"""


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Australia/Sydney"])
def test_days_begin_when_anki_says(built: Built, zone: str, project_id: str) -> None:
    package = built.folder / "atlas-7-planning.apkg"
    command = [sys.executable, "-c", _ASK, str(package), project_id]  # Anki reads the time zone as it starts
    done = subprocess.run(command, env={**os.environ, "TZ": zone}, capture_output=True, text=True, check=True)
    pairs = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(pairs) == 3
    for ours, theirs in pairs:
        assert ours == theirs
