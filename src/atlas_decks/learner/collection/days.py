"""The days of a collection as Anki counts them: each begins at the rollover hour, local time.

Sources: rslib/src/scheduler/timing.rs (sched_timing_today_v2_new), rslib/src/stats/graphs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from atlas_decks.learner.collection.model import CardType, HeldCard, Memory, Settings

DAY = 86_400  # seconds
_TIME_FROM = 1_000_000_000  # a due "day" from here on is seconds since 1970: is_unix_epoch_timestamp


@dataclass(frozen=True)
class Today:
    """A day: its number since the collection was made, the date it is `on`, its end and `now` in seconds since 1970."""

    number: int
    on: date
    ends: int
    now: int

    def ago(self, at: int) -> int:
        """How many days ago a time in milliseconds was; 0 is today."""
        return (self.ends - 1 - at // 1000) // DAY

    def starts(self, ago: int) -> int:
        """The millisecond in which the day so many days ago began."""
        return (self.ends - (ago + 1) * DAY) * 1000

    def date_of(self, ago: int) -> date:
        """The date so many days ago."""
        return self.on - timedelta(days=ago)

    def due_in(self, card: HeldCard) -> int:
        """In how many days a card that is not new is due; below 0 it is overdue. As Anki's graph of future cards."""
        if card.due >= _TIME_FROM:
            offset = card.due - self.ends
            return int(offset / DAY)  # towards zero, as Rust divides
        return card.due - self.number

    def elapsed(self, card: HeldCard, memory: Memory) -> float:
        """Days since the last review of a card that FSRS knows."""
        if memory.last_review:
            return max(0, self.now - memory.last_review) / DAY
        if card.type != CardType.REVIEW:
            return 0.0
        return float(max(0, card.interval - self.due_in(card)))


def today(settings: Settings, now: int) -> Today:
    """The day that it is at `now`, in seconds since 1970, where this program runs."""
    local = datetime.fromtimestamp(now).astimezone()
    starts = local.replace(hour=settings.rollover, minute=0, second=0, microsecond=0)
    passed = starts <= local
    ends = starts + timedelta(days=1) if passed else starts
    day = local.date() if passed else local.date() - timedelta(days=1)
    made = datetime.fromtimestamp(settings.created).astimezone()
    if settings.offset is not None:
        made = made.astimezone(timezone(timedelta(minutes=-settings.offset)))
    return Today(max(0, (day - made.date()).days), day, int(ends.timestamp()), now)


def end_of(settings: Settings, day: date) -> Today:
    """The last second of a day."""
    begins = datetime(day.year, day.month, day.day, settings.rollover).astimezone() + timedelta(days=1)
    return today(settings, int(begins.timestamp()) - 1)
