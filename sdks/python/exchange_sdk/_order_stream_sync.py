"""The stream under order entry, for code that blocks: a thread reads the answers, gRPC's own sends the requests."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import grpc

from exchange.v1 import order_service_pb2 as pb
from exchange_sdk import _order_operations as operations
from exchange_sdk import errors
from exchange_sdk._connection import Connection
from exchange_sdk._operations import Operation, Stubs
from exchange_sdk._order_entry_requests import EntryRequest
from exchange_sdk._order_outcomes import found, lookup, not_found
from exchange_sdk._pipeline import Pending, Pipeline
from exchange_sdk._stream_states import may_pass
from exchange_sdk.errors import DeadlineExceeded, ExchangeError, NotFound, Unavailable
from exchange_sdk.models import Reconnected
from exchange_sdk.order_models import OrderResult

T = TypeVar("T")

logger = logging.getLogger("exchange_sdk")

_PROBE_SECONDS = 1.0
"""How long a session that is being closed may still be busy asking for the exchange."""


class Caller(Protocol):
    """What a session needs of `Client`."""

    _connection: Connection

    @property
    def _stubs(self) -> Stubs: ...

    def _call(self, operation: Operation[T], timeout: float | None = None) -> T: ...


class OrderStream:
    """Requests under way on a stream that is opened again when it breaks. Nothing is sent twice."""

    def __init__(
        self,
        client: Caller,
        max_in_flight: int,
        on_reconnect: Callable[[Reconnected], None] | None,
        cancel_on_disconnect: bool,
    ) -> None:
        self._client = client
        self._on_reconnect = on_reconnect
        self._max_in_flight = max_in_flight
        # Guards everything below; notified at every change of it.
        self._changed = threading.Condition(threading.RLock())
        self._pipeline = Pipeline(self._release, cancel_on_disconnect)
        self._under_way = 0
        self._call: Any = None
        self._is_ready = False
        self._is_closing = False
        self._ended: ExchangeError | None = Unavailable("the session is not open; use it with `with`")
        self._reader: threading.Thread | None = None
        self._attempts = 0
        self.reconnects = 0

    # ---------------------------------------------------------------- requests

    def _ask(self, request: EntryRequest[T], timeout: float | None) -> T:
        timeout = self._client._connection.timeout if timeout is None else timeout
        deadline = time.monotonic() + timeout
        future = self._submit(request, timeout)
        try:
            return future.result(max(deadline - time.monotonic(), 0))
        except TimeoutError:
            raise Pending(request.message, future).lost(f"not answered within {timeout:g} seconds") from None

    def _submit(self, request: EntryRequest[T], timeout: float | None) -> Future[T]:
        future: Future[T] = Future()
        # A request that is out cannot be taken back; a future that looks canceled would lie.
        future.set_running_or_notify_cancel()
        with self._changed:
            if not self._changed.wait_for(self._has_room, timeout):
                raise DeadlineExceeded(f"not sent within {timeout:g} seconds")
            if self._ended is not None:
                raise self._ended
            self._under_way += 1
            self._pipeline.add(request.message, future)
            self._changed.notify_all()
        return future

    def _has_room(self) -> bool:
        return self._ended is not None or self._under_way < self._max_in_flight

    def _release(self) -> None:
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()

    # ---------------------------------------------------------------- the session

    def __enter__(self) -> Self:
        self._ended = None
        self._reader = threading.Thread(target=self._run, name="order-entry", daemon=True)
        self._reader.start()
        timeout = self._client._connection.timeout
        with self._changed:
            self._changed.wait_for(lambda: self._is_ready or self._ended is not None, timeout)
            is_ready = self._is_ready
        if not is_ready:
            self._stop(f"no connection to {self._client._connection.address} within {timeout:g} seconds")
            raise self._end()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            with self._changed:
                self._changed.wait_for(lambda: not self._under_way, self._client._connection.timeout)
        self._stop("the session was closed")

    def _end(self) -> ExchangeError:
        return self._ended or Unavailable("the session has ended")

    def _stop(self, why: str) -> None:
        with self._changed:
            self._is_closing = True
            self._ended = self._ended or Unavailable(why)
            if self._call is not None:
                self._call.cancel()
            self._changed.notify_all()
        if self._reader is not None:
            self._reader.join()

    def _run(self) -> None:
        try:
            self._talk()
        finally:
            # Whatever ended it, nobody is left waiting.
            why = "the session has ended"
            with self._changed:
                self._ended = self._ended or Unavailable(why)
                self._pipeline.abandon(why)
                self._changed.notify_all()

    def _talk(self) -> None:
        """Connect, converse, and again, until the session is closed or refused."""
        cause: ExchangeError | None = None
        lost: list[Pending] = []
        try:
            while not self._is_closing:
                self._connect()
                with self._changed:
                    self._is_ready = True
                    self._changed.notify_all()
                if cause is not None:
                    self._tell(Reconnected(cause, self._attempts))
                    threading.Thread(target=self._find, args=(lost,), name="order-entry-lookup", daemon=True).start()
                    lost = []
                cause = self._converse()
                with self._changed:
                    lost = self._pipeline.broke(cause) if may_pass(cause) else []
                self._pause(cause)
        except ExchangeError as refusal:
            # Answers come in order: what was not answered before a refusal was not executed.
            with self._changed:
                self._ended = self._ended or refusal
                self._pipeline.fail(self._ended)
        finally:
            for pending in lost:
                pending.fail(pending.lost("the session has ended"))
                self._release()

    def _connect(self) -> None:
        """Return when the exchange is there and lets this key trade. Raises its refusal.

        Asked before the stream opens, so that opening a session shows at once what is wrong with it.
        """
        while not self._is_closing:
            try:
                self._client._call(operations.may_trade(), _PROBE_SECONDS)
            except NotFound:
                return
            except ExchangeError as error:
                self._pause(error)

    def _pause(self, error: ExchangeError) -> None:
        """Wait before the next attempt. Raises what cannot pass, and when the session is being closed."""
        if not may_pass(error):
            raise error
        self._attempts += 1
        with self._changed:
            if self._changed.wait_for(lambda: self._is_closing, self._client._connection.retry.delay(self._attempts)):
                raise self._end()

    def _converse(self) -> ExchangeError:
        """Send and receive until the stream breaks; return how it broke."""
        over = threading.Event()
        call: Any = self._client._stubs.orders.OrderEntry(
            self._requests(over), metadata=self._client._connection.metadata
        )
        with self._changed:
            self._call = call
            if self._is_closing:
                call.cancel()
        try:
            for response in call:
                with self._changed:
                    self._pipeline.answer(response)
                self._attempts = 0
            return Unavailable("the exchange ended the stream")
        except grpc.RpcError as failure:
            return errors.from_rpc(failure)
        except ExchangeError as error:
            return error
        finally:
            with self._changed:
                self._call = None
                over.set()
                self._changed.notify_all()
            call.cancel()

    def _requests(self, over: threading.Event) -> Iterator[pb.OrderEntryRequest]:
        """Give gRPC one request after the other, as long as their stream lives."""
        while True:
            with self._changed:
                request = None
                while not over.is_set() and (request := self._pipeline.take()) is None:
                    self._changed.wait()
                if request is None:
                    return
            yield request

    def _tell(self, notice: Reconnected) -> None:
        self.reconnects += 1
        logger.warning("order entry connected again after: %s", notice.cause)
        if self._on_reconnect is not None:
            self._on_reconnect(notice)

    def _find(self, lost: list[Pending]) -> None:
        """Ask what came of requests that were sent and never answered."""
        for pending in lost:
            try:
                pending.finish([self._found(single) for single in pending.singles()])
            finally:
                self._release()

    def _found(self, single: Any) -> OrderResult:
        query = lookup(single)
        if query is None:
            return not_found(single, "the connection broke before the answer")
        try:
            return found(single, self._client._call(operations.get_order(query)))
        except NotFound:
            return not_found(single, "the connection broke before the answer, and the exchange does not have the order")
        except ExchangeError as error:
            return not_found(single, f"the connection broke before the answer ({error})")
