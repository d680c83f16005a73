"""Diagram -> notes: fields, tags, GUID, picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import escape

from atlas_decks.cards.ids import Ids
from atlas_decks.cards.notetypes import NOTE_TYPES
from atlas_decks.cards.templates import Templates
from atlas_decks.curriculum.models import CardKind, Component, Diagram, Failure, Metric, Plan, TradeOff
from atlas_decks.diagrams.picture import Box, Picture

_PAD = 2.5  # px by which a mask reaches over its node's outline


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

    def field(self, name: str) -> str:
        """The HTML of a field by its name."""
        return self.fields[NOTE_TYPES[self.kind].field_names.index(name)]


def note_key(diagram: str, kind: str, fact: str) -> str:
    """What identifies a note for ever: "diagram/kind/fact"."""
    return f"{diagram}/{kind}/{fact}"


def media_name(plan: Plan, diagram: str, drawing: Picture) -> str:
    """The name of a diagram's picture in the collection of a learner."""
    return Ids(plan.id).media(plan.tag, diagram, drawing.svg)


def make_notes(diagram: Diagram, drawing: Picture, plan: Plan, templates: Templates) -> Iterator[Note]:
    """All notes of a diagram, in the order in which they are studied; the redraw note comes last."""
    maker = _Maker(diagram, drawing, plan, templates)
    for kind, _, _, fact in diagram.facts():
        yield maker.note(kind, fact.key, maker.fields(fact), fact.source or diagram.main_source)
    yield maker.note("redraw", "redraw", maker.redraw(), diagram.main_source)


def retired_note(key: str, tier: int, plan: Plan) -> Note:
    """The tombstone of a removed note: every field empty but its key, and `Retired` set, so that it has no card."""
    kind = key.split("/")[1]
    names = NOTE_TYPES[kind].field_names
    values = {"Key": str(escape(key)), "Retired": "1"}
    fields = tuple(values.get(name, "") for name in names)
    return Note(
        kind, key, Ids(plan.id).guid(key), fields, (f"{plan.tag}::retired",), tier, key.split("/")[0], retired=True
    )


class _Maker:
    def __init__(self, diagram: Diagram, drawing: Picture, plan: Plan, templates: Templates) -> None:
        self.diagram, self.drawing, self.plan, self.fill = diagram, drawing, plan, templates.fill
        self.ids = Ids(plan.id)
        self.media = media_name(plan, diagram.id, drawing)
        self.picture = self.fill(
            "fields/picture.html", name=self.media, width=round(drawing.width), height=round(drawing.height)
        )
        category = diagram.category
        group = diagram.group
        parts = [f"Tier {category.tier}", category.title]
        if diagram.company:
            parts.append(diagram.company.name)
        if group:
            parts.append(group.title)
        self.breadcrumb = self.fill("fields/breadcrumb.html", parts=parts)
        self.complexity = next(
            step
            for step in plan.complexity
            if len(drawing.nodes) + len(drawing.edges) <= step.elements or step is plan.complexity[-1]
        )

    def note(self, kind: CardKind, fact: str, values: Mapping[str, str], source: str) -> Note:
        key = note_key(self.diagram.id, kind, fact)
        citation = self.diagram.sources[source]
        common = {
            "Key": str(escape(key)),
            "Picture": self.picture,
            "Title": str(escape(self.diagram.spec.title)),
            "Breadcrumb": self.breadcrumb,
            "Source": self.fill("fields/source.html", **citation.model_dump()),
        }
        merged = {**common, **values}
        fields = tuple(merged.get(name, "") for name in NOTE_TYPES[kind].field_names)
        tier = self.diagram.category.tier
        return Note(kind, key, self.ids.guid(key), fields, self.tags(kind), tier, self.diagram.id, self.media)

    def fields(self, fact: Component | Metric | TradeOff | Failure) -> dict[str, str]:
        def text(value: object) -> str:
            return str(escape(value)).replace("\n", " ") if value is not None else ""

        def bullets(items: tuple[str, ...]) -> str:
            return self.fill("fields/bullets.html", items=items)

        if isinstance(fact, Component):
            boxes = [self._percent(box) for box in self.drawing.nodes[fact.node]]
            values = {name: self.fill(f"fields/{name.lower()}.html", boxes=boxes) for name in ("Mask", "Ring")}
            return {**values, "Prompt": text(fact.prompt), "Answer": text(fact.answer), "Detail": text(fact.detail)}
        if isinstance(fact, Metric):
            return {
                "Prompt": text(fact.prompt),
                "Answer": text(fact.answer),
                "Detail": text(fact.detail),
                "As of": text(fact.as_of),
                "Basis": text(fact.basis),
                "Formula": text(fact.formula),
            }
        if isinstance(fact, TradeOff):
            return {
                "Choice": text(fact.choice),
                "Prompt": text(fact.prompt),
                "Gains": bullets(fact.gains),
                "Costs": bullets(fact.costs),
                "Instead": text(fact.instead),
            }
        return {
            "Prompt": text(fact.prompt),
            "Trigger": text(fact.trigger),
            "Effect": text(fact.effect),
            "Containment": text(fact.containment),
            "Detection": text(fact.detection),
        }

    def redraw(self) -> dict[str, str]:
        technique = self.plan.techniques[self.diagram.category.technique]
        drawing = self.drawing
        return {
            "Shows": str(escape(self.diagram.spec.shows)),
            "Size": f"{len(drawing.nodes)} nodes and {len(drawing.edges)} edges",
            "Minutes": str(self.complexity.minutes),
            "Technique": self.fill("fields/steps.html", name=technique.name, items=technique.steps),
            "Hook": self.fill("fields/breadcrumb.html", parts=[f"{technique.hook}: {technique.story}"]),
            "Checklist": self.fill("fields/bullets.html", items=self.plan.self_assessment),
        }

    def tags(self, kind: str) -> tuple[str, ...]:
        diagram, root = self.diagram, self.plan.tag
        tags = [
            f"tier::{diagram.category.tier}",
            f"category::{diagram.category.slug}",
            f"group::{diagram.spec.group}",
            f"card::{kind}",
            f"day::{diagram.category.day}",
            f"complexity::{self.complexity.slug}",
        ]
        if diagram.company:
            tags.append(f"company::{diagram.company.slug}")
        for focus in self.plan.focus:
            company = diagram.company.slug if diagram.company else ""
            listed = diagram.spec.group in focus.groups or diagram.category.slug in focus.categories
            if listed or company in focus.companies or focus.slug in diagram.spec.focus:
                tags.append(f"focus::{focus.slug}")
        for checkpoint in self.plan.checkpoints:
            if diagram.category.tier in checkpoint.tiers:
                tags.append(f"checkpoint::{checkpoint.slug}")
        return tuple(f"{root}::{tag}" for tag in tags)

    def _percent(self, box: Box) -> dict[str, str]:
        """A node's box with its padding, in percent of the picture, kept inside it."""
        dx, dy = _PAD / self.drawing.width, _PAD / self.drawing.height
        left, top = max(0.0, box.x - dx), max(0.0, box.y - dy)
        right, bottom = min(1.0, box.x + box.width + dx), min(1.0, box.y + box.height + dy)
        values = {"left": left, "top": top, "width": right - left, "height": bottom - top}
        return {name: f"{value * 100:.2f}" for name, value in values.items()}
