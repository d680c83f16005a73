"""The fixed words of the cards: one table, which a project translates under `words:` in atlas.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, reduce
from string import Formatter
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

_Word = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


def _places(text: str) -> set[str]:
    """The names of the places in a text: {"n"} of "{n} gains"."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _parsed(text: str) -> list[tuple[str, str | None, str | None, str | None]]:
    """The parts of a text as `str.format` sees them; none where it cannot be read, which is found out elsewhere."""
    try:
        return list(Formatter().parse(text))
    except ValueError:
        return []


class Words(BaseModel):
    """Every word that stands on cards and comes from no diagram. What stands in braces is put in by the program."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # every kind
    tier: _Word = "Tier {number}"
    show_diagram: _Word = "Show the diagram"
    larger_picture: _Word = "Larger picture"
    your_note: _Word = "Your note"
    report: _Word = "Report a mistake"
    grading: _Word = "Grading"
    listed: _Word = "{a}, {b}"
    # component
    whole_diagram: _Word = "Whole diagram"
    # metric
    formula: _Word = "Formula"
    as_of: _Word = "As of"
    reported: _Word = "reported"
    documented: _Word = "documented"
    derived: _Word = "derived"
    worked: _Word = "worked example"
    # trade-off
    choice: _Word = "Choice"
    gains: _Word = "Gains"
    costs: _Word = "Costs"
    one_gain: _Word = "1 gain"
    many_gains: _Word = "{n} gains"
    one_cost: _Word = "1 cost"
    many_costs: _Word = "{n} costs"
    grade_sides: _Word = "All of it: Good. One missing: Hard. A whole side missing: Again."
    grade_pair: _Word = "Both: Good. A side missing: Again."
    grade_list: _Word = "All {n}: Good. One missing: Hard. More missing: Again."
    ask_other: _Word = "When is the other choice right?"
    # failure
    trigger: _Word = "Trigger"
    effect: _Word = "Effect"
    containment: _Word = "Containment"
    detection: _Word = "Detection"
    ask_effect: _Word = "What breaks?"
    ask_containment: _Word = "What contains it?"
    ask_detection: _Word = "How is it noticed?"
    # trace
    parts_in_order: _Word = "{n} parts, in order"
    grade_path: _Word = "Every part in order: Good. One wrong or missing: Hard. More: Again."
    # decision
    ask_decision: _Word = "Which pattern answers this?"
    wrong: _Word = "Not"
    tell: _Word = "What decides"
    # redraw
    redraw: _Word = "Redraw from memory"
    task: _Word = "Task"
    size_parts: _Word = "{nodes} nodes and {edges} edges"
    size_states: _Word = "{nodes} states and {edges} transitions"
    size_messages: _Word = "{nodes} participants and {edges} messages"
    size_entities: _Word = "{nodes} entities and {edges} relations"
    at_most: _Word = "at most {minutes} minutes, pen and paper"
    how: _Word = "How"
    hook: _Word = "{hook}: {story}"
    check: _Word = "Check yourself"
    grade_points: _Word = (
        "{n} points. {good} or more: Good. {hard} or more: Hard. Fewer: Again. Easy only where all came without effort."
    )
    grade_few: _Word = "All {n} points: Good. {hard}: Hard. Fewer: Again. Easy only where all came without effort."
    grade_one: _Word = "Met: Good. Not met: Again."
    # what is read out of a picture; {a} and {b} are the ends of an edge, {label} is what it says
    alt_nodes: _Word = "Nodes"
    alt_participants: _Word = "Participants"
    alt_states: _Word = "States"
    alt_entities: _Word = "Entities"
    alt_edges: _Word = "Edges"
    alt_messages: _Word = "Messages"
    alt_transitions: _Word = "Transitions"
    alt_relations: _Word = "Relations"
    alt_frames: _Word = "Frames"
    alt_notes: _Word = "Notes"
    alt_texts: _Word = "Texts"
    alt_hidden: _Word = "?"
    alt_begin: _Word = "start"
    alt_finish: _Word = "end"
    alt_edge: _Word = "{a} to {b}"
    alt_both: _Word = "{a} to and from {b}"
    alt_line: _Word = "{a} and {b}"
    alt_said: _Word = "{edge}: {label}"

    def listing(self, parts: Iterable[str]) -> str:
        """The parts as a list within a sentence, with the commas of the language."""
        return reduce(lambda a, b: self.listed.format(a=a, b=b), parts)

    @cached_property
    def of_pictures(self) -> dict[str, str]:
        """The words of alternative texts, by their short names."""
        return {name[4:]: getattr(self, name) for name in type(self).model_fields if name.startswith("alt_")}

    @model_validator(mode="after")
    def _same_places(self) -> Words:
        for name, field in type(self).model_fields.items():
            text = getattr(self, name)
            if "{{" in text or "}}" in text:
                raise ValueError(f"`{name}`: two braces in a row, which Anki takes for a field")
            if any(spec or conversion for _, _, spec, conversion in _parsed(text)):
                raise ValueError(f"`{name}`: braces hold a name and nothing else")
            try:
                places = _places(text)
            except ValueError as error:
                raise ValueError(f"`{name}`: {error}; braces stand around {_listed(field.default)}") from error
            if places != _places(field.default):
                raise ValueError(f"`{name}` has {_listed(text)} in braces; it needs {_listed(field.default)}")
        return self


def _listed(text: str) -> str:
    return ", ".join(sorted(_places(text))) or "nothing"
