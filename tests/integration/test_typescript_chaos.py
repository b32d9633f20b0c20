"""The TypeScript SDK on streams that lose, repeat, swap and cut messages: as `test_sdk_chaos`, with the same proxy.

A program in Node follows, and writes what it was told and what its books are; here each line is compared with what the
exchange said.
"""

import asyncio
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import exchange_sdk as sdk
from tests.chaos_proxy import FAULTS, ChaosProxy, Key, level_mark
from tests.integration.exchange_fixture import MARKET, Exchange, Trader
from tests.integration.test_sdk_chaos import ORDERS, RATE, VIEW, book_request, orders_request, trade
from tests.typescript_support import ROOT, bundle, environment, gateway

UPDATES = 20_000 if os.environ.get("EXCHANGE_TEST_SIZE") in ("full", "nightly") else 1_500
"""Messages with something in them that pass through the proxy in each test: at least so many."""
SECONDS = 60

pytestmark = pytest.mark.timeout(SECONDS + 30)

FOLLOWER = ROOT / "sdks" / "typescript" / "tests" / "live" / "chaos-follower.ts"
WHOLE, QUEUES, TRADES, BBO, ACCOUNT, FILLS = 0, 2, 3, 4, 5, 6
"""Numbers of channels in the program's lines."""


@dataclass
class Comparison:
    """Takes the lines of the program and compares them with the proxy's truth; `flaws` stays empty."""

    proxy: ChaosProxy
    events: Counter[int] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    flaws: list[str] = field(default_factory=list)
    trades: list[int] = field(default_factory=list)
    fills: list[int] = field(default_factory=list)
    updates: list[int] = field(default_factory=list)
    best: int = 0
    sequences: dict[int, int] = field(default_factory=dict)
    keys: dict[int, Key] = field(
        default_factory=lambda: {
            WHOLE: ("order_book", book_request(sdk.BookChannel(MARKET))),
            1: ("order_book", book_request(VIEW)),
            QUEUES: ("orders", orders_request(ORDERS)),
        }
    )

    def take(self, line: dict[str, Any]) -> None:
        """Take one event, with the book as it was then."""
        channel, truth = line["channel"], self.proxy.truth
        self.events[channel] += 1
        match line["type"]:
            case "reconnected" | "resynced":
                self.notices[line["type"]] += 1
                self.causes[line["cause"]] += 1
            case "closed":
                self.flaws.append(f"channel {channel} ended: {line['cause']}")
            case "trade":
                self._compare(truth.trades[int(line["id"])], (line["price"], line["quantity"]), line)
                self.trades.append(int(line["id"]))
            case "fill":
                self._compare(truth.fills[int(line["id"])], (line["price"], line["quantity"]), line)
                self.fills.append(int(line["id"]))
            case "update":
                self._compare(truth.updates[int(line["sequence"])], tuple(line["sizes"]), line)
                self.updates.append(int(line["sequence"]))
            case "bbo":
                self._compare(truth.bbos[int(line["sequence"])], (line["bid"], line["ask"]), line)
                self._compare(int(line["sequence"]) >= self.best, True, line)
                self.best = int(line["sequence"])
        if "book" in line:
            self._compare_book(channel, line["book"])

    def _compare_book(self, channel: int, book: dict[str, Any]) -> None:
        self._compare(book["inSync"], True, channel)
        digest = 0
        for row in book["rows"]:
            digest ^= level_mark(*row)
        sequence = int(book["at"])
        self._compare(self.proxy.truth.books[self.keys[channel]].get(sequence), digest, (channel, sequence))
        self.sequences[channel] = sequence

    def _compare(self, true: object, told: object, what: object) -> None:
        if true != told:
            self.flaws.append(f"{what}: told {told}, and the exchange said {true}")


@pytest.fixture(scope="module")
def follower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle(FOLLOWER, tmp_path_factory.mktemp("follower") / "follower.mjs", "node")


@pytest.fixture
async def proxy(exchange: Exchange) -> AsyncIterator[ChaosProxy]:
    async with ChaosProxy(exchange.process.address, rate=0.0, seed=7) as proxy:
        yield proxy


@pytest.mark.parametrize(("transport", "how"), [("grpc", "each"), ("grpc-web", "all")])
async def test_no_divergence_goes_unnoticed(
    exchange: Exchange, alice: Trader, bob: Trader, proxy: ChaosProxy, follower: Path, transport: str, how: str
) -> None:
    comparison = Comparison(proxy)
    gateways = ExitStack()
    url = f"http://{proxy.address}"
    if transport == "grpc-web":
        # The proxy stands between the gateway and the exchange.
        url = await asyncio.to_thread(gateways.enter_context, gateway(proxy.address))
    program = await asyncio.create_subprocess_exec(
        str(ROOT / ".venv" / "bin" / "node"), str(follower), url, alice.api_key, transport, how,
        env=environment(), stdout=asyncio.subprocess.PIPE, limit=1 << 24,
    )  # fmt: skip
    following = asyncio.create_task(_compare_lines(program, comparison))
    try:
        async with (
            sdk.AsyncClient(exchange.process.address, api_key=alice.api_key) as direct,
            sdk.AsyncClient(exchange.process.address, api_key=bob.api_key) as other,
        ):
            await _follow_through_faults(comparison, following, direct, other)
    finally:
        if program.returncode is None:
            program.send_signal(signal.SIGKILL)
        await asyncio.gather(following, return_exceptions=True)
        await asyncio.to_thread(gateways.close)
    for trader in (alice, bob):
        async with sdk.AsyncClient(exchange.process.address, api_key=trader.api_key) as client:
            await client.cancel_all_orders()

    assert comparison.flaws == []
    assert set(proxy.faults) == set(FAULTS)
    # Everything of the account and every trade was handed out once, in order, whatever happened to its messages.
    for told, true in ((comparison.updates, proxy.truth.updates), (comparison.trades, proxy.truth.trades)):
        known = sorted(true)
        assert told == known[known.index(told[0]) :]
    assert comparison.fills == sorted(proxy.truth.fills)
    # What was lost, repeated or swapped was noticed, each kind of notice among them.
    assert comparison.notices["resynced"] > UPDATES * RATE / 20
    assert {"Gap", "UnexpectedAnswer"} <= set(comparison.causes)


async def _compare_lines(program: asyncio.subprocess.Process, comparison: Comparison) -> None:
    assert program.stdout is not None
    async for line in program.stdout:
        comparison.take(json.loads(line))


async def _follow_through_faults(
    comparison: Comparison, following: "asyncio.Task[None]", direct: sdk.AsyncClient, other: sdk.AsyncClient
) -> None:
    proxy, began = comparison.proxy, time.monotonic()

    def go_on() -> bool:
        assert time.monotonic() - began < SECONDS / 2, f"only {proxy.truth.messages} came"
        assert not following.done(), following.result()
        return not comparison.flaws and proxy.truth.messages.total() < UPDATES

    async with asyncio.timeout(20):
        # Trades and fills begin with nothing to tell.
        while proxy.connections["StreamFills"] + proxy.connections["Subscribe"] < 1 or len(comparison.events) < 5:
            assert not following.done(), following.result()
            await asyncio.sleep(0.01)
    proxy.rate = RATE
    await trade([direct, other], random.Random(11), go_on)
    # Nothing is lost any more; one more change of everything, and all must be as the exchange is.
    proxy.rate = 0.0
    await direct.cancel_all_orders()
    await other.cancel_all_orders()
    for side, price in (("sell", 100), ("buy", 90), ("sell", 110)):
        await direct.place_order(market=MARKET, side=side, quantity=1, price=price)
    await other.place_order(market=MARKET, side="buy", quantity="0.5", price=100)
    shown = await direct.get_order_book(MARKET)
    async with asyncio.timeout(30):
        while not _is_settled(comparison, shown.sequence):
            assert not following.done(), following.result()
            assert not comparison.flaws
            await asyncio.sleep(0.02)


def _is_settled(comparison: Comparison, sequence: int) -> bool:
    """Whether every book is at the exchange's last change, and every trade, fill and update has come."""
    truth = comparison.proxy.truth
    return (
        min(comparison.sequences.get(WHOLE, 0), comparison.sequences.get(QUEUES, 0)) >= sequence
        and comparison.updates[-1:] >= [sequence]
        and comparison.trades[-1:] == [max(truth.trades)]
        and len(comparison.fills) == len(truth.fills)
    )
