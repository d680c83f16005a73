"""Rules on the cards as questions: each can be answered in seconds, and nothing gives the answer away."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atlas_decks.cards.kinds import KINDS
from atlas_decks.curriculum.models import Component, Curriculum, Diagram, Metric
from atlas_decks.problems import Problem
from atlas_decks.rules.registry import curriculum_rule, diagram_rule
from atlas_decks.rules.words import contains, is_question, words

_YES_NO = frozenset(
    [
        *("is", "are", "was", "were", "do", "does", "did", "has", "have", "had", "can", "could", "should", "would"),
        *("will", "may", "might", "must", "isn't", "aren't", "doesn't"),
    ]
)


@diagram_rule("prompt-question")
def prompt_question(diagram: Diagram) -> Iterator[Problem]:
    """A prompt is a question; that of a failure or a decision may be a situation, as the cards ask the question."""
    for card, kind, index, fact in diagram.facts():
        if KINDS[card].asks and not is_question(fact.prompt):
            at = diagram.path(kind, index, "prompt")
            yield diagram.origin.problem(at, "prompt-question", "the prompt does not end with `?`", "ask one question")


def _question(prompt: str) -> str:
    return " ".join(words(prompt))


@curriculum_rule("prompt-unique", claims=lambda d: [(_question(fact.prompt), 1) for *_, fact in d.facts()])
def prompt_unique(curriculum: Curriculum) -> Iterator[Problem]:
    """No two cards of the curriculum ask the same."""
    first: dict[str, str] = {}
    for diagram in curriculum.diagrams:
        for _, kind, index, fact in diagram.facts():
            key = _question(fact.prompt)
            here = f"{diagram.id} ({kind})"
            if key in first:
                at = diagram.path(kind, index, "prompt")
                message = f"the same question stands in {first[key]}"
                yield diagram.origin.problem(at, "prompt-unique", message, "say which system and which case is meant")
            first.setdefault(key, here)


@diagram_rule("prompt-yes-no", language="en")
def prompt_yes_no(diagram: Diagram) -> Iterator[Problem]:
    """A question is not answered with yes or no."""
    for _, kind, index, fact in diagram.facts():
        sentence = re.split(r"(?<=[.!?;:])\s+", fact.prompt)[-1]
        if (start := words(sentence)[:1]) and start[0] in _YES_NO:
            at = diagram.path(kind, index, "prompt")
            hint = "ask which, what, why or how much"
            yield diagram.origin.problem(at, "prompt-yes-no", f"a question that starts with `{start[0]}`", hint)


@diagram_rule("answer-in-prompt")
def answer_in_prompt(diagram: Diagram) -> Iterator[Problem]:
    """The answer of a component or metric is not in its own prompt."""
    for _, kind, index, fact in diagram.facts():
        if isinstance(fact, (Component, Metric)) and contains(fact.prompt, fact.answer):
            at = diagram.path(kind, index, "prompt")
            message = f"the prompt contains the answer `{fact.answer}`"
            yield diagram.origin.problem(at, "answer-in-prompt", message, "ask by role, not by name")


@diagram_rule("metric-number")
def metric_number(diagram: Diagram) -> Iterator[Problem]:
    """A metric's answer holds a number in digits."""
    for index, metric in enumerate(diagram.spec.metrics):
        if not any(char.isdigit() for char in metric.answer):
            at = diagram.path("metrics", index, "answer")
            hint = "write the number in digits, or make it another kind of fact"
            yield diagram.origin.problem(at, "metric-number", "no digit in a metric's answer", hint)


@diagram_rule("trigger-leak")
def trigger_leak(diagram: Diagram) -> Iterator[Problem]:
    """A failure's front does not tell its effect or containment."""
    for index, failure in enumerate(diagram.spec.failures):
        for name, text in (("effect", failure.effect), ("containment", failure.containment)):
            if contains(f"{failure.prompt} {failure.trigger}", text):
                at = diagram.path("failures", index, "trigger")
                message = f"the {name} stands on the front"
                yield diagram.origin.problem(at, "trigger-leak", message, "the front has prompt and trigger only")
