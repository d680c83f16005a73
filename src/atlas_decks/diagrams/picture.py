"""A rendered diagram as data: what the content rules and the notes need to know of a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Role = Literal["node", "edge", "subgraph", "note"]
KINDS = ("flowchart", "sequenceDiagram", "stateDiagram-v2", "erDiagram")


@dataclass(frozen=True)
class Box:
    """A rectangle in fractions of the viewBox: 0, 0 is its upper left corner, 1, 1 its lower right one."""

    x: float
    y: float
    width: float
    height: float

    def holds(self, x: float, y: float) -> bool:
        """Whether the point lies inside."""
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height


@dataclass(frozen=True)
class Label:
    """A text in the picture; `node` is the id of the node that it labels, `size` its font size in px."""

    text: str
    role: Role
    node: str = ""
    size: float = 16.0


@dataclass(frozen=True)
class Picture:
    """A self-contained SVG, its natural size in px, and what can be read in it.

    `nodes` maps node ids to boxes (a sequence participant has two); `edges` counts the edges, `labelled` those with
    text; `missing_glyphs` are the characters that the embedded font cannot draw.
    """

    kind: str
    svg: str
    width: float
    height: float
    nodes: Mapping[str, tuple[Box, ...]]
    labels: tuple[Label, ...]
    edges: int
    labelled: int
    missing_glyphs: str = ""
