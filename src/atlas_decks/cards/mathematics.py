r"""Mathematics in texts: $`..`$ around TeX, as GitHub writes it beside the dollars of prices.

Anki's own MathJax typesets what a card holds between \( and \), on every client
(https://docs.ankiweb.net/math.html); pages without it show the same formula as MathML, which browsers draw themselves.
TeX can do more than formulas: \href and \style bring links and looks onto a card, \def makes the next card's
commands. So a formula may hold only the commands listed here, which MathJax and latex2mathml both know.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # a warm build draws nothing, and starts without it
    from lxml import etree

MOST = 200  # characters of a formula: one line of a phone holds about forty signs
DEEPEST = 8  # braces in braces; latex2mathml goes down by recursion
_COMMANDS: Final = frozenset(
    re.findall(
        r"[a-zA-Z]+",
        """
        alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi varphi
        chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega
        frac dfrac sqrt binom sum prod int lim ln log exp min max gcd bmod Pr
        le leq ge geq ne neq approx sim equiv propto ll gg cdot times div pm infty to rightarrow leftarrow Rightarrow
        in notin subset subseteq cup cap emptyset forall exists mid land lor neg partial
        left right lfloor rfloor lceil rceil langle rangle ldots cdots overline bar hat text mathrm mathbf quad
        """,
    )
)
_SIGNS: Final = frozenset(",;:!%_{}#&$| ")  # what one sign after a backslash may be
_MATHML = "http://www.w3.org/1998/Math/MathML"
# https://www.w3.org/TR/mathml-core/: what the commands above are drawn with
_ELEMENTS: Final = frozenset(
    re.findall(
        r"\w+",
        "math mfrac mi mn mo mover mpadded mphantom mroot mrow mspace msqrt mstyle msub msubsup msup mtable mtd mtext"
        " mtr munder munderover",
    )
)
_ATTRIBUTES: Final = frozenset(
    re.findall(
        r"\w+",
        "accent columnalign columnspacing depth display displaystyle fence form height largeop linethickness lspace"
        " mathvariant maxsize minsize movablelimits rspace scriptlevel separator stretchy symmetric width",
    )
)
_COMMAND = re.compile(r"\\([A-Za-z]+|.|$)", re.DOTALL)
_BARE = re.compile(r"(?<!\\)[&#%$~]")  # TeX's own signs, which want a backslash or a table around them
_TYPESET = re.compile(r"\\\((.+?)\\\)", re.DOTALL)


@lru_cache(maxsize=4096)
def fault(tex: str) -> str | None:
    """What keeps a formula from being drawn alike everywhere, as the end of a sentence; None where nothing does."""
    if len(tex) > MOST:
        return f"has {len(tex)} characters; at most {MOST}"
    for command in _COMMAND.findall(tex):
        if command not in _COMMANDS and command not in _SIGNS:
            return f"holds `\\{command}`, which cards cannot draw"
    if found := _BARE.search(tex):
        return f"holds a bare `{found.group()}`; write `\\{found.group()}`"
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", tex):
        depth += 1 if brace == "{" else -1
        if depth < 0 or depth > DEEPEST:
            break
    if depth:
        return "has braces that do not close, or too deep"
    try:
        strange = _strange(_parsed(tex))
    except Exception as error:  # the library raises what it happens to meet, IndexError too
        return f"is no TeX ({type(error).__name__})"
    return f"brings markup of its own (`{strange}`)" if strange else None


def for_anki(tex: str) -> str:
    r"""A sound formula as HTML between \( and \), for Anki's MathJax, which reads it with its entities resolved."""
    braces = {ord("{"): "&#123;", ord("}"): "&#125;", ord("["): "&#91;"}  # what Anki would take for a field or a file
    return rf"\({html.escape(tex, quote=False).translate(braces)}\)"


def readable(text: str) -> str:
    r"""HTML of a card with its formulas as MathML: for pages that have no MathJax.

    `for_anki` writes \( into a field, while what an author wrote so is broken up by `markup.plain`. A project's own
    template may write it too, so each formula is judged again; an unsound one stays as it is.
    """
    if r"\(" not in text:
        return text

    def drawn(found: re.Match[str]) -> str:
        tex = html.unescape(found[1])
        return found[0] if fault(tex) else _mathml(tex)

    return _TYPESET.sub(drawn, text)


def _strange(formula: etree._Element) -> str:
    """What in the MathML no formula needs: the library writes what stands in \\text as it is. Empty for a sound one."""
    from lxml import etree

    for element in formula.iter():
        name = etree.QName(element)
        if name.namespace != _MATHML or name.localname not in _ELEMENTS:
            return str(name.localname)
        if unknown := {str(key) for key in element.attrib} - _ATTRIBUTES:
            return min(unknown)
        if len(element) and any(
            part.strip() for part in (element.text or "", *(below.tail or "" for below in element))
        ):
            return "text beside elements"
    return ""


@lru_cache(maxsize=4096)
def _parsed(tex: str) -> etree._Element:
    """A formula as the tree of its MathML. Raises what the library does, and XMLSyntaxError."""
    from latex2mathml.converter import convert  # only who has formulas waits for its table of signs
    from lxml import etree

    return etree.fromstring(convert(tex))


def _mathml(tex: str) -> str:
    """Written anew from the tree: what was text there, CDATA too, is escaped, whoever parses it."""
    from lxml import etree

    return etree.tostring(_parsed(tex), encoding="unicode")
