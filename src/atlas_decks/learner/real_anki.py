"""Imports packages into a throwaway collection of the real Anki and reports what a learner would get.

Needs the extra `[verify]`: `anki` is AGPL, so nothing else in this project imports it.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from atlas_decks.learner.reading import require_small
from atlas_decks.packages.pack import PLAN
from atlas_decks.problems import Problem, ProblemsFoundError

_REBUILT = "rebuilt and optimized"  # what Check Database says of itself, when nothing is wrong
# "Added last review time to N cards", the number in marks of direction
_REVIEW_TIMES = re.compile(r"Added last review time to \D*(\d+)")
_LEFTOVER = re.compile(r"\{\{|\}\}|\[\[|\[%")
# Anki shows what is wrong with a template, or that a front is blank, on the card itself, with a link to this page
_ANKI_SAYS = re.compile(r"docs\.ankiweb\.net/templates/errors\.html#([\w-]+)")


@dataclass
class Report:
    """What was imported, and everything that is wrong with it."""

    notes: int = 0
    cards: int = 0
    decks: list[str] = field(default_factory=list)
    tags: Counter[str] = field(default_factory=Counter)
    media: int = 0
    rendered: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass
class Update:
    """What an update does to a studied collection; the counts are notes, `reviews` are entries of the review log."""

    old_notes: int = 0
    new_notes: int = 0
    updated: list[str] = field(default_factory=list)
    added: int = 0
    kept: int = 0
    reviews_before: int = 0
    reviews_after: int = 0
    lost: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@contextmanager
def temporary_collection() -> Iterator[Any]:
    """An empty Anki collection in a temporary folder."""
    try:
        from anki.collection import Collection
    except ImportError as error:
        hint = "pip install 'atlas-decks[verify]'"
        raise ProblemsFoundError(
            [Problem("anki", 0, 0, "verify-extra", "the package `anki` is missing", hint)]
        ) from error
    with tempfile.TemporaryDirectory(prefix="atlas-verify-") as folder:
        col = Collection(str(Path(folder) / "collection.anki2"))
        try:
            yield col
        finally:
            col.close()


def import_package(col: Any, path: Path, with_scheduling: bool = False, with_presets: bool = False) -> Any:
    """Import a package with the dialog's defaults; returns Anki's log. Raises ProblemsFoundError where Anki refuses."""
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

    require_small(path)
    options = ImportAnkiPackageOptions(
        merge_notetypes=False,
        update_notes=0,  # if newer
        update_notetypes=0,
        with_scheduling=with_scheduling,
        with_deck_configs=with_presets,
    )
    try:
        return col.import_anki_package(ImportAnkiPackageRequest(package_path=str(path), options=options)).log
    except Exception as error:  # whatever the backend raises, the learner sees a refusal
        hint = "is it a package that atlas-decks or Anki wrote, and complete?"
        raise ProblemsFoundError(
            [Problem(str(path), 0, 0, "import", str(error) or type(error).__name__, hint)]
        ) from error


def verify(paths: list[Path]) -> Report:
    """Import the packages one after the other, as a learner would, and look at everything."""
    report = Report()
    with temporary_collection() as col:
        for path in paths:
            plan = path.stem.endswith(f"-{PLAN}")  # its decks travel with learning progress only
            log = import_package(col, path, with_scheduling=plan)
            if log.conflicting:
                report.problems.append(Problem(str(path), 0, 0, "conflict", f"{len(log.conflicting)} notes conflict"))
        report.notes, report.cards = col.note_count(), col.card_count()
        report.decks = [deck.name for deck in col.decks.all_names_and_ids() if deck.name != "Default"]
        for note_id in col.find_notes(""):
            report.tags.update(col.get_note(note_id).tags)
        _render(col, report)
        _integrity(col, report.problems)
        report.media = len(list(Path(col.media.dir()).iterdir()))
    return report


def _render(col: Any, report: Report) -> None:
    for card_id in col.find_cards(""):
        card = col.get_card(card_id)
        key = card.note().fields[0]
        report.rendered += 1
        for side, html in (("front", card.question()), ("back", card.answer())):
            body = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
            if not re.sub(r"<[^<>]+>", "", body).strip():
                report.problems.append(Problem(key, 0, 0, f"empty-{side}", f"the {side} shows nothing"))
            elif match := _ANKI_SAYS.search(body):
                text = " ".join(re.sub(r"<[^<>]+>", " ", body[: match.start()]).split())
                report.problems.append(Problem(key, 0, 0, match.group(1), f"Anki shows on the {side}: {text}"))
            elif match := _LEFTOVER.search(body):
                report.problems.append(Problem(key, 0, 0, "template", f"the {side} shows `{match.group()}`"))


def _integrity(col: Any, problems: list[Problem]) -> None:
    missing = col.media.check().missing
    problems += [Problem(name, 0, 0, "media", "a card refers to a picture that is not there") for name in missing]
    if said := check_database(col):
        problems.append(Problem("collection", 0, 0, "check-database", "; ".join(said)))


def check_database(col: Any) -> list[str]:
    """Run Check Database and return what it found wrong, line by line.

    Anki stores the second of an answer with the card and its millisecond in the review log, read one after the other:
    where a second ends between the two, Check Database "adds" a last review time. Lines that say no more are left out.
    """
    answered = col.db.all("SELECT c.data, max(r.id) FROM cards c JOIN revlog r ON r.cid = c.id GROUP BY c.id")
    straddled = sum(abs(json.loads(data or "{}").get("lrt", 0) - last // 1000) == 1 for data, last in answered)
    message, _ = col.fix_integrity()
    return [
        line
        for line in message.splitlines()
        if _REBUILT not in line and not ((found := _REVIEW_TIMES.search(line)) and int(found[1]) <= straddled)
    ]


def verify_update(old: Path, new: Path, answers: int = 200) -> Update:
    """Import `old`, answer up to `answers` cards, import `new`, and compare."""
    update = Update()
    with temporary_collection() as col:
        import_package(col, old)
        _study(col, answers)
        before = _state(col)
        update.old_notes = len(before)
        update.reviews_before = col.db.scalar("SELECT count() FROM revlog")
        import_package(col, new)
        after = _state(col)
        update.new_notes = len(after)
        update.reviews_after = col.db.scalar("SELECT count() FROM revlog")
        update.added = len(after.keys() - before.keys())
        for guid, (key, content, cards) in before.items():
            if guid not in after:
                update.lost.append(key)
                continue
            _, new_content, new_cards = after[guid]
            if new_content != content:
                update.updated.append(key)
            else:
                update.kept += 1
            if new_cards != cards:
                update.problems.append(Problem(key, 0, 0, "scheduling", "the update changed the card's scheduling"))
        if update.reviews_after != update.reviews_before:
            update.problems.append(Problem(str(new), 0, 0, "reviews", "reviews were lost"))
        update.problems += [Problem(key, 0, 0, "lost", "the note is gone after the update") for key in update.lost]
        _integrity(col, update.problems)
    return update


def _study(col: Any, answers: int) -> None:
    for deck in col.decks.all_names_and_ids():
        col.decks.select(col.decks.id(deck.name))
        while answers > 0:
            queue = col.sched.get_queued_cards(fetch_limit=1)
            if not queue.cards:
                break
            card = col.get_card(queue.cards[0].card.id)
            card.start_timer()
            col.sched.answerCard(card, 3)
            answers -= 1


def _state(col: Any) -> dict[str, tuple[str, str, list[tuple[Any, ...]]]]:
    """By GUID: key, content, and the scheduling of the cards."""
    state = {}
    for note_id in col.find_notes(""):
        note = col.get_note(note_id)
        rows = col.db.all(
            "SELECT ord, type, queue, due, ivl, reps, lapses FROM cards WHERE nid = ? ORDER BY ord", note_id
        )
        content = "\x1f".join([*note.fields, *sorted(note.tags)])
        state[note.guid] = (note.fields[0], content, [tuple(row) for row in rows])
    return state
