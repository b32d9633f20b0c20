"""The one interceptor: who calls, is the request sound, what is a client told when it fails, how often all that.

It is where a grpc context ends: handlers get a `Call`.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any, Final, NoReturn

import grpc
from google.protobuf.message import Message
from grpc_interceptor.server import AsyncServerInterceptor
from grpc_status import rpc_status

from exchange_server.api.auth import ANYBODY, Authenticator
from exchange_server.api.call import UNDECODABLE as UNDECODABLE_MESSAGE
from exchange_server.api.call import Call, Method, Undecodable
from exchange_server.api.errors import UNAVAILABLE, UNDECODABLE, CallError, call_error, status_proto
from exchange_server.telemetry.metrics import CallMetrics
from exchange_server.wire.validation import contract_error

log = logging.getLogger(__name__)

Context = grpc.aio.ServicerContext[Any, Any]
_SECOND_NS = 1_000_000_000


class CallInterceptor(AsyncServerInterceptor):
    """Stands before every method; those of health and reflection, which need no `Call`, keep their context."""

    def __init__(self, metrics: CallMetrics, clock_ns: Callable[[], int]) -> None:
        self._methods: Mapping[str, Method] = {}
        self._authenticator: Authenticator | None = None
        self._metrics: Final = metrics
        self._clock_ns: Final = clock_ns

    def open(self, methods: Mapping[str, Method], authenticator: Authenticator) -> None:
        """Stand before these methods."""
        self._methods = methods
        self._authenticator = authenticator

    # The package awaits or iterates over what this returns, whichever it is; its own signature says only the former.
    def intercept(
        self,
        method: Callable[[Any, Any], Any],
        request_or_iterator: Any,
        context: Any,
        method_name: str,
    ) -> Any:
        """Call a handler. A plain function, as the package takes what it returns: an awaitable or an iterator."""
        entry = self._methods.get(method_name)
        if entry is None:
            return self._foreign(method, request_or_iterator, context, method_name)
        if entry.streams:
            return self._stream(method, entry, request_or_iterator, context, method_name)
        return self._unary(method, entry, request_or_iterator, context, method_name)

    async def _unary(
        self, method: Callable[[Any, Call], Awaitable[Any]], entry: Method, request: Any, context: Context, name: str
    ) -> Any:
        started_ns = time.perf_counter_ns()
        code = "CANCELLED"
        try:
            call = self._call(entry, context)
            if request is UNDECODABLE_MESSAGE:
                raise CallError(UNDECODABLE)
            if not entry.checks_itself:
                _check(request)
            response = await method(request, call)
            code = "OK"
            return response
        except Exception as error:
            refused = _told(error, name)
            code = refused.code.name
            await _abort(context, refused)
        finally:
            self._metrics.ended(name, code, time.perf_counter_ns() - started_ns)

    async def _stream(
        self,
        method: Callable[[Any, Call], AsyncIterator[Any]],
        entry: Method,
        request_or_iterator: Any,
        context: Context,
        name: str,
    ) -> AsyncIterator[Any]:
        started_ns = time.perf_counter_ns()
        code = "CANCELLED"
        self._metrics.stream_opened(name)
        try:
            call = self._call(entry, context)
            if isinstance(request_or_iterator, Message | Undecodable):
                _check(request_or_iterator)
            principal, clock_ns = call.principal, self._clock_ns
            async with aclosing(method(request_or_iterator, call)) as responses:  # type: ignore[type-var]
                async for response in responses:
                    principal.check(clock_ns())
                    yield response
            code = "OK"
        except Exception as error:
            refused = _told(error, name)
            code = refused.code.name
            await _abort(context, refused)
        finally:
            self._metrics.stream_closed(name)
            self._metrics.ended(name, code, time.perf_counter_ns() - started_ns)

    async def _foreign(self, method: Callable[[Any, Any], Any], request: Any, context: Context, name: str) -> Any:
        try:
            if isinstance(request, Undecodable):
                raise CallError(UNDECODABLE)
            answer = method(request, context)
            return answer if hasattr(answer, "__aiter__") else await answer
        except (grpc.aio.AbortError, asyncio.CancelledError):
            raise
        except Exception as error:
            await _abort(context, _told(error, name))

    def _call(self, entry: Method, context: Context) -> Call:
        metadata: Any = context.invocation_metadata() or ()
        principal = ANYBODY
        if entry.scope is not None:
            assert self._authenticator is not None
            principal = self._authenticator.authenticate(metadata, entry.scope)
        remaining_s: Any = context.time_remaining()
        deadline_ns = None if remaining_s is None else time.monotonic_ns() + int(remaining_s * _SECOND_NS)
        return Call(principal, deadline_ns, metadata, context.peer)


def _check(request: Any) -> None:
    """Raise when a request could not be decoded or violates the contract's rules."""
    if isinstance(request, Undecodable):
        raise CallError(UNDECODABLE)
    violation = contract_error(request)
    if violation is not None:
        raise violation


def _told(error: Exception, method: str) -> CallError:
    """Return what the client is told. A bug goes to the log under a number that the client gets."""
    refused = call_error(error)
    if refused is None:
        incident = secrets.token_hex(4)
        log.error("a handler failed", exc_info=error, extra={"method": method, "incident": incident})
        refused = CallError(
            UNAVAILABLE,
            message=f"the exchange could not answer; it has logged this as {incident}",
            metadata={"incident": incident},
            retry_after_ms=0,
        )
    return refused


async def _abort(context: Context, error: CallError) -> NoReturn:
    await context.abort_with_status(rpc_status.to_status(status_proto(error)))
    raise AssertionError("abort_with_status raises")
