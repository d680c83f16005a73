"""What a learner wrote into our notes: his corrections of their texts, his remarks and tags.

A note is as we shipped it while it has the mod that we gave it. One of a later mod was edited, or tagged. One of an
earlier mod is of an older release, and whether it was edited, too, only the package can say that its learner imported:
with it, his notes are compared with what he got; without it, with the curriculum, and those are told but not proposed.
What is compared are the texts, without what Anki's editor adds to their HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from atlas_decks.cards.ids import note_key
from atlas_decks.cards.kinds import KINDS
from atlas_decks.cards.notes import Note, NoteMaker
from atlas_decks.cards.unmarked import texts_of
from atlas_decks.curriculum.models import Diagram, FactRef, Plan
from atlas_decks.curriculum.source import Path_
from atlas_decks.learner.changes import Packed
from atlas_decks.learner.collection.model import HeldNote, LearnerCollection

_REMARK = "Note"  # the field that is the learner's
_OWN_TAGS = frozenset({"marked", "leech"})  # that Anki gives: https://docs.ankiweb.net/editing.html
# fields that hold a text of the diagram itself, with its path in the file, by the name of the field
_OF_DIAGRAM: Mapping[str, str] = {"Title": "title", "Shows": "shows"}


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A text that the learner changed: the field, our text and his, and its path in the file.

    The path is None where the field does not stand in the file as it is; such an edit is told, but no patch has it.
    """

    field: str
    ours: str
    theirs: str
    path: Path_ | None


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """A note with what its learner wrote into it.

    `old`: it is of an older release than what it was compared with, so that its edits may be no edits of his.
    """

    note: HeldNote
    diagram: Diagram
    edits: Sequence[Edit]
    remark: str
    tags: Sequence[str]
    old: bool


Shipped = Mapping[str, int]  # the mod of each note as it was shipped, by its GUID


def edited_notes(collection: LearnerCollection, shipped: Shipped) -> list[HeldNote]:
    """The notes that are not as they were shipped, by their keys."""
    found = (note for note in collection.notes.values() if note.mod != shipped.get(note.guid, note.mod))
    return sorted(found, key=lambda note: note.key)


def corrections(
    notes: Iterable[HeldNote], plan: Plan, makers: Mapping[str, NoteMaker], shipped: Shipped, base: Packed | None = None
) -> list[Corrected]:
    """What learners wrote into these notes; `makers` make the notes of their diagrams anew, by the diagrams' ids.

    `base` is the package that the learner imported, where it is at hand.
    """
    found = []
    for note in notes:
        maker = makers.get(note.diagram)
        fact = _fact(maker.diagram, note) if maker else None
        if maker is None or (fact is None and note.kind != "redraw") or note.fields.get("Retired"):
            continue
        ours = maker.of_fact(fact) if fact else maker.of_diagram(KINDS["redraw"])
        old = note.mod < shipped[note.guid]
        got = (
            base.notes[note.guid].fields if base else {name: ours.field(name) for name in KINDS[note.kind].field_names}
        )
        edits = _edits(note, got, fact, maker.diagram)
        corrected = Corrected(
            note=note,
            diagram=maker.diagram,
            edits=[_proposed(edit, ours, got) if not old else replace(edit, path=None) for edit in edits],
            remark="\n".join(texts_of(note.fields.get(_REMARK, ""))),
            tags=sorted(tag for tag in note.tags if not _is_ours(tag, plan.tag)),
            old=old,
        )
        if corrected.edits or corrected.remark or corrected.tags:
            found.append(corrected)
    return found


def _proposed(edit: Edit, ours: Note, got: Mapping[str, str]) -> Edit:
    """The edit; without a place in the file where the curriculum has moved on since the learner got the text."""
    moved = texts_of(ours.field(edit.field)) != texts_of(got.get(edit.field, ""))
    return replace(edit, path=None) if moved else edit


def _is_ours(tag: str, root: str) -> bool:
    return tag.lower() in _OWN_TAGS or tag.lower().startswith(f"{root}::")


def _fact(diagram: Diagram, note: HeldNote) -> FactRef | None:
    keys = {note_key(diagram.id, ref.kind, ref.fact.key): ref for ref in diagram.facts()}
    return keys.get(note.key)


def _edits(note: HeldNote, got: Mapping[str, str], fact: FactRef | None, diagram: Diagram) -> Iterator[Edit]:
    """The fields whose texts are not those that the learner got: those of the file by their paths."""
    kind = KINDS[note.kind]
    keys = {name: key for name, key in kind.text_fields if key in kind.texts} if fact else {}
    for name in kind.field_names:
        if name in ("Key", "Retired", _REMARK) or name not in note.fields:
            continue
        before, after = texts_of(got.get(name, "")), texts_of(note.fields[name])
        if before == after:
            continue
        base: Path_ | None = None
        if fact and name in keys:
            base = diagram.path(fact.key, fact.number, _in_file(fact, keys[name]))
        elif name in _OF_DIAGRAM:
            base = diagram.path(_OF_DIAGRAM[name])
        bullets = fact is not None and name in keys and isinstance(getattr(fact.fact, keys[name]), tuple)
        yield from _of_field(name, before, after, base, bullets=bullets)


def _in_file(fact: FactRef, name: str) -> str:
    """The key in the file of a field of the model."""
    return type(fact.fact).model_fields[name].alias or name


def _of_field(
    name: str, before: Sequence[str], after: Sequence[str], base: Path_ | None, *, bullets: bool
) -> Iterator[Edit]:
    """The edits of a field: bullet by bullet while there are as many as before."""
    if bullets and len(before) == len(after):
        for number, (one, other) in enumerate(zip_longest(before, after)):
            if one != other:
                yield Edit(field=name, ours=one, theirs=other, path=(*base, number) if base else None)
        return
    ours, theirs = "\n".join(before), "\n".join(after)
    whole = base if before and after and not bullets else None  # a text that came or went is no line to change
    yield Edit(field=name, ours=ours, theirs=theirs, path=whole)
