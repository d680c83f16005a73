"""The fixed words of cards, book and site: one table, which a project translates under `words:` in atlas.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, reduce

from atlas_decks.curriculum.book_words import BookWords
from atlas_decks.curriculum.site_words import SiteWords
from atlas_decks.curriculum.word_table import Table, Word


class Words(Table):
    """Every word that stands on cards and comes from no diagram. What stands in braces is put in by the program.

    The pages of book and site have these words too where they say the same, and more in `book` and `site`.
    """

    # every kind
    tier: Word = "Tier {number}"
    show_diagram: Word = "Show the diagram"
    larger_picture: Word = "Larger picture"
    your_note: Word = "Your note"
    report: Word = "Report a mistake"
    grading: Word = "Grading"
    listed: Word = "{a}, {b}"
    # component
    whole_diagram: Word = "Whole diagram"
    # metric
    formula: Word = "Formula"
    as_of: Word = "As of"
    reported: Word = "reported"
    documented: Word = "documented"
    derived: Word = "derived"
    worked: Word = "worked example, its numbers are invented"
    # trade-off
    choice: Word = "Choice"
    gains: Word = "Gains"
    costs: Word = "Costs"
    one_gain: Word = "1 gain"
    many_gains: Word = "{n} gains"
    one_cost: Word = "1 cost"
    many_costs: Word = "{n} costs"
    grade_sides: Word = "All of it: Good. One missing: Hard. A whole side missing: Again."
    grade_pair: Word = "Both: Good. A side missing: Again."
    grade_list: Word = "All {n}: Good. One missing: Hard. More missing: Again."
    ask_other: Word = "When is the other choice right?"
    # failure
    trigger: Word = "Trigger"
    effect: Word = "Effect"
    containment: Word = "Containment"
    detection: Word = "Detection"
    ask_effect: Word = "What breaks?"
    ask_containment: Word = "What contains it?"
    ask_detection: Word = "How is it noticed?"
    # trace
    parts_in_order: Word = "{n} parts, in order, the first and the last included"
    grade_path: Word = "Every part in order: Good. One wrong or missing: Hard. More: Again."
    # decision
    ask_decision: Word = "Which pattern answers this?"
    wrong: Word = "Not"
    tell: Word = "What decides"
    # redraw
    redraw: Word = "Redraw from memory"
    task: Word = "Task"
    size_parts: Word = "{nodes} nodes and {edges} edges"
    size_states: Word = "{nodes} states and {edges} transitions"
    size_messages: Word = "{nodes} participants and {edges} messages"
    size_entities: Word = "{nodes} entities and {edges} relations"
    at_most: Word = "at most {minutes} minutes, pen and paper"
    how: Word = "How"
    hook: Word = "{hook}: {story}"
    check: Word = "Check yourself"
    grade_points: Word = (
        "{n} points. {good} or more: Good. {hard} or more: Hard. Fewer: Again. Easy only where all came without effort."
    )
    grade_few: Word = "All {n} points: Good. {hard}: Hard. Fewer: Again. Easy only where all came without effort."
    grade_one: Word = "Met: Good. Not met: Again."
    # what is read out of a picture; {a} and {b} are the ends of an edge, {label} is what it says
    alt_nodes: Word = "Nodes"
    alt_participants: Word = "Participants"
    alt_states: Word = "States"
    alt_entities: Word = "Entities"
    alt_edges: Word = "Edges"
    alt_messages: Word = "Messages"
    alt_transitions: Word = "Transitions"
    alt_relations: Word = "Relations"
    alt_frames: Word = "Frames"
    alt_notes: Word = "Notes"
    alt_texts: Word = "Texts"
    alt_hidden: Word = "?"
    alt_begin: Word = "start"
    alt_finish: Word = "end"
    alt_edge: Word = "{a} to {b}"
    alt_both: Word = "{a} to and from {b}"
    alt_line: Word = "{a} and {b}"
    alt_said: Word = "{edge}: {label}"
    # the pages that are read before recalling
    book: BookWords = BookWords()
    # the pages on which cards are turned
    site: SiteWords = SiteWords()

    def texts(self) -> Iterator[tuple[str, str]]:
        """The words of the cards by their names."""
        return ((name, text) for name, text in self if isinstance(text, str))

    def listing(self, parts: Iterable[str]) -> str:
        """The parts as a list within a sentence, with the commas of the language."""
        return reduce(lambda a, b: self.listed.format(a=a, b=b), parts)

    @cached_property
    def of_pictures(self) -> dict[str, str]:
        """The words of alternative texts, by their short names."""
        return {name[4:]: getattr(self, name) for name in type(self).model_fields if name.startswith("alt_")}
