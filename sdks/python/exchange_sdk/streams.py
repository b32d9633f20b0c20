"""Streams that stay: they reconnect, resume where they were, and say so."""

import asyncio
import threading
import time
from collections import deque
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

import grpc

from exchange_sdk import _read_operations as operations
from exchange_sdk import errors
from exchange_sdk._connection import Connection
from exchange_sdk._market_states import BookEvent, BookState, QueueEvent, QueueState
from exchange_sdk._operations import Operation, Stubs
from exchange_sdk._stream_states import StreamState
from exchange_sdk.errors import BookOutOfSync, ExchangeError, Unavailable, UnexpectedAnswer
from exchange_sdk.local_order_book import LocalOrderBook
from exchange_sdk.local_order_queues import LocalOrderQueues
from exchange_sdk.models import Heartbeat

T = TypeVar("T")
Event = TypeVar("Event")


class AsyncCaller(Protocol):
    """What a stream needs of `AsyncClient`."""

    _connection: Connection

    @property
    def _stubs(self) -> Stubs: ...

    async def _call(self, operation: Operation[T], timeout: float | None = None) -> T: ...


class Caller(Protocol):
    """What a stream needs of `Client`."""

    _connection: Connection

    @property
    def _stubs(self) -> Stubs: ...

    def _call(self, operation: Operation[T], timeout: float | None = None) -> T: ...


class AsyncStream(Generic[Event]):
    """Events, without end: `async for event in stream`. Reconnected and Resynced stand among them when it broke.

    `async with` opens it, so that nothing that happens inside is missed, and closes it. A reader that is canceled while
    it waits (`asyncio.wait_for`) loses nothing. What cannot pass by itself (no such market, a revoked key) is raised,
    and so is everything before the first message.
    """

    def __init__(self, client: AsyncCaller, state: StreamState[Any]) -> None:
        self._client = client
        self._state = state
        self._call: Any = None
        self._reading: asyncio.Task[Any] | None = None
        self._events: deque[tuple[Event, int | None]] = deque()
        self._closed = False
        self._position = state.position

    @property
    def position(self) -> int | None:
        """What to resume after later: the sequence or trade id up to which events were handed out."""
        return self._position

    @property
    def heartbeat(self) -> Heartbeat | None:
        """The newest sign of life: up to its sequence, all that the stream tells has come. None before the first."""
        return self._state.heartbeat

    def _reached(self, event: Event, position: int) -> None:
        self._position = position

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        while not self._events:
            if self._closed:
                raise StopAsyncIteration
            await self._receive()
        event, position = self._events.popleft()
        if position is not None:
            self._reached(event, position)
        return event

    async def __aenter__(self) -> Self:
        try:
            # A resumed stream misses nothing however late it opens, and may have nothing to say for a while.
            if self._state.answers_at_once:
                await self._receive()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the stream; a reader that waits gets the end of the iteration."""
        self._closed = True
        await self._drop()

    async def _prepare(self, state: StreamState[Any]) -> None:
        """Learn what the first connection needs to know."""
        while (market := state.market_wanted) is not None:
            state.start(await self._client._call(operations.get_market(market)))

    async def _receive(self) -> None:
        """Wait for one message, or for one break to be over."""
        try:
            if self._call is None:
                await self._prepare(self._state)
                self._call = self._state.rpc(self._client._stubs)(
                    self._state.request(), metadata=self._client._connection.metadata
                )
            self._events.extend(self._state.receive(await self._message()))
            await self._after_message()
        except ExchangeError as error:
            await self._drop()
            if self._closed:
                return
            delay = self._interrupted(error)
            await asyncio.sleep(delay)

    async def _after_message(self) -> None:
        """Do what a message asked for. Raises ExchangeError when the stream is to begin anew."""

    async def _message(self) -> Any:
        # A task of its own: grpc ends the whole call when a read is canceled, and a reader may be canceled any time.
        reading = self._reading
        if reading is None:
            reading = self._reading = asyncio.create_task(_read(self._call))
            # When nobody waits for it any more, its failure is nobody's concern.
            reading.add_done_callback(lambda task: task.cancelled() or task.exception())
        liveness = self._client._connection.liveness
        done, _ = await asyncio.wait({reading}, timeout=liveness)
        if not done:
            raise Unavailable(f"nothing came for {liveness:g} seconds")
        # `close` may have taken it away meanwhile; its result is then that the call ended.
        if self._reading is reading:
            self._reading = None
        return reading.result()

    def _interrupted(self, error: ExchangeError) -> float:
        try:
            return self._state.interrupted(error)
        except ExchangeError:
            self._closed = True
            raise

    async def _drop(self) -> None:
        call, self._call = self._call, None
        reading, self._reading = self._reading, None
        if call is not None:
            call.cancel()
        if reading is not None:
            await asyncio.wait({reading})


async def _read(call: Any) -> Any:
    try:
        message = await call.read()
    except grpc.aio.AioRpcError as failure:
        raise errors.from_rpc(failure) from None
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        # grpc says so, too, when it was the call that ended.
        raise Unavailable("the stream was closed") from None
    if message is grpc.aio.EOF:
        raise Unavailable("the exchange ended the stream")
    if message is None:
        # grpc.aio logs what it cannot decode, and hands out this; the blocking flavour fails the call.
        raise UnexpectedAnswer("a message cannot be decoded", code=grpc.StatusCode.INTERNAL)
    return message


class AsyncOrderBookStream(AsyncStream[BookEvent]):
    """A market's book: snapshots (`OrderBook`) and deltas, each applied to `book` and verified before it is handed out.

    After a gap, a wrong checksum or a lost connection comes Resynced, then a snapshot.
    """

    _state: BookState

    @property
    def book(self) -> LocalOrderBook:
        """The book after the newest message received. Raises BookOutOfSync before the first."""
        return _book(self._state)


class AsyncOrderQueuesStream(AsyncStream[QueueEvent]):
    """A market's book order by order: snapshots (`OrderQueues`) and deltas, each applied to `queues` and verified.

    After a gap, a wrong checksum or a lost connection comes Resynced, then a snapshot.
    """

    _state: QueueState

    @property
    def queues(self) -> LocalOrderQueues:
        """The queues after the newest message received. Raises BookOutOfSync before the first."""
        return _queues(self._state)


class Stream(Generic[Event]):
    """Events, without end: `for event in stream`. Reconnected and Resynced stand among them when it broke.

    `with` opens it, so that nothing that happens inside is missed, and closes it; `close()` from another thread ends a
    reader that waits. What cannot pass by itself (no such market, a revoked key) is raised, and so is everything before
    the first message.
    """

    def __init__(self, client: Caller, state: StreamState[Any]) -> None:
        self._client = client
        self._state = state
        self._call: Any = None
        self._events: deque[tuple[Event, int | None]] = deque()
        self._closed = threading.Event()
        self._position = state.position
        self._watchdog: threading.Thread | None = None
        self._waiting_since: float | None = None

    @property
    def position(self) -> int | None:
        """What to resume after later: the sequence or trade id up to which events were handed out."""
        return self._position

    @property
    def heartbeat(self) -> Heartbeat | None:
        """The newest sign of life: up to its sequence, all that the stream tells has come. None before the first."""
        return self._state.heartbeat

    def _reached(self, event: Event, position: int) -> None:
        self._position = position

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        while not self._events:
            if self._closed.is_set():
                raise StopIteration
            self._receive()
        event, position = self._events.popleft()
        if position is not None:
            self._reached(event, position)
        return event

    def __enter__(self) -> Self:
        try:
            # A resumed stream misses nothing however late it opens, and may have nothing to say for a while.
            if self._state.answers_at_once:
                self._receive()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the stream; a reader that waits gets the end of the iteration."""
        self._closed.set()
        call = self._call
        if call is not None:
            call.cancel()

    def _prepare(self, state: StreamState[Any]) -> None:
        """Learn what the first connection needs to know."""
        while (market := state.market_wanted) is not None:
            state.start(self._client._call(operations.get_market(market)))

    def _receive(self) -> None:
        """Wait for one message, or for one break to be over."""
        try:
            if self._call is None:
                self._prepare(self._state)
                self._call = self._state.rpc(self._client._stubs)(
                    self._state.request(), metadata=self._client._connection.metadata
                )
                self._watch()
            self._events.extend(self._state.receive(self._message()))
            self._after_message()
        except ExchangeError as error:
            if self._call is not None:
                self._call.cancel()
                self._call = None
            if self._closed.is_set():
                return
            try:
                delay = self._state.interrupted(error)
            except ExchangeError:
                self._closed.set()
                raise
            self._closed.wait(delay)

    def _after_message(self) -> None:
        """Do what a message asked for. Raises ExchangeError when the stream is to begin anew."""

    def _message(self) -> Any:
        self._waiting_since = time.monotonic()
        try:
            return next(self._call)
        except StopIteration:
            raise Unavailable("the exchange ended the stream") from None
        except grpc.RpcError as failure:
            if failure.code() is grpc.StatusCode.CANCELLED:
                raise Unavailable("the stream was closed, or nothing came for too long") from None
            raise errors.from_rpc(failure) from None
        finally:
            self._waiting_since = None

    def _watch(self) -> None:
        if self._watchdog is None:
            self._watchdog = threading.Thread(target=self._cancel_when_dead, name="stream-watchdog", daemon=True)
            self._watchdog.start()

    def _cancel_when_dead(self) -> None:
        """Cancel the call when its reader has waited for too long: a blocked read has no timeout of its own."""
        liveness = self._client._connection.liveness
        while not self._closed.wait(liveness / 8):
            since, call = self._waiting_since, self._call
            if since is not None and call is not None and time.monotonic() - since > liveness:
                call.cancel()


class OrderBookStream(Stream[BookEvent]):
    """A market's book: snapshots (`OrderBook`) and deltas, each applied to `book` and verified before it is handed out.

    After a gap, a wrong checksum or a lost connection comes Resynced, then a snapshot.
    """

    _state: BookState

    @property
    def book(self) -> LocalOrderBook:
        """The book after the newest message received. Raises BookOutOfSync before the first."""
        return _book(self._state)


class OrderQueuesStream(Stream[QueueEvent]):
    """A market's book order by order: snapshots (`OrderQueues`) and deltas, each applied to `queues` and verified.

    After a gap, a wrong checksum or a lost connection comes Resynced, then a snapshot.
    """

    _state: QueueState

    @property
    def queues(self) -> LocalOrderQueues:
        """The queues after the newest message received. Raises BookOutOfSync before the first."""
        return _queues(self._state)


def _book(state: BookState) -> LocalOrderBook:
    if state.book is None:
        raise BookOutOfSync("the stream has not been opened")
    return state.book


def _queues(state: QueueState) -> LocalOrderQueues:
    if state.queues is None:
        raise BookOutOfSync("the stream has not been opened")
    return state.queues
