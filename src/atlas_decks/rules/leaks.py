"""Rules on what gives an answer away: edges beside the hidden node, and the line above the prompt."""

from __future__ import annotations

from collections.abc import Iterator

from atlas_decks.curriculum.models import Component, Diagram, Metric
from atlas_decks.diagrams.picture import Picture
from atlas_decks.problems import Problem
from atlas_decks.rules.registry import diagram_rule, picture_rule
from atlas_decks.rules.words import contains, content_words, said_twice

_SHARED = 2  # content words that a prompt and one edge beside the mask may not have in common


@picture_rule("edge-leak")
def edge_leak(diagram: Diagram, picture: Picture) -> Iterator[Problem]:
    """An edge beside a hidden node shares no word with its answer, and at most one with its prompt (a warning)."""
    for index, component in enumerate(diagram.spec.components):
        answer, prompt = content_words(component.answer), content_words(component.prompt)
        for edge in picture.edges:
            if component.node not in (edge.start, edge.end) or not edge.label:
                continue
            beside = content_words(edge.label)
            if answer & beside:
                at = diagram.path("components", index, "answer")
                said = said_twice(component.answer, edge.label)
                message = f"the edge `{edge.label}` beside the hidden node says `{said}`, as the answer does"
                yield diagram.origin.problem(at, "edge-leak", message, "reword the edge, or ask for another node")
            elif len(common := sorted(prompt & beside)) >= _SHARED:
                at = diagram.path("components", index, "prompt")
                message = f"the prompt and the edge `{edge.label}` beside the hidden node share {', '.join(common)}"
                yield diagram.origin.problem(
                    at, "edge-leak", message, "ask why or when, not what the edge says", severity="warning"
                )


@diagram_rule("breadcrumb-leak")
def breadcrumb_leak(diagram: Diagram) -> Iterator[Problem]:
    """The line above a prompt, with category, company and group, does not print the answer."""
    parts = [diagram.category.title, *(part.title for part in [diagram.group] if part)]
    parts += [diagram.company.name] if diagram.company else []
    for _, key, index, fact in diagram.facts():
        if isinstance(fact, (Component, Metric)):
            for part in parts:
                if contains(part, fact.answer):
                    at = diagram.path(key, index, "answer")
                    message = f"`{fact.answer}` stands above the prompt: `{part}`"
                    yield diagram.origin.problem(at, "breadcrumb-leak", message, "ask for something else")
