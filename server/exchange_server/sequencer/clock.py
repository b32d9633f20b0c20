"""The clock that stamps commands."""

import time


class Clock:
    """Nanoseconds since 1970 UTC that never go back, also not across a restart.

    When the system's clock steps back, this one stands still until it is caught up.
    """

    __slots__ = ("_last_ns",)

    def __init__(self, not_before_ns: int) -> None:
        """Start no earlier than the last journaled command."""
        self._last_ns = not_before_ns

    def now_ns(self) -> int:
        self._last_ns = max(self._last_ns, time.time_ns())
        return self._last_ns
