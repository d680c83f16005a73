"""The ids of Atlas, as they are kept in fixed_ids.json. Run this file to write them, while nothing is released."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from atlas_decks.cards.ids import Ids
from atlas_decks.cards.kinds import NOTE_TYPES
from atlas_decks.curriculum.load import load_plan
from atlas_decks.project import Project

_FILE = Path(__file__).resolve().with_suffix(".json")


def ids_of(project: str) -> dict[str, Any]:
    """Every id that must never change."""
    ids = Ids(project)
    return {
        "project": project,
        "guid of stripe/metric/key-age": ids.guid("stripe/metric/key-age"),
        "first row": ids.first_row,
        "note types": {kind: ids.note_type(kind) for kind in NOTE_TYPES},
        "fields": {
            f"{kind}/{part.slot}": ids.field(kind, part.slot) for kind, t in NOTE_TYPES.items() for part in t.fields
        },
        "templates": {
            f"{kind}/{slot}": ids.template(kind, slot) for kind, t in NOTE_TYPES.items() for slot in t.template_slots
        },
    }


def fixed_ids() -> dict[str, Any]:
    """The ids as they are kept."""
    kept: dict[str, Any] = json.loads(_FILE.read_text("utf-8"))
    return kept


if __name__ == "__main__":
    plan, _ = load_plan(Project(_FILE.parents[2]))
    _FILE.write_text(json.dumps(ids_of(plan.id), indent=1) + "\n", "utf-8")
