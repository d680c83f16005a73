"""The note types: their fields and card templates, fixed for ever.

Anki matches note types, fields and templates by id. A field or template added later makes every note of a learner
"conflicting", so each type has spare ones: rename and fill a spare when something new is needed, and never change a
slot in this table: the ids come from the slots (`ids`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

SPARE_TEMPLATES = ("Spare A", "Spare B")


class Part(NamedTuple):
    """A field or a card template: its name, which may change, and its slot, which may not."""

    name: str
    slot: str


@dataclass(frozen=True)
class NoteType:
    """A note type: `fields` and `templates` in Anki's order; `folder` holds the templates.

    In a collection its `name` stands behind that of the curriculum's deck.
    """

    name: str
    folder: str
    fields: tuple[Part, ...]
    templates: tuple[Part, ...]

    @property
    def field_names(self) -> tuple[str, ...]:
        """The names of the fields, in order."""
        return tuple(part.name for part in self.fields)

    def full_name(self, deck: str) -> str:
        """The name in a collection, of the curriculum with that topmost deck: "Atlas Component"."""
        return f"{deck} {self.name}".replace('"', "")  # as Anki does


def _part(name: str) -> Part:
    return Part(name, name)


NOTE_TYPES: dict[str, NoteType] = {
    "component": NoteType(
        "Component",
        "component",
        (
            _part("Key"),
            _part("Prompt"),
            _part("Picture"),
            _part("Mask"),
            _part("Ring"),
            _part("Answer"),
            _part("Detail"),
            _part("Title"),
            _part("Breadcrumb"),
            _part("Source"),
            _part("Note"),
            _part("Retired"),
            _part("Spare 1"),
            _part("Spare 2"),
            _part("Spare 3"),
            _part("Spare 4"),
        ),
        (
            _part("Recall"),
            _part("Spare A"),
            _part("Spare B"),
        ),
    ),
    "metric": NoteType(
        "Metric",
        "metric",
        (
            _part("Key"),
            _part("Prompt"),
            _part("Answer"),
            _part("Detail"),
            _part("As of"),
            _part("Basis"),
            _part("Formula"),
            _part("Picture"),
            _part("Title"),
            _part("Breadcrumb"),
            _part("Source"),
            _part("Note"),
            _part("Retired"),
            _part("Spare 1"),
            _part("Spare 2"),
            _part("Spare 3"),
            _part("Spare 4"),
        ),
        (
            _part("Recall"),
            _part("Spare A"),
            _part("Spare B"),
        ),
    ),
    "trade-off": NoteType(
        "Trade-off",
        "trade-off",
        (
            _part("Key"),
            _part("Choice"),
            _part("Prompt"),
            _part("Gains"),
            _part("Costs"),
            _part("Instead"),
            _part("Picture"),
            _part("Title"),
            _part("Breadcrumb"),
            _part("Source"),
            _part("Note"),
            _part("Retired"),
            _part("Spare 1"),
            _part("Spare 2"),
            _part("Spare 3"),
            _part("Spare 4"),
        ),
        (
            _part("Recall"),
            _part("Spare A"),
            _part("Spare B"),
        ),
    ),
    "failure": NoteType(
        "Failure",
        "failure",
        (
            _part("Key"),
            _part("Prompt"),
            _part("Trigger"),
            _part("Effect"),
            _part("Containment"),
            _part("Detection"),
            _part("Picture"),
            _part("Title"),
            _part("Breadcrumb"),
            _part("Source"),
            _part("Note"),
            _part("Retired"),
            _part("Spare 1"),
            _part("Spare 2"),
            _part("Spare 3"),
            _part("Spare 4"),
        ),
        (
            _part("Recall"),
            _part("Spare A"),
            _part("Spare B"),
        ),
    ),
    "redraw": NoteType(
        "Redraw",
        "redraw",
        (
            _part("Key"),
            _part("Shows"),
            _part("Size"),
            _part("Minutes"),
            _part("Technique"),
            _part("Hook"),
            _part("Picture"),
            _part("Checklist"),
            _part("Title"),
            _part("Breadcrumb"),
            _part("Source"),
            _part("Note"),
            _part("Retired"),
            _part("Spare 1"),
            _part("Spare 2"),
            _part("Spare 3"),
            _part("Spare 4"),
        ),
        (
            _part("Recall"),
            _part("Spare A"),
            _part("Spare B"),
        ),
    ),
    "guide": NoteType(
        "Guide",
        "guide",
        (
            _part("Key"),
            _part("Text"),
            _part("Title"),
            _part("Breadcrumb"),
            _part("Source"),
            _part("Note"),
            _part("Retired"),
            _part("Spare 1"),
            _part("Spare 2"),
            _part("Spare 3"),
            _part("Spare 4"),
        ),
        (
            _part("Recall"),
            _part("Spare A"),
            _part("Spare B"),
        ),
    ),
}
