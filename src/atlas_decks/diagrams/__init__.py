"""Mermaid source -> Picture: a self-contained SVG, and what can be read in it."""

from __future__ import annotations

from atlas_decks.diagrams.cache import Cache
from atlas_decks.diagrams.draw import make_renderer, render_all
from atlas_decks.diagrams.embedded import EmbeddedRenderer
from atlas_decks.diagrams.picture import Picture
from atlas_decks.diagrams.renderer import Renderer, RendererAwayError, RenderError

__all__ = [
    "Cache",
    "EmbeddedRenderer",
    "Picture",
    "RenderError",
    "Renderer",
    "RendererAwayError",
    "make_renderer",
    "render_all",
]
