"""The redraw card: the task by the kind of picture, and a back against which the drawing can be checked."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from markupsafe import Markup

from atlas_decks.cards.markup import plain, rich
from atlas_decks.cards.money import about_money
from atlas_decks.curriculum.models import Check, Diagram, PictureKind, Plan, Point, Technique
from atlas_decks.curriculum.words import Words
from atlas_decks.diagrams.picture import Picture

_KINDS: Mapping[str, PictureKind] = {
    "stateDiagram-v2": "states",
    "sequenceDiagram": "messages",
    "erDiagram": "entities",
}
# a time of the day, a date in digits, a month with a day or year, a year: what the steps of a timeline begin with
_DATE = re.compile(
    r"\b(?:\d{1,2}:\d{2}|\d{4}-\d{2}(?:-\d{2})?|(?:19|20)\d{2}"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,4})\b"
)
_DATED_SHARE = 1 / 3  # of the nodes: then the picture is a timeline
_MANY = 4  # points from which on one may be missing
Fill = Callable[..., str]


class _Line(NamedTuple):
    """A line of a fold: what it is about, what is to be known, and whether that is in order, or begins with signs."""

    about: Markup | str
    items: list[Markup]
    ordered: bool = False
    signed: bool = False


def picture_kind(picture: Picture) -> PictureKind:
    """What a picture is to whoever redraws it."""
    if kind := _KINDS.get(picture.kind):
        return kind
    dated = sum(1 for label in picture.labels if label.role == "node" and _DATE.search(label.text))
    return "dates" if picture.nodes and dated >= _DATED_SHARE * len(picture.nodes) else "parts"


def technique_for(diagram: Diagram, picture: Picture, plan: Plan) -> Technique:
    """How to redraw: as the plan says for pictures of this kind, else as it says for the category.

    A category of timelines may hold a picture of parts; that one is redrawn as parts are.
    """
    kind, of_category = picture_kind(picture), diagram.category.technique
    chosen = plan.technique_of.get(kind, of_category)
    if kind == "parts" and of_category != plan.technique_of.get("dates"):
        chosen = of_category
    return plan.techniques[chosen]


def redraw_fields(diagram: Diagram, picture: Picture, plan: Plan, fill: Fill, minutes: int) -> dict[str, str]:
    """The fields of the note that asks for the whole diagram."""
    words, technique = plan.words, technique_for(diagram, picture, plan)
    sizes = {
        "states": words.size_states,
        "messages": words.size_messages,
        "entities": words.size_entities,
    }
    size = sizes.get(picture_kind(picture), words.size_parts)
    points = [
        (plain(point.text), list(_lines(diagram, picture, point.check)))
        for point in plan.self_assessment
        if applies(point, diagram, picture)
    ]
    return {
        "Shows": str(rich(diagram.spec.shows)),
        "Size": str(plain(size.format(nodes=len(picture.nodes), edges=len(picture.edges)))),
        "Minutes": str(plain(words.at_most.format(minutes=minutes))),
        "Technique": fill("fields/steps.html", name=plain(technique.name), items=[rich(s) for s in technique.steps]),
        "Hook": str(plain(words.hook.format(hook=technique.hook, story=technique.story))),
        "Checklist": fill("fields/checklist.html", points=points),
        "Grading": str(plain(grading(len(points), words))),
    }


def applies(point: Point, diagram: Diagram, picture: Picture) -> bool:
    """Whether a diagram can meet a point of the self-assessment: it has facts of the kind that the point is about."""
    return point.check is None or any(True for _ in _lines(diagram, picture, point.check))


def grading(points: int, words: Words) -> str:
    """How to grade a redraw by the points that were met.

    All but one of many are Good, as the interval of a redraw grows for a sound picture, not for a perfect one; half of
    them are Hard. Easy is no count of points: it would skip rungs of the ladder.
    """
    if points <= 1:
        return words.grade_one
    if points < _MANY:
        return words.grade_few.format(n=points, hard=points - 1)
    return words.grade_points.format(n=points, good=points - 1, hard=math.ceil(points / 2))


def _lines(diagram: Diagram, picture: Picture, check: Check | None) -> Iterator[_Line]:
    """What stands under a point of the checklist."""
    spec = diagram.spec
    if check == "nodes":
        if names := [picture.name_of(node) for node in picture.nodes]:
            yield _Line(plain(" · ".join(names)), [])  # no commas: labels hold some
    elif check == "trade_offs":
        for fact in spec.trade_offs:
            sides = [*(("+", text) for text in fact.gains), *(("−", text) for text in fact.costs)]
            yield _Line(rich(fact.choice), [Markup("%s %s") % (sign, rich(text)) for sign, text in sides], signed=True)
    elif check == "alternatives":
        for fact in spec.trade_offs:
            if fact.instead:
                yield _Line(rich(fact.choice), [rich(fact.instead)])
    elif check in ("metrics", "costs"):
        for metric in spec.metrics:
            if check == "metrics" or about_money(metric):
                yield _Line(rich(metric.prompt), [rich(metric.answer)])
    elif check == "failures":
        for failure in spec.failures:
            yield _Line(rich(failure.trigger), [rich(failure.effect), rich(failure.containment)])
    elif check == "traces":
        for trace in spec.traces:
            yield _Line(rich(trace.prompt), [plain(picture.name_of(node)) for node in trace.path], ordered=True)
