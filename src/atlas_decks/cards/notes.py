"""Diagram -> notes: fields, tags, GUID, picture, and which cards there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from atlas_decks.cards import overlays
from atlas_decks.cards.ids import Ids, note_key
from atlas_decks.cards.kinds import KINDS, NOTE_TYPES, Kind, NoteCard, cards_of
from atlas_decks.cards.markup import attribute, plain, rich
from atlas_decks.cards.redraw import redraw_fields
from atlas_decks.cards.tells import tells
from atlas_decks.cards.templates import Templates
from atlas_decks.curriculum.models import Component, Decision, Diagram, FactRef, Metric, Plan, Trace, TradeOff
from atlas_decks.curriculum.words import Words
from atlas_decks.diagrams.alt_text import alt_text
from atlas_decks.diagrams.picture import Picture

Values = Mapping[str, str]  # HTML by the name of a field


@dataclass(frozen=True)
class Note:
    """A note as it goes into a package. `fields` are HTML, in the note type's order; `media` is its picture's name."""

    kind: str
    key: str
    guid: str
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    tier: int
    diagram: str
    media: str = ""
    retired: bool = False
    cards: tuple[NoteCard, ...] = ()

    def field(self, name: str) -> str:
        """The HTML of a field by its name."""
        return self.fields[NOTE_TYPES[self.kind].field_names.index(name)]


def media_name(plan: Plan, diagram: str, drawing: Picture) -> str:
    """The name of a diagram's picture in the collection of a learner."""
    return Ids(plan.id).media(plan.tag, diagram, drawing.svg)


def make_notes(diagram: Diagram, drawing: Picture, plan: Plan, templates: Templates) -> Iterator[Note]:
    """All notes of a diagram, in the order in which they are studied; the redraw note comes last."""
    maker = NoteMaker(diagram, drawing, plan, templates)
    for ref in diagram.facts():
        yield maker.of_fact(ref)
    yield maker.of_diagram(KINDS["redraw"])


def retired_note(key: str, tier: int, plan: Plan) -> Note:
    """The tombstone of a removed note: every field empty but its key, and `Retired` set, so that it has no card."""
    kind = key.split("/")[1]
    values = {"Key": str(plain(key)), "Retired": "1"}
    fields = tuple(values.get(name, "") for name in NOTE_TYPES[kind].field_names)
    return Note(
        kind, key, Ids(plan.id).guid(key), fields, (f"{plan.tag}::retired",), tier, key.split("/")[0], retired=True
    )


class NoteMaker:
    """Makes the notes of one diagram."""

    def __init__(self, diagram: Diagram, drawing: Picture, plan: Plan, templates: Templates) -> None:
        self.diagram, self.drawing, self.plan, self.fill = diagram, drawing, plan, templates.fill
        self.words: Words = plan.words
        self.ids = Ids(plan.id)
        self.media = media_name(plan, diagram.id, drawing)
        self._made: dict[object, str] = {}  # what several notes of a diagram have alike
        self.picture = self._image()
        self.tested = [component.node for component in diagram.spec.components]
        elements = len(drawing.nodes) + len(drawing.edges)
        self.complexity = next(
            step for step in plan.complexity if elements <= step.elements or step is plan.complexity[-1]
        )

    def of_fact(self, ref: FactRef) -> Note:
        """The note of a fact: its texts under their own names, and what its kind makes of it beyond that."""
        fact, kind = ref.fact, KINDS[ref.kind]
        values = {name: value for name, key in kind.text_fields if (value := self._text(getattr(fact, key)))}
        if extra := _EXTRA.get(ref.kind):
            values.update(extra(self, fact))
        source = fact.source or self.diagram.main_source
        values["Source"] = self._source(source, getattr(fact, "where", None))
        values["Breadcrumb"] = self._breadcrumb(getattr(fact, "answer", ""))
        return self._note(kind, fact.key, values, tuple(cards_of(self.diagram, kind, ref.number, fact)))

    def of_diagram(self, kind: Kind) -> Note:
        """The note of a kind that is made of the diagram itself."""
        values = {
            **redraw_fields(self.diagram, self.drawing, self.plan, self.fill, self.complexity.minutes),
            "Source": self._source(self.diagram.main_source, None),
            "Breadcrumb": self._breadcrumb(""),
        }
        return self._note(kind, kind.slug, values, tuple(cards_of(self.diagram, kind)))

    def _note(self, kind: Kind, fact: str, values: Values, cards: tuple[NoteCard, ...]) -> Note:
        key = note_key(self.diagram.id, kind.slug, fact)
        known = {
            "Picture": self.picture,
            "Title": str(plain(self.diagram.spec.title)),
            **values,
            "Key": str(plain(key)),
        }
        fields = tuple(known.get(name, "") for name in kind.field_names)
        tags = self._tags(kind.slug, core=any(card.deck in ("cards", "redraw") for card in cards))
        tier = self.diagram.category.tier
        return Note(
            kind=kind.slug,
            key=key,
            guid=self.ids.guid(key),
            fields=fields,
            tags=tags,
            tier=tier,
            diagram=self.diagram.id,
            media=self.media,
            cards=cards,
        )

    def _text(self, value: object) -> str:
        """A text of a fact, or its bullets, as a field has it; empty where there is none."""
        if value is None or value == ():
            return ""
        if isinstance(value, tuple):
            return self.fill("fields/bullets.html", items=[rich(item) for item in value])
        return str(rich(str(value)))

    def _image(self, hidden: frozenset[str] = frozenset()) -> str:
        """The picture as an element that says in words what it shows, without the names of nodes that are hidden."""
        if hidden not in self._made:
            drawing, words = self.drawing, self.words.of_pictures
            text = alt_text(drawing, self.diagram.spec.title, hidden=hidden, words=words)
            size = {"width": round(drawing.width), "height": round(drawing.height)}
            self._made[hidden] = self.fill("fields/picture.html", name=self.media, alt=attribute(text), **size)
        return self._made[hidden]

    def _figure(self, overlays: object, hidden: frozenset[str] = frozenset(), route: object = None) -> str:
        """The picture with what lies over it."""
        image = Markup(self._image(hidden))  # noqa: S704  filled from a template that escapes
        return self.fill("fields/figure.html", picture=image, overlays=overlays, route=route)

    def _source(self, key: str, where: str | None) -> str:
        if (key, where) in self._made:
            return self._made[key, where]
        citation = self.diagram.sources[key]
        values = {name: plain(value) for name, value in citation if value is not None and name != "url"}
        url = attribute(citation.url) if citation.url else ""
        text = self.fill("fields/source.html", **{"no_url": "", **values}, url=url, where=plain(where or ""))
        return self._made.setdefault((key, where), text)

    def _breadcrumb(self, answer: str) -> str:
        """Where the card belongs; a part that would tell the answer is left out."""
        diagram = self.diagram
        parts = [self.words.tier.format(number=diagram.category.tier), diagram.category.title]
        if diagram.company:
            parts.append(diagram.company.name)
        if diagram.group:
            parts.append(diagram.group.title)
        shown = tuple(part for part in parts if not answer or not tells(part, answer))
        if shown not in self._made:
            self._made[shown] = self.fill("fields/breadcrumb.html", parts=[plain(part) for part in shown])
        return self._made[shown]

    def _tags(self, kind: str, core: bool) -> tuple[str, ...]:
        diagram, root = self.diagram, self.plan.tag
        tags = [
            f"tier::{diagram.category.tier}",
            f"category::{diagram.category.slug}",
            f"group::{diagram.spec.group}",
            f"card::{kind}",
            f"depth::{'core' if core else 'deeper'}",
            f"day::{diagram.category.day}",
            f"complexity::{self.complexity.slug}",
        ]
        if diagram.company:
            tags.append(f"company::{diagram.company.slug}")
        tags += [f"focus::{focus.slug}" for focus in self.plan.focus if focus.takes(diagram)]
        for checkpoint in self.plan.checkpoints:
            if diagram.category.tier in checkpoint.tiers:
                tags.append(f"checkpoint::{checkpoint.slug}")
        return tuple(f"{root}::{tag}" for tag in tags)


# --- what a kind makes of a fact beyond its texts ---------------------------------------------------------------------


def _component(maker: NoteMaker, fact: Component) -> Values:
    hidden = frozenset(maker.tested)
    return {
        "Masked": maker._figure(overlays.masks(maker.drawing, fact.node, maker.tested), hidden),
        "Revealed": maker._figure(overlays.rings(maker.drawing, fact.node, maker.tested), hidden - {fact.node}),
    }


def _metric(maker: NoteMaker, fact: Metric) -> Values:
    basis = {"Basis": str(plain(getattr(maker.words, fact.basis)))}
    return basis | {"As of": ""} if fact.basis == "worked" else basis  # invented numbers are of no year


def _trade_off(maker: NoteMaker, fact: TradeOff) -> Values:
    words, gains, costs = maker.words, len(fact.gains), len(fact.costs)
    counts = []
    for number, one, many in ((gains, words.one_gain, words.many_gains), (costs, words.one_cost, words.many_costs)):
        if number:
            counts.append(one if number == 1 else many.format(n=number))
    if gains and costs:
        grading = words.grade_pair if gains + costs == 2 else words.grade_sides
    else:
        grading = words.grade_list.format(n=gains + costs) if gains + costs > 1 else ""
    return {"Counts": str(plain(words.listing(counts))), "Grading": str(plain(grading))}


def _decision(maker: NoteMaker, fact: Decision) -> Values:
    return {} if fact.is_question else {"Question": str(plain(maker.words.ask_decision))}


def _trace(maker: NoteMaker, fact: Trace) -> Values:
    names = [plain(maker.drawing.name_of(node)) for node in fact.path]
    return {
        "Count": str(plain(maker.words.parts_in_order.format(n=len(names)))),
        "Path": maker.fill("fields/path.html", items=names),
        "Route": maker._figure((), route=overlays.route(maker.drawing, fact.path)),
    }


_EXTRA: dict[str, Callable[[NoteMaker, Any], Values]] = {
    "component": _component,
    "metric": _metric,
    "trade-off": _trade_off,
    "trace": _trace,
    "decision": _decision,
}
