"""Jinja2 for card templates and fields. Its delimiters are `[[ ]]` and `[% %]`, so that Anki's `{{ }}` pass through."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path

from atlas_decks.cards.notetypes import SPARE_TEMPLATES, NoteType
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

    def card_sides(self, note_type: NoteType) -> list[tuple[str, str, str, str]]:
        """(name, slot, front, back) of each card template of a note type, the empty spare ones included."""
        sides = []
        for name, slot in note_type.templates:
            if name in SPARE_TEMPLATES:
                field = f"Spare {SPARE_TEMPLATES.index(name) + 1}"
                front = f"{{{{#{field}}}}}{{{{^Retired}}}}{{{{{field}}}}}{{{{/Retired}}}}{{{{/{field}}}}}"
                sides.append((name, slot, front, "{{FrontSide}}"))
            else:
                folder = note_type.folder
                sides.append((name, slot, self.fill(f"{folder}/front.html"), self.fill(f"{folder}/back.html")))
        return sides

    def css(self) -> str:
        """The style sheet of the cards."""
        return self.fill("card.css")
