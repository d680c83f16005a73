"""A rendered diagram as data: what the content rules and the notes need to know of a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Role = Literal["node", "edge", "subgraph", "note"]
Arrow = Literal["end", "start", "both", "none"]
Point = tuple[float, float]
PSEUDO_STATE = "[*]"  # the end of a transition at a circle: where a state machine begins or ends
KINDS = ("flowchart", "sequenceDiagram", "stateDiagram-v2", "erDiagram", "classDiagram")  # whose nodes have boxes


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
    """A text in the picture; `node` is the id of the node or subgraph that it labels, `size` its font size in px."""

    text: str
    role: Role
    node: str = ""
    size: float = 16.0


@dataclass(frozen=True)
class Edge:
    """A line between two nodes, as it is drawn.

    `start` and `end` are ids of nodes, subgraphs or composite states, in the order of the source; `[*]` stands for the
    circle where a state machine begins or ends. `arrow` says at which ends heads are; the cardinalities of an ER
    diagram are none. `path` are the points of the line and `label_box` is the place of its text, None where it has
    none, both in fractions of the viewBox.
    """

    start: str
    end: str
    label: str
    arrow: Arrow
    path: tuple[Point, ...]
    label_box: Box | None = None

    def joins(self, start: str, end: str) -> bool:
        """Whether one gets along this edge from `start` to `end`: with its arrow, or either way where it has none."""
        forward, back = (self.start, self.end) == (start, end), (self.end, self.start) == (start, end)
        return (forward and self.arrow != "start") or (back and self.arrow != "end")


@dataclass(frozen=True)
class Picture:
    """A self-contained SVG, its natural size in px, and what can be read in it.

    `nodes` maps node ids to boxes (a sequence participant has two, a composite state the strip with its name);
    `missing_glyphs` are the characters that no font is sure to draw: neither the embedded one nor those of any device.
    """

    kind: str
    svg: str
    width: float
    height: float
    nodes: Mapping[str, tuple[Box, ...]]
    labels: tuple[Label, ...]
    edges: tuple[Edge, ...]
    missing_glyphs: str = ""

    @property
    def labelled(self) -> int:
        """How many edges have a text."""
        return sum(1 for edge in self.edges if edge.label)

    def name_of(self, node: str) -> str:
        """What is written on a node or subgraph: its label, of an entity its first line; else its id."""
        return next((label.text for label in self.labels if label.node == node), node)
