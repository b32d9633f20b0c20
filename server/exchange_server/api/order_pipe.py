"""What lies between the reader and the writer of one order entry stream."""

import asyncio
from collections import deque
from typing import Final

from exchange.v1 import order_service_pb2 as pb
from exchange_server.api.batches import Early
from exchange_server.engine.commands import Command
from exchange_server.sequencer import Applied
from exchange_server.sequencer.lanes import size_of

MAX_UNITS: Final = 8
"""Units of one stream that may be under way."""
MAX_COMMANDS: Final = 2_000
"""Commands of one stream that may be under way; one unit may pass it."""


class Unit:
    """One request on its way: what was submitted, and what is known of its answer."""

    __slots__ = ("commands", "early", "end", "future", "items", "response")

    def __init__(self, request_id: int) -> None:
        self.response: Final = pb.OrderEntryResponse(request_id=request_id)
        self.commands: list[Command] = []
        self.early: Early = {}
        self.items = 0
        """Items of a batch; 0 for everything else."""
        self.future: asyncio.Future[list[Applied]] | None = None
        self.end: Exception | None = None
        """Why the stream ends here; then there is no answer."""


class Pipe:
    """Units in the order of arrival. `session_id` is what the stream's orders are bound to, 0 for none, None at first.

    `bound` tells that an order was bound to it.
    """

    def __init__(self) -> None:
        self._units: Final[deque[Unit]] = deque()
        self._commands = 0
        self._closed = False
        self._sleeping: asyncio.Future[None] | None = None
        """The reader when it waits for room, or the writer when it waits for a unit: never both."""
        self.reader: asyncio.Task[None] | None = None
        self.session_id: int | None = None
        self.bound = False

    @property
    def full(self) -> bool:
        return len(self._units) >= MAX_UNITS or self._commands >= MAX_COMMANDS

    def add(self, unit: Unit) -> None:
        if not self._closed:
            self._units.append(unit)
            self._commands += size_of(unit.commands)
            self._wake()

    async def room(self) -> None:
        while self.full:
            await self._sleep()

    async def arrived(self) -> None:
        """Wait until everything that was submitted is executed, or refused."""
        under_way = [unit.future for unit in self._units if unit.future is not None]
        if under_way:
            await asyncio.wait(under_way)

    async def oldest(self) -> Unit | None:
        """Return the oldest unit, which stays until it is done; None when there will be no more."""
        while not self._units:
            if self._closed:
                return None
            await self._sleep()
        return self._units[0]

    def done(self, unit: Unit) -> None:
        self._units.popleft()
        self._commands -= size_of(unit.commands)
        self._wake()

    def close(self) -> None:
        """Take no more units; those that are here are still answered."""
        self._closed = True
        self._wake()

    def end(self, why: Exception) -> None:
        """Read no further, answer what is here, and end the stream with an error."""
        if self.reader is not None:
            self.reader.cancel()
        last = Unit(0)
        last.end = why
        self.add(last)
        self._closed = True

    def abandon(self) -> None:
        """Give up what is not sequenced yet: nobody reads its answer."""
        self._closed = True
        if self.reader is not None:
            self.reader.cancel()
        for unit in self._units:
            if unit.future is not None:
                unit.future.cancel()

    async def _sleep(self) -> None:
        sleeping = self._sleeping = asyncio.get_running_loop().create_future()
        await sleeping

    def _wake(self) -> None:
        sleeping = self._sleeping
        if sleeping is not None:
            self._sleeping = None
            if not sleeping.done():
                sleeping.set_result(None)
