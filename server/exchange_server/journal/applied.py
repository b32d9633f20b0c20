"""A command with what came of it: what listeners, followers and replies are made from."""

from typing import Final

from exchange_server.engine.commands import Command
from exchange_server.engine.events import Event


class UnitTimes:
    """When a unit was taken into the queue and when it was durable, shared by its commands.

    Nanoseconds since 1970 UTC; 0 while it is not so, and for ever of what is replayed.
    """

    __slots__ = ("durable_ns", "received_ns")

    def __init__(self, received_ns: int) -> None:
        self.received_ns: Final = received_ns
        self.durable_ns = 0


UNKNOWN_TIMES: Final = UnitTimes(0)
"""Of commands of which only the journal tells."""


class Applied:
    """A sequenced, durable command and its events; the first event is the outcome."""

    __slots__ = ("command", "events", "sequence", "time_ns", "times")

    def __init__(
        self, sequence: int, time_ns: int, command: Command, events: list[Event], times: UnitTimes = UNKNOWN_TIMES
    ) -> None:
        self.sequence: Final = sequence
        self.time_ns: Final = time_ns
        self.command: Final = command
        self.events: Final = events
        self.times: Final = times
