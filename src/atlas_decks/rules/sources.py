"""Rules on sources: every number has one, every one is used."""

from __future__ import annotations

from collections.abc import Iterator

from atlas_decks.curriculum.models import Curriculum, Diagram, Metric
from atlas_decks.problems import Problem
from atlas_decks.rules.registry import curriculum_rule, diagram_rule


@diagram_rule("source-known")
def source_known(diagram: Diagram) -> Iterator[Problem]:
    """Every cited source is listed under the file's `sources`."""
    cited: list[tuple[tuple[str | int, ...], str]] = []
    if diagram.spec.source:
        cited.append((diagram.path("source"), diagram.spec.source))
    for _, kind, index, fact in diagram.facts():
        if fact.source:
            cited.append((diagram.path(kind, index, "source"), fact.source))
    for path, key in cited:
        if key not in diagram.sources:
            hint = f"sources of this file: {', '.join(diagram.sources)}"
            yield diagram.origin.problem(path, "source-known", f"no source `{key}`", hint)


@curriculum_rule("source-used", claims=None)
def source_used(curriculum: Curriculum) -> Iterator[Problem]:
    """Every source of a file is cited by one of its facts."""
    used: dict[str, set[str]] = {}
    for diagram in curriculum.diagrams:
        keys = used.setdefault(diagram.origin.path, set())
        keys.add(diagram.main_source)
        keys.update(fact.source for _, _, _, fact in diagram.facts() if fact.source)
        keys.update(trace.source for trace in diagram.spec.traces if trace.source)
        keys.update(decision.source for decision in diagram.spec.decisions if decision.source)
    for source, head in curriculum.files:
        for key in head.sources:
            if source.path in used and key not in used[source.path]:
                hint = "cite it, or remove it"
                yield source.problem(("sources", key), "source-used", f"source `{key}` is not cited", hint, key=True)


@diagram_rule("derived-formula")
def derived_formula(diagram: Diagram) -> Iterator[Problem]:
    """A derived or worked metric shows its formula, and only such a one has one."""
    for index, metric in enumerate(diagram.spec.metrics):
        if (metric.basis in ("derived", "worked")) != (metric.formula is not None):
            wrong = "needs its `formula`" if metric.formula is None else "has a formula but is not derived or worked"
            hint = "the card shows how the number follows from others: reported ones, or inputs made up for the example"
            yield diagram.origin.problem(diagram.path("metrics", index), "derived-formula", f"the metric {wrong}", hint)


@diagram_rule("as-of-source")
def as_of_source(diagram: Diagram) -> Iterator[Problem]:
    """A number is not younger than the source that states it."""

    def late(metric: Metric) -> bool:
        source = diagram.sources.get(metric.source)
        return source is not None and metric.as_of > source.year

    for index, metric in enumerate(diagram.spec.metrics):
        if late(metric):
            year = diagram.sources[metric.source].year
            message = f"as_of {metric.as_of} is later than its source ({year})"
            hint = "as_of is the year in which the number was true"
            yield diagram.origin.problem(diagram.path("metrics", index, "as_of"), "as-of-source", message, hint)
