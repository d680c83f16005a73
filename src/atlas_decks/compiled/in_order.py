"""Compiled diagrams in the order in which they are studied."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from atlas_decks.cards.kinds import DeckKind
from atlas_decks.cards.rows import Row
from atlas_decks.compiled.store import StoredDiagram
from atlas_decks.compiled.survey import Survey
from atlas_decks.files.zip_archive import Deflated
from atlas_decks.schedule.calendar import Calendar, week_tag
from atlas_decks.schedule.order import assign_slots, first_position


class ScheduledCard(NamedTuple):
    """A card in its place: the number of its template, its deck, and its position among the new cards."""

    ordinal: int
    deck: DeckKind
    due: int


class ScheduledNote(NamedTuple):
    """A note in its place; one that is retired has no cards."""

    row: Row
    tags: Sequence[str]
    tier: int
    cards: Sequence[ScheduledCard]


class ScheduledDiagram(NamedTuple):
    """A diagram in its place: its slot in the order of study, and the tag of the week in which the plan reaches it."""

    slot: int
    week: str
    stored: StoredDiagram


class ReadyDiagram(NamedTuple):
    """Notes of a diagram in the order of study, its picture, and the picture's file name."""

    media: str
    picture: Deflated
    notes: Sequence[ScheduledNote]


class StudyOrder:
    """The diagrams of a survey in the order in which they are studied, at a pace of `weeks` weeks."""

    def __init__(self, found: Survey, weeks: int) -> None:
        self._store = found.store
        plan = found.plan
        slots = assign_slots(plan, (diagram.ref for diagram in found.diagrams))
        calendar = Calendar(plan, weeks)
        self._tiers: dict[int, list[ScheduledDiagram]] = {tier.number: [] for tier in plan.tiers}
        for diagram in found.diagrams:
            slot = slots[diagram.ref.diagram]
            week = week_tag(plan, calendar.week(diagram.ref, slot))
            self._tiers[diagram.ref.tier].append(ScheduledDiagram(slot, week, diagram))
        for diagrams in self._tiers.values():
            diagrams.sort(key=lambda diagram: diagram.slot)

    @property
    def tiers(self) -> list[int]:
        """The numbers of all tiers of the plan, in order."""
        return sorted(self._tiers)

    def of_tier(self, tier: int) -> Sequence[ScheduledDiagram]:
        """The diagrams of a tier, in order."""
        return self._tiers[tier]

    def tags(self) -> set[str]:
        """The tags of all notes."""
        diagrams = (diagram for tier in self.tiers for diagram in self.read_tier(tier))
        return {tag for diagram in diagrams for note in diagram.notes for tag in note.tags}

    def read_tier(self, tier: int) -> Iterator[ReadyDiagram]:
        """The diagrams of a tier with their notes and pictures, each read when its turn comes."""
        for diagram in self._tiers[tier]:
            rows, picture = self._store.read(diagram.stored)
            first = first_position(diagram.slot)
            notes = []
            for row in rows:
                tags = sorted(row.tags)
                insort(tags, diagram.week)
                cards = [ScheduledCard(ordinal, deck, first + behind) for ordinal, deck, behind in row.cards]
                notes.append(ScheduledNote(row, tags, tier, cards))
            yield ReadyDiagram(diagram.stored.media, picture, notes)
