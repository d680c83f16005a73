"""The curriculum as frozen models: what stands in `atlas.yaml` (Plan and its parts) and in the subject files (Diagram).

The models say what a well-formed file is; what makes good content is the business of `rules`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from atlas_decks.curriculum.source import Path_, Source
from atlas_decks.curriculum.words import Words
from atlas_decks.project import PROJECT_ID

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=60)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=600, strip_whitespace=True)]
LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$"
ONE_LINE = r"^[^\r\n\x85\u2028\u2029]*$"
Title = Annotated[str, StringConstraints(min_length=1, max_length=90, strip_whitespace=True, pattern=ONE_LINE)]
NODE_ID = r"^[^\s\"'<>][^\n\"'<>]*$"  # of any script, as the Mermaid source has it; an entity's may have spaces
NodeId = Annotated[str, StringConstraints(pattern=NODE_ID, max_length=60)]
FactId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]+([-][A-Za-z0-9_]+)*$", max_length=60)]
Url = Annotated[str, StringConstraints(pattern=r"^https://[^\s\"'<>]+$", max_length=400)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat"]
# with no brace or bracket but those of the key: it stands in templates, where Anki would read them
REPORT_URL = r"^https://[^\s\"'<>{}\[\]\\`]*\{key\}[^\s\"'<>{}\[\]\\`]*$"
WEEKDAYS: Mapping[Day, str] = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
}
MOST_A_DAY = 1_000  # diagrams; nobody studies more in a day
Week = Annotated[int, Field(ge=1, le=520)]  # ten years: each is reckoned with, day by day
Minutes = Annotated[int, Field(ge=1, le=1_440)]
Basis = Literal["reported", "documented", "derived", "worked"]
Bullets = Annotated[tuple[Text, ...], Field(max_length=4)]


class Model(BaseModel):
    """Frozen, strict, and closed: an unknown key is a fault, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


# --- atlas.yaml -------------------------------------------------------------------------------------------------------


class Tier(Model):
    """One of the tiers of the study plan; `weeks` are the first and the last of its weeks, from 1."""

    number: Annotated[int, Field(ge=1, le=99)]
    slug: Slug
    title: Title
    deck: Title
    weeks: tuple[Week, Week]
    goal: Text


class Group(Model):
    """A group of diagrams within a category; `planned` is how many diagrams it will hold in the end."""

    slug: Slug
    title: Title
    planned: Annotated[int, Field(ge=1)]


# what a picture is to whoever redraws it; "dates": a flowchart of dated steps
PictureKind = Literal["parts", "dates", "states", "messages", "entities"]


class Technique(Model):
    """How to study a category: named steps and a memory hook."""

    name: Title
    steps: Annotated[tuple[Text, ...], Field(min_length=1, max_length=6)]
    hook: Title
    story: Text


class Category(Model):
    """One of the categories that the rotation interleaves.

    `facets_of`: the groups are facets, of which each company has one diagram, met in the company's week.
    """

    slug: Slug
    title: Title
    tier: int
    day: Day
    technique: Slug
    facets_of: Literal["companies"] | None = None
    groups: Annotated[tuple[Group, ...], Field(min_length=1)]

    @property
    def planned(self) -> int:
        """Diagrams planned over all groups."""
        return sum(group.planned for group in self.groups)


class Company(Model):
    """A company with its wave, the week (of 16) and the day of that week on which the plan reaches it."""

    slug: Slug
    name: Title
    wave: Slug
    week: Week
    day: Day


class Wave(Model):
    """A set of companies studied together."""

    slug: Slug
    title: Title


class Focus(Model):
    """A focus track: a diagram belongs to it when its group, category or company is listed.

    `constraints` are what a mock interview on the track may demand of a design.
    """

    slug: Slug
    title: Title
    about: Text
    groups: tuple[Slug, ...] = ()
    categories: tuple[Slug, ...] = ()
    companies: tuple[Slug, ...] = ()
    constraints: Annotated[tuple[Text, ...], Field(max_length=12)] = ()

    def takes(self, diagram: Diagram) -> bool:
        """Whether a diagram belongs to the track; it may also say so itself."""
        company = diagram.company.slug if diagram.company else ""
        listed = diagram.spec.group in self.groups or diagram.category.slug in self.categories
        return listed or company in self.companies or self.slug in diagram.spec.focus


Ask = Literal["redraw", "list", "recall", "compare", "design"]
AskedKind = Literal["metric", "trade-off", "failure", "trace", "decision"]  # facts that can be asked without a picture


class Task(Model):
    """A task of an exam; `ask` is what the exam's sheets make of it, from `count` things that are drawn.

    `redraw`: whole diagrams; `list`: names of diagrams; `recall`: facts, of some `kinds` or all; `compare`: diagrams of
    one group beside each other; `design`: diagrams to start from. Without `ask` the text alone is the task. Drawn from
    `groups` and `categories`, or from the checkpoint's tiers where there are neither.
    """

    text: Text
    ask: Ask | None = None
    count: Annotated[int, Field(ge=1, le=100)] = 1
    categories: tuple[Slug, ...] = ()
    groups: tuple[Slug, ...] = ()
    kinds: tuple[AskedKind, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _text_alone(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value


class Checkpoint(Model):
    """An exam of the study plan, with the tiers it covers; `minutes` is its time limit, `pass_percent` its bar."""

    slug: Slug
    title: Title
    week: Week
    tiers: tuple[int, ...]
    minutes: Minutes
    pass_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    tasks: Annotated[tuple[Task, ...], Field(min_length=1, max_length=8)]

    def covers(self, diagram: Diagram) -> bool:
        """Whether the exam is about a diagram: it is of the tiers, or a task names its category or group."""
        category, group = diagram.category, diagram.spec.group
        named = any(category.slug in task.categories or group in task.groups for task in self.tasks)
        return named or category.tier in self.tiers


class Interview(Model):
    """What a mock interview may ask to design: diagrams of these groups and categories, all where there are neither.

    `constraints` are what it may demand of a design where no focus track is chosen.
    """

    categories: tuple[Slug, ...] = ()
    groups: tuple[Slug, ...] = ()
    constraints: Annotated[tuple[Text, ...], Field(max_length=12)] = ()

    def takes(self, diagram: Diagram) -> bool:
        """Whether a diagram may be the subject of an interview."""
        listed = diagram.spec.group in self.groups or diagram.category.slug in self.categories
        return listed or not (self.groups or self.categories)


class Complexity(Model):
    """A step of difficulty: diagrams with at most `elements` nodes and edges get `minutes` to be redrawn."""

    slug: Slug
    elements: Annotated[int, Field(ge=1, le=9_999)]
    minutes: Minutes


Check = Literal["nodes", "trade_offs", "metrics", "failures", "alternatives", "costs", "traces"]


class Point(Model):
    """A point of the self-assessment; `check` is what its fold shows: a diagram without such facts leaves it out."""

    text: Text
    check: Check | None = None

    @model_validator(mode="before")
    @classmethod
    def _text_alone(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value


class Pace(Model):
    """How fast the plan is studied: `study_days` of new material a week, limits a day in diagrams, and whether there is
    time for deeper cards."""

    weeks: Week
    study_days: Annotated[int, Field(ge=1, le=7)]
    new_diagrams: Annotated[int, Field(ge=1, le=MOST_A_DAY)]
    review_diagrams: Annotated[int, Field(ge=1, le=MOST_A_DAY)]
    deeper: bool = True


class RuleException(Model):
    """An exception from a content rule; it fails once the rule no longer complains."""

    rule: Slug
    reason: Annotated[str, StringConstraints(min_length=10, max_length=300)]


class RuleSettings(Model):
    """What a project asks of its content where it differs from what the tool asks.

    `language` is an ISO 639 code: rules that know words judge only texts in their own language. `limits` are the most
    words of a text, by its key; `counts` the least and the most facts of a diagram, by their key; `kinds` the kinds of
    cards in use, all where there are none; `off` are rules that do not fit.
    """

    language: Annotated[str, StringConstraints(pattern=LANGUAGE)] = "en"
    limits: Mapping[str, Annotated[int, Field(ge=1, le=200)]] = {}
    counts: Mapping[str, tuple[Annotated[int, Field(ge=0, le=9)], Annotated[int, Field(ge=0, le=9)]]] = {}
    kinds: tuple[Slug, ...] = ()
    off: tuple[RuleException, ...] = ()


class Plan(Model):
    """`atlas.yaml`: everything structural. All that Anki tells the curriculum's things apart by hangs on its `id`."""

    id: Annotated[str, StringConstraints(pattern=PROJECT_ID)]
    name: Title
    deck: Title
    tag: Slug
    about: Text
    url: Url | None = None
    contact: Text | None = None
    weeks: Week
    review_days: Annotated[tuple[Annotated[int, Field(ge=1, le=36_500)], ...], Field(min_length=1, max_length=30)]
    retention_percent: Annotated[int, Field(ge=70, le=99)]
    paces: Annotated[tuple[Pace, ...], Field(min_length=1)]
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    techniques: Mapping[Slug, Technique]
    waves: tuple[Wave, ...] = ()
    companies: tuple[Company, ...] = ()
    focus: tuple[Focus, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    interview: Interview = Interview()
    complexity: Annotated[tuple[Complexity, ...], Field(min_length=1)]
    rules: RuleSettings = RuleSettings()
    self_assessment: Annotated[tuple[Point, ...], Field(min_length=1)]
    technique_of: Mapping[PictureKind, Slug] = {}
    report_url: Annotated[str, StringConstraints(pattern=REPORT_URL, max_length=400)] | None = None
    words: Words = Words()

    def tier(self, number: int) -> Tier:
        """The tier of that number."""
        return next(tier for tier in self.tiers if tier.number == number)

    def category(self, slug: str) -> Category | None:
        """The category of that slug, or None."""
        return next((category for category in self.categories if category.slug == slug), None)

    def company(self, slug: str) -> Company | None:
        """The company of that slug, or None."""
        return next((company for company in self.companies if company.slug == slug), None)

    def pace(self, weeks: int) -> Pace | None:
        """The pace that takes that many weeks, or None."""
        return next((pace for pace in self.paces if pace.weeks == weeks), None)

    @property
    def planned(self) -> int:
        """Diagrams planned over all categories."""
        return sum(category.planned for category in self.categories)

    def planned_in(self, tier: int) -> int:
        """Diagrams that are planned for the tier of that number."""
        return sum(category.planned for category in self.categories if category.tier == tier)


# --- subject files ----------------------------------------------------------------------------------------------------


class Citation(Model):
    """A source. For living documentation `year` is the year, and `version` the release, that was read."""

    title: Annotated[str, StringConstraints(min_length=3, max_length=200, strip_whitespace=True)]
    publisher: Text
    year: Annotated[int, Field(ge=1960, le=2100)]
    url: Url | None
    no_url: Text | None = None
    version: Text | None = None

    @model_validator(mode="after")
    def _url_or_reason(self) -> Citation:
        if self.url is None and not self.no_url:
            raise ValueError("a source without url says why in `no_url`")
        return self


class Fact(Model):
    """What a note is made of; `kind` is the slug of its row in the table of kinds of cards."""

    kind: ClassVar[str]
    id: FactId
    prompt: Text
    source: Slug | None = None

    @property
    def key(self) -> str:
        """What identifies the fact within its diagram."""
        return self.id


class FactRef(NamedTuple):
    """A fact and where it stands: kind of card, key in the file, its number there, from 0."""

    kind: str
    key: str
    number: int
    fact: Any


class Component(Fact):
    """A node of the diagram to be named; on the card it is hidden."""

    kind = "component"
    node: NodeId
    id: FactId | None = None  # type: ignore[assignment]  # the node names it where there is none
    prompt: Text
    answer: Text
    detail: Text
    source: Slug | None = None

    @property
    def key(self) -> str:
        """What identifies the fact within its diagram; a node's id without what parts the words of a key."""
        return self.id or re.sub(r"[^\w.-]+", "-", self.node)


class Metric(Fact):
    """A number with its year, its basis and its source; `where` says at which place of the source it stands."""

    kind = "metric"
    id: FactId
    prompt: Text
    answer: Text
    detail: Text
    as_of: Annotated[int, Field(ge=1960, le=2100)]
    basis: Basis
    formula: Text | None = None
    where: Text | None = None
    source: Slug


class TradeOff(Fact):
    """A choice with its sides, or with the one side that the prompt asks for; `instead`: when the other is right."""

    kind = "trade-off"
    id: FactId
    choice: Text
    prompt: Text
    gains: Bullets = ()
    costs: Bullets = ()
    instead: Text | None = None
    source: Slug

    @model_validator(mode="after")
    def _a_side(self) -> TradeOff:
        if not self.gains and not self.costs:
            raise ValueError("a trade-off has `gains`, `costs` or both")
        return self


class Failure(Fact):
    """A chain of causes: trigger, effect, containment, and how it is noticed."""

    kind = "failure"
    id: FactId
    prompt: Text
    trigger: Text
    effect: Text
    containment: Text
    detection: Text | None = None
    source: Slug


class Trace(Fact):
    """A way through the picture: `path` has the ids of its nodes in order, each hop along an edge."""

    kind = "trace"
    id: FactId
    prompt: Text
    path: Annotated[tuple[NodeId, ...], Field(min_length=3, max_length=6)]
    detail: Text
    source: Slug | None = None


class Decision(Fact):
    """A symptom and the one pattern that answers it; `not` is the nearest wrong one, `tell` what decides."""

    kind = "decision"
    id: FactId
    prompt: Text
    answer: Text
    wrong: Annotated[Text, Field(alias="not")]
    tell: Text
    source: Slug | None = None

    @property
    def is_question(self) -> bool:
        """Whether the prompt asks by itself, in whatever script, so that no question need follow it."""
        return self.prompt.endswith(("?", "？", "؟"))


class DiagramSpec(Model):
    """A diagram as its author writes it."""

    id: Slug
    title: Title
    group: Slug
    company: Slug | None = None
    date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}(-\d{2})?$")] | None = None
    source: Slug | None = None
    shows: Text
    mermaid: Annotated[str, StringConstraints(min_length=1, max_length=8000)]
    anchor: bool = False
    components: Annotated[tuple[Component, ...], Field(max_length=9)] = ()
    metrics: Annotated[tuple[Metric, ...], Field(max_length=9)] = ()
    trade_offs: Annotated[tuple[TradeOff, ...], Field(max_length=2)] = ()
    failures: Annotated[tuple[Failure, ...], Field(max_length=2)] = ()
    traces: Annotated[tuple[Trace, ...], Field(max_length=1)] = ()
    decisions: Annotated[tuple[Decision, ...], Field(max_length=1)] = ()
    focus: tuple[Slug, ...] = ()
    exceptions: tuple[RuleException, ...] = ()


class FileHead(Model):
    """What stands at the top of a subject file."""

    category: Slug
    company: Slug | None = None
    sources: Annotated[dict[Slug, Citation], Field(min_length=1)]


@cache
def fact_keys() -> tuple[str, ...]:
    """The keys of a diagram that hold facts, in order."""
    kinds = {key: get_args(field.annotation) for key, field in DiagramSpec.model_fields.items()}
    return tuple(key for key, args in kinds.items() if args and isinstance(args[0], type) and issubclass(args[0], Fact))


@dataclass(frozen=True)
class Diagram:
    """A diagram in its surroundings: its spec, category, company and sources, and where it stands in its file."""

    spec: DiagramSpec
    category: Category
    company: Company | None
    sources: Mapping[str, Citation]
    origin: Source
    index: int
    rules: RuleSettings = field(default_factory=RuleSettings)

    @property
    def id(self) -> str:
        """The diagram's id, on which the GUIDs of its notes hang."""
        return self.spec.id

    @property
    def main_source(self) -> str:
        """Key of the source that the picture was drawn from."""
        cited = (fact.source for *_, fact in self.facts() if fact.source)
        return self.spec.source or next(cited, None) or next(iter(self.sources))

    @property
    def group(self) -> Group | None:
        """The group, or None while the file names one that the plan does not have."""
        return next((group for group in self.category.groups if group.slug == self.spec.group), None)

    def path(self, *parts: str | int) -> Path_:
        """The path of one of the diagram's parts within its file."""
        return ("diagrams", self.index, *parts)

    def facts(self) -> list[FactRef]:
        """All facts, in the order in which they are studied: that of the keys in `DiagramSpec`."""
        return [
            FactRef(fact.kind, key, number, fact)
            for key in fact_keys()
            for number, fact in enumerate(getattr(self.spec, key))
        ]


@dataclass(frozen=True)
class Curriculum:
    """The plan and all diagrams, in the order of their files."""

    plan: Plan
    plan_source: Source
    diagrams: tuple[Diagram, ...]
    files: tuple[tuple[Source, FileHead], ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Diagram]:
        """Diagrams by id."""
        return {diagram.id: diagram for diagram in self.diagrams}
