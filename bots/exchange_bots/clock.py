"""The time of bots: nanoseconds that only go forward, near those since 1970."""

import time

NS = 1_000_000_000

_OFFSET_NS = time.time_ns() - time.monotonic_ns()


def now_ns() -> int:
    """Return the time; a clock that somebody sets has no part in it."""
    return time.monotonic_ns() + _OFFSET_NS
