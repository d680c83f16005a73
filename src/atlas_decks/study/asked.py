"""A fact as it is asked on paper: what is told, what is asked, and what counts as the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from atlas_decks.cards.markup import on_page, plain
from atlas_decks.curriculum.models import Diagram, FactRef, Plan
from atlas_decks.diagrams.picture import Picture


class Part(NamedTuple):
    """A part of an answer: its name, its texts, whether these are in order, and whether they have markup."""

    name: str
    items: Sequence[str]
    ordered: bool = False
    marked_up: bool = True

    @property
    def shown(self) -> list[Markup]:
        """The texts as HTML."""
        return [on_page(item) if self.marked_up else plain(item) for item in self.items]


class Asked(NamedTuple):
    """What is told before the questions, the questions, and the answer."""

    context: Sequence[str]
    prompts: Sequence[str]
    answer: Sequence[Part]


def asked(ref: FactRef, plan: Plan, picture: Picture, *, whole: bool = False) -> Asked:
    """A fact as its cards ask it, all of them in one.

    Only where it is `whole`: when the other choice of a trade-off is right, and the detail of a number.
    """
    fact, words = ref.fact, plan.words
    context: list[str] = []
    prompts = [fact.prompt]
    if ref.kind == "trade-off":
        sides = ((fact.gains, words.one_gain, words.many_gains), (fact.costs, words.one_cost, words.many_costs))
        counts = [one if len(items) == 1 else many.format(n=len(items)) for items, one, many in sides if items]
        context, prompts = [fact.choice], [f"{fact.prompt} ({', '.join(counts)})"]
        if fact.instead and whole:
            prompts.append(words.ask_other)
    elif ref.kind == "failure":
        last = [words.ask_detection] if fact.detection else []
        context, prompts = [fact.prompt, fact.trigger], [words.ask_effect, words.ask_containment, *last]
    elif ref.kind == "trace":
        context, prompts = [fact.prompt], [words.parts_in_order.format(n=len(fact.path))]
    elif ref.kind == "decision" and not fact.is_question:
        context, prompts = [fact.prompt], [words.ask_decision]
    return Asked(context, prompts, list(_answer(ref.kind, fact, plan, picture, whole)))


def where(diagram: Diagram) -> str:
    """Where a diagram belongs: `Discord, Request flow`, or its group."""
    group = diagram.group.title if diagram.group else diagram.spec.group
    return f"{diagram.company.name}, {group}" if diagram.company else group


def source_of(diagram: Diagram, ref: FactRef | None = None) -> str:
    """The source of a fact, or of the whole diagram, in words."""
    cited = diagram.sources[(ref.fact.source if ref else None) or diagram.main_source]
    return f"{cited.title} ({cited.publisher}, {cited.year})"


def _answer(kind: str, fact: Any, plan: Plan, picture: Picture, whole: bool) -> Iterator[Part]:
    words = plan.words
    if kind == "metric":
        yield Part("Answer", [fact.answer])
        if fact.formula:
            yield Part(words.formula, [fact.formula])
        basis = getattr(words, fact.basis)
        # invented numbers are of no year
        yield Part(words.as_of, [basis if fact.basis == "worked" else f"{fact.as_of}, {basis}"], marked_up=False)
        if whole:
            yield Part("Detail", [fact.detail])
    elif kind == "trade-off":
        for name, items in ((words.gains, fact.gains), (words.costs, fact.costs)):
            if items:
                yield Part(name, items)
        if fact.instead and whole:
            yield Part(words.ask_other, [fact.instead])
    elif kind == "failure":
        yield Part(words.effect, [fact.effect])
        yield Part(words.containment, [fact.containment])
        if fact.detection:
            yield Part(words.detection, [fact.detection])
    elif kind == "trace":
        yield Part("Answer", [picture.name_of(node) for node in fact.path], ordered=True, marked_up=False)
    else:
        yield Part("Answer", [fact.answer])
        yield Part(words.wrong, [fact.wrong])
        yield Part(words.tell, [fact.tell])
