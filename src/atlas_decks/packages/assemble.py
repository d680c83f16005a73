"""A survey -> the new ledger, and packages in a folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from atlas_decks.cards.ids import Ids
from atlas_decks.cards.kinds import DeckKind
from atlas_decks.cards.selection import Selection, nothing_selected
from atlas_decks.cards.templates import Templates
from atlas_decks.compiled.in_order import ScheduledNote, StudyOrder
from atlas_decks.compiled.survey import Survey
from atlas_decks.packages import ledger, release_log
from atlas_decks.packages.contents import at_home, contents, shared_guids, tombstones
from atlas_decks.packages.ledger import Entry, Ledger
from atlas_decks.packages.pack import Content, PackedFile, Workplace, pack_all, pack_some, package_name
from atlas_decks.packages.release_log import Release
from atlas_decks.packages.settings import PackageSettings
from atlas_decks.problems import Problem, ProblemsFoundError
from atlas_decks.project import Project
from atlas_decks.schedule.limits import limits_of, mean_of
from atlas_decks.schedule.paces import find_pace


@dataclass(frozen=True, kw_only=True)
class BuildRequest:
    """What is to be built, at `now` in seconds since 1970.

    `weeks` names one of the plan's paces, by default its own. `releases` says which release this is, by default what
    the project's log says. `only_changed` takes just what differs from the ledger; `frozen` refuses to change it.
    """

    now: int
    weeks: int | None = None
    releases: Sequence[Release] | None = None
    selection: Selection = field(default_factory=Selection)
    only_changed: bool = False
    frozen: bool = False

    @property
    def whole(self) -> bool:
        """Whether all packages are wanted."""
        return not self.selection and not self.only_changed


@dataclass(frozen=True, kw_only=True)
class Assembly:
    """Packages by file name, the ledger as it is now, what changed in it, and numbers of notes.

    `added` is how many notes learners have not had, or had no longer; `altered` how many notes, guides and looks of
    theirs change; `withdrawn` are the keys of notes that they lose.
    """

    packages: Mapping[str, PackedFile]
    ledger: Mapping[str, Entry]
    changed: Sequence[Entry]
    added: int
    altered: int
    withdrawn: Sequence[str]
    notes: int
    retired: int


def assemble(project: Project, found: Survey, request: BuildRequest, place: Workplace) -> Assembly:
    """Move the ledger on, in memory, and write packages into the workplace's folder.

    Raises ProblemsFoundError where the ledger is damaged, lies in the future, or (`frozen`) is stale, and where nothing
    is selected; WrongRequestError where the plan or the notes do not have what is selected.
    """
    templates = Templates(project.templates)
    old, last, new = _move_ledger(project, found, request, templates)
    settings = _settings(project, found, request, templates, new)
    order = StudyOrder(found, settings.pace.weeks)
    gone = tombstones(new, found.plan)
    request.selection.require_known(found.plan, order.tags() if request.selection.tags else ())
    if request.whole:
        packages = pack_all(Content(order, gone), settings, place)
    else:
        content = Content(order, gone if request.only_changed else ())

        def wanted(note: ScheduledNote) -> bool:
            fresh = not request.only_changed or old.get(note.row.guid) != new[note.row.guid]
            return fresh and request.selection.takes(note.tags, note.tier, found.plan.tag)

        name = package_name(found.plan, "changed" if request.only_changed else "selection")
        packed = pack_some(content, settings, wanted, place.folder / name, place.jobs)
        if packed is None:
            raise ProblemsFoundError([nothing_selected("build")])
        packages = {name: packed}
    notes = sum(diagram.notes for diagram in found.diagrams)
    withdrawn = sorted(e.key for e in new.values() if e.tier and e.retired and _alive(last, e.guid))
    changed = _changed(old, new)
    return Assembly(
        packages=packages,
        ledger=new,
        changed=changed,
        altered=sum(_alive(last, entry.guid) and not entry.retired for entry in changed),
        added=sum(e.tier > 0 and not e.retired and not _alive(last, e.guid) for e in new.values()),
        withdrawn=withdrawn,
        notes=notes,
        retired=len(gone),
    )


def _alive(book: Ledger, guid: str) -> bool:
    return guid in book and not book[guid].retired


class _Ledgers(NamedTuple):
    old: Ledger
    last: Ledger  # what learners may have
    new: Ledger


def _move_ledger(project: Project, found: Survey, request: BuildRequest, templates: Templates) -> _Ledgers:
    """The ledger as it is, what learners may have, and the ledger as it is to be."""
    name, ids = project.name(project.ledger_file), Ids(found.plan.id)
    old = ledger.read(project.ledger_file, name, ids)
    released = ledger.read(project.release_ledger, project.name(project.release_ledger), ids)
    last = ledger.newer(old, released)
    new = at_home(ledger.update(last, contents(found.diagrams, found.plan, templates), request.now), found.plan)
    living = sum(not entry.retired and entry.tier > 0 for entry in new.values())
    if living != sum(diagram.notes for diagram in found.diagrams):
        raise ValueError(f"notes share a GUID: {', '.join(shared_guids(found.diagrams))}")
    problems = ledger.future(new, request.now, name)
    if request.frozen and new != old:
        problems += _stale(old, new, name)
    if problems:
        raise ProblemsFoundError(problems)
    return _Ledgers(old, last, new)


def _settings(
    project: Project, found: Survey, request: BuildRequest, templates: Templates, new: Ledger
) -> PackageSettings:
    plan, pace = found.plan, find_pace(found.plan, request.weeks)
    counts: dict[int, tuple[int, int]] = {}
    for diagram in sorted(found.diagrams, key=lambda diagram: diagram.ref.tier):
        cards, diagrams = counts.get(diagram.ref.tier, (0, 0))
        counts[diagram.ref.tier] = (cards + diagram.cards.total(), diagrams + 1)
    kinds: Counter[DeckKind] = Counter()
    for diagram in found.diagrams:
        kinds.update(diagram.cards)
    releases = request.releases
    if releases is None:
        releases = release_log.read(project.releases, project.name(project.releases))
    return PackageSettings(
        plan=plan,
        templates=templates,
        mods=new,
        pace=pace,
        limits=limits_of(plan, pace, mean_of(kinds, len(found.diagrams))),
        version=release_log.name_of(releases, new),
        counts=counts,
    )


def _changed(old: Ledger, new: Ledger) -> list[Entry]:
    """What is new, changed or newly retired; an entry that did not change is the same object in both."""
    return [entry for guid, entry in new.items() if (before := old.get(guid)) is not entry and before != entry]


def _stale(old: Ledger, new: Ledger, name: str) -> list[Problem]:
    hint = "run `atlas-decks build` and commit decks/ledger.jsonl"
    return [
        Problem(name, 0, 0, "ledger-stale", f"{entry.key} is {'new' if entry.guid not in old else 'changed'}", hint)
        for entry in _changed(old, new)
    ]
