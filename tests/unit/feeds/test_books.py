import asyncio
from typing import Any

import pytest

from exchange.v1.market_streams_pb2 import StreamOrderBookResponse
from exchange_server.engine.events import OrderRested
from exchange_server.engine.terms import terms_of
from exchange_server.engine.types import SIDE_BUY, SIDE_SELL, MarketId, TimeNs
from exchange_server.feeds import StreamRefused
from exchange_server.feeds.books import MAX_PENDING, PublishedBook
from exchange_server.feeds.errors import REJECT_MARKET_NOT_FOUND, REJECT_STREAM_TOO_SLOW
from exchange_server.feeds.published import Published
from tests.feeds_support import ACCOUNTS, MARKETS, Exchange, Stream, Streams, buy, cancel, cancel_all, sell
from tests.property.feeds_clients import BookClient


def pairs(message: StreamOrderBookResponse) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    event = message.snapshot if message.HasField("snapshot") else message.delta
    return [(x.price, x.quantity) for x in event.bids], [(x.price, x.quantity) for x in event.asks]


async def joined(exchange: Exchange) -> Stream[StreamOrderBookResponse]:
    stream = exchange.streams.order_book(MARKETS[0])
    assert (await anext(stream)).HasField("snapshot")
    return stream


async def test_a_stream_starts_with_a_snapshot_best_levels_first() -> None:
    exchange = Exchange()
    exchange.run(buy(0, 100, 1), buy(0, 101, 2), sell(1, 103, 3), sell(1, 102, 4))
    message = await anext(exchange.streams.order_book(MARKETS[0]))
    assert pairs(message) == ([("50.5", "0.002"), ("50", "0.001")], [("51", "0.004"), ("51.5", "0.003")])
    assert message.snapshot.sequence == exchange.released
    assert message.snapshot.market == "BTC-USDC"


async def test_a_batch_makes_one_delta_with_the_last_total_of_each_level() -> None:
    exchange = Exchange()
    exchange.run(buy(0, 100, 1))
    stream = await joined(exchange)
    before = exchange.released
    exchange.run(buy(0, 100, 2), buy(1, 99, 1), sell(2, 100, 1), sell(2, 105, 6))
    message = await anext(stream)
    assert pairs(message) == ([("50", "0.002"), ("49.5", "0.001")], [("52.5", "0.006")])
    assert message.delta.prev_sequence == before
    assert message.delta.sequence == exchange.released
    assert message.delta.event_time.ToNanoseconds() == exchange.applied[-1].time_ns
    assert (await anext(stream)).HasField("heartbeat")


async def test_a_removed_level_comes_with_quantity_zero() -> None:
    exchange = Exchange()
    order_id = exchange.run(buy(0, 100, 1))[0].sequence
    stream = await joined(exchange)
    exchange.run(cancel(0, order_id))
    assert pairs(await anext(stream)) == ([("50", "0")], [])


async def test_a_slow_reader_gets_one_delta_that_skips_what_came_and_went() -> None:
    exchange = Exchange()
    exchange.run(buy(0, 100, 1), buy(0, 99, 1))
    stream = await joined(exchange)
    before = exchange.released
    for lots in range(1, 50):
        exchange.run(buy(0, 98, lots))
    exchange.run(cancel_all(0))
    exchange.run(buy(1, 100, 7), sell(2, 110, 1))
    message = await anext(stream)
    assert pairs(message)[1] == [("55", "0.001")]
    assert dict(pairs(message)[0]) == {"50": "0.007", "49.5": "0", "49": "0"}
    assert message.delta.prev_sequence == before
    assert (await anext(stream)).HasField("heartbeat")


async def test_readers_with_the_same_version_share_one_message() -> None:
    exchange = Exchange()
    first, second = await joined(exchange), await joined(exchange)
    exchange.run(buy(0, 100, 1))
    assert first.reader.poll() is second.reader.poll() is not None


async def test_a_batch_that_leaves_the_book_as_it_was_sends_nothing() -> None:
    exchange = Exchange()
    stream = await joined(exchange)
    exchange.apply(buy(0, 100, 1))
    exchange.apply(cancel(0, len(exchange.applied)))
    exchange.release()
    assert (await anext(stream)).HasField("heartbeat")
    exchange.run(buy(0, 100, 1))
    assert (await anext(stream)).HasField("delta")
    exchange.apply(buy(1, 100, 1))
    exchange.apply(cancel(1, len(exchange.applied)))
    exchange.release()
    assert (await anext(stream)).HasField("heartbeat")


async def test_a_delta_leaves_out_what_the_reader_was_sent_before() -> None:
    exchange = Exchange()
    stream = await joined(exchange)
    exchange.run(buy(0, 100, 1))
    assert pairs(await anext(stream)) == ([("50", "0.001")], [])
    exchange.run(buy(0, 99, 1))
    assert pairs(await anext(stream)) == ([("49.5", "0.001")], [])


async def test_a_book_shows_nothing_before_it_is_durable() -> None:
    exchange = Exchange()
    exchange.apply(buy(0, 100, 1))
    assert not exchange.feeds.order_book(MARKETS[0], 10).bids
    assert not (await anext(exchange.streams.order_book(MARKETS[0]))).snapshot.bids
    exchange.release()
    assert len(exchange.feeds.order_book(MARKETS[0], 10).bids) == 1


async def test_a_market_that_opens_while_the_engine_is_ahead_starts_empty_and_follows() -> None:
    from exchange_server.engine.commands import CreateMarket, PlaceOrder
    from exchange_server.engine.types import TIF_GTC, TYPE_LIMIT, Atoms, Lots, Ppm, Ticks

    exchange = Exchange()
    exchange.apply(CreateMarket("ETH", "BTC", 1, 4, 1, 1, Atoms(0), Ppm(0), Ppm(0)))
    market_id = max(exchange.engine.markets)
    opening = exchange.applied[-1]
    order = PlaceOrder(ACCOUNTS[0], market_id, SIDE_BUY, terms_of(TYPE_LIMIT, TIF_GTC, False), Ticks(7), Lots(3), "")
    exchange.apply(order)
    exchange.feeds.on_applied([opening])
    assert not exchange.feeds.order_book(market_id, 10).bids
    exchange.feeds.on_applied(exchange.applied[-1:])
    assert [(level.price, level.quantity) for level in exchange.feeds.order_book(market_id, 10).bids] == [
        ("0.0007", "0.3")
    ]


def test_the_depth_limits_the_levels_and_not_the_checksum() -> None:
    exchange = Exchange()
    exchange.run(*(buy(0, 100 - n, 1) for n in range(20)))
    shallow, deep = exchange.feeds.order_book(MARKETS[0], 3), exchange.feeds.order_book(MARKETS[0], 100)
    assert [level.price for level in shallow.bids] == ["50", "49.5", "49"]
    assert len(deep.bids) == 20
    assert shallow.checksum == deep.checksum != 0
    assert shallow.sequence == deep.sequence == exchange.released


def test_a_book_that_nobody_reads_is_right_after_more_changes_than_it_puts_off() -> None:
    exchange = Exchange()
    exchange.run(buy(0, 5, 1))
    assert len(exchange.feeds.order_book(MARKETS[0], 5_000).bids) == 1
    for n in range(MAX_PENDING * 2 + 10):
        exchange.run(buy(0, 10 + n, 1))
    assert len(exchange.feeds.order_book(MARKETS[0], 5_000).bids) == MAX_PENDING * 2 + 11
    for _ in range(MAX_PENDING * 2):
        exchange.run(sell(1, 10, 1))
    bids = exchange.feeds.order_book(MARKETS[0], 5_000).bids
    assert [level.price for level in bids] == [*(f"{(9 + n) / 2:g}" for n in range(10, 0, -1)), "2.5"]


async def test_an_unknown_market_is_refused_by_name_of_the_reason() -> None:
    feeds = Exchange().feeds
    with pytest.raises(StreamRefused) as refused:
        feeds.order_book(MarketId(99), 10)
    assert refused.value.reason == REJECT_MARKET_NOT_FOUND
    for read in (feeds.read_book, feeds.read_trades, feeds.read_bbo, feeds.read_ticker):
        with pytest.raises(StreamRefused) as refused:
            read(MarketId(99))
        assert refused.value.reason == REJECT_MARKET_NOT_FOUND


class Publisher:
    """Changes the levels of one book directly."""

    def __init__(self, max_changes: int) -> None:
        exchange = Exchange()
        self.applied = exchange.applied[-1]
        market = exchange.engine.markets[MARKETS[0]]
        self.book = PublishedBook(market, (), (), 1, TimeNs(0), max_changes)
        self.sequence = 1

    def join(self) -> Stream[StreamOrderBookResponse]:
        return Stream(self.book.join(Published(1, TimeNs(0), 5.0), 0, 1, 0), StreamOrderBookResponse)

    def change(self, *prices: int) -> None:
        self.sequence += 1
        for price in prices:
            self.book.pending[price] = self.sequence
        self.book.pending_of = type(self.applied)(self.sequence, 0, self.applied.command, [])
        self.book.publish()


def test_the_slowest_reader_ends_when_more_levels_changed_than_are_remembered() -> None:
    publisher = Publisher(max_changes=10)
    slow, fast = publisher.join(), publisher.join()
    assert slow.poll()
    for price in range(1, 11):
        assert fast.poll()
        publisher.change(price)
    slow.reader.check()
    assert fast.poll()
    publisher.change(11)
    with pytest.raises(StreamRefused) as refused:
        slow.poll()
    assert refused.value.reason == REJECT_STREAM_TOO_SLOW
    message = fast.poll()
    assert message is not None
    assert [level.price for level in message.delta.asks] == ["5.5"]


def test_what_every_reader_has_makes_room_before_anybody_ends() -> None:
    publisher = Publisher(max_changes=10)
    stream = publisher.join()
    assert stream.poll()
    for start in range(1, 100, 5):
        publisher.change(*range(start, start + 5))
        assert stream.poll()
    publisher.change(1000)
    message = stream.poll()
    assert message is not None
    assert [level.price for level in message.delta.asks] == ["500"]


async def test_tasks_that_read_at_their_own_pace_all_end_with_the_same_book() -> None:
    exchange = Exchange(heartbeat_s=30.0)
    market = exchange.engine.markets[MARKETS[0]]
    messages = [0] * 6
    done = asyncio.Event()

    async def read(index: int) -> BookClient:
        client = BookClient(market.price_decimals, market.quantity_decimals)
        stream = exchange.streams.order_book(MARKETS[0])
        async for message in stream:
            client.take(message)
            messages[index] += 1
            if done.is_set() and client.sequence == exchange.released:
                break
            for _ in range(index * index * 4):
                await asyncio.sleep(0)
        await stream.aclose()
        return client

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(read(index)) for index in range(6)]
        for n in range(500):
            exchange.run(buy(n % 3, 80 + n % 17, 1 + n % 5), sell((n + 1) % 3, 82 + n % 19, 1 + n % 4))
            await asyncio.sleep(0)
        done.set()
        exchange.run(sell(0, 5_000, 1))
    books = [task.result() for task in tasks]
    whole = exchange.feeds.order_book(MARKETS[0], 5_000)
    for client in books:
        assert client.bids == {level.price: level.quantity for level in whole.bids}
        assert client.asks == {level.price: level.quantity for level in whole.asks}
    assert messages[0] > 400
    assert messages[5] < 50, "a reader a hundred times slower must get far fewer messages"


def test_level_changes_are_told_by_side() -> None:
    exchange = Exchange()
    applied = exchange.run(buy(0, 100, 1), sell(1, 101, 1))
    sides = [event.order.side for one in applied for event in one.events if isinstance(event, OrderRested)]
    assert sides == [SIDE_BUY, SIDE_SELL]
    book = exchange.feeds.order_book(MARKETS[0], 10)
    assert [level.price for level in book.bids] == ["50"]
    assert [level.price for level in book.asks] == ["50.5"]


async def test_a_stream_that_is_abandoned_in_any_place_leaves_no_reader_behind() -> None:
    exchange = Exchange(heartbeat_s=30.0)
    exchange.apply(buy(0, 100, 1))  # not released: the account's snapshot waits
    feeds = exchange.feeds
    streams = (
        Streams(feeds).order_book(MARKETS[0]),
        Streams(feeds).trades(MARKETS[0]),
        Streams(feeds).account(ACCOUNTS[0]),
        Streams(feeds).fills(ACCOUNTS[0]),
        Streams(feeds).bbo(MARKETS[0]),
        Streams(feeds).ticker(MARKETS[0]),
        Streams(feeds).candles(MARKETS[0], 2),
        Streams(feeds).order_book(MARKETS[0], 10, 5),
    )

    async def read(stream: Stream[Any]) -> None:
        try:
            async for _ in stream:
                pass
        finally:
            await stream.aclose()

    tasks = [asyncio.create_task(read(stream)) for stream in streams]
    assert feeds.readers == len(streams)
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert feeds.readers == 0
    market = feeds._markets[MARKETS[0]]
    assert not market.book.watched
    assert not market.tape.readers
    assert not market.timed
    assert not feeds._histories.by_account[ACCOUNTS[0]].readers
    exchange.release()
    abandoned = Streams(feeds).order_book(MARKETS[0])
    await anext(abandoned)
    assert feeds.readers == 1
    await abandoned.aclose()
    assert feeds.readers == 0
