"""Streams whose client has stopped reading: they end, because what waits for them is memory of everybody.

A write to a client that does not read completes when flow control lets it: never, perhaps. It is given up by cancelling
the task that waits for it; the client gets what was under way and then the status, as soon as it reads again.
"""

import asyncio
import time
from typing import Final

LOOKS: Final = 4
"""How often the streams are looked at within the time that one may stall: it ends a quarter of it late at most."""


class Delivery:
    """One stream: `since_ns` is when its present write began (`time.time_ns`), 0 between two writes."""

    __slots__ = ("since_ns", "stalled", "task")

    def __init__(self, task: "asyncio.Task[object]") -> None:
        self.task: Final = task
        self.since_ns = 0
        self.stalled = False


class StalledStreams:
    """Watches the streams that are open, and cancels the task of one whose write takes longer than allowed."""

    def __init__(self, seconds: float) -> None:
        self._limit_ns: Final = int(seconds * 1e9)
        self._look_s: Final = seconds / LOOKS
        self._open: Final[set[Delivery]] = set()
        self._looking = False

    def watch(self) -> Delivery:
        """Watch the stream of the present task."""
        task = asyncio.current_task()
        assert task is not None
        delivery = Delivery(task)
        self._open.add(delivery)
        self._look_later()
        return delivery

    def forget(self, delivery: Delivery) -> None:
        """Watch a stream no longer."""
        self._open.discard(delivery)

    def _look_later(self) -> None:
        if not self._looking:
            self._looking = True
            asyncio.get_running_loop().call_later(self._look_s, self._look)

    def _look(self) -> None:
        self._looking = False
        stalled_before_ns = time.time_ns() - self._limit_ns
        for delivery in [one for one in self._open if 0 < one.since_ns < stalled_before_ns]:
            delivery.stalled = True
            self._open.discard(delivery)
            delivery.task.cancel()
        if self._open:
            self._look_later()
