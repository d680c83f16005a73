"""The phases of the study plan: mock interviews a week, levels of understanding with their targets, and milestones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_QUARTERS = 4  # the study plan has four phases of equal length: weeks 1-4, 5-8, 9-12 and 13-16 of its sixteen


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A quarter of the plan: mock interviews a week, their level, how many minutes one has, and what it is about."""

    interviews: int
    level: str
    minutes: Sequence[int]
    title: str
    about: str

    @property
    def length(self) -> str:
        """`45` or `45 to 60`: the minutes of an interview."""
        return " to ".join(map(str, self.minutes))


PHASES: Sequence[Phase] = (
    Phase(interviews=0, level="", minutes=(), title="Foundation building", about="No interviews yet: knowledge first."),
    Phase(
        interviews=2,
        level="guided",
        minutes=(45,),
        title="Guided practice",
        about="With reference material. Look at structure: requirements, numbers, a first design, its weak point.",
    ),
    Phase(
        interviews=3,
        level="realistic",
        minutes=(60,),
        title="Realistic practice",
        about="Without reference material. Look at depth: why this store, what fails first, what it costs.",
    ),
    Phase(
        interviews=4,
        level="ready",
        minutes=(45, 60),
        title="Interview ready",
        about="Of varied difficulty. Look at communication: say what you do, why, and what you leave out.",
    ),
)
LEVELS = {phase.level: phase for phase in PHASES if phase.level}  # of mock interviews, in the order of the plan
MILESTONES: Sequence[tuple[int, str, str]] = (  # percent of the plan, what it means, a treat
    (25, "The foundation is solid.", "your favourite meal"),
    (50, "Half of the way.", "a new book"),
    (75, "Three quarters.", "a ticket for a conference"),
    (100, "Everything that is planned was met.", "a holiday"),
)
DEPTHS: Sequence[tuple[str, str]] = (  # the study plan's levels of understanding
    ("Surface", "recognize and name"),
    ("Shallow", "explain the basics"),
    ("Medium", "apply in context"),
    ("Deep", "modify and adapt"),
    ("Expert", "innovate and teach"),
)
# its targets at the end of each quarter, in percent of the diagrams met, level by level
TARGETS: Sequence[Sequence[int]] = ((0, 30, 50, 20, 0), (0, 20, 40, 40, 0), (0, 10, 30, 60, 0), (0, 0, 20, 80, 0))


def phase_of(week: int, weeks: int) -> Phase:
    """The phase of a week, from 1, of a plan of `weeks` weeks."""
    return PHASES[min((week - 1) * _QUARTERS // weeks, _QUARTERS - 1)]
