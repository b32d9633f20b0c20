"""A backtest decides what a live bot decides: the same tape, once on the engine in process, once on a real exchange.

The bots, their market and the time are the same in both. What differs is everything that a backtest leaves out: gRPC,
wire, sequencer, journal, streams. Every request and every figure of the report must be the same.
"""

import queue
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest

from exchange_bots.backtest import MAKER, TAKER, Backtest, VirtualExchange
from exchange_bots.bot.core import Item
from exchange_bots.bot.view import Terms
from exchange_bots.feed.messages import Level, TradePrint
from exchange_bots.feed.synthetic_market import COINS, SyntheticMarket
from exchange_bots.performance import Report
from exchange_bots.strategies import make_bot
from exchange_sdk import (
    AccountSnapshot,
    AccountUpdate,
    Balance,
    Client,
    Liquidity,
    NewOrder,
    OrderResult,
    Stream,
)
from exchange_sdk.testing import MarketTerms, TestExchange
from exchange_server.cli.backtest.engine_exchange import EngineExchange
from tests.integration.bots.bot_fixture import MARKET
from tests.unit.bots.views import START

MAKER_FEE_PPM, TAKER_FEE_PPM = 100, 400
TERMS = Terms(MARKET, Decimal("0.1"), Decimal("0.00001"), Decimal(1))
MARKET_TERMS = MarketTerms(
    "BTC",
    "USDC",
    tick_size="0.1",
    lot_size="0.00001",
    min_notional=1,
    maker_fee_ppm=MAKER_FEE_PPM,
    taker_fee_ppm=TAKER_FEE_PPM,
)
BASE, QUOTE = 1_000, 500_000_000
MESSAGES = 300
NEWS_SECONDS = 20.0

Request = tuple[str, Item]


class Overheard:
    """An exchange, and what it was asked."""

    def __init__(self, exchange: VirtualExchange) -> None:
        self._exchange = exchange
        self.terms, self.assets = exchange.terms, exchange.assets
        self.requests: list[Request] = []

    def execute(self, account: str, at_ns: int, items: Sequence[Item]) -> list[OrderResult]:
        self.requests.extend((account, item) for item in items)
        return self._exchange.execute(account, at_ns, items)

    def cancel_all(self, account: str, at_ns: int) -> None:
        self._exchange.cancel_all(account, at_ns)

    def balances(self, account: str) -> list[Balance]:
        return self._exchange.balances(account)

    def news(self) -> tuple[list[tuple[str, AccountUpdate]], list[TradePrint]]:
        return self._exchange.news()

    def levels(self) -> tuple[list[Level], list[Level]]:
        return self._exchange.levels()


class LiveExchange:
    """A real exchange as one in virtual time: it answers over gRPC, and tells what its account streams tell."""

    terms = TERMS
    assets = ("BTC", "USDC")

    def __init__(self, clients: Mapping[str, Client]) -> None:
        self._clients = clients
        self._heard: queue.Queue[tuple[str, AccountUpdate]] = queue.Queue()
        self._taken = self._told_makers = self._told_takers = Decimal(0)
        self._began = threading.Barrier(len(clients) + 1)
        self._streams = {name: client.stream_account() for name, client in clients.items()}
        self._threads = [threading.Thread(target=self._follow, args=names) for names in self._streams.items()]
        for thread in self._threads:
            thread.start()
        self._began.wait(NEWS_SECONDS)

    def close(self) -> None:
        """Hear no more."""
        for stream in self._streams.values():
            stream.close()
        for thread in self._threads:
            thread.join(NEWS_SECONDS)
            assert not thread.is_alive()

    def execute(self, account: str, at_ns: int, items: Sequence[Item]) -> list[OrderResult]:
        results = self._clients[account].batch_orders(items)
        for item, result in zip(items, results, strict=True):
            if isinstance(item, NewOrder) and not item.post_only:
                self._taken += result.filled_quantity
        return results

    def cancel_all(self, account: str, at_ns: int) -> None:
        self._clients[account].cancel_all_orders(market=MARKET)

    def balances(self, account: str) -> list[Balance]:
        return self._clients[account].list_balances()

    def news(self) -> tuple[list[tuple[str, AccountUpdate]], list[TradePrint]]:
        """Wait until both owners of all that was taken have been told."""
        updates: list[tuple[str, AccountUpdate]] = []
        deadline = time.monotonic() + NEWS_SECONDS
        while self._told_makers < self._taken or self._told_takers < self._taken or not self._heard.empty():
            name, update = self._heard.get(timeout=max(deadline - time.monotonic(), 0.001))
            updates.append((name, update))
            for fill in update.fills:
                if fill.liquidity is Liquidity.MAKER:
                    self._told_makers += fill.quantity
                else:
                    self._told_takers += fill.quantity
        return updates, []

    def levels(self) -> tuple[list[Level], list[Level]]:
        raise AssertionError("these bots look at the venue")

    def _follow(self, name: str, stream: Stream[Any]) -> None:
        for event in stream:
            if isinstance(event, AccountSnapshot):
                self._began.wait(NEWS_SECONDS)
            elif isinstance(event, AccountUpdate):
                self._heard.put((name, event))


@pytest.fixture(scope="module")
def exchange() -> Iterator[TestExchange]:
    with TestExchange(MARKET_TERMS) as exchange:
        yield exchange


def passed(exchange: VirtualExchange, name: str, values: Mapping[str, Any]) -> tuple[list[Request], Report]:
    overheard = Overheard(exchange)
    bot = make_bot(name, {"market": MARKET, "coin": "BTC", **values})
    test = Backtest(overheard, bot, "BTC")
    for _ in test.run(islice(SyntheticMarket(COINS[0], 11).messages(START), MESSAGES)):
        pass
    report = test.report()
    # The times of a real exchange are those of its clock.
    return overheard.requests, replace(report, trades=tuple(trade._replace(time_ns=0) for trade in report.trades))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("avellaneda-stoikov", {"order_quantity": "0.05", "risk_aversion": 0.02}),
        ("noise", {"rate": 1, "typical_quantity": "0.2", "inventory_band": 3}),
    ],
)
def test_every_request_and_every_figure_is_the_same(exchange: TestExchange, name: str, values: dict[str, Any]) -> None:
    accounts = (MAKER, TAKER, name)
    engine = EngineExchange(
        TERMS,
        dict.fromkeys(accounts, (Decimal(BASE), Decimal(QUOTE))),
        maker_fee_ppm=MAKER_FEE_PPM,
        taker_fee_ppm=TAKER_FEE_PPM,
    )
    requests, report = passed(engine, name, values)
    clients = {each: exchange.client(f"{name}.{each}", {"BTC": BASE, "USDC": QUOTE}) for each in accounts}
    live = LiveExchange(clients)
    try:
        live_requests, live_report = passed(live, name, values)
    finally:
        live.close()
        for client in clients.values():
            client.cancel_all_orders(market=MARKET)
            client.close()
    assert len(requests) > 1_000
    assert report.counts["fills"] > 8
    for ours, theirs in zip(requests, live_requests, strict=True):
        assert ours == theirs
    assert report == live_report
