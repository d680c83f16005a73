"""Names the stages in order; nothing else happens here.

load -> validate -> render -> validate the pictures -> notes -> schedule -> ledger -> package
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from atlas_decks import edition, ledger, load, package, rules, schedule
from atlas_decks.curriculum import Curriculum
from atlas_decks.diagrams import Cache, Renderer, RenderError, draw_all
from atlas_decks.drawing import Drawing
from atlas_decks.ledger import Entry
from atlas_decks.notes import guid_of, make_notes, media_name, retired_note
from atlas_decks.notetypes import NOTE_TYPES
from atlas_decks.problems import Problem, ProblemsFoundError
from atlas_decks.project import Project
from atlas_decks.schedule import Placed
from atlas_decks.templating import Templates


@dataclass(frozen=True)
class Checked:
    """A curriculum with its pictures and everything that is wrong with them."""

    curriculum: Curriculum
    drawings: Mapping[str, Drawing]
    problems: tuple[Problem, ...]

    @property
    def broken(self) -> bool:
        """Whether anything but warnings was found."""
        return any(problem.severity == "error" for problem in self.problems)


def check(
    project: Project, renderer: Renderer, jobs: int = 1, progress: Callable[[int], None] = lambda _: None
) -> Checked:
    """Load, render and validate the whole curriculum. Raises ProblemsFoundError where the plan cannot be read."""
    curriculum, problems = load.load(project)
    sources = {diagram.id: diagram.spec.mermaid for diagram in curriculum.diagrams}
    drawings, errors = draw_all(sources, renderer, Cache(project.cache), jobs, progress)
    problems += [_syntax_problem(curriculum, name, error) for name, error in errors.items()]
    problems += rules.check(curriculum, drawings)
    return Checked(curriculum, drawings, tuple(sorted(set(problems))))


def _syntax_problem(curriculum: Curriculum, name: str, error: RenderError) -> Problem:
    diagram = curriculum.by_id[name]
    path = diagram.path("mermaid")
    line, column = diagram.origin.place(path)
    if path in diagram.origin.blocks and error.line:
        line, column = line + error.line, 1
    return Problem(diagram.origin.path, line, column, "mermaid-syntax", error.message, error.hint)


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
        """Whether the note is selected: one of each kind of wish that was made."""
        note = placed.note
        tags = set(note.tags)
        wishes = [f"{root}::{tag}" if not tag.startswith(f"{root}::") else tag for tag in self.tags]
        return (
            (not self.tiers or note.tier in self.tiers)
            and (not self.companies or any(f"{root}::company::{c}" in tags for c in self.companies))
            and (not self.categories or any(f"{root}::category::{c}" in tags for c in self.categories))
            and (not wishes or any(tag == wish or tag.startswith(f"{wish}::") for tag in tags for wish in wishes))
        )


@dataclass(frozen=True)
class Built:
    """The result of a build: packages by file name, the new ledger, and how it differs from the old one."""

    packages: Mapping[str, bytes]
    ledger: Mapping[str, Entry]
    old: Mapping[str, Entry]
    placed: tuple[Placed, ...]

    def leftovers(self, folder: Path) -> list[str]:
        """Packages of tiers in the folder that this build no longer makes: a tier was renamed, or became empty."""
        if "atlas-all.apkg" not in self.packages:
            return []
        found = {path.name for path in folder.glob("atlas-*.apkg") if re.match(r"atlas-\d+-", path.name)}
        return sorted(found - self.packages.keys())

    @property
    def changed(self) -> list[Entry]:
        """Entries that are new, changed, or newly retired."""
        return [entry for guid, entry in self.ledger.items() if self.old.get(guid) != entry]


def compile_notes(project: Project, checked: Checked, weeks: int) -> list[Placed]:
    """Notes and schedule of a checked curriculum, without tombstones."""
    templates = Templates(project.templates)
    plan = checked.curriculum.plan
    found = [
        note
        for diagram in checked.curriculum.diagrams
        for note in make_notes(diagram, checked.drawings[diagram.id], plan, templates)
    ]
    return schedule.place(found, checked.curriculum, weeks)


def build(
    project: Project,
    checked: Checked,
    now: int,
    weeks: int,
    selection: Selection,
    frozen: bool = False,
    only_changed: bool = False,
    releases: Sequence[edition.Release] | None = None,
) -> Built:
    """Packages and ledger of a checked curriculum; `only_changed` takes just what differs from the old ledger.

    `releases` says which release this is; by default it is read from the project.

    Raises ProblemsFoundError where the ledger is damaged, lies in the future, or (`frozen`) is stale.
    """
    plan = checked.curriculum.plan
    templates = Templates(project.templates)
    name = project.name(project.ledger)
    old = ledger.read(project.ledger, name, {tier.number for tier in plan.tiers})
    placed = compile_notes(project, checked, weeks)
    contents = [(p.note.guid, ledger.note_hash(p.note), p.note.key, p.note.tier) for p in placed]
    for kind in NOTE_TYPES:
        key = package.note_type_key(kind)
        contents.append((guid_of(key), ledger.digest(package.note_type_content(kind, templates)), key, 0))
    for day in package.days_of(plan):
        key = package.note_key_of_guide(day)
        contents.append((guid_of(key), ledger.digest(package.guide_content(plan, day)), key, 0))
    new = ledger.update(old, contents, now)
    problems = ledger.future(new, now, name)
    if frozen and new != old:
        problems += _stale(old, new, name)
    if problems:
        raise ProblemsFoundError(problems)
    gone = [retired_note(e.key, e.tier, plan) for e in new.values() if e.retired and e.tier]
    placed += schedule.place(gone, checked.curriculum, weeks)
    pace = plan.pace(weeks)
    assert pace is not None, "the command line offers only paces of the plan"  # noqa: S101
    mean = package.mean_cards(placed)
    media = {media_name(i, d): d.svg.encode() for i, d in checked.drawings.items()}
    mods = {guid: entry.mod for guid, entry in new.items()}
    limits = {tier.number: schedule.limits(plan, tier.number, pace, mean) for tier in plan.tiers}
    if releases is None:
        releases = edition.read(project.releases, project.name(project.releases))
    look = package.Look(plan, templates, mods, media, pace, limits, edition.name_of(releases, new), _counts(placed))
    if only_changed:
        touched = [p for p in placed if old.get(p.note.guid) != new[p.note.guid] and selection.takes(p, plan.tag)]
        packages = {"atlas-changed.apkg": package.build(touched, look)} if touched else {}
    else:
        packages = _packages(placed, look, selection)
    return Built(packages, new, old, tuple(placed))


def _counts(placed: list[Placed]) -> dict[int, tuple[int, int]]:
    counts = {}
    for tier in {p.note.tier for p in placed}:
        living = [p.note for p in placed if p.note.tier == tier and not p.note.retired]
        counts[tier] = (len(living), len({note.diagram for note in living}))
    return counts


def _packages(placed: list[Placed], look: package.Look, selection: Selection) -> dict[str, bytes]:
    if selection:
        chosen = [p for p in placed if selection.takes(p, look.plan.tag) and not p.note.retired]
        return {"atlas-selection.apkg": package.build(chosen, look)} if chosen else {}
    packages: dict[str, bytes] = {}
    for tier in look.plan.tiers:
        if mine := [p for p in placed if p.note.tier == tier.number]:
            packages[f"atlas-{tier.number}-{tier.slug}.apkg"] = package.build(mine, look)
    packages["atlas-all.apkg"] = package.build(placed, look)
    packages["plan.apkg"] = package.build_plan(look)
    return packages


def _stale(old: Mapping[str, Entry], new: Mapping[str, Entry], name: str) -> list[Problem]:
    hint = "run `atlas-decks build` and commit decks/ledger.jsonl"
    return [
        Problem(name, 0, 0, "ledger-stale", f"{entry.key} is {'new' if guid not in old else 'changed'}", hint)
        for guid, entry in new.items()
        if old.get(guid) != entry
    ]
