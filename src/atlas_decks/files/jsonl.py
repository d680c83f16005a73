"""Reads JSON Lines, the format of the committed books: one object a line, with the same keys and types in each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atlas_decks.files.places import open_regular
from atlas_decks.problems import Problem, ProblemsFoundError

_MOST_LINE = 100_000  # characters; a release names some dozen packages


@dataclass(frozen=True)
class BookFormat:
    """What the lines of a book are: `fields` are the keys of an object and their types.

    A damaged line is a problem of `rule`, which says that the line is no `what`, such as "a release", with the `hint`.
    """

    rule: str
    what: str
    hint: str
    fields: Mapping[str, type]


def read(path: Path, name: str, book: BookFormat, take: Callable[[Any], None]) -> None:
    """Give the object of each line to `take`, in order; an absent file has none.

    `take` raises ValueError where the content is wrong. Raises ProblemsFoundError with every damaged line of the file,
    which problems call `name`.
    """
    problems: list[Problem] = []
    try:
        with open_regular(path) as lines:
            for number, line in enumerate(iter(lambda: lines.readline(_MOST_LINE + 1), ""), 1):
                if not line.strip():
                    continue
                try:
                    if len(line) > _MOST_LINE:
                        raise ValueError(f"more than {_MOST_LINE:,} characters")  # noqa: TRY301
                    data = json.loads(line)
                    if not isinstance(data, dict) or {k: type(v) for k, v in data.items()} != book.fields:
                        raise ValueError(f"not {book.what}")  # noqa: TRY301 - one place makes the problem
                    take(data)
                except (ValueError, RecursionError) as error:
                    problems.append(Problem(name, number, 1, book.rule, str(error), book.hint))
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise ProblemsFoundError([Problem(name, 0, 0, book.rule, f"cannot be read: {error}")]) from error
    if problems:
        raise ProblemsFoundError(problems)
