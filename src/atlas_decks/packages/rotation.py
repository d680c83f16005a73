"""plan.apkg: a filtered deck for each day of the rotation, with a guide card each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from atlas_decks.cards.ids import Ids
from atlas_decks.cards.notetypes import NOTE_TYPES
from atlas_decks.curriculum.models import WEEKDAYS, Plan
from atlas_decks.files.zip_archive import Archive, deflate
from atlas_decks.packages.settings import PackageSettings
from atlas_decks.packages.tables import Deck, NewNote, made_by_genanki, model_of

_MANUAL = 4  # kind of an entry of the review log: set by hand, no answer
DAYS: dict[str, str] = {**{day: name[:3] for day, name in WEEKDAYS.items()}, "weak": "Weekend"}  # in names of decks


def build_plan(file: Path, settings: PackageSettings) -> None:
    """Write `plan.apkg`: a filtered deck for each day of the rotation, with one suspended guide card each.

    A filtered deck travels only if it holds a card and the learner imports learning progress (README says how).
    """
    plan, root, ids = settings.plan, settings.plan.tag, Ids(settings.plan.id)
    home_id = ids.deck("plan")
    home = Deck(home_id, f"{plan.deck} plan", conf=1, desc="Guides to the weekday decks.", md=True)
    model = model_of("guide", settings)
    decks: list[Any] = [home]
    rows: list[tuple[int, int]] = []
    new_limit = max(limit.new for limit in settings.limits.values())
    review_limit = max(limit.review for limit in settings.limits.values())
    for index, day in enumerate(days_of(plan), 1):
        title = DAYS[day]
        categories = [category.title for category in plan.categories if category.day == day]
        search = f'"deck:{plan.deck}::*" tag:{root}::day::{day} -tag:{root}::retired'
        terms = [[f"{search} is:due", review_limit, 6], [f"{search} is:new", new_limit, 5]]
        about = f"{' and '.join(categories)}: due cards first, then new ones."
        if day == "weak":
            search = f'"deck:{plan.deck}::*" -tag:{root}::retired (prop:lapses>=2 OR rated:7:1) -is:suspended'
            terms = [[search, settings.pace.review_diagrams * 10, 1]]
            about = "Weak areas: cards that lapsed twice, or failed within the last seven days. Sunday is for rest."
        number = ids.deck(f"plan/{day}")
        decks.append(
            Deck(
                number,
                f"{plan.deck} plan::{index} {title}",
                dyn=1,
                terms=terms,
                resched=True,
                separate=True,
                delays=None,
                previewDelay=10,
                desc=about,
            )
        )
        key = note_key_of_guide(day)
        names = NOTE_TYPES["guide"].field_names
        values = {
            "Key": key,
            "Title": f"{title}: {' + '.join(categories) or 'weak areas'}",
            "Text": f"{about} Press Rebuild to gather the cards of the day.",
        }
        home.add_note(
            NewNote(
                ids.first_row + index,
                settings.mods[ids.guid(key)].mod,
                [0],
                model=model,
                guid=ids.guid(key),
                fields=[values.get(name, "") for name in names],
                tags=[f"{root}::guide"],
                due=index,
                sort_field=key,
            )
        )
        rows.append((ids.first_row + index, number))
    newest = max(settings.mods[ids.guid(note_key_of_guide(day))].mod for day in days_of(plan))
    made = made_by_genanki(decks, {}, newest)
    for card, filtered in rows:
        made.execute(
            "UPDATE cards SET did = ?, odid = ?, odue = due, queue = -1 WHERE nid = ?",
            (filtered, home_id, card),
        )
    # Anki 2.1.55 to 23.10 take filtered decks only from a package with a review in it: one that changed nothing
    made.execute(
        "INSERT INTO revlog SELECT ?, id, -1, 0, 0, 0, 0, 0, ? FROM cards ORDER BY id LIMIT 1", (ids.first_row, _MANUAL)
    )
    made.commit()
    made.execute("VACUUM")
    archive = Archive(file)
    archive.add("collection.anki2", deflate(made.serialize()))
    archive.add("media", deflate(b"{}"))
    archive.close()


def days_of(plan: Plan) -> list[str]:
    """The days that get a filtered deck: those with a category, and the weekend's weak areas."""
    used = {category.day for category in plan.categories}
    return [day for day in DAYS if day in used or day == "weak"]


def note_key_of_guide(day: str) -> str:
    """Key of the guide note of a day."""
    return f"plan/guide/{day}"


def guide_content(look_plan: Plan, day: str) -> list[object]:
    """What the ledger hashes of a guide note."""
    return [day, [category.title for category in look_plan.categories if category.day == day], 1]
