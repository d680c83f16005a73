"""Names the stages in order; nothing else happens here.

load -> validate -> render -> validate the pictures -> notes -> schedule -> ledger -> package
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from atlas_decks import rules
from atlas_decks.cards.ids import Ids
from atlas_decks.cards.notes import Note, make_notes, note_key, retired_note
from atlas_decks.cards.notetypes import NOTE_TYPES
from atlas_decks.cards.rows import digest
from atlas_decks.cards.templates import Templates
from atlas_decks.compiled import survey
from atlas_decks.compiled.store import ReadDiagram, StoredDiagram, in_memory
from atlas_decks.compiled.survey import Survey
from atlas_decks.curriculum import load
from atlas_decks.curriculum.models import Curriculum, Plan
from atlas_decks.diagrams import Cache, Renderer, render_all
from atlas_decks.diagrams.picture import Picture
from atlas_decks.packages import assemble as packing
from atlas_decks.packages import ledger, release_log, rotation, tables
from atlas_decks.packages.ledger import Entry
from atlas_decks.packages.settings import PackageSettings, mean_cards_a_diagram
from atlas_decks.problems import Problem, ProblemsFoundError, has_errors
from atlas_decks.project import Project
from atlas_decks.schedule import calendar, order
from atlas_decks.schedule.order import Placed


@dataclass(frozen=True)
class Checked:
    """A curriculum with its pictures and everything that is wrong with them."""

    curriculum: Curriculum
    drawings: Mapping[str, Picture]
    problems: tuple[Problem, ...]

    @property
    def diagrams(self) -> int:
        """How many diagrams could be drawn."""
        return len(self.drawings)

    @property
    def has_errors(self) -> bool:
        """Whether anything but warnings was found."""
        return has_errors(self.problems)


def check(
    project: Project, renderer: Renderer, jobs: int = 1, progress: Callable[[int], None] = lambda _: None
) -> Checked:
    """Load, render and validate the whole curriculum. Raises ProblemsFoundError where the plan cannot be read."""
    curriculum, problems = load.load(project)
    sources = {diagram.id: diagram.spec.mermaid for diagram in curriculum.diagrams}
    drawings, errors = render_all(sources, renderer, Cache(project.picture_cache), jobs, progress)
    problems += [survey.syntax_problem(curriculum.by_id[name], error) for name, error in errors.items()]
    problems += rules.check(curriculum, drawings)
    return Checked(curriculum, drawings, tuple(sorted(set(problems))))


def inspect(
    project: Project, renderer: Renderer, jobs: int = 1, progress: Callable[[int], None] = lambda _: None
) -> Survey:
    """As `check`, for those who need no models: what did not change is neither read nor drawn nor judged again."""
    found = survey.survey(project, renderer, jobs, progress)
    if not found.clash:
        return found
    return replace(found, problems=check(project, renderer, jobs).problems)


@dataclass(frozen=True)
class Selection:
    """Which notes go into a package; empty: all of them."""

    tiers: tuple[int, ...] = ()
    companies: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tiers or self.companies or self.categories or self.tags)

    def takes(self, placed: Placed, root: str) -> bool:
        """Whether the note is selected: one of each kind of option that was given."""
        return self.takes_tags(placed.note.tags, placed.note.tier, root)

    def takes_tags(self, of_note: Sequence[str], tier: int, root: str) -> bool:
        """As `takes`, of a note with these tags in that tier."""
        tags = set(of_note)
        wishes = [f"{root}::{tag}" if not tag.startswith(f"{root}::") else tag for tag in self.tags]
        return (
            (not self.tiers or tier in self.tiers)
            and (not self.companies or any(f"{root}::company::{c}" in tags for c in self.companies))
            and (not self.categories or any(f"{root}::category::{c}" in tags for c in self.categories))
            and (not wishes or any(tag == wanted or tag.startswith(f"{wanted}::") for tag in tags for wanted in wishes))
        )


@dataclass(frozen=True)
class Built:
    """The result of a build: packages by file name, the new ledger, and how it differs from the old one."""

    packages: Mapping[str, bytes]
    ledger: Mapping[str, Entry]
    old: Mapping[str, Entry]
    placed: tuple[Placed, ...]

    @property
    def changed(self) -> list[Entry]:
        """Entries that are new, changed, or newly retired."""
        return _changed(self.old, self.ledger)


def compile_notes(project: Project, checked: Checked, weeks: int) -> list[Placed]:
    """Notes and schedule of a checked curriculum, without tombstones."""
    templates = Templates(project.templates)
    plan = checked.curriculum.plan
    found = [
        note
        for diagram in checked.curriculum.diagrams
        for note in make_notes(diagram, checked.drawings[diagram.id], plan, templates)
    ]
    return order.place(found, checked.curriculum, weeks)


@dataclass(frozen=True)
class Assembled:
    """The packages of a build by name, the new ledger, the old one, and numbers of notes.

    A package has its key, and a file where it had to be made; without one it is as the last build left it.
    """

    packages: Mapping[str, tuple[str, Path | None]]
    ledger: Mapping[str, Entry]
    old: Mapping[str, Entry]
    notes: int
    retired: int

    @property
    def changed(self) -> list[Entry]:
        """Entries that are new, changed, or newly retired."""
        return _changed(self.old, self.ledger)


def build(
    project: Project,
    checked: Checked,
    now: int,
    weeks: int,
    selection: Selection,
    frozen: bool = False,
    only_changed: bool = False,
    releases: Sequence[release_log.Release] | None = None,
) -> Built:
    """Packages and ledger of a checked curriculum in memory, for those who look at both. As `assemble`."""
    plan = checked.curriculum.plan
    templates = Templates(project.templates)
    made = (survey.bundle(d, checked.drawings[d.id], plan, templates) for d in checked.curriculum.diagrams)
    bundles, read = in_memory(made)
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        assembled = assemble(
            *(project, plan, bundles, read, now, weeks, selection, where, frozen, only_changed), releases=releases
        )
        packages = {name: file.read_bytes() for name, (_, file) in assembled.packages.items() if file is not None}
    gone = _tombstones(assembled.ledger, plan)
    placed = (*compile_notes(project, checked, weeks), *order.place(gone, checked.curriculum, weeks))
    return Built(packages, assembled.ledger, assembled.old, placed)


def assemble(
    project: Project,
    plan: Plan,
    bundles: Sequence[StoredDiagram],
    read: ReadDiagram,
    now: int,
    weeks: int,
    selection: Selection,
    folder: Path,
    frozen: bool = False,
    only_changed: bool = False,
    jobs: int = 1,
    shared: str = "",
    kept: Mapping[str, str] | None = None,
    releases: Sequence[release_log.Release] | None = None,
) -> Assembled:
    """Write packages into `folder`, and move the ledger on; `only_changed` takes just what differs from the old one.

    `shared` is a digest of what shapes all packages; `kept` are the keys of those that need not be made again.
    `releases` says which release this is; by default it is read from the project.
    Raises ProblemsFoundError where the ledger is damaged, lies in the future, or (`frozen`) is stale.
    """
    templates = Templates(project.templates)
    name = project.name(project.ledger_file)
    old = ledger.read(project.ledger_file, name, {tier.number for tier in plan.tiers})
    new = ledger.update(old, _contents(bundles, plan, templates), now)
    notes = sum(bundle.notes for bundle in bundles)
    if sum(not entry.retired and entry.tier > 0 for entry in new.values()) != notes:
        raise ValueError(f"notes share a GUID: {', '.join(_twins(bundles))}")
    problems = ledger.foreign(old, Ids(plan.id), name) or ledger.future(new, now, name)
    if frozen and new != old:
        problems += _stale(old, new, name)
    if problems:
        raise ProblemsFoundError(problems)
    gone = _tombstones(new, plan)
    pace = plan.pace(weeks)
    assert pace is not None, "the command line offers only paces of the plan"  # noqa: S101
    mean = mean_cards_a_diagram(notes - len(bundles), len(bundles))  # each has one redraw card
    limits = {tier.number: calendar.limits(plan, tier.number, pace, mean) for tier in plan.tiers}
    if releases is None:
        releases = release_log.read(project.releases, project.name(project.releases))
    settings = PackageSettings(plan, templates, new, pace, limits, release_log.name_of(releases, new), _counts(bundles))
    content = packing.Content(bundles, read, gone)
    if only_changed or selection:
        chosen = content if only_changed else replace(content, retired=())
        file = folder / "some"

        def wanted(guid: str, tags: Sequence[str], tier: int) -> bool:
            fresh = not only_changed or old.get(guid) != new[guid]
            return fresh and selection.takes_tags(tags, tier, plan.tag)

        found = packing.pack_some(chosen, settings, wanted, file, jobs)
        name = f"atlas-{'changed' if only_changed else 'selection'}.apkg"
        packages: dict[str, tuple[str, Path | None]] = {name: ("", file)} if found else {}
    else:
        packages = packing.pack_all(content, settings, shared, kept or {}, folder, jobs)
    return Assembled(packages, new, old, notes, len(gone))


def leftovers(packages: Collection[str], folder: Path) -> list[str]:
    """Packages of tiers in the folder that are not among those of a build: a tier was renamed, or became empty."""
    if packing.ALL not in packages:
        return []
    found = {path.name for path in folder.glob("atlas-*.apkg") if re.match(r"atlas-\d+-", path.name)}
    return sorted(found.difference(packages))


def _counts(bundles: Iterable[StoredDiagram]) -> dict[int, tuple[int, int]]:
    """Cards and diagrams of each tier."""
    counts: dict[int, tuple[int, int]] = {}
    for bundle in sorted(bundles, key=lambda b: b.ref.tier):
        cards, diagrams = counts.get(bundle.ref.tier, (0, 0))
        counts[bundle.ref.tier] = (cards + bundle.notes, diagrams + 1)
    return counts


def _contents(
    bundles: Iterable[StoredDiagram], plan: Plan, templates: Templates
) -> Iterator[tuple[str, str, str, int]]:
    """(GUID, hash, key, tier) of all that exists."""
    for bundle in bundles:
        for kind, guid, content, fact in bundle.heads:
            yield guid, content, note_key(bundle.ref.diagram, kind, fact), bundle.ref.tier
    ids = Ids(plan.id)
    for kind in NOTE_TYPES:
        key = tables.note_type_key(kind)
        yield ids.guid(key), digest(tables.note_type_content(kind, plan, templates)), key, 0
    for day in rotation.days_of(plan):
        key = rotation.note_key_of_guide(day)
        yield ids.guid(key), digest(rotation.guide_content(plan, day)), key, 0


def _twins(bundles: Iterable[StoredDiagram]) -> Iterator[str]:
    """The keys of notes whose GUID is not theirs alone."""
    keys: dict[str, list[str]] = {}
    for bundle in bundles:
        for kind, guid, _, fact in bundle.heads:
            keys.setdefault(guid, []).append(note_key(bundle.ref.diagram, kind, fact))
    for found in keys.values():
        if len(found) > 1:
            yield from found


def _tombstones(entries: Mapping[str, Entry], plan: Plan) -> list[Note]:
    return [retired_note(entry.key, entry.tier, plan) for entry in entries.values() if entry.retired and entry.tier]


def _changed(old: Mapping[str, Entry], new: Mapping[str, Entry]) -> list[Entry]:
    """What differs; an entry that did not change is the same object in both."""
    return [entry for guid, entry in new.items() if (before := old.get(guid)) is not entry and before != entry]


def _stale(old: Mapping[str, Entry], new: Mapping[str, Entry], name: str) -> list[Problem]:
    hint = "run `atlas-decks build` and commit decks/ledger.jsonl"
    return [
        Problem(name, 0, 0, "ledger-stale", f"{entry.key} is {'new' if entry.guid not in old else 'changed'}", hint)
        for entry in _changed(old, new)
    ]
