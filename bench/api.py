"""The API under load: a unary order beside a bare echo, orders a second on the fast way in, cancels in a flood.

Server and clients are processes of their own. CPU time is the server's alone, from the operating system; echo and
exchange take turns, and the ratio is the median of the turns' ratios.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import grpc
import psutil

from bench.api_processes import ECHO, PLACE_ORDER
from bench.figures import Figure
from bench.variants import environment, variants
from exchange.v1 import admin_service_pb2 as admin_pb
from exchange.v1 import order_service_pb2 as order_pb
from exchange.v1.admin_service_pb2_grpc import AdminServiceStub
from exchange.v1.order_service_pb2_grpc import OrderServiceStub

UNARY_CALLS = 8_000
UNARY_TURNS = 5
IN_FLIGHT = 64
BATCHES = 2_000
BATCH = 100
TURNS = 3
STREAMS = 4
CROSSING = 0.05
FLOOD_STREAMS = 12
FLOOD_SINGLES = 8
"""Single orders under way beside them, by unary calls."""
SHEDDING_QUEUE = 100
"""Commands that may wait in the server that sheds. A flood of these clients does not fill the 8,192 of a usual one:
what has been read is executed before more is read, and who offers too much feels it as flow control."""
SHEDDING_SINGLES = 64
SHEDDING_SECONDS = 3.0
CANCELS = 2_000
"""In each of the two; of fewer, a handful of collections of garbage would decide the p99."""
CHECKED = 2_000
"""Of the orders that were shed, how many are looked for."""


class Child:
    """A process of `bench.api_processes`, or of another such module."""

    def __init__(self, *arguments: object, variant: str = "", module: str = "bench.api_processes") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(variant),
            cwd=Path(__file__).parent.parent,
        )

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args!r} ended with {self.process.wait()}")
        heard: dict[str, Any] = json.loads(line)
        return heard

    def go(self, line: str = "") -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def cpu_seconds(self) -> float:
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def end(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.terminate()
        self.process.wait(timeout=30)


@contextmanager
def child(*arguments: object, variant: str = "") -> Iterator[Child]:
    started = Child(*arguments, variant=variant)
    try:
        yield started
    finally:
        started.end()


class Exchange:
    """A served exchange with a market and rich accounts."""

    def __init__(self, server: Child, data_dir: str) -> None:
        self.server = server
        self.port = server.hear()["port"]
        self.operator = (("authorization", "Bearer " + Path(data_dir, "admin.key").read_text().strip()),)
        channel = grpc.insecure_channel(f"127.0.0.1:{self.port}")
        self.admin = AdminServiceStub(channel)
        self.orders = OrderServiceStub(channel)
        for name, decimals in (("BTC", 8), ("USDC", 6)):
            self.admin.CreateAsset(admin_pb.CreateAssetRequest(name=name, decimals=decimals), metadata=self.operator)
        market = admin_pb.CreateMarketRequest(
            base_asset="BTC",
            quote_asset="USDC",
            tick_size="0.5",
            lot_size="0.001",
            maker_fee_ppm=100,
            taker_fee_ppm=500,
        )
        self.admin.CreateMarket(market, metadata=self.operator)

    def api_key(self, name: str) -> str:
        request = admin_pb.CreateAccountRequest(name=name)
        account_id = self.admin.CreateAccount(request, metadata=self.operator).account.account_id
        for asset, amount in (("BTC", "1000000000"), ("USDC", "500000000000")):
            credit = admin_pb.CreditRequest(account_id=account_id, asset=asset, amount=amount)
            self.admin.Credit(credit, metadata=self.operator)
        key = admin_pb.CreateApiKeyRequest(account_id=account_id, scopes=[1, 2])  # type: ignore[list-item]
        return self.admin.CreateApiKey(key, metadata=self.operator).api_key


@contextmanager
def exchange(variant: str = "", *options: object) -> Iterator[Exchange]:
    data_dir = tempfile.mkdtemp(prefix="exchange-bench-")
    try:
        with child("serve_exchange", data_dir, *options, variant=variant) as server:
            yield Exchange(server, data_dir)
    finally:
        shutil.rmtree(data_dir, ignore_errors=True)


def run() -> list[Figure]:
    """Measure all of it; about two minutes, and one more for the engine as pure Python."""
    figures: list[Figure] = []
    for variant in variants():
        for measure in (_unary, _order_entry):
            with exchange(variant) as served:
                figures += [replace(figure, name=figure.name + variant) for figure in measure(served)]
    with exchange() as served:
        figures += _cancels(served)
    with exchange("", SHEDDING_QUEUE) as served:
        return [*figures, *_shed(served)]


def _unary(served: Exchange) -> list[Figure]:
    api_key = served.api_key("unary")

    def turn(server: Child, port: int, method: str, prefix: str) -> tuple[float, int]:
        """Return CPU seconds a call, and the size of an answer."""
        with child("call_unary", port, method, api_key, UNARY_CALLS, IN_FLIGHT, prefix) as client:
            client.hear()
            before = server.cpu_seconds()
            client.go()
            size = client.hear()["response_bytes"]
            return (server.cpu_seconds() - before) / UNARY_CALLS, size

    _, size = turn(served.server, served.port, PLACE_ORDER, "warm-up-")
    ratios, costs, bare_costs = [], [], []
    with child("serve_echo", size) as echo:
        echo_port = echo.hear()["port"]
        turn(echo, echo_port, ECHO, "warm-up-")
        for number in range(UNARY_TURNS):
            bare, _ = turn(echo, echo_port, ECHO, f"{number}-")
            full, _ = turn(served.server, served.port, PLACE_ORDER, f"{number}-")
            ratios.append(full / bare)
            costs.append(full)
            bare_costs.append(bare)
    return [
        Figure("unary PlaceOrder ÷ bare echo, server CPU", statistics.median(ratios), 1.35, "ratio", True),
        Figure("unary PlaceOrder, server CPU", statistics.median(costs) * 1e6, None, "µs", True),
        # What this machine is worth: nothing of the exchange is in it.
        Figure("bare echo, server CPU", statistics.median(bare_costs) * 1e6, None, "µs", True),
    ]


def _order_entry(served: Exchange) -> list[Figure]:
    keys = ",".join(served.api_key(f"stream-{n}") for n in range(STREAMS))
    rates, costs = [], []
    for number in range(TURNS):
        with child("call_order_entry", served.port, keys, BATCHES, BATCH, CROSSING, f"{number}") as client:
            client.hear()
            before = served.server.cpu_seconds()
            client.go()
            heard = client.hear()
            if heard["refused"] or heard["accepted"] != BATCHES * BATCH:
                raise RuntimeError(f"not every order was accepted: {heard}")
            rates.append(heard["accepted"] / heard["seconds"])
            costs.append((served.server.cpu_seconds() - before) / heard["accepted"])
    return [
        Figure("durable orders over OrderEntry in batches of 100", max(rates), 60_000, "orders/s", False),
        Figure("an order over OrderEntry, server CPU", min(costs) * 1e6, None, "µs", True),
    ]


def _cancels(served: Exchange) -> list[Figure]:
    """Cancel one by one at rest, then while more orders are offered than the server can take."""
    with child("cancel_one_by_one", served.port, served.api_key("canceler"), "c-", CANCELS) as canceler:
        canceler.hear()
        canceler.go()
        at_rest = canceler.hear()["latencies"]
        canceler.hear()
        flooder = served.api_key("flooder")
        with child("flood", served.port, flooder, FLOOD_STREAMS, FLOOD_SINGLES, "flood-") as flood:
            flood.hear()
            canceler.go()
            heard = canceler.hear()
            in_flood, starved = heard["latencies"], heard["starved"]
            flood.go()
            heard = flood.hear()
    return [
        Figure("p99 of a cancel in a flood ÷ at rest", _p99(in_flood) / _p99(at_rest), 5, "ratio", True),
        Figure("p99 of a cancel at rest", _p99(at_rest) * 1e3, None, "ms", True),
        Figure("p99 of a cancel in a flood", _p99(in_flood) * 1e3, None, "ms", True),
        Figure(
            "median of a cancel in a flood ÷ at rest",
            statistics.median(in_flood) / statistics.median(at_rest),
            None,
            "ratio",
            True,
        ),
        # What the threads of the client itself waited for a processor, which the flood's client takes from them.
        Figure("p99 of the canceling client's wait for a processor", _p99(starved) * 1e3, None, "ms", True),
        Figure("orders taken during the flood", heard["answered"] / heard["seconds"], None, "orders/s", False),
    ]


def _shed(served: Exchange) -> list[Figure]:
    """Flood a server with a short queue, and look for what it refused.

    Raises RuntimeError when nothing was refused, because then nothing would be proven.
    """
    flooder = served.api_key("flooder")
    with child("flood", served.port, flooder, FLOOD_STREAMS, SHEDDING_SINGLES, "shed-") as flood:
        flood.hear()
        time.sleep(SHEDDING_SECONDS)
        flood.go()
        shed: list[str] = flood.hear()["shed"]
    if not shed:
        raise RuntimeError("the flood was taken as a whole: nothing was shed")
    looked_for = shed[:: max(1, len(shed) // CHECKED)]
    executed = sum(_exists(served, flooder, client_order_id) for client_order_id in looked_for)
    return [
        Figure("orders shed by a full queue", len(shed), 1, "orders", False),
        Figure("shed orders that were executed later", executed, 0, "orders", True),
    ]


def _exists(served: Exchange, api_key: str, client_order_id: str) -> bool:
    try:
        served.orders.GetOrder(
            order_pb.GetOrderRequest(client_order_id=client_order_id),
            metadata=(("authorization", f"Bearer {api_key}"),),
        )
    except grpc.RpcError as error:
        # A blocking call's error is its call too.
        if cast(grpc.Call, error).code() is not grpc.StatusCode.NOT_FOUND:
            raise
        return False
    return True


def _p99(latencies: list[float]) -> float:
    return statistics.quantiles(latencies, n=100)[98]
