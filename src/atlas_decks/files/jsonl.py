"""Reads JSON Lines, the format of the committed books: one object a line, with the same keys and types in each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from atlas_decks.problems import Problem, ProblemsFoundError


def read(
    path: Path, name: str, rule: str, what: str, hint: str, fields: Mapping[str, type], take: Callable[[Any], None]
) -> None:
    """Give the object of each line to `take`, in order; an absent file has none.

    `fields` are the keys of an object and their types; `what` says what it ought to be, such as "a release". `take`
    raises ValueError where the content is wrong. Raises ProblemsFoundError with every damaged line, as problems of this
    rule in the file called `name`.
    """
    problems: list[Problem] = []
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    data = json.loads(line)
                    if not isinstance(data, dict) or {k: type(v) for k, v in data.items()} != fields:
                        raise ValueError(f"not {what}")  # noqa: TRY301 - one place makes the problem
                    take(data)
                except (ValueError, RecursionError) as error:
                    problems.append(Problem(name, number, 1, rule, str(error), hint))
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise ProblemsFoundError([Problem(name, 0, 0, rule, f"cannot be read: {error}")]) from error
    if problems:
        raise ProblemsFoundError(problems)
