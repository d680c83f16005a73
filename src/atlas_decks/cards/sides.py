"""Judges card templates as Anki reads them, before a learner's Anki does.

Anki makes a card of a note only where its front shows a field that is filled, and Empty Cards removes a studied card
whose front lost its last one. So a slip of the pen in a template costs reviews; here it is found without Anki.

What Anki accepts: https://docs.ankiweb.net/templates/fields.html and
https://github.com/ankitects/anki/blob/main/rslib/src/template.rs.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from atlas_decks.cards.kinds import Kind

_TAG, _COMMENT = ("{{", "}}"), ("<!--", "-->")
_SPECIAL = frozenset({"Tags", "Type", "Deck", "Subdeck", "Card", "CardFlag", "CardID"})  # no content of a note
_FILTERS = frozenset({"text", "hint", "type", "nc", "furigana", "kana", "kanji"})  # without add-ons, on any note type
_BOTH_WAYS = ("#", "^", "/")
# fields of a card's own making, which every note of the kind has filled; the others are told from the model
_ALWAYS = frozenset(
    {"Key", "Title", "Picture", "Source", "Masked", "Revealed", "Count", "Path", "Route", "Shows", "Size"}
)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a side: the tag at fault as it stands there (empty: the side as a whole), and its turn."""

    tag: str
    turn: int
    message: str
    hint: str


class _Tag(NamedTuple):
    text: str  # with its braces
    turn: int  # how many of the same text stand before it
    mark: str  # "#", "^", "/", or none for a field that is shown
    field: str
    filters: tuple[str, ...]


def faults(side: str, names: Collection[str], *, back: bool) -> Iterator[Fault]:
    """What Anki would not understand in a side of a card template; `names` are the fields of the note type."""
    known = {*names, *_SPECIAL, *({"FrontSide"} if back else ())}
    if "{{" in _without(side, *_TAG):
        yield Fault("{{", 0, "a field is opened and not closed", "end it with }}")
    for start, end in _between(side, *_COMMENT):
        for first, last in _between(side[start:end], *_TAG):
            hint = "take it out: some versions of Anki fill it, others do not"
            yield Fault(side[start:end][first:last], 0, "a field within a comment", hint)
            break
    opened: list[_Tag] = []
    for tag in _tags(side):
        if tag.mark == "/":
            if not opened or opened[-1].field != tag.field:
                inner = f"{{{{/{opened[-1].field}}}}} comes first" if opened else "take it out, or open it before"
                yield Fault(tag.text, tag.turn, f"`{tag.text}` closes a section that is not open", inner)
            else:
                opened.pop()
            continue
        if tag.field not in known:
            near = difflib.get_close_matches(tag.field, sorted(known), 1, 0.5)
            fields = ", ".join(sorted(names))
            hint = f"did you mean {{{{{tag.mark}{near[0]}}}}}?" if near else f"there are {fields}"
            yield Fault(tag.text, tag.turn, f"no field `{tag.field}` in this kind of note", hint)
        elif odd := [name for name in tag.filters if name not in _FILTERS]:
            yield Fault(tag.text, tag.turn, f"Anki has no filter `{odd[0]}` for these cards", "take it out")
        if tag.mark:
            opened.append(tag)
    for tag in opened:
        yield Fault(tag.text, tag.turn, f"`{tag.text}` is not closed", f"end the section with {{{{/{tag.field}}}}}")


def shows(front: str, filled: Collection[str]) -> bool:
    """Whether Anki makes a card of a note with just these fields filled: whether one of them is shown on the front."""
    hidden: list[bool] = []
    for tag in _tags(_without(front, *_COMMENT)):
        if tag.mark == "/":
            if hidden:
                hidden.pop()
        elif tag.mark:
            hidden.append((tag.field in filled) == (tag.mark == "^"))
        elif tag.field in filled and not any(hidden):
            return True
    return False


def always_filled(kind: Kind, needs: Sequence[str]) -> frozenset[str]:
    """The fields that every note of the kind has filled which has the card that `needs` these."""
    wanted = () if kind.fact is None else kind.fact.model_fields.items()
    required = {name.capitalize().replace("_", " ") for name, field in wanted if field.is_required()}
    return (_ALWAYS | required | {*needs}) & {*kind.field_names}


def _between(text: str, opening: str, closing: str) -> Iterator[tuple[int, int]]:
    """Where each part begins and ends that stands between the two, with them: from each opening to the next closing.

    As a regular expression this would look through the rest of the text once an opening.
    """
    end = 0
    while (start := text.find(opening, end)) >= 0 and (last := text.find(closing, start + len(opening))) >= 0:
        end = last + len(closing)
        yield start, end


def _without(text: str, opening: str, closing: str) -> str:
    """The text without what stands between the two."""
    kept, before = [], 0
    for start, end in _between(text, opening, closing):
        kept.append(text[before:start])
        before = end
    return "".join([*kept, text[before:]])


def _tags(side: str) -> Iterator[_Tag]:
    seen: dict[str, int] = {}
    for start, end in _between(side, *_TAG):
        text, inner = side[start:end], side[start + 2 : end - 2].strip()
        turn = seen.get(text, 0)
        seen[text] = turn + 1
        mark = inner[0] if inner.startswith(_BOTH_WAYS) else ""
        *filters, field = [part.strip() for part in inner.removeprefix(mark).split(":")]
        yield _Tag(text, turn, mark, field, tuple(filters))
