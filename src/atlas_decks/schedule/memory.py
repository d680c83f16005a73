"""How often a card comes back: answers on each day after it was new, as Anki's two schedulers would have it.

Both are played with a seeded random learner who recalls a fixed share of what is asked. Of the days around an interval
Anki takes the least loaded one, which while the load grows is rather a late one; held against the real Anki
(tests/schedule/test_forecast_in_anki.py), that counts under FSRS, and evens out under SM-2.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

_CARDS = 600  # played for one curve; the sums over 16 weeks then differ by about 1 % from seed to seed
_SEED = 20
EASE = 2.5  # of a new card, Anki's default
REDRAW_RETENTION = 0.95  # the study plan's own target; at it, FSRS gives the plan's ladder
REDRAW_EASE = 2.2  # gives 1, 3, 7, 15, 33, 73 days, the study plan's ladder of 1, 3, 7, 14, 30, 60 but for its end
_EASE_LAPSE, _EASE_LEAST = 0.2, 1.3  # https://faqs.ankiweb.net/what-spaced-repetition-algorithm.html
_STEP = timedelta(minutes=15)
_FUZZ_FROM = 2.5  # days; shorter intervals are kept
_LATE = 0.5  # of the spread

Curve = tuple[float, ...]  # expected answers on day 0, 1, 2, .. after a card was new; day 0 is the first answer itself


def curve(days: int, recall: float, retention: float, *, fsrs: bool, redraw: bool = False) -> Curve:
    """Expected answers of one card on each of `days` days.

    `recall` is the share (0 to 1) that the learner recalls, `retention` the preset's desired retention (FSRS only).
    What is forgotten comes back once within the sitting, unless it is a `redraw`.
    """
    play = _fsrs(retention, not redraw) if fsrs else _sm2(REDRAW_EASE if redraw else EASE, not redraw)
    chance = random.Random(_SEED)  # noqa: S311 - a game, not a secret
    counts = [0] * days
    for _ in range(_CARDS):
        for day in play(lambda: chance.random() < recall):
            if day >= days:
                break
            counts[day] += 1
    return tuple(count / _CARDS for count in counts)


def ladder(days: int) -> list[int]:
    """The days, of the first `days`, on which a redraw comes while all is Good; on day 0 it is new."""
    return list(itertools.takewhile(lambda day: day < days, _sm2(REDRAW_EASE, steps=False)(lambda: True)))


_Play = Callable[[Callable[[], bool]], Iterator[int]]  # whether the next answer is right -> days of the answers


def _balanced(interval: int) -> int:
    """The interval in days after load balancing: half of the way to the last day that Anki allows itself.

    The spread is that of Anki's fuzz, from rslib/src/scheduler/states/fuzz.rs.
    """
    if interval < _FUZZ_FROM:
        return interval
    parts = ((_FUZZ_FROM, 7.0, 0.15), (7.0, 20.0, 0.1), (20.0, float("inf"), 0.05))
    spread = 1.0 + sum(share * max(0.0, min(interval, end) - start) for start, end, share in parts)
    return interval + int(spread * _LATE + 0.5)


def _sm2(first_ease: float, steps: bool) -> _Play:
    def play(recalls: Callable[[], bool]) -> Iterator[int]:
        day, interval, ease = 0, 1, first_ease
        yield day  # Good on a single step graduates at once
        while True:
            day += interval
            yield day
            if recalls():
                interval = max(interval + 2, int(interval * ease + 0.5))  # Hard has one day more, Good two
            else:
                interval, ease = 1, max(_EASE_LEAST, ease - _EASE_LAPSE)
                if steps:
                    yield day

    return play


def _fsrs(retention: float, steps: bool) -> _Play:
    from fsrs import Card, Rating, Scheduler, State  # needed by those who ask for FSRS only

    ladder = (_STEP,) if steps else ()
    start = datetime(2001, 1, 1, tzinfo=UTC)
    scheduler = Scheduler(
        desired_retention=retention, learning_steps=ladder, relearning_steps=ladder, enable_fuzzing=False
    )

    def play(recalls: Callable[[], bool]) -> Iterator[int]:
        card, day, rating = Card(), 0, Rating.Good
        while True:
            card, _ = scheduler.review_card(card, rating, start + timedelta(days=day))
            yield day
            while card.state is not State.Review:
                card, _ = scheduler.review_card(card, Rating.Good, start + timedelta(days=day) + _STEP)
                yield day
            day += _balanced(max(1, (card.due - start).days - day))
            rating = Rating.Good if recalls() else Rating.Again

    return play
