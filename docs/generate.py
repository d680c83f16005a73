"""Writes the parts of the docs that the code knows best: `make docs`. A test compares them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from atlas_decks.cards.kinds import KINDS, CardType, Kind
from atlas_decks.cli import COMMANDS, cli
from atlas_decks.rules import explain
from atlas_decks.rules.registry import CURRICULUM_RULES, PICTURE_RULES, Rule

_WIDTH = 100  # columns of the help texts
HERE = Path(__file__).resolve().parent
_CARDS = re.compile(r"(<!-- cards: .*?-->)\n.*?(<!-- end of cards -->)", re.S)
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


_COMMANDS = """# The help of every command

Written by `make docs`, as `atlas-decks COMMAND --help` prints it. What the commands are for:
[commands.md](commands.md).
"""


def pages() -> Iterator[tuple[Path, str]]:
    """Each generated file with its text."""
    rows = "\n".join(f"| `{rule.name}` | {_scope(rule)} | {rule.about} |" for rule in explain())
    yield HERE / "rules.md", _RULES.format(rows=rows)
    text = (HERE / "format.md").read_text("utf-8")
    yield HERE / "format.md", _CARDS.sub(lambda found: f"{found[1]}\n{_card_table()}\n{found[2]}", text)

    yield HERE / "help.md", _COMMANDS + "".join(_command(name) for name in ("", *COMMANDS))


def _command(name: str) -> str:
    """The help of a command, or without a name that of the program, as it is printed."""
    wide = {"terminal_width": _WIDTH, "max_content_width": _WIDTH}
    context = cli.make_context("atlas-decks", [], resilient_parsing=True, **wide)  # with the settings of the program
    command: click.Command = cli
    if name:
        command = cli.get_command(context, name) or cli
        context = click.Context(command, info_name=name, parent=context, **wide)
    shown = "".join(f"    {line}".rstrip() + "\n" for line in command.get_help(context).splitlines())
    return f"\n## {name or 'atlas-decks'}\n\n{shown}"


def _card_table() -> str:
    """The cards of each kind, as a table in Markdown."""
    lines = ["| kind | key | cards | core |", "| --- | --- | --- | --- |"]
    for kind in KINDS.values():
        key = f"`{kind.key}`" if kind.key else "the diagram"
        lines.append(f"| {kind.slug} | {key} | {'; '.join(map(_card, kind.cards))} | {'; '.join(_core(kind))} |")
    return "\n".join(lines)


def _card(card: CardType) -> str:
    where = [field.lower() for field in card.needs if field not in ("Prompt", "Title", "Containment")]
    name = "one" if card.name == "Recall" else card.name.lower()
    return name + (f" (where `{where[0]}` is given)" if where else "")


def _core(kind: Kind) -> Iterator[str]:
    for card in kind.cards:
        if card.core and kind.fact is None:
            yield "where the diagram is an anchor"
        elif card.core:
            which = "the first" if card.core == 1 else f"the first {card.core}"
            name = "" if card.name == "Recall" else f": {card.name.lower()}"
            yield which + name + (f", where there are no `{card.unless}`" if card.unless else "")


def _scope(rule: Rule) -> str:
    if rule in CURRICULUM_RULES:
        return "curriculum"
    return "picture" if rule in PICTURE_RULES else "text"


if __name__ == "__main__":
    for file, text in pages():
        file.write_text(text, "utf-8")
