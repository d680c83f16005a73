"""Rendered diagrams on disk, keyed by everything that shapes them. A damaged entry is rendered again."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from atlas_decks.diagrams.font import font_digest
from atlas_decks.diagrams.picture import Box, Edge, Label, Picture
from atlas_decks.files import checked
from atlas_decks.files.versions import versions


@lru_cache(maxsize=1)
def _code_digest() -> str:
    """Changed code may draw otherwise; a number to count up by hand would be forgotten."""
    folder = Path(__file__).parent
    files = sorted(folder.rglob("*.py"))
    # mermaid-py writes the theme into the script, the others take part in finishing the picture
    others = versions("mermaid_py", "lxml", "fonttools", "brotli", "tinycss2", "cssselect")
    return hashlib.sha256(b"".join([*(file.read_bytes() for file in files), *map(str.encode, others)])).hexdigest()


class Cache:
    """A folder with one sealed file a picture, as JSON."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def key(self, source: str, renderer_version: str) -> str:
        """SHA-256 over source, font, engine, and the code that makes its script and finishes the picture."""
        parts = (source, font_digest(), renderer_version, _code_digest())
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

    def get(self, key: str) -> Picture | None:
        """The picture, or None where there is none that can be read."""
        try:
            text = checked.read(self.folder / f"{key}.json")
            if text is None:
                return None
            data = orjson.loads(text)
            return Picture(
                kind=data["kind"],
                svg=data["svg"],
                width=data["width"],
                height=data["height"],
                nodes={name: tuple(Box(**box) for box in boxes) for name, boxes in data["nodes"].items()},
                labels=tuple(Label(**label) for label in data["labels"]),
                edges=tuple(map(_edge, data["edges"])),
                missing_glyphs=data["missing_glyphs"],
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, key: str, picture: Picture) -> None:
        """Keep a picture. A cache that cannot be written only costs time, so failures pass."""
        try:
            checked.write(self.folder / f"{key}.json", orjson.dumps(picture))
        except (OSError, TypeError):  # TypeError: a text that is not UTF-8
            return


def _edge(data: dict[str, Any]) -> Edge:
    box = data["label_box"] and Box(**data["label_box"])
    path = tuple((x, y) for x, y in data["path"])
    return Edge(data["start"], data["end"], data["label"], data["arrow"], path, box)
