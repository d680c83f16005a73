"""Rules on sources: every number has one, every one is used."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atlas_decks.curriculum.models import Curriculum, Diagram, Metric
from atlas_decks.problems import Problem
from atlas_decks.rules.registry import curriculum_rule, diagram_rule
from atlas_decks.rules.words import words

_VERSION = re.compile(r"(?<![\w.])v?\d+(?:\.\d+)+(?![\w%])|\bv\d+\b|\b[Vv]ersion \d+|\b[A-Z]\w+ A?\d{1,2}\b")
_DATED = re.compile(r"\b20\d\d\b")  # living documentation has no releases: the year that was read
_FLOATING = re.compile(r"/(?:latest|current|stable|nightly)/|/(?:blob|tree|raw)/(?:master|main|HEAD|trunk)/")
_WITHOUT_RELEASES = ("https://docs.aws.amazon.com/", "https://cloud.google.com/", "https://learn.microsoft.com/")
_PRODUCT = re.compile(r"\b([A-Z][A-Za-z]+) v?(\d+\.\d+)")


@diagram_rule("source-known", fixed=True)
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


@diagram_rule("where")
def where(diagram: Diagram) -> Iterator[Problem]:
    """A reported or documented number says at which section, table or line of its source it stands."""
    for index, metric in enumerate(diagram.spec.metrics):
        if metric.basis in ("reported", "documented") and metric.where is None:
            at = diagram.path("metrics", index)
            hint = "add `where: section, table or heading`: whoever saw the number knows it"
            yield diagram.origin.problem(at, "where", "the metric does not say where in its source it stands", hint)


@diagram_rule("version-drift")
def version_drift(diagram: Diagram) -> Iterator[Problem]:
    """A documented default names its version, and is of the version that its source names."""
    for index, metric in enumerate(diagram.spec.metrics):
        source = diagram.sources.get(metric.source)
        if metric.basis != "documented" or source is None:
            continue
        at = diagram.path("metrics", index, "prompt")
        asked = f"{metric.prompt} {metric.detail}"
        cited = f"{source.title} {source.url or ''} {source.version or ''}"
        if "default" in words(asked) and not (_VERSION.search(asked) or _VERSION.search(cited) or _DATED.search(asked)):
            hint = "say it in the prompt, or as `version` of the source"
            yield diagram.origin.problem(at, "version-drift", "a default without the version that has it", hint)
        elif drift := _drift(asked, cited):
            message = f"the card says {drift} and its source another version"
            yield diagram.origin.problem(at, "version-drift", message, "cite the page of that version")
        floats = source.url and _FLOATING.search(source.url) and not source.url.startswith(_WITHOUT_RELEASES)
        if floats and not (source.version or _VERSION.search(source.title) or _DATED.search(f"{asked} {source.title}")):
            message = f"the page behind {source.url} changes with each release"
            hint = f"give the address of one release, or `version` under sources.{metric.source}"
            yield diagram.origin.problem(at, "version-drift", message, hint)


def _drift(asked: str, cited: str) -> str:
    """A product with its version as the card names it, where the source names the product with another version."""
    for name, version in _PRODUCT.findall(asked):
        others = [found for product, found in _PRODUCT.findall(cited) if product == name]
        if others and version not in others:
            return f"{name} {version}"
    return ""
