"""How many diagrams and notes there are, without drawing a picture: from the store, or by loading a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from atlas_decks.cards.kinds import KINDS
from atlas_decks.compiled.keys import shared_key, subject_key
from atlas_decks.compiled.store import Store
from atlas_decks.curriculum import load
from atlas_decks.curriculum.models import Plan
from atlas_decks.curriculum.source import decode, read_bytes
from atlas_decks.diagrams import EmbeddedRenderer
from atlas_decks.project import Project


class DiagramTally(NamedTuple):
    """A diagram: where it belongs, and how many notes of each kind it gives."""

    category: str
    group: str
    notes: Counter[str]


def tally(project: Project, plan: Plan) -> Iterator[DiagramTally]:
    """Count every diagram that can be read, file by file.

    What the last `check` or `build` compiled is taken from the store; a file that changed since, or with which
    something is wrong, is loaded.
    """
    store = Store(project.compiled_folder)
    shared = shared_key(project, EmbeddedRenderer().version)
    of_diagram = [kind.slug for kind in KINDS.values() if kind.fact is None]
    files, _ = load.subject_files(project)
    for file in files:
        name = project.name(file)
        raw, _ = read_bytes(file, name)
        if raw is None:
            continue
        stored = store.get(subject_key(shared, name, raw))
        if stored is not None and len(stored.diagrams) == stored.count:
            for diagram in stored.diagrams:
                ref = diagram.ref
                yield DiagramTally(ref.category, ref.group, Counter(head.kind for head in diagram.heads))
            continue
        source, _ = decode(raw, name)
        for loaded in load.load_file(source, plan).diagrams if source else ():
            kinds = Counter([*(ref.kind for ref in loaded.facts()), *of_diagram])
            yield DiagramTally(loaded.category.slug, loaded.spec.group, kinds)
