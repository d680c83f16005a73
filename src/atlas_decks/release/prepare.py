"""Makes a release: version, frozen ledger, packages, what changed, checksums, changelog; all as files to put in place.

What changed since the last release is read from its packages where they are at hand (`decks/releases/<version>/`, or
named), known by their checksums. Without them, as in a bare clone, the frozen ledger (`decks/release-ledger.jsonl`)
still tells which notes are new, changed, retired or of another tier, but not their old wording.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from atlas_decks import pipeline
from atlas_decks.cards.notetypes import NOTE_TYPES
from atlas_decks.curriculum.models import Plan
from atlas_decks.learner.changes import Difference, Packed, PackedNote, difference, read_package
from atlas_decks.packages import ledger, release_log
from atlas_decks.packages.assemble import ALL
from atlas_decks.packages.release_log import Release
from atlas_decks.problems import Problem, ProblemsFoundError
from atlas_decks.project import Project
from atlas_decks.release import changelog
from atlas_decks.release.release_notes import release_note, summary
from atlas_decks.schedule.order import deck_name

FIRST = "0.1.0"


@dataclass(frozen=True)
class Prepared:
    """A release that is not in place yet: `files` by path relative to the folder of the decks, and what goes there."""

    version: str
    note: str
    files: Mapping[str, bytes]
    leftovers: Sequence[str]


def prepare(
    project: Project, checked: pipeline.Checked, now: int, version: str | None = None, against: Path | None = None
) -> Prepared:
    """The next release of a checked curriculum at `now` (seconds since 1970). Changes nothing on disk.

    Without a version, the middle number goes up where cards came, went or moved, else the last one. Raises
    ProblemsFoundError where there is nothing to release, the version is not newer, or `against` is not what the last
    release published.
    """
    plan = checked.curriculum.plan
    log = release_log.read(project.releases, project.name(project.releases))
    last = log[-1] if log else None
    built = pipeline.build(project, checked, now, plan.weeks, pipeline.Selection())
    content = release_log.fingerprint(built.ledger)
    if last and last.content == content:
        raise _problem("nothing-to-release", f"nothing changed since {last.version}", "edit the curriculum first")
    package = _old_package(project, last, against)
    changes = _difference(project, plan, package, read_package(built.packages[ALL]), last is not None)
    version = _version(version, last, changes)
    date = datetime.fromtimestamp(now, UTC).date().isoformat()
    living = [p.note for p in built.placed if not p.note.retired]
    release = Release(version, date, len(living), len({note.diagram for note in living}), content, {})
    # again, with the version in the decks' descriptions; the ledger comes out the same
    built = pipeline.build(project, checked, now, plan.weeks, pipeline.Selection(), releases=[*log, release])
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in built.packages.items()}
    release = replace(release, sha256=sums)
    about = "The first release."
    if last:
        missing = f"The packages of {last.version} were not at hand: changed notes are named, but not their wording."
        about = "" if package else missing
    note = release_note(changes, f"{plan.name} {version}, {date}", about)
    folder = f"{project.releases.stem}/{version}"
    book = ledger.write(built.ledger).encode()
    text = project.changelog.read_text("utf-8") if project.changelog.is_file() else ""
    files = {
        **built.packages,
        **{f"{folder}/{name}": data for name, data in built.packages.items()},
        f"{folder}/diff.md": note.encode(),
        f"{folder}/SHA256SUMS": "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode(),
        project.ledger_file.name: book,
        project.release_ledger.name: book,
        project.releases.name: release_log.write([*log, release]).encode(),
        f"../{project.changelog.name}": changelog.add_release(text, version, date, summary(changes)).encode(),
    }
    return Prepared(version, note, files, pipeline.leftovers(built.packages, project.decks))


def _problem(rule: str, message: str, hint: str) -> ProblemsFoundError:
    return ProblemsFoundError([Problem("release", 0, 0, rule, message, hint)])


def _old_package(project: Project, last: Release | None, against: Path | None) -> Path | None:
    """The package of the last release that holds everything, if it is at hand."""
    if last is None:
        if against:
            raise _problem("no-release", "there is no release yet to compare with", "leave out --against")
        return None
    kept = project.decks / project.releases.stem / last.version / ALL
    package = against or (kept if kept.is_file() else None)
    if package and hashlib.sha256(package.read_bytes()).hexdigest() != last.sha256.get(ALL):
        if against:
            message = f"{against} is not the {ALL} that {last.version} published: its checksum differs"
            raise _problem("other-package", message, "download it again, or leave out --against")
        return None
    return package


def _difference(project: Project, plan: Plan, package: Path | None, new: Packed, released: bool) -> Difference:
    if package:
        return difference(read_package(package), new)
    if not released:
        return difference(Packed({}, {}), new)
    frozen = ledger.read(project.release_ledger, project.name(project.release_ledger))
    tiers = {tier.number for tier in plan.tiers}
    notes: dict[str, PackedNote] = {}
    types: dict[str, tuple[int, str]] = {}
    for guid, entry in frozen.items():
        parts = entry.key.split("/")
        if entry.tier:
            # positions are not in the ledger: taken as unmoved
            position = new.notes[guid].position if guid in new.notes else 0
            deck = deck_name(plan, entry.tier, parts[1] == "redraw") if entry.tier in tiers else ""
            notes[guid] = PackedNote(entry.key, {}, entry.mod, entry.retired, deck, position)
        elif parts[0] == "notetype" and parts[1] in NOTE_TYPES:
            types[NOTE_TYPES[parts[1]].full_name(plan.deck)] = (entry.mod, "")
    return difference(Packed(notes, types), new)


def _version(wanted: str | None, last: Release | None, changes: Difference) -> str:
    if wanted is None:
        if last is None:
            return FIRST
        major, minor, patch = last.number
        larger = (
            changes.added
            or changes.retired
            or changes.revived
            or any(move.old_deck != move.note.deck for move in changes.moved)
        )
        return f"{major}.{minor + 1}.0" if larger else f"{major}.{minor}.{patch + 1}"
    try:
        number = release_log.parse(wanted)
    except ValueError as error:
        raise _problem("version", str(error), "three numbers with dots between them") from error
    if last and number <= last.number:
        hint = "leave the version out to get the next one"
        raise _problem("version", f"{wanted} is not newer than {last.version}", hint)
    return wanted
