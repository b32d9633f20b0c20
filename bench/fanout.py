"""What a delivered message costs the server, beside a bare stream of bytes, and how late it comes.

Servers and clients are processes of their own, all on one machine. A market changes so often a second; of the server's
CPU time that which it takes without subscribers is not counted. The bare server writes bytes that were made beforehand
to every subscriber when a timer says so, with nothing else in it. Both take turns, and a ratio is the median of turns.
"""

import os
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psutil
from google.protobuf.message import Message

from bench.api import Child, Exchange
from bench.fanout_processes import BOOK, STREAM
from bench.figures import Figure
from exchange.v1 import account_streams_pb2 as account_pb
from exchange.v1 import market_streams_pb2 as market_pb

MODULE = "bench.fanout_processes"

SIZES: tuple[tuple[int, int, float, int], ...] = ((1, 1, 400.0, 4_000), (50, 2, 40.0, 160), (1_000, 10, 4.0, 24))
"""Subscribers, connections, changes a second, changes a turn."""
CLOCK_TICKS = 20
"""What a turn's messages must cost at least to be told, in ticks of the clock that the system counts CPU time with."""

TURNS = 3
FLOOD_CHANGES = 60
STALLED = 200
HEALTHY = 800
STALL_RATE, STALL_CHANGES, STALL_ORDERS = 4.0, 40, 400
MARKET = "BTC-USDC"


@contextmanager
def child(*arguments: object) -> Iterator[Child]:
    started = Child(*arguments, module=MODULE)
    try:
        yield started
    finally:
        started.end()


@contextmanager
def served() -> Iterator[Exchange]:
    data_dir = tempfile.mkdtemp(prefix="exchange-bench-")
    try:
        with child("serve", data_dir) as server:
            yield Exchange(server, data_dir)
    finally:
        shutil.rmtree(data_dir, ignore_errors=True)


def run() -> list[Figure]:
    """Measure all of it; some seven minutes."""
    figures: list[Figure] = []
    for size in SIZES:
        with served() as exchange:
            figures += _against_bare(exchange, *size)
    with served() as exchange:
        figures.append(_flood(exchange))
    with served() as exchange:
        figures += _stalled(exchange)
    return [*figures, *_memory()]


def _keys(exchange: Exchange) -> str:
    return ",".join(exchange.api_key(name) for name in ("buyer", "seller"))


def _turn(server: Child, driver: Child, rate: float, changes: int) -> float:
    """Change the market so often; return the server's CPU seconds."""
    before = server.cpu_seconds()
    driver.go(f"{rate} {changes}")
    driver.hear()
    return server.cpu_seconds() - before


def _against_bare(exchange: Exchange, subscribers: int, connections: int, rate: float, changes: int) -> list[Figure]:
    ratios: list[float] = []
    costs: list[float] = []
    bare_costs: list[float] = []
    late: list[tuple[float, float]] = []
    with child("drive", exchange.port, _keys(exchange), 1) as driver, ExitStack() as stack:
        driver.hear()
        _turn(exchange.server, driver, rate, changes)  # warm up
        quiet = min(_turn(exchange.server, driver, rate, changes) for _ in range(2))
        client = stack.enter_context(child("subscribe", exchange.port, BOOK, subscribers, connections))
        client.hear()
        _turn(exchange.server, driver, rate, changes // 4)
        client.go()
        size = client.hear()["size"]
        bare = stack.enter_context(child("serve_bare", size))
        bare_port = bare.hear()["port"]
        bare_client = stack.enter_context(child("subscribe", bare_port, STREAM, subscribers, connections))
        bare_client.hear()
        _turn(bare, bare, rate, changes // 4)
        bare_client.go()
        bare_client.hear()
        for _ in range(TURNS):
            spent = _turn(bare, bare, rate, changes)
            bare_client.go()
            cost_bare = _a_message(spent, bare_client.hear()["messages"])
            spent = _turn(exchange.server, driver, rate, changes) - quiet
            client.go()
            heard = client.hear()
            cost = _a_message(spent, heard["messages"])
            if cost is not None and cost_bare is not None:
                ratios.append(cost / cost_bare)
                costs.append(cost)
                bare_costs.append(cost_bare)
            late.append((heard["p50"], heard["p99"]))
    name = f"{subscribers:,} subscribers" if subscribers > 1 else "1 subscriber"
    ratio, cost, bare_cost = (statistics.median(turns) if turns else None for turns in (ratios, costs, bare_costs))
    return [
        Figure(f"fan-out, {name}: server CPU a message ÷ bare stream", ratio, 1.3, "ratio", True),
        Figure(f"fan-out, {name}: server CPU a message", _microseconds(cost), None, "µs", True),
        Figure(f"fan-out, {name}: bare stream, CPU a message", _microseconds(bare_cost), None, "µs", True),
        Figure(f"fan-out, {name}: fsync to subscriber, p50", min(p50 for p50, _ in late) * 1e3, None, "ms", True),
        Figure(f"fan-out, {name}: fsync to subscriber, p99", min(p99 for _, p99 in late) * 1e3, None, "ms", True),
    ]


def _a_message(seconds: float, messages: int) -> float | None:
    """Return the CPU seconds a message, None when the clock is too coarse to tell."""
    return seconds / messages if seconds >= CLOCK_TICKS / os.sysconf("SC_CLK_TCK") else None


def _microseconds(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1e6


def _flood(exchange: Exchange) -> Figure:
    """Change the market faster than it can be told; every subscriber gets what it can."""
    with (
        child("drive", exchange.port, _keys(exchange), 1) as driver,
        child("subscribe", exchange.port, BOOK, 1_000, 10) as client,
    ):
        driver.hear()
        client.hear()
        driver.go(f"10000 {FLOOD_CHANGES}")
        driver.hear()
        client.go()
        heard = client.hear()
        return Figure("fan-out, 1,000 subscribers: messages", heard["messages"] / heard["seconds"], None, "/s", False)


def _stalled(exchange: Exchange) -> list[Figure]:
    """Measure how late the healthy ones are told, without and with others that do not read."""
    request = market_pb.StreamOrderBookRequest(market=MARKET).SerializeToString().hex()
    with (
        child("drive", exchange.port, _keys(exchange), STALL_ORDERS) as driver,
        child("subscribe", exchange.port, BOOK, HEALTHY, 8) as healthy,
    ):
        driver.hear()
        healthy.hear()

        def p99() -> float:
            _turn(exchange.server, driver, STALL_RATE, STALL_CHANGES)
            healthy.go()
            return float(healthy.hear()["p99"])

        p99()
        without = [p99() for _ in range(TURNS)]
        with child("stall", exchange.port, BOOK, request, STALLED, 4, "-") as stalled:
            stalled.hear()
            p99()  # now their windows are full
            with_stalled = [p99() for _ in range(TURNS)]
            stalled.go()
            codes = stalled.hear()["codes"]
    name = f"fan-out, {STALLED} of {STALLED + HEALTHY:,} stalled"
    ratio = statistics.median(with_stalled) / statistics.median(without)
    return [
        Figure(f"{name}: p99 of the healthy ÷ without", ratio, 1.2, "ratio", True),
        Figure(f"{name}: p99 of the healthy", statistics.median(with_stalled) * 1e3, None, "ms", True),
        Figure(f"{name}: ended with RESOURCE_EXHAUSTED", codes.get("RESOURCE_EXHAUSTED", 0), STALLED, "streams", False),
    ]


def _memory() -> list[Figure]:
    """Measure what 200 streams of each kind that are not read cost while the market moves."""
    data, accounts = "/exchange.v1.MarketDataService/", "/exchange.v1.AccountService/"
    whole = market_pb.StreamOrderBookRequest(market=MARKET)
    channels = [market_pb.Channel(channel_id=1, order_book=whole)]
    channels.append(market_pb.Channel(channel_id=2, trades=market_pb.StreamTradesRequest(market=MARKET)))
    channels.append(market_pb.Channel(channel_id=3, orders=market_pb.StreamOrdersRequest(market=MARKET)))
    kinds: dict[str, tuple[str, Message]] = {
        "book": (data + "StreamOrderBook", whole),
        "trades": (data + "StreamTrades", market_pb.StreamTradesRequest(market=MARKET)),
        "orders": (data + "StreamOrders", market_pb.StreamOrdersRequest(market=MARKET)),
        "account": (accounts + "StreamAccount", account_pb.StreamAccountRequest()),
        "fills": (accounts + "StreamFills", account_pb.StreamFillsRequest()),
        "three channels": (data + "Subscribe", market_pb.SubscribeRequest(channels=channels)),
    }
    return [_memory_of(name, method, request) for name, (method, request) in kinds.items()]


def _memory_of(name: str, method: str, request: Message) -> Figure:
    """Measure in a server of its own: memory that was freed before would hide what is taken."""
    with served() as exchange:
        keys = _keys(exchange)
        process = psutil.Process(exchange.server.process.pid)
        with child("drive", exchange.port, keys, STALL_ORDERS) as driver:
            driver.hear()
            # What the feeds keep for those who resume is there whoever reads.
            _turn(exchange.server, driver, 50, 100)
            before = process.memory_info().rss
            payload = request.SerializeToString().hex()
            with child("stall", exchange.port, method, payload, STALLED, 4, keys.partition(",")[0]) as stalled:
                stalled.hear()
                most = before
                for _ in range(10):
                    _turn(exchange.server, driver, 20, 10)
                    most = max(most, process.memory_info().rss)
    return Figure(f"memory of a stalled stream: {name}", (most - before) / STALLED / 1024, 256, "KiB", True)
