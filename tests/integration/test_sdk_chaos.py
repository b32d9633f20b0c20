"""Streams that lose, repeat, swap and cut messages: no divergence goes unnoticed by the SDK.

After every event the local book is equal to what the exchange said of that sequence, or the SDK has said that it is
not; trades and account updates have no gap and no repetition.
"""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

import exchange_sdk as sdk
from exchange_sdk import _market_requests as requests
from exchange_server.cli.output import number
from tests.chaos_proxy import FAULTS, ChaosProxy, Key, level_mark
from tests.integration.exchange_fixture import MARKET, Exchange, Trader

UPDATES = {"full": 100_000, "nightly": 1_000_000}.get(os.environ.get("EXCHANGE_TEST_SIZE", ""), 12_000)
"""Messages with something in them that pass through the proxy: at least so many."""
RATE = 0.02
SECONDS = 110 if UPDATES < 100_000 else 3_600

pytestmark = pytest.mark.timeout(SECONDS + 10)

BOOK = sdk.BookChannel(MARKET)
VIEW = sdk.BookChannel(MARKET, depth=5, price_step=2)
ORDERS = sdk.OrdersChannel(MARKET)
TRADES = sdk.TradesChannel(MARKET)
BBO = sdk.BboChannel(MARKET)
ACCOUNT = sdk.AccountChannel()
FILLS = sdk.FillsChannel()
CHANNELS: tuple[sdk.Channel, ...] = (BOOK, VIEW, ORDERS, TRADES, BBO, ACCOUNT, FILLS)


@dataclass
class Listener:
    """Follows through the proxy and compares, event by event; `flaws` stays empty."""

    proxy: ChaosProxy
    events: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    flaws: list[str] = field(default_factory=list)
    last_trade: int | None = None
    fills: list[int] = field(default_factory=list)
    updates: list[int] = field(default_factory=list)
    bbo: int = 0
    sequences: dict[sdk.Channel, int] = field(default_factory=dict)

    def take(self, channel: sdk.Channel, event: Any, book: Any) -> None:
        """Take one event, with the book or the queues as they are now."""
        self.events[type(channel).__name__] += 1
        match event:
            case sdk.Reconnected() | sdk.Resynced():
                self.notices[type(event).__name__] += 1
                self.causes[type(event.cause).__name__] += 1
            case sdk.ChannelClosed():
                self.flaws.append(f"{channel} ended: {event.cause}")
            case sdk.Trade():
                if event.trade_id != (self.last_trade or event.trade_id - 1) + 1:
                    self.flaws.append(f"trade {event.trade_id} after {self.last_trade}")
                self.last_trade = event.trade_id
                if self.proxy.truth.trades[event.trade_id] != (number(event.price), number(event.quantity)):
                    self.flaws.append(f"trade {event.trade_id} is another")
            case sdk.AccountUpdate():
                sizes = (len(event.orders), len(event.fills), len(event.balances))
                if self.proxy.truth.updates[event.sequence] != sizes:
                    self.flaws.append(f"the update {event.sequence} is another")
                self.updates.append(event.sequence)
            case sdk.Fill():
                if self.proxy.truth.fills[event.trade_id] != (number(event.price), number(event.quantity)):
                    self.flaws.append(f"the fill of trade {event.trade_id} is another")
                self.fills.append(event.trade_id)
            case sdk.Bbo():
                prices = tuple("" if level is None else number(level.price) for level in (event.bid, event.ask))
                if self.proxy.truth.bbos[event.sequence] != prices or event.sequence < self.bbo:
                    self.flaws.append(f"the BBO at {event.sequence} is another, or older than {self.bbo}")
                self.bbo = event.sequence
        if book is not None:
            self._compare(channel, book)

    def _compare(self, channel: sdk.Channel, book: Any) -> None:
        if not book.in_sync:
            self.flaws.append(f"{channel} is out of sync, and nothing was said")
            return
        key, rows = (_queue_rows if isinstance(channel, sdk.OrdersChannel) else _book_rows)(channel, book)
        digest = 0
        for row in rows:
            digest ^= level_mark(*row)
        if self.proxy.truth.books[key].get(book.sequence) != digest:
            self.flaws.append(f"{channel} at {book.sequence} is not what the exchange said")
        self.sequences[channel] = book.sequence


def book_request(channel: sdk.BookChannel) -> bytes:
    """Return the request of a book's stream, by which the proxy knows it."""
    request = requests.stream_order_book(channel.market, channel.depth, channel.price_step, channel.interval)
    return request.SerializeToString()


def orders_request(channel: sdk.OrdersChannel) -> bytes:
    return requests.stream_orders(channel.market).SerializeToString()


def _book_rows(channel: Any, book: sdk.LocalOrderBook) -> tuple[Key, list[tuple[str, str, str]]]:
    sides = (("bid", book.bids()), ("ask", book.asks()))
    rows = [(side, number(level.price), number(level.quantity)) for side, levels in sides for level in levels]
    return ("order_book", book_request(channel)), rows


def _queue_rows(channel: Any, queues: sdk.LocalOrderQueues) -> tuple[Key, list[tuple[str, str, str]]]:
    sides = (("bid", queues.bids()), ("ask", queues.asks()))
    rows = [
        (side, str(order.order_id), f"{number(order.price)}:{number(order.quantity)}")
        for side, orders in sides
        for order in orders
    ]
    return ("orders", orders_request(channel)), rows


async def follow_each(client: sdk.AsyncClient, listener: Listener, opened: Callable[[], None]) -> None:
    """Follow every channel by a stream of its own."""

    async def follow(channel: sdk.Channel, stream: Any, local: Callable[[Any], Any]) -> None:
        async with stream:
            opened()
            async for event in stream:
                listener.take(channel, event, local(stream))

    async with asyncio.TaskGroup() as group:
        for book in (BOOK, VIEW):
            stream = client.stream_order_book(MARKET, book.depth, book.price_step)
            group.create_task(follow(book, stream, lambda stream: stream.book))
        group.create_task(follow(ORDERS, client.stream_orders(MARKET), lambda stream: stream.queues))
        group.create_task(follow(TRADES, client.stream_trades(MARKET), lambda stream: None))
        group.create_task(follow(BBO, client.stream_bbo(MARKET), lambda stream: None))
        group.create_task(follow(FILLS, client.stream_fills(), lambda stream: None))
        group.create_task(follow(ACCOUNT, client.stream_account(), lambda stream: None))


async def follow_all(client: sdk.AsyncClient, listener: Listener, opened: Callable[[], None]) -> None:
    """Follow every channel on one stream."""
    async with client.subscribe(*CHANNELS) as subscription:
        for _ in CHANNELS:
            opened()
        async for channel, event in subscription:
            listener.take(channel, event, _local(subscription, channel))


async def follow_blocking(client: sdk.AsyncClient, listener: Listener, opened: Callable[[], None]) -> None:
    """Follow every channel on one stream of the blocking client, in a thread of its own."""
    key = client._connection.metadata[0][1].removeprefix("Bearer ")
    quick = sdk.RetryPolicy(initial=0.001, maximum=0.01)
    with sdk.Client(client.address, api_key=key, retry=quick) as blocking:
        subscription = blocking.subscribe(*CHANNELS)

        def read() -> None:
            with subscription:
                for _ in CHANNELS:
                    opened()
                for channel, event in subscription:
                    listener.take(channel, event, _local(subscription, channel))

        reading = asyncio.create_task(asyncio.to_thread(read))
        try:
            await asyncio.shield(reading)
        finally:
            subscription.close()
            await reading


def _local(subscription: sdk.AsyncSubscription | sdk.Subscription, channel: sdk.Channel) -> Any:
    """Return the book or the queues of a channel. Before its first event it has none; a notice comes with one."""
    match channel:
        case sdk.BookChannel():
            return subscription.book(channel)
        case sdk.OrdersChannel():
            return subscription.queues(channel)
    return None


async def trade(clients: list[sdk.AsyncClient], random_: random.Random, go_on: Callable[[], bool]) -> None:
    """Place and cancel around one price, in small batches of one account after the other, until it is enough."""
    open_ids: list[list[int]] = [[] for _ in clients]
    async with AsyncExitStack() as stack:
        sessions = [await stack.enter_async_context(client.order_entry()) for client in clients]
        while go_on():
            number_ = random_.randrange(len(clients))
            mine = open_ids[number_]
            items: list[Any] = []
            for _ in range(random_.randint(1, 3)):
                if len(mine) > 15 or (mine and random_.random() < 0.3):
                    items.append(sdk.CancelOrder(order_id=mine.pop(random_.randrange(len(mine)))))
                    continue
                price = 100 + Decimal(random_.randint(-9, 9)) / 2
                side = "buy" if price < 100 else "sell" if price > 100 else random_.choice(["buy", "sell"])
                if random_.random() < 0.1:
                    side = "sell" if side == "buy" else "buy"
                quantity = Decimal(random_.randint(20, 3000)) / 1000
                items.append(sdk.NewOrder(market=MARKET, side=side, quantity=quantity, price=price))
            for result in await sessions[number_].batch(items):
                if result.status is sdk.OrderStatus.OPEN:
                    mine.append(result.order_id)


@pytest.fixture
async def proxy(exchange: Exchange) -> AsyncIterator[ChaosProxy]:
    async with ChaosProxy(exchange.process.address, rate=0.0, seed=7) as proxy:
        yield proxy


@pytest.mark.parametrize("follow", [follow_each, follow_all, follow_blocking])
async def test_no_divergence_goes_unnoticed(
    exchange: Exchange, alice: Trader, bob: Trader, proxy: ChaosProxy, follow: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    listener = Listener(proxy)
    began = time.monotonic()
    wanted = UPDATES // 3
    opened: list[None] = []
    quick = sdk.RetryPolicy(initial=0.001, maximum=0.01)

    def go_on() -> bool:
        assert time.monotonic() - began < SECONDS / 2, f"only {proxy.truth.messages} came"
        assert not following.done(), following.result()
        return not listener.flaws and proxy.truth.messages.total() < wanted

    async with (
        sdk.AsyncClient(proxy.address, api_key=alice.api_key, retry=quick) as client,
        sdk.AsyncClient(exchange.process.address, api_key=alice.api_key) as direct,
        sdk.AsyncClient(exchange.process.address, api_key=bob.api_key) as other,
    ):
        following = asyncio.create_task(follow(client, listener, lambda: opened.append(None)))
        async with asyncio.timeout(20):
            while len(opened) < len(CHANNELS):
                await asyncio.sleep(0.01)
                assert not following.done(), following.result()
        proxy.rate = RATE
        await trade([direct, other], random.Random(11), go_on)
        # Nothing is lost any more; one more change of everything, and all must be as the exchange is.
        proxy.rate = 0.0
        await direct.cancel_all_orders()
        await other.cancel_all_orders()
        for side, price in (("sell", 100), ("buy", 90), ("sell", 110)):
            await direct.place_order(market=MARKET, side=side, quantity=1, price=price)
        await other.place_order(market=MARKET, side="buy", quantity="0.5", price=100)
        await settled(listener, following, direct)
        # The proxy may hear of what comes now when nobody follows any more.
        known = sorted(proxy.truth.updates)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await direct.cancel_all_orders()

    assert listener.flaws == []
    assert set(proxy.faults) == set(FAULTS)
    assert proxy.truth.messages.total() >= wanted
    # Every update of the account was handed out once, in order, whatever happened to its messages.
    assert listener.updates == known[known.index(listener.updates[0]) :]
    assert listener.last_trade == max(proxy.truth.trades)
    assert listener.fills == sorted(proxy.truth.fills)
    # What was lost, repeated or swapped was noticed, each kind of notice among them.
    assert listener.notices["Resynced"] > wanted * RATE / 20
    assert {"Gap", "UnexpectedAnswer"} <= set(listener.causes)
    with capsys.disabled():
        print(
            f"\n{follow.__name__}: {proxy.truth.messages.total():,} updates in {time.monotonic() - began:.1f} s, "
            f"faults {dict(proxy.faults)}, notices {dict(listener.notices)}, causes {dict(listener.causes)}"
        )


async def settled(listener: Listener, following: "asyncio.Task[None]", direct: sdk.AsyncClient) -> None:
    """Wait until every book is at the exchange's last change and every trade and update has come."""
    shown = await direct.get_order_book(MARKET)
    async with asyncio.timeout(30):
        while (
            min((listener.sequences.get(channel, 0) for channel in (BOOK, ORDERS)), default=0) < shown.sequence
            or not listener.updates
            or listener.updates[-1] < shown.sequence
            or (listener.last_trade or 0) < max(listener.proxy.truth.trades, default=0)
            or len(listener.fills) < len(listener.proxy.truth.fills)
        ):
            assert not following.done(), following.result()
            assert not listener.flaws
            await asyncio.sleep(0.02)
