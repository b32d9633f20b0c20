"""How fast a follower works: at full speed while the core is idle, in small steps with rests while orders flow.

An order's acknowledgement needs the processor and the disk for a moment, at once; a follower with much to catch up
with, and its database, would keep both busy all the time. So while the durable mark moves it rests after each step for
as long as the step took, and steps are small. When that is not enough to catch up, the rests get shorter, down to none:
nothing that the core can keep up is a lag that grows for ever.
"""

import time
from collections.abc import Callable
from typing import Final

FLOWING_SECONDS: Final = 1.0
"""Orders flow until the mark has stood still for so long."""
STEP_COMMANDS: Final = 100
"""Commands a step, and a batch, while orders flow: a few milliseconds of work each.

Of 250 the p99 of an acknowledgement beside it was 2.3 times that without a follower, of 100 it is 1.3 to 1.7 times."""
REST_RATIO: Final = 1.0
"""Seconds of rest a second of work."""
LONGEST_REST_SECONDS: Final = 0.25
"""One slow step, a snapshot or a database that was down, says nothing about the next."""
WINDOW_SECONDS: Final = 1.0
"""How often the lag is judged."""
NEAR_COMMANDS: Final = 2 * STEP_COMMANDS
"""A lag that is no reason to hurry."""
SHORTER: Final = 0.5
LONGER: Final = 1.25
SHORTEST_RATIO: Final = 0.05
"""Shorter rests than this are none."""


class Pace:
    """The pace of one follower, from what it sees of the mark and of its own lag."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin at full speed; `clock` gives seconds."""
        self._clock: Final = clock
        self._durable: int | None = None
        self._moved = float("-inf")
        self._ratio = REST_RATIO
        self._judged = clock()
        self._lag: int | None = None

    @property
    def gentle(self) -> bool:
        """Whether orders flow and may not be disturbed more than the lag demands."""
        return self._clock() - self._moved < FLOWING_SECONDS

    def look(self, durable: int, written: int) -> None:
        """Take note of how far the journal is durable and the projection written, before each step."""
        now = self._clock()
        if self._durable is not None and durable != self._durable:
            self._moved = now
        self._durable = durable
        if now - self._judged >= WINDOW_SECONDS:
            self._judge(durable - written)
            self._judged = now

    def rest_seconds(self, worked_seconds: float) -> float:
        """Return how long to rest after a step that took so long; 0 at full speed."""
        if not self.gentle:
            return 0.0
        return min(worked_seconds * self._ratio, LONGEST_REST_SECONDS)

    def _judge(self, lag: int) -> None:
        """Rest less while the lag does not shrink, and more again when it does."""
        before, self._lag = self._lag, lag
        if before is None:
            return
        if lag > NEAR_COMMANDS and lag >= before:
            self._ratio = self._ratio * SHORTER if self._ratio > SHORTEST_RATIO else 0.0
        else:
            self._ratio = min(max(self._ratio, SHORTEST_RATIO) * LONGER, REST_RATIO)
