"""Processes that belong to us: they start whatever else this process does."""

import asyncio
from pathlib import Path
from typing import Any

import grpc

from exchange_server.embedded.child import Child

STARTS = 30


async def test_a_program_starts_each_time_while_grpc_makes_calls(tmp_path: Path) -> None:
    # One in twenty crashed before its first instruction when this process forked to start it.
    async def echo(request: bytes, _context: Any) -> bytes:
        return request

    def start() -> int | None:
        child = Child(["/bin/echo", "started"], {}, tmp_path / "log", None)
        child._thread.join(20)
        return child.exit_status

    server = grpc.aio.server()
    handler: Any = grpc.unary_unary_rpc_method_handler(echo)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Echo", {"Echo": handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        call: Any = channel.unary_unary("/test.Echo/Echo")

        async def call_without_end() -> None:
            while True:
                await call(b"")

        calling = asyncio.create_task(call_without_end())
        statuses = [await asyncio.to_thread(start) for _ in range(STARTS)]
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
    await server.stop(0)
    assert statuses == [0] * STARTS
    assert (tmp_path / "log").read_text() == "started\n" * STARTS
