"""Draws a mock interview: a subject to design, what is demanded of it, and what the interviewer asks, by a seed.

The same seed and content draw the same, as with exams (`study.exam`). What follows up on the subject comes from it and
from the diagrams that are most like it, each of another category, so that the conversation stays with one system and
still goes through several topics.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from atlas_decks.curriculum.models import Curriculum, Diagram, FactRef, Focus
from atlas_decks.study.likeness import Likeness
from atlas_decks.study.phases import Phase

TARGET = 4  # of 5, on average over all dimensions: the study plan's bar for its last week
_FEW = 5  # subjects of a track that are enough; with fewer, anything of the track may be asked
_SPARE = 2  # so many more diagrams that are like the subject are looked at than taken: the seed chooses
_DEMANDS = 3  # constraints that one interview has
_NUMBERS = 2  # numbers worth asking for, of each diagram; more of the subject
_DIFFICULTIES: Sequence[tuple[str, int]] = (("plain", 2), ("usual", 3), ("hard", 4))  # and their further diagrams
_USUAL = 1

# parts of an interview, and their shares of its time by level, in percent: the study plan wants structure of guided
# ones, depth of realistic ones, communication of the last
_SHARES: Sequence[tuple[str, str, dict[str, int]]] = (
    (
        "Requirements and numbers",
        "What must it do, for whom, how much of it? Ask for numbers, then calculate.",
        {"guided": 20, "realistic": 15, "ready": 15},
    ),
    (
        "Architecture",
        "Parts and the way of one request through them; what is stored where.",
        {"guided": 35, "realistic": 30, "ready": 27},
    ),
    (
        "Trade-offs",
        "What each choice gains and costs, in numbers; when the other one is right.",
        {"guided": 17, "realistic": 22, "ready": 20},
    ),
    (
        "Failures",
        "What breaks first, what it takes along, what contains it, how it is noticed.",
        {"guided": 15, "realistic": 23, "ready": 20},
    ),
    (
        "Summary",
        "The design in two minutes, its weakest point, what you left out and why.",
        {"guided": 13, "realistic": 10, "ready": 18},
    ),
)


@dataclass(frozen=True, kw_only=True)
class Box:
    """A part of the interview: minutes from its start."""

    name: str
    about: str
    begin: int
    end: int


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """A fact that is asked about, and the diagram that it belongs to."""

    diagram: Diagram
    ref: FactRef


@dataclass(frozen=True, kw_only=True)
class MockInterview:
    """An interview, drawn.

    `walk` is a way through the subject, if it has one; `numbers` are what a candidate does well to ask for; the rest
    are the questions by part. `others` are the further diagrams that they come from.
    """

    phase: Phase
    track: Focus | None
    seed: int
    minutes: int
    difficulty: str
    subject: Diagram
    others: Sequence[Diagram]
    constraints: Sequence[str]
    walk: FollowUp | None
    numbers: Sequence[FollowUp]
    trade_offs: Sequence[FollowUp]
    failures: Sequence[FollowUp]
    turns: Sequence[FollowUp]

    @property
    def diagrams(self) -> list[Diagram]:
        """All diagrams, the subject first."""
        return [self.subject, *self.others]

    @property
    def guided(self) -> bool:
        """Whether the candidate may look things up, and is told which numbers to ask for."""
        return self.phase.level == "guided"

    @property
    def boxes(self) -> list[Box]:
        """The parts with their times; together they are all of the interview's minutes."""
        found, spent = [], 0
        for name, about, shares in _SHARES:
            begin = round(self.minutes * spent / 100)
            spent += shares[self.phase.level]
            found.append(Box(name=name, about=about, begin=begin, end=round(self.minutes * spent / 100)))
        return found


def subjects(curriculum: Curriculum, track: Focus | None) -> list[Diagram]:
    """What an interview may ask to design: the diagrams of the plan's `interview` that have enough to talk about."""
    whole = [d for d in curriculum.diagrams if d.spec.metrics and d.spec.trade_offs and d.spec.failures]
    found = [d for d in whole if curriculum.plan.interview.takes(d)] or whole
    if track is None:
        return found
    of_track = [d for d in found if track.takes(d)]
    return of_track if len(of_track) >= _FEW else [d for d in whole if track.takes(d)]


def draw_interview(curriculum: Curriculum, phase: Phase, track: Focus | None, seed: int) -> MockInterview | None:
    """Draw an interview; None where nothing is written that one could be about."""
    # the candidates stand in the order of the files, and Python's generator is the same on all machines
    chance = random.Random(f"{seed}/{phase.level}/{track.slug if track else ''}")  # noqa: S311 - no secret
    if not (found := subjects(curriculum, track)):
        return None
    subject = chance.choice(found)
    varied = len(phase.minutes) > 1
    difficulty, further = chance.choice(_DIFFICULTIES) if varied else _DIFFICULTIES[_USUAL]
    others = _others(curriculum, subject, further, chance)
    drawn = [subject, *others]
    demands = track.constraints if track else curriculum.plan.interview.constraints
    return MockInterview(
        phase=phase,
        track=track,
        seed=seed,
        minutes=chance.choice(phase.minutes),
        difficulty=difficulty,
        subject=subject,
        others=others,
        constraints=chance.sample(demands, min(_DEMANDS, len(demands))),
        walk=next(iter(_facts([subject], "trace", 1)), None),
        numbers=[*_facts([subject], "metric", 2 * _NUMBERS), *_facts(others, "metric", _NUMBERS - 1)],
        trade_offs=_facts(drawn, "trade-off", 1),
        failures=_facts(drawn, "failure", 1),
        turns=_facts(drawn, "decision", 1),
    )


def _others(curriculum: Curriculum, subject: Diagram, count: int, chance: random.Random) -> list[Diagram]:
    """Diagrams to follow up with: of those most like the subject, at most one a category."""
    alike = Likeness(curriculum.diagrams)
    able = [d for d in curriculum.diagrams if d.id != subject.id and d.spec.trade_offs and d.spec.failures]
    able.sort(key=lambda d: (-alike.of(subject, d), d.id))
    near: dict[str, Diagram] = {}
    for diagram in able:
        near.setdefault(diagram.category.slug, diagram)
    nearest = list(near.values())[: count + _SPARE]
    return chance.sample(nearest, min(count, len(nearest)))


def _facts(diagrams: Sequence[Diagram], kind: str, each: int) -> list[FollowUp]:
    """The first facts of a kind, so many of each diagram."""
    return [
        FollowUp(diagram=diagram, ref=ref)
        for diagram in diagrams
        for ref in [ref for ref in diagram.facts() if ref.kind == kind][:each]
    ]
