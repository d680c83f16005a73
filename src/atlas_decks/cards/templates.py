"""Jinja2 for card templates and fields. Its delimiters are `[[ ]]` and `[% %]`, so that Anki's `{{ }}` pass through."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from atlas_decks.cards.kinds import Kind
from atlas_decks.curriculum.models import Plan
from atlas_decks.problems import Problem, ProblemsFoundError


def _place(error: Exception, template: str) -> tuple[str, int]:
    """The template at fault, an included one too, and its line; 0 where no line is known."""
    from jinja2 import TemplateSyntaxError

    if isinstance(error, TemplateSyntaxError):
        return error.name or template, error.lineno
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if "templates" in (parts := Path(frame.filename).parts) and frame.filename.endswith((".html", ".css")):
            return "/".join(parts[parts.index("templates") + 1 :]), frame.lineno or 0
    return template, 0


class CardSides(NamedTuple):
    """A card template as Anki takes it."""

    name: str
    slot: str
    front: str
    back: str


def _where_filled(front: str, needs: Sequence[str]) -> str:
    """The front of a card that there is only where these fields are filled and the note is not retired."""
    for field in ("^Retired", *(f"#{name}" for name in reversed(needs))):
        front = f"{{{{{field}}}}}{front}{{{{/{field[1:]}}}}}"
    return front


class Templates:
    """The templates of a project: its own first, then the ones that come with the tool."""

    def __init__(self, folders: Sequence[Path]) -> None:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined  # a build that fills nothing starts sooner

        self._environment = Environment(
            loader=FileSystemLoader([str(folder) for folder in folders]),
            undefined=StrictUndefined,
            autoescape=True,
            auto_reload=False,  # a set of templates is read once; who wants newer ones makes a new set
            variable_start_string="[[",
            variable_end_string="]]",
            block_start_string="[%",
            block_end_string="%]",
            comment_start_string="[#",
            comment_end_string="#]",
            trim_blocks=True,
        )

    def fill(self, template: str, /, **values: object) -> str:
        """The text of a template with its values, escaped. Raises ProblemsFoundError where the template is broken."""
        try:
            return self._environment.get_template(template).render(values).strip()
        except Exception as error:  # a template may fail in any way that Python can
            file, line = _place(error, template)
            hint = "compare with the template that comes with atlas-decks"
            problem = Problem(f"templates/{file}", line, 1 if line else 0, "template", str(error) or "not found", hint)
            raise ProblemsFoundError([problem]) from error

    def card_sides(self, kind: Kind, plan: Plan) -> list[CardSides]:
        """The card templates of a note type, the empty spare ones included.

        Each front stands within the fields that its card needs, so that Anki has a card where we have one, and shows
        nothing for a retired note.
        """
        sides = []
        for card in kind.cards:
            shared = {"words": plan.words, "report_url": (plan.report_url or "").replace("{key}", "{{Key}}")}
            front, back = (self.fill(f"{card.folder}/{side}.html", **shared) for side in ("front", "back"))
            sides.append(CardSides(card.name, card.slot, _where_filled(front, card.needs), back))
        for (name, slot), field in kind.spare_cards:
            sides.append(CardSides(name, slot, _where_filled(f"{{{{{field}}}}}", (field,)), "{{FrontSide}}"))
        return sides

    def css(self) -> str:
        """The style sheet of the cards."""
        return self.fill("card.css")
