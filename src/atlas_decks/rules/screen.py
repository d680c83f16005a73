"""Rules on the first screen of a phone: the question with the part that is asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator

from atlas_decks.curriculum.models import Diagram
from atlas_decks.diagrams.picture import Picture
from atlas_decks.problems import Problem
from atlas_decks.rules.pictures import PHONE
from atlas_decks.rules.registry import picture_rule

SCREEN = 700  # px: what AnkiDroid and AnkiMobile leave of a phone of 390 x 844 px between their bars
# of card.css: padding, the line above the prompt, and a prompt of 20 px in lines of 27 px with some 36 characters
_ABOVE, _LINE, _CHARACTERS = 60, 27, 36
_TALLEST = 0.95 * SCREEN  # px: the style sheet makes taller pictures smaller


@picture_rule("first-screen")
def first_screen(diagram: Diagram, picture: Picture) -> Iterator[Problem]:
    """On a 390 px phone, prompt and hidden node of a component fit into the upper 700 px (a warning)."""
    scale = min(1.0, PHONE / picture.width, _TALLEST / picture.height)
    for index, component in enumerate(diagram.spec.components):
        boxes = picture.nodes.get(component.node, ())
        prompt = _ABOVE + math.ceil(len(component.prompt) / _CHARACTERS) * _LINE
        lowest = min((box.y + box.height for box in boxes), default=0.0) * picture.height * scale + prompt
        if lowest > SCREEN:
            at = diagram.path("components", index, "prompt")
            message = f"the hidden node ends {lowest:.0f} px below the top of a phone; at most {SCREEN}"
            hint = "a shorter prompt, a lower picture, or a node further up"
            yield diagram.origin.problem(at, "first-screen", message, hint, severity="warning")
