"""Up to where everything is published, and what all streams share because of it."""

import time
from collections.abc import Callable
from typing import Final

from exchange_server.engine.types import TimeNs
from exchange_server.journal import Applied, UnitTimes
from exchange_server.wire.times import Hops


class Published:
    """The last published sequence with its time, how long a stream may be quiet, and the clock of those who read."""

    __slots__ = ("clock_ns", "heartbeat_s", "sequence", "time_ns")

    def __init__(
        self, sequence: int, time_ns: TimeNs, heartbeat_s: float, clock_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self.sequence = sequence
        self.time_ns = time_ns
        self.heartbeat_s: Final = heartbeat_s
        self.clock_ns: Final = clock_ns


def hops_now(time_ns: int, times: UnitTimes) -> Hops:
    """Return the hop times of a command in a message that is made now."""
    return Hops(times.received_ns, time_ns, times.durable_ns, time.time_ns())


def hops_of(applied: Applied) -> Hops:
    """Return the hop times of a command in a message that is made now."""
    return hops_now(applied.time_ns, applied.times)
