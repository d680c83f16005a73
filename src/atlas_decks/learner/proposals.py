"""Corrections as what a project takes: a patch of its YAML files, and a text for an issue."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence

from atlas_decks.curriculum.edit import edited
from atlas_decks.curriculum.models import Plan
from atlas_decks.curriculum.source import Path_
from atlas_decks.learner.corrections import Corrected, Edit


def as_patch(found: Sequence[Corrected], files: Mapping[str, str]) -> tuple[str, list[tuple[Corrected, Edit]]]:
    """A unified diff for `git apply`, and the edits that it does not hold; `files` are the files' texts by name.

    An edit of the same text in several notes is taken once, from the last of them.
    """
    left = [(corrected, edit) for corrected in found for edit in corrected.edits if edit.path is None]
    changes: dict[str, dict[Path_, str]] = {}
    of: dict[tuple[str, Path_], tuple[Corrected, Edit]] = {}
    for corrected in found:
        name = corrected.diagram.origin.path
        for edit in corrected.edits:
            if edit.path is not None:
                changes.setdefault(name, {})[edit.path] = edit.theirs
                of[name, edit.path] = (corrected, edit)
    parts: list[str] = []
    for name in sorted(changes):
        new, failed = edited(files[name], changes[name])
        left += [of[name, path] for path in failed]
        parts += _diff(name, files[name], new)
    return "".join(parts), left


def _diff(name: str, old: str, new: str) -> Iterator[str]:
    for line in difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{name}", f"b/{name}"
    ):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def as_issue(found: Sequence[Corrected], plan: Plan) -> str:
    """Markdown for an issue of the project: each edited note with what was and what should be; nobody's tags.

    A note of an older release is left out but for its remark: what differs may be what was changed since.
    """
    told = [corrected for corrected in found if (corrected.edits and not corrected.old) or corrected.remark]
    return "\n".join(line for corrected in told for line in _issue(corrected, plan)).strip()


def _issue(corrected: Corrected, plan: Plan) -> Iterator[str]:
    yield f"### `{corrected.note.key}`"
    yield ""
    yield corrected.diagram.spec.title
    if plan.report_url:
        yield ""
        yield plan.report_url.replace("{key}", corrected.note.key)
    for edit in () if corrected.old else corrected.edits:
        yield f"\n**{edit.field}**, as it is:\n"
        yield from _quoted(edit.ours)
        yield "\nas it should be:\n"
        yield from _quoted(edit.theirs)
    if corrected.remark:
        yield "\n**Remark:**\n"
        yield from _quoted(corrected.remark)
    yield "\n**Source** that says so:\n"


def _quoted(text: str) -> Iterator[str]:
    for line in text.splitlines() or ["(nothing)"]:
        yield f"> {line}"


def as_text(found: Sequence[Corrected], left: Sequence[tuple[Corrected, Edit]]) -> str:
    """What a learner reads: everything in our notes that is his, and that an update of the note would replace."""
    lines = []
    outside = {(corrected.note.key, edit.field) for corrected, edit in left}
    for corrected in found:
        old = "  (of an older release: what differs may be ours; --against names the package that you imported)"
        lines.append(corrected.note.key + (old if corrected.old and corrected.edits else ""))
        for edit in corrected.edits:
            more = "  (not in the patch)" if (corrected.note.key, edit.field) in outside else ""
            lines += [f"  {edit.field}{more}", *_signed("-", edit.ours), *_signed("+", edit.theirs)]
        if corrected.remark:
            lines += ["  remark", *_signed("+", corrected.remark)]
        if corrected.tags:
            lines.append(f"  tags of yours: {' '.join(corrected.tags)}")
    return "\n".join(lines)


def _signed(sign: str, text: str) -> list[str]:
    return [f"    {sign} {line}" for line in text.splitlines()]
