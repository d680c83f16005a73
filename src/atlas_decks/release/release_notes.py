"""A Difference as text or JSON for authors, and as Markdown for learners: the release note."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from atlas_decks.cards.ids import search_of
from atlas_decks.learner.changes import Change, Difference, Move

# what is said once for all cards of a diagram, in this order: (fields, in words, whether old and new are readable)
_IN_COMMON = (
    (("Title",), "title", True),
    (("Breadcrumb",), "place in the curriculum", True),
    (("Source",), "source", True),
    (("Picture",), "picture drawn anew", False),
    (("Masked", "Revealed", "Route"), "picture with what lies over it", False),
    (("Checklist", "Grading"), "what a redraw is checked against", False),
)
_PICTURES = {"Picture", "Masked", "Revealed", "Route"}
_FEW = 6  # titles that a sentence can hold
_COMMON = {name for names, _, _ in _IN_COMMON for name in names} | {"Tags", "Key"}


def format_difference(difference: Difference, style: str = "text") -> str:
    """The difference as text, Markdown ("md") or JSON."""
    if style == "json":
        return _json(difference)
    return release_note(difference) if style == "md" else _text(difference)


def _counts(d: Difference) -> str:
    counts: dict[str, Sequence[object]] = {
        "added": d.added,
        "changed": d.changed,
        "retired": d.retired,
        "revived": d.revived,
        "moved": d.moved,
        "missing": d.missing,
        "ignored": d.ignored,
    }
    always = ("added", "changed", "retired", "moved", "missing")
    said = [f"{len(found)} {name}" for name, found in counts.items() if found or name in always]
    return ", ".join([*said, f"{d.unchanged} unchanged"])


def _json(d: Difference) -> str:
    def change(c: Change) -> dict[str, object]:
        return {"key": c.key, "fields": {name: {"old": a, "new": b} for name, (a, b) in c.fields.items()}}

    data = {
        "added": [c.key for c in d.added],
        "changed": [change(c) for c in d.changed],
        "retired": [c.key for c in d.retired],
        "revived": [c.key for c in d.revived],
        "moved": [
            {"key": m.key, "card": m.card, "old_deck": m.old_deck, "new_deck": m.new_deck, "position": m.position}
            for m in d.moved
        ],
        "missing": [c.key for c in d.missing],
        "ignored": [change(c) for c in d.ignored],
        "note_types": d.note_types,
        "own_edits_lost": [c.key for c in d.touched],
        "unchanged": d.unchanged,
    }
    return json.dumps(data, indent=2, ensure_ascii=False)


def _text(d: Difference) -> str:
    lines = [_counts(d)]

    def section(title: str, keys: Iterable[str]) -> None:
        if found := list(keys):
            lines.extend(["", title, *(f"  {key}" for key in found)])

    section("Added", (c.key for c in d.added))
    section("Retired: emptied; Tools > Empty Cards removes their cards", (c.key for c in d.retired))
    section("Revived", (c.key for c in d.revived))
    section("Missing from the new package: left as they are", (c.key for c in d.missing))
    section("Moved: cards that a learner has stay where they are", map(_move, d.moved))
    section("New look of every card of a kind, without touching notes", d.note_types)
    for title, changes in (
        ("Changed", d.changed),
        ("Ignored by Anki: they differ, but are not newer than the old ones", d.ignored),
    ):
        if changes:
            lines += ["", title]
        for change in changes:
            lines.append(f"  {change.key}")
            lines += [
                f"    Tags: {tag_changes(a, b)}" if n == "Tags" else f"    {n}: {_said(n, a)}  ->  {_said(n, b)}"
                for n, (a, b) in change.fields.items()
            ]
    section(
        "Own tags, own edits and the own Note are lost on these, for whoever has some there",
        (c.key for c in d.touched),
    )
    return "\n".join(lines)


def _said(name: str, value: str) -> str:
    """The content of a field for authors: as it is, but for pictures, which nobody can read."""
    if not value:
        return "(empty)"
    return "(a picture)" if name in _PICTURES else value


def _move(m: Move) -> str:
    where = f"{m.old_deck} -> {m.new_deck}" if m.old_deck != m.new_deck else f"place {m.position}"
    return f"{m.key}  {where}"


# --- for learners -----------------------------------------------------------------------------------------------------


def release_note(d: Difference, title: str = "What this update changes", about: str = "") -> str:
    """The difference in a learner's words, as Markdown, under a title and a sentence about it."""
    words = [
        (_number(d.added), "new"),
        (_number(d.reworded), "changed"),
        (_number(d.retired), "withdrawn"),
        (_number(d.revived), "back again"),
    ]
    counts = ", ".join(f"{count:,} {word}" for count, word in words if count) or "no card added, changed or withdrawn"
    stay = f" {d.unchanged_cards:,} stay as they are, with everything you made of them." if d.unchanged else ""
    lines = [f"# {_escape(title)}", "", *([about, ""] if about else []), f"Cards: {counts}.{stay}"]
    if d.note_types:
        lines += ["", f"The look of the cards changes ({', '.join(map(_escape, d.note_types))}). That touches no note."]
    lines += _listed("New", d.added)
    lines += _changed(d.reworded)
    lines += _listed("Withdrawn", d.retired, "After the import, Tools > Empty Cards removes these cards.")
    lines += _listed("Back again", d.revived)
    lines += _moved(d.moved)
    if d.missing:
        about = "They stay with you as they are, and get no further updates from this package."
        lines += _listed("No longer in this package", d.missing, about)
    lines += _concerned(d.touched)
    return "\n".join(lines) + "\n"


def summary(d: Difference) -> list[str]:
    """The difference in a few sentences, for a changelog: titles where they are few, decks where they are many."""
    said = (
        ("new", d.added),
        ("corrected or reworded", d.reworded),
        ("withdrawn", d.retired),
        ("back again", d.revived),
    )
    lines = []
    for words, changes in said:
        if not changes:
            continue
        titles = [f"“{_escape(name)}”" for name, _ in _by_diagram(changes)]
        decks = sorted({deck for c in changes if (deck := _deck(c))})
        where = ", ".join(titles) if len(titles) <= _FEW else f"{len(titles)} diagrams in {', '.join(decks)}"
        lines.append(f"{_cards(_number(changes))} {words}, on {where}.")
    if d.note_types:
        lines.append("The look of the cards changed.")
    return lines or ["Nothing on the cards changed."]


def _deck(change: Change) -> str:
    """The deck of the change's tier, without what stands above it."""
    return change.note.deck.removesuffix("::Deeper").rsplit("::", 1)[-1]


def _by_diagram(changes: Sequence[Change]) -> Iterable[tuple[str, list[Change]]]:
    ordered = sorted(changes, key=lambda c: c.key)
    for diagram, found in groupby(ordered, key=lambda c: c.key.split("/")[0]):
        cards = list(found)
        title = next((plain(t) for c in cards if (t := c.note.fields.get("Title"))), diagram)
        yield title, cards


def _listed(title: str, changes: Sequence[Change], about: str = "") -> list[str]:
    if not changes:
        return []
    lines = ["", f"## {title}", *(["", about] if about else []), ""]
    found = [(next(filter(None, map(_deck, cards)), ""), name, cards) for name, cards in _by_diagram(changes)]
    for deck, name, cards in sorted(found, key=lambda f: f[:2]):
        where = f", in {_escape(deck)}" if deck else ""
        lines.append(f"- {_escape(name)}: {_cards(_number(cards))}{where}")
    return lines


def _changed(changes: Sequence[Change]) -> list[str]:
    if not changes:
        return []
    lines = ["", "## Changed", ""]
    for name, cards in _by_diagram(changes):
        lines.append(f"- {_escape(name)}: {_cards(_number(cards))}")
        for change in cards:
            own = {n: pair for n, pair in change.fields.items() if n not in _COMMON}
            if own:
                lines.append(f"    - {_escape(question(change.note.fields))}")
                lines += [f"        - {_escape(n)}: {_from_to(a, b)}" for n, (a, b) in own.items()]
        lines += [f"    - {said} ({_cards(count)})" for said, count in _in_common(cards).items()]
    return lines


def _in_common(cards: Sequence[Change]) -> dict[str, int]:
    """What changed alike on several cards of a diagram, in words, and on how many."""
    counts: dict[str, int] = {}
    for names, words, readable in _IN_COMMON:
        for change in cards:
            pair = next((change.fields[n] for n in names if n in change.fields), None)
            if pair is not None:
                said = f"{words}: {_from_to(*pair)}" if readable else words
                counts[said] = counts.get(said, 0) + _number([change])
    for change in cards:
        if "Tags" in change.fields and "Breadcrumb" not in change.fields:
            said = f"tags: {_escape(tag_changes(*change.fields['Tags']))}"
            counts[said] = counts.get(said, 0) + _number([change])
    return counts


def _from_to(old: str, new: str) -> str:
    return f"{_escape(plain(old)) or '(nothing)'} → {_escape(plain(new)) or '(nothing)'}"


def tag_changes(old: str, new: str) -> str:
    """What went and what came of two lists of tags, as "-a +b"."""
    before, after = set(old.split()), set(new.split())
    return " ".join([*(f"-{tag}" for tag in sorted(before - after)), *(f"+{tag}" for tag in sorted(after - before))])


def _moved(moves: Sequence[Move]) -> list[str]:
    if not moves:
        return []
    decks = [m for m in moves if m.old_deck != m.new_deck]
    about = "Anki leaves cards that you have where they are; only new learners get them elsewhere."
    lines = ["", "## Moved", "", about]
    if decks:
        lines += ["To follow, search in the browser, select all, and choose Cards > Change Deck:", ""]
        places: dict[tuple[str, str], set[str]] = {}
        for move in decks:
            places.setdefault((move.old_deck, move.new_deck), set()).add(move.key)
        for (old, new), keys in sorted(places.items()):
            search = f'"deck:{old}" -"deck:{old}::*" ({" OR ".join(f"Key:{key}" for key in sorted(keys))})'
            lines.append(f"- {_code(search)}: to {_escape(new)}")
    if rest := len(moves) - len(decks):
        lines += ["", f"{_cards(rest)} got another place among the new cards, which matters only while they are new."]
    return lines


def _concerned(touched: Sequence[Change]) -> list[str]:
    if not touched:
        return []
    diagrams = sorted({c.key.split("/")[0] for c in touched})
    search = f"({search_of(diagrams[:8])})"
    whom = _code(f"{search} Not*:_*" if len(diagrams) <= 8 else "Not*:_*")
    notes = "one note that is" if len(touched) == 1 else f"{len(touched):,} notes that are"
    lost = (
        f"Anki replaces the whole note. On the {notes} changed, withdrawn or back again, you "
        "lose tags of your own (`marked` too), edits, and what you wrote into the field `Note`. Reviews, flags and "
        f"suspensions are kept. {whom} finds notes with something in `Note`: copy what you want to keep, then import."
    )
    later = (
        "A note that you edited later than its new version was made is left as you have it, with the old content. "
        'Choose "Update notes: Always" in the import dialog to get the new one; it replaces every note that you edited.'
    )
    return ["", "## If you wrote on one of these notes", "", lost, "", later]


def question(fields: Mapping[str, str]) -> str:
    """What the note's card asks, as plain text."""
    return plain(fields.get("Prompt") or fields.get("Title") or fields.get("Key", ""))


def plain(text: str) -> str:
    """The HTML of a field as plain text on one line."""
    spaced = re.sub(r"</li>\s*<li>", "; ", text)
    spaced = re.sub(r"<(?:br|p|div|/p|/div|/li)[^<>]*>", " ", spaced)
    return " ".join(html.unescape(re.sub(r"<[^<>]+>", "", spaced)).split())


def _escape(text: str) -> str:
    """Plain text that Markdown leaves as it is."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", text)


def _code(text: str) -> str:
    """Text as code: between more backticks than it has in a row (https://spec.commonmark.org/0.31.2/#code-spans)."""
    text = " ".join(text.split())
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{fence} {text} {fence}" if "`" in text else f"{fence}{text}{fence}"


def _number(changes: Sequence[Change]) -> int:
    """How many cards these notes have; one at least, as an empty note had one."""
    return sum(max(1, len(change.note.cards)) for change in changes)


def _cards(count: int) -> str:
    return f"{count:,} card{'s' if count != 1 else ''}"
