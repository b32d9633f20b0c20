"""What a refused call leaves behind goes without the collector, which looks through it once at most."""

import asyncio
import gc
import time
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from prometheus_client import CollectorRegistry

from exchange_server.api.auth import Authenticator
from exchange_server.api.call import Call, Method
from exchange_server.api.errors import METHOD_NOT_FOUND, CallError
from exchange_server.api.guard import Guard
from exchange_server.telemetry.metrics import CallMetrics

CALLS = 50


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def kept() -> int:
    """Count the refusals that are still there."""
    return sum(type(each) is CallError for each in gc.get_objects())


@pytest.mark.usefixtures("no_collector")
async def test_a_refused_call_is_gone_when_it_has_been_answered() -> None:
    async def refuse(request: bytes, call: Call) -> None:
        try:
            int("x")
        except ValueError as error:
            raise CallError(METHOD_NOT_FOUND) from error

    guard = Guard(Authenticator({}, time.time_ns), CallMetrics(CollectorRegistry()), time.time_ns, 10)
    make: Any = grpc.unary_unary_rpc_method_handler
    handler = make(guard.wrap("/test.Test/Refuse", Method(refuse, None, checks_itself=True)))
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Test", {"Refuse": handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        call: Any = channel.unary_unary("/test.Test/Refuse")
        before = kept()
        for _ in range(CALLS):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await call(b"")
            assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
        async with asyncio.timeout(20):
            while kept() > before + CALLS // 10:  # gRPC has not let go of the last ones
                await asyncio.sleep(0.02)
    await server.stop(None)
