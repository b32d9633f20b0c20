"""The Python SDK through a server that is killed and started again: nothing twice, nothing lost, and it says so."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

import exchange_sdk as sdk
from exchange_sdk import NewOrder
from tests.integration.exchange_fixture import MARKET, Exchange, Trader
from tests.integration.exchange_process import ExchangeProcess
from tests.integration.sdk_fixture import AnyClient, AnyStream

KINDS: dict[str, Any] = {"async": sdk.AsyncClient, "sync": sdk.Client}


@pytest.fixture
def restartable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """Serve an exchange for one test, on a port that it keeps."""
    process = ExchangeProcess(tmp_path_factory.mktemp("restart") / "data", heartbeat_seconds=0.2)
    process.start()
    try:
        exchange = Exchange(process)
        exchange.seed()
        yield exchange
    finally:
        process.stop()


@pytest.fixture
def trader(restartable: Exchange) -> Trader:
    return restartable.trader()


@pytest.fixture(params=KINDS)
async def client(request: pytest.FixtureRequest, restartable: Exchange, trader: Trader) -> AsyncIterator[AnyClient]:
    kind = KINDS[request.param]
    client = AnyClient(kind(restartable.process.address, api_key=trader.api_key, timeout=30))
    yield client
    await client.close()


async def restart(exchange: Exchange) -> None:
    await asyncio.to_thread(exchange.process.kill)
    await asyncio.to_thread(exchange.process.start)


async def test_an_order_is_placed_once_though_the_server_dies_again_and_again(
    restartable: Exchange, client: AnyClient
) -> None:
    placed: list[Any] = []
    placing = True

    async def place_all() -> None:
        while placing:
            placed.append(await client("place_order", market=MARKET, side="buy", quantity=1, price=10 + len(placed)))

    async def more() -> None:
        target = len(placed) + 3
        async with asyncio.timeout(30):
            while len(placed) < target:
                await asyncio.sleep(0.005)

    orders = asyncio.create_task(place_all())
    for _ in range(2):
        await more()
        await restart(restartable)
    await more()
    placing = False
    await orders
    open_orders = await client.items("list_orders", open_only=True, page_size=1000)
    assert [order.order_id for order in reversed(open_orders)] == [order.order_id for order in placed]
    assert len({order.client_order_id for order in open_orders}) == len(placed)


async def test_streams_go_on_where_they_were_after_a_restart(restartable: Exchange, client: AnyClient) -> None:
    other = restartable.trader()
    counterparty = AnyClient(sdk.AsyncClient(restartable.process.address, api_key=other.api_key, timeout=30))

    async def trade() -> Any:
        await counterparty("place_order", market=MARKET, side="sell", quantity=1, price=100)
        return await client("place_order", market=MARKET, side="buy", quantity=1, price=100)

    async with (
        AnyStream(await client("stream_trades", MARKET)) as trades,
        AnyStream(await client("stream_fills")) as fills,
        AnyStream(await client("stream_account")) as account,
        AnyStream(await client("stream_order_book", MARKET)) as book,
    ):
        await trade()
        first = await trades.next()
        assert (await fills.next()).trade_id == first.trade_id
        assert isinstance(await account.next(), sdk.AccountSnapshot)
        before = await account.next()
        await restart(restartable)
        await trade()

        notice, second = await trades.next(), await trades.next()
        assert isinstance(notice, sdk.Reconnected)
        assert second.trade_id == first.trade_id + 1
        assert isinstance(notice.cause, sdk.Unavailable)

        notice, fill = await fills.next(), await fills.next()
        assert isinstance(notice, sdk.Reconnected)
        assert fill.trade_id == second.trade_id

        notice, after = await account.next(), await account.next()
        assert isinstance(notice, sdk.Reconnected)
        assert after.sequence > before.sequence
        assert [one.trade_id for one in after.fills] == [second.trade_id]

        seen: list[Any] = []
        while not (seen and isinstance(seen[-1], sdk.OrderBook) and len(seen) > 1):
            seen.append(await book.next())
        assert isinstance(seen[-2], sdk.Resynced)
        server = await client("get_order_book", MARKET)
        while book.stream.book.sequence < server.sequence:
            await book.next()
        assert (book.stream.book.bids(), book.stream.book.asks()) == (server.bids, server.asks)
    await counterparty.close()


async def test_order_entry_tells_of_each_order_whether_it_was_placed_when_the_server_dies(
    restartable: Exchange, trader: Trader
) -> None:
    notices: list[sdk.Reconnected] = []
    async with (
        sdk.AsyncClient(restartable.process.address, api_key=trader.api_key, timeout=30) as client,
        client.order_entry(on_reconnect=notices.append) as session,
    ):
        answers = await session.place_many(
            NewOrder(market=MARKET, side="buy", quantity="0.001", price=1000 + n) for n in range(800)
        )
        await answers[100]
        await restart(restartable)
        results = await asyncio.gather(*answers, return_exceptions=True)
        placed = [result for result in results if isinstance(result, sdk.OrderResult)]
        unknown = [result for result in results if isinstance(result, sdk.OutcomeUnknown)]
        assert len(placed) + len(unknown) == len(results)
        assert len(notices) == session.reconnects >= 1
        # Every answer is true, and a key whose order is unknown can be used again without harm.
        open_ids = {order.order_id async for order in client.list_orders(open_only=True, page_size=1000)}
        assert {result.order_id for result in placed} == open_ids
        for error in unknown[:5]:
            again = await session.place(
                market=MARKET, side="buy", quantity="0.001", price=1000, client_order_id=error.client_order_id
            )
            assert again.order_id not in open_ids
            assert not again.deduplicated


def test_the_blocking_order_entry_tells_it_too(restartable: Exchange, trader: Trader) -> None:
    notices: list[sdk.Reconnected] = []
    with (
        sdk.Client(restartable.process.address, api_key=trader.api_key, timeout=30) as client,
        client.order_entry(on_reconnect=notices.append) as session,
    ):
        futures = session.place_many(
            NewOrder(market=MARKET, side="buy", quantity="0.001", price=1000 + n) for n in range(800)
        )
        futures[100].result(10)
        restartable.process.kill()
        restartable.process.start()
        errors = [future.exception(30) for future in futures]
        assert all(error is None or isinstance(error, sdk.OutcomeUnknown) for error in errors)
        placed = [future.result() for future, error in zip(futures, errors, strict=True) if error is None]
        assert len(notices) >= 1
        open_ids = {order.order_id for order in client.list_orders(open_only=True, page_size=1000)}
        assert {result.order_id for result in placed} == open_ids
        assert session.place(market=MARKET, side="buy", quantity="0.001", price=1000).order_id not in open_ids
