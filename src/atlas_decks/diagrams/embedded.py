"""The default renderer: mmdr's merman backend, in this process, without a browser."""

from __future__ import annotations

import re
import unicodedata

import mmdr

from atlas_decks.diagrams.picture import Picture
from atlas_decks.diagrams.renderer import RenderError

# What finishes a picture (lxml, fontTools, mermaid-py) is imported when the first one is drawn: a build that draws
# nothing starts in half the time.

_BACKEND = "merman"
_SEARCHED = 300  # lines: the search for the line at fault draws once a line


class EmbeddedRenderer:
    """Draws with the engine embedded in mmdr."""

    @property
    def version(self) -> str:
        """Name and version of the engine."""
        return f"mmdr {mmdr.__version__} {_BACKEND}" if hasattr(mmdr, "__version__") else f"mmdr {_BACKEND}"

    def render(self, source: str) -> Picture:
        """Draw one source; raises RenderError with the line at fault."""
        from atlas_decks.diagrams.script import refuse_pictures_in_pictures
        from atlas_decks.diagrams.svg.finish import finish
        from atlas_decks.diagrams.texts import diagram_kind, unshield

        refuse_pictures_in_pictures(source)
        try:
            return finish(self.draw(source), diagram_kind(source))
        except ValueError as error:  # mmdr's own errors, and UnsafeSvgError
            message = unshield(str(error), xml=False).removeprefix("Diagram parse error ").strip()
            line = _line(source, str(error)) if _is_syntax(error) else 0
            raise RenderError(message, line, _hint(source, line, message)) from error

    def draw(self, source: str) -> str:
        """The engine's own SVG of a source; raises ValueError."""
        from atlas_decks.diagrams.script import compose

        svg: str = mmdr.render(compose(source).script, backend=_BACKEND).svg()
        return svg


def _is_syntax(error: ValueError) -> bool:
    from atlas_decks.diagrams.svg.clean import UnsafeSvgError

    return not isinstance(error, UnsafeSvgError) and str(error).startswith("Diagram parse error")


def _line(source: str, message: str) -> int:
    """The line at fault: the engine often names the end of the file, but the shortest prefix of lines that fails with
    the same message ends in it."""
    from atlas_decks.diagrams.script import compose

    lines = source.splitlines()
    if len(lines) > _SEARCHED:
        return 0
    for count in range(1, len(lines)):
        try:
            mmdr.render(compose("\n".join(lines[:count])).script, backend=_BACKEND).svg()
        except ValueError as error:
            if str(error) == message:
                return count
    return len(lines)


def _hint(source: str, line: int, message: str) -> str:
    lines = source.splitlines()
    near = lines[line - 1] if 0 < line <= len(lines) else ""
    if "nested quotes" in message or ("structural characters" in message and '"' in near):
        return "put the whole label in double quotes, and write a quote within it as #quot;"
    if re.search(r"--?X", near):
        return "the arrow with a cross has a small x: a-xb, a--xb"
    if marks := [char for char in re.sub(r'"[^"]*"', "", near) if unicodedata.category(char) in ("Mn", "Mc")]:
        return f"ids are without marks such as {unicodedata.name(marks[0], 'this')}; labels in double quotes have them"
    if any(char in near for char in "[({|") and '"' not in near:
        return 'put labels in double quotes: api["API (Python)"] -->|"reads"| db[("Store")]'
    return "compare the line with the examples in docs/format.md"
