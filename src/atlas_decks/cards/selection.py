"""Which notes are wanted: by tier, company, category and tag."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from atlas_decks.curriculum.models import Plan
from atlas_decks.problems import Problem, WrongRequestError

_FEW = 12  # names that a hint can list


@dataclass(frozen=True)
class Selection:
    """Which notes go into a package; empty: all of them. A tag may leave out the root of all tags."""

    tiers: tuple[int, ...] = ()
    companies: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tiers or self.companies or self.categories or self.tags)

    def takes(self, of_note: Sequence[str], tier: int, root: str) -> bool:
        """Whether a note with these tags in that tier is selected: by one of each option that was given."""
        tags = set(of_note)
        wanted = self._full_tags(root)
        return (
            (not self.tiers or tier in self.tiers)
            and (not self.companies or any(f"{root}::company::{c}" in tags for c in self.companies))
            and (not self.categories or any(f"{root}::category::{c}" in tags for c in self.categories))
            and (not wanted or any(tag == one or tag.startswith(f"{one}::") for tag in tags for one in wanted))
        )

    def require_known(self, plan: Plan, tags: Iterable[str] = ()) -> None:
        """Make sure that the plan has all that is wanted, and that `tags`, those of all notes, have the tags.

        Raises WrongRequestError with what is not there, and what is most like it.
        """
        problems = [
            *_unknown("--tier", self.tiers, [tier.number for tier in plan.tiers]),
            *_unknown("--company", self.companies, [company.slug for company in plan.companies]),
            *_unknown("--category", self.categories, [category.slug for category in plan.categories]),
        ]
        if self.tags:
            parts = (tag.split("::") for tag in tags)
            known = {"::".join(part[:depth]) for part in parts for depth in range(1, len(part) + 1)}
            short = sorted(tag.removeprefix(f"{plan.tag}::") for tag in known)
            missing = [tag for tag in self._full_tags(plan.tag) if tag not in known]
            problems += _unknown("--tag", [tag.removeprefix(f"{plan.tag}::") for tag in missing], short)
        if problems:
            raise WrongRequestError(problems)

    def _full_tags(self, root: str) -> list[str]:
        return [tag if tag == root or tag.startswith(f"{root}::") else f"{root}::{tag}" for tag in self.tags]


def nothing_selected(command: str) -> Problem:
    """That a selection, though all that it names is known, takes no note."""
    hint = "see `atlas-decks list` and `atlas-decks stats`"
    return Problem(command, 0, 0, "nothing-selected", "no note matches the selection", hint)


def _unknown(option: str, wanted: Iterable[object], known: Collection[object]) -> Iterator[Problem]:
    """A problem for each thing that is wanted and not known."""
    names = [str(name) for name in known]
    for name in (str(one) for one in wanted):
        if name not in names:
            near = difflib.get_close_matches(name, names, 3, 0.5)
            few = f"one of {', '.join(names)}" if 0 < len(names) <= _FEW else ""
            hint = (
                f"did you mean {', '.join(near)}?" if near else few or "see `atlas-decks plan` and `atlas-decks list`"
            )
            yield Problem(option, 0, 0, "unknown-selection", f"there is no `{name}`", hint)
