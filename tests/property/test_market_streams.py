"""Whoever applies what the market streams send has what the engine has: over every kind of order, at any speed.

The engine runs ahead of what is published by random steps, readers join at random times and read at random ones. What
is expected is read from the engine when all that it has done is published.
"""

import asyncio
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from exchange_server.engine import Engine
from exchange_server.engine.commands import Command
from exchange_server.engine.entities import Market
from exchange_server.engine.events import Event, Trade
from exchange_server.engine.types import SIDE_BUY, SIDE_SELL, MarketId, TimeNs
from exchange_server.feeds import Feeds
from exchange_server.feeds.candles import SECOND_NS
from exchange_server.journal import Applied
from exchange_server.wire.market_history import INTERVAL_SECONDS
from exchange_server.wire.units import format_price, format_quantity, format_quote
from tests.feeds_support import MARKETS, Exchange, Stream, Streams
from tests.property.feeds_clients import BookClient
from tests.property.market_clients import BboClient, CandleClient, OrdersClient, TickerClient, grouped
from tests.property.order_flow import Flow
from tests.property.test_feeds import JOIN, RELEASE, Step, steps

SEEDS = {"nightly": 1_000, "mutants": 4}.get(os.environ.get("EXCHANGE_TEST_SIZE", ""), 30)
COMMANDS = 250
START_NS = 1_700_000_000_000_000_000
STEP_NS = 370_000_000
"""Between two commands, so that there are many candles."""

VIEWS = ((0, 1), (1, 1), (3, 1), (0, 4), (2, 3), (2, 100))
INTERVALS = (1, 2, 3)


@dataclass
class Truth:
    """What was published, read from the engine; of candles, every trade there was."""

    bids: Sequence[tuple[int, int]] = field(default_factory=list)
    asks: Sequence[tuple[int, int]] = field(default_factory=list)
    queues: dict[int, list[tuple[int, str, str]]] = field(default_factory=dict)
    trades: list[tuple[Trade, int]] = field(default_factory=list)
    status: int = 0

    def read(self, engine: Engine, market: Market) -> None:
        market_id = market.market_id
        self.status = market.status
        self.bids, self.asks = (list(engine.levels(market_id, side)) for side in (SIDE_BUY, SIDE_SELL))
        for side, book_side in ((SIDE_BUY, engine.books[market_id].bids), (SIDE_SELL, engine.books[market_id].asks)):
            rows: list[tuple[int, str, str]] = []
            for level in book_side.best_first():
                order = level.first
                while order is not None:
                    price, shown = format_price(market, level.price_ticks), format_quantity(market, order.visible_lots)
                    rows.append((order.order_id, price, shown))
                    order = order.next
            self.queues[side] = rows


class Followers:
    """Readers of every stream of one market, in every view, who joined when they did."""

    def __init__(self, feeds: Feeds, engine: Engine, market_id: MarketId) -> None:
        self.feeds, self.engine = feeds, engine
        self.market = engine.markets[market_id]
        self.truth = Truth()
        self.truth.read(engine, self.market)
        self.readers: list[tuple[Any, Stream[Any], tuple[int, int] | int]] = []

    def join(self, draw: random.Random, kinds: int = 5) -> None:
        streams, market_id = Streams(self.feeds), self.market.market_id
        decimals = self.market.price_decimals, self.market.quantity_decimals
        kind = draw.randrange(kinds)
        if kind == 0:
            self.readers.append((OrdersClient(*decimals), streams.orders(market_id), 0))
        elif kind == 1:
            view = draw.choice(VIEWS)
            self.readers.append((BookClient(*decimals), streams.order_book(market_id, *view), view))
        elif kind == 2:
            self.readers.append((BboClient(), streams.bbo(market_id), 0))
        elif kind == 3:
            interval = draw.choice(INTERVALS)
            self.readers.append((CandleClient(), streams.candles(market_id, interval), interval))
        else:
            self.readers.append((TickerClient(), streams.ticker(market_id), 0))

    def read(self, index: int, whole: bool) -> None:
        """Let a reader take one message, or all that there are; compare when it has all."""
        client, stream, shown = self.readers[index % len(self.readers)]
        while (message := stream.poll()) is not None:
            client.take(message)
            if not whole:
                break
        if message is None:
            self.compare(client, shown)

    def leave(self, index: int) -> None:
        _, stream, _ = self.readers.pop(index % len(self.readers))
        stream.reader.leave()

    def compare(self, client: Any, shown: Any) -> None:
        truth = self.truth
        if isinstance(client, OrdersClient):
            if client.sequence is None:
                return  # the engine was ahead, and the snapshot is held back
            assert client.rows(SIDE_BUY) == truth.queues[SIDE_BUY]
            assert client.rows(SIDE_SELL) == truth.queues[SIDE_SELL]
        elif isinstance(client, BookClient):
            depth, step = shown
            assert client.bids == self.texts(grouped(truth.bids, step, False, depth))
            assert client.asks == self.texts(grouped(truth.asks, step, True, depth))
        elif isinstance(client, BboClient | TickerClient):
            bests = tuple(next(iter(self.texts(side[:1]).items()), None) for side in (truth.bids, truth.asks))
            if isinstance(client, BboClient):
                assert client.bests == bests
            else:
                self.compare_ticker(client, bests)
        else:
            self.compare_candles(client, INTERVAL_SECONDS[shown] * SECOND_NS)

    def compare_ticker(self, client: TickerClient, bests: tuple[Any, ...]) -> None:
        ticker = client.ticker
        assert ticker is not None
        assert ticker.status == self.truth.status
        for name, best in zip(("bid", "ask"), bests, strict=True):
            level = getattr(ticker, name)
            assert ((level.price, level.quantity) if ticker.HasField(name) else None) == best
        trades = [trade for trade, _ in self.truth.trades]
        assert ticker.trade_count == len(trades)
        assert ticker.volume == format_quantity(self.market, sum(trade.quantity_lots for trade in trades))  # type: ignore[arg-type]
        assert ticker.last_price == (format_price(self.market, trades[-1].price_ticks) if trades else "")
        assert ticker.open_price == (format_price(self.market, trades[0].price_ticks) if trades else "")

    def compare_candles(self, client: CandleClient, interval_ns: int) -> None:
        expected: dict[int, list[Trade]] = {}
        for trade, time_ns in self.truth.trades:
            expected.setdefault(time_ns // interval_ns * interval_ns, []).append(trade)
        newest = max(expected, default=0)
        for open_ns, candle in client.candles.items():
            trades = expected[open_ns]
            prices = [trade.price_ticks for trade in trades]
            assert (candle.open, candle.close) == tuple(format_price(self.market, prices[n]) for n in (0, -1))
            assert (candle.high, candle.low) == tuple(format_price(self.market, p) for p in (max(prices), min(prices)))
            assert candle.trade_count == len(trades)
            assert candle.volume == format_quantity(self.market, sum(trade.quantity_lots for trade in trades))  # type: ignore[arg-type]
            assert candle.quote_volume == format_quote(self.market, sum(trade.cost_atoms for trade in trades))  # type: ignore[arg-type]
            assert candle.closed or open_ns == newest
        first = min(client.candles, default=newest)
        told = [open_ns for open_ns in sorted(expected) if open_ns >= first and client.candles]
        assert told == sorted(client.candles)

    def texts(self, levels: Sequence[tuple[int, int]]) -> dict[str, str]:
        market = self.market
        return {format_price(market, ticks): format_quantity(market, lots) for ticks, lots in levels}  # type: ignore[arg-type]


class Told(Flow):
    """The flow of every kind of order, whose commands are published when the test says so."""

    def __init__(self, seed: int) -> None:
        self.applied: list[Applied] = []
        super().__init__(seed)

    def apply(self, command: Command) -> list[Event]:
        events = super().apply(command)
        sequence = int(self.engine.sequence)
        self.applied.append(Applied(sequence, START_NS + sequence * STEP_NS, command, events))
        return events


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_every_stream_of_a_market_tells_what_the_engine_has_over_every_kind_of_order(seed: int) -> None:
    flow = Told(seed)
    now_ns = START_NS
    feeds = Feeds(flow.engine, 0.0, clock_ns=lambda: now_ns)
    feeds._published.time_ns = TimeNs(START_NS)
    followers = Followers(feeds, flow.engine, MARKETS[0])
    draw = random.Random(-seed)
    released = len(flow.applied)
    for _ in range(COMMANDS):
        flow.step()
        if draw.random() < 0.4:
            batch, released = flow.applied[released:], len(flow.applied)
            now_ns = batch[-1].time_ns
            followers.truth.read(flow.engine, followers.market)
            followers.truth.trades += [
                (event, one.time_ns) for one in batch for event in one.events if isinstance(event, Trade)
            ]
            feeds.on_applied(batch)
        what = draw.random()
        if what < 0.1:
            followers.join(draw)
        elif what < 0.13 and followers.readers:
            followers.leave(draw.randrange(100))
        elif what < 0.6 and followers.readers:
            followers.read(draw.randrange(100), draw.random() < 0.5)
        feeds.on_time(now_ns)
    feeds.on_applied(flow.applied[released:])
    followers.truth.read(flow.engine, followers.market)
    followers.truth.trades += [
        (event, one.time_ns) for one in flow.applied[released:] for event in one.events if isinstance(event, Trade)
    ]
    for index in range(len(followers.readers)):
        followers.read(index, True)
    while followers.readers:
        followers.leave(0)
    assert feeds.readers == 0


@given(steps)
@settings(max_examples=100, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_batches_of_orders_are_told_order_by_order_too(script: list[Step]) -> None:
    asyncio.run(follow_batches(script))


async def follow_batches(script: list[Step]) -> None:
    exchange = Exchange()
    followers = Followers(exchange.feeds, exchange.engine, MARKETS[0])
    # Of this exchange time stands still: what time changes is followed elsewhere.
    without_time = 3
    draw = random.Random(len(script))
    for step in script:
        if step == RELEASE:
            before = exchange.released
            exchange.release()
            note(followers, exchange, before)
        elif step == JOIN:
            followers.join(draw, without_time)
        elif not isinstance(step, tuple | str):
            exchange.apply(step)
        elif isinstance(step, tuple) and followers.readers:
            followers.read(step[1], draw.random() < 0.5)
    before = exchange.released
    exchange.release()
    note(followers, exchange, before)
    for index in range(len(followers.readers)):
        followers.read(index, True)


def note(followers: Followers, exchange: Exchange, before: int) -> None:
    """Read what is published now."""
    followers.truth.read(exchange.engine, followers.market)
    followers.truth.trades += [
        (event, one.time_ns)
        for one in exchange.applied[before:]
        for event in one.events
        if isinstance(event, Trade) and event.taker.market is followers.market
    ]
