"""Composes the script that a Mermaid engine gets: front matter, theme and palette around the author's source.

mermaid-py carries script and theme. Its titles are left empty: they would be written unescaped, and a title in the
picture would give answers away.
"""

from __future__ import annotations

import contextlib
import io
import re

from atlas_decks.diagrams.palette import CLASS_DEFS, CLUSTER, INK, LINE, NOTE
from atlas_decks.diagrams.renderer import RenderError
from atlas_decks.diagrams.texts import diagram_kind, shield, without_settings

with contextlib.redirect_stdout(io.StringIO()):  # mermaid-py prints a hint on import where IPython is missing
    from mermaid import Config, Graph
    from mermaid.configuration import Themes

_FOREIGN = re.compile(r"@\{[^}\n]{0,1000}?\b(img|icon)\s{0,9}:")
# What a click would do, by kind: nothing can be clicked on a card, and the engine draws it into the picture.
# https://mermaid.js.org/syntax/flowchart.html#interaction, .../classDiagram.html#interaction,
# .../sequenceDiagram.html#actor-menus
_ON_CLICK = r"[ \t]+\w[\w-]*[ \t]+[\"'\w].*$"  # a node's id, and an address or what to call
_CLICKS = {
    "flowchart": re.compile(rf"^[ \t]*click{_ON_CLICK}", re.MULTILINE),
    "classDiagram": re.compile(rf"^[ \t]*(?:click|callback|link){_ON_CLICK}", re.MULTILINE),
    "sequenceDiagram": re.compile(r"^[ \t]*(?:links?|properties|details)[ \t]+[^-<>:\n]+:.*$", re.MULTILINE),
}
# Mermaid's sources in pages are HTML; copied from there, `<<fork>>` is written with entities
_STEREOTYPE = re.compile(r"^([ \t]*state[ \t]+\S+[ \t]+)&lt;&lt;(\w+)&gt;&gt;", re.MULTILINE)
TEXT_LABELS = "  htmlLabels: false\n"
# px. Mermaid's own measures are made for a wide page: nodes of at least 120, participants of 150 that stand 50 apart.
# These keep a label at 9 px or more where the picture is 361 px wide, on a phone, and no more edges cross. `layout` is
# set for flowcharts only: set for all, it would flatten other kinds.
_SPACING = {
    "flowchart": """\
  layout: dagre
  flowchart:
    minNodeWidth: 60
    nodeSpacing: 25
    rankSpacing: 35
    padding: 12
    diagramPadding: 8
""",
    "sequenceDiagram": """\
  sequence:
    diagramMarginX: 8
    diagramMarginY: 6
    width: 100
    actorMargin: 24
    height: 48
    messageMargin: 30
""",
    "gantt": """\
  gantt:
    useWidth: 400
    fontSize: 14
    sectionFontSize: 14
    barHeight: 24
""",
    "timeline": """\
  timeline:
    diagramMarginX: 0
    leftMargin: 8
    boxMargin: 2
    padding: 4
""",
    "C4": """\
  c4:
    width: 120
    diagramMarginX: 8
    diagramMarginY: 8
    c4ShapeMargin: 20
    c4ShapeInRow: 2
    messageFontSize: 14
    boundaryFontSize: 14
""",
}
_FRONT_MATTER = "---\nconfig:\n  look: classic\n{extra}---\n"


def refuse_pictures_in_pictures(source: str) -> None:
    """Raise RenderError, with the line, for a node that is an image or an icon: those come from elsewhere."""
    if match := _FOREIGN.search(source):
        line = source.count("\n", 0, match.start()) + 1
        hint = 'take a shape with a label: a@{ shape: rounded, label: "User" }'
        raise RenderError(f"a node with `{match.group(1)}:` is not drawn", line, hint)


def _drawn(source: str, kind: str) -> str:
    """The source with only what a picture can show; its lines keep their numbers."""
    source = without_settings(source).rstrip()
    if kind in _CLICKS:
        source = _CLICKS[kind].sub("", source)
    return _STEREOTYPE.sub(r"\1<<\2>>", source) if kind == "stateDiagram-v2" else source


def compose(source: str, text_labels: bool = False) -> Graph:
    """The script for one diagram as a mermaid-py Graph, whose `script` is ready for an engine.

    `text_labels` asks the official engine for SVG text instead of HTML; the embedded one always writes text.
    """
    kind = diagram_kind(source)
    config = Config(
        theme=Themes.BASE,
        primary_color="#e5f5e7",
        primary_text_color=INK,
        primary_border_color="#2e7d32",
        line_color=LINE,
        secondary_color=NOTE,
        tertiary_color=CLUSTER,
    )
    classes = f"\n{CLASS_DEFS}\n" if kind in ("flowchart", "stateDiagram-v2") else ""
    extra = _SPACING.get("C4" if kind.startswith("C4") else kind, "") + (TEXT_LABELS if text_labels else "")
    graph = Graph(title="", script=shield(_drawn(source, kind), kind) + "\n" + classes, config=config)
    graph.script = _FRONT_MATTER.format(extra=extra) + str(config) + graph.script
    return graph
