"""Processes of the API's benchmark: the server, a bare echo server, and clients that send bytes made beforehand.

Each is started as `python -m bench.api_processes KIND ARGUMENTS` and talks by lines of JSON on stdin and stdout. What
clients send is serialised before the clock starts, so that the client is not what is measured.
"""

import asyncio
import json
import os
import random
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc
import uvloop

from exchange.v1 import order_service_pb2 as pb
from exchange.v1 import types_pb2
from exchange_server import app
from exchange_server.config import Settings
from exchange_server.sequencer.shard import QUEUE_LIMIT
from exchange_server.telemetry.logs import configure_logging

MARKET = "BTC-USDC"
PLACE_ORDER = "/exchange.v1.OrderService/PlaceOrder"
CANCEL_ORDER = "/exchange.v1.OrderService/CancelOrder"
ORDER_ENTRY = "/exchange.v1.OrderService/OrderEntry"
ECHO = "/bench.Echo/Echo"
MID_TICKS = 100_000


def say(**values: object) -> None:
    """Tell the parent."""
    print(json.dumps(values), flush=True)


def place_request(random_: random.Random, client_order_id: str, crossing: bool = False) -> pb.PlaceOrderRequest:
    """Return a limit order within 200 ticks behind the middle, or through it."""
    side = random_.choice((types_pb2.SIDE_BUY, types_pb2.SIDE_SELL))
    behind = 1 + random_.randrange(200)
    direction = -1 if side == types_pb2.SIDE_BUY else 1
    ticks = MID_TICKS + direction * (-3 if crossing else behind)
    return pb.PlaceOrderRequest(
        market=MARKET,
        side=side,
        type=types_pb2.ORDER_TYPE_LIMIT,
        time_in_force=types_pb2.TIME_IN_FORCE_IOC if crossing else types_pb2.TIME_IN_FORCE_GTC,
        price=f"{ticks / 2:.1f}",
        quantity=f"0.{random_.randrange(1, 999):03d}",
        client_order_id=client_order_id,
    )


# ---------------------------------------------------------------- servers


def serve_exchange(data_dir: str, queue_limit: str = str(QUEUE_LIMIT)) -> None:
    """Serve until SIGTERM, with so many commands in the queue at most; tell the port once."""
    configure_logging("warning", "text")
    settings = Settings(_env_file=None, data_dir=Path(data_dir), grpc_port=0, queue_limit=int(queue_limit))
    app.run(settings, lambda ready: say(port=ready.grpc_port))


def serve_echo(response_bytes: str) -> None:
    """Answer every call with as many bytes as the exchange does, until SIGTERM; tell the port once."""
    answer = b"\0" * int(response_bytes)

    async def echo(_request: bytes, _context: Any) -> bytes:
        return answer

    async def serve() -> None:
        server = grpc.aio.server()
        make: Any = grpc.unary_unary_rpc_method_handler
        handler = make(echo)
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("bench.Echo", {"Echo": handler}),))
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        say(port=port)
        await server.wait_for_termination()

    uvloop.run(serve())


# ---------------------------------------------------------------- clients


def call_unary(port: str, method: str, api_key: str, count: str, in_flight: str, prefix: str) -> None:
    """Send orders one a call, so many in flight; tell the seconds it took and the size of an answer."""
    random_ = random.Random(prefix)
    requests = [place_request(random_, f"{prefix}{n:09d}").SerializeToString() for n in range(int(count))]

    async def run() -> None:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            call = channel.unary_unary(method, bytes, bytes)
            metadata = (("authorization", f"Bearer {api_key}"),)
            size = 0

            async def work() -> None:
                nonlocal size
                while requests:
                    size = len(await call(requests.pop(), metadata=metadata, timeout=60))

            say(ready=True)
            await asyncio.to_thread(sys.stdin.readline)
            started = time.perf_counter()
            await asyncio.gather(*(work() for _ in range(int(in_flight))))
            say(seconds=time.perf_counter() - started, response_bytes=size)

    uvloop.run(run())


def call_order_entry(port: str, api_keys: str, batches: str, batch_size: str, crossing: str, prefix: str) -> None:
    """Send batches on one stream a key as fast as they are taken; tell seconds, and orders by outcome."""
    random_ = random.Random(prefix)
    keys = api_keys.split(",")
    share = float(crossing)
    streams: list[list[bytes]] = []
    for stream in range(len(keys)):
        requests = []
        for number in range(int(batches) // len(keys)):
            request = pb.OrderEntryRequest(request_id=number)
            for item in range(int(batch_size)):
                client_order_id = f"{prefix}{stream:x}-{number:06x}{item:03x}"
                place = place_request(random_, client_order_id, random_.random() < share)
                request.batch.items.add().place_order.CopyFrom(place)
            requests.append(request.SerializeToString())
        streams.append(requests)

    async def run() -> None:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            call = channel.stream_stream(ORDER_ENTRY, bytes, bytes)
            answers: list[bytes] = []

            async def send(requests: list[bytes], api_key: str) -> None:
                async def each() -> AsyncIterator[bytes]:
                    for request in requests:
                        yield request

                stream = call(each(), metadata=(("authorization", f"Bearer {api_key}"),))
                async for answer in stream:
                    answers.append(answer)

            say(ready=True)
            await asyncio.to_thread(sys.stdin.readline)
            started = time.perf_counter()
            await asyncio.gather(*(send(*one) for one in zip(streams, keys, strict=True)))
            seconds = time.perf_counter() - started
        accepted = refused = 0
        for answer in answers:
            response = pb.OrderEntryResponse.FromString(answer)
            for result in response.batch.results:
                accepted += bool(result.order_id)
                refused += not result.order_id
        say(seconds=seconds, accepted=accepted, refused=refused)

    uvloop.run(run())


def flood(port: str, api_key: str, streams: str, singles: str, shed_prefix: str) -> None:
    """Send without end, batches on so many streams and so many single orders at a time; told to stop, tell what came.

    A stream that offers too much is not read on; a unary call is refused, and its order's client id is in `shed`.
    """
    random_ = random.Random(shed_prefix)
    requests = []
    for _ in range(50):
        request = pb.OrderEntryRequest()
        for _ in range(100):
            request.batch.items.add().place_order.CopyFrom(place_request(random_, "", random_.random() < 0.5))
        requests.append(request.SerializeToString())
    metadata = (("authorization", f"Bearer {api_key}"),)

    async def run() -> None:
        stopping = asyncio.Event()
        shed: list[str] = []
        answered = 0

        async def each() -> AsyncIterator[bytes]:
            while not stopping.is_set():
                for request in requests:
                    if stopping.is_set():
                        return
                    yield request

        async def stream() -> None:
            nonlocal answered
            async with _channel(port) as channel:
                call = channel.stream_stream(ORDER_ENTRY, bytes, bytes)(each(), metadata=metadata)
                reading = aiter(call)
                # Seconds of requests lie in the connection's buffers: they are given up, not waited for.
                while not stopping.is_set() and await anext(reading, None) is not None:
                    answered += 100
                call.cancel()

        async def single(worker: int) -> None:
            async with _channel(port) as channel:
                call = channel.unary_unary(PLACE_ORDER, bytes, bytes)
                number = 0
                while not stopping.is_set():
                    number += 1
                    client_order_id = f"{shed_prefix}{worker}-{number}"
                    payload = place_request(random_, client_order_id, True).SerializeToString()
                    try:
                        await call(payload, metadata=metadata, timeout=30)
                    except grpc.aio.AioRpcError as error:
                        if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
                            raise
                        shed.append(client_order_id)

        tasks = [asyncio.create_task(stream()) for _ in range(int(streams))]
        tasks += [asyncio.create_task(single(worker)) for worker in range(int(singles))]
        say(ready=True)
        started = time.perf_counter()
        await asyncio.to_thread(sys.stdin.readline)
        seconds = time.perf_counter() - started
        said = answered
        stopping.set()
        await asyncio.gather(*tasks)
        say(seconds=seconds, answered=said, shed=shed)

    uvloop.run(run())


def cancel_one_by_one(port: str, api_key: str, prefix: str, count: str) -> None:
    """Let orders rest that nobody meets, then, each time it is told to, cancel so many; tell the latencies.

    `starved` are the seconds that a thread of this process was ready to run during the call and had no processor; 0
    where the kernel does not tell.
    """
    metadata = (("authorization", f"Bearer {api_key}"),)

    starvation = _Starvation()

    async def run() -> None:
        async with _channel(port) as channel:
            place = channel.unary_unary(PLACE_ORDER, bytes, bytes)
            cancel = channel.unary_unary(CANCEL_ORDER, bytes, bytes)
            number = 0
            while True:
                ids = [f"{prefix}{number + n}" for n in range(int(count))]
                number += len(ids)
                for client_order_id in ids:
                    order = place_request(random.Random(1), client_order_id)
                    order.side, order.price = types_pb2.SIDE_BUY, "1"
                    order.quantity = "1"
                    await place(order.SerializeToString(), metadata=metadata)
                say(ready=True)
                if not await asyncio.to_thread(sys.stdin.readline):
                    return
                latencies, starved = [], []
                for client_order_id in ids:
                    payload = pb.CancelOrderRequest(client_order_id=client_order_id).SerializeToString()
                    waited = starvation.seconds()
                    started = time.perf_counter()
                    await cancel(payload, metadata=metadata)
                    latencies.append(time.perf_counter() - started)
                    starved.append(starvation.seconds() - waited)
                say(latencies=latencies, starved=starved)

    uvloop.run(run())


class _Starvation:
    """Seconds that this process's threads have been ready to run and had no processor.

    It keeps the kernel's files open: opening a dozen of them takes half a millisecond, which others would be kept from.
    """

    def __init__(self) -> None:
        self._files: dict[str, int] = {}

    def seconds(self) -> float:
        waited_ns = 0
        with suppress(FileNotFoundError):  # the kernel tells nothing
            for thread in os.listdir("/proc/self/task"):
                with suppress(OSError):  # a thread that has just ended
                    if thread not in self._files:
                        self._files[thread] = os.open(f"/proc/self/task/{thread}/schedstat", os.O_RDONLY)
                    waited_ns += int(os.pread(self._files[thread], 100, 0).split()[1])
        return waited_ns / 1e9


def _channel(port: str) -> grpc.aio.Channel:
    # A connection of its own: gRPC would share one among channels to the same address.
    return grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)])


KINDS: dict[str, Callable[..., None]] = {
    "serve_exchange": serve_exchange,
    "serve_echo": serve_echo,
    "call_unary": call_unary,
    "call_order_entry": call_order_entry,
    "flood": flood,
    "cancel_one_by_one": cancel_one_by_one,
}

if __name__ == "__main__":
    KINDS[sys.argv[1]](*sys.argv[2:])
