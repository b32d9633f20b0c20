"""One reader of a stream: what it is sent next, how it sleeps, wakes, falls behind and ends.

A reader is asked for its next message (`poll`) and makes it, or takes one that is shared, only then. Whoever delivers
for it, a call of its own (`next`) or one of many channels (`on_wake`), asks again when it was woken.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Generic, TypeVar

from exchange_server.feeds.errors import REJECT_STREAM_TOO_SLOW, REJECT_UNAVAILABLE, StreamRefused
from exchange_server.feeds.published import Published

Item = TypeVar("Item")

WAITING_BYTES: Final = 128 << 10
"""What may wait for one client that must miss nothing; gRPC itself holds about as much for one that does not read."""


class Reader(ABC):
    """Follows one thing. Lives on the event loop."""

    __slots__ = ("_end", "_on_leave", "_quiet_since", "_sleep", "_timer", "on_wake", "published")

    def __init__(self, published: Published) -> None:
        self.published: Final = published
        self.on_wake: Callable[[], None] | None = None
        """Called instead when the reader is a channel of another one."""
        self._sleep: asyncio.Future[bool] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._quiet_since = 0.0
        self._end: StreamRefused | None = None
        self._on_leave: list[Callable[[], None]] = []

    # ---------------------------------------------------------------- what it is sent

    @abstractmethod
    def poll(self) -> bytes | None:
        """Return the next message, or none when there is none now. Raises StreamRefused when the stream has ended."""

    @abstractmethod
    def heartbeat(self) -> bytes:
        """Return a sign of life; to be asked for only when `poll` has just given nothing. Empty: not yet."""

    @property
    def settled_sequence(self) -> int:
        """The sequence up to which nothing is still to come, when `poll` has just given nothing."""
        return self.published.sequence

    async def next(self) -> bytes:
        """Return the next message, or a heartbeat when there was none for some seconds. Raises StreamRefused."""
        message = self.poll()
        if message is None:
            self._quiet_since = asyncio.get_running_loop().time()
            while message is None:
                woken = await self._sleep_on()
                message = self.poll()
                if message is None and not woken:
                    message = self.heartbeat() or None
                    self._quiet_since = asyncio.get_running_loop().time()
        return message

    # ---------------------------------------------------------------- how it sleeps and wakes

    def wake(self) -> None:
        """Have the reader asked again."""
        sleep = self._sleep
        if sleep is not None:
            if not sleep.done():
                sleep.set_result(True)
        elif self.on_wake is not None:
            self.on_wake()

    async def _sleep_on(self) -> bool:
        """Wait until woken; return false when it has been quiet for long enough."""
        loop = asyncio.get_running_loop()
        self._sleep = loop.create_future()
        if self._timer is None:
            # One timer serves many sleeps: to start one for each costs more than all else that a reader does.
            passed = loop.time() - self._quiet_since
            self._timer = loop.call_later(max(self.published.heartbeat_s - passed, 0), self._look_at_the_clock)
        try:
            return await self._sleep
        finally:
            self._sleep = None

    def _look_at_the_clock(self) -> None:
        self._timer = None
        sleep = self._sleep
        if sleep is None or sleep.done():
            return
        loop = sleep.get_loop()
        left = self._quiet_since + self.published.heartbeat_s - loop.time()
        if left > 0.001:
            self._timer = loop.call_later(left, self._look_at_the_clock)
        else:
            sleep.set_result(False)

    # ---------------------------------------------------------------- how it ends

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

    def stalled(self) -> StreamRefused:
        """Return why the stream ends when what `poll` gave last could not be sent for too long."""
        return self._end or too_slow("the reader took no message for too long")

    def when_left(self, callback: Callable[[], None]) -> None:
        """Have somebody told when nobody delivers for this reader any more."""
        self._on_leave.append(callback)

    def leave(self) -> None:
        """Follow nothing any more; to be called once, by whoever delivers."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._on_leave:
            self._on_leave.pop()()


class PacedReader(Reader):
    """A reader of which every message replaces those that it missed, so that it may ask for few: one an interval."""

    __slots__ = ("_due", "_interval_s", "_not_before")

    def __init__(self, published: Published, interval_ms: int) -> None:
        super().__init__(published)
        self._interval_s: Final = interval_ms / 1_000
        self._not_before = 0.0
        self._due: asyncio.TimerHandle | None = None

    def held_back(self) -> bool:
        """Tell whether a message would come too soon; then the reader is woken in time. Otherwise one must be sent."""
        if not self._interval_s:
            return False
        now = time.monotonic()
        if now < self._not_before:
            if self._due is None:
                self._due = asyncio.get_running_loop().call_later(self._not_before - now, self._become_due)
            return True
        self._not_before = now + self._interval_s
        return False

    def _become_due(self) -> None:
        self._due = None
        self._not_before = 0.0
        self.wake()

    def leave(self) -> None:
        super().leave()
        if self._due is not None:
            self._due.cancel()
            self._due = None


class Budget:
    """How much may wait, in bytes, for one client; its channels share it."""

    __slots__ = ("limit", "waiting")

    def __init__(self, limit: int) -> None:
        self.limit: Final = limit
        self.waiting = 0


class QueueReader(Reader, Generic[Item]):
    """A reader that must miss nothing: what waits for it is bounded, and past the bound its stream ends.

    The bound counts bytes, as they are held or will be sent, and only of what came since it joined: the history that it
    asked for is not its fault. One push may pass the bound, so that a reader that keeps up survives a large one.
    """

    __slots__ = ("_budget", "_history", "_queue", "_waiting")

    def __init__(self, published: Published, history: Iterable[Item], budget: Budget) -> None:
        super().__init__(published)
        # Items with the bytes that they count for: what is history counts for nothing.
        self._queue: Final[deque[tuple[Item, int]]] = deque((item, 0) for item in history)
        self._waiting = 0
        self._budget: Final = budget

    @property
    def waiting(self) -> int:
        """Bytes that wait, without the history."""
        return self._waiting

    @property
    def has_more(self) -> bool:
        """Whether anything waits."""
        return bool(self._queue)

    @abstractmethod
    def fell_behind(self) -> StreamRefused:
        """Name where to resume, after what `poll` gave last; asked when too much waited, or for too long."""

    def stalled(self) -> StreamRefused:
        return self._end or self.fell_behind()

    def push(self, items: Sequence[tuple[Item, int]]) -> None:
        """Add items, each with its bytes."""
        if self._end is not None:
            return
        if self._waiting and self._budget.waiting >= self._budget.limit:
            self._drop()
            self.end(self.fell_behind())
            return
        self._queue.extend(items)
        size = sum(size for _, size in items)
        self._waiting += size
        self._budget.waiting += size
        self.wake()

    def take(self) -> Item | None:
        """Return the oldest item that waits, or none. Raise when the stream has ended."""
        self.check()
        if not self._queue:
            return None
        item, size = self._queue.popleft()
        self._waiting -= size
        self._budget.waiting -= size
        return item

    def leave(self) -> None:
        super().leave()
        self._drop()

    def _drop(self) -> None:
        self._queue.clear()
        self._budget.waiting -= self._waiting
        self._waiting = 0


def too_slow(message: str, **metadata: int | str) -> StreamRefused:
    """Say that a reader fell behind, and where to go on."""
    return StreamRefused(REJECT_STREAM_TOO_SLOW, message, {key: str(value) for key, value in metadata.items()})
