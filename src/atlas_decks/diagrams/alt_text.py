"""A picture in words, for whoever listens to a card: its title, its nodes, and what joins them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from atlas_decks.diagrams.picture import PSEUDO_STATE, Edge, Picture

# The words of the text. `{a}` and `{b}` are the ends of an edge, `{label}` is what it says.
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "nodes": "Nodes",
        "participants": "Participants",
        "states": "States",
        "entities": "Entities",
        "edges": "Edges",
        "messages": "Messages",
        "transitions": "Transitions",
        "relations": "Relations",
        "frames": "Frames",
        "notes": "Notes",
        "texts": "Texts",
        "hidden": "?",
        "begin": "start",
        "finish": "end",
        "edge": "{a} to {b}",
        "both": "{a} to and from {b}",
        "line": "{a} and {b}",
        "said": "{edge}: {label}",
    }
)
# diagram kind -> the words for its nodes and its edges
_PARTS = {
    "sequenceDiagram": ("participants", "messages"),
    "stateDiagram-v2": ("states", "transitions"),
    "erDiagram": ("entities", "relations"),
    "classDiagram": ("nodes", "relations"),
}


def alt_text(
    picture: Picture, title: str, hidden: Collection[str] = frozenset(), words: Mapping[str, str] = WORDS
) -> str:
    """What a sighted reader gets of the picture, as text.

    That is its edges with the names of their ends, some 420 characters, and the nodes that no edge names. The nodes of
    the ids in `hidden` are not named; an edge says `words["hidden"]` in their place. `words` has the keys of WORDS. A
    picture of a kind without nodes is told by its texts.
    """
    nodes, edges = _PARTS.get(picture.kind, ("nodes", "edges"))
    told = {end for edge in picture.edges for end in (edge.start, edge.end)}
    names = [picture.name_of(node) for node in picture.nodes if node not in hidden and node not in told]
    lines = [_edge(picture, edge, hidden, words) for edge in picture.edges]
    parts = [(nodes, ", ", names), (edges, "; ", lines)]
    if not picture.nodes:
        parts = [("texts", "; ", [label.text for label in picture.labels])]
    else:
        own = picture.nodes.keys()  # a composite state is a node, not a frame
        frames = [label.text for label in picture.labels if label.role == "subgraph" and label.node not in own]
        notes = [label.text for label in picture.labels if label.role == "note"]
        parts += [("frames", ", ", frames), ("notes", "; ", notes)]
    sentences = [f"{words[part]}: {between.join(items)}." for part, between, items in parts if items]
    return " ".join([title if title.endswith((".", "?", ":")) else f"{title}.", *sentences])


def _edge(picture: Picture, edge: Edge, hidden: Collection[str], words: Mapping[str, str]) -> str:
    def name(node: str, pseudo: str) -> str:
        if node == PSEUDO_STATE:
            return words[pseudo]
        return words["hidden"] if node in hidden else picture.name_of(node)

    a, b = name(edge.start, "begin"), name(edge.end, "finish")
    if edge.arrow == "start":
        a, b = b, a
    form = {"both": "both", "none": "line"}.get(edge.arrow, "edge")
    text = words[form].format(a=a, b=b)
    return words["said"].format(edge=text, label=edge.label) if edge.label else text
