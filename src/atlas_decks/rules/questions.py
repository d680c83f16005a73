"""Rules on what is asked: one thing, not the picture, never the same twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations

from atlas_decks.curriculum.models import Component, Curriculum, Diagram, Metric
from atlas_decks.diagrams.picture import Picture
from atlas_decks.problems import Problem
from atlas_decks.rules.registry import curriculum_rule, diagram_rule, picture_rule
from atlas_decks.rules.words import content_words, words

_PLACEHOLDER = re.compile(r"^[a-z]+(?: [a-z]| ?[0-9]+)$", re.IGNORECASE)
_NUMBERED = frozenset(
    words(
        """
        broker cell client consumer db host instance machine member node partition peer pod primary process producer
        queue region replica secondary server service shard site table task thread user worker zone
        """
    )
)
_PICTURE = re.compile(
    r"\b(?:drawn|depicted|(?:in|of|on) (?:the|this) (?:picture|diagram|drawing|figure)|"
    r"(?:wrong|left|right|upper|lower) side|(?:left|right)most)\b",
    re.IGNORECASE,
)
_SECOND = re.compile(r"\band (?:what|which|how|why|when|where|who|whom|whose)\b", re.IGNORECASE)
_LONGEST, _ALIKE = 6, 3  # two facts ask the same if three of their six longest words do
_NAME = re.compile(r"(?<=\w[ ,:]) ?[A-Z][\w-]+")  # within a sentence: of a product, a company, a protocol
_DECISION = re.compile(r"(?<![\w-])([A-Za-z_][\w-]*)\{(?!\{)")


@diagram_rule("placeholder-answer", language="en")
def placeholder_answer(diagram: Diagram) -> Iterator[Problem]:
    """No answer is a numbered stand-in such as `Worker 8` or `Server A`."""
    for _, key, index, fact in diagram.facts():
        answer = fact.answer if isinstance(fact, Component) else ""
        if _PLACEHOLDER.match(answer) and words(answer)[0].rstrip("0123456789") in _NUMBERED:
            at = diagram.path(key, index, "answer")
            hint = "ask for a part that differs from its siblings by what it does"
            yield diagram.origin.problem(at, "placeholder-answer", f"`{answer}` is one of many", hint)


@diagram_rule("picture-word", language="en")
def picture_word(diagram: Diagram) -> Iterator[Problem]:
    """A prompt asks about the system, not about the picture: no `drawn`, `in the diagram`, `left side`."""
    for _, key, index, fact in diagram.facts():
        if match := _PICTURE.search(fact.prompt):
            at = diagram.path(key, index, "prompt")
            hint = "say what the part does, so that the question can be answered without the picture"
            yield diagram.origin.problem(at, "picture-word", f"the prompt says `{match.group()}`", hint)


@diagram_rule("asked-once", language="en")
def asked_once(diagram: Diagram) -> Iterator[Problem]:
    """A prompt asks one thing; that of a trade-off may ask for both sides."""
    for card, key, index, fact in diagram.facts():
        *before, last = re.split(r"(?<=[.!?:])\s+", fact.prompt)
        second = any(sentence.endswith("?") for sentence in before) and last.endswith("?")
        if second or (card != "trade-off" and last.endswith("?") and _SECOND.search(last)):
            at = diagram.path(key, index, "prompt")
            message = "the prompt asks a second question"
            yield diagram.origin.problem(at, "asked-once", message, "make it two facts, or ask the one that matters")


def _alike(fact: object) -> set[str]:
    """What facts that ask the same have in common: answer, first name in the prompt, and three of its longest words."""
    if not isinstance(fact, (Component, Metric)):
        return set()
    named = _NAME.search(fact.prompt)
    longest = sorted(content_words(fact.prompt), key=lambda word: (-len(word), word))[:_LONGEST]
    whose = " ".join([*words(fact.answer), "|", named.group() if named else "", "|"])
    return {" ".join([whose, *sorted(some)]) for some in combinations(longest, _ALIKE)}


def _claims(diagram: Diagram) -> Iterable[tuple[str, int]]:
    return [(key, 1) for key in {key for *_, fact in diagram.facts() for key in _alike(fact)}]


@curriculum_rule("fact-unique", claims=_claims)
def fact_unique(curriculum: Curriculum) -> Iterator[Problem]:
    """No two diagrams ask for the same fact: one answer, one system, and prompts that share their longest words."""
    first: dict[str, str] = {}
    for diagram in curriculum.diagrams:
        for _, key, index, fact in diagram.facts():
            others = {first[alike] for alike in _alike(fact) if alike in first} - {diagram.id}
            if others:
                at = diagram.path(key, index, "prompt")
                message = f"{min(others)} asks for the same fact"
                yield diagram.origin.problem(at, "fact-unique", message, "keep it where it belongs, and ask another")
        for *_, fact in diagram.facts():
            for alike in _alike(fact):
                first.setdefault(alike, diagram.id)


@picture_rule("trace-path", fixed=True)
def trace_path(diagram: Diagram, picture: Picture) -> Iterator[Problem]:
    """A trace goes through nodes of the picture, along its edges, and through none twice."""
    for index, trace in enumerate(diagram.spec.traces):
        for position, node in enumerate(trace.path):
            at = diagram.path("traces", index, "path", position)
            if node not in picture.nodes:
                hint = f"nodes: {', '.join(sorted(picture.nodes))}"
                yield diagram.origin.problem(at, "trace-path", f"no node `{node}` in the diagram", hint)
            elif node in trace.path[:position]:
                yield diagram.origin.problem(at, "trace-path", f"`{node}` stands in the path twice", "end it before")
            elif position and not any(edge.joins(trace.path[position - 1], node) for edge in picture.edges):
                message = f"no edge from `{trace.path[position - 1]}` to `{node}`"
                yield diagram.origin.problem(at, "trace-path", message, "draw the edge, or go along those there are")


@curriculum_rule("decision-not", claims=None)
def decision_not(curriculum: Curriculum) -> Iterator[Problem]:
    """What a decision rules out is not its answer, and something that its plan, diagram or `tell` speaks of."""
    plan = curriculum.plan
    names = content_words(" ".join(group.title for category in plan.categories for group in category.groups))
    for diagram in curriculum.diagrams:
        spec = diagram.spec
        for index, decision in enumerate(spec.decisions):
            at = diagram.path("decisions", index, "not")
            own = content_words(f"{spec.title} {spec.shows} {spec.mermaid} {decision.tell}")
            if words(decision.wrong) == words(decision.answer):
                yield diagram.origin.problem(
                    at, "decision-not", "it rules out its own answer", "name the nearest other"
                )
            elif not content_words(decision.wrong) & (names | own):
                message = f"nothing else speaks of `{decision.wrong}`"
                hint = "name the pattern that one would take it for, and say in `tell` what tells them apart"
                yield diagram.origin.problem(at, "decision-not", message, hint, severity="warning")


@picture_rule("one-exit")
def one_exit(diagram: Diagram, picture: Picture) -> Iterator[Problem]:
    """A decision node, a diamond, has at least two ways out."""
    if picture.kind != "flowchart":
        return
    for node in sorted(set(_DECISION.findall(diagram.spec.mermaid)) & picture.nodes.keys()):
        exits = [edge for edge in picture.edges if edge.start == node and edge.arrow != "start"]
        if len(exits) == 1:
            message = f"`{picture.name_of(node)}` is drawn as a decision and has one way out"
            hint = "draw the other way too, or make it a step"
            yield diagram.origin.problem(diagram.path("mermaid"), "one-exit", message, hint)
