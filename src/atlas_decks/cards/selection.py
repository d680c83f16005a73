"""Which notes are wanted: by tier, company, category and tag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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
        wanted = [f"{root}::{tag}" if not tag.startswith(f"{root}::") else tag for tag in self.tags]
        return (
            (not self.tiers or tier in self.tiers)
            and (not self.companies or any(f"{root}::company::{c}" in tags for c in self.companies))
            and (not self.categories or any(f"{root}::category::{c}" in tags for c in self.categories))
            and (not wanted or any(tag == one or tag.startswith(f"{one}::") for tag in tags for one in wanted))
        )
