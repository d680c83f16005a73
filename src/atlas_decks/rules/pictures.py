"""Rules on the pictures: legible on a phone, and silent about what the cards ask."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from atlas_decks.curriculum.models import Diagram
from atlas_decks.diagrams.picture import KINDS, Picture
from atlas_decks.diagrams.texts import author_texts, readable, squeeze
from atlas_decks.diagrams.texts import diagram_kind as kind_of
from atlas_decks.problems import Problem, Severity
from atlas_decks.rules.registry import diagram_rule, picture_rule
from atlas_decks.rules.words import contains, words

MAX_WIDTH = 620  # px: 16 px labels come out at 9.3 px on a phone
PHONE = 361  # px: the width of a picture on a card in AnkiDroid and AnkiMobile, on a phone of 390 px
MIN_LABEL = 9.0  # px on a phone; what is smaller cannot be read at arm's length
GOOD_LABEL = 11.0  # px on a phone; what is smaller takes an effort
_COMPONENTS = 2  # at least
_LONG = 4  # characters: shorter texts stand in other labels by chance
MAX_HEIGHT = 1400
NODES = range(5, 15)
PARTICIPANTS = range(2, 7)
# ids that the embedded engine takes and the official Mermaid (11.17) does not: words of its own grammar
RESERVED: Mapping[str, frozenset[str]] = {
    "flowchart": frozenset(["call", "href", "interpolate", "_self", "_blank", "_parent", "_top"]),
    "sequenceDiagram": frozenset(["link", "links", "details", "properties"]),
}
# tags of HTML, which a label would show as they are written; `List<String>` is none
_TAGS = (
    r"</?(?:a|b|i|u|s|em|strong|small|big|sub|sup|code|pre|span|div|p|font|img|hr|ul|ol|li|table|tr|td|th|h[1-6]"
    r"|center|script|style|svg|iframe)\b"
)
_FORBIDDEN = re.compile(
    r"%%[ \t]*\{|^[ \t]*(?:click|classDef|style|linkStyle)[ \t]|^[ \t]*links?[ \t]+\w+[ \t]*:|^---[ \t]*$|" + _TAGS,
    re.MULTILINE,
)
_CLASS = re.compile(r":::[ \t]*([\w-]+)|^[ \t]*class[ \t][^\n]*?(?<![\w-])([\w-]+)[ \t]*$", re.MULTILINE)
_STYLED = frozenset(["flowchart", "stateDiagram-v2"])  # kinds in which `class` gives a node a class
PALETTE = frozenset({"edge", "service", "state", "control", "external", "danger"})


def _line(diagram: Diagram, offset: int) -> tuple[int, int]:
    """(line, column) in the file of a character of the Mermaid source."""
    path = diagram.path("mermaid")
    line, column = diagram.origin.position(path)
    if path not in diagram.origin.blocks:
        return line, column
    return line + 1 + diagram.spec.mermaid[:offset].count("\n"), 1


def _at(diagram: Diagram, offset: int, rule: str, message: str, hint: str) -> Problem:
    line, column = _line(diagram, offset)
    return Problem(diagram.origin.path, line, column, rule, message, hint)


@diagram_rule("mermaid-plain")
def mermaid_plain(diagram: Diagram) -> Iterator[Problem]:
    """The Mermaid source holds no directives, styles, links or HTML: look and safety are the tool's business."""
    for match in _FORBIDDEN.finditer(diagram.spec.mermaid):
        message = f"`{match.group().strip()}` is not used here"
        hint = "colours come from node classes such as :::service; <br/> is the only tag"
        yield _at(diagram, match.start(), "mermaid-plain", message, hint)


@diagram_rule("mermaid-class")
def mermaid_class(diagram: Diagram) -> Iterator[Problem]:
    """Node classes are those of the palette."""
    if kind_of(diagram.spec.mermaid) not in _STYLED:
        return
    for match in _CLASS.finditer(diagram.spec.mermaid):
        name = match.group(1) or match.group(2)
        if name not in PALETTE:
            hint = f"one of {', '.join(sorted(PALETTE))}"
            yield _at(diagram, match.start(), "mermaid-class", f"no node class `{name}`", hint)


@picture_rule("diagram-kind", fixed=True)
def diagram_kind(diagram: Diagram, picture: Picture) -> Iterator[Problem]:
    """Components ask about nodes that can be hidden; a diagram of another kind, such as a timeline, has none."""
    if picture.kind not in KINDS and diagram.spec.components:
        hint = f"leave `components` out: it is redrawn only. Nodes can be hidden in: {', '.join(KINDS)}"
        at = diagram.path("components")
        yield diagram.origin.problem(at, "diagram-kind", f"a {picture.kind} has no nodes to hide", hint)


@picture_rule("component-count")
def component_count(diagram: Diagram, picture: Picture) -> Iterator[Problem]:
    """A diagram whose nodes can be hidden asks about at least two of them."""
    if picture.kind in KINDS and len(diagram.spec.components) < _COMPONENTS:
        message = f"{len(diagram.spec.components)} components; at least {_COMPONENTS}"
        yield _at(diagram, 0, "component-count", message, "ask about the nodes that decide: see docs/format.md")


@picture_rule("node-id")
def node_id(diagram: Diagram, picture: Picture) -> Iterator[Problem]:
    """No node has a word of Mermaid's own grammar for its id: `call`, `href`, `links`."""
    source = diagram.spec.mermaid
    for name in sorted(RESERVED.get(picture.kind, frozenset()) & picture.nodes.keys()):
        spans = [(text.start, text.end) for text in author_texts(source, picture.kind)]
        for match in re.finditer(rf"(?<![\w.-]){name}(?![\w.-])", source):
            if not any(start <= match.start() < end for start, end in spans):
                hint = f"another id, such as `{name.strip('_')}_node`"
                yield _at(diagram, match.start(), "node-id", f"Mermaid keeps the id `{name}` for itself", hint)
                break


@picture_rule("node-exists", fixed=True)
def node_exists(diagram: Diagram, picture: Picture) -> Iterator[Problem]:
    """The node of a component exists in the Mermaid source."""
    for index, component in enumerate(diagram.spec.components if picture.kind in KINDS else ()):
        if component.node not in picture.nodes:
            at = diagram.path("components", index, "node")
            hint = f"nodes: {', '.join(sorted(picture.nodes))}"
            yield diagram.origin.problem(at, "node-exists", f"no node `{component.node}` in the diagram", hint)


@picture_rule("label-lost")
def label_lost(diagram: Diagram, picture: Picture) -> Iterator[Problem]:
    """Every text of the Mermaid source stands in the picture as it is written."""
    drawn = [squeeze(label.text) for label in picture.labels]
    whole = "".join(drawn)
    known = picture.kind in KINDS
    lost: set[str] = set()
    for text in author_texts(diagram.spec.mermaid, picture.kind):
        wanted = readable(text)
        if wanted in lost or wanted in drawn or f"[{wanted}]" in drawn:
            continue
        if (len(wanted) >= _LONG and any(wanted in label for label in drawn)) or (not known and wanted in whole):
            continue  # a label with more around it, such as a state with two descriptions
        lost.add(wanted)
        message = f"`{' '.join(text.raw.split())}` is not in the picture"
        if "fa:" in text.raw:
            hint = "icons are not drawn: leave `fa:...` out"
        else:
            hint = "is the node given another label further on? Else write it with other characters"
        yield _at(diagram, text.start, "label-lost", message, hint)


@picture_rule("mask-leak")
def mask_leak(diagram: Diagram, picture: Picture) -> Iterator[Problem]:
    """A masked answer is not readable elsewhere in the picture."""
    for index, component in enumerate(diagram.spec.components):
        masked = " ".join(label.text for label in picture.labels if label.node == component.node)
        for label in picture.labels:
            if label.node == component.node:
                continue
            if contains(label.text, component.answer) or (masked and contains(label.text, masked)):
                at = diagram.path("components", index, "answer")
                message = f"`{component.answer}` can be read in `{label.text}`"
                yield diagram.origin.problem(at, "mask-leak", message, "reword the label, or ask for another node")


@picture_rule("mask-answer")
def mask_answer(diagram: Diagram, picture: Picture) -> Iterator[Problem]:
    """The answer and the hidden label share a word, so that the learner can judge the answer by the picture."""
    for index, component in enumerate(diagram.spec.components):
        label = " ".join(label.text for label in picture.labels if label.node == component.node)
        if label and not _related(label, component.answer):
            at = diagram.path("components", index, "answer")
            message = f"the answer `{component.answer}` and the label `{label}` have no word in common"
            yield diagram.origin.problem(at, "mask-answer", message, "name the node as it is labelled")


def _related(label: str, answer: str) -> bool:
    """Whether a word of one starts like a word of the other: `Idempotent?` and `Idempotency check` do."""

    def stems(text: str) -> set[str]:
        return {part[:5] for word in words(text) for part in re.split(r"[^\w]|_", word) if part}

    joined = ["".join(words(text)) for text in (label, answer)]
    return bool(stems(label) & stems(answer)) or joined[0] in joined[1] or joined[1] in joined[0]


@picture_rule("metric-in-picture")
def metric_in_picture(diagram: Diagram, picture: Picture) -> Iterator[Problem]:
    """A metric's answer is not printed in its diagram."""
    for index, metric in enumerate(diagram.spec.metrics):
        for label in picture.labels:
            if contains(label.text, metric.answer):
                at = diagram.path("metrics", index, "answer")
                message = f"`{metric.answer}` is printed in the diagram: `{label.text}`"
                yield diagram.origin.problem(at, "metric-in-picture", message, "take the number out of the label")


@picture_rule("node-count")
def node_count(diagram: Diagram, picture: Picture) -> Iterator[Problem]:
    """A flowchart has 5 to 14 nodes, a sequence 2 to 6 participants, any other diagram 3 to 14."""
    allowed = {"flowchart": NODES, "sequenceDiagram": PARTICIPANTS}.get(picture.kind, range(3, 15))
    if picture.kind in KINDS and len(picture.nodes) not in allowed:
        message = f"{len(picture.nodes)} nodes; {allowed.start} to {allowed.stop - 1} can be kept in mind"
        yield _at(diagram, 0, "node-count", message, "split the diagram, or merge what is not asked for")


@picture_rule("edge-labels")
def edge_labels(diagram: Diagram, picture: Picture) -> Iterator[Problem]:
    """At least half of a flowchart's edges say what flows."""
    if picture.kind == "flowchart" and picture.labelled * 2 < len(picture.edges):
        message = f"{picture.labelled} of {len(picture.edges)} edges are labelled; at least half"
        yield _at(diagram, 0, "edge-labels", message, 'say what flows: a -->|"writes"| b')


@picture_rule("width")
def width(diagram: Diagram, picture: Picture) -> Iterator[Problem]:
    """The picture is at most 620 px wide, so that labels stay readable on a 390 px phone."""
    if picture.width > MAX_WIDTH:
        message = f"{picture.width:.0f} px wide; at most {MAX_WIDTH}"
        yield _at(diagram, 0, "width", message, "top to bottom, shorter labels, fewer nodes side by side")


@picture_rule("phone")
def phone(diagram: Diagram, picture: Picture) -> Iterator[Problem]:
    """On a 390 px phone, where a picture is 361 px wide, labels are at least 9 px tall; below 11 px is a warning."""
    smallest = min(picture.labels, key=lambda label: label.size, default=None)
    if smallest is None or picture.width > MAX_WIDTH:  # `width` says so already
        return
    size = smallest.size * min(1.0, PHONE / picture.width)
    if size < GOOD_LABEL:
        line, column = _line(diagram, 0)
        bad = size < MIN_LABEL
        wanted = MIN_LABEL if bad else GOOD_LABEL
        message = f"`{smallest.text}` is {size:.1f} px on a phone; at least {wanted:.0f}"
        hint = f"make the picture at most {smallest.size * PHONE / wanted:.0f} px wide; it is {picture.width:.0f} px"
        severity: Severity = "error" if bad else "warning"
        yield Problem(diagram.origin.path, line, column, "phone", message, hint, severity)


@picture_rule("height")
def height(diagram: Diagram, picture: Picture) -> Iterator[Problem]:
    """The picture is at most 1,400 px tall, so that a card does not become a scroll."""
    if picture.height > MAX_HEIGHT:
        message = f"{picture.height:.0f} px tall; at most {MAX_HEIGHT}"
        yield _at(diagram, 0, "height", message, "fewer ranks: let steps stand side by side")


@picture_rule("glyphs")
def glyphs(diagram: Diagram, picture: Picture) -> Iterator[Problem]:
    """Labels hold no symbols that the embedded font lacks; letters of other scripts are drawn by the device's fonts."""
    if picture.missing_glyphs:
        message = f"no font is sure to draw {picture.missing_glyphs}"
        yield _at(diagram, 0, "glyphs", message, "spell it out")
