"""YAML text -> plain data plus the position of every key and value.

Only what a curriculum needs is accepted: no anchors (an alias bomb is a few lines long), no tags, no merge keys, no
duplicate keys. The tree is built from libyaml's events without recursion, so depth costs nothing and ends in a problem.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from atlas_decks.files.places import read_regular
from atlas_decks.problems import Problem

MAX_BYTES = 1_000_000
MAX_DEPTH = 12
_MOST_PROBLEMS = 1_000  # of one file: who has so many begins anew
_MARKS = 30  # on one letter; to sort more takes time that grows with their square (UAX #15, Stream-Safe Text Format)
Path_ = tuple[str | int, ...]
Position = tuple[int, int]

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml reads the same, slower
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

_DIRECTIVE = re.compile(r"(?:^|[\r\n\x85\u2028\u2029])(%\S+)")  # after all that YAML takes for the end of a line
_MAY_BE_MARKS = re.compile(rf"[\u0300-\U0010ffff]{{{_MARKS + 1},}}")  # no mark lies before U+0300
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # but tab and line feed
_RESOLVER = yaml.resolver.Resolver()
_TRUE_FALSE = {"true": True, "false": False}
_MAY_BE_MORE = frozenset("+-0123456789~nN")  # how a number or null begins; all else is text or a boolean


@dataclass(frozen=True)
class Source:
    """The data of one YAML file and where each part of it stands.

    `positions` maps the path of a part, such as ("diagrams", 0, "title"), to (line, column), both from 1: of the value,
    and in `keys` of the key. `blocks` holds the paths of block scalars (`|`), whose text starts on the line below.
    """

    path: str
    data: Any
    positions: Mapping[Path_, Position] = field(default_factory=dict)
    keys: Mapping[Path_, Position] = field(default_factory=dict)
    blocks: frozenset[Path_] = frozenset()

    def position(self, path: Path_, key: bool = False) -> Position:
        """(line, column) of a part; where the part is missing, of the nearest part around it."""
        if key and path in self.keys:
            return self.keys[path]
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, (1, 1))

    def problem(self, path: Path_, rule: str, message: str, hint: str = "", **more: Any) -> Problem:
        """A problem at the part `path`."""
        key = bool(more.pop("key", False))
        line, column = self.position(path, key)
        return Problem(self.path, line, column, rule, message, hint, **more)


def read(file: Path, name: str) -> tuple[Source | None, list[Problem]]:
    """Read one YAML file; `name` is how problems call it. Returns the source, or None with the problems."""
    raw, problems = read_bytes(file, name)
    return (None, problems) if raw is None else decode(raw, name)


def read_bytes(file: Path, name: str) -> tuple[bytes | None, list[Problem]]:
    """The bytes of one YAML file, or None with the problems."""

    def fault(rule: str, message: str, hint: str) -> tuple[None, list[Problem]]:
        return None, [Problem(name, 0, 0, rule, message, hint)]

    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            return fault("file-size", f"{size:,} bytes; at most {MAX_BYTES:,}", "one file a subject: split the file")
        return read_regular(file, MAX_BYTES), []
    except OSError as error:
        return fault("file-read", error.strerror or str(error), "check the file and its permissions")


def decode(raw: bytes, name: str) -> tuple[Source | None, list[Problem]]:
    """The bytes of a YAML file as a source, or None with the problems."""

    def fault(line: int, column: int, rule: str, message: str, hint: str = "") -> tuple[None, list[Problem]]:
        return None, [Problem(name, line, column, rule, message, hint)]

    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        return fault(line, column, "utf-8", f"byte 0x{raw[error.start]:02x} is not UTF-8", "save the file as UTF-8")
    if not text.isascii():
        if (at := _heap_of_marks(text)) is not None:
            line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
            return fault(line, column, "characters", f"more than {_MARKS} marks on one letter", "remove them")
        text = unicodedata.normalize("NFC", text)  # one spelling of a letter, as Anki stores it
    if directive := _DIRECTIVE.search(text):  # libyaml takes time that grows with the square of their number
        line = text.count("\n", 0, directive.start(1)) + 1
        return fault(line, 1, "yaml-directive", f"the directive {directive[1]}", "remove the line; YAML needs none")
    if not text.strip():
        return fault(1, 1, "empty-file", "the file is empty", "delete it, or write `category:` and `diagrams:`")
    return parse(text, name)


def parse(text: str, name: str) -> tuple[Source | None, list[Problem]]:
    """Parse YAML text. Returns the source (None where the syntax is broken) and all problems found."""
    builder = _Builder(name)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
            if builder.fatal:
                return None, builder.problems
    except yaml.YAMLError as error:
        return None, [*builder.problems, _syntax_problem(error, text, name)]
    except UnicodeEncodeError as error:  # a lone surrogate written as an escape
        return None, [Problem(name, 1, 1, "yaml-syntax", str(error))]
    source = Source(name, builder.root, builder.positions, builder.keys, frozenset(builder.blocks))
    return (None if builder.problems else source), builder.problems


def _heap_of_marks(text: str) -> int | None:
    """Where more combining marks stand in a row than any language has; None where nowhere.

    A mark is what comes apart into marks: U+0F73 is none itself, but two.
    """
    for run in _MAY_BE_MARKS.finditer(text):
        marks = 0
        for at, char in enumerate(run.group(), run.start()):
            marks = marks + 1 if unicodedata.combining(unicodedata.normalize("NFD", char)[0]) else 0
            if marks > _MARKS:
                return at - _MARKS
    return None


def _syntax_problem(error: yaml.YAMLError, text: str, name: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    message = str(getattr(error, "problem", None) or error).replace("\n", " ")
    lines = text.splitlines()
    near = lines[line - 1] if line <= len(lines) else ""
    hint = "quote the text if it contains `: ` or starts with one of @ ` % & * ! | > [ {"
    if position := getattr(error, "position", None):  # a control character: libyaml gives an offset only
        before = text.encode()[:position].decode("utf-8", "ignore")  # libyaml counts bytes
        line, column = before.count("\n") + 1, position - before.rfind("\n")
        hint = "remove the control character"
    elif "\t" in near[: len(near) - len(near.lstrip())]:
        return Problem(name, line, column, "yaml-tab", "a tab in the indentation", "indent with spaces")
    elif "mapping values are not allowed" in message:
        hint = "text with `: ` in it needs quotes, or the indentation is off"
    return Problem(name, line, column, "yaml-syntax", message, hint)


def _position(event: yaml.Event) -> Position:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


class _Builder:
    """Builds the tree from parser events, with an explicit stack."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.root: Any = None
        self.problems: list[Problem] = []
        self.positions: dict[Path_, Position] = {}
        self.keys: dict[Path_, Position] = {}
        self.blocks: set[Path_] = set()
        self.fatal = False
        self._documents = 0
        # open collections: (container, path, key waiting for its value)
        self._stack: list[tuple[Any, Path_, list[Any]]] = []

    def take(self, event: yaml.Event) -> None:
        """Take one event; most are scalars."""
        if isinstance(event, yaml.ScalarEvent):
            self._check_plain(event)
            if odd := _CONTROL.search(event.value):
                message = f"the character U+{ord(odd.group()):04X}"
                self._fault(event, "characters", message, "remove it: Anki and terminals take it for an order")
            path = self._attach(event, self._scalar(event))
            if event.style in ("|", ">") and path is not None:
                self.blocks.add(path)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._fault(
                    event, "yaml-documents", "a second document starts here", "one document a file: remove `---`"
                )
                self.fatal = True
        elif isinstance(event, yaml.AliasEvent):
            self._fault(event, "yaml-anchor", f"the alias *{event.anchor}", "write the value out; anchors are not used")
            self.fatal = True
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._check_plain(event)
            container: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            path = self._attach(event, container)
            if len(self._stack) >= MAX_DEPTH:
                self._fault(event, "yaml-depth", f"nested deeper than {MAX_DEPTH} levels", "see docs/format.md")
                self.fatal = True
            self._stack.append((container, path, []))
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._stack.pop()

    def _attach(self, event: yaml.Event, value: Any) -> Path_:
        position = _position(event)
        if not self._stack:
            self.root = value
            self.positions[()] = position
            return ()
        container, path, waiting = self._stack[-1]
        if isinstance(container, list):
            container.append(value)
            path = (*path, len(container) - 1)
        elif not waiting:
            if not isinstance(event, yaml.ScalarEvent):
                self._fault(event, "yaml-key", "a key must be plain text", "write `key: value`")
                self.fatal = True
                return path
            key = event.value
            if key in container:
                first = self.keys[(*path, key)]
                self._fault(
                    event,
                    "duplicate-key",
                    f"`{key}` stands twice; first on line {first[0]}",
                    "remove or rename one of them",
                )
            else:
                self.keys[(*path, key)] = position
            waiting.append(key)
            return (*path, key)
        else:
            key = waiting.pop()
            container[key] = value
            path = (*path, key)
        self.positions[path] = position
        return path

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text and text[0] not in _MAY_BE_MORE:
            return _TRUE_FALSE.get(text, text)
        tag: str = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
        if tag.endswith(":null"):
            return None
        if tag.endswith(":int") and text.lstrip("+-").isdecimal():
            return int(text) if len(text) < 20 else text
        # YAML 1.2: only true and false are booleans, so that `on` and `no` stay words; the rest stays as written
        return _TRUE_FALSE.get(text, text)

    def _check_plain(self, event: Any) -> None:
        if event.anchor:
            self._fault(
                event, "yaml-anchor", f"the anchor &{event.anchor}", "write the value out; anchors are not used"
            )
        if event.tag and event.tag != "!":
            self._fault(event, "yaml-tag", f"the tag {event.tag}", "remove it; plain values need no tag")

    def _fault(self, event: yaml.Event, rule: str, message: str, hint: str) -> None:
        self.fatal = self.fatal or len(self.problems) >= _MOST_PROBLEMS
        self.problems.append(Problem(self.name, *_position(event), rule, message, hint))
