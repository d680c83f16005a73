"""Makes a release: version, frozen ledger, packages, what changed, checksums, changelog; all as files to put in place.

What changed since the last release is read from its packages where they are at hand (`decks/releases/<version>/`, or
named), known by their checksums. Without them, as in a bare clone, the frozen ledger (`decks/release-ledger.jsonl`)
still tells which notes are new, changed, retired or of another tier, but not their old wording.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from atlas_decks import pipeline
from atlas_decks.cards.ids import Ids
from atlas_decks.cards.kinds import NOTE_TYPES
from atlas_decks.cards.templates import Templates
from atlas_decks.compiled.survey import Survey
from atlas_decks.curriculum.models import Plan
from atlas_decks.files.places import open_binary, read_regular
from atlas_decks.learner.changes import Difference, Packed, PackedNote, difference, read_package
from atlas_decks.packages import ledger, release_log
from atlas_decks.packages.pack import EVERYTHING, package_name
from atlas_decks.packages.release_log import Release
from atlas_decks.pipeline import Assembly, BuildRequest, Session
from atlas_decks.problems import Problem, ProblemsFoundError
from atlas_decks.project import Project
from atlas_decks.release import changelog
from atlas_decks.release.fronts import judge_fronts
from atlas_decks.release.release_notes import release_note, summary
from atlas_decks.schedule.decks import DECK_KINDS, deck_name

FIRST = "0.1.0"


@dataclass(frozen=True)
class ReleaseRequest:
    """What is to be released, at `now` in seconds since 1970: the version, and the last release's package if named."""

    now: int
    version: str | None = None
    against: Path | None = None


@dataclass(frozen=True)
class Prepared:
    """A release that is not in place yet: `files` by path relative to the folder of the decks, and what goes there.

    Packages are files in the scratch folder, which replace_files moves. `withdrawn` are keys of notes: those that the
    last release had, and those that a build has put into the ledger since, which may have been handed on as well.
    """

    version: str
    note: str
    changes: Difference
    withdrawn: Sequence[str]
    files: Mapping[str, bytes | Path]
    leftovers: Sequence[str]


def prepare(session: Session, request: ReleaseRequest, scratch: Path) -> Prepared:
    """The next release of a curriculum, its packages in the scratch folder. Changes nothing in the project.

    Without a version, the middle number goes up where cards came, went or moved, else the last one. Raises
    ProblemsFoundError where anything is wrong with the curriculum, warnings too, where there is nothing to release, the
    version is not newer, or `against` is not what the last release published.
    """
    project = session.project
    found = pipeline.survey(session)
    if problems := found.problems or found.unfilled:
        raise ProblemsFoundError(problems)
    log = release_log.read(project.releases, project.name(project.releases))
    last = log[-1] if log else None
    trial = _assemble(session, found, BuildRequest(now=request.now), scratch / "trial")
    content = release_log.fingerprint(trial.ledger)
    if last and last.content == content:
        raise _problem("nothing-to-release", f"nothing changed since {last.version}", "edit the curriculum first")
    package = _old_package(project, found.plan, last, request.against)
    packed = _read(trial, package_name(found.plan, EVERYTHING))
    if blank := judge_fronts(packed.notes, found.plan, Templates(project.templates)):
        raise ProblemsFoundError(blank)
    changes = _difference(project, found.plan, package, packed, last is not None)
    version = _version(request.version, last, changes)
    date = datetime.fromtimestamp(request.now, UTC).date().isoformat()
    cards = sum(diagram.cards.total() for diagram in found.diagrams)
    release = Release(version, date, cards, len(found.diagrams), content, {})
    # again, with the version in the decks' descriptions; the ledger comes out the same
    made = _assemble(session, found, BuildRequest(now=request.now, releases=[*log, release]), scratch / "release")
    packages = {name: packed.file for name, packed in made.packages.items() if packed.file is not None}
    sums = {name: _sha256(file) for name, file in packages.items()}
    about = "The first release."
    if last:
        missing = f"The packages of {last.version} were not at hand: changed notes are named, but not their wording."
        about = "" if package else missing
    note = release_note(changes, f"{found.plan.name} {version}, {date}", about)
    text = read_regular(project.changelog).decode("utf-8") if project.changelog.is_file() else ""
    folder = f"{project.releases.stem}/{version}"
    book = ledger.write(made.ledger).encode()
    files: dict[str, bytes | Path] = {
        **packages,
        **{f"{folder}/{name}": _copy(file, scratch) for name, file in packages.items()},
        f"{folder}/diff.md": note.encode(),
        f"{folder}/SHA256SUMS": "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode(),
        project.ledger_file.name: book,
        project.release_ledger.name: book,
        project.releases.name: release_log.write([*log, replace(release, sha256=sums)]).encode(),
        f"../{project.changelog.name}": changelog.add_release(text, version, date, summary(changes)).encode(),
    }
    withdrawn = sorted({*trial.withdrawn, *(change.key for change in changes.retired)})
    return Prepared(version, note, changes, withdrawn, files, pipeline.leftovers(packages, project.decks))


def _assemble(session: Session, found: Survey, request: BuildRequest, folder: Path) -> Assembly:
    folder.mkdir()
    return pipeline.assemble(session, found, request, folder, {})


def _read(made: Assembly, name: str) -> Packed:
    file = made.packages[name].file
    assert file is not None, "a release keeps no package of an earlier build"  # noqa: S101
    return read_package(file)


def _copy(file: Path, scratch: Path) -> Path:
    """A second file of that content: one goes to the decks, one to the folder of the release."""
    copy = scratch / file.name
    shutil.copyfile(file, copy)
    return copy


def _sha256(file: Path) -> str:
    with open_binary(file) as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _problem(rule: str, message: str, hint: str) -> ProblemsFoundError:
    return ProblemsFoundError([Problem("release", 0, 0, rule, message, hint)])


def _old_package(project: Project, plan: Plan, last: Release | None, against: Path | None) -> Path | None:
    """The package of the last release that holds everything, if it is at hand."""
    if last is None:
        if against:
            raise _problem("no-release", "there is no release yet to compare with", "leave out --against")
        return None
    name = package_name(plan, EVERYTHING)
    kept = project.decks / project.releases.stem / last.version / name
    package = against or (kept if kept.is_file() else None)
    if package and _sha256(package) != last.sha256.get(name):
        if against:
            message = f"{against} is not the {name} that {last.version} published: its checksum differs"
            raise _problem("other-package", message, "download it again, or leave out --against")
        return None
    return package


def _difference(project: Project, plan: Plan, package: Path | None, new: Packed, released: bool) -> Difference:
    if package:
        return difference(read_package(package), new)
    if not released:
        return difference(Packed({}, {}), new)
    frozen = ledger.read(project.release_ledger, project.name(project.release_ledger), Ids(plan.id))
    notes: dict[str, PackedNote] = {}
    types: dict[str, tuple[int, str]] = {}
    for guid, entry in frozen.items():
        parts = entry.key.split("/")
        if entry.tier:
            notes[guid] = PackedNote(entry.key, {}, entry.mod, entry.retired, _old_places(plan, entry, new))
        elif parts[0] == "notetype" and parts[1] in NOTE_TYPES:
            types[NOTE_TYPES[parts[1]].full_name(plan.deck)] = (entry.mod, "")
    return difference(Packed(notes, types), new)


def _old_places(plan: Plan, entry: ledger.Entry, new: Packed) -> dict[int, tuple[str, int]]:
    """Where the cards of a note lay. The ledger knows only its tier: all else is taken as unmoved."""
    if entry.guid not in new.notes or entry.tier not in {tier.number for tier in plan.tiers}:
        return {}
    old = {
        deck_name(plan, tier.number, kind): deck_name(plan, entry.tier, kind)
        for tier in plan.tiers
        for kind in DECK_KINDS
    }
    places = new.notes[entry.guid].cards
    return {card: (old.get(deck, deck), position) for card, (deck, position) in places.items()}


def _version(wanted: str | None, last: Release | None, changes: Difference) -> str:
    if wanted is None:
        if last is None:
            return FIRST
        major, minor, patch = last.number
        larger = (
            changes.added
            or changes.retired
            or changes.revived
            or any(move.old_deck != move.new_deck for move in changes.moved)
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
