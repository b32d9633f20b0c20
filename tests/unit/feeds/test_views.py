"""Views of a book, its best prices and its ticker: what is shown, when, and to whom."""

import pytest

from exchange.v1 import types_pb2
from exchange.v1.market_streams_pb2 import StreamBboResponse, StreamOrderBookResponse
from exchange_server.engine.commands import SetMarketStatus
from exchange_server.engine.types import MARKET_HALTED, MARKET_OPEN, SIDE_SELL
from exchange_server.feeds import StreamRefused
from exchange_server.feeds.book_views import BookView
from exchange_server.feeds.books import MAX_VIEWS
from exchange_server.feeds.errors import REJECT_OVERLOADED
from tests.feeds_support import MARKETS, START_NS, Exchange, Stream, buy, cancel, sell, special

MARKET = MARKETS[0]


def pairs(message: StreamOrderBookResponse | None) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    assert message is not None
    event = message.snapshot if message.HasField("snapshot") else message.delta
    return [(x.price, x.quantity) for x in event.bids], [(x.price, x.quantity) for x in event.asks]


def begun(exchange: Exchange, depth: int = 0, step_ticks: int = 1) -> Stream[StreamOrderBookResponse]:
    stream = exchange.streams.order_book(MARKET, depth, step_ticks)
    assert stream.poll() is not None
    return stream


def test_prices_are_put_together_bids_down_and_asks_up() -> None:
    exchange = Exchange()
    exchange.run(buy(0, 99, 1), buy(0, 100, 2), buy(0, 103, 4), sell(1, 104, 1), sell(1, 105, 2), sell(1, 108, 4))
    first = exchange.streams.order_book(MARKET, 0, 4).poll()
    # A tick is 0.5: steps of 2.
    assert pairs(first) == ([("50", "0.006"), ("48", "0.001")], [("52", "0.001"), ("54", "0.006")])


def test_a_bid_below_the_first_step_is_shown_at_zero() -> None:
    exchange = Exchange()
    exchange.run(buy(0, 3, 5), buy(0, 12, 1))
    stream = exchange.streams.order_book(MARKET, 0, 10)
    message = stream.poll()
    assert pairs(message) == ([("5", "0.001"), ("0", "0.005")], [])
    order_id = exchange.run(buy(1, 1, 2))[0].sequence
    assert pairs(stream.poll()) == ([("0", "0.007")], [])
    exchange.run(cancel(1, order_id))
    assert pairs(stream.poll()) == ([("0", "0.005")], [])


def test_a_level_that_leaves_the_best_ones_is_removed_and_comes_back_whole() -> None:
    exchange = Exchange()
    exchange.run(buy(0, 100, 1), buy(0, 99, 2), buy(0, 98, 3))
    stream = begun(exchange, depth=2)
    order_id = exchange.run(buy(1, 101, 4))[0].sequence
    assert pairs(stream.poll()) == ([("50.5", "0.004"), ("49.5", "0")], [])
    exchange.run(cancel(1, order_id))
    assert pairs(stream.poll()) == ([("50.5", "0"), ("49.5", "0.002")], [])


def test_what_a_view_does_not_show_is_no_message() -> None:
    exchange = Exchange()
    exchange.run(buy(0, 100, 1), buy(0, 99, 2), buy(0, 98, 3))
    stream, whole = begun(exchange, depth=2), begun(exchange)
    sequence = exchange.run(buy(1, 90, 4))[0].sequence
    assert stream.poll() is None
    assert whole.poll() is not None
    exchange.run(buy(1, 100, 1))
    message = stream.poll()
    assert message is not None
    assert message.delta.prev_sequence < sequence < message.delta.sequence


def test_a_view_is_computed_once_for_all_its_readers_and_dropped_with_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exchange = Exchange()
    computed = 0
    follow = BookView.follow

    def counted(self: BookView, *arguments: object) -> None:
        nonlocal computed
        computed += 1
        follow(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(BookView, "follow", counted)
    readers = [begun(exchange, 5, 2) for _ in range(3)]
    exchange.run(buy(0, 100, 1))
    assert computed == 1
    messages = [reader.reader.poll() for reader in readers]
    assert messages[0] is messages[1] is messages[2] is not None
    for reader in readers:
        reader.reader.leave()
    exchange.run(buy(0, 101, 1))
    assert computed == 1
    assert not exchange.feeds.book(MARKET).watched


def test_different_views_of_a_book_are_bounded() -> None:
    exchange = Exchange()
    readers = [begun(exchange, depth) for depth in range(1, MAX_VIEWS + 1)]
    with pytest.raises(StreamRefused) as refused:
        exchange.streams.order_book(MARKET, MAX_VIEWS + 1)
    assert refused.value.reason == REJECT_OVERLOADED
    begun(exchange, 1).reader.leave()
    readers.pop().reader.leave()
    begun(exchange, MAX_VIEWS + 1)


def bests(message: StreamBboResponse | None) -> tuple[str, str]:
    assert message is not None
    return message.update.bbo.bid.price, message.update.bbo.ask.price


def test_best_prices_begin_with_what_they_are_and_follow_each_change_only() -> None:
    exchange = Exchange()
    exchange.run(buy(0, 100, 1))
    stream = exchange.streams.bbo(MARKET)
    first = stream.poll()
    assert bests(first) == ("50", "")
    assert first is not None
    assert first.update.prev_sequence == 0
    assert not first.update.bbo.HasField("ask")
    exchange.run(buy(0, 99, 1))
    assert stream.poll() is None
    exchange.run(sell(1, 105, 1))
    exchange.run(sell(1, 104, 1))
    # A slow reader gets the newest, linked to what it was sent.
    message = stream.poll()
    assert bests(message) == ("50", "52")
    assert message is not None
    assert message.update.prev_sequence == first.update.bbo.sequence
    assert message.update.bbo.event_time.ToNanoseconds() == exchange.applied[-1].time_ns


async def test_a_ticker_tells_trades_best_prices_and_once_a_minute_that_the_window_moved() -> None:
    exchange = Exchange(clock_ns=lambda: now_ns)
    now_ns = START_NS
    exchange.run(sell(0, 100, 5), buy(1, 100, 2))
    stream = exchange.streams.ticker(MARKET)
    message = stream.poll()
    assert message is not None
    ticker = message.update.ticker
    assert (ticker.last_price, ticker.last_quantity, ticker.volume, ticker.quote_volume) == (
        "50",
        "0.002",
        "0.002",
        "0.1",
    )
    assert (ticker.trade_count, ticker.ask.price, ticker.HasField("bid")) == (1, "50", False)
    sequence = ticker.sequence
    exchange.feeds.on_time(now_ns + 1)
    assert stream.poll() is None
    now_ns += 61_000_000_000
    exchange.feeds.on_time(now_ns)
    message = stream.poll()
    assert message is not None
    assert (message.update.prev_sequence, message.update.ticker.sequence) == (sequence, sequence)
    assert message.update.ticker.window_start_time.seconds == ticker.window_start_time.seconds + 60
    exchange.run(buy(1, 90, 1))
    message = stream.poll()
    assert message is not None
    assert message.update.ticker.bid.price == "45"
    exchange.run(buy(1, 89, 1))
    assert stream.poll() is None


async def test_a_trade_that_leaves_the_best_prices_as_they_were_is_a_new_ticker() -> None:
    exchange = Exchange(clock_ns=lambda: START_NS)
    exchange.run(special(0, SIDE_SELL, 100, 6, display_lots=2))
    stream, prices = exchange.streams.ticker(MARKET), exchange.streams.bbo(MARKET)
    assert stream.poll() is not None
    assert prices.poll() is not None
    # The next slice of the iceberg shows as much as the one that is gone.
    exchange.run(buy(1, 100, 2))
    message = stream.poll()
    assert message is not None
    assert (message.update.ticker.trade_count, message.update.ticker.ask.quantity) == (1, "0.002")
    assert prices.poll() is None


async def test_a_ticker_tells_at_once_what_its_market_accepts_and_never_before_it_is_durable() -> None:
    exchange = Exchange(clock_ns=lambda: START_NS)
    stream, other = exchange.streams.ticker(MARKET), exchange.streams.ticker(MARKETS[1])
    message = stream.poll()
    assert message is not None
    assert message.update.ticker.status == types_pb2.MARKET_STATUS_OPEN
    assert other.poll() is not None
    before = message.update.ticker.sequence
    exchange.run(buy(0, 90, 1))
    assert stream.poll() is not None

    halted = exchange.apply(SetMarketStatus(MARKET, MARKET_HALTED))
    assert stream.poll() is None
    assert exchange.feeds.ticker(MARKET, START_NS).status == types_pb2.MARKET_STATUS_OPEN
    late = exchange.streams.ticker(MARKET).poll()
    assert late is not None
    assert late.update.ticker.status == types_pb2.MARKET_STATUS_OPEN
    exchange.release()
    message = stream.poll()
    assert message is not None
    ticker = message.update.ticker
    assert (ticker.status, ticker.sequence) == (types_pb2.MARKET_STATUS_HALTED, halted.sequence)
    assert message.update.prev_sequence > before
    assert ticker.event_time.ToNanoseconds() == halted.time_ns
    asked = exchange.feeds.ticker(MARKET, START_NS)
    assert (asked.status, asked.sequence) == (types_pb2.MARKET_STATUS_HALTED, halted.sequence)
    assert other.poll() is None

    # Still the same: nothing to tell.
    exchange.run(SetMarketStatus(MARKET, MARKET_HALTED))
    assert stream.poll() is None
    # What follows nobody reads is known to the next who does.
    stream.reader.leave()
    exchange.run(SetMarketStatus(MARKET, MARKET_OPEN))
    message = exchange.streams.ticker(MARKET).poll()
    assert message is not None
    assert message.update.ticker.status == types_pb2.MARKET_STATUS_OPEN
