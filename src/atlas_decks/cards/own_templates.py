"""Judges the templates of a project: whether all can be read and are known, and what Anki would make of the cards."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import islice
from pathlib import Path

from atlas_decks.cards.kinds import NOTE_TYPES
from atlas_decks.cards.sides import Fault, always_filled, faults, shows
from atlas_decks.cards.templates import MOST_BYTES, Templates, where_filled
from atlas_decks.curriculum.models import Plan
from atlas_decks.files.places import lies_within, read_regular
from atlas_decks.problems import Problem, ProblemsFoundError

_MOST_FAULTS = 20  # of a side that are told: each is looked for in the files
_ENDINGS = (".html", ".htm", ".css")  # of what is meant to be a template; other files are somebody's notes
# what would run, or fetch, on a learner's card; a field such as {{Source}} brings links of its own, which are judged
_ACTIVE = re.compile(
    r"<\s*(?:script|iframe|frame|object|embed|applet|link|meta|base)\b|[\s\"'/]on[a-z]{3,20}\s*=|javascript:|@import"
    r"|(?:\b(?:src|srcset|poster|background|data)\s*=|url\()\s*[\"']?\s*(?:[a-z]{2,10}:)?//",
    re.IGNORECASE,
)
_JINJA = re.compile(r"\[#.*?#\]|\[%.*?%\]|\[\[.*?\]\]", re.DOTALL)
_INCLUDE = re.compile(r"\[%-?\s*include\s+[\"']([^\"']+)[\"']")
_UNREAD = "the cards would silently look as the tool's own templates make them"


def judge_files(own: Path, tools: Path) -> list[Problem]:
    """Whether each file among a project's own templates can be read, holds something, and is one the tool asks for.

    `own` and `tools` are the folders of the project's templates and of those that come with the tool. Costs no more
    than looking at the folder, as this must be seen anew each time.
    """
    if own.resolve() == tools.resolve() or not os.path.lexists(own):
        return []
    problems: list[Problem] = []
    files = dict(_walk(own, "", problems, own))
    texts: dict[str, str] = {}
    for name, file in files.items():
        try:
            texts[name] = read_regular(file, MOST_BYTES).decode("utf-8")
        except OSError as error:
            problems.append(_unread(name, error))
        except UnicodeDecodeError:
            problems.append(_problem(name, "template-unread", "not in UTF-8", "save it in UTF-8"))
    for name, text in texts.items():
        for shown in (text, unescape(_JINJA.sub("", text))):  # as it stands, and as it may come together
            if found := _ACTIVE.search(shown):
                message = f"`{found.group().strip()}` would run or fetch something on a card"
                problems.append(_problem(name, "template-active", message, "take it out: cards hold no script"))
                break
    for name, text in texts.items():
        if not text.strip() and not Path(name).name.startswith("_"):  # an empty part leaves something out
            hint = "fill it, or remove it: without it the template that comes with atlas-decks is taken"
            problems.append(_problem(name, "template-empty", "an empty template", hint))
    known = {file.relative_to(tools).as_posix() for file in tools.rglob("*") if file.is_file()}
    used = known | {part for text in texts.values() for part in _INCLUDE.findall(text)}
    for name in files:
        if name not in used:
            near = difflib.get_close_matches(name, sorted(known), 1, 0.5)
            hint = f"did you mean templates/{near[0]}?" if near else "see the templates that come with atlas-decks"
            problems.append(_problem(name, "template-unknown", "no template of this name is ever used", hint))
    return problems


def judge_cards(folders: Sequence[Path], plan: Plan) -> list[Problem]:
    """What Anki would not understand in the card templates, and fronts that would show nothing.

    `folders` are searched for templates, the project's own first.
    """
    templates = Templates(folders)
    problems: list[Problem] = []
    for kind in NOTE_TYPES.values():
        try:
            sides = templates.card_sides(kind, plan)[: len(kind.cards)]
            templates.css()
        except ProblemsFoundError as error:
            problems += error.problems
            continue
        for card, side in zip(kind.cards, sides, strict=True):
            front, back = (f"{card.folder}/{name}.html" for name in ("front", "back"))
            before, after = where_filled("\0", card.needs).split("\0")  # as card_sides puts around a front
            written = side.front.removeprefix(before).removesuffix(after)
            found = list(islice(faults(written, kind.field_names, back=False), _MOST_FAULTS))
            if not found and not shows(side.front, always_filled(kind, card.needs)):
                message = (
                    "shows no field that is always filled: Anki would make no card, or take studied ones for empty"
                )
                found = [Fault("", 0, message, f"show one, such as {{{{{card.needs[0]}}}}}")]
            problems += [_placed(fault, front, folders) for fault in found]
            found = list(islice(faults(side.back, kind.field_names, back=True), _MOST_FAULTS))
            if not found and "{{" not in side.back:
                found = [Fault("", 0, "shows no field at all", "show the answer, such as {{Answer}}")]
            problems += [_placed(fault, back, folders) for fault in found]
    return sorted(set(problems))


def _walk(folder: Path, below: str, problems: list[Problem], top: Path) -> Iterator[tuple[str, Path]]:
    """The templates in a folder and below it, by their names; what cannot be looked at becomes a problem."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        problems.append(_unread(below.rstrip("/"), error))
        return
    for entry in found:
        name, path = f"{below}{entry.name}", Path(entry.path)
        if entry.is_dir() and not entry.name.startswith("."):
            if path.is_symlink():  # a template's place is its name: a second way to it would be another template
                problems.append(
                    _problem(name, "template-unread", "a link in place of a folder", "put the real one there")
                )
            else:
                yield from _walk(path, f"{name}/", problems, top)
        elif entry.name.lower().endswith(_ENDINGS) and not entry.name.startswith("."):
            if not path.exists():
                hint = "put the file there, or remove the link"
                problems.append(_problem(name, "template-unread", f"a link that leads nowhere: {_UNREAD}", hint))
            elif not lies_within(top, path):
                problems.append(_problem(name, "template-unread", "a link that leads out", "put the real one there"))
            elif path.is_file():
                yield name, path
            else:
                problems.append(_problem(name, "template-unread", "neither a file nor a folder", "move it away"))


def _placed(fault: Fault, name: str, folders: Sequence[Path]) -> Problem:
    """The problem of a fault at its place: in the template, or in a part that it includes."""
    turn = fault.turn
    for part in _with_parts(name, folders):
        text = _text(part, folders)
        places = [match.start() for match in re.finditer(re.escape(fault.tag), text)] if fault.tag else []
        if turn < len(places):
            before = text[: places[turn]]
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            return _problem(part, "template-field", fault.message, fault.hint, (line, column))
        turn -= len(places)
    return _problem(name, "template-field", fault.message, fault.hint, (1, 1))


def _with_parts(name: str, folders: Sequence[Path]) -> list[str]:
    """A template and all that it includes, by their names."""
    names = [name]
    for part in names:
        names += [other for other in _INCLUDE.findall(_text(part, folders)) if other not in names]
    return names


def _text(name: str, folders: Sequence[Path]) -> str:
    """The text of a template; empty where none of the folders has it."""
    if Path(name).is_absolute() or ".." in Path(name).parts:
        return ""
    for folder in folders:
        file = folder / name
        if file.is_file() and lies_within(folder, file):
            with contextlib.suppress(OSError, UnicodeDecodeError):
                return read_regular(file, MOST_BYTES).decode("utf-8")
    return ""


def _unread(name: str, error: OSError) -> Problem:
    message = f"cannot be read ({error.strerror or error}): {_UNREAD}"
    return _problem(name, "template-unread", message, "check its permissions, or remove it")


def _problem(name: str, rule: str, message: str, hint: str, place: tuple[int, int] = (0, 0)) -> Problem:
    return Problem(f"templates/{name}".rstrip("/"), *place, rule, message, hint)
