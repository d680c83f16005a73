"""In night mode pictures turn dark by the cards' own style sheet: what Chromium then paints has contrast."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from atlas_decks.diagrams import EmbeddedRenderer
from atlas_decks.diagrams.palette import CLASSES

SHEET = Path(__file__).resolve().parents[2] / "templates" / "card.css"
SOURCE = "flowchart TB\n" + "".join(f'  {name}["IIIIIIII"]:::{name} -->|"HHHHH"| x\n' for name in CLASSES)


def _luminance(pixel: tuple[int, int, int]) -> float:
    """Relative luminance (WCAG 2.2)."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (p / 255 for p in pixel)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(a: float, b: float) -> float:
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


@pytest.mark.browser
@pytest.mark.parametrize("place", ["figure", "large"])
def test_a_picture_at_night_is_dark_and_has_contrast(browser: Any, place: str) -> None:
    picture = EmbeddedRenderer().render(SOURCE)
    data = base64.b64encode(picture.svg.encode()).decode()
    img = f'<img src="data:image/svg+xml;base64,{data}" width="{round(picture.width)}">'
    page = browser.new_page(viewport={"width": 1400, "height": 700}, device_scale_factor=4)
    try:
        page.set_content(
            f'<style>{SHEET.read_text("utf-8")}</style><body class="card nightMode"><div class="{place}">{img}</div>'
        )
        page.wait_for_timeout(200)
        shot = Image.open(io.BytesIO(page.locator("img").screenshot())).convert("RGB")
    finally:
        page.close()
    width, height = shot.size
    ground = _luminance(shot.getpixel((round(width * 0.5), 4)))
    assert ground < 0.05
    for name in CLASSES:
        (box,) = picture.nodes[name]
        corner = (round((box.x + box.width * 0.06) * width), round((box.y + box.height * 0.15) * height))
        fill = _luminance(shot.getpixel(corner))
        row = round((box.y + box.height / 2) * height)
        across = range(round(box.x * width) - 8, round((box.x + box.width) * width) + 8)
        lights = [_luminance(shot.getpixel((x, row))) for x in across]
        text = max(lights[len(lights) // 4 : -len(lights) // 4])
        stroke = max(lights[:24])
        assert fill < 0.06, name
        assert _contrast(text, fill) >= 7, name
        assert _contrast(stroke, ground) >= 3, name
