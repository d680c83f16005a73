"""Subject files -> subjects: read, drawn, checked, written out as notes; each file by itself, and only when it changed.

What a file gives depends on itself, the plan, the templates, the renderer and this tool, so that is its key. What only
shows between files (`rules.claims`) is looked at every time.
"""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from atlas_decks import processes, rules
from atlas_decks.cards.notes import make_notes, media_name
from atlas_decks.cards.rows import note_hash, row_of
from atlas_decks.cards.templates import Templates
from atlas_decks.compiled.store import CompiledDiagram, Store, StoredDiagram, Subject
from atlas_decks.curriculum import load
from atlas_decks.curriculum.models import Curriculum, Diagram, Plan
from atlas_decks.curriculum.source import Source, decode, read_bytes
from atlas_decks.diagrams import Cache, Renderer, RenderError, render_all
from atlas_decks.diagrams.picture import Picture
from atlas_decks.files.versions import packages
from atlas_decks.files.zip_archive import deflate
from atlas_decks.problems import Problem, ProblemsFoundError, has_errors
from atlas_decks.project import Project
from atlas_decks.schedule.refs import ref_of

_POOL_FROM = 150_000  # bytes of files to make: below, starting processes costs more than it saves
_CHUNK = 40_000  # bytes of files that a process takes at once


@dataclass(frozen=True)
class Survey:
    """All subjects of a curriculum.

    `clash` says that files may contradict each other. `templates` are problems that keep notes from being made; they
    matter only to those who want the notes. `shared` is a digest of what shapes every subject, `key` of all subjects.
    """

    plan: Plan
    problems: tuple[Problem, ...]
    templates: tuple[Problem, ...]
    clash: bool
    shared: str
    key: str
    diagrams: int
    bundles: tuple[StoredDiagram, ...]
    store: Store


@dataclass(frozen=True)
class _Setting:
    """What all files share; a worker process gets it once."""

    project: Project
    plan: Plan
    plan_source: Source
    renderer: Renderer
    store: Store


@dataclass(frozen=True)
class _Task:
    raw: bytes
    name: str
    key: str


@dataclass(frozen=True)
class _Outcome:
    """What comes of some files: how many diagrams, and problems of the templates, which leave them without notes."""

    unfilled: list[Problem]
    diagrams: int


class _Maker:
    """Makes subjects, in this process or in a worker."""

    def __init__(self, setting: _Setting) -> None:
        self._setting = setting
        self._cache = Cache(setting.project.picture_cache)
        self._templates = Templates(setting.project.templates)

    def make(self, task: _Task) -> _Outcome:
        """Make and store the subject of a file."""
        plan = self._setting.plan
        source, problems = decode(task.raw, task.name)
        head, diagrams, faults = load.load_file(source, plan) if source else (None, [], [])
        problems += faults
        sources = {diagram.id: diagram.spec.mermaid for diagram in diagrams}
        drawings, errors = render_all(sources, self._setting.renderer, self._cache)
        problems += [syntax_problem(d, errors[d.id]) for d in diagrams if d.id in errors]
        files = ((source, head),) if source and head else ()
        problems += rules.check(Curriculum(plan, self._setting.plan_source, tuple(diagrams), files), drawings)
        made: list[CompiledDiagram] = []
        unfilled: list[Problem] = []
        if not has_errors(problems):
            try:
                made = [bundle(diagram, drawings[diagram.id], plan, self._templates) for diagram in diagrams]
            except ProblemsFoundError as error:
                unfilled = error.problems
        claims = [(_hash(key), limit) for diagram in diagrams for key, limit in rules.claims(diagram)]
        self._setting.store.put(task.key, problems, claims, len(diagrams), made)
        return _Outcome(unfilled, len(diagrams))


def bundle(diagram: Diagram, drawing: Picture, plan: Plan, templates: Templates) -> CompiledDiagram:
    """All that a diagram brings to the packages. Raises ProblemsFoundError where a template is broken."""
    notes = list(make_notes(diagram, drawing, plan, templates))
    heads = [(note.kind, note.guid, note_hash(note), note.key.split("/")[2]) for note in notes]
    rows = [row_of(note) for note in notes]
    return CompiledDiagram(
        ref_of(diagram), heads, media_name(plan, diagram.id, drawing), rows, deflate(drawing.svg.encode())
    )


def syntax_problem(diagram: Diagram, error: RenderError) -> Problem:
    """A source that cannot be drawn, at the line at fault."""
    path = diagram.path("mermaid")
    line, column = diagram.origin.position(path)
    if path in diagram.origin.blocks and error.line:
        line, column = line + error.line, 1
    return Problem(diagram.origin.path, line, column, "mermaid-syntax", error.message, error.hint)


def survey(
    project: Project, renderer: Renderer, jobs: int = 1, progress: Callable[[int], None] = lambda _: None
) -> Survey:
    """PackageSettings at all subject files of a project, and make what is not in the store, `jobs` processes wide.

    `progress` is called with the number of diagrams just finished. Raises ProblemsFoundError where the plan cannot be
    read, RendererAwayError where the renderer cannot.
    """
    plan, plan_source = load.load_plan(project)
    files, problems = load.subject_files(project)
    setting = _Setting(project, plan, plan_source, renderer, _open_store(project))
    shared = shared_key(project, renderer.version)
    unfilled: list[Problem] = []
    subjects: list[Subject | str] = []
    keys: list[bytes] = []

    def tasks() -> Iterator[_Task]:
        for file in files:
            name = project.name(file)
            raw, faults = read_bytes(file, name)
            problems.extend(faults)
            if raw is None:
                continue
            key = hashlib.sha256(b"\0".join((shared, name.encode("utf-8", "surrogatepass"), raw))).hexdigest()
            keys.append(key.encode())
            subject = setting.store.get(key)
            subjects.append(key if subject is None else subject)
            if subject is None:
                yield _Task(raw, name, key)
            else:
                progress(subject.diagrams)

    for outcome in _make_all(tasks(), setting, jobs):
        unfilled += outcome.unfilled
        progress(outcome.diagrams)
    once = array("Q")
    counted: Counter[int] = Counter()
    limits: dict[int, int] = {}
    bundles: list[StoredDiagram] = []
    diagrams = 0
    made = [subject for subject in subjects if isinstance(subject, str)]
    for position, subject in enumerate(subjects):
        if isinstance(subject, str):
            subject = _reopen(setting.store, subject)
        problems += subject.problems
        once.extend(subject.once)
        for claim, limit in subject.counted:
            counted[claim] += 1
            limits[claim] = limit
        bundles += subject.bundles
        diagrams += subject.diagrams
        subjects[position] = ""
    clash = any(a == b for a, b in pairwise(sorted(once))) or any(counted[claim] > limits[claim] for claim in counted)
    if unfilled:  # what was stored has no notes, and must not be taken for complete
        for bundle_less in made:
            setting.store.drop(bundle_less)
    found = tuple(sorted(set(problems)))
    return Survey(
        plan=plan,
        problems=found,
        templates=tuple(sorted(set(unfilled))),
        clash=clash,
        shared=shared.hex(),
        key=hashlib.sha256(b"\0".join((shared, *keys))).hexdigest(),
        diagrams=diagrams,
        bundles=tuple(bundles),
        store=setting.store,
    )


def _reopen(store: Store, key: str) -> Subject:
    subject = store.get(key)
    if subject is None:
        raise OSError(5, "what was just written cannot be read", str(store.folder / key))
    return subject


def _open_store(project: Project) -> Store:
    """The project's store; where it cannot be written, one for this run."""
    try:
        project.compiled_folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=project.compiled_folder):
            return Store(project.compiled_folder)
    except OSError:
        temporary = TemporaryDirectory(prefix="atlas-decks-")
        return Store(Path(temporary.name), temporary)


def shared_key(project: Project, renderer_version: str) -> bytes:
    """A digest of all that shapes every subject: plan, templates, renderer, this tool and what it is built on."""
    digest = hashlib.sha256(f"{renderer_version}\0{_tool()}\0".encode())
    digest.update(project.plan_file.read_bytes())
    for folder in project.templates:
        for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if file.is_file():
                digest.update(f"\0{file.relative_to(folder).as_posix()}\0".encode("utf-8", "surrogatepass"))
                digest.update(file.read_bytes())
    return digest.digest()


def tool_files() -> list[Path]:
    """The tool's own code, and its font."""
    package = Path(__file__).parents[1]
    return sorted([*package.rglob("*.py"), *package.rglob("*.ttf")])


@lru_cache(maxsize=1)
def _tool() -> str:
    """A digest of the tool's own code and of the names and versions of all installed packages."""
    digest = hashlib.sha256(sys.version.encode())
    for file in tool_files():
        digest.update(file.read_bytes())
    digest.update("\0".join(packages()).encode())
    return digest.hexdigest()


def _hash(claim: str) -> int:
    return int.from_bytes(hashlib.blake2b(claim.encode("utf-8", "surrogatepass"), digest_size=8).digest())


# --- processes --------------------------------------------------------------------------------------------------------

_worker: _Maker | None = None


def _start(setting: _Setting) -> None:
    global _worker
    processes.start()
    _worker = _Maker(setting)


def _work(tasks: list[_Task]) -> _Outcome:
    assert _worker is not None, "the pool starts its processes with _start"  # noqa: S101
    made = [_worker.make(task) for task in tasks]
    return _Outcome([problem for outcome in made for problem in outcome.unfilled], sum(o.diagrams for o in made))


def _make_all(tasks: Iterable[_Task], setting: _Setting, jobs: int) -> Iterator[_Outcome]:
    """Make every task's subject: a few here, many in processes, of which only so many are under way at a time."""
    chunks = _chunks(tasks)
    first: list[list[_Task]] = []
    size = 0
    for chunk in chunks:
        first.append(chunk)
        size += sum(len(task.raw) for task in chunk)
        if jobs > 1 and size >= _POOL_FROM:
            break
    else:
        if first:
            maker = _Maker(setting)
            yield from (maker.make(task) for chunk in first for task in chunk)
        return
    with ProcessPoolExecutor(jobs, initializer=_start, initargs=(setting,)) as pool:
        pending: deque[Future[_Outcome]] = deque(pool.submit(_work, chunk) for chunk in first)
        try:
            for chunk in chunks:
                pending.append(pool.submit(_work, chunk))
                if len(pending) > 3 * jobs + len(first):
                    yield pending.popleft().result()
            for future in pending:
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _chunks(tasks: Iterable[_Task]) -> Iterator[list[_Task]]:
    chunk: list[_Task] = []
    size = 0
    for task in tasks:
        chunk.append(task)
        size += len(task.raw)
        if size >= _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
