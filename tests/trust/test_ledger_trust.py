"""What a damaged, reverted or outlived ledger does to a learner: nothing that is not said."""

from __future__ import annotations

import json
import random
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.cards.ids import Ids
from atlas_decks.learner.changes import read_package
from atlas_decks.learner.real_anki import import_package, temporary_collection
from atlas_decks.packages import ledger
from support.sample import ATLAS, LEDGER, QUEUES, Sample

NOW = 1_700_000_000
RELEASED = "decks/release-ledger.jsonl"
IDS = Ids("samplesamplesamp")


def without_buffer(sample: Sample) -> None:
    """Give the trade-off of the first diagram another id: one note is withdrawn, one is new."""
    sample.edit("- id: buffer", "- id: queue")


@contextmanager
def tables(package: Path) -> Iterator[sqlite3.Connection]:
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(package) as archive:
        connection = sqlite3.connect(archive.extract("collection.anki2", folder))
        yield connection
        connection.close()


def test_a_guid_that_is_not_that_of_its_key_is_refused(
    sample: Sample, at: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert at(NOW, "build") == 0
    lines = sample.read(LEDGER).splitlines()
    number = next(i for i, line in enumerate(lines) if "delta-flow/metric/peak" in line)
    guid = json.loads(lines[number])["guid"]
    wrong = guid[:-1] + ("A" if guid[-1] != "A" else "B")
    lines[number] = lines[number].replace(guid, wrong)
    sample.write("\n".join(lines) + "\n", LEDGER)
    before = sample.packages()
    for command in (["check"], ["build"], ["build", "--frozen"], ["release"]):
        capsys.readouterr()
        assert at(NOW + 10, *command) == 1
        out = "".join(capsys.readouterr())
        assert f"{LEDGER}:{number + 1}:1: ledger: the GUID of `delta-flow/metric/peak` is {guid}, not {wrong}" in out
        assert "hint: restore the line" in out
    assert sample.packages() == before


def test_a_key_that_is_that_of_another_note_is_refused(
    sample: Sample, at: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert at(NOW, "build") == 0
    sample.edit("delta-flow/metric/peak", "delta-flow/metric/delay", LEDGER)
    assert at(NOW + 10, "build") == 1
    assert "ledger: the GUID of `delta-flow/metric/delay`" in capsys.readouterr().err


@pytest.mark.parametrize("key", ["notetype/metric/x", "a/guide/x", "a\u001fb/metric/x", "x", "plan/guide/../x"])
@pytest.mark.parametrize("tier", [-1, 0, 1])
@pytest.mark.parametrize("own", [True, False])
def test_odd_keys_are_said_and_are_no_bug(key: str, tier: int, own: bool, sample: Sample, at: Any) -> None:
    assert at(NOW, "build") == 0
    line = {"guid": IDS.guid(key) if own else "x" * 12, "hash": "", "key": key, "mod": NOW, "retired": False}
    sample.write(sample.read(LEDGER) + json.dumps({**line, "tier": tier}) + "\n", LEDGER)
    assert at(NOW + 10, "build") in (0, 1)
    assert at(NOW + 10, "check") in (0, 1)


def test_one_flipped_bit_is_refused_or_withdraws_nothing(sample: Sample, at: Any, long_run: bool) -> None:
    assert at(NOW, "build") == 0
    whole = (sample.root / LEDGER).read_bytes()
    living = {n.key for n in read_package(sample.root / "decks/atlas-all.apkg").notes.values()}
    rng, refused = random.Random(5), 0
    for _ in range(300 if long_run else 25):
        place = rng.randrange(len(whole))
        flipped = whole[:place] + bytes([whole[place] ^ 1 << rng.randrange(7)]) + whole[place + 1 :]
        sample.write(flipped, LEDGER)
        if at(NOW + 10, "-q", "build"):
            refused += 1
            assert (sample.root / LEDGER).read_bytes() == flipped
            continue
        with tables(sample.root / "decks/atlas-all.apkg") as made:
            guids = [guid for (guid,) in made.execute("SELECT guid FROM notes")]
            (retired,) = made.execute("SELECT count(*) FROM notes WHERE tags LIKE '%retired%'").fetchone()
        assert len(guids) == len(set(guids)) == len(living)
        assert retired == 0
    assert refused > 5


def test_a_package_takes_no_guid_twice(sample: Sample, at: Any) -> None:
    from atlas_decks.packages.apkg import Package

    taken = Package.add_all
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Package, "add_all", lambda self, notes: taken(self, [n for n in notes for _ in range(2)]))
        assert at(NOW, "-q", "build") == 3
    assert not (sample.root / LEDGER).exists()


def test_a_correction_that_is_taken_back_reaches_learners(sample: Sample, at: Any) -> None:
    """As `git revert` leaves it: the text and its line in the ledger are the old ones; what is released stays."""
    assert at(NOW, "release", "--allow-dirty") == 0
    first, book = sample.read(), sample.read(LEDGER)
    sample.edit("It checks the token.", "It checks the signature.")
    assert at(NOW + 1000, "release", "--allow-dirty") == 0
    sample.write(first)
    sample.write(book, LEDGER)
    assert at(NOW + 2000, "build", "--frozen") == 1  # the ledger does not say what learners are to get
    assert at(NOW + 2000, "release", "--allow-dirty") == 0
    folder = sample.root / "decks" / "releases"
    with temporary_collection() as col:
        texts = []
        for version in ("0.1.0", "0.1.1", "0.1.2"):
            import_package(col, folder / version / "atlas-all.apkg")
            (note,) = col.find_notes("Key:delta-flow/component/api")
            texts.append(col.get_note(note)["Detail"])
    assert texts == ["It checks the token.", "It checks the signature.", "It checks the token."]
    assert "Delta request flow" in (folder / "0.1.2" / "diff.md").read_text("utf-8").split("Changed")[1]


def test_a_lost_ledger_is_made_good_by_that_of_the_release(sample: Sample, at: Any) -> None:
    assert at(NOW, "release", "--allow-dirty") == 0
    without_buffer(sample)
    assert at(NOW + 10, "build") == 0
    assert "delta-flow/trade-off/buffer" in sample.read(LEDGER)
    (sample.root / LEDGER).unlink()
    assert at(NOW + 20, "build") == 0
    gone = [n.key for n in read_package(sample.root / "decks/atlas-all.apkg").notes.values() if n.retired]
    assert gone == ["delta-flow/trade-off/buffer"]


def test_tombstones_never_take_one_id_twice(sample: Sample, at: Any) -> None:
    """The two first keys whose places are the same, and one that has the place behind them."""
    assert at(NOW, "build") == 0
    from hashlib import sha256

    seen: dict[int, str] = {}
    number = 0
    while True:
        key = f"gone-{number}/metric/x"
        place = int(sha256(IDS.guid(key).encode()).hexdigest()[:8], 16) % 4_000_000
        if place in seen:
            break
        seen[place] = key
        number += 1
    keys = [key, seen[place], *([seen[place + 1]] if place + 1 in seen else [])]
    book = ledger.read(sample.root / LEDGER, LEDGER)
    old = next(entry for entry in book.values() if entry.tier == 1)
    more = [replace(old, guid=IDS.guid(key), key=key, hash="", retired=True) for key in keys]
    sample.write(ledger.write({**book, **{entry.guid: entry for entry in more}}), LEDGER)
    assert at(NOW + 10, "build") == 0
    first = sample.packages()
    with tables(sample.root / "decks/atlas-all.apkg") as made:
        ids = dict(made.execute("SELECT sfld, id FROM notes"))
    assert set(keys) <= set(ids)
    assert len(set(ids.values())) == len(ids)
    for file in (sample.root / "decks").glob("*.apkg"):
        file.unlink()
    assert at(NOW + 20, "build") == 0
    assert sample.packages() == first


def test_a_tier_may_get_another_number(sample: Sample, at: Any) -> None:
    assert at(NOW, "build") == 0
    without_buffer(sample)
    assert at(NOW + 10, "build") == 0
    plan = sample.read(ATLAS)
    for old, new in (("number: 1,", "number: 7,"), ("tier: 1\n", "tier: 7\n"), ("tiers: [1, 2]", "tiers: [2, 7]")):
        assert old in plan
        plan = plan.replace(old, new)
    sample.write(plan, ATLAS)
    (sample.root / "curriculum/1-foundation").rename(sample.root / "curriculum/7-foundation")
    with temporary_collection() as col:
        import_package(col, sample.root / "decks/atlas-all.apkg")
        assert at(NOW + 20, "build") == 0
        before = set(col.find_notes(""))
        log = import_package(col, sample.root / "decks/atlas-all.apkg")
        assert set(col.find_notes("")) == before
        assert not log.conflicting
    entries = {e.key: e for e in ledger.read(sample.root / LEDGER, LEDGER).values()}
    assert {e.tier for e in entries.values()} == {0, 2, 7}
    assert entries["delta-flow/trade-off/buffer"].retired
    assert at(NOW + 30, "build", "--frozen") == 0


def test_removed_notes_of_a_tier_that_is_gone_go_to_the_first(sample: Sample, at: Any) -> None:
    assert at(NOW, "build") == 0
    (sample.root / "curriculum/2-companies/architecture/acme.yaml").unlink()
    plan = sample.read(ATLAS).replace(
        '  - {number: 2, slug: companies, title: Companies, deck: "2 Companies", weeks: [2, 2], goal: Real ones.}\n', ""
    )
    plan = plan.replace("number: 2,", "number: 9,").replace("tier: 2\n", "tier: 9\n").replace("[1, 2]", "[1, 9]")
    sample.write(plan, ATLAS)
    assert QUEUES
    assert at(NOW + 10, "build", "--yes") == 0
    gone = [e for e in ledger.read(sample.root / LEDGER, LEDGER).values() if e.retired]
    assert len(gone) == 8
    assert {e.tier for e in gone} == {1}
    kept = read_package(sample.root / "decks/atlas-1-foundation.apkg").notes
    assert {e.guid for e in gone} <= set(kept)
