"""Fills Anki's card templates as Anki does, so that a page shows what a learner will see.

The language: https://docs.ankiweb.net/templates/fields.html and .../templates/generation.html. A test compares the
result with the real Anki's for every kind of card.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from atlas_decks.cards.kinds import NOTE_TYPES
from atlas_decks.cards.mathematics import readable
from atlas_decks.cards.templates import Templates
from atlas_decks.compiled.in_order import ScheduledNote
from atlas_decks.curriculum.models import Plan
from atlas_decks.schedule.decks import deck_name

_TAG = re.compile(r"\{\{([#^/]?)([^{}]+)\}\}")


@dataclass(frozen=True)
class Card:
    """A card's fields by name, and its two sides as HTML; pictures are looked for in `media/`."""

    kind: str
    key: str
    ordinal: int
    name: str  # of its template
    fields: Mapping[str, str]
    front: str
    back: str

    @property
    def anchor(self) -> str:
        """The card's id on its diagram's page: "metric-nodes", and "failure-outage-1" where a note has several."""
        _, kind, fact = self.key.split("/")
        return f"{kind}-{fact}" + (f"-{self.ordinal}" if self.ordinal else "")


def fill(template: str, values: Mapping[str, str]) -> str:
    """A template with its fields: `{{Field}}`, `{{#Field}}..{{/Field}}` where it is filled, `{{^Field}}` where not.

    An unknown field shows as nothing. Filters such as `hint:` are passed over: the field itself is shown.
    """
    shown, out = [True], []
    position = 0
    for tag in _TAG.finditer(template):
        if shown[-1]:
            out.append(template[position : tag.start()])
        position = tag.end()
        sign, name = tag.group(1), tag.group(2).strip()
        if sign == "/":
            if len(shown) > 1:
                shown.pop()
        elif sign:
            filled = bool(values.get(name, "").strip())
            shown.append(shown[-1] and filled == (sign == "#"))
        elif shown[-1]:
            out.append(values.get(name.rpartition(":")[2], ""))
    out.append(template[position:])
    return "".join(out)


def in_site(shown: str, media: str) -> str:
    """HTML of a card whose picture, of that file name, lies in the site's folder of pictures."""
    return shown.replace(f'<img src="{media}"', f'<img src="media/{media}"')


class CardMaker:
    """Turns notes into cards; the templates of each note type are read once."""

    def __init__(self, plan: Plan, templates: Templates) -> None:
        self._plan = plan
        self._sides = {slug: templates.card_sides(kind, plan) for slug, kind in NOTE_TYPES.items()}

    def cards(self, note: ScheduledNote, media: str) -> Iterator[Card]:
        """The cards of a note with the picture of that file name."""
        row = note.row
        fields = row.values()
        shown = {name: readable(value) for name, value in fields.items()}
        for ordinal, kind, _ in note.cards:
            name, _, front, back = self._sides[row.kind][ordinal]
            deck = deck_name(self._plan, note.tier, kind)
            values = {
                **shown,
                "Tags": " ".join(note.tags),
                "Deck": deck,
                "Subdeck": deck.rpartition("::")[2],
                "Card": name,
                "Type": NOTE_TYPES[row.kind].full_name(self._plan.deck),
            }
            question = fill(front, values)
            answer = fill(back, values | {"FrontSide": question})
            sides = in_site(question, media), in_site(answer, media)
            yield Card(row.kind, row.key, ordinal, name, fields, *sides)
