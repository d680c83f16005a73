"""What the ledger hashes: everything that a learner gets and that has a mod of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from atlas_decks.cards.ids import Ids, note_key
from atlas_decks.cards.kinds import NOTE_TYPES
from atlas_decks.cards.notes import Note, retired_note
from atlas_decks.cards.rows import digest
from atlas_decks.cards.templates import Templates
from atlas_decks.compiled.store import StoredDiagram
from atlas_decks.curriculum.models import Plan
from atlas_decks.packages.ledger import Content, Entry, Ledger
from atlas_decks.packages.rotation import guides
from atlas_decks.packages.tables import note_type_content, note_type_key


def contents(diagrams: Iterable[StoredDiagram], plan: Plan, templates: Templates) -> Iterator[Content]:
    """The content of every note, of every note type, and of every guide to a weekday's deck."""
    for diagram in diagrams:
        for head in diagram.heads:
            yield Content(head.guid, head.hash, _key(diagram, head.kind, head.fact), diagram.ref.tier)
    ids = Ids(plan.id)
    for kind in NOTE_TYPES:
        key = note_type_key(kind)
        yield Content(ids.guid(key), digest(note_type_content(kind, plan, templates)), key, 0)
    for key, fields in guides(plan):
        yield Content(ids.guid(key), digest(fields), key, 0)


def shared_guids(diagrams: Iterable[StoredDiagram]) -> list[str]:
    """The keys of notes whose GUID is not theirs alone."""
    keys: dict[str, list[str]] = {}
    for diagram in diagrams:
        for head in diagram.heads:
            keys.setdefault(head.guid, []).append(_key(diagram, head.kind, head.fact))
    return [key for found in keys.values() if len(found) > 1 for key in found]


def at_home(ledger: Mapping[str, Entry], plan: Plan) -> dict[str, Entry]:
    """The ledger with a tier of the plan for each note: a tier may get another number, or go.

    A removed note of a tier that is no more goes where its diagram is now, or else to the first tier; nothing changes
    for a learner, as Anki matches notes by their GUIDs.
    """
    tiers = {tier.number for tier in plan.tiers}
    homeless = [entry for entry in ledger.values() if entry.tier and entry.tier not in tiers]
    if not homeless:
        return dict(ledger)
    homes = {entry.key.split("/")[0]: entry.tier for entry in ledger.values() if entry.tier in tiers}
    moved = {e.guid: replace(e, tier=homes.get(e.key.split("/")[0], min(tiers))) for e in homeless}
    return {**ledger, **moved}


def tombstones(ledger: Ledger, plan: Plan) -> list[Note]:
    """The notes that were removed, as they are shipped."""
    return [retired_note(entry.key, entry.tier, plan) for entry in ledger.values() if entry.retired and entry.tier]


def _key(diagram: StoredDiagram, kind: str, fact: str) -> str:
    return note_key(diagram.ref.diagram, kind, fact)
