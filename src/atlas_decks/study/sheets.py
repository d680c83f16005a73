"""What the printed sheets share: their templates, and pictures as part of the page."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

from atlas_decks.cards.templates import Templates
from atlas_decks.diagrams.picture import Picture


@cache
def pages() -> Templates:
    """The templates of the sheets."""
    return Templates([Path(__file__).parent / "pages"], trusted=True)


def in_page(picture: Picture) -> str:
    """A picture as the address of an `<img>`: a sheet is one file, and a picture's ids are its own."""
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.svg.encode()).decode()}"
