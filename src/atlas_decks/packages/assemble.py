"""Streams notes and pictures of all diagrams into packages: each read once, in the order in which they are studied."""

from __future__ import annotations

import hashlib
from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path

from atlas_decks.cards.ids import Ids
from atlas_decks.cards.notes import Note
from atlas_decks.cards.notetypes import NOTE_TYPES
from atlas_decks.cards.rows import Row, row_of
from atlas_decks.compiled.store import ReadDiagram, StoredDiagram
from atlas_decks.files.zip_archive import Deflated
from atlas_decks.packages.apkg import Package
from atlas_decks.packages.rotation import build_plan
from atlas_decks.packages.settings import PackageSettings
from atlas_decks.packages.tables import note_type_key
from atlas_decks.schedule.calendar import Calendar, week_tag
from atlas_decks.schedule.order import assign_slots, positions

ALL, PLAN = "atlas-all.apkg", "plan.apkg"
Wanted = Callable[[str, Sequence[str], int], bool]  # (GUID, tags, tier) of a note -> whether it is wanted
_Order = dict[int, list[tuple[int, str, StoredDiagram]]]  # tier -> (slot, week tag, bundle)


@dataclass(frozen=True)
class Content:
    """What there is to pack: bundles in the order of their files, how to read one, and the notes that are retired."""

    bundles: Sequence[StoredDiagram]
    read: ReadDiagram
    retired: Sequence[Note]


@dataclass(frozen=True)
class _Item:
    row: Row
    tags: Sequence[str]
    due: int | None


def pack_all(
    content: Content, settings: PackageSettings, shared: str, kept: Mapping[str, str], folder: Path, jobs: int
) -> dict[str, tuple[str, Path | None]]:
    """Write a package for each tier, one with everything, and the plan, into the folder.

    `shared` is a digest of what shapes every package, `kept` has the keys of packages that need not be made again. All
    packages are returned by name, with their keys; those that were kept without a file.
    """
    order = _order(content, settings)
    tiers = sorted(settings.plan.tiers, key=lambda tier: tier.number)
    names = {tier.number: f"atlas-{tier.number}-{tier.slug}.apkg" for tier in tiers}
    keys = {tier.number: _key(shared, content, order, settings, tier.number) for tier in tiers}
    whole = hashlib.sha256("\0".join((shared, *keys.values())).encode()).hexdigest()
    files: dict[str, tuple[str, Path | None]] = {}
    everything = None if kept.get(ALL) == whole else Package(folder / "all", settings, jobs)
    with ThreadPoolExecutor(jobs) as closing:  # sqlite and zlib work outside the interpreter's lock
        closed = []
        for number, name in names.items():
            if not keys[number]:
                continue
            package = None if kept.get(name) == keys[number] else Package(folder / str(number), settings, jobs)
            files[name] = (keys[number], folder / str(number) if package else None)
            targets = [target for target in (package, everything) if target is not None]
            for media, picture, items in _tier(content, order, number) if targets else ():
                for target in targets:
                    _add(target, media, picture, items, number)
            if package is not None:
                closed.append(closing.submit(package.close))
        if everything is not None:
            everything.close()
        for future in closed:
            future.result()
    files[ALL] = (whole, folder / "all" if everything else None)
    if kept.get(PLAN) == whole:
        files[PLAN] = (whole, None)
    else:
        build_plan(folder / "plan", settings)
        files[PLAN] = (whole, folder / "plan")
    return files


def _key(shared: str, content: Content, order: _Order, settings: PackageSettings, tier: int) -> str:
    """A digest of all that shapes the package of a tier; empty where there is none."""
    digest = hashlib.sha256(shared.encode())
    for part in fields(settings):
        if part.name not in ("plan", "templates", "mods"):  # the first two are in `shared`, the mods follow
            digest.update(f"\0{part.name} {getattr(settings, part.name)!r}".encode())
    for slot, week, bundle in order.get(tier, ()):
        mods = ",".join([str(settings.mods[guid].mod) for _, guid, _, _ in bundle.heads])
        digest.update(f"\0{slot} {week} {bundle.ref.diagram} {bundle.entry} {mods}".encode())
    gone = sorted((note.guid, settings.mods[note.guid].mod) for note in content.retired if note.tier == tier)
    digest.update(f"\0{gone!r}".encode())
    for kind in NOTE_TYPES:
        digest.update(f"\0{settings.mods[Ids(settings.plan.id).guid(note_type_key(kind))].mod}".encode())
    return digest.hexdigest() if gone or order.get(tier) else ""


def pack_some(content: Content, settings: PackageSettings, wanted: Wanted, file: Path, jobs: int) -> bool:
    """Write one package with the notes that are wanted. Returns whether there were any."""
    package: Package | None = None
    order = _order(content, settings)
    for tier in sorted(settings.plan.tiers, key=lambda tier: tier.number):
        for media, picture, items in _tier(content, order, tier.number):
            if chosen := [item for item in items if wanted(item.row.guid, item.tags, tier.number)]:
                package = package or Package(file, settings, jobs)
                _add(package, media, picture, chosen, tier.number)
    if package is not None:
        package.close()
    return package is not None


def _add(package: Package, media: str, picture: Deflated | None, items: Iterable[_Item], tier: int) -> None:
    for item in items:
        package.add(item.row, item.tags, tier, item.due)
    if picture is not None:
        package.add_media(media, picture)


def _order(content: Content, settings: PackageSettings) -> _Order:
    """The bundles of each tier by slot."""
    slots = assign_slots(settings.plan, (bundle.ref for bundle in content.bundles))
    calendar = Calendar(settings.plan, settings.pace.weeks)
    order: _Order = {}
    for bundle in content.bundles:
        slot = slots[bundle.ref.diagram]
        week = week_tag(settings.plan, calendar.week(bundle.ref, slot))
        order.setdefault(bundle.ref.tier, []).append((slot, week, bundle))
    for bundles in order.values():
        bundles.sort(key=lambda line: line[0])
    return order


def _tier(content: Content, order: _Order, tier: int) -> Iterator[tuple[str, Deflated | None, list[_Item]]]:
    """(name of the picture, picture, notes) of each diagram of a tier, in order; tombstones come last."""
    for slot, week, bundle in order.get(tier, ()):
        rows, picture = content.read(bundle)
        dues = positions(slot, [row.kind for row in rows])
        items = []
        for row, due in zip(rows, dues, strict=True):
            tags = sorted(row.tags)
            insort(tags, week)
            items.append(_Item(row, tags, due))
        yield bundle.media, picture, items
    gone = sorted((note for note in content.retired if note.tier == tier), key=lambda note: note.guid)
    if gone:
        yield "", None, [_Item(row_of(note), note.tags, None) for note in gone]
