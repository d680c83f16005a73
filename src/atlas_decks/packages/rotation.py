"""The package of the plan, `atlas-plan.apkg`: a filtered deck for each day of the rotation, with a guide card each."""

from __future__ import annotations

from collections.abc import Iterator
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
from atlas_decks.schedule.rotation import RotationDay, rotation_of

_MANUAL = 4  # kind of an entry of the review log: set by hand, no answer
_PREVIEW_DELAY = 10  # minutes; Anki's default, used only with rescheduling off


def build_plan(file: Path, settings: PackageSettings) -> None:
    """Write the package of the plan: a filtered deck for each day of the rotation, with one guide card each.

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
    homes: list[tuple[int, int]] = []  # (id of the guide, id of its filtered deck)
    for index, day in enumerate(rotation_of(plan), 1):
        deck = _filtered_deck(ids.deck(f"plan/{day.slug}"), day, plan)
        decks.append(deck)
        key = guide_key(day)
        guide = NewNote(
            ids.first_row + index,
            settings.mods[ids.guid(key)].mod,
            [0],
            model=model,
            guid=ids.guid(key),
            fields=guide_fields(day),
            tags=[f"{plan.tag}::guide"],
            due=index,
            sort_field=key,
        )
        home.add_note(guide)
        homes.append((ids.first_row + index, deck.deck_id))
    newest = max(settings.mods[ids.guid(guide_key(day))].mod for day in rotation_of(plan))
    made = made_by_genanki(decks, {}, newest)
    made.executemany(
        "UPDATE cards SET did = ?, odid = ?, odue = due WHERE nid = ?",
        ((filtered, home_id, guide) for guide, filtered in homes),
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
    """`Atlas plan`, the deck above those of the weekdays."""
    return f"{plan.deck} plan"


def guide_key(day: RotationDay) -> str:
    """Key of the guide note of a day."""
    return f"plan/guide/{day.slug}"


def guide_fields(day: RotationDay) -> list[str]:
    """The fields of a guide note, in order: what the ledger hashes of it."""
    values = {"Key": guide_key(day), "Title": str(plain(day.title)), "Text": str(plain(day.about))}
    return [values.get(name, "") for name in NOTE_TYPES["guide"].field_names]


def guides(plan: Plan) -> Iterator[tuple[str, list[str]]]:
    """Key and fields of each guide note."""
    for day in rotation_of(plan):
        yield guide_key(day), guide_fields(day)


def _filtered_deck(number: int, day: RotationDay, plan: Plan) -> Any:
    return Deck(
        number,
        f"{plan_deck_name(plan)}::{day.name}",
        dyn=1,
        terms=[list(search) for search in day.searches],
        resched=True,
        separate=True,
        delays=None,
        previewDelay=_PREVIEW_DELAY,
        desc=for_description(day.about),
        md=True,
    )
