"""The SDK's streams of market data against the real server, both clients."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

import exchange_sdk as sdk
from exchange_sdk.local_order_book import book_checksum
from tests.integration.exchange_fixture import BUY, MARKET, SELL, Exchange, Trader
from tests.integration.sdk_fixture import AnyClient, AnyStream


@pytest.fixture(params=[sdk.AsyncClient, sdk.Client])
async def client(request: pytest.FixtureRequest, exchange: Exchange, alice: Trader) -> AsyncIterator[AnyClient]:
    client = AnyClient(request.param(exchange.process.address, api_key=alice.api_key))
    yield client
    await client("cancel_all_orders")
    await client.close()


async def until(stream: AnyStream, holds: Callable[[Any], bool]) -> Any:
    """Return the first event for which something holds."""
    for _ in range(200):
        event = await stream.next()
        if holds(event):
            return event
    raise AssertionError("the event did not come")


async def test_bbo_and_ticker_come_at_once_and_at_every_change(
    exchange: Exchange, client: AnyClient, alice: Trader, bob: Trader
) -> None:
    async with (
        AnyStream(await client("stream_bbo", MARKET)) as bbo,
        AnyStream(await client("stream_ticker", MARKET)) as ticker,
    ):
        first = await bbo.next()
        assert isinstance(first, sdk.Bbo)
        assert isinstance(await ticker.next(), sdk.Ticker)
        exchange.place(alice, BUY, "100", "1")
        exchange.place(alice, SELL, "101", "2")
        newest = await until(bbo, lambda event: event.bid and event.ask)
        assert (newest.bid, newest.ask) == ((Decimal(100), Decimal(1)), (Decimal(101), Decimal(2)))
        assert (newest.spread, newest.mid) == (Decimal(1), Decimal("100.5"))
        assert newest.hops is not None
        assert newest.hops.total is not None
        assert timedelta(0) <= newest.hops.total < timedelta(seconds=20)
        exchange.place(bob, BUY, "101", "0.5")
        told = await until(ticker, lambda event: event.ask == (Decimal(101), Decimal("1.5")))
        assert (told.last_price, told.last_quantity, told.bid) == (101, Decimal("0.5"), (Decimal(100), Decimal(1)))


async def test_candles_and_trades_tell_the_same(
    exchange: Exchange, client: AnyClient, alice: Trader, bob: Trader
) -> None:
    async with (
        AnyStream(await client("stream_candles", MARKET, "1d")) as candles,
        AnyStream(await client("stream_trades", MARKET)) as trades,
    ):
        # A heartbeat says that the stream of trades is open.
        exchange.place(alice, SELL, "102", "2")
        exchange.place(bob, BUY, "102", "0.25")
        trade = await trades.next()
        assert isinstance(trade, sdk.Trade)
        assert trade.hops is not None
        candle = await until(candles, lambda event: event.close == trade.price)
        assert candle.interval is sdk.CandleInterval.DAY_1
        assert candle.open_time <= trade.trade_time < candle.close_time
        assert not candle.closed


async def test_views_of_a_book_are_the_whole_book_seen_through_them(
    exchange: Exchange, client: AnyClient, alice: Trader
) -> None:
    async with (
        AnyStream(await client("stream_order_book", MARKET)) as whole,
        AnyStream(await client("stream_order_book", MARKET, depth=2)) as best,
        AnyStream(await client("stream_order_book", MARKET, price_step=Decimal(5), interval=0.05)) as grouped,
    ):
        for price in ("100", "99.5", "98", "94.5"):
            exchange.place(alice, BUY, price, "1")
        for price in ("111", "112", "115"):
            exchange.place(alice, SELL, price, "1")
        gone = exchange.place(alice, SELL, "115.5", "1")
        await client("cancel_order", order_id=gone.order_id)
        exchange.place(alice, BUY, "99", "2")
        sequence = (await until(whole, lambda event: _quantity(event.bids, "99") == 2)).sequence
        full = whole.stream.book
        assert full.sequence == sequence
        while best.stream.book.bids() != full.bids(2) or best.stream.book.asks() != full.asks(2):
            await best.next()
        # Bids are rounded down to the step, asks up.
        wanted = ([(Decimal(100), 1), (Decimal(95), 4), (Decimal(90), 1)], [(Decimal(115), 3)])
        while [*map(tuple, grouped.stream.book.bids())] != wanted[0] or [
            *map(tuple, grouped.stream.book.asks())
        ] != wanted[1]:
            await grouped.next()
        market = await client("get_market", MARKET)
        shown = await client("get_order_book", MARKET)
        decimals = market.price_decimals, market.quantity_decimals
        assert full.checksum() == shown.checksum == book_checksum(shown.asks, shown.bids, *decimals)


def _quantity(levels: tuple[sdk.PriceLevel, ...], price: str) -> Decimal | None:
    return next((level.quantity for level in levels if level.price == Decimal(price)), None)


async def test_the_queues_of_a_market_and_the_place_of_an_order_in_them(
    exchange: Exchange, client: AnyClient, alice: Trader, bob: Trader
) -> None:
    async with AnyStream(await client("stream_orders", MARKET)) as stream:
        first = exchange.place(bob, BUY, "90", "1")
        mine = exchange.place(alice, BUY, "90", "2")
        behind = exchange.place(bob, BUY, "90", "3")
        queues = stream.stream.queues
        while behind.order_id not in queues:
            await stream.next()
        position = queues.position(mine.order_id)
        assert (position.quantity_ahead, position.orders_ahead, position.quantity) == (1, 1, 2)
        assert queues.levels(sdk.Side.BUY, 1) == (sdk.PriceLevel(Decimal(90), Decimal(6)),)
        # More quantity, or another price, goes to the end; less keeps its place.
        await client("amend_order", order_id=mine.order_id, quantity="1.5")
        exchange.place(alice, SELL, "90", "1")
        while first.order_id in queues:
            await stream.next()
        assert queues.position(mine.order_id).quantity_ahead == 0
        await client("amend_order", order_id=mine.order_id, quantity=4)
        while queues.position(mine.order_id).quantity_ahead == 0:
            await stream.next()
        assert [order.order_id for order in queues.bids()] == [behind.order_id, mine.order_id]
        exchange.place(alice, SELL, "90", "3")
        while behind.order_id in queues:
            await stream.next()
        assert queues.in_sync


async def test_one_stream_follows_many_channels_that_come_and_go(
    exchange: Exchange, client: AnyClient, alice: Trader, bob: Trader
) -> None:
    book, trades, account = sdk.BookChannel(MARKET), sdk.TradesChannel(MARKET), sdk.AccountChannel()
    async with AnyStream(await client("subscribe", book, account)) as stream:
        subscription, calls = stream.stream, AnyClient(stream.stream)
        kinds = {type((await stream.next()).event) for _ in range(2)}
        assert kinds == {sdk.OrderBook, sdk.AccountSnapshot}
        await calls("add", trades, sdk.BboChannel(MARKET))
        assert len(subscription.channels) == 4
        exchange.place(alice, SELL, "103", "1")
        exchange.place(bob, BUY, "103", "0.5")
        seen: set[Any] = set()
        while not {(trades, sdk.Trade), (account, sdk.AccountUpdate), (book, sdk.OrderBookDelta)} <= seen:
            event = await stream.next()
            seen.add((event.channel, type(event.event)))
        assert (subscription.position_of(trades) or 0) >= 1
        assert subscription.position_of(book) is None
        await calls("remove", trades)
        with pytest.raises(sdk.NotFound):
            await calls("add", sdk.TickerChannel("NO-MARKET"))
        assert trades not in subscription.channels
        exchange.place(bob, BUY, "103", "0.25")
        while True:
            event = await stream.next()
            assert event.channel != trades
            if event.channel == book and subscription.book(book).best_ask == (Decimal(103), Decimal("0.25")):
                break


async def test_a_subscription_to_a_market_that_is_not_there_is_refused(client: AnyClient) -> None:
    for channel in (sdk.BboChannel("NO-MARKET"), sdk.BookChannel("NO-MARKET")):
        stream = AnyStream(await client("subscribe", channel))
        with pytest.raises(sdk.NotFound):
            async with stream:
                await stream.next()


async def test_a_heartbeat_tells_how_far_the_exchange_is(exchange: Exchange, client: AnyClient) -> None:
    async with AnyStream(await client("stream_trades", MARKET)) as stream:
        waiting = asyncio.ensure_future(stream.next())
        async with asyncio.timeout(20):
            while stream.stream.heartbeat is None or stream.stream.heartbeat.sequence < exchange.state()[0]:
                await asyncio.sleep(0.05)
        await AnyClient(stream.stream).close() if isinstance(client.client, sdk.AsyncClient) else stream.stream.close()
        await asyncio.gather(waiting, return_exceptions=True)
