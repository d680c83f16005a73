"""Any sequence of edits by an author and actions of a learner, on the real Anki: an update loses nothing.

After every import: every review is still there, no note twice, no picture missing, only notes whose content changed are
touched and all of those are, nothing else about notes, cards and presets moves, retired notes are empty cards, and Check
Database has nothing to say. `make test` runs 20 sequences of 30 steps, `make test-long` 200.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from atlas_decks.learner import changes, real_anki
from atlas_decks.learner.changes import PackedNote
from support.author import FACTS, LEAST, MOST, NAMES, PLACES, Author, Subject
from support.learner import Learner, Snapshot

pytestmark = pytest.mark.anki
START = 1_600_000_000
STEPS = 30
FIGURES: Counter[str] = Counter()
picks = st.integers(0, 999)
ACTIONS = [
    *["update"] * 10,  # first, as hypothesis likes the first best
    # the author
    *["build"] * 3,
    *("reword", "reword", "take back wording", "add fact", "add fact", "add component", "remove fact"),
    *("remove fact", "remove fact", "rename title", "move group or tier", "move group or tier", "change diagram"),
    *("add or remove node", "retire diagram", "add or revive diagram", "add or revive diagram", "change style"),
    *("change template", "change focus", "change pace", "use spare field"),
    # the learner
    *["answer"] * 5,
    *("suspend", "flag", "bury", "write own note", "write own note"),
    *("edit a field", "edit a field", "add own tag", "add own tag", "remove empty cards", "remove empty cards"),
    *("delete a note", "change preset", "move card to own deck", "sleep", "rebuild filtered deck"),
    *("empty filtered decks", "import any", "import any", "import plan"),
]
ACTIONS_SEEN = [f"step: {action}" for action in ACTIONS]


@dataclass(frozen=True)
class Release:
    """A build: its packages, and what it holds of every note, found without the ledger's hashes."""

    packages: dict[str, Path]
    notes: dict[str, PackedNote]
    mods: dict[str, int]

    def content(self, guid: str) -> Any:
        note = self.notes.get(guid)
        if note is None or note.retired:
            return "retired" if note is not None else None
        tags = frozenset(tag for tag in note.fields["Tags"].split() if "::week::" not in tag)
        return (_values(note), tags)


def _values(note: PackedNote) -> tuple[str, ...]:
    """The fields in the order of the note type."""
    return tuple(value for name, value in note.fields.items() if name != "Tags")


def _without_review_times(snapshot: Snapshot) -> Snapshot:
    """Check Database may set a card's last review time (see `real_anki.check_database`)."""
    cards = {place: (*row[:-1], re.sub(r'"lrt":\d+', "", row[-1])) for place, row in snapshot.cards.items()}
    return replace(snapshot, cards=cards)


class Updates(RuleBasedStateMachine):
    """One author, one learner."""

    def __init__(self) -> None:
        super().__init__()
        FIGURES["sequences"] += 1
        self.folder = tempfile.TemporaryDirectory(prefix="atlas-sequences-")
        self.author = Author(Path(self.folder.name) / "project")
        self.learner = Learner()
        self.clock = START
        self.releases: list[Release] = []
        self.received: dict[str, int] = {}  # GUID -> the release whose version of it the learner was last given
        self.reviews: frozenset[tuple[Any, ...]] = frozenset()
        self.weeks = 2
        self.last_all: int | None = None  # the release that was imported as a whole, last of all imports

    def teardown(self) -> None:
        self.learner.close()
        self.author.patch.undo()
        self.folder.cleanup()

    def subject(self, pick: int) -> Subject:
        return list(self.author.subjects.values())[pick % len(self.author.subjects)]

    # --- the author

    @initialize()
    def begin(self) -> None:
        self.release()
        self.import_one(len(self.releases) - 1, "atlas-all.apkg", False)

    def release(self) -> None:
        built = self.author.build(self.clock, self.weeks)
        number = len(self.releases)
        packages = {}
        for name, data in built.packages.items():
            file = Path(self.folder.name) / f"{number}-{name}"
            file.write_bytes(data)
            packages[name] = file
        mods = {guid: built.ledger[guid].mod for guid in built.notes}
        self.releases.append(Release(packages, built.notes, mods))
        FIGURES["builds"] += 1

    @rule(action=st.sampled_from(ACTIONS), pick=picks, other=picks)
    def do(self, action: str, pick: int, other: int) -> None:
        """One step. One rule for all of them keeps them about equally likely, in every sequence."""
        self.clock += other % 3  # two builds may fall into one second
        FIGURES["steps"] += 1
        FIGURES[f"step: {action}"] += 1
        getattr(self, action.replace(" ", "_"))(pick, other)

    def build(self, pick: int, _: int) -> None:
        self.clock += pick % 60
        self.release()

    def reword(self, pick: int, other: int) -> None:
        subject = self.subject(pick)
        pairs = [(kind, name) for kind, names in subject.facts.items() for name in names]
        pair = pairs[other % len(pairs)]
        subject.words[pair] = subject.words.get(pair, 0) + 1

    def take_back_wording(self, pick: int, _: int) -> None:
        self.subject(pick).words.clear()

    def add_component(self, pick: int, other: int) -> None:
        self.add_fact(pick, other, "component")

    def add_fact(self, pick: int, other: int, kind: str = "") -> None:
        """Add a fact, or revive a retired one."""
        subject, kind = self.subject(pick), kind or sorted(FACTS)[other % len(FACTS)]
        free = [n for n in FACTS[kind] if n not in subject.facts[kind] and (n != "audit" or subject.audit)]
        if free and len(subject.facts[kind]) < MOST[kind]:
            subject.facts[kind].insert(pick % (len(subject.facts[kind]) + 1), free[other % len(free)])

    def remove_fact(self, pick: int, other: int) -> None:
        facts = self.subject(pick).facts[sorted(FACTS)[other % len(FACTS)]]
        if len(facts) > LEAST[sorted(FACTS)[other % len(FACTS)]]:
            facts.pop(pick % len(facts))

    def rename_title(self, pick: int, _: int) -> None:
        self.subject(pick).title += 1

    def move_group_or_tier(self, pick: int, other: int) -> None:
        self.subject(pick).group = sorted(PLACES)[other % len(PLACES)]

    def change_diagram(self, pick: int, _: int) -> None:
        self.subject(pick).picture += 1

    def add_or_remove_node(self, pick: int, _: int) -> None:
        subject = self.subject(pick)
        subject.audit = not subject.audit or "audit" in subject.facts["component"]

    def retire_diagram(self, pick: int, _: int) -> None:
        if len(self.author.subjects) > 1:
            subject = self.author.subjects.pop(self.subject(pick).id)
            self.author.shelf[subject.id] = subject

    def add_or_revive_diagram(self, pick: int, _: int) -> None:
        if free := sorted(NAMES.keys() - self.author.subjects.keys()):
            name = free[pick % len(free)]
            self.author.subjects[name] = self.author.shelf.pop(name, None) or Subject(name)

    def change_focus(self, _pick: int, _: int) -> None:
        """Changes nothing but tags."""
        self.author.focus = "caches" if self.author.focus == "queues" else "queues"

    def change_pace(self, _pick: int, _: int) -> None:
        """Changes nothing but week tags, which touch no note."""
        self.weeks = 6 - self.weeks

    def change_style(self, _pick: int, _: int) -> None:
        self.author.style += 1

    def change_template(self, _pick: int, _: int) -> None:
        self.author.front += 1

    def use_spare_field(self, _pick: int, _: int) -> None:
        if not self.author.caveat:
            self.author.use_spare_field()

    # --- the learner

    def answer(self, pick: int, other: int) -> None:
        FIGURES["reviews"] += self.learner.answer(1 + pick % 6, 1 + other % 4)

    def suspend(self, pick: int, _: int) -> None:
        if card := self.learner.card(pick):
            self.learner.col.sched.suspend_cards([card.id])

    def flag(self, pick: int, other: int) -> None:
        if card := self.learner.card(pick):
            self.learner.col.set_user_flag_for_cards(other % 8, [card.id])

    def bury(self, pick: int, _: int) -> None:
        if card := self.learner.card(pick):
            self.learner.col.sched.bury_cards([card.id])

    def write_own_note(self, pick: int, _: int) -> None:
        if note := self.learner.note(pick):
            self.learner.edit(note, "Note", f"mine, at {self.clock}", self.clock)

    def edit_a_field(self, pick: int, _: int) -> None:
        if note := self.learner.note(pick):
            self.learner.edit(note, "Title", f"my title, at {self.clock}", self.clock)

    def add_own_tag(self, pick: int, other: int) -> None:
        if note := self.learner.note(pick):
            self.learner.tag(note, ("own", "marked", "atlas::own", "leech")[other % 4], self.clock)

    def delete_a_note(self, pick: int, _: int) -> None:
        if note := self.learner.note(pick):
            self.learner.delete(note)
            self.received.pop(note.guid, None)

    def change_preset(self, pick: int, other: int) -> None:
        decks = sorted(
            d["name"] for d in self.learner.col.decks.all() if d["name"].startswith("Sample") and not d["dyn"]
        )
        if pick % 2:
            self.learner.edit_preset(1 + other % 50)
        else:
            self.learner.own_preset(decks[other % len(decks)], 1 + other % 50)

    def move_card_to_own_deck(self, pick: int, _: int) -> None:
        if (card := self.learner.card(pick)) and not card.odid:
            self.learner.col.set_deck([card.id], self.learner.col.decks.id("My deck"))

    def sleep(self, _pick: int, _: int) -> None:
        self.learner.sleep()

    def rebuild_filtered_deck(self, pick: int, _: int) -> None:
        self.learner.rebuild(pick)

    def empty_filtered_decks(self, _pick: int, _: int) -> None:
        self.learner.empty_filtered()

    def remove_empty_cards(self, _pick: int, _: int) -> None:
        had = self.learner.snapshot().notes
        FIGURES["empty cards removed"] += self.learner.remove_empty_cards()
        for guid in had.keys() - self.learner.snapshot().notes.keys():
            assert self.is_retired(guid), "a note went that was not retired"
            self.received.pop(guid, None)

    def update(self, _pick: int, other: int) -> None:
        """What the README says: build the newest, import all of it; or import late what was built before."""
        if other % 3:
            self.release()
        self.import_one(len(self.releases) - 1, "atlas-all.apkg", other % 4 == 0)

    def import_any(self, pick: int, other: int) -> None:
        """Any package, of an older release too."""
        number = max(0, len(self.releases) - 1 - other % 4)
        names = sorted(name for name in self.releases[number].packages if name != "atlas-plan.apkg")
        self.import_one(number, names[pick % len(names)], other % 3 == 0)

    def import_plan(self, _pick: int, _: int) -> None:
        self.import_one(len(self.releases) - 1, "atlas-plan.apkg", False, with_scheduling=True)

    def given_cards(self, guid: str) -> Collection[int]:
        """The cards of the version of a note that the learner has."""
        return self.releases[self.received[guid]].notes[guid].cards

    def is_retired(self, guid: str) -> bool:
        """Whether the learner's version of the note is a retired one; the guides of the plan never are."""
        return guid in self.received and self.releases[self.received[guid]].notes[guid].retired

    # --- the import

    def import_one(self, number: int, name: str, presets: bool, with_scheduling: bool = False) -> None:
        release = self.releases[number]
        before = self.learner.snapshot()
        log = self.learner.import_package(release.packages[name], with_presets=presets, with_scheduling=with_scheduling)
        after = self.learner.snapshot()
        FIGURES["imports"] += 1
        assert len(log.conflicting) == 0
        self.check_reviews(before, after)
        if name == "atlas-plan.apkg":
            self.check_plan(before, after)
        else:
            self.check_notes(before, after, release, number, name)
            self.check_presets(before, after, presets)
        self.check_cards(before, after)
        self.check_collection(after)
        self.last_all = number if name == "atlas-all.apkg" else None

    def check_reviews(self, before: Snapshot, after: Snapshot) -> None:
        assert after.reviews == before.reviews
        assert self.reviews <= after.reviews, "a review was lost"
        self.reviews = after.reviews

    def check_notes(self, before: Snapshot, after: Snapshot, release: Release, number: int, name: str) -> None:
        packed = changes.read_package(release.packages[name]).notes
        assert after.notes.keys() == before.notes.keys() | packed.keys(), (
            "notes came or went that are not in the package"
        )
        for guid, held in before.notes.items():
            if guid not in packed:
                assert after.notes[guid] == held
                continue
            touched = after.notes[guid] != held
            given = self.received[guid]
            versions = [self.releases[i].content(guid) for i in range(min(given, number), max(given, number) + 1)]
            changed = number > given and any(version != versions[0] for version in versions)
            edited = held.mod >= release.mods[guid] and held.mod != self.releases[given].mods[guid]
            assert not touched or changed, "a note was touched whose content did not change"
            assert touched or edited or not changed, "a change did not arrive"
            if touched:
                FIGURES["notes updated"] += 1
                FIGURES["own edits overwritten"] += held.mod != self.releases[given].mods[guid]
            elif changed:
                FIGURES["updates held off by a later edit"] += 1
            else:
                FIGURES["notes left alone"] += 1
            if number > given and not (changed and not touched):
                self.received[guid] = number
        for guid in packed:
            if guid not in before.notes or after.notes[guid] != before.notes[guid]:
                note = release.notes[guid]
                assert after.notes[guid].fields == _values(note)
                assert after.notes[guid].tags == frozenset(note.fields["Tags"].split())
                assert after.notes[guid].mod == release.mods[guid]
            if guid not in before.notes:
                FIGURES["notes added"] += 1
                self.received[guid] = number
        shipped = {(guid, card) for guid in packed for card in release.notes[guid].cards}
        assert after.cards.keys() - before.cards.keys() == shipped - before.cards.keys()
        self.check_diff(before, after, release, number, name)

    def check_diff(self, before: Snapshot, after: Snapshot, release: Release, number: int, name: str) -> None:
        """What `diff` foretells comes true, for the notes that the learner left alone."""
        if self.last_all is None or name != "atlas-all.apkg":
            return
        old = changes.read_package(self.releases[self.last_all].packages[name])
        new = changes.read_package(release.packages[name])
        touched = {change.key for change in changes.difference(old, new).touched}
        for guid, note in old.notes.items():
            held = before.notes.get(guid)
            if (
                held is not None
                and held.mod == note.mod
                and "\x1f".join(held.fields) == "\x1f".join(list(note.fields.values())[:-1])
            ):
                assert (after.notes[guid] != held) == (note.key in touched)
                FIGURES["predictions of diff"] += 1

    def check_cards(self, before: Snapshot, after: Snapshot) -> None:
        for place, row in before.cards.items():
            assert after.cards.get(place) == row, "an import changed a card that was there"

    def check_presets(self, before: Snapshot, after: Snapshot, ticked: bool) -> None:
        for number, preset in before.presets.items():
            assert after.presets[number] == preset, "an import changed a preset"
        for name, deck in before.decks.items():
            assert ticked or after.decks[name] == deck, "an import changed the preset of a deck"

    def check_plan(self, before: Snapshot, after: Snapshot) -> None:
        had = [name for name in before.decks if name.startswith("Sample plan::")]
        have = [name for name, (_, filtered) in after.decks.items() if name.startswith("Sample plan::") and filtered]
        assert len(have) == 3 + 1, (had, have)  # two days, the weekend, and an exam

    def check_collection(self, after: Snapshot) -> None:
        retired = {guid for guid in after.notes if self.is_retired(guid)}
        self.check_empty_cards(after)
        assert self.learner.missing_media() == set()
        assert real_anki.check_database(self.learner.col) == []
        last = self.learner.snapshot()
        # Check Database gives every note without a card one, so also the retired notes that this learner never had
        blank = last.cards.keys() - after.cards.keys()
        carded = {guid for guid, _ in after.cards}
        assert blank == {(guid, 0) for guid in retired if guid not in carded}
        rest = replace(last, cards={place: row for place, row in last.cards.items() if place not in blank})
        assert _without_review_times(rest) == _without_review_times(after)
        self.check_empty_cards(last)
        FIGURES["blank cards of Check Database"] += len(blank)
        FIGURES["checks"] += 1

    def check_empty_cards(self, now: Snapshot) -> None:
        """The cards of retired notes are empty, those of texts that are no longer there, and nothing else is."""
        empty = {
            place for place in now.cards if place[0] in self.received and place[1] not in self.given_cards(place[0])
        }
        assert self.learner.empty_cards() == {(now.notes[guid].id, card) for guid, card in empty}


def test_no_sequence_of_edits_and_actions_loses_anything(long_run: bool) -> None:
    FIGURES.clear()
    started = time.monotonic()
    sequences = 200 if long_run else 20
    options = settings(
        max_examples=sequences,
        stateful_step_count=STEPS + 1,  # and the first import
        deadline=None,
        derandomize=not long_run,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(Updates, settings=options)
    FIGURES["seconds"] = round(time.monotonic() - started)
    print(json.dumps(FIGURES, indent=1, sort_keys=True))
    assert FIGURES["sequences"] >= sequences
    assert FIGURES["steps"] >= sequences * STEPS * 0.9
    wanted = ["imports", "reviews", "notes updated", "notes left alone"]
    if long_run:
        wanted += [*ACTIONS_SEEN, "own edits overwritten", "empty cards removed"]
    assert [name for name in wanted if not FIGURES[name]] == []
