"""The stream under order entry, for asyncio: sends, receives, connects again, and looks up what was not answered."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import grpc

from exchange_sdk import _order_operations as operations
from exchange_sdk import errors
from exchange_sdk._connection import Connection
from exchange_sdk._operations import Operation, Stubs
from exchange_sdk._order_entry_requests import EntryRequest
from exchange_sdk._order_outcomes import found, lookup, not_found
from exchange_sdk._pipeline import Pending, Pipeline
from exchange_sdk._stream_states import may_pass
from exchange_sdk.errors import DeadlineExceeded, ExchangeError, NotFound, Unavailable, UnexpectedAnswer
from exchange_sdk.models import Reconnected
from exchange_sdk.order_models import OrderResult

T = TypeVar("T")

logger = logging.getLogger("exchange_sdk")


class AsyncCaller(Protocol):
    """What a session needs of `AsyncClient`."""

    _connection: Connection

    @property
    def _stubs(self) -> Stubs: ...

    async def _call(self, operation: Operation[T], timeout: float | None = None) -> T: ...


class AsyncOrderStream:
    """Requests under way on a stream that is opened again when it breaks. Nothing is sent twice."""

    def __init__(
        self,
        client: AsyncCaller,
        max_in_flight: int,
        on_reconnect: Callable[[Reconnected], None] | None,
        cancel_on_disconnect: bool,
    ) -> None:
        self._client = client
        self._on_reconnect = on_reconnect
        self._slots = asyncio.Semaphore(max_in_flight)
        self._pipeline = Pipeline(self._release, cancel_on_disconnect)
        self._lost: deque[Pending] = deque()
        self._added = asyncio.Event()
        self._ready = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._under_way = 0
        self._ended: ExchangeError | None = Unavailable("the session is not open; use it with `async with`")
        self._runner: asyncio.Task[None] | None = None
        self._attempts = 0
        self.reconnects = 0

    # ---------------------------------------------------------------- requests

    async def _ask(self, request: EntryRequest[T], timeout: float | None) -> T:
        timeout = self._client._connection.timeout if timeout is None else timeout
        future: asyncio.Future[T] | None = None
        try:
            async with asyncio.timeout(timeout):
                future = await self._submit(request)
                # The request stays under way when its caller goes: answers are matched by their order.
                future.add_done_callback(_retrieved)
                return await asyncio.shield(future)
        except TimeoutError:
            why = f"not answered within {timeout:g} seconds"
            if future is None:
                raise DeadlineExceeded(f"not sent within {timeout:g} seconds") from None
            raise Pending(request.message, future).lost(why) from None

    async def _submit(self, request: EntryRequest[T]) -> asyncio.Future[T]:
        if self._ended is not None:
            raise self._ended
        await self._slots.acquire()
        if self._ended is not None:
            self._slots.release()
            raise self._ended
        self._under_way += 1
        self._idle.clear()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._pipeline.add(request.message, future)
        self._added.set()
        return future

    def _release(self) -> None:
        self._slots.release()
        self._under_way -= 1
        if not self._under_way:
            self._idle.set()

    # ---------------------------------------------------------------- the session

    async def __aenter__(self) -> Self:
        self._ended = None
        self._runner = asyncio.create_task(self._run())
        ready = asyncio.ensure_future(self._ready.wait())
        timeout = self._client._connection.timeout
        try:
            await asyncio.wait({ready, self._runner}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        if not self._ready.is_set():
            await self._stop(f"no connection to {self._client._connection.address} within {timeout:g} seconds")
            raise self._end()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                async with asyncio.timeout(self._client._connection.timeout):
                    await self._idle.wait()
        except TimeoutError:
            # Who waits for those answers is told below.
            pass
        finally:
            await self._stop("the session was closed")

    def _end(self) -> ExchangeError:
        return self._ended or Unavailable("the session has ended")

    async def _stop(self, why: str) -> None:
        self._ended = self._ended or Unavailable(why)
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.cancel()
            await asyncio.wait({runner})
            if not runner.cancelled() and (bug := runner.exception()):
                raise bug

    async def _run(self) -> None:
        try:
            await self._talk()
        finally:
            # Whatever ended it, nobody is left waiting.
            why = "the session has ended"
            self._ended = self._ended or Unavailable(why)
            self._pipeline.abandon(why)
            for pending in self._lost:
                pending.fail(pending.lost(why))

    async def _talk(self) -> None:
        """Connect, converse, and again, until the session is closed or refused."""
        cause: ExchangeError | None = None
        async with asyncio.TaskGroup() as lookups:
            try:
                while True:
                    await self._connect()
                    self._ready.set()
                    if cause is not None:
                        self._tell(Reconnected(cause, self._attempts))
                        while self._lost:
                            lookups.create_task(self._find(self._lost.popleft()))
                    cause = await self._converse()
                    self._lost.extend(self._pipeline.broke(cause) if may_pass(cause) else ())
                    await self._pause(cause)
            except ExchangeError as refusal:
                # Answers come in order: what was not answered before a refusal was not executed.
                self._ended = self._ended or refusal
                self._pipeline.fail(self._ended)

    async def _connect(self) -> None:
        """Return when the exchange is there and lets this key trade. Raises its refusal.

        Asked before the stream opens: when the exchange refuses that while a request is being written, grpc reports an
        internal error instead of the refusal.
        """
        while True:
            try:
                await self._client._call(operations.may_trade())
            except NotFound:
                return
            except ExchangeError as error:
                await self._pause(error)

    async def _pause(self, error: ExchangeError) -> None:
        """Wait before the next attempt. Raises what cannot pass."""
        if not may_pass(error):
            raise error
        self._attempts += 1
        await asyncio.sleep(self._client._connection.retry.delay(self._attempts))

    async def _converse(self) -> ExchangeError:
        """Send and receive until the stream breaks; return how it broke."""
        open_call: Any = self._client._stubs.orders.OrderEntry
        call = open_call(metadata=self._client._connection.metadata)
        writer = asyncio.create_task(self._write(call))
        try:
            while True:
                response = await call.read()
                if response is grpc.aio.EOF:
                    return Unavailable("the exchange ended the stream")
                if response is None:
                    # grpc.aio logs what it cannot decode, and hands out this.
                    return UnexpectedAnswer("an answer cannot be decoded", code=grpc.StatusCode.INTERNAL)
                self._pipeline.answer(response)
                self._attempts = 0
        except grpc.aio.AioRpcError as failure:
            return errors.from_rpc(failure)
        except ExchangeError as error:
            return error
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return Unavailable("the stream was closed")
        finally:
            writer.cancel()
            call.cancel()
            await asyncio.wait({writer})

    async def _write(self, call: Any) -> None:
        try:
            while True:
                while (request := self._pipeline.take()) is not None:
                    await call.write(request)
                self._added.clear()
                await self._added.wait()
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError, grpc.aio.UsageError):
            # The call is over; reading it says how.
            return

    def _tell(self, notice: Reconnected) -> None:
        self.reconnects += 1
        logger.warning("order entry connected again after: %s", notice.cause)
        if self._on_reconnect is not None:
            self._on_reconnect(notice)

    async def _find(self, pending: Pending) -> None:
        """Ask what came of a request that was sent and never answered."""
        try:
            pending.finish([await self._found(single) for single in pending.singles()])
        finally:
            pending.fail(pending.lost("the session was closed before its outcome was known"))
            self._pipeline.release()

    async def _found(self, single: Any) -> OrderResult:
        query = lookup(single)
        if query is None:
            return not_found(single, "the connection broke before the answer")
        try:
            return found(single, await self._client._call(operations.get_order(query)))
        except NotFound:
            return not_found(single, "the connection broke before the answer, and the exchange does not have the order")
        except ExchangeError as error:
            return not_found(single, f"the connection broke before the answer ({error})")


def _retrieved(future: "asyncio.Future[Any]") -> None:
    """Mark a failure as seen: its caller has gone."""
    if not future.cancelled():
        future.exception()
