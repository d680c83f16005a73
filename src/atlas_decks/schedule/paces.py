"""The paces of a plan, by their weeks."""

from __future__ import annotations

from atlas_decks.curriculum.models import Pace, Plan
from atlas_decks.problems import Problem, WrongRequestError


def find_pace(plan: Plan, weeks: int | None) -> Pace:
    """The plan's pace of that many weeks, by default its own. Raises WrongRequestError where there is none."""
    pace = plan.pace(weeks or plan.weeks)
    if pace is None:
        known = ", ".join(str(pace.weeks) for pace in plan.paces)
        message, hint = f"no pace of {weeks} weeks in the plan", f"there are {known}"
        raise WrongRequestError([Problem("--weeks", 0, 0, "no-pace", message, hint)])
    return pace
