"""The package of the plan: a filtered deck for each day of the rotation and each checkpoint, with a guide card each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from atlas_decks.cards.ids import Ids
from atlas_decks.cards.kinds import NOTE_TYPES
from atlas_decks.cards.markup import for_description, plain
from atlas_decks.curriculum.models import Plan
from atlas_decks.files.zip_archive import Archive, deflate
from atlas_decks.packages.collection import copied
from atlas_decks.packages.settings import PackageSettings
from atlas_decks.packages.tables import Deck, NewNote, made_by_genanki, model_of
from atlas_decks.schedule.exams import exam_decks
from atlas_decks.schedule.filtered import FilteredDeck
from atlas_decks.schedule.rotation import rotation_of

_MANUAL = 4  # kind of an entry of the review log: set by hand, no answer
_DELAYS: Mapping[bool, Mapping[str, int]] = {  # whether a deck reschedules; used only where it does not
    True: {"previewDelay": 10},  # minutes, Anki's default
    # 0 sends a card home after its answer; the first, in minutes, is what older clients read
    False: {"previewDelay": 0, "previewAgainSecs": 0, "previewHardSecs": 0, "previewGoodSecs": 0},
}
_FIRST_EXAM = 100  # rows before those of exams' guides, so that another day moves none of them
_NEW, _TO_REVIEW = 0, 2  # queues of cards; in a deck that does not reschedule all wait in the second
_FIRST_PLACE = -100_000  # where Anki puts the first card of a filtered deck


def build_plan(file: Path, settings: PackageSettings) -> None:
    """Write the package of the plan: filtered decks for the days of the rotation and the checkpoints, a guide in each.

    A filtered deck travels only if it holds a card and the learner imports learning progress (README says how). The
    guide is the card that waits there until the deck is rebuilt; it goes home to a deck without limits of its own, and
    is never asked again.
    """
    plan, ids = settings.plan, Ids(settings.plan.id)
    home_id = ids.deck("plan")
    # limits of the deck itself, which hold whatever preset the learner has: a guide that went home is never asked
    home = Deck(
        home_id, plan_deck_name(plan), conf=1, desc="Open the deck of the day.", md=True, newLimit=0, reviewLimit=0
    )
    model = model_of("guide", settings)
    decks: list[Any] = [home]
    rows = _rows(plan)
    for row, planned in rows.items():
        decks.append(_filtered_deck(ids.deck(f"plan/{planned.slug}"), planned, plan))
        key = guide_key(planned)
        guide = NewNote(
            ids.first_row + row,
            settings.mods[ids.guid(key)].mod,
            [0],
            model=model,
            guid=ids.guid(key),
            fields=guide_fields(planned),
            tags=[f"{plan.tag}::guide"],
            due=row,
            sort_field=key,
        )
        home.add_note(guide)
    newest = max(settings.mods[ids.guid(guide_key(planned))].mod for planned in rows.values())
    made = made_by_genanki(decks, {}, newest)
    for row, planned in rows.items():
        queue, due = (_NEW, row) if planned.reschedule else (_TO_REVIEW, _FIRST_PLACE)
        made.execute(
            "UPDATE cards SET did = ?, odid = ?, odue = due, queue = ?, due = ? WHERE nid = ?",
            (ids.deck(f"plan/{planned.slug}"), home_id, queue, due, ids.first_row + row),
        )
    # Anki 2.1.55 to 23.10 take filtered decks only from a package with a review in it: one that changed nothing
    made.execute(
        "INSERT INTO revlog SELECT ?, id, -1, 0, 0, 0, 0, 0, ? FROM cards ORDER BY id LIMIT 1", (ids.first_row, _MANUAL)
    )
    archive = Archive(file)
    archive.add("collection.anki2", deflate(copied(made)))
    archive.add("media", deflate(b"{}"))
    archive.close()


def plan_deck_name(plan: Plan) -> str:
    """`Atlas plan`, the deck above the filtered ones."""
    return f"{plan.deck} plan"


def guide_key(planned: FilteredDeck) -> str:
    """Key of the guide note of a filtered deck."""
    return f"plan/guide/{planned.slug}"


def guide_fields(planned: FilteredDeck) -> list[str]:
    """The fields of a guide note, in order: what the ledger hashes of it."""
    values = {"Key": guide_key(planned), "Title": str(plain(planned.title)), "Text": str(plain(planned.about))}
    return [values.get(name, "") for name in NOTE_TYPES["guide"].field_names]


def guides(plan: Plan) -> Iterator[tuple[str, list[str]]]:
    """Key and fields of each guide note."""
    for planned in _rows(plan).values():
        yield guide_key(planned), guide_fields(planned)


def _rows(plan: Plan) -> dict[int, FilteredDeck]:
    """The filtered decks by the rows of their guides, from the first of the project's on."""
    return {**dict(enumerate(rotation_of(plan), 1)), **dict(enumerate(exam_decks(plan), _FIRST_EXAM))}


def _filtered_deck(number: int, planned: FilteredDeck, plan: Plan) -> Any:
    return Deck(
        number,
        f"{plan_deck_name(plan)}::{planned.name}",
        dyn=1,
        terms=[list(search) for search in planned.searches],
        resched=planned.reschedule,
        separate=True,
        delays=None,
        desc=for_description(planned.about),
        md=True,
        **_DELAYS[planned.reschedule],
    )
