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
    graph = Graph(title="", script=shield(without_settings(source).rstrip(), kind) + "\n" + classes, config=config)
    graph.script = _FRONT_MATTER.format(extra=extra) + str(config) + graph.script
    return graph
