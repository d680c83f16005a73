"""Curriculum files -> models. Every fault of form in every file is collected before anything stops."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from atlas_decks.curriculum.models import (
    LANGUAGE,
    NODE_ID,
    ONE_LINE,
    REPORT_URL,
    Curriculum,
    Diagram,
    DiagramSpec,
    FileHead,
    Focus,
    Interview,
    Plan,
    Task,
)
from atlas_decks.curriculum.source import Path_, Source, decode, read, read_bytes
from atlas_decks.files.places import lies_within
from atlas_decks.problems import Problem, ProblemsFoundError, Severity
from atlas_decks.project import PROJECT_ID, Project, fresh_id

M = TypeVar("M", bound=BaseModel)
MOST_DIAGRAMS = 1_000  # of a file; at most 1 MB, one of ours has eight
_NAMED = 20  # names that a hint lists
MOST_PLANNED = 9_900  # diagrams of a tier: each takes 100 of the positions that Anki has for new cards
_ENDINGS = {".yaml", ".yml"}
_LOOKS_LIKE_CONTENT = re.compile(r"\.ya?ml(?:[.~_-].*|$)|^\..*\.ya?ml$")
_EDITORS_OWN = re.compile(
    r"^\.#|^#.*#$|\.sw[a-p]$|^\..*\.sw[a-p]$|^\.[^.]*\.ya?ml\.tmp"
)  # locks and drafts of open files


def load(project: Project) -> tuple[Curriculum, list[Problem]]:
    """Load the whole curriculum of a project.

    Returns what could be read and the problems. Raises ProblemsFoundError where the plan itself cannot be read, as
    nothing else can be judged without it.
    """
    plan, plan_source = load_plan(project)
    files, problems = subject_files(project)
    diagrams: list[Diagram] = []
    heads: list[tuple[Source, FileHead]] = []
    for file in files:
        source, faults = read(file, project.name(file))
        problems += faults
        if source is not None:
            head, found, faults = load_file(source, plan)
            problems += faults
            diagrams += found
            if head is not None:
                heads.append((source, head))
    return Curriculum(plan, plan_source, tuple(diagrams), tuple(heads)), problems


def find_diagram(project: Project, name: str) -> Diagram | None:
    """The diagram of that id, read from the one file that has it; None where there is none.

    Much faster than to load everything. Raises ProblemsFoundError where the plan cannot be read.
    """
    plan, _ = load_plan(project)
    files, _ = subject_files(project)
    for file in files:
        raw, _ = read_bytes(file, project.name(file))
        if raw is not None and name.encode("utf-8", "surrogateescape") in raw:
            source, _ = decode(raw, project.name(file))
            for diagram in load_file(source, plan).diagrams if source else ():
                if diagram.id == name:
                    return diagram
    return None


def load_plan(project: Project) -> tuple[Plan, Source]:
    """The plan of a project and its source. Raises ProblemsFoundError where anything is wrong with it."""
    source, problems = read(project.plan_file, project.name(project.plan_file))
    if source is None:
        raise ProblemsFoundError(problems)
    plan, faults = _validate(Plan, source.data, source, ())
    if plan is None:
        raise ProblemsFoundError(faults)
    if faults := _plan_faults(plan, source):
        raise ProblemsFoundError(faults)
    return plan, source


def subject_files(project: Project) -> tuple[list[Path], list[Problem]]:
    """All YAML files below the curriculum folder but the plan, sorted by path.

    Problems are links that lead nowhere or out of the project, and files that look like content and are not read.
    """
    walk = _Walk(project)
    walk.folder(project.curriculum)
    return walk.found, walk.problems


class _Walk:
    def __init__(self, project: Project) -> None:
        self.found: list[Path] = []
        self.problems: list[Problem] = []
        self._project = project
        self._seen: set[Path] = set()

    def folder(self, folder: Path) -> None:
        real = folder.resolve()
        if real in self._seen:
            self._problem(folder, "link-loop", "this folder was already read", "remove the symbolic link")
            return
        self._seen.add(real)
        with os.scandir(folder) as entries:
            ordered = sorted(entries, key=lambda entry: entry.name)
        for entry in ordered:
            try:
                self._entry(Path(entry.path))
            except (OSError, RuntimeError) as error:
                message = getattr(error, "strerror", None) or str(error)
                self._problem(Path(entry.path), "file-read", message, "mend or remove it")

    def _entry(self, path: Path) -> None:
        if path.is_symlink() and path.exists() and not lies_within(self._project.root, path):
            self._problem(path, "link-outside", "a link that leads out of the project", "put the real one there")
        elif path.is_dir():
            if not path.name.startswith("."):
                self.folder(path)
        elif path.suffix in _ENDINGS and not path.name.startswith("."):
            if not path.exists():
                raise FileNotFoundError(2, "a symbolic link that leads nowhere")
            if not path.is_file():
                raise OSError(22, "neither a file nor a folder")
            if path != self._project.plan_file:
                self.found.append(path)
        elif path.suffix.lower() in _ENDINGS and not path.name.startswith("."):
            self._problem(path, "file-unread", f"`{path.suffix}` is not read", f"name it {path.stem}.yaml")
        elif _LOOKS_LIKE_CONTENT.search(path.name.lower()) and not _EDITORS_OWN.match(path.name):
            message = "looks like content and is not read: its cards are withdrawn"
            self._problem(path, "file-unread", message, "give it its name back, or move it elsewhere", "warning")

    def _problem(self, path: Path, rule: str, message: str, hint: str, severity: Severity = "error") -> None:
        self.problems.append(Problem(self._project.name(path), 0, 0, rule, message, hint, severity))


class LoadedFile(NamedTuple):
    """What could be read of a subject file: its head, its diagrams, and what is wrong with it."""

    head: FileHead | None
    diagrams: list[Diagram]
    problems: list[Problem]


def load_file(source: Source, plan: Plan) -> LoadedFile:
    """The head and the diagrams of a subject file, as far as they can be read, and what is wrong with it."""
    data = source.data
    if not isinstance(data, dict):
        return LoadedFile(
            None, [], [source.problem((), "file-shape", "a subject file is a mapping", "start with `category: ...`")]
        )
    problems: list[Problem] = []
    head, faults = _validate(FileHead, {k: v for k, v in data.items() if k != "diagrams"}, source, ())
    problems += faults
    entries = data.get("diagrams")
    if not isinstance(entries, list) or not entries:
        hint = "add `diagrams:` with one entry a diagram"
        return LoadedFile(
            head, [], [*problems, source.problem(("diagrams",), "file-shape", "no diagrams in this file", hint)]
        )
    if len(entries) > MOST_DIAGRAMS:
        message = f"{len(entries):,} diagrams; at most {MOST_DIAGRAMS:,}"
        entries, hint = entries[:0], "one file a subject: split the file"
        problems.append(source.problem(("diagrams",), "file-size", message, hint))
    specs: list[tuple[int, DiagramSpec]] = []
    for index, entry in enumerate(entries):
        spec, faults = _validate(DiagramSpec, entry, source, ("diagrams", index))
        problems += faults
        if spec is not None:
            specs.append((index, spec))
    if head is None:
        return LoadedFile(None, [], problems)
    category = plan.category(head.category)
    if category is None:
        known = ", ".join(c.slug for c in plan.categories)
        problems.append(
            source.problem(("category",), "known-category", f"no category `{head.category}`", f"one of {known}")
        )
        return LoadedFile(head, [], problems)
    diagrams = []
    for index, spec in specs:
        slug = spec.company or head.company
        company = plan.company(slug) if slug else None
        if slug and company is None:
            at: Path_ = ("diagrams", index, "company") if spec.company else ("company",)
            hint = "companies are listed in atlas.yaml; leave the key out where no company of the plan is the subject"
            problems.append(source.problem(at, "known-company", f"no company `{slug}` in the plan", hint))
        for position, focus in enumerate(spec.focus):
            if focus not in {track.slug for track in plan.focus}:
                where = ("diagrams", index, "focus", position)
                hint = f"one of {', '.join(track.slug for track in plan.focus)}, as in atlas.yaml"
                problems.append(source.problem(where, "known-focus", f"no focus track `{focus}` in the plan", hint))
        diagrams.append(Diagram(spec, category, company, head.sources, source, index, plan.rules))
    return LoadedFile(head, diagrams, problems)


def _validate(model: type[M], data: Any, source: Source, base: Path_) -> tuple[M | None, list[Problem]]:
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, list(_schema_problems(error, model, source, base))


def _schema_problems(error: ValidationError, model: type[BaseModel], source: Source, base: Path_) -> Iterator[Problem]:
    for fault in error.errors(include_url=False):
        path = (*base, *(part for part in fault["loc"] if part != "[key]"))
        kind = fault["type"]
        if kind == "too_short" and _enough(fault):
            continue  # only what is sound was counted; what is not has a fault of its own
        name = str(path[-1]) if path else "file"
        if kind == "missing":
            yield source.problem(path[:-1], "missing-key", f"`{name}` is missing", _missing(name, model))
        elif kind == "extra_forbidden":
            known = ", ".join(sorted(_fields_at(model, fault["loc"][:-1])))
            yield source.problem(path, "unknown-key", f"`{name}` is not a key here", f"known keys: {known}", key=True)
        else:
            message, hint = _explain(kind, fault)
            yield source.problem(path, "wrong-value", f"`{name}`: {message}", hint)


def _enough(fault: Any) -> bool:
    """Whether a list that was called too short is long enough as it stands in the file."""
    value = fault.get("input")
    return isinstance(value, list) and len(value) >= fault["ctx"]["min_length"]


def _missing(name: str, model: type[BaseModel]) -> str:
    """What to do about a key that is missing."""
    if model is Plan and name == "id":
        return f"a new curriculum writes `id: {fresh_id()}` and keeps it; one that was released takes its old id again"
    return "see docs/format.md"


def _explain(kind: str, fault: Any) -> tuple[str, str]:
    value = fault.get("input")
    if kind == "string_type":
        if value is None:
            return "no text", "write the text after the colon, or remove the key"
        hint = (
            f'quote it: "{value}"'
            if isinstance(value, (int, bool, float))
            else "text is wanted here, not a list or mapping"
        )
        return "not text", hint
    if kind == "string_pattern_mismatch":
        pattern = fault["ctx"]["pattern"]
        if pattern == ONE_LINE:
            return f"more than one line: {str(value)[:60]!r}", "a title has one line"
        if pattern == PROJECT_ID:
            return f"not the id of a curriculum: {str(value)[:60]!r}", f"a new curriculum writes `id: {fresh_id()}`"
        if pattern == NODE_ID:
            return f"not the id of a node: {str(value)[:60]!r}", "write it as in the Mermaid source, without the label"
        if pattern == REPORT_URL:
            return f"no https address with {{key}} in it: {value!r}", "{key} is where the key of the card goes"
        if pattern.startswith("^https"):
            return f"not an https address: {value!r}", "give the full https:// address of the page"
        if pattern == LANGUAGE:
            return f"not a language code: {value!r}", "two letters as in ISO 639, such as `en`, `de`, `zh`"
        if pattern.startswith(r"^\d{4}"):
            return f"not a date: {value!r}", 'write "YYYY-MM-DD" or "YYYY-MM", in quotes'
        return (
            f"not a valid id: {str(value)[:60]!r}",
            "lower-case words joined by single hyphens, such as `hot-partition`",
        )
    if kind in ("too_short", "too_long"):
        context = fault["ctx"]
        bound = f"at least {context['min_length']}" if kind == "too_short" else f"at most {context['max_length']}"
        return f"{context['actual_length']} entries; {bound}", "see the counts in docs/format.md"
    if kind == "string_too_long":
        return f"longer than {fault['ctx']['max_length']} characters", "cards are read in seconds: shorten it"
    return str(fault["msg"]).removeprefix("Value error, ")[:200], ""


def _fields_at(model: type[BaseModel], loc: Iterable[str | int]) -> list[str]:
    """Names of the keys allowed at a location, found by walking the annotations."""
    current: Any = model
    for part in loc:
        current = _step(current, part)
    fields = getattr(current, "model_fields", {})
    return list(fields) + (["diagrams"] if model is FileHead and current is FileHead else [])


def _step(annotation: Any, part: str | int) -> Any:
    field = getattr(annotation, "model_fields", {}).get(part)
    inner = field.annotation if field is not None else annotation
    while not (isinstance(inner, type) and issubclass(inner, BaseModel)):
        arguments = [a for a in getattr(inner, "__args__", ()) if a not in (type(None), Ellipsis, str)]
        if not arguments:
            return inner
        inner = arguments[-1]
    return inner


class _Faults:
    """Collects what is wrong with a plan."""

    def __init__(self, source: Source) -> None:
        self._source, self.problems = source, list[Problem]()

    def add(self, path: Path_, rule: str, message: str, hint: str = "") -> None:
        """Something is wrong there."""
        self.problems.append(self._source.problem(path, rule, message, hint))

    def unique(self, names: Iterable[Any], path: Path_, what: str) -> None:
        """No name stands twice in the list at that path."""
        seen: set[Any] = set()
        for index, name in enumerate(names):
            if name in seen:
                self.add((*path, index), "plan-duplicate", f"{what} {name} stands twice")
            seen.add(name)

    def known(self, names: Iterable[Any], among: Sequence[Any], path: Path_, what: str) -> None:
        """Each name is one of those that there are."""
        there = set(among)
        hint = f"one of {', '.join(map(str, among[:_NAMED]))}" + (", .." if len(among) > _NAMED else "")
        for name in dict.fromkeys(names):
            if name not in there:
                self.add(path, "plan-reference", f"no {what} {name}", hint)


def _plan_faults(plan: Plan, source: Source) -> list[Problem]:
    """References within atlas.yaml that lead nowhere, and things that stand twice."""
    faults = _Faults(source)
    faults.unique([tier.number for tier in plan.tiers], ("tiers",), "tier")
    faults.unique([category.slug for category in plan.categories], ("categories",), "category")
    faults.unique([company.slug for company in plan.companies], ("companies",), "company")
    faults.unique([focus.slug for focus in plan.focus], ("focus",), "track")
    faults.unique([point.slug for point in plan.checkpoints], ("checkpoints",), "checkpoint")
    for i, category in enumerate(plan.categories):
        faults.unique([group.slug for group in category.groups], ("categories", i, "groups"), "group")
    for i, tier in enumerate(plan.tiers):
        if not 1 <= tier.weeks[0] <= tier.weeks[1] <= plan.weeks:
            faults.add(("tiers", i, "weeks"), "plan-weeks", f"weeks {tier.weeks} do not lie within 1 to {plan.weeks}")
        if (planned := plan.planned_in(tier.number)) > MOST_PLANNED:
            message = f"{planned:,} diagrams planned for tier {tier.number}; at most {MOST_PLANNED:,}"
            faults.add(
                ("tiers", i), "plan-positions", message, "Anki has a million positions for new cards; add a tier"
            )
    _plan_references(plan, faults)
    if plan.pace(plan.weeks) is None:
        faults.add(("paces",), "plan-reference", f"no pace for the plan's own {plan.weeks} weeks")
    return faults.problems


def _plan_references(plan: Plan, faults: _Faults) -> None:
    tiers, techniques = [tier.number for tier in plan.tiers], list(plan.techniques)
    categories = [category.slug for category in plan.categories]
    groups = [group.slug for category in plan.categories for group in category.groups]
    companies, waves = [company.slug for company in plan.companies], [wave.slug for wave in plan.waves]

    def content(part: Focus | Task | Interview, path: Path_) -> None:
        faults.known(part.groups, groups, (*path, "groups"), "group")
        faults.known(part.categories, categories, (*path, "categories"), "category")

    for picture, technique in plan.technique_of.items():
        faults.known([technique], techniques, ("technique_of", picture), "technique")
    for i, category in enumerate(plan.categories):
        faults.known([category.tier], tiers, ("categories", i, "tier"), "tier")
        faults.known([category.technique], techniques, ("categories", i, "technique"), "technique")
    for i, company in enumerate(plan.companies):
        faults.known([company.wave], waves, ("companies", i, "wave"), "wave")
    for i, focus in enumerate(plan.focus):
        content(focus, ("focus", i))
        faults.known(focus.companies, companies, ("focus", i, "companies"), "company")
    content(plan.interview, ("interview",))
    for i, checkpoint in enumerate(plan.checkpoints):
        faults.known(checkpoint.tiers, tiers, ("checkpoints", i, "tiers"), "tier")
        for j, task in enumerate(checkpoint.tasks):
            content(task, ("checkpoints", i, "tasks", j))
