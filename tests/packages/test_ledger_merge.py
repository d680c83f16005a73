"""Branches that both changed the ledger merge on real git, and whatever the merge leaves is read rightly."""

from __future__ import annotations

import shutil
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atlas_decks.cards.ids import Ids
from atlas_decks.cli import run
from atlas_decks.packages import ledger
from atlas_decks.packages.ledger import Entry
from support.repository import git
from support.sample import LEDGER, Sample, make_sample, subject

ROOT = Path(__file__).resolve().parents[2]
NOW = 1_700_000_000


def _commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "x")


def _build(sample: Sample, monkeypatch: pytest.MonkeyPatch, now: int, *more: str) -> int:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(now))
    return run(["--project", str(sample.root), "-q", "build", *more])


def _book(sample: Sample) -> dict[str, Entry]:
    return {entry.key: entry for entry in ledger.read(sample.root / LEDGER, LEDGER).values()}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sample:
    """The sample under git, built and committed; its ignores and attributes are those that `new` gives."""
    sample = make_sample(tmp_path / "project")
    for name in ("gitignore", "gitattributes"):
        shutil.copy(ROOT / "src/atlas_decks/starter" / name, sample.root / f".{name}")
    assert _build(sample, monkeypatch, NOW) == 0
    git(sample.root, "init", "-q")
    _commit(sample.root)
    return sample


BOLT = "curriculum/2-companies/architecture/bolt.yaml"
STORE = "curriculum/2-companies/architecture/store.yaml"


def test_two_branches_that_add_diagrams_and_change_and_retire_notes(
    repository: Sample, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base = _book(repository)
    git(repository.root, "checkout", "-q", "-b", "theirs")
    repository.write(subject("architecture", {"bolt": "request-flow"}, "bolt"), BOLT)
    repository.edit("It checks the token.", "It checks the signature.")
    assert _build(repository, monkeypatch, NOW + 200) == 0
    theirs = _book(repository)
    _commit(repository.root)
    git(repository.root, "checkout", "-q", "main")
    repository.write(subject("architecture", {"store": "storage"}, "acme"), STORE)
    repository.edit("Measured on a sale day.", "Measured on the day of a sale.")
    assert _build(repository, monkeypatch, NOW + 100) == 0
    ours = _book(repository)
    _commit(repository.root)
    git(repository.root, "merge", "-q", "-m", "both", "theirs")
    assert "<<<<" not in repository.read(LEDGER)
    assert _build(repository, monkeypatch, NOW + 300, "--frozen") == 0, capsys.readouterr().err
    merged = _book(repository)
    assert merged.keys() == ours.keys() | theirs.keys()
    for key, entry in merged.items():
        wanted = max((book[key] for book in (ours, theirs) if key in book), key=lambda e: e.mod)
        assert entry == wanted
    assert {key for key in merged if key not in base} == {
        key for key in merged if key.startswith(("bolt-flow/", "store-flow/"))
    }
    # the next build tidies the file up: one line a note, sorted
    assert _build(repository, monkeypatch, NOW + 400) == 0
    assert repository.read(LEDGER) == ledger.write(merged_guids(merged))


def merged_guids(book: dict[str, Entry]) -> dict[str, Entry]:
    return {entry.guid: entry for entry in book.values()}


def test_our_own_repository_and_new_projects_merge_alike() -> None:
    ours = (ROOT / ".gitattributes").read_text("utf-8")
    assert ours == (ROOT / "src/atlas_decks/starter/gitattributes").read_text("utf-8")
    assert git(ROOT, "check-attr", "merge", LEDGER).strip().endswith("merge: union")


def test_new_brings_the_attributes(tmp_path: Path) -> None:
    assert run(["-q", "new", str(tmp_path / "own")]) == 0
    assert "merge=union" in (tmp_path / "own/.gitattributes").read_text("utf-8")


# --- any two branches --------------------------------------------------------------------------------------------------

states = st.dictionaries(st.sampled_from("abcdefghijkl"), st.sampled_from("xyz"), max_size=12)


def _moved(old: dict[str, Entry], state: dict[str, str], now: int) -> dict[str, Entry]:
    rows = [(Ids("samplesamplesamp").guid(key), content, f"{key}/metric/m", 1) for key, content in state.items()]
    return ledger.update(old, rows, now)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states, states, states, states, st.integers(0, 2), st.integers(0, 2))
def test_whatever_two_branches_do_every_learner_gets_what_comes_of_the_merge(
    tmp_path_factory: pytest.TempPathFactory,
    base: dict[str, str],
    ours: dict[str, str],
    theirs: dict[str, str],
    result: dict[str, str],
    later: int,
    after: int,
) -> None:
    root = tmp_path_factory.mktemp("git")
    file = root / "decks/ledger.jsonl"
    file.parent.mkdir()
    shutil.copy(ROOT / ".gitattributes", root)
    git(root, "init", "-q")
    book = _moved({}, base, 1000)
    file.write_text(ledger.write(book), "utf-8")
    _commit(root)
    a, b = _moved(book, ours, 2000), _moved(book, theirs, 2000 + later)
    git(root, "checkout", "-q", "-b", "theirs")
    file.write_text(ledger.write(b), "utf-8")
    _commit(root)
    git(root, "checkout", "-q", "main")
    file.write_text(ledger.write(a), "utf-8")
    _commit(root)
    git(root, "merge", "-q", "-m", "both", "theirs")
    merged = ledger.read(file, LEDGER)
    assert merged.keys() == a.keys() | b.keys(), "a GUID is never forgotten"
    # the people who merged the curriculum may have settled on ours, theirs or anything else
    for settled in (ours, theirs, {**ours, **theirs}, result):
        final = _moved(merged, settled, 2000 + later + after)
        for side in (book, a, b):
            for guid, entry in side.items():
                now = final[guid]
                if (now.hash, now.retired) != (entry.hash, entry.retired) and not (now.retired and entry.retired):
                    assert now.mod > entry.mod, "a learner of this branch would never get the content of the merge"


entries = st.lists(
    st.builds(
        Entry,
        st.just("guid"),
        st.sampled_from("xy"),
        st.just("a/metric/m"),
        st.integers(1, 3),
        st.booleans(),
        st.integers(1, 2),
    ),
    min_size=1,
    max_size=4,
)


@given(entries)
def test_the_order_of_the_lines_does_not_matter(found: list[Entry]) -> None:
    seen = {ledger._merged(list(order)) for order in permutations(found)}
    assert len(seen) == 1
    assert next(iter(seen)).mod == max(entry.mod for entry in found)


def test_lines_of_a_merge_are_read_from_the_file_in_any_order(tmp_path: Path) -> None:
    lines = [
        Entry("guid", "x", "a/metric/m", 5, False, 1),
        Entry("guid", "y", "a/metric/m", 7, False, 1),
        Entry("guid", "z", "a/metric/m", 6, True, 1),
        Entry("other", "x", "b/metric/m", 5, False, 1),
    ]
    file = tmp_path / "ledger.jsonl"
    for order in permutations(lines):
        file.write_text("".join(ledger.write({entry.guid: entry}) for entry in (*order, order[0])), "utf-8")
        assert ledger.read(file, "ledger") == {"guid": lines[1], "other": lines[3]}


def test_one_mod_for_two_contents_makes_the_next_build_move_it() -> None:
    ours, theirs = (Entry(Ids("samplesamplesamp").guid("a"), content, "a/metric/m", 7, False, 1) for content in "xy")
    book = {ours.guid: ledger._merged({ours, theirs})}
    for settled in "xy":
        assert _moved(book, {"a": settled}, 7)[ours.guid].mod == 8
