"""The paces of a plan, by their weeks, and the days of exams in them."""

from __future__ import annotations

from collections.abc import Mapping

from atlas_decks.curriculum.models import Checkpoint, Pace, Plan
from atlas_decks.problems import Problem, WrongRequestError


def find_pace(plan: Plan, weeks: int | None) -> Pace:
    """The plan's pace of that many weeks, by default its own. Raises WrongRequestError where there is none."""
    pace = plan.pace(weeks or plan.weeks)
    if pace is None:
        known = ", ".join(str(pace.weeks) for pace in plan.paces)
        message, hint = f"no pace of {weeks} weeks in the plan", f"there are {known}"
        raise WrongRequestError([Problem("--weeks", 0, 0, "no-pace", message, hint)])
    return pace


def exam_days(plan: Plan, pace: Pace) -> Mapping[int, tuple[Checkpoint, ...]]:
    """Checkpoints by the number of their study day, from 1: the last of their week, which brings nothing new.

    None where no day would be left to learn on.
    """
    found: dict[int, tuple[Checkpoint, ...]] = {}
    for point in plan.checkpoints:
        week = min(max(point.week * pace.weeks // plan.weeks, 1), pace.weeks)
        last = week * pace.study_days
        found[last] = (*found.get(last, ()), point)
    return found if len(found) < pace.weeks * pace.study_days else {}
