"""Whether Anki will make just the cards that a package brings: looked at note by note, without Anki."""

from __future__ import annotations

from collections.abc import Mapping

from atlas_decks.cards.kinds import KINDS
from atlas_decks.cards.sides import shows
from atlas_decks.cards.templates import Templates
from atlas_decks.curriculum.models import Plan
from atlas_decks.learner.changes import PackedNote
from atlas_decks.problems import Problem


def judge_fronts(notes: Mapping[str, PackedNote], plan: Plan, templates: Templates) -> list[Problem]:
    """A problem for each card whose front shows nothing, and for each front that shows something without a card.

    `notes` are those of a package, by GUID. Empty Cards takes the former from a learner, with its reviews; Anki adds
    the latter by itself, at no place of the plan.
    """
    fronts = {kind.slug: [side.front for side in templates.card_sides(kind, plan)] for kind in KINDS.values()}
    judged: dict[tuple[str, frozenset[str]], set[int]] = {}
    problems: list[Problem] = []
    for note in notes.values():
        kind = note.key.split("/")[1]
        filled = frozenset(name for name, value in note.fields.items() if value.strip())
        if (made := judged.get((kind, filled))) is None:
            made = {number for number, front in enumerate(fronts[kind]) if shows(front, filled)}
            judged[kind, filled] = made
        for number in sorted(made ^ note.cards.keys()):
            message = "would show nothing" if number in note.cards else "shows something, and there is no such card"
            hint = "mend the template of this card; `atlas-decks verify` shows it in Anki"
            problems.append(Problem(note.key, 0, 0, "front", f"the front of card {number + 1} {message}", hint))
    return problems
