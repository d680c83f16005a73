"""Writes the parts of the docs that the code knows best: `make docs`. A test compares them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from atlas_decks.rules import explain
from atlas_decks.rules.registry import CURRICULUM_RULES, PICTURE_RULES, Rule

HERE = Path(__file__).resolve().parent
_RULES = """# The rules of the checker

Written by `make docs` from the rules themselves; `atlas-decks check --rules` prints the same list. A rule looks at a
diagram's text, at its picture, or at the whole curriculum. Where a rule is wrong for one diagram, that diagram says so
under [exceptions](format.md#exceptions); rules on the whole curriculum have none.

| rule | looks at | sentence |
| --- | --- | --- |
{rows}

Besides these, `check` reports what keeps a file from being read (`yaml-syntax`, `duplicate-key`, `missing-key`,
`unknown-key`, `wrong-value` and others), Mermaid that does not parse (`mermaid-syntax`), exceptions that match nothing
(`exception-unknown`, `exception-stale`), and references from `atlas.yaml` that lead nowhere.
"""


def pages() -> Iterator[tuple[Path, str]]:
    """Each generated file with its text."""
    rows = "\n".join(f"| `{rule.name}` | {_scope(rule)} | {rule.about} |" for rule in explain())
    yield HERE / "rules.md", _RULES.format(rows=rows)


def _scope(rule: Rule) -> str:
    if rule in CURRICULUM_RULES:
        return "curriculum"
    return "picture" if rule in PICTURE_RULES else "text"


if __name__ == "__main__":
    for file, text in pages():
        file.write_text(text, "utf-8")
