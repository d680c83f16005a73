"""A table of fixed words that a project may put its own in place of: each keeps the places that the program fills."""

from __future__ import annotations

from string import Formatter
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

Word = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


def _places(text: str) -> list[str]:
    """The names of the places in a text, sorted: ["n"] of "{n} gains".

    Each counts: a list in which "{a}, {b}" names the first twice would double with every item.
    """
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def _parsed(text: str) -> list[tuple[str, str | None, str | None, str | None]]:
    """The parts of a text as `str.format` sees them; none where it cannot be read, which is found out elsewhere."""
    try:
        return list(Formatter().parse(text))
    except ValueError:
        return []


class Table(BaseModel):
    """Fixed words by name, each with its English text; a table may hold another one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _same_places(self) -> Self:
        for name, field in type(self).model_fields.items():
            text = getattr(self, name)
            if isinstance(text, Table):
                continue  # it has looked for itself
            if "{{" in text or "}}" in text:
                raise ValueError(f"`{name}`: two braces in a row, which Anki takes for a field")
            if any(spec or conversion for _, _, spec, conversion in _parsed(text)):
                raise ValueError(f"`{name}`: braces hold a name and nothing else")
            try:
                places = _places(text)
            except ValueError as error:
                raise ValueError(f"`{name}`: {error}; braces stand around {_listed(field.default)}") from error
            if places != _places(field.default):
                raise ValueError(f"`{name}` has {_listed(text)} in braces; it needs {_listed(field.default)}")
        return self


def _listed(text: str) -> str:
    return ", ".join(_places(text)) or "nothing"
