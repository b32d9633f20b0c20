"""Candles of a stream: when they close, what a slow reader gets, and that none is told that is not wholly known."""

import pytest

from exchange.v1.market_streams_pb2 import Candle, StreamCandlesResponse
from exchange_server.engine.types import Atoms, Lots, Ticks, TimeNs
from exchange_server.feeds import StreamRefused
from exchange_server.feeds.candles import MAX_CANDLES
from exchange_server.feeds.day_window import MINUTE_NS, Minute
from exchange_server.feeds.errors import REJECT_STREAM_TOO_SLOW
from exchange_server.journal import Applied
from tests.feeds_support import MARKETS, START_NS, Exchange, Stream, buy, sell
from tests.property.market_clients import CandleClient

MARKET = MARKETS[0]
SECOND, MINUTE, HOUR = 1, 2, 5
SECOND_NS = 1_000_000_000


class Clocked:
    """An exchange whose commands come when the test says."""

    def __init__(self) -> None:
        self.now_ns = START_NS // (3_600 * SECOND_NS) * 3_600 * SECOND_NS
        self.exchange = Exchange(clock_ns=lambda: self.now_ns)

    def trade(self, price: int, lots: int = 1, publish: bool = True) -> None:
        for command in (sell(0, price, lots), buy(1, price, lots)):
            self.exchange.apply(command)
            last = self.exchange.applied[-1]
            self.exchange.applied[-1] = Applied(last.sequence, self.now_ns, last.command, last.events)
        if publish:
            self.exchange.release()

    def passes(self, seconds: float) -> None:
        self.now_ns += int(seconds * SECOND_NS)
        self.exchange.feeds.on_time(self.now_ns)

    def follow(self, interval: int) -> tuple[CandleClient, Stream[StreamCandlesResponse]]:
        client, stream = CandleClient(), self.exchange.streams.candles(MARKET, interval)
        read(client, stream)
        return client, stream


def read(client: CandleClient, stream: Stream[StreamCandlesResponse]) -> int:
    """Read all that there is; return the number of messages."""
    messages = 0
    while (message := stream.poll()) is not None:
        client.take(message)
        messages += 1
    return messages


def figures(candle: Candle) -> tuple[str, str, str, str, int, bool]:
    return candle.open, candle.high, candle.low, candle.close, candle.trade_count, candle.closed


async def test_a_stream_begins_with_the_present_candle_of_all_its_trades() -> None:
    clocked = Clocked()
    for price in (100, 110, 90, 104):
        clocked.trade(price)
        clocked.passes(70)
    client, _ = clocked.follow(HOUR)
    (candle,) = client.candles.values()
    assert figures(candle) == ("50", "55", "45", "52", 4, False)
    client, _ = clocked.follow(MINUTE)
    assert not client.candles, "the last one is over"


async def test_a_candle_closes_by_the_next_trade_or_by_time_whichever_comes_first() -> None:
    clocked = Clocked()
    client, stream = clocked.follow(MINUTE)
    assert client.sequence is not None
    clocked.trade(100)
    clocked.now_ns += MINUTE_NS
    clocked.trade(101)
    assert read(client, stream) == 1
    first, second = client.candles.values()
    assert (first.closed, second.closed) == (True, False)
    sequence = client.sequence
    clocked.passes(59)
    assert read(client, stream) == 0
    clocked.passes(1)
    assert read(client, stream) == 1
    assert client.candles[max(client.candles)].closed
    assert client.sequence == sequence, "nothing was traded"


async def test_a_candle_does_not_close_while_something_traded_in_it_may_be_unpublished() -> None:
    clocked = Clocked()
    clocked.trade(100)
    client, stream = clocked.follow(MINUTE)
    clocked.passes(59)
    clocked.trade(103, publish=False)
    clocked.passes(2)
    assert read(client, stream) == 0
    clocked.exchange.release()
    clocked.passes(0.1)
    read(client, stream)
    (candle,) = client.candles.values()
    assert figures(candle) == ("50", "51.5", "50", "51.5", 2, True)


async def test_a_reader_that_joins_meanwhile_gets_that_candle_before_it_closes() -> None:
    clocked = Clocked()
    clocked.trade(100)
    clocked.passes(59)
    clocked.trade(103, publish=False)
    clocked.passes(2)
    client, stream = clocked.follow(MINUTE)
    assert [candle.closed for candle in client.candles.values()] == [False]
    clocked.exchange.release()
    clocked.passes(0.1)
    read(client, stream)
    assert [figures(candle)[4:] for candle in client.candles.values()] == [(2, True)]


async def test_a_slow_reader_gets_the_newest_state_of_every_candle_in_one_message() -> None:
    clocked = Clocked()
    client, stream = clocked.follow(SECOND)
    for price in range(100, 120):
        clocked.trade(price)
        clocked.passes(0.5)
    assert read(client, stream) == 1
    assert len(client.candles) == 10
    assert [candle.close for candle in client.candles.values()] == [f"{price / 2:g}" for price in range(101, 120, 2)]


async def test_the_slowest_reader_ends_when_more_candles_changed_than_are_remembered() -> None:
    clocked = Clocked()
    _, slow = clocked.follow(SECOND)
    client, fast = clocked.follow(SECOND)
    for _ in range(MAX_CANDLES + 1):
        clocked.trade(100)
        clocked.passes(1)
        read(client, fast)
    with pytest.raises(StreamRefused) as refused:
        slow.poll()
    assert refused.value.reason == REJECT_STREAM_TOO_SLOW
    assert len(client.candles) == MAX_CANDLES + 1


async def test_a_candle_whose_beginning_is_not_known_is_told_when_it_has_come_from_the_history() -> None:
    clocked = Clocked()
    clocked.trade(100)
    clocked.passes(1_000)
    # The feeds begin anew, and know nothing of before.
    engine = clocked.exchange.engine
    clocked.exchange.feeds = type(clocked.exchange.feeds)(engine, 0.0, clock_ns=lambda: clocked.now_ns)
    window = clocked.exchange.feeds.day_window(MARKET)
    clocked.exchange.feeds._published.time_ns = TimeNs(clocked.now_ns)
    window._known_minute = clocked.now_ns // MINUTE_NS + 1
    client, stream = clocked.follow(HOUR)
    assert not client.candles
    clocked.passes(100)
    clocked.trade(104)
    assert read(client, stream) == 0
    start = (clocked.now_ns - 1_100 * SECOND_NS) // MINUTE_NS
    window.seed([Minute(start, Ticks(100), Ticks(100), Ticks(100), Ticks(100), Lots(1), Atoms(50), 1)], 2, None)
    clocked.passes(0.1)
    read(client, stream)
    (candle,) = client.candles.values()
    assert figures(candle) == ("50", "52", "50", "52", 2, False)
