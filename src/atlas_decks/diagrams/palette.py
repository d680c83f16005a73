"""The colours of the diagrams. Node classes say what a node is; each has a fill, a stroke and a dark text on it.

Every picture brings its own pale ground, so that it reads the same on a light and on a dark card. All text colours have
a contrast of at least 7:1 on their fill (WCAG 2.2, success criterion 1.4.6).
"""

from __future__ import annotations

INK = "#1b2733"
GROUND = "#fbfcfe"
LINE = "#44525f"
CLUSTER = "#eef2f6"
NOTE = "#fff7da"

# class -> (fill, stroke)
CLASSES: dict[str, tuple[str, str]] = {
    "edge": ("#e1f0fd", "#1565c0"),
    "service": ("#e5f5e7", "#2e7d32"),
    "state": ("#fff0dd", "#b85600"),
    "control": ("#f1e5f7", "#7b1fa2"),
    "external": ("#e9eef1", "#546e7a"),
    "danger": ("#fde8ea", "#c62828"),
}

CLASS_DEFS = "\n".join(
    f"classDef {name} fill:{fill},stroke:{stroke},stroke-width:1.5px,color:{INK}"
    for name, (fill, stroke) in CLASSES.items()
)

# Laid over what the engine writes; `!important` because the engine repeats its theme inline.
CSS = f"""
text,tspan{{font-family:"Atlas",sans-serif!important;font-weight:400;fill:{INK}}}
.cluster rect{{fill:{CLUSTER}!important;stroke:#8a9aa8!important}}
.actor{{fill:#e5f5e7;stroke:#2e7d32}}
.note{{fill:{NOTE}!important;stroke:#b8a13a!important}}
.sequenceNumber{{fill:#fff}}
.messageLine0,.messageLine1{{stroke:{LINE}}}
.actor-line{{stroke:#8a9aa8;stroke-width:1px!important}}
.labelBox{{fill:{CLUSTER};stroke:#8a9aa8}}
.loopLine{{stroke:#8a9aa8}}
"""
