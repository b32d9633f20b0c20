"""A command with what came of it: what listeners, followers and replies are made from."""

from typing import Final

from exchange_server.engine.commands import Command
from exchange_server.engine.events import Event


class Applied:
    """A sequenced, durable command and its events; the first event is the outcome."""

    __slots__ = ("command", "events", "sequence", "time_ns")

    def __init__(self, sequence: int, time_ns: int, command: Command, events: list[Event]) -> None:
        self.sequence: Final = sequence
        self.time_ns: Final = time_ns
        self.command: Final = command
        self.events: Final = events
