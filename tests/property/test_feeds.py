"""Whoever applies what a stream sends has what the engine has, however slowly it reads and whenever it joined."""

import asyncio
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.v1.account_streams_pb2 import StreamAccountResponse
from exchange.v1.market_streams_pb2 import StreamOrderBookResponse
from exchange_server.engine import Engine
from exchange_server.engine.commands import (
    BatchItem,
    BatchOrders,
    CancelSessionOrders,
    Command,
    ExpireOrders,
    SetTradeGroup,
)
from exchange_server.engine.types import (
    SIDE_BUY,
    SIDE_SELL,
    TIF_GTT,
    TYPE_MARKET,
    TYPE_STOP_LIMIT,
    TYPE_STOP_MARKET,
    TYPE_TAKE_PROFIT_LIMIT,
    AccountId,
    Sequence,
    TimeNs,
)
from exchange_server.feeds import Feeds, StreamRefused
from exchange_server.feeds.errors import REJECT_SEQUENCE_IN_FUTURE, REJECT_SEQUENCE_TOO_OLD
from exchange_server.wire.accounts import balance_message
from exchange_server.wire.orders import present_order_message
from exchange_server.wire.units import format_price, format_quantity
from tests.feeds_support import (
    ACCOUNTS,
    MARKETS,
    START_NS,
    TIF_FOK,
    TIF_GTC,
    TIF_IOC,
    Exchange,
    Stream,
    Streams,
    amend,
    cancel,
    cancel_all,
    limit,
    market_order,
    replace,
    special,
)
from tests.property.feeds_clients import AccountClient, BookClient

accounts = st.integers(0, 2)
sides = st.sampled_from((SIDE_BUY, SIDE_SELL))
markets = st.sampled_from(MARKETS)
places = st.builds(
    limit,
    accounts,
    sides,
    st.integers(95, 106),
    st.integers(1, 5),
    markets,
    st.sampled_from((TIF_GTC, TIF_GTC, TIF_GTC, TIF_IOC, TIF_FOK)),
)
post_only = st.builds(limit, accounts, sides, st.integers(60, 140), st.integers(1, 5), markets, post_only=st.just(True))
prices, lots = st.integers(95, 106), st.integers(1, 5)
cancels = st.builds(cancel, accounts, st.integers(16, 60))


def batch(items: list[BatchItem]) -> BatchOrders:
    """All or none of those that are of the account of the first."""
    return BatchOrders([item for item in items if item.account_id == items[0].account_id])


_place = partial(st.builds, special, accounts, sides)
specials = st.one_of(
    _place(prices, lots, markets, self_trade=st.integers(1, 4)),
    _place(prices, st.integers(4, 9), markets, display_lots=st.integers(1, 3), self_trade=st.integers(1, 4)),
    _place(prices, lots, markets, post_only=st.just(True), slide=st.just(True)),
    _place(
        st.just(0),
        st.just(0),
        markets,
        st.just(TYPE_MARKET),
        st.just(TIF_IOC),
        quote_amount_atoms=st.integers(1, 10**6),
    ),
    _place(
        prices,
        lots,
        markets,
        st.sampled_from((TYPE_STOP_LIMIT, TYPE_TAKE_PROFIT_LIMIT)),
        trigger_price_ticks=st.integers(98, 103),
        self_trade=st.integers(1, 4),
    ),
    _place(
        st.just(0), lots, markets, st.just(TYPE_STOP_MARKET), st.just(TIF_IOC), trigger_price_ticks=st.integers(98, 103)
    ),
    _place(
        prices, lots, markets, time_in_force=st.just(TIF_GTT), expire_time_ns=st.integers(START_NS, START_NS + 80_000)
    ),
    _place(prices, lots, markets, session_id=st.just(7)),
)
amends = st.builds(amend, accounts, st.integers(16, 60), st.just(0) | prices, st.just(0) | st.integers(1, 9))
timers = st.one_of(
    st.builds(ExpireOrders),
    st.builds(CancelSessionOrders, accounts.map(ACCOUNTS.__getitem__), st.just(7)),
    st.builds(SetTradeGroup, accounts.map(ACCOUNTS.__getitem__), st.integers(0, 1)),
)
commands = st.one_of(
    places,
    places,
    post_only,
    specials,
    specials,
    amends,
    amends,
    st.builds(replace, cancels, places | specials, st.booleans()),
    st.builds(batch, st.lists(places | specials | cancels | amends, min_size=2, max_size=6)),
    timers,
    st.builds(market_order, accounts, sides, st.integers(1, 6), markets),
    cancels,
    st.builds(cancel_all, accounts, markets),
)
"""Trailing stops are not among them: where one would fire moves with every trade, without being told."""

RELEASE, JOIN, PULL = "release", "join", "pull"
steps = st.lists(
    st.one_of(commands, commands, commands, st.sampled_from((RELEASE, JOIN)), st.tuples(st.just(PULL), st.integers())),
    min_size=10,
    max_size=100,
)
Step = Command | str | tuple[str, int]


def levels(engine: Engine) -> tuple[dict[str, str], dict[str, str]]:
    market = engine.markets[MARKETS[0]]
    bids, asks = (
        {format_price(market, price): format_quantity(market, lots) for price, lots in engine.levels(MARKETS[0], side)}
        for side in (SIDE_BUY, SIDE_SELL)
    )
    return bids, asks


def account_state(engine: Engine, account_id: AccountId) -> tuple[dict[int, Any], dict[str, Any]]:
    orders: dict[int, Any] = {order.order_id: present_order_message(order) for order in engine.open_orders(account_id)}
    balances = [balance_message(engine.assets[asset], *amounts) for asset, *amounts in engine.balances(account_id)]
    return orders, {balance.asset: balance for balance in balances}


@given(steps)
@settings(max_examples=150, deadline=None)
def test_a_copy_of_the_book_is_the_published_book_for_readers_of_any_speed(script: list[Step]) -> None:
    asyncio.run(follow_books(script))


async def follow_books(script: list[Step]) -> None:
    exchange = Exchange()
    market = exchange.engine.markets[MARKETS[0]]
    published = levels(exchange.engine)
    readers: list[tuple[BookClient, Stream[StreamOrderBookResponse]]] = []

    async def pull(index: int) -> None:
        client, stream = readers[index % len(readers)]
        client.take(await anext(stream))
        assert (client.bids, client.asks) == published

    for step in script:
        if step == RELEASE:
            exchange.release()
            published = levels(exchange.engine)
        elif step == JOIN:
            stream = exchange.streams.order_book(MARKETS[0])
            readers.append((BookClient(market.price_decimals, market.quantity_decimals), stream))
            await pull(-1)
        elif not isinstance(step, tuple | str):
            exchange.apply(step)
        elif isinstance(step, tuple) and readers:
            await pull(step[1])

    exchange.release()
    published = levels(exchange.engine)
    for index in range(len(readers)):
        await pull(index)
    whole = exchange.feeds.order_book(MARKETS[0], 5_000)
    assert {level.price: level.quantity for level in whole.bids} == published[0]
    assert {level.price: level.quantity for level in whole.asks} == published[1]
    for _, stream in readers:
        await stream.aclose()


@given(steps)
@settings(max_examples=150, deadline=None)
def test_a_copy_of_the_account_is_the_account_at_every_sequence(script: list[Step]) -> None:
    asyncio.run(follow_account(script))


async def follow_account(script: list[Step]) -> None:
    exchange = Exchange()
    account_id = ACCOUNTS[0]
    states = {exchange.released: account_state(exchange.engine, account_id)}
    readers: list[tuple[AccountClient, Stream[StreamAccountResponse]]] = []
    early: list[tuple[AccountClient, asyncio.Task[StreamAccountResponse], int]] = []

    def compare(client: AccountClient) -> None:
        assert client.sequence is not None
        assert client.sequence <= exchange.released, "shown before it was durable"
        assert (client.orders, client.balances) == states[client.sequence]

    for step in script:
        if step == RELEASE:
            exchange.release()
            for client, first, sequence in early:
                assert client.take(await first) == "snapshot"
                assert client.sequence == sequence
                compare(client)
            early.clear()
        elif step == JOIN:
            client = AccountClient()
            stream = exchange.streams.account(account_id)
            readers.append((client, stream))
            early.append((client, asyncio.ensure_future(anext(stream)), len(exchange.applied)))
            await asyncio.sleep(0)
            if len(exchange.applied) == exchange.released:
                client.take(await early.pop()[1])
                compare(client)
        elif not isinstance(step, tuple | str):
            exchange.apply(step)
            states[len(exchange.applied)] = account_state(exchange.engine, account_id)
        elif isinstance(step, tuple) and readers:
            client, stream = readers[step[1] % len(readers)]
            if client.sequence is not None:
                client.take(await anext(stream))
                compare(client)

    exchange.release()
    for client, first, _ in early:
        client.take(await first)
    for client, stream in readers:
        while client.take(await anext(stream)) != "heartbeat":
            compare(client)
        assert client.heartbeat_sequence == exchange.released
        assert (client.orders, client.balances) == states[exchange.released]
        await stream.aclose()


@given(st.lists(commands, min_size=5, max_size=60), st.data())
@settings(max_examples=150, deadline=None)
def test_a_resumed_reader_misses_nothing_and_gets_nothing_twice_also_across_a_restart(
    flow: list[Command], data: st.DataObject
) -> None:
    asyncio.run(resume_anywhere(flow, data))


async def resume_anywhere(flow: list[Command], data: st.DataObject) -> None:
    # 1. A witness sees everything, while batches of any size are released.
    exchange = Exchange()
    start = exchange.released
    restart = data.draw(st.integers(start, start + len(flow)), "restart after")
    snapshot = exchange.engine.dump()
    witness = AccountClient()
    stream = exchange.streams.account(ACCOUNTS[0])
    witness.take(await anext(stream))
    for command in flow:
        exchange.apply(command)
        if len(exchange.applied) == restart:
            snapshot = exchange.engine.dump()
        if data.draw(st.booleans()):
            exchange.release()
    exchange.release()
    while witness.take(await anext(stream)) != "heartbeat":
        pass
    await stream.aclose()

    # 2. The core restarts from a snapshot and the tail behind it.
    restored = Engine.load(snapshot, 0)
    again = Feeds(restored, 0.0)
    tail = exchange.applied[restart:]
    for applied in tail:
        restored.apply(Sequence(applied.sequence), TimeNs(applied.time_ns), applied.command)
    again.on_applied(tail)

    # 3. From every sequence on, both give what the witness has seen after it.
    for after in range(start, len(exchange.applied) + 2):
        expected = [(update.sequence, update.update) for update in witness.updates if update.sequence > after]
        for feeds, oldest in ((exchange.feeds, start), (again, restart)):
            if after < oldest or after > len(exchange.applied):
                reason = REJECT_SEQUENCE_TOO_OLD if after < oldest else REJECT_SEQUENCE_IN_FUTURE
                await expect_refusal(feeds, after, reason, oldest)
            else:
                assert await updates_after(feeds, after) == expected
                assert await fills_after(feeds, after) == [fill for _, update in expected for fill in update.fills]


async def updates_after(feeds: Feeds, after: int) -> list[tuple[int, Any]]:
    client = AccountClient()
    client.sequence = after
    stream = Streams(feeds).account(ACCOUNTS[0], after)
    while client.take(await anext(stream)) != "heartbeat":
        pass
    await stream.aclose()
    return [(message.sequence, message.update) for message in client.updates]


async def fills_after(feeds: Feeds, after: int) -> list[Any]:
    fills: list[Any] = []
    stream = Streams(feeds).fills(ACCOUNTS[0], after)
    first = await anext(stream)
    assert first.WhichOneof("event") == "heartbeat"
    assert first.sequence == after
    while (message := await anext(stream)).WhichOneof("event") == "fills":
        fills += message.fills.fills
        assert message.sequence == fills[-1].sequence
    assert message.sequence == feeds.sequence
    await stream.aclose()
    return fills


async def expect_refusal(feeds: Feeds, after: int, reason: int, oldest: int) -> None:
    for read in (feeds.read_account, feeds.read_fills):
        with pytest.raises(StreamRefused) as refused:
            read(ACCOUNTS[0], after)
        assert refused.value.reason == reason
        if reason == REJECT_SEQUENCE_TOO_OLD:
            assert refused.value.metadata == {"oldest_sequence": str(oldest)}
