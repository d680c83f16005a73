"""Changes texts in a YAML file and leaves the rest of it as its author wrote it, comments and layout included."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from atlas_decks.curriculum.source import Path_, parse


def edited(text: str, changes: Mapping[Path_, str]) -> tuple[str, list[Path_]]:
    """The text of a file with other texts at these paths, and the paths of what could not be changed in place.

    A text keeps its style where it can: plain, quoted, or a block. What is changed is read back: the rest of the file
    means what it meant before, or the text is given back as not changed.
    """
    left: list[Path_] = []
    for path, value in changes.items():
        new = next(_candidates(text, path, value), None)
        if new is None:
            left.append(path)
        else:
            text = new
    return text, left


def _candidates(text: str, path: Path_, value: str) -> Iterator[str]:
    """The ways to write the value that do what they should."""
    node = _node(yaml.compose(text, Loader=yaml.SafeLoader), path)  # its own parser: marks of characters, not of bytes
    source, _ = parse(text, "file")
    if not isinstance(node, yaml.ScalarNode) or source is None:
        return
    wanted = _with(source.data, path, value)
    start, end = node.start_mark.index, node.end_mark.index
    block = node.style in ("|", ">")
    for written in _styles(node, value):
        ended = "\n" if block and not written.endswith("\n") else ""
        new = text[:start] + written + ended + text[end:]
        found, _ = parse(new, "file")
        if found is not None and found.data == wanted:
            yield new


def _styles(node: yaml.ScalarNode, value: str) -> Iterator[str]:
    """The value in the style of the node, else between quotes."""
    if node.style in ("|", ">"):
        lines = node.start_mark.buffer.split("\n") if node.start_mark.buffer else []
        below = lines[node.start_mark.line + 1] if len(lines) > node.start_mark.line + 1 else ""
        indent = " " * (len(below) - len(below.lstrip(" ")) or node.start_mark.column)
        yield "|\n" + "".join(f"{indent}{line}\n" if line else "\n" for line in value.split("\n"))
    elif node.style is None and "\n" not in value:
        yield value
    elif node.style == "'":
        yield "'" + value.replace("'", "''") + "'"
    yield json.dumps(value, ensure_ascii=False)


def _node(node: Any, path: Path_) -> Any:
    """The node at a path; None where there is none."""
    for part in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        elif isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == part), None)
        else:
            return None
    return node


def _with(data: Any, path: Path_, value: str) -> Any:
    """The data with another value at a path; a block has the line end that its style gives it."""
    if not path:
        if isinstance(data, int) and not isinstance(data, bool) and value.isdecimal():
            return int(value)
        return value + "\n" if isinstance(data, str) and data.endswith("\n") else value
    if isinstance(data, list):
        return [_with(item, path[1:], value) if number == path[0] else item for number, item in enumerate(data)]
    return {key: _with(item, path[1:], value) if key == path[0] else item for key, item in data.items()}
