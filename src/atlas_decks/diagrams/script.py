"""Composes the script that a Mermaid engine gets: front matter, theme and palette around the author's source.

mermaid-py carries script and theme. Its titles are left empty: they would be written unescaped, and a title in the
picture would give answers away.
"""

from __future__ import annotations

import contextlib
import io
import re

from atlas_decks.diagrams.palette import CLASS_DEFS, CLUSTER, INK, LINE, NOTE
from atlas_decks.diagrams.texts import shield

with contextlib.redirect_stdout(io.StringIO()):  # mermaid-py prints a hint on import where IPython is missing
    from mermaid import Config, Graph
    from mermaid.configuration import Themes

_KIND = re.compile(r"^\s*(flowchart|graph|sequenceDiagram|stateDiagram-v2|stateDiagram|erDiagram|[A-Za-z][\w-]*)")
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
    width: 110
    actorMargin: 30
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


def diagram_kind(source: str) -> str:
    """The Mermaid diagram type of a source: its first word, `graph` called `flowchart`; empty where there is none."""
    lines = [line for line in source.splitlines() if line.strip() and not line.strip().startswith("%%")]
    match = _KIND.match(lines[0]) if lines else None
    kind = match.group(1) if match else ""
    return {"graph": "flowchart", "stateDiagram": "stateDiagram-v2"}.get(kind, kind)


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
    graph = Graph(title="", script=shield(source.rstrip(), kind) + "\n" + classes, config=config)
    graph.script = _FRONT_MATTER.format(extra=extra) + str(config) + graph.script
    return graph
