"""What a renderer is, and how it says that a source is wrong."""

from __future__ import annotations

from typing import Protocol

from atlas_decks.diagrams.picture import Picture


class RenderError(Exception):
    """A source that cannot be drawn. `line` counts within the Mermaid source from 1; 0 where it is not known."""

    def __init__(self, message: str, line: int = 0, hint: str = "") -> None:
        self.message, self.line, self.hint = message, line, hint
        super().__init__(message)


class RendererAwayError(Exception):
    """The renderer itself cannot be reached; no diagram can be drawn."""


class Renderer(Protocol):
    """Draws Mermaid sources."""

    @property
    def version(self) -> str:
        """Name and version; part of every cache key."""

    def render(self, source: str) -> Picture:
        """Draw one source. Raises RenderError or RendererAwayError."""
