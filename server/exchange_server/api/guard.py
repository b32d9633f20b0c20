"""What stands before every method: who calls, is the request sound, what is a client told when it fails, how often.

It is wrapped around the handlers when they are registered, and is where a grpc context ends: handlers get a `Call`.
(An interceptor, native or of a package, would do the same for one coroutine, one closure and one handler object more a
call: a twentieth of the server's time.)
"""

import asyncio
import logging
import secrets
import time
import traceback
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing
from typing import Any, Final, NoReturn

import grpc
from grpc_status import rpc_status

from exchange_server.api.auth import ANYBODY, Authenticator
from exchange_server.api.call import UNDECODABLE as UNDECODABLE_MESSAGE
from exchange_server.api.call import Call, Method
from exchange_server.api.errors import (
    UNAVAILABLE,
    UNDECODABLE,
    CallError,
    call_error,
    status_proto,
)
from exchange_server.api.stalls import StalledStreams
from exchange_server.feeds import Reader
from exchange_server.telemetry.metrics import CallMetrics
from exchange_server.wire.validation import contract_error

log = logging.getLogger(__name__)

Context = grpc.aio.ServicerContext[Any, Any]
Metadata = Iterable[tuple[str, str | bytes]]
Behavior = Callable[[Any, Context], Any]
_SECOND_NS = 1_000_000_000


class Guard:
    """Wraps handlers so that gRPC can call them."""

    def __init__(
        self,
        authenticator: Authenticator,
        metrics: CallMetrics,
        clock_ns: Callable[[], int],
        stalled_stream_seconds: float,
    ) -> None:
        self._authenticator: Final = authenticator
        self._metrics: Final = metrics
        self._clock_ns: Final = clock_ns
        self._stalls: Final = StalledStreams(stalled_stream_seconds)

    def wrap(self, path: str, method: Method) -> Behavior:
        """Return what gRPC calls for a method of the contract."""
        if method.reads:
            return self._reader(path, method)
        return self._stream(path, method) if method.streams else self._unary(path, method)

    def announcer(self, method: Method) -> Callable[[Metadata], None] | None:
        """Return what is to be called with the headers of each call of a method when it is opened; None for nothing."""
        announced, scope = method.announced, method.scope
        if announced is None or scope is None:
            return None

        def opened(metadata: Metadata) -> None:
            try:
                self._authenticator.authenticate(metadata, scope)
            except CallError:
                return  # it will be refused when its request has come
            announced()

        return opened

    def _unary(self, path: str, method: Method) -> Behavior:
        handler: Callable[[Any, Call], Any] = method.handler
        ended = self._metrics.ended
        perf_counter_ns = time.perf_counter_ns

        async def handle(request: Any, context: Context) -> Any:
            started_ns = perf_counter_ns()
            code = "CANCELLED"
            try:
                call = self._call(method, context)
                if request is UNDECODABLE_MESSAGE or not method.checks_itself:
                    _check(request)
                response = await handler(request, call)
                code = "OK"
                return response
            except Exception as error:
                refused = _told(error, path)
                code = refused.code.name
                await _abort(context, refused)
            finally:
                ended(path, code, perf_counter_ns() - started_ns)

        return handle

    def _stream(self, path: str, method: Method) -> Behavior:
        handler: Callable[[Any, Call], Any] = method.handler
        metrics, clock_ns = self._metrics, self._clock_ns

        async def handle(request_or_iterator: Any, context: Context) -> AsyncIterator[Any]:
            started_ns = time.perf_counter_ns()
            code = "CANCELLED"
            metrics.stream_opened(path)
            try:
                call = self._call(method, context)
                if not method.checks_itself:
                    _check(request_or_iterator)
                principal = call.principal
                async with aclosing(handler(request_or_iterator, call)) as responses:
                    async for response in responses:
                        principal.check(clock_ns())
                        yield response
                code = "OK"
            except Exception as error:
                refused = _told(error, path)
                code = refused.code.name
                await _abort(context, refused)
            finally:
                metrics.stream_closed(path)
                metrics.ended(path, code, time.perf_counter_ns() - started_ns)

        return handle

    def _reader(self, path: str, method: Method) -> Behavior:
        """Return what delivers for a reader: one loop, without anything that need not be."""
        handler: Callable[[Any, Call], Any] = method.handler
        metrics, clock_ns = self._metrics, self._clock_ns

        async def handle(request: Any, context: Context) -> None:
            started_ns = time.perf_counter_ns()
            code = "CANCELLED"
            reader: Reader | None = None
            delivery = self._stalls.watch()
            metrics.stream_opened(path)
            try:
                try:
                    call = self._call(method, context)
                    _check(request)
                    reader = await handler(request, call)
                    check_key, next_message, write = call.principal.check, reader.next, context.write
                    while True:
                        message = await next_message()
                        now_ns = clock_ns()
                        check_key(now_ns)
                        delivery.since_ns = now_ns
                        await write(message)
                        delivery.since_ns = 0
                except asyncio.CancelledError:
                    if not delivery.stalled or reader is None:
                        raise
                    raise reader.stalled() from None
                finally:
                    self._stalls.forget(delivery)
                    if reader is not None:
                        # Before the status is sent: a client that does not read may never take it.
                        reader.leave()
            except grpc.aio.InternalError:
                # A write failed because the client is gone; gRPC would log anything but a cancellation as a bug.
                raise asyncio.CancelledError from None
            except Exception as error:
                refused = _told(error, path)
                code = refused.code.name
                await _abort(context, refused)
            finally:
                metrics.stream_closed(path)
                metrics.ended(path, code, time.perf_counter_ns() - started_ns)

        return handle

    def _call(self, method: Method, context: Context) -> Call:
        metadata: Any = context.invocation_metadata() or ()
        if method.scope is not None:
            principal = self._authenticator.authenticate(metadata, method.scope)
        else:
            principal = self._authenticator.authenticate_if_keyed(metadata) if method.takes_key else ANYBODY
        remaining_s: Any = context.time_remaining()
        deadline_ns = None if remaining_s is None else time.monotonic_ns() + int(remaining_s * _SECOND_NS)
        return Call(principal, deadline_ns, metadata, context.peer)


def guard_native(behavior: Any, client_streaming: bool, server_streaming: bool) -> Any:
    """Wrap a handler that is not ours and keeps its context, of health or reflection, against undecodable bytes."""
    if client_streaming:

        async def decodable(requests: AsyncIterator[Any], context: Context) -> AsyncIterator[Any]:
            async for request in requests:
                if request is UNDECODABLE_MESSAGE:
                    await _abort(context, CallError(UNDECODABLE))
                yield request

        async def converse(requests: AsyncIterator[Any], context: Context) -> AsyncIterator[Any]:
            async for response in behavior(decodable(requests, context), context):
                yield response

        return converse

    async def answer(request: Any, context: Context) -> Any:
        if request is UNDECODABLE_MESSAGE:
            await _abort(context, CallError(UNDECODABLE))
        # A handler that streams writes to the context itself.
        return await behavior(request, context)

    return answer


def _check(request: Any) -> None:
    """Raise when a request could not be decoded or violates the contract's rules."""
    if request is UNDECODABLE_MESSAGE:
        raise CallError(UNDECODABLE)
    violation = contract_error(request)
    if violation is not None:
        raise violation


def _told(error: Exception, path: str) -> CallError:
    """Return what the client is told. A bug goes to the log under a number that the client gets."""
    refused = call_error(error)
    if refused is None:
        incident = secrets.token_hex(4)
        log.error("a handler failed", exc_info=error, extra={"method": path, "incident": incident})
        refused = CallError(
            UNAVAILABLE,
            message=f"the exchange could not answer; it has logged this as {incident}",
            metadata={"incident": incident},
            retry_after_ms=0,
        )
    return refused


async def _abort(context: Context, error: CallError) -> NoReturn:
    try:
        await context.abort_with_status(rpc_status.to_status(status_proto(error)))
    except Exception as aborted:
        asyncio.get_running_loop().call_soon(_let_go, aborted)
        raise
    raise AssertionError("abort_with_status raises")


def _let_go(error: BaseException) -> None:
    """Empty the frames that an error has come through, now that they have ended.

    gRPC keeps the error with the call, and the frames have the call: a circle of some seventy objects, which the
    collector no longer looks for when it has once missed it.
    """
    chained: BaseException | None = error
    while chained is not None:
        traceback.clear_frames(chained.__traceback__)
        chained = chained.__cause__ or chained.__context__
