"""One reader of a stream: how it sleeps, wakes, falls behind and ends."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final, Generic, TypeVar

from exchange_server.feeds.errors import REJECT_STREAM_TOO_SLOW, REJECT_UNAVAILABLE, StreamRefused

Item = TypeVar("Item")


class Reader:
    """Sleeps until it is woken or some time has passed. Belongs to one task; lives on the event loop."""

    def __init__(self) -> None:
        self._sleep: asyncio.Future[bool] | None = None
        self._end: StreamRefused | None = None

    def wake(self) -> None:
        sleep = self._sleep
        if sleep is not None and not sleep.done():
            sleep.set_result(True)

    def end(self, why: StreamRefused) -> None:
        """Make the reader raise `why` instead of reading on. The first reason stays."""
        if self._end is None:
            self._end = why
        self.wake()

    def close(self) -> None:
        """End the stream because the exchange shuts down."""
        self.end(StreamRefused(REJECT_UNAVAILABLE, "the exchange is shutting down"))

    def check(self) -> None:
        """Raise the reason why the stream ended, if it has."""
        if self._end is not None:
            raise self._end

    async def sleep(self, timeout_s: float) -> bool:
        """Wait until woken; return false when the time passed first."""
        loop = asyncio.get_running_loop()
        sleep: asyncio.Future[bool] = loop.create_future()
        self._sleep = sleep
        timer = loop.call_later(timeout_s, _expire, sleep)
        try:
            return await sleep
        finally:
            timer.cancel()
            self._sleep = None


def _expire(sleep: asyncio.Future[bool]) -> None:
    if not sleep.done():
        sleep.set_result(False)


class QueueReader(Reader, ABC, Generic[Item]):
    """A reader that must miss nothing: what waits for it is bounded, and past the bound its stream ends.

    The bound counts weights and only what came since it joined: the history that it asked for is not its fault. One
    push may pass the bound, so that a reader that keeps up survives a command with more trades than that.
    """

    def __init__(self, history: Iterable[tuple[Item, int]], bound: int) -> None:
        super().__init__()
        self._queue: Final[deque[tuple[Item, int]]] = deque(history)
        self._waiting = self._history = sum(weight for _, weight in self._queue)
        self._bound: Final = bound

    @property
    def waiting(self) -> int:
        """Weight of what waits."""
        return self._waiting

    @abstractmethod
    def fell_behind(self) -> StreamRefused:
        """Name where to resume; asked when the stream ends because too much waited."""

    def push(self, items: Sequence[tuple[Item, int]]) -> None:
        """Add items, each with its weight."""
        if self._end is not None:
            return
        if self._waiting - self._history >= self._bound:
            self._queue.clear()
            self.end(self.fell_behind())
            return
        self._queue.extend(items)
        self._waiting += sum(weight for _, weight in items)
        self.wake()

    def take(self) -> Item | None:
        """Return the oldest item that waits, or none. Raise when the stream has ended."""
        self.check()
        if not self._queue:
            return None
        item, weight = self._queue.popleft()
        self._waiting -= weight
        self._history = max(0, self._history - weight)
        return item

    async def next(self, timeout_s: float) -> Item | None:
        """Return the oldest item that waits, or wait for one; none when the time passed first."""
        item = self.take()
        if item is None:
            await self.sleep(timeout_s)
            item = self.take()  # also after the time passed: something may have come since
        return item


def too_slow(message: str, **metadata: int | str) -> StreamRefused:
    """Say that a reader fell behind, and where to go on."""
    return StreamRefused(REJECT_STREAM_TOO_SLOW, message, {key: str(value) for key, value in metadata.items()})
