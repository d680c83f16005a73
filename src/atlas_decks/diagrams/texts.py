"""What stands in a Mermaid source: its kind, and the words that an author wants to see in the picture.

Mermaid reads more into a label than its author means: `C#` begins a comment, `$$` mathematics, `<` a tag, `_x_` is set
in italics. What is not Mermaid's own code (`#35;`, `<br/>`, `\\n`, a string in backticks) is to stand in the picture as
it was written. So the characters at fault are given to the engine as stand-ins of the private use area, and turned back
in what it draws. All scans are linear: lines and repetitions are bounded.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from html.entities import html5

_KIND = re.compile(r"^\s*(flowchart|graph|sequenceDiagram|stateDiagram-v2|stateDiagram|erDiagram|[A-Za-z][\w-]*)")
_FRONT = re.compile(r"\A\s*---[ \t]*\n(?:(?!---[ \t]*$).*\n){0,500}---[ \t]*$", re.MULTILINE)
_DIRECTIVE = re.compile(r"%%\{[^%]{0,4000}\}%%")
_STAND_INS = 0xEE00  # where the stand-in of ASCII character 0 would be, within the private use area
_ASCII = range(0x21, 0x7F)
_BACK = {_STAND_INS + code: chr(code) for code in _ASCII}
_BACK_IN_XML = {code: html.escape(char) for code, char in _BACK.items()}
_IS_STAND_IN = re.compile(f"[{chr(_STAND_INS + _ASCII.start)}-{chr(_STAND_INS + _ASCII.stop - 1)}]")

_CODE = re.compile(r"(?<!&)#(\w{1,32});")  # Mermaid's own: the number or the HTML name of a character
_BREAK = re.compile(r"<br\s{0,9}/?>|\\n", re.IGNORECASE)
_SPACE = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")
# `mermaid#code;`, HTML's codes, mathematics, tags, escapes, and what Markdown or a comment begins with
_TROUBLE = re.compile(r"#\w{1,32};|&#?\w{1,32};|\$\$|<(?!br\s{0,9}/?>)(?=[!?/A-Za-z])|\\(?!n)|[#;*_`]", re.IGNORECASE)
_MARKDOWN = frozenset("*_`")
# what is trouble in one kind is left alone in others, where it may be more than text
_ONLY_IN: Mapping[str, frozenset[str]] = {
    ";": frozenset(["stateDiagram-v2"]),
    **dict.fromkeys(_MARKDOWN, frozenset(["stateDiagram-v2", "erDiagram"])),
}


def diagram_kind(source: str) -> str:
    """The Mermaid diagram type of a source: its first word, `graph` called `flowchart`; empty where there is none."""
    lines = [line for line in without_settings(source).splitlines() if line.strip() and line.strip()[:2] != "%%"]
    match = _KIND.match(lines[0]) if lines else None
    kind = match.group(1) if match else ""
    return {"graph": "flowchart", "stateDiagram": "stateDiagram-v2"}.get(kind, kind)


def without_settings(source: str) -> str:
    """The source without front matter and directives, which could set anything; its lines keep their numbers."""
    source = _FRONT.sub(lambda match: "\n" * match.group().count("\n"), source)
    return _DIRECTIVE.sub(lambda match: "\n" * match.group().count("\n"), source)


@dataclass(frozen=True)
class Text:
    """A text of the source, from offset `start` to before `end`; `markdown`: in backticks, which makes it that."""

    start: int
    end: int
    raw: str
    markdown: bool = False


def shield(source: str, kind: str) -> str:
    """The source with stand-ins for what an engine would read more into."""
    if not _TROUBLE.search(source):
        return source
    parts: list[str] = []
    at = 0
    for text in author_texts(source, kind):
        if text.start >= at:
            parts += [source[at : text.start], _shielded(text, kind)]
            at = text.end
    return "".join([*parts, source[at:]])


def unshield(drawn: str, xml: bool = True) -> str:
    """An engine's XML, or what else it says, with the stand-ins turned back."""
    if drawn.isascii() or not _IS_STAND_IN.search(drawn):
        return drawn
    return drawn.translate(_BACK_IN_XML if xml else _BACK)


def readable(text: Text) -> str:
    """What has to be read in the picture for this text, without spaces (`squeeze`)."""
    words = _BREAK.sub("", _CODE.sub(lambda match: _decoded(match.group(1)) or match.group(), text.raw))
    if text.markdown:
        words = "".join(char for char in words if char not in _MARKDOWN)
    return squeeze(words)


def squeeze(text: str) -> str:
    """A text without spaces: where lines are broken is the engine's affair."""
    return _SPACE.sub("", text.replace("\\n", ""))


def _decoded(name: str) -> str:
    """The character of a Mermaid code; empty where it is none."""
    if name.isdecimal() and name.isascii():
        code = int(name)
        return chr(code) if 0x20 <= code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
    return html5.get(f"{name};", "")


def _stand_in(char: str) -> str:
    return chr(_STAND_INS + ord(char)) if ord(char) in _ASCII else char


def _shielded(text: Text, kind: str) -> str:
    def stand_in(match: re.Match[str]) -> str:
        found = match.group()
        if kind not in _ONLY_IN.get(found, (kind,)):
            return found
        if found[0] == "#" and (char := _decoded(found[1:-1])):
            return "".join(map(_stand_in, char))
        return "".join(char if char.isalnum() else _stand_in(char) for char in found)

    return _TROUBLE.sub(stand_in, text.raw)


# --- where the texts are ----------------------------------------------------------------------------------------------


def author_texts(source: str, kind: str) -> Iterator[Text]:
    """The texts of a source, in order. Of kinds that are not known, those in double quotes."""
    return _SCANNERS.get(kind, _quoted)(source)


def _text(source: str, start: int, end: int) -> Iterator[Text]:
    """The text between two offsets, without space around it; nothing where there is none."""
    raw = source[start:end]
    start += len(raw) - len(raw.lstrip())
    if raw := raw.strip():
        yield Text(start, start + len(raw), raw)


def _lines(source: str) -> Iterator[tuple[int, str]]:
    """(offset, line) of each line that is no comment."""
    at = 0
    for line in source.split("\n"):
        if not line.lstrip().startswith("%%"):
            yield at, line
        at += len(line) + 1


_FLOW = re.compile(
    r"""^[ \t]*(?:%%|(?:classDef|class|style|linkStyle|click|direction|accTitle|accDescr)\b)[^\n]*
    |"(?P<quoted>[^"]{0,4000})"
    |@\{(?P<block>[^}]{0,2000})\}
    |\|(?P<pipe>[^|"\n]{0,1000})\|
    |^[ \t]*subgraph[ \t]+(?P<title>[^\n"\[;]{1,500})(?=\n|;|\Z)
    |[\[({][/\\\[({]{0,2}(?P<shape>[^"|\[\](){}\n]{1,1000})
    |(?<=[\w])>(?P<flag>[^"|\[\](){}\n>]{1,1000})\]
    |(?:--|==|-\.)[ \t]{1,9}(?P<edge>[^\s"|<>=.-][^\n"|]{0,200}?)[ \t]{0,9}(?:--[->xo]|==[=>xo]|\.-)""",
    re.MULTILINE | re.VERBOSE,
)
_BLOCK_LABEL = re.compile(r"""\blabel\s{0,9}:\s{0,9}(?:"(?P<quoted>[^"]*)"|(?P<word>[^",\s][^",\n]*))""")


def _flowchart(source: str) -> Iterator[Text]:
    for match in _FLOW.finditer(source):
        group = match.lastgroup
        if group == "block":
            if label := _BLOCK_LABEL.search(source, *match.span("block")):
                yield from _text(source, *label.span(label.lastgroup or 0))
        elif group == "shape":
            start, end = match.span("shape")
            yield from _text(source, start, end - source[start:end].endswith(("/", "\\")))
        elif group:
            for text in _text(source, *match.span(group)):
                backticks = group == "quoted" and len(text.raw) > 1 and text.raw[0] == text.raw[-1] == "`"
                yield replace(text, markdown=backticks)


_STATEMENT = re.compile(r"(?:#\w{1,32};|&#?\w{1,32};|[^;\n])+")
_BLOCKS = frozenset(["loop", "alt", "else", "opt", "par", "par_over", "and", "critical", "option", "break"])
_SILENT = frozenset(
    [
        *("activate", "deactivate", "destroy", "rect", "end", "autonumber", "link", "links", "properties", "details"),
        *("sequenceDiagram", "accTitle", "accDescr"),
    ]
)
_ALIAS = re.compile(r""""alias"\s{0,9}:\s{0,9}"([^"]*)\"""")
_WRAP = re.compile(r"\s*(?:no)?wrap:")


def _sequence(source: str) -> Iterator[Text]:
    for offset, line in _lines(source):
        for statement in _STATEMENT.finditer(line):
            yield from _sequence_statement(source, offset + statement.start(), offset + statement.end())


def _sequence_statement(source: str, start: int, end: int) -> Iterator[Text]:
    said = source[start:end]
    words = said.split(None, 2)
    first = words[0].rstrip(":") if words else ""
    if first == "create" and len(words) > 1:
        first = words[1]
    after = start + said.find(first) + len(first)
    if first in ("participant", "actor"):
        rest = source[after:end]
        if (alias := rest.rfind(" as ")) >= 0:
            yield from _text(source, after + alias + 4, end)
        elif match := _ALIAS.search(rest):
            yield from _text(source, after + match.start(1), after + match.end(1))
        else:
            yield from _text(source, after, after + len(rest.split("@{")[0]))
    elif first in _BLOCKS:
        yield from _text(source, after, end)
    elif first == "title":
        yield from _text(source, after + (source[after : after + 1] == ":"), end)
    elif first == "box":
        yield from _text(source, after + _colour(source[after:end]), end)
    elif first not in _SILENT and (colon := said.find(":")) >= 0:
        text = start + colon + 1
        wrap = _WRAP.match(source, text, end)
        yield from _text(source, wrap.end() if wrap else text, end)


def _colour(text: str) -> int:
    """How many characters of what follows `box` are a colour."""
    match = re.match(r"\s*(?:rgba?|hsla?)\([^)]*\)", text) or re.match(r"\s*\w+", text)
    word = match.group() if match else ""
    import tinycss2.color3  # where it is wanted: a build that draws nothing starts without it

    return len(word) if tinycss2.color3.parse_color(word) is not None else 0


_STATE_QUOTED = re.compile(r'"([^"\n]*)"')
_COLON = re.compile(r"(?<!:):(?!:)")
_STATE_SILENT = frozenset(["classDef", "class", "style", "direction", "hide", "scale", "accTitle", "accDescr", "click"])


def _state(source: str) -> Iterator[Text]:
    note = -1  # where the lines of a note began
    for offset, line in _lines(source):
        words = line.split()
        if note >= 0:
            if words[:2] == ["end", "note"]:
                yield from _text(source, note, offset)
                note = -1
            continue
        if not words or words[0].rstrip(":") in _STATE_SILENT:
            continue
        if quoted := _STATE_QUOTED.search(line):
            yield from _text(source, offset + quoted.start(1), offset + quoted.end(1))
        elif colon := _COLON.search(line):
            yield from _text(source, offset + colon.end(), offset + len(line))
        elif words[0] == "note":
            note = offset + len(line) + 1


_RELATION = re.compile(r"--|\.\.| to ")


def _entities(source: str) -> Iterator[Text]:
    yield from _related(source, re.compile(r'"([^"\n]*)"|\[([^"\[\]\n]*)\]'))


def _classes(source: str) -> Iterator[Text]:
    yield from _related(source, _STATE_QUOTED)


def _related(source: str, pattern: re.Pattern[str]) -> Iterator[Text]:
    """Texts of the pattern's group, and what stands behind the colon of a relation."""
    for offset, line in _lines(source):
        found = list(pattern.finditer(line))
        for match in found:
            start, end = match.span(match.lastindex or 0)
            yield from _text(source, offset + start, offset + end)
        colon = line.rfind(":")
        if colon >= 0 and _RELATION.search(line, 0, colon) and not any(match.end() > colon for match in found):
            yield from _text(source, offset + colon + 1, offset + len(line))


def _quoted(source: str) -> Iterator[Text]:
    for offset, line in _lines(source):
        for match in _STATE_QUOTED.finditer(line):
            yield from _text(source, offset + match.start(1), offset + match.end(1))


_MIND = re.compile(r"[\[({)]{1,2}([^\[\](){}\n]{1,500})")


def _mindmap(source: str) -> Iterator[Text]:
    for number, (offset, line) in enumerate(_lines(source)):
        if number and not line.lstrip().startswith((":::", "::icon")):
            shape = _MIND.search(line)
            start, end = shape.span(1) if shape else (0, len(line))
            yield from _text(source, offset + start, offset + end)


def _timeline(source: str) -> Iterator[Text]:
    for number, (offset, line) in enumerate(_lines(source)):
        first = (line.split() or [""])[0]
        at = line.find(first) + len(first) if first in ("title", "section") else 0
        if not number or first in ("accTitle:", "accDescr:", "direction"):
            continue
        for part in re.finditer(r"[^:]+", line[at:]):
            yield from _text(source, offset + at + part.start(), offset + at + part.end())


def _gantt(source: str) -> Iterator[Text]:
    for offset, line in _lines(source):
        first = (line.split() or [""])[0]
        if first in ("title", "section"):
            yield from _text(source, offset + line.find(first) + len(first), offset + len(line))
        elif ":" in line and not first.startswith(("acc", "click")):
            yield from _text(source, offset, offset + line.index(":"))


_SCANNERS: Mapping[str, Callable[[str], Iterator[Text]]] = {
    "flowchart": _flowchart,
    "sequenceDiagram": _sequence,
    "stateDiagram-v2": _state,
    "erDiagram": _entities,
    "classDiagram": _classes,
    "mindmap": _mindmap,
    "timeline": _timeline,
    "gantt": _gantt,
}
