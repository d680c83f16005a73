"""The table of kinds of cards is consistent, with the models and with what Anki makes of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.cards.kinds import DECK_LETTERS, KINDS, NOTE_TYPES, SLOT, all_cards, fact_kinds
from atlas_decks.curriculum.models import DiagramSpec, fact_keys
from atlas_decks.learner import real_anki
from atlas_decks.project import default_templates
from support.builds import Built, Checked


def test_every_fact_of_a_subject_file_has_its_row() -> None:
    assert tuple(kind.key for kind in fact_kinds()) == fact_keys()
    for kind in fact_kinds():
        assert kind.fact is not None
        assert kind.fact.kind == kind.slug


@pytest.mark.parametrize("kind", fact_kinds(), ids=lambda kind: kind.slug)
def test_the_table_names_every_text_of_the_model(kind: Any) -> None:
    """What is neither an id nor a choice among words is a text that rules must look at."""
    ids = {"id", "node", "path", "source", "basis", "as_of"}
    assert set(kind.texts) == set(kind.fact.model_fields) - ids
    assert set(kind.answers) <= set(kind.texts)
    assert set(kind.searched) <= set(kind.field_names)


@pytest.mark.parametrize("kind", NOTE_TYPES.values(), ids=lambda kind: kind.slug)
def test_a_row_is_whole(kind: Any) -> None:
    slots = [part.slot for part in kind.fields]
    assert len(set(slots)) == len(slots)
    assert len(set(kind.template_slots)) == len(kind.template_slots)
    assert slots[0] == "Key"
    assert slots[-4:] == [f"Spare {number}" for number in (1, 2, 3, 4)]
    assert {"Note", "Retired", "Picture", "Source"} <= set(kind.field_names)
    for card in kind.cards:
        assert set(card.needs) <= set(kind.field_names)
        for side in ("front", "back"):
            assert (default_templates() / card.folder / f"{side}.html").is_file()


def test_no_two_cards_of_the_fullest_diagram_share_a_position() -> None:
    most = {key: _most(key) for key in fact_keys()}
    taken = Counter(
        kind.first + number * kind.step + ordinal
        for kind in KINDS.values()
        for number in range(most.get(kind.key, 1))
        for ordinal in range(len(kind.cards))
    )
    assert max(taken.values()) == 1
    assert max(taken) < SLOT


def _most(key: str) -> int:
    return next(p.max_length for p in DiagramSpec.model_fields[key].metadata if getattr(p, "max_length", None))


def test_core_cards_of_the_curriculum(checked: Checked, built: Built) -> None:
    decks = dict(zip(DECK_LETTERS, ("Cards", "Deeper", "Redraw", "Redraw"), strict=True))
    notes = {note.key: note for note in built.living}
    for diagram in checked.curriculum.diagrams:
        spec, count = diagram.spec, Counter(card.deck for card in all_cards(diagram))
        wanted = min(1, len(spec.components)) + min(2, len(spec.metrics)) + min(1, len(spec.trade_offs))
        wanted += min(1, len(spec.failures)) + (1 if spec.traces or spec.decisions else 0)
        assert count["cards"] == wanted, diagram.id
        assert (count["redraw"], count["redraw-deeper"]) == ((1, 0) if spec.anchor else (0, 1))
        packed = [
            card for note in notes.values() if note.key.startswith(f"{diagram.id}/") for card in note.cards.values()
        ]
        assert (
            Counter(deck.split("::")[1] for deck, _ in packed)
            == Counter({name: sum(count[deck] for deck in decks if decks[deck] == name) for name in {*decks.values()}})
            + Counter()
        )
    for note in built.living:
        core = any(
            deck.split("::")[1] == "Cards" or (deck.count("::") == 2 and "::Redraw::" in deck)
            for deck, _ in note.cards.values()
        )
        assert f"atlas::depth::{'core' if core else 'deeper'}" in note.fields["Tags"].split()


@pytest.mark.anki
def test_anki_makes_the_same_cards_as_we_do(packages: Path, built: Built) -> None:
    """No card that Anki would remove, none that it would add: when a note is edited, or by Check Database."""
    with real_anki.temporary_collection() as col:
        real_anki.import_package(col, packages / "atlas-all.apkg")
        assert list(col.get_empty_cards().notes) == []
        living = col.find_notes("-tag:atlas::retired")
        before = col.db.all("SELECT id, nid, ord FROM cards ORDER BY id")
        assert len(before) == built.cards
        col.after_note_updates(living, mark_modified=False, generate_cards=True)
        assert col.db.all("SELECT id, nid, ord FROM cards ORDER BY id") == before
        _, fine = col.fix_integrity()
        assert fine
        carded = {row[1] for row in before}
        assert [row for row in col.db.all("SELECT id, nid, ord FROM cards ORDER BY id") if row[1] in carded] == before
