"""Streams notes and pictures of all diagrams into packages: each read once, in the order in which they are studied."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple

from atlas_decks.cards.ids import Ids
from atlas_decks.cards.kinds import NOTE_TYPES
from atlas_decks.cards.notes import Note
from atlas_decks.cards.rows import row_of
from atlas_decks.compiled.in_order import ScheduledNote, StudyOrder
from atlas_decks.curriculum.models import Plan
from atlas_decks.packages.apkg import Package
from atlas_decks.packages.rotation import build_plan
from atlas_decks.packages.settings import PackageSettings
from atlas_decks.packages.tables import note_type_key

# parts of names of packages: the one with the weekday decks, and the one that holds all tiers
PLAN = "plan"
EVERYTHING = "all"
Wanted = Callable[[ScheduledNote], bool]


def package_name(plan: Plan, what: str) -> str:
    """The file name of a package: `atlas-all.apkg`, `atlas-5-companies.apkg`; it begins with the curriculum's tag."""
    return f"{plan.tag}-{what}.apkg"


class PackedFile(NamedTuple):
    """A package: a key over all that shapes it, and its file; None where it is as the last build left it."""

    key: str
    file: Path | None


@dataclass(frozen=True)
class Content:
    """What there is to pack: diagrams in the order of study, and the notes that are retired."""

    order: StudyOrder
    retired: Sequence[Note]

    def tombstones(self, tier: int) -> list[ScheduledNote]:
        """The retired notes of a tier, sorted by GUID; they have no card."""
        gone = sorted((note for note in self.retired if note.tier == tier), key=lambda note: note.guid)
        return [ScheduledNote(row_of(note), note.tags, tier, ()) for note in gone]


@dataclass(frozen=True)
class Workplace:
    """Where packages are made: a folder, by `jobs` threads.

    `shared` is a digest of what shapes every package; `kept` has the keys of packages that need not be made again.
    """

    folder: Path
    jobs: int
    shared: str
    kept: Mapping[str, str]

    def package(self, name: str, key: str, settings: PackageSettings) -> Package | None:
        """The package of that name in the making; None where it is as before."""
        return None if self.kept.get(name) == key else Package(self.folder / name, settings, self.jobs)

    def packed(self, name: str, key: str) -> PackedFile:
        """What became of the package of that name."""
        return PackedFile(key, None if self.kept.get(name) == key else self.folder / name)


def pack_all(content: Content, settings: PackageSettings, place: Workplace) -> dict[str, PackedFile]:
    """Write a package for each tier, one with everything, and the plan. Returns all of them by name."""
    tiers = sorted(settings.plan.tiers, key=lambda tier: tier.number)
    keys = {tier.number: _key(content, settings, place.shared, tier.number) for tier in tiers}
    whole = hashlib.sha256("\0".join((place.shared, *keys.values())).encode()).hexdigest()
    name_of_all = package_name(settings.plan, EVERYTHING)
    everything = place.package(name_of_all, whole, settings)
    files: dict[str, PackedFile] = {}
    with ThreadPoolExecutor(place.jobs) as closing:  # sqlite and zlib work outside the interpreter's lock
        closed: list[Future[None]] = []
        for tier in tiers:
            if not (key := keys[tier.number]):
                continue
            name = package_name(settings.plan, f"{tier.number}-{tier.slug}")
            package = place.package(name, key, settings)
            _pack_tier(content, tier.number, [target for target in (package, everything) if target is not None])
            files[name] = place.packed(name, key)
            if package is not None:
                closed.append(closing.submit(package.close))
        if everything is not None:
            everything.close()
        for future in closed:
            future.result()
    files[name_of_all] = place.packed(name_of_all, whole)
    name_of_plan = package_name(settings.plan, PLAN)
    files[name_of_plan] = place.packed(name_of_plan, whole)
    if (file := files[name_of_plan].file) is not None:
        build_plan(file, settings)
    return files


def pack_some(content: Content, settings: PackageSettings, wanted: Wanted, file: Path, jobs: int) -> PackedFile | None:
    """Write one package with the notes that are wanted; None where there are none."""
    package: Package | None = None
    for tier in content.order.tiers:
        for diagram in content.order.read_tier(tier):
            if chosen := [note for note in diagram.notes if wanted(note)]:
                package = package or Package(file, settings, jobs)
                package.add_all(chosen)
                package.add_media(diagram.media, diagram.picture)
        if chosen := [note for note in content.tombstones(tier) if wanted(note)]:
            package = package or Package(file, settings, jobs)
            package.add_all(chosen)
    if package is None:
        return None
    package.close()
    return PackedFile("", file)


def _pack_tier(content: Content, tier: int, targets: Sequence[Package]) -> None:
    """Add everything of a tier to the targets; the tombstones come last."""
    for diagram in content.order.read_tier(tier) if targets else ():
        for target in targets:
            target.add_all(diagram.notes)
            target.add_media(diagram.media, diagram.picture)
    tombstones = content.tombstones(tier)
    for target in targets:
        target.add_all(tombstones)


def _key(content: Content, settings: PackageSettings, shared: str, tier: int) -> str:
    """A digest of all that shapes the package of a tier; empty where there is none."""
    diagrams = content.order.of_tier(tier)
    gone = sorted((note.guid, settings.mods[note.guid].mod) for note in content.retired if note.tier == tier)
    if not diagrams and not gone:
        return ""
    digest = hashlib.sha256(shared.encode())
    for part in fields(settings):
        if part.name not in ("plan", "templates", "mods"):  # the first two are in `shared`, the mods follow
            digest.update(f"\0{part.name} {getattr(settings, part.name)!r}".encode())
    for slot, week, stored in diagrams:
        mods = ",".join([str(settings.mods[head.guid].mod) for head in stored.heads])
        digest.update(f"\0{slot} {week} {stored.ref.diagram} {stored.entry} {mods}".encode())
    digest.update(f"\0{gone!r}".encode())
    ids = Ids(settings.plan.id)
    for kind in NOTE_TYPES:
        digest.update(f"\0{settings.mods[ids.guid(note_type_key(kind))].mod}".encode())
    return digest.hexdigest()
