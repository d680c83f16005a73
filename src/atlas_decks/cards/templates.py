"""Jinja2 for card templates and fields. Its delimiters are `[[ ]]` and `[% %]`, so that Anki's `{{ }}` pass through."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from atlas_decks.cards.kinds import Kind
from atlas_decks.cards.markup import plain
from atlas_decks.curriculum.models import Plan
from atlas_decks.problems import Problem, ProblemsFoundError

MOST_BYTES = 200_000  # of a template; the largest of the tool's has 6,000


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


def where_filled(front: str, needs: Sequence[str]) -> str:
    """The front of a card that there is only where these fields are filled and the note is not retired."""
    for field in ("^Retired", *(f"#{name}" for name in reversed(needs))):
        front = f"{{{{{field}}}}}{front}{{{{/{field[1:]}}}}}"
    return front


class Templates:
    """Templates of a folder, and of those behind it where it lacks one.

    Those of a project come first, then the ones of the tool; they run in a sandbox, as a project may be a stranger's.
    The tool's own pages, which nobody can put others in place of, are `trusted`.
    """

    def __init__(self, folders: Sequence[Path], *, trusted: bool = False) -> None:
        from atlas_decks.cards.sandbox import Plain, Sandbox  # a build that fills nothing starts sooner

        names = [str(folder) for folder in folders]
        self._environment = Plain(names) if trusted else Sandbox(names)
        # a counter costs time: the tool's own templates, which end, go without
        self._counted = not trusted and folders[0].is_dir() and folders[0].resolve() != folders[-1].resolve()

    def fill(self, template: str, /, **values: object) -> str:
        """The text of a template with its values, escaped. Raises ProblemsFoundError where the template is broken."""
        try:
            return self._environment.text_of(template, values, counted=self._counted).strip()
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
        # what Anki would interpret stays text in a project's words, too
        words = plan.words.model_copy(update={name: plain(word) for name, word in plan.words.texts()})
        for card in kind.cards:
            report = (plan.report_url or "").replace("{key}", "{{Key}}")
            shared = {"words": words, "language": plan.rules.language, "report_url": report}
            front, back = (self.fill(f"{card.folder}/{side}.html", **shared) for side in ("front", "back"))
            sides.append(CardSides(card.name, card.slot, where_filled(front, card.needs), back))
        for (name, slot), field in kind.spare_cards:
            sides.append(CardSides(name, slot, where_filled(f"{{{{{field}}}}}", (field,)), "{{FrontSide}}"))
        return sides

    def css(self) -> str:
        """The style sheet of the cards."""
        return self.fill("card.css")
