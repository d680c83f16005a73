"""An interview as three pages to print: for the candidate, for the interviewer, and the score."""

from __future__ import annotations

from collections.abc import Mapping

from atlas_decks.curriculum.models import Plan
from atlas_decks.diagrams.picture import Picture
from atlas_decks.study.exam import DIMENSIONS
from atlas_decks.study.interview_script import Script
from atlas_decks.study.sheets import in_page, pages

_LINES = (9, 0, 6, 6, 4)  # for notes on each part of the interview; the second has room to draw


def interview_pages(script: Script, plan: Plan, pictures: Mapping[str, Picture]) -> dict[str, bytes]:
    """The pages by file name; `pictures` are those of the interview's diagrams, by id."""
    shown = {found.id: in_page(pictures[found.id]) for found in (script.subject, *script.others)}
    shared = {"plan": plan, "script": script, "pictures": shown, "rubric": DIMENSIONS, "lines": _LINES}
    titles = {
        "candidate": "Mock interview",
        "interviewer": "Mock interview: for the interviewer",
        "interview-score": "Mock interview: score",
    }
    return {
        f"{name}.html": (pages().fill(f"{name}.html", **shared, title=title) + "\n").encode()
        for name, title in titles.items()
    }
