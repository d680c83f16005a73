"""Rules on identity and place: ids, groups, counts, folders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from atlas_decks.curriculum.models import Curriculum, Diagram
from atlas_decks.problems import Problem
from atlas_decks.rules.registry import curriculum_rule, diagram_rule


@curriculum_rule("id-unique", claims=lambda d: [(d.id, 1)])
def id_unique(curriculum: Curriculum) -> Iterator[Problem]:
    """A diagram's id is unique over the curriculum: the GUIDs of its notes hang on it."""
    first: dict[str, Diagram] = {}
    for diagram in curriculum.diagrams:
        if (other := first.setdefault(diagram.id, diagram)) is not diagram:
            line = other.origin.position(other.path("id"))[0]
            message = f"`{diagram.id}` is also the id of a diagram at {other.origin.path}:{line}"
            yield diagram.origin.problem(diagram.path("id"), "id-unique", message, "give the newer one another id")


@curriculum_rule("fact-id-unique", claims=None)
def fact_id_unique(curriculum: Curriculum) -> Iterator[Problem]:
    """A fact's id is unique within its diagram and kind."""
    for diagram in curriculum.diagrams:
        seen: set[tuple[str, str]] = set()
        for _, kind, index, fact in diagram.facts():
            if (kind, fact.key) in seen:
                message = f"two {kind.replace('_', '-')} share the id `{fact.key}`"
                yield diagram.origin.problem(diagram.path(kind, index), "fact-id-unique", message, "give one an `id`")
            seen.add((kind, fact.key))


def _group(diagram: Diagram) -> list[tuple[str, int]]:
    group = diagram.group
    return [] if group is None else [(f"{diagram.category.slug}/{group.slug}", group.planned)]


@curriculum_rule("planned-count", claims=_group)
def planned_count(curriculum: Curriculum) -> Iterator[Problem]:
    """No group holds more diagrams than the plan has for it."""
    count: Counter[tuple[str, str]] = Counter()
    for diagram in curriculum.diagrams:
        group = diagram.group
        if group is None:
            continue
        count[diagram.category.slug, group.slug] += 1
        if count[diagram.category.slug, group.slug] == group.planned + 1:
            message = f"group `{group.slug}` is full: {group.planned} diagrams are planned"
            yield diagram.origin.problem(
                diagram.path("group"), "planned-count", message, "raise `planned` in atlas.yaml"
            )


def _facet(diagram: Diagram) -> list[tuple[str, int]]:
    if diagram.company is None or diagram.category.facets_of is None:
        return []
    return [(f"{diagram.company.slug}/{diagram.spec.group}", 1)]


@curriculum_rule("company-facet", claims=_facet)
def company_facet(curriculum: Curriculum) -> Iterator[Problem]:
    """A company has one diagram a facet, where groups of its category are facets of companies."""
    seen: dict[tuple[str, str], str] = {}
    for diagram in curriculum.diagrams:
        if diagram.company is None or diagram.category.facets_of is None:
            continue
        key = (diagram.company.slug, diagram.spec.group)
        if key in seen:
            message = f"{diagram.company.name} already has `{diagram.spec.group}`: {seen[key]}"
            yield diagram.origin.problem(diagram.path("group"), "company-facet", message, "use another facet")
        seen.setdefault(key, diagram.id)


@diagram_rule("known-group")
def known_group(diagram: Diagram) -> Iterator[Problem]:
    """The group is one of the category's."""
    if diagram.group is None:
        known = ", ".join(group.slug for group in diagram.category.groups)
        message = f"category `{diagram.category.slug}` has no group `{diagram.spec.group}`"
        yield diagram.origin.problem(diagram.path("group"), "known-group", message, f"one of {known}")


@diagram_rule("file-place")
def file_place(diagram: Diagram) -> Iterator[Problem]:
    """The file lies in `<tier number>-<tier>/<category>/`."""
    parts = PurePosixPath(diagram.origin.path).parts
    if diagram.index == 0 and (
        len(parts) < 4 or parts[-2] != diagram.category.slug or not parts[-3].startswith(f"{diagram.category.tier}-")
    ):
        wanted = f"curriculum/{diagram.category.tier}-.../{diagram.category.slug}/"
        message = f"a file of category `{diagram.category.slug}` belongs into {wanted}"
        yield diagram.origin.problem(("category",), "file-place", message, "move the file, or mend `category:`")
