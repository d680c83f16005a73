"""A learner with a real Anki collection: what people do between two imports, and snapshots to compare."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anki.collection import Collection

from atlas_decks.learner import real_anki

OWN_FIELDS = ("Note",)
CARD = "id, did, type, queue, due, ivl, factor, reps, lapses, left, odue, odid, flags, data"


@dataclass(frozen=True)
class Held:
    """A note as the learner has it."""

    id: int
    fields: tuple[str, ...]
    tags: frozenset[str]
    mod: int


@dataclass(frozen=True)
class Snapshot:
    """All that an import might change: notes by GUID, cards by (GUID, ordinal), reviews, presets of decks, presets."""

    notes: dict[str, Held]
    cards: dict[tuple[str, int], tuple[Any, ...]]
    reviews: frozenset[tuple[Any, ...]]
    decks: dict[str, tuple[int, bool]]
    presets: dict[int, str]


class Learner:
    """Acts on a collection in a folder of its own. `now` in seconds is when an action takes place."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="atlas-learner-")
        self.col = Collection(str(Path(self._folder.name) / "collection.anki2"))

    def close(self) -> None:
        """End the collection and its folder."""
        self.col.close()
        self._folder.cleanup()

    # --- what one looks at

    def snapshot(self) -> Snapshot:
        """The state of everything."""
        rows = self.col.db.all("SELECT id, guid, flds, tags, mod FROM notes")
        assert len({row[1] for row in rows}) == len(rows), "two notes of one GUID"
        notes = {g: Held(i, tuple(f.split("\x1f")), frozenset(t.split()), m) for i, g, f, t, m in rows}
        cards: dict[tuple[str, int], tuple[Any, ...]] = {}
        for guid, ordinal, *row in self.col.db.all(
            f"SELECT (SELECT guid FROM notes WHERE id = nid), ord, {CARD} FROM cards"
        ):
            assert (guid, ordinal) not in cards, "two cards of one note and template"
            cards[guid, ordinal] = tuple(row)
        reviews = self.col.db.all("SELECT id, cid, ease, ivl, lastIvl, factor, time, type FROM revlog WHERE ease > 0")
        decks = {}
        for deck in self.col.decks.all():
            decks[deck["name"]] = (deck.get("conf", 0), bool(deck["dyn"]))
        presets = {}
        for preset in self.col.decks.all_config():
            content = {k: v for k, v in preset.items() if k not in ("mod", "usn")}
            presets[preset["id"]] = json.dumps(content, sort_keys=True)
        return Snapshot(notes, cards, frozenset(map(tuple, reviews)), decks, presets)

    def missing_media(self) -> set[str]:
        """Pictures that a field refers to and that are not there."""
        names = {
            name
            for text in self.col.db.list("SELECT flds FROM notes")
            for name in re.findall(r'src=["\']?([^"\'> ]+)', text)
        }
        return {name for name in names if not (Path(self.col.media.dir()) / name).is_file()} | set(
            self.col.media.check().missing
        )

    def note(self, pick: int) -> Any | None:
        """Any note of the decks', or None where there is none."""
        found = self.col.db.list("SELECT id FROM notes ORDER BY guid")
        return self.col.get_note(found[pick % len(found)]) if found else None

    def card(self, pick: int) -> Any | None:
        """Any card, or None where there is none."""
        found = self.col.db.list("SELECT id FROM cards ORDER BY id")
        return self.col.get_card(found[pick % len(found)]) if found else None

    # --- what one does

    def import_package(self, path: Path, **options: bool) -> Any:
        """Import with the dialog's defaults and what is ticked."""
        return real_anki.import_package(self.col, path, **options)

    def answer(self, times: int, rating: int) -> int:
        """Answer up to `times` cards of a random deck that has some due; returns how many there were."""
        done = 0
        for deck in sorted(self.col.decks.all_names_and_ids(), key=lambda d: d.name):
            self.col.decks.select(deck.id)
            while done < times and (queue := self.col.sched.get_queued_cards(fetch_limit=1)).cards:
                card = self.col.get_card(queue.cards[0].card.id)
                card.start_timer()
                self.col.sched.answerCard(card, rating)
                done += 1
        return done

    def edit(self, note: Any, field: str, text: str, now: int) -> None:
        """Write into a field, at that time."""
        note[field] = text
        self._save(note, now)

    def tag(self, note: Any, tag: str, now: int) -> None:
        """Add a tag, at that time."""
        note.add_tag(tag)
        self._save(note, now)

    def _save(self, note: Any, now: int) -> None:
        self.col.update_note(note)
        self.col.db.execute("UPDATE notes SET mod = ? WHERE id = ?", now, note.id)

    def delete(self, note: Any) -> None:
        """Delete a note with its cards."""
        self.col.remove_notes([note.id])

    def own_preset(self, deck: str, new_a_day: int) -> None:
        """Give a deck a preset of one's own."""
        found = self.col.decks.by_name(deck)
        preset = self.col.decks.add_config(f"mine {new_a_day}")
        preset["new"]["perDay"] = new_a_day
        self.col.decks.update_config(preset)
        found["conf"] = preset["id"]
        self.col.decks.save(found)

    def edit_preset(self, new_a_day: int) -> None:
        """Change the limit in every preset there is, those of the packages too."""
        for preset in self.col.decks.all_config():
            preset["new"]["perDay"] = new_a_day
            self.col.decks.update_config(preset)

    def sleep(self) -> None:
        """Let a day pass."""
        self.col.db.execute("UPDATE col SET crt = crt - 86400")
        self.col.close()
        self.col.reopen()

    def rebuild(self, pick: int) -> None:
        """Rebuild one of the filtered decks."""
        found = sorted(d["id"] for d in self.col.decks.all() if d["dyn"])
        if found:
            self.col.sched.rebuild_filtered_deck(found[pick % len(found)])

    def empty_filtered(self) -> None:
        """Empty all filtered decks."""
        for deck in self.col.decks.all():
            if deck["dyn"]:
                self.col.sched.empty_filtered_deck(deck["id"])

    def empty_cards(self) -> set[tuple[int, int]]:
        """The cards that Tools > Empty Cards finds, as (id of the note, number of the template)."""
        cards = [card for note in self.col.get_empty_cards().notes for card in note.card_ids]
        return {(card.nid, card.ord) for card in map(self.col.get_card, cards)}

    def remove_empty_cards(self) -> int:
        """Tools > Empty Cards; returns how many cards were removed."""
        cards = [card for note in self.col.get_empty_cards().notes for card in note.card_ids]
        self.col.remove_cards_and_orphaned_notes(cards)
        return len(cards)
