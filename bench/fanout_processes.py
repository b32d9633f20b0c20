"""Processes of the fan-out's benchmark: a bare stream server, subscribers that read or do not, and a moving market.

Each is started as `python -m bench.fanout_processes KIND ARGUMENTS` and talks by lines of JSON on stdin and stdout.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc
import uvloop

from bench.api_processes import MARKET, MID_TICKS, ORDER_ENTRY, say
from exchange.v1 import market_streams_pb2 as streams_pb
from exchange.v1 import order_service_pb2 as pb
from exchange.v1 import types_pb2
from exchange_server import app
from exchange_server.config import Settings
from exchange_server.telemetry.logs import configure_logging

STREAM = "/bench.Fanout/Stream"
BOOK = "/exchange.v1.MarketDataService/StreamOrderBook"
OPENED_AT_ONCE = 50
WINDOW = [("grpc.use_local_subchannel_pool", 1), ("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 65_536)]
"""A connection of its own, whose client reads no more ahead than a stream's window."""


async def told() -> bool:
    """Wait for the parent's next line; false at the end."""
    return bool(await asyncio.to_thread(sys.stdin.readline))


def serve(data_dir: str) -> None:
    """Serve an exchange until SIGTERM, for as many streams as one connection may ask for; tell the port once."""
    configure_logging("warning", "text")
    settings = Settings(_env_file=None, data_dir=Path(data_dir), grpc_port=0, heartbeat_seconds=60)
    app.run(settings, lambda ready: say(port=ready.grpc_port))


def serve_bare(message_bytes: str) -> None:
    """Send the same bytes to every subscriber, at the rate and as often as each line says; tell the port first."""
    message = b"\0" * int(message_bytes)
    loop_round: list[asyncio.Future[None]] = []

    async def stream(_request: bytes, context: Any) -> None:
        # The least that a server must do which sends when something happens.
        await context.write(message)
        while True:
            await loop_round[0]
            await context.write(message)

    async def publish() -> None:
        loop = asyncio.get_running_loop()
        while line := await asyncio.to_thread(sys.stdin.readline):
            rate, count = map(float, line.split())
            due = loop.time()
            for _ in range(int(count)):
                due += 1 / rate
                await asyncio.sleep(max(0, due - loop.time()))
                happened, loop_round[0] = loop_round[0], loop.create_future()
                happened.set_result(None)
            await asyncio.sleep(0.5)
            say(sent=int(count))

    async def run() -> None:
        loop_round.append(asyncio.get_running_loop().create_future())
        server = grpc.aio.server()
        make: Any = grpc.unary_stream_rpc_method_handler
        handler = make(stream)
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("bench.Fanout", {"Stream": handler}),))
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        say(port=port)
        await publish()

    uvloop.run(run())


def subscribe(port: str, method: str, subscribers: str, connections: str) -> None:
    """Follow so many times; at each line tell how many messages have come since the last, and how late."""
    request = streams_pb.StreamOrderBookRequest(market=MARKET).SerializeToString() if method == BOOK else b""
    # Of each message, when it came and what it was.
    arrived: list[tuple[int, bytes]] = []
    begun = asyncio.Event()

    async def follow(call: Any) -> None:
        with suppress(asyncio.CancelledError, grpc.aio.AioRpcError):
            async for message in call:
                arrived.append((time.time_ns(), message))
                if len(arrived) == int(subscribers):
                    begun.set()

    async def run() -> None:
        tasks: list[asyncio.Task[None]] = []
        channels = [grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=WINDOW) for _ in range(int(connections))]
        for number in range(int(subscribers)):
            method_call: Any = channels[number % len(channels)].unary_stream(method, bytes, bytes)
            tasks.append(asyncio.create_task(follow(method_call(request))))
            if number % OPENED_AT_ONCE == 0:
                await asyncio.sleep(0.05)
        await begun.wait()
        arrived.clear()
        say(ready=True)
        while await told():
            late = [(at - durable) / 1e9 for at, message in arrived if (durable := _durable_ns(message))]
            span = (arrived[-1][0] - arrived[0][0]) / 1e9 if arrived else 0.0
            late.sort()
            say(
                messages=len(arrived),
                seconds=span,
                size=len(arrived[-1][1]) if arrived else 0,
                p50=late[len(late) // 2] if late else 0,
                p99=late[len(late) * 99 // 100] if late else 0,
            )
            arrived.clear()

    def _durable_ns(message: bytes) -> int:
        if method != BOOK:
            return 0
        return streams_pb.StreamOrderBookResponse.FromString(message).delta.hops.durable_ns

    uvloop.run(run())


def stall(port: str, method: str, request: str, streams: str, connections: str, api_key: str) -> None:
    """Open so many streams and read one message of each, then nothing; at a line read on, and tell how they end."""
    metadata = (("authorization", f"Bearer {api_key}"),) if api_key != "-" else ()

    async def run() -> None:
        channels = [grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=WINDOW) for _ in range(int(connections))]
        calls = []
        for number in range(int(streams)):
            method_call: Any = channels[number % len(channels)].unary_stream(method, bytes, bytes)
            call = method_call(bytes.fromhex(request), metadata=metadata)
            await call.read()
            calls.append(call)
        say(ready=True)
        await told()
        codes: dict[str, int] = {}
        for call in calls:
            try:
                async with asyncio.timeout(5):
                    while await call.read() is not grpc.aio.EOF:
                        pass
                code = (await call.code()).name
            except grpc.aio.AioRpcError as error:
                code = error.code().name
            except TimeoutError:
                code = "OPEN"
            codes[code] = codes.get(code, 0) + 1
        say(codes=codes)

    uvloop.run(run())


def drive(port: str, api_keys: str, orders: str) -> None:
    """At each line of a rate and a count, change the book so often a second by so many orders; then tell."""
    buyer, seller = api_keys.split(",")
    size = int(orders)

    def batch(side: types_pb2.Side, number: int) -> pb.OrderEntryRequest:
        request = pb.OrderEntryRequest(request_id=number)
        if size == 1:
            # One order that rests; one of the same size that takes it.
            request.place_order.CopyFrom(_order(side, MID_TICKS))
            return request
        for item in range(size):
            request.batch.items.add().place_order.CopyFrom(_order(side, MID_TICKS - item))
        return request

    async def run() -> None:
        loop = asyncio.get_running_loop()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=WINDOW[:1]) as channel:
            queues: list[asyncio.Queue[bytes]] = [asyncio.Queue(), asyncio.Queue()]

            async def requests(queue: asyncio.Queue[bytes]) -> AsyncIterator[bytes]:
                while True:
                    yield await queue.get()

            calls = []
            for queue, key in zip(queues, (buyer, seller), strict=True):
                call = channel.stream_stream(ORDER_ENTRY, bytes, bytes)
                calls.append(aiter(call(requests(queue), metadata=(("authorization", f"Bearer {key}"),))))
            turns = [batch(types_pb2.SIDE_BUY, 0), batch(types_pb2.SIDE_SELL, 0)]
            payloads = [turn.SerializeToString() for turn in turns]
            say(ready=True)
            turn = 0
            while line := await asyncio.to_thread(sys.stdin.readline):
                rate, count = map(float, line.split())
                due = loop.time()
                for _ in range(int(count)):
                    due += 1 / rate
                    await asyncio.sleep(max(0, due - loop.time()))
                    queues[turn].put_nowait(payloads[turn])
                    await anext(calls[turn])
                    turn = 1 - turn
                await asyncio.sleep(0.5)
                say(sent=int(count), seconds=loop.time() - due)

    uvloop.run(run())


def _order(side: types_pb2.Side, ticks: int) -> pb.PlaceOrderRequest:
    return pb.PlaceOrderRequest(
        market=MARKET,
        side=side,
        type=types_pb2.ORDER_TYPE_LIMIT,
        price=f"{ticks / 2:.1f}",
        quantity="0.001",
    )


KINDS: dict[str, Callable[..., None]] = {
    "serve": serve,
    "serve_bare": serve_bare,
    "subscribe": subscribe,
    "stall": stall,
    "drive": drive,
}

if __name__ == "__main__":
    KINDS[sys.argv[1]](*sys.argv[2:])
