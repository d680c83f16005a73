"""A drawn interview in words: what the candidate gets, and what the interviewer asks and listens for; text and data."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from markupsafe import Markup

from atlas_decks.cards.markup import on_page
from atlas_decks.curriculum.models import Diagram, Plan
from atlas_decks.diagrams.picture import Picture
from atlas_decks.study.asked import Part, asked, source_of, where
from atlas_decks.study.book_pages import article_page
from atlas_decks.study.exam import DIMENSIONS
from atlas_decks.study.interview import TARGET, Box, FollowUp, MockInterview

_RUNNING = (
    "Read the task and what is demanded aloud. Tell a number only when you are asked for it. Keep the times. Listen "
    "for what stands under a question; what was meant counts, not the words."
)
_WIDTH = 100  # columns of the text


@dataclass(frozen=True, kw_only=True)
class About:
    """A diagram by name; `page` is the file of its article in the site that `preview` writes."""

    id: str
    title: str
    where: str
    shows: str
    page: str

    @property
    def told(self) -> Markup:
        """What it shows, as HTML."""
        return on_page(self.shows)


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question on a diagram: what is told before it, what is asked, the answer, and the source of that."""

    diagram: str
    context: Sequence[str]
    prompts: Sequence[str]
    answer: Sequence[Part]
    source: str

    @property
    def told(self) -> list[Markup]:
        """What is told, as HTML."""
        return [on_page(text) for text in self.context]

    @property
    def asks(self) -> list[Markup]:
        """What is asked, as HTML."""
        return [on_page(text) for text in self.prompts]


@dataclass(frozen=True, kw_only=True)
class Script:
    """An interview in words. Texts keep the markup of the curriculum."""

    level: str
    title: str
    about: str
    guided: bool
    track: str
    seed: int
    minutes: int
    difficulty: str
    task: str
    subject: About
    others: Sequence[About]
    constraints: Sequence[str]
    boxes: Sequence[Box]
    numbers: Sequence[Question]
    walk: Question | None
    trade_offs: Sequence[Question]
    failures: Sequence[Question]
    turns: Sequence[Question]

    @property
    def demands(self) -> list[Markup]:
        """The constraints as HTML."""
        return [on_page(text) for text in self.constraints]

    @property
    def running(self) -> str:
        """How the interviewer goes about it."""
        return _RUNNING

    @property
    def target(self) -> int:
        """The mean over all dimensions that the plan wants in the end."""
        return TARGET

    def data(self) -> dict[str, Any]:
        """The interview for programs."""
        values = asdict(self)
        for name in ("numbers", "trade_offs", "failures", "turns"):
            values[name] = [_data(question) for question in getattr(self, name)]
        values["walk"] = _data(self.walk) if self.walk else None
        rubric = [dict(zip(("dimension", "5", "3", "1"), row, strict=True)) for row in DIMENSIONS]
        return {**values, "rubric": rubric, "target": TARGET, "log": self.log}

    @property
    def log(self) -> str:
        """The line to copy into a log of interviews, with blanks to fill in."""
        scores = " ".join(f"{name} _" for name, *_ in DIMENSIONS)
        parts = [self.level, self.track, f"seed {self.seed}", self.subject.id, scores, f"mean _._ (target {TARGET})"]
        return " | ".join(["____-__-__", *filter(None, parts)])

    def text(self) -> str:
        """The interview for a terminal: the candidate's part, the interviewer's, and the score."""
        rule = "=" * _WIDTH
        return "\n".join([*self._candidate(), "", rule, *self._interviewer(), "", rule, *self._score()])

    def _candidate(self) -> Iterator[str]:
        track = f", track: {self.track}" if self.track else ""
        yield f"Mock interview: {self.title.lower()}, {self.minutes} minutes, seed {self.seed}"
        yield f"Difficulty: {self.difficulty}{track}\n"
        yield from _wrapped(self.task)
        if self.guided:
            yield from _wrapped(self.subject.shows, "    ")
        if self.constraints:
            yield "\nWhat is demanded"
            yield from _wrapped_list(self.constraints)
        yield "\nTime"
        for box in self.boxes:
            yield from _wrapped(f"  {box.begin:>2} to {box.end:>2}  {box.name}: {box.about}", hanging=" " * 12)
        if self.guided:
            yield "\nNumbers worth asking for"
            yield from _wrapped_list(" ".join(question.prompts) for question in self.numbers)
            yield "\nTo look things up (pages of the book)"
            yield from _wrapped_list(f"{found.title}: {found.page}" for found in (self.subject, *self.others))

    def _interviewer(self) -> Iterator[str]:
        yield "For the interviewer only\n"
        yield from _wrapped(f"{self.about} {_RUNNING}")
        walk = [self.walk] if self.walk else []
        for heading, questions in (
            ("Numbers worth asking for", self.numbers),
            ("Architecture: a way through it", walk),
            ("Trade-offs", self.trade_offs),
            ("Failures", self.failures),
            ("A turn, if there is time", self.turns),
        ):
            if questions:
                yield f"\n{heading}"
            for question in questions:
                yield ""
                yield from _wrapped(" ".join([*question.context, *question.prompts]), "  ")
                for part in question.answer:
                    items = " -> ".join(part.items) if part.ordered else "; ".join(part.items)
                    yield from _wrapped(f"{part.name}: {items}", "      ", "          ")
                yield from _wrapped(f"[{question.diagram}; {question.source}]", "      ", "      ")

    def _score(self) -> Iterator[str]:
        yield "Score, 1 to 5 each"
        for name, five, three, one in DIMENSIONS:
            yield f"  {name:<14} 5: {five}; 3: {three}; 1: {one}"
        yield f"\n{self.log}"


def _wrapped(text: str, indent: str = "", hanging: str | None = None) -> list[str]:
    """The text in lines; `hanging` is the indent of all but the first."""
    after = indent if hanging is None else hanging
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=after, break_on_hyphens=False)


def _wrapped_list(texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in _wrapped(text, "  - ", "    ")]


def script(interview: MockInterview, plan: Plan, pictures: Mapping[str, Picture]) -> Script:
    """The words of an interview; `pictures` are those of its diagrams, by id."""

    def questions(found: Sequence[FollowUp]) -> list[Question]:
        return [_question(item, plan, pictures[item.diagram.id]) for item in found]

    return Script(
        level=interview.phase.level,
        title=interview.phase.title,
        about=interview.phase.about,
        guided=interview.guided,
        track=interview.track.title if interview.track else "",
        seed=interview.seed,
        minutes=interview.minutes,
        difficulty=interview.difficulty,
        task=f"Design your own way of doing this: “{interview.subject.spec.title}”.",
        subject=_about(interview.subject),
        others=[_about(diagram) for diagram in interview.others],
        constraints=interview.constraints,
        boxes=interview.boxes,
        numbers=questions(interview.numbers),
        walk=next(iter(questions([interview.walk] if interview.walk else [])), None),
        trade_offs=questions(interview.trade_offs),
        failures=questions(interview.failures),
        turns=questions(interview.turns),
    )


def _about(diagram: Diagram) -> About:
    return About(
        id=diagram.id,
        title=diagram.spec.title,
        where=where(diagram),
        shows=diagram.spec.shows,
        page=article_page(diagram.id),
    )


def _question(item: FollowUp, plan: Plan, picture: Picture) -> Question:
    context, prompts, answer = asked(item.ref, plan, picture, whole=True)
    return Question(
        diagram=item.diagram.spec.title,
        context=context,
        prompts=prompts,
        answer=answer,
        source=source_of(item.diagram, item.ref),
    )


def _data(question: Question) -> dict[str, Any]:
    values = asdict(question)
    values["answer"] = [{"name": part.name, "items": list(part.items)} for part in question.answer]
    return values
