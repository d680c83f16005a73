"""No reference leaves a picture, and nothing odd in an engine's SVG ends in more than an error."""

from __future__ import annotations

import re
import time

import pytest

from atlas_decks.diagrams import EmbeddedRenderer
from atlas_decks.diagrams.svg import cascade
from atlas_decks.diagrams.svg.clean import UnsafeSvgError
from atlas_decks.diagrams.svg.finish import finish

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'
RECT = "<rect width='5' height='5' {}/>"


@pytest.mark.parametrize(
    "raw",
    [
        "<svg",
        "<html/>",
        '<svg xmlns="http://www.w3.org/2000/svg"/>',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>1</script></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><image href="http://x/"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect fill="url(http://x/)"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><style>@import "x"; a{b:url(http://x)}</style></svg>',
        '<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>',
    ],
)
def test_what_may_not_be_in_a_picture_is_refused(raw: str) -> None:
    with pytest.raises(UnsafeSvgError):
        finish(raw, "flowchart")


# each stands at the end of an honest picture
REFERENCES = {
    "onload": RECT.format("onload='alert(1)'"),
    "use": "<use href='https://evil/x.svg#a'/>",
    "link": "<a xmlns:xlink='http://www.w3.org/1999/xlink' xlink:href='javascript:evil()'><text>x</text></a>",
    "animation": "<animate attributeName='href' to='javascript:evil()'/>",
    "escaped url": RECT.format("fill='u\\72l(https://evil/x)'"),
    "escaped url with a space": RECT.format("fill='u\\000072 l(https://evil/x)'"),
    "comment in url": RECT.format("fill='url/**/(https://evil/x)'"),
    "comment before url": RECT.format("fill='/**/url(https://evil/x)'"),
    "quoted url": RECT.format("stroke='url(\"https://evil/x\")'"),
    "url in style": RECT.format("style='stroke:u\\72l(//evil/x)'"),
    "url in another property": RECT.format("style='background:url(//evil/x)'"),
    "rule out of style": RECT.format("style='fill:red}*{background:u\\72l(//evil/x)}'"),
    "rule out of fill": RECT.format("fill='red}*{background:u\\72l(//evil/x)}'"),
    "image-set": RECT.format("fill='red}*{background:image-set(\"https://evil/x\" 1x)}'"),
    "image-set alone": RECT.format("fill='image-set(\"https://evil/x\" 1x)'"),
    "font-face out of font-size": "<text x='1' y='1' font-size='1}@font-face{font-family:Atlas;src:u\\72l(//evil/f)}'>h</text>",
    "import": "<style>@import url(https://evil/x.css);</style>",
    "escaped import": "<style>@\\69mport 'https://evil/x.css';</style>",
    "url in a sheet": "<style>rect{fill:u\\72l(https://evil/x)}</style>",
    "string in a sheet": '<style>rect{fill:image("https://evil/x")}</style>',
    "marker": "<line x1='1' y1='1' x2='2' y2='2' marker-end='url(https://evil/x#a)'/>",
    "geometry": "<path d='M0 0 url(//evil/x)'/>",
    "transform": "<g transform='url(//evil/x)'><text>x</text></g>",
}
ODD = {
    "letters in translate": "<g class='node' id='x-flowchart-q-1' transform='translate(e,1)'><rect width='5' height='5'/></g>",
    "percent": "<g class='node' id='x-flowchart-q-1'><rect width='100%' height='5'/></g>",
    "points": "<g class='node' id='x-flowchart-q-1'><polygon points='a b c'/></g>",
    "x in em": "<text x='1em' y='2'>hi</text>",
    "nan": "<g class='node' id='x-flowchart-q-1'><rect width='nan' height='inf'/></g>",
    "arc": "<g class='node' id='x-flowchart-q-1'><path d='M1 1 A1 1 0 0 1 x'/></g>",
    "short curve": "<g class='node' id='x-flowchart-q-1'><path d='M1e999 1 C 1 1'/></g>",
    "large curve": "<g class='node' id='x-flowchart-q-1'><path d='M1e999 1 C 1 1 1e999 2 3 3'/></g>",
    "no command": "<g class='node' id='x-flowchart-q-1'><path d='1 2 3'/></g>",
    "edge without way": "<path class='flowchart-link' data-id='L_q_q_0' d='Z'/>",
    "deep": "<g>" * 240 + "</g>" * 240,
    "deep and full": "<g id='a'><rect width='1' height='1'/>" * 240 + "</g>" * 240,
    "wide": "<g class='edgeLabel'><text>x</text></g>" * 30_000,
    "wide within bounds": "<g class='edgeLabel'><text>x</text></g>" * 4_000,
    "many classes": "<style>"
    + "".join(f".a{i} .b .c .d{{fill:red}}" for i in range(2500))
    + "</style>"
    + "<g class='a1 b c d'>" * 150
    + "</g>" * 150,
    "long selector": "<style>" + ".a " * 3000 + "{fill:red}</style><g class='a'><rect width='5' height='5'/></g>",
    "long number": f"<path d='M{'1' * 150_000} 1'/>",
    "long id": f"<g class='node' id='x-flowchart-{'-state-1' * 100_000}'><rect width='5' height='5'/></g>",
    "control": "<text>&#1;</text>",
    "direction": "<text>&#x202e;abc</text>",
}


def _with(part: str) -> str:
    honest = EmbeddedRenderer().draw('flowchart TB\n  a["A"] -->|"x"| b["B"]\n')
    return honest[: honest.rindex("</svg>")] + part + "</svg>"


@pytest.mark.parametrize("minified", [True, False], ids=["minified", "readable"])
@pytest.mark.parametrize("part", REFERENCES.values(), ids=REFERENCES)
def test_no_reference_leaves_the_picture(part: str, minified: bool) -> None:
    try:
        svg = finish(_with(part), "flowchart", minified).svg
    except UnsafeSvgError:
        return
    without_font = re.sub(r"base64,[A-Za-z0-9+/=]+", "", svg)
    assert not re.search(r"evil|javascript:|onload|import|\\|image", without_font)


@pytest.mark.parametrize("part", ODD.values(), ids=ODD)
def test_odd_input_ends_in_a_picture_or_an_error_soon(part: str) -> None:
    begun = time.process_time()
    said = ""
    try:
        finish(_with(part), "flowchart")
    except UnsafeSvgError as error:
        said = str(error)
    assert len(said) < 300
    assert time.process_time() - begun < 8


@pytest.mark.parametrize("box", ["", "0 0 1e308 1e308", "inf nan 10 10", "-inf 0 10 10", "0 0 0 5", "1 2 3", "a b c d"])
def test_a_picture_has_a_size(box: str) -> None:
    with pytest.raises(UnsafeSvgError):
        finish(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"/>', "flowchart")


@pytest.mark.parametrize(
    ("css", "local"),
    [
        ("red", True),
        ("url(#a)", True),
        ("url('#a')", True),
        ("fill:url(data:font/woff2;base64,AA)", True),
        ("rgb(1, 2, 3)", True),
        ("font-family:'trebuchet ms',arial", True),
        ("url(x)", False),
        ("u\\72l(x)", False),
        ("/**/url( x )", False),
        ("URL('//x')", False),
        ("red}", False),
        ("@x", False),
        ("image-set('x' 1x)", False),
    ],
)
def test_css_that_refers_to_nothing_outside(css: str, local: bool) -> None:
    assert cascade.is_local(css) is local
