"""What a learner does with packages in one version of Anki; run by that version's own Python, 3.9 or newer.

`anki_client.py JOB` reads a job, {"all": .., "plan": .., "base": .., "reworded": .., "retired": .., "expected": ..}, and
prints {step: what is wrong} as its last line; a step of which nothing is wrong has an empty text.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import anki.buildinfo
import anki.lang
from anki.collection import Collection

_ANSWERS = 10
_SAYS = re.compile(r"errors\.html|\{\{|\}\}")  # what Anki shows in place of a card
Step = dict[str, Any]


def version() -> tuple[int, ...]:
    """The version of this Anki."""
    return tuple(int(part) for part in anki.buildinfo.version.split("."))


def take_in(col: Any, package: str, scheduling: bool = False, presets: bool = False) -> None:
    """Import as the window of this version does when the file is opened, with these switches where it has them."""
    if version() < (2, 1, 55):  # the first version whose window uses the newer importer
        from anki.importing.apkg import AnkiPackageImporter

        AnkiPackageImporter(col, package).run()
        return
    from anki import import_export_pb2

    options = getattr(import_export_pb2, "ImportAnkiPackageOptions", None)
    if options is None:
        col.import_anki_package(package)
        return
    wanted = {"with_scheduling": scheduling, "with_deck_configs": presets}
    known = {name: value for name, value in wanted.items() if name in options.DESCRIPTOR.fields_by_name}
    request = import_export_pb2.ImportAnkiPackageRequest(package_path=package, options=options(**known))
    col.import_anki_package(request)


def imported(col: Any, job: Step) -> str:
    """All notes and cards are there, and no card is blank."""
    take_in(col, job["all"], presets=True)
    expected = job["expected"]
    found = {"notes": col.note_count(), "cards": col.card_count()}
    wrong = [f"{n} {what}, expected {expected[what]}" for what, n in found.items() if n != expected[what]]
    blank = sum(len(note.card_ids) for note in col.get_empty_cards().notes)
    return "; ".join(wrong + ([f"{blank} blank cards"] if blank else []))


def rendered(col: Any, job: Step) -> str:
    """Each card shows text on both sides, and no template fails."""
    cards = col.find_cards("")
    if not cards:
        return "no cards"
    for card_id in cards:
        card = col.get_card(card_id)
        for side, html in (("front", card.question()), ("back", card.answer())):
            body = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
            if _SAYS.search(body) or not re.sub(r"<[^>]+>", "", body).strip():
                return f"{card.note().fields[0]}: the {side} shows {body[:200]!r}"
    missing = col.media.check().missing
    return f"{len(missing)} pictures are missing" if missing else ""


def presets(col: Any, job: Step) -> str:
    """Each deck has the preset of the package, with the same values."""
    wrong = []
    for name, preset in job["expected"]["presets"].items():
        deck = col.decks.id_for_name(name)
        if deck is None:
            wrong.append(f"{name}: no such deck")
            continue
        found = col.decks.config_dict_for_deck_id(deck)
        if found["name"] != preset["name"]:
            wrong.append(f"{name}: {found['name']}")
            continue
        for part, key in (("new", "perDay"), ("rev", "perDay"), ("new", "delays"), ("new", "ints")):
            if (
                found[part][key][:2] != preset[part][key][:2]
                if key == "ints"
                else found[part][key] != preset[part][key]
            ):
                wrong.append(f"{name}: {part} {key} {found[part][key]}")
    return _few(wrong)


def weekdays(col: Any, job: Step) -> str:
    """The decks of the weekdays are filtered decks, and each gathers cards that are due."""
    guides = job["expected"]["guides"]
    take_in(col, job["plan"], scheduling=True)
    decks = {name: col.decks.id_for_name(name) for name in job["expected"]["weekdays"]}
    wrong = [
        f"{name}: no filtered deck" for name, number in decks.items() if not number or not col.decks.get(number)["dyn"]
    ]
    if wrong:
        return _few(wrong)
    expected = len(decks) + len(job["expected"]["exams"])
    if (there := len(col.find_cards(f"tag:{guides}"))) != expected:
        wrong.append(f"{there} guide cards, expected {expected}")
    # everything was learnt, lapsed twice and is due today
    col.db.execute(
        "UPDATE cards SET type = 2, queue = 2, ivl = 1, factor = 2500, reps = 3, lapses = 2, due = ? "
        "WHERE odid = 0 AND queue >= 0",
        col.sched.today,
    )
    cards = len(col.find_cards(f"is:due -tag:{guides}"))
    for name, number in decks.items():
        col.sched.rebuild_filtered_deck(number)
        gathered = len(col.find_cards(f"did:{number} -tag:{guides}"))
        if gathered != cards:
            wrong.append(f"{name}: {gathered} of {cards} due cards")
        col.sched.empty_filtered_deck(number)
    return _few(wrong)


def exams(col: Any, job: Step) -> str:
    """The decks of the exams, imported with those of the weekdays, ask without scheduling anything anew."""
    guides, wrong = job["expected"]["guides"], []
    # as after `weekdays`, but nothing is due today
    col.db.execute("UPDATE cards SET due = ? WHERE odid = 0 AND type = 2", col.sched.today + 3)
    for name in job["expected"]["exams"]:
        number = col.decks.id_for_name(name)
        deck = col.decks.get(number) if number else None
        if deck is None or not deck["dyn"] or deck["resched"]:
            wrong.append(f"{name}: no filtered deck that leaves the scheduling alone")
            continue
        before = _state(col)
        col.sched.rebuild_filtered_deck(number)
        gathered = set(col.find_cards(f"did:{number} -tag:{guides}"))
        col.decks.select(number)
        answered = 0
        while (card := col.sched.getCard()) is not None and answered <= len(gathered):
            card.start_timer() if hasattr(card, "start_timer") else card.startTimer()
            buttons = col.sched.answerButtons(card)
            # before 23.12, Again asks once more in the same sitting, whatever the deck says
            col.sched.answerCard(card, buttons if version() < (23, 12) else 1 + answered % buttons)
            answered += 1
        if not gathered or answered != len(gathered):
            wrong.append(f"{name}: {answered} answers, {len(gathered)} cards")
        col.db.execute("UPDATE cards SET queue = type WHERE queue < 0 AND queue > -4")  # siblings, hidden for a day
        moved = [key for key, held in _state(col).items() if held != before[key] and "plan/guide" not in key]
        wrong += [f"{name}: {key} is scheduled anew" for key in moved]
    return _few(wrong)


def updated(col: Any, job: Step) -> str:
    """An update with one note reworded changes that note and nothing of what was learnt."""
    take_in(col, job["base"])
    _study(col)
    before, log = _state(col), _reviews(col)
    take_in(col, job["reworded"])
    after = _state(col)
    changed = [key for key, (fields, _) in after.items() if before.get(key, ("",))[0] != fields]
    wrong = [] if changed == job["expected"]["reworded"] else [f"changed: {changed}"]
    wrong += [f"{key}: scheduling" for key, (_, cards) in after.items() if key in before and before[key][1] != cards]
    wrong += [f"{key} is lost" for key in before.keys() - after.keys()]
    if _reviews(col) != log or not log:
        wrong.append("the review log")
    return _few(wrong)


def retired(col: Any, job: Step) -> str:
    """An update without a note leaves its cards empty, and Empty Cards takes those and no others."""
    key = job["expected"]["retired"]
    if gone := [note.note_id for note in col.get_empty_cards().notes]:
        return f"{len(gone)} empty cards before"
    before, log = _state(col), _reviews(col)
    take_in(col, job["retired"])
    empty = col.get_empty_cards().notes
    names = [col.get_note(note.note_id).fields[0] for note in empty]
    if names != [key]:
        return f"empty: {names}"
    col.remove_cards_and_orphaned_notes([card for note in empty for card in note.card_ids])
    after = _state(col)
    wrong = [] if before.keys() - after.keys() == {key} else [f"lost: {before.keys() - after.keys()}"]
    wrong += [f"{name}: scheduling" for name in after if after[name][1] != before[name][1]]
    changed = sorted(name for name in after if after[name][0] != before[name][0])
    wrong += [] if changed == job["expected"]["others"] else [f"changed: {changed}"]
    return _few(wrong + ([] if _reviews(col) == log else ["the review log"]))


def _study(col: Any) -> None:
    for deck in col.decks.all_names_and_ids():
        col.decks.select(deck.id)
        if hasattr(col.sched, "reset"):
            col.sched.reset()
        for _ in range(_ANSWERS):
            card = col.sched.getCard()
            if card is None:
                break
            card.start_timer() if hasattr(card, "start_timer") else card.startTimer()
            col.sched.answerCard(card, 3)


def _state(col: Any) -> dict[str, tuple[str, list[list[Any]]]]:
    """Of each note by key: fields and tags, and what its cards have learnt."""
    state = {}
    for number, fields, tags in col.db.all("SELECT id, flds, tags FROM notes"):
        cards = col.db.all(
            "SELECT ord, did, type, queue, due, ivl, factor, reps, lapses, left FROM cards WHERE nid = ? ORDER BY ord",
            number,
        )
        state[fields.partition("\x1f")[0]] = (fields + tags, [list(card) for card in cards])
    return state


def _reviews(col: Any) -> list[list[Any]]:
    return [list(row) for row in col.db.all("SELECT id, cid, ease, ivl, factor FROM revlog ORDER BY id")]


def _few(wrong: list[str]) -> str:
    return "; ".join(wrong[:2]) + (f"; and {len(wrong) - 2} more" if len(wrong) > 2 else "")


def main(job: Step) -> dict[str, str]:
    """Take the steps; what a step raises is what is wrong with it."""
    results: dict[str, str] = {}
    anki.lang.set_lang("en")  # as the window does; without it the older importer fails
    for steps in ((imported, rendered, presets, weekdays, exams), (updated, retired)):
        with tempfile.TemporaryDirectory(prefix="atlas-client-") as folder:
            col = Collection(str(Path(folder) / "collection.anki2"))
            for step in steps:
                try:
                    results[step.__name__] = step(col, job)
                except Exception as error:  # whatever this version does
                    results[step.__name__] = f"{type(error).__name__}: {error}"
            col.close()
    return results


if __name__ == "__main__":
    print(json.dumps(main(json.loads(Path(sys.argv[1]).read_text("utf-8")))))
