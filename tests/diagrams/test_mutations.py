"""Slips of the pen: mutated sources end in a safe picture or an error with a message, and soon."""

from __future__ import annotations

import random
import re
import time

from atlas_decks.diagrams import EmbeddedRenderer, RenderError
from atlas_decks.diagrams.alt_text import alt_text
from atlas_decks.diagrams.texts import author_texts, readable, shield
from support.builds import Checked

SEED = 20260
PIECES = [
    *(
        '"',
        "'",
        "`",
        "|",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "<",
        ">",
        "#",
        ";",
        "&",
        "$$",
        "%%",
        ":",
        ":::",
        "-->",
        "--",
        "==",
    ),
    *(
        "-.->",
        "~~~",
        "\n",
        "\n\n",
        " ",
        "\t",
        "end",
        "subgraph x",
        "<br/>",
        "<b>",
        "<script>",
        "#quot;",
        "&nbsp;",
        "@{",
        "}",
    ),
    *(
        "call",
        "click a",
        "state",
        "note right of a",
        "[*]",
        "as ",
        "loop",
        "alt",
        "Note over a: x",
        "\u200b",
        "é",
        "终",
        "🚀",
    ),
    *(
        "\u202e",
        "\ufeff",
        "\x0b",
        "\\",
        "\\n",
        "0" * 40,
        "a" * 400,
        "%%{init: {}}%%",
        "---",
        "classDef x fill:red",
        "javascript:",
    ),
]


def mutated(source: str, chance: random.Random) -> str:
    """The source with one to four pieces put in, taken out, doubled or moved."""
    for _ in range(chance.randint(1, 4)):
        a = chance.randrange(len(source) + 1)
        b = min(len(source), a + chance.choice((1, 2, 5, 20, 80)))
        match chance.randrange(4):
            case 0:
                source = source[:a] + chance.choice(PIECES) + source[a:]
            case 1:
                source = source[:a] + source[b:]
            case 2:
                source = source[:b] + source[a:]
            case _:
                to = chance.randrange(len(source) + 1)
                source = source[:to] + source[a:b] + source[to:]
    return source


def test_mutated_sources_end_in_a_safe_picture_or_an_error(checked: Checked, long_run: bool) -> None:
    chance = random.Random(SEED)
    sources = [diagram.spec.mermaid for diagram in checked.curriculum.diagrams]
    drawn = 0
    for _ in range(3000 if long_run else 150):
        source = mutated(chance.choice(sources), chance)
        begun, message = time.process_time(), ""
        try:
            picture = EmbeddedRenderer().render(source)
        except RenderError as error:
            picture, message = None, error.message
        assert (picture is None) == bool(message.strip()), repr(source)
        if picture is not None:
            drawn += 1
            assert not re.search(r"<script|<a[\s>]|href=|javascript:(?![^<>]*</)", picture.svg), repr(source)
            for text in author_texts(source, picture.kind):
                assert source[text.start : text.end] == text.raw
                readable(text)
            shield(source, picture.kind)
            alt_text(picture, "x")
        assert time.process_time() - begun < 10, repr(source)
    assert drawn > 20
    if long_run:
        print(f"\n3,000 mutated sources: {drawn} drawn, the others refused with a message")
