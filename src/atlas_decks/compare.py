"""Two packages -> what changed, for `diff`: notes added, changed field by field, retired, removed."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import zipfile
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path

from atlas_decks.problems import Problem, ProblemsFoundError


@dataclass(frozen=True)
class Change:
    """A changed note; `fields` maps a field's name to its old and new content, tags included."""

    key: str
    fields: dict[str, tuple[str, str]]


@dataclass
class Difference:
    """What an import of the new package changes for a learner of the old one."""

    added: list[str] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unchanged: int = 0


def read_notes(path: Path) -> dict[str, dict[str, str]]:
    """The notes of a package by GUID, as field name -> content, with "Tags".

    Raises ProblemsFoundError on any other file.
    """
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory(prefix="atlas-diff-") as folder:
            archive.extract("collection.anki2", folder)
            with sqlite3.connect(Path(folder) / "collection.anki2") as connection:
                models = json.loads(connection.execute("SELECT models FROM col").fetchone()[0])
                rows = connection.execute("SELECT guid, mid, tags, flds FROM notes").fetchall()
            connection.close()
            notes = {}
            for guid, model, tags, fields in rows:
                names = [f["name"] for f in models[str(model)]["flds"]]
                note = dict(zip(names, fields.split("\x1f"), strict=False))
                if "Key" not in note:
                    raise ValueError("a note without the field Key")  # noqa: TRY301
                notes[guid] = {**note, "Tags": " ".join(sorted(tags.split()))}
    except (
        OSError,
        KeyError,
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        sqlite3.Error,
        ValueError,
        TypeError,
    ) as error:
        hint = "name an .apkg that atlas-decks built"
        raise ProblemsFoundError([Problem(str(path), 0, 0, "package", f"cannot be read: {error}", hint)]) from error
    return notes


def compare(old: Path, new: Path) -> Difference:
    """Compare two packages note by note."""
    before, after = read_notes(old), read_notes(new)
    result = Difference()
    for guid, note in after.items():
        key = note["Key"]
        if guid not in before:
            result.added.append(key)
        elif note == before[guid]:
            result.unchanged += 1
        elif note.get("Retired") and not before[guid].get("Retired"):
            result.retired.append(key)
        else:
            pairs = {n: (before[guid].get(n, ""), v) for n, v in note.items() if before[guid].get(n, "") != v}
            result.changed.append(Change(key, pairs))
    result.missing = [note["Key"] for guid, note in before.items() if guid not in after]
    return result


def format_difference(difference: Difference, style: str = "text") -> str:
    """The difference as text, Markdown or JSON."""
    d = difference
    if style == "json":
        return json.dumps(asdict(d), indent=2, ensure_ascii=False)
    head = (
        f"{len(d.added)} added, {len(d.changed)} changed, {len(d.retired)} retired, {len(d.missing)} missing, "
        f"{d.unchanged} unchanged"
    )
    mark, title = ("- ", "## ") if style == "md" else ("  ", "")
    lines = [head]
    for name, keys in (("Added", d.added), ("Retired", d.retired), ("Missing from the new package", d.missing)):
        if keys:
            lines += ["", f"{title}{name}", *(f"{mark}{key}" for key in sorted(keys))]
    if d.changed:
        lines += ["", f"{title}Changed"]
        for change in sorted(d.changed, key=lambda c: c.key):
            lines.append(f"{mark}{change.key}")
            lines += [f"    {n}: {a or '(empty)'}  ->  {b or '(empty)'}" for n, (a, b) in change.fields.items()]
    return "\n".join(lines)
