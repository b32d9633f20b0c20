"""Order entry sessions of the Python SDK against the real server."""

import asyncio
import gc
import random
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

import exchange_sdk as sdk
from exchange_sdk import BatchItem, CancelOrder, NewOrder, OrderStatus
from tests.integration.exchange_fixture import MARKET, READ, TRADE, Exchange, Trader


@pytest.fixture
async def client(exchange: Exchange, alice: Trader) -> AsyncIterator[sdk.AsyncClient]:
    async with sdk.AsyncClient(exchange.process.address, api_key=alice.api_key) as client:
        yield client
        await client.cancel_all_orders()


@pytest.fixture
def blocking(exchange: Exchange, client: sdk.AsyncClient, alice: Trader) -> sdk.Client:
    return sdk.Client(exchange.process.address, api_key=alice.api_key)


def bid(price: int, **fields: object) -> NewOrder:
    return NewOrder(market=MARKET, side="buy", quantity="0.5", price=price, **fields)  # type: ignore[arg-type]


async def test_a_session_places_cancels_and_answers_each(client: sdk.AsyncClient) -> None:
    async with client.order_entry() as session:
        placed = await session.place(market=MARKET, side="buy", quantity="0.5", price=100)
        assert placed.status is OrderStatus.OPEN
        assert (await client.get_order(client_order_id=placed.client_order_id)).order_id == placed.order_id
        canceled = await session.cancel(order_id=placed.order_id)
        assert (canceled.order_id, canceled.status) == (placed.order_id, OrderStatus.CANCELED)
        with pytest.raises(sdk.OrderClosed):
            await session.cancel(client_order_id=placed.client_order_id)
        with pytest.raises(sdk.InvalidOrder) as off_tick:
            await session.place(market=MARKET, side="buy", quantity=1, price="100.1")
        assert (off_tick.value.reason, off_tick.value.field) == (sdk.RejectReason.PRICE_OFF_TICK, "price")
        with pytest.raises(sdk.NotFound):
            await session.place(market="NO-SUCH", side="buy", quantity=1, price=1)
        one, two = [await answer for answer in await session.place_many([bid(1000), bid(1001)])]
        assert await session.cancel_all(market=MARKET) == [one.order_id, two.order_id]


async def cancel_a_request_and_leave(client: sdk.AsyncClient) -> None:
    async with client.order_entry() as session:
        waiting = asyncio.create_task(session.batch([bid(100)]))
        # It is under way, and not answered: nothing has been read since.
        await asyncio.sleep(0)
        waiting.cancel()
        await waiting


async def test_who_is_canceled_while_waiting_leaves_nothing_that_is_complained_of(client: sdk.AsyncClient) -> None:
    complaints: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    for _ in range(3):
        with pytest.raises(asyncio.CancelledError):
            await cancel_a_request_and_leave(client)
        gc.collect()
    assert complaints == []


async def test_a_batch_is_answered_item_by_item(client: sdk.AsyncClient) -> None:
    async with client.order_entry() as session:
        first, refused, second = await session.batch([bid(100), bid(0), bid(101)])
        assert isinstance(refused.error, sdk.InvalidRequest)
        assert refused.order_id == 0
        with pytest.raises(sdk.InvalidRequest):
            refused.raise_for_error()
        results = await session.batch([CancelOrder(order_id=first.order_id), CancelOrder(order_id=1 << 60)])
        assert results[0].status is OrderStatus.CANCELED
        assert isinstance(results[1].error, sdk.NotFound)
        assert second.raise_for_error() is second
        with pytest.raises(sdk.InvalidRequest):
            await session.batch([bid(100)] * 501)


async def test_an_all_or_none_batch_raises_the_first_refusal_and_nothing_has_happened(client: sdk.AsyncClient) -> None:
    items: list[BatchItem] = [bid(100), CancelOrder(order_id=1 << 60)]
    with pytest.raises(sdk.NotFound) as by_call:
        await client.batch_orders(items, all_or_none=True)
    assert by_call.value.field == "items[1].cancel_order.order"
    async with client.order_entry() as session:
        with pytest.raises(sdk.NotFound) as on_session:
            await session.batch(items, all_or_none=True)
        assert on_session.value.field == "batch.items[1].cancel_order.order"
        assert not [order async for order in client.list_orders(open_only=True)]
        placed, other = await session.batch([bid(100), bid(101)], all_or_none=True)
    assert placed.status is OrderStatus.OPEN
    assert other.order_id == placed.order_id + 1


async def test_many_orders_are_under_way_at_once_and_answered_in_order(client: sdk.AsyncClient) -> None:
    async with client.order_entry(max_in_flight=50) as session:
        results = [await answer for answer in await session.place_many(bid(100 + n) for n in range(300))]
        ids = [result.order_id for result in results]
        assert ids == sorted(ids)
        open_orders = [order async for order in client.list_orders(open_only=True, page_size=1000)]
        assert [order.order_id for order in reversed(open_orders)] == ids
        assert [order.price for order in reversed(open_orders)] == [Decimal(100 + n) for n in range(300)]


async def test_leaving_a_session_waits_for_its_answers(client: sdk.AsyncClient) -> None:
    async with client.order_entry() as session:
        answers = await session.place_many(bid(100 + n) for n in range(100))
    assert all([(await answer).order_id for answer in answers])
    with pytest.raises(sdk.Unavailable):
        await session.place(market=MARKET, side="buy", quantity=1, price=1)


@pytest.mark.parametrize("kind", ["async", "sync"])
async def test_a_key_without_the_scope_cannot_open_a_session(exchange: Exchange, kind: str) -> None:
    reader = exchange.trader(READ)
    if kind == "async":
        async with sdk.AsyncClient(exchange.process.address, api_key=reader.api_key) as client:
            session = client.order_entry()
            with pytest.raises(sdk.PermissionDenied):
                await session.__aenter__()
    else:
        blocking = sdk.Client(exchange.process.address, api_key=reader.api_key)
        with blocking, pytest.raises(sdk.PermissionDenied):
            blocking.order_entry().__enter__()


async def test_a_revoked_key_ends_the_session(exchange: Exchange, alice: Trader) -> None:
    key = exchange.api_key(alice.account_id, READ, TRADE)
    async with (
        sdk.AsyncClient(exchange.process.address, api_key=exchange.process.admin_key) as operator,
        sdk.AsyncClient(exchange.process.address, api_key=key.api_key) as client,
        client.order_entry() as session,
    ):
        await session.place(market=MARKET, side="buy", quantity=1, price=1)
        await operator.admin.revoke_api_key(key.key_id)
        refused: sdk.ExchangeError | None = None
        async with asyncio.timeout(20):
            # The first refusal may arrive while a request is on its way: then that one's outcome is unknown.
            while not isinstance(refused, sdk.Unauthenticated):
                try:
                    await session.place(market=MARKET, side="buy", quantity=1, price=1)
                except sdk.ExchangeError as error:
                    refused = error
        with pytest.raises(sdk.Unauthenticated):
            await session.batch([bid(1)])


def test_the_blocking_session_does_the_same(blocking: sdk.Client) -> None:
    with blocking, blocking.order_entry(max_in_flight=20) as session:
        placed = session.place(market=MARKET, side="buy", quantity="0.5", price=100)
        assert placed.status is OrderStatus.OPEN
        with pytest.raises(sdk.InvalidOrder):
            session.place(market=MARKET, side="buy", quantity=1, price="100.1")
        futures = session.place_many(bid(101 + n) for n in range(100))
        ids = [future.result(10).order_id for future in futures]
        assert ids == sorted(ids)
        canceled, missing = session.batch([CancelOrder(order_id=ids[0]), CancelOrder(order_id=1 << 60)])
        assert canceled.status is OrderStatus.CANCELED
        assert isinstance(missing.error, sdk.NotFound)
        with pytest.raises(sdk.OrderClosed):
            session.batch([bid(99), CancelOrder(order_id=ids[0])], all_or_none=True)
        assert session.cancel(order_id=ids[1]).order_id == ids[1]
        assert session.cancel_all() == [placed.order_id, *ids[2:]]


async def test_the_local_book_equals_the_exchanges_under_random_flow(
    client: sdk.AsyncClient, exchange: Exchange
) -> None:
    chance = random.Random(7)
    other = exchange.trader()
    async with (
        sdk.AsyncClient(exchange.process.address, api_key=other.api_key) as counterparty,
        client.stream_order_book(MARKET) as stream,
        client.order_entry() as mine,
        counterparty.order_entry() as theirs,
    ):
        for _ in range(40):
            for session in (mine, theirs):
                await session.batch(
                    [
                        NewOrder(
                            market=MARKET,
                            side=chance.choice(["buy", "sell"]),
                            price=1000 + Decimal(chance.randint(-40, 40)) / 2,
                            quantity=Decimal(chance.randint(1, 5000)) / 1000,
                        )
                        for _ in range(20)
                    ]
                )
            if chance.random() < 0.2:
                await mine.cancel_all()
        server = await client.get_order_book(MARKET, depth=5000)
        async with asyncio.timeout(20):
            async for event in stream:
                assert isinstance(event, sdk.OrderBook | sdk.OrderBookDelta)
                if stream.book.sequence >= server.sequence:
                    break
        assert server.bids or server.asks
        assert (stream.book.bids(), stream.book.asks()) == (server.bids, server.asks)
        assert stream.book.checksum() == server.checksum
        await counterparty.cancel_all_orders()
