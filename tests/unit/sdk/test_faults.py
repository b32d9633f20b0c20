"""What the clients do when calls and streams fail."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import grpc
import pytest

import exchange_sdk as sdk
from exchange.v1 import account_streams_pb2 as account_streams_pb
from exchange.v1 import admin_service_pb2 as admin_pb
from exchange.v1 import market_data_service_pb2 as market_pb
from exchange.v1 import market_streams_pb2 as market_streams_pb
from exchange.v1 import order_service_pb2 as order_pb
from exchange.v1 import types_pb2
from exchange_sdk._admin_async import AsyncAdmin
from exchange_sdk._admin_sync import Admin
from exchange_sdk._connection import is_loopback
from exchange_sdk.local_order_book import book_checksum
from tests.integration.sdk_fixture import AnyClient, AnyStream
from tests.unit.sdk.faulty_server import Fault, FaultyServer

UNAVAILABLE = Fault(grpc.StatusCode.UNAVAILABLE)
OVERLOADED = Fault(grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED", retry_after=0.05)
CLOSED = Fault(grpc.StatusCode.FAILED_PRECONDITION, "ORDER_CLOSED")
NO_ORDER = Fault(grpc.StatusCode.NOT_FOUND, "ORDER_NOT_FOUND")

ORDER = types_pb2.Order(
    order_id=7, market="BTC-USDC", side=types_pb2.SIDE_BUY, type=types_pb2.ORDER_TYPE_LIMIT,
    time_in_force=types_pb2.TIME_IN_FORCE_GTC, status=types_pb2.ORDER_STATUS_OPEN, price="1", quantity="1",
)  # fmt: skip
RESULT = order_pb.OrderResult(order_id=8, status=types_pb2.ORDER_STATUS_OPEN)
PLACED = order_pb.PlaceOrderResponse(order=ORDER)
BID = {"market": "BTC-USDC", "side": "buy", "quantity": 1, "price": 1}


# ---------------------------------------------------------------- unary


async def test_an_order_with_a_key_is_sent_again_as_it_was(server: FaultyServer, client: AnyClient) -> None:
    server.play("PlaceOrder", UNAVAILABLE, UNAVAILABLE, OVERLOADED, PLACED)
    placed = await client("place_order", **BID)
    assert placed.order_id == 7
    assert server.calls("PlaceOrder") == 4
    keys = {request.client_order_id for request in server.seen["PlaceOrder"]}
    assert len(keys) == 1
    assert "" not in keys


async def test_an_order_without_a_key_is_sent_once_and_its_outcome_unknown(
    server: FaultyServer, client: AnyClient
) -> None:
    server.play("PlaceOrder", UNAVAILABLE, PLACED)
    with pytest.raises(sdk.OutcomeUnknown):
        await client("place_order", **BID, client_order_id="")
    assert server.calls("PlaceOrder") == 1


async def test_an_overload_is_waited_out_even_without_a_key(server: FaultyServer, client: AnyClient) -> None:
    server.play("PlaceOrder", OVERLOADED, PLACED)
    assert (await client("place_order", **BID, client_order_id="")).order_id == 7


async def test_an_order_that_is_never_answered_names_its_key(server: FaultyServer, client: AnyClient) -> None:
    server.play("PlaceOrder", UNAVAILABLE)
    with pytest.raises(sdk.OutcomeUnknown) as unknown:
        await client("place_order", **BID, client_order_id="mine", timeout=1.0)
    assert unknown.value.client_order_id == "mine"
    # The last attempt has the time that is left, which may be too little for any answer.
    assert isinstance(unknown.value.__cause__, sdk.Unavailable | sdk.DeadlineExceeded)
    assert server.calls("PlaceOrder") > 2


async def test_a_read_that_is_never_answered_is_unavailable_or_late_and_not_unknown(
    server: FaultyServer, client: AnyClient
) -> None:
    server.play("ListBalances", UNAVAILABLE)
    # The last attempt has the time that is left, which may be too little for any answer.
    with pytest.raises((sdk.Unavailable, sdk.DeadlineExceeded)):
        await client("list_balances", timeout=0.2)


async def test_a_mutation_that_cannot_be_sent_was_not_executed(client: AnyClient, server: FaultyServer) -> None:
    await server.server.stop(None)
    with pytest.raises(sdk.Unavailable, match="failed to connect"):
        await client("place_order", **BID, timeout=0.2)


async def test_a_refusal_is_not_repeated(server: FaultyServer, client: AnyClient) -> None:
    server.play("PlaceOrder", Fault(grpc.StatusCode.FAILED_PRECONDITION, "INSUFFICIENT_FUNDS"))
    with pytest.raises(sdk.InsufficientFunds):
        await client("place_order", **BID)
    assert server.calls("PlaceOrder") == 1


async def test_a_cancel_whose_answer_was_lost_is_found_to_have_worked(server: FaultyServer, client: AnyClient) -> None:
    canceled = types_pb2.Order()
    canceled.CopyFrom(ORDER)
    canceled.status = types_pb2.ORDER_STATUS_CANCELED
    canceled.close_reason = types_pb2.CLOSE_REASON_CANCELED_BY_OWNER
    server.play("CancelOrder", UNAVAILABLE, CLOSED)
    server.play("GetOrder", order_pb.GetOrderResponse(order=canceled))
    assert (await client("cancel_order", order_id=7)).status is sdk.OrderStatus.CANCELED
    # A first answer is never doubted, and an order that ended otherwise was too late to cancel.
    server.play("CancelOrder", CLOSED)
    with pytest.raises(sdk.OrderClosed):
        await client("cancel_order", order_id=7)
    assert server.calls("GetOrder") == 1
    canceled.status, canceled.close_reason = types_pb2.ORDER_STATUS_FILLED, types_pb2.CLOSE_REASON_UNSPECIFIED
    server.play("GetOrder", order_pb.GetOrderResponse(order=canceled))
    server.play("CancelOrder", UNAVAILABLE, CLOSED)
    with pytest.raises(sdk.OrderClosed):
        await client("cancel_order", order_id=7)


async def test_a_key_is_never_created_twice(server: FaultyServer, client: AnyClient) -> None:
    server.play("CreateApiKey", UNAVAILABLE, admin_pb.CreateApiKeyResponse(key_id="1", api_key="2"))
    with pytest.raises(sdk.OutcomeUnknown):
        await client("admin.create_api_key", 1, ["read"])
    assert server.calls("CreateApiKey") == 1


# ---------------------------------------------------------------- streams


def heartbeat() -> market_streams_pb.StreamTradesResponse:
    return market_streams_pb.StreamTradesResponse(heartbeat=types_pb2.Heartbeat())


def trades(*ids: int) -> market_streams_pb.StreamTradesResponse:
    batch = [types_pb2.Trade(trade_id=number, price="1", quantity="1", taker_side=types_pb2.SIDE_BUY) for number in ids]
    return market_streams_pb.StreamTradesResponse(trades=market_streams_pb.TradeBatch(trades=batch))


def says(*messages: Any, then: Any = None) -> Any:
    """Send messages, then fail, or say nothing more."""

    async def stream(request: Any, context: Any) -> AsyncIterator[Any]:
        for message in messages:
            yield message
        if then is not None:
            yield then
        await asyncio.sleep(60)

    return stream


async def test_a_stream_resumes_after_the_last_trade(server: FaultyServer, client: AnyClient) -> None:
    server.play("StreamTrades", says(trades(5, 6), then=UNAVAILABLE), says(trades(7)))
    async with AnyStream(await client("stream_trades", "BTC-USDC")) as stream:
        events = [await stream.next() for _ in range(4)]
        assert [getattr(event, "trade_id", None) for event in events] == [5, 6, None, 7]
        assert isinstance(events[2], sdk.Reconnected)
        assert [request.after_trade_id for request in server.seen["StreamTrades"]] == [0, 6]
        assert not server.seen["StreamTrades"][0].HasField("after_trade_id")


async def test_a_stream_that_falls_silent_is_opened_anew(server: FaultyServer, client: AnyClient) -> None:
    server.play("StreamTrades", says(trades(5)), says(trades(6)))
    async with AnyStream(await client("stream_trades", "BTC-USDC")) as stream:
        events = [await stream.next() for _ in range(3)]
        assert isinstance(events[1], sdk.Reconnected)
        assert isinstance(events[1].cause, sdk.Unavailable)
        assert events[2].trade_id == 6


async def test_a_break_before_the_first_trade_may_have_lost_some_and_says_so(
    server: FaultyServer, client: AnyClient
) -> None:
    server.play("StreamTrades", says(heartbeat(), then=UNAVAILABLE), says(heartbeat(), trades(9)))
    async with AnyStream(await client("stream_trades", "BTC-USDC")) as stream:
        assert isinstance(await stream.next(), sdk.Resynced)
        assert (await stream.next()).trade_id == 9


async def test_a_missing_trade_is_asked_for_again(server: FaultyServer, client: AnyClient) -> None:
    server.play("StreamTrades", says(trades(5), trades(7)), says(trades(6, 7)))
    async with AnyStream(await client("stream_trades", "BTC-USDC")) as stream:
        events = [await stream.next() for _ in range(4)]
        assert [getattr(event, "trade_id", None) for event in events] == [5, None, 6, 7]
        assert isinstance(events[1].cause, sdk.Gap)


async def test_a_position_too_old_to_resume_starts_anew_and_says_so(server: FaultyServer, client: AnyClient) -> None:
    too_old = Fault(grpc.StatusCode.OUT_OF_RANGE, "SEQUENCE_TOO_OLD")
    snapshot = account_streams_pb.StreamAccountResponse(sequence=5, snapshot=account_streams_pb.AccountSnapshot())
    later = account_streams_pb.StreamAccountResponse(sequence=50, snapshot=account_streams_pb.AccountSnapshot())
    server.play("StreamAccount", says(snapshot, then=UNAVAILABLE), says(then=too_old), says(later))
    async with AnyStream(await client("stream_account")) as stream:
        events = [await stream.next() for _ in range(3)]
        assert isinstance(events[1], sdk.Resynced)
        assert (events[0].sequence, events[2].sequence) == (5, 50)
        assert [request.after_sequence for request in server.seen["StreamAccount"]] == [0, 5, 0]


async def test_a_revoked_key_ends_a_stream(server: FaultyServer, client: AnyClient) -> None:
    server.play("StreamTrades", says(trades(5), then=UNAVAILABLE), says(then=Fault(grpc.StatusCode.UNAUTHENTICATED)))
    async with AnyStream(await client("stream_trades", "BTC-USDC")) as stream:
        assert (await stream.next()).trade_id == 5
        with pytest.raises(sdk.Unauthenticated):
            await stream.next()


async def test_a_reader_that_gives_up_waiting_loses_nothing(server: FaultyServer) -> None:
    release = asyncio.Event()

    async def slow(request: Any, context: Any) -> AsyncIterator[Any]:
        yield trades(1)
        await release.wait()
        yield trades(2)
        await asyncio.sleep(60)

    server.play("StreamTrades", slow)
    async with sdk.AsyncClient(server.address) as client, client.stream_trades("BTC-USDC") as stream:
        await anext(stream)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(stream), 0.05)
        release.set()
        trade = await asyncio.wait_for(anext(stream), 5)
        assert isinstance(trade, sdk.Trade)
        assert trade.trade_id == 2
    assert server.calls("StreamTrades") == 1


async def test_closing_a_stream_ends_the_iteration_of_a_reader_that_waits(server: FaultyServer) -> None:
    server.play("StreamTrades", says(trades(1)))
    async with sdk.AsyncClient(server.address) as client, client.stream_trades("BTC-USDC") as stream:
        assert isinstance(await anext(stream), sdk.Trade)
        reading = asyncio.create_task(anext(stream, None))
        while stream._reading is None:
            await asyncio.sleep(0)
        await stream.close()
        assert await asyncio.wait_for(reading, 5) is None


MARKET = types_pb2.Market(name="BTC-USDC", tick_size="1", lot_size="1", status=types_pb2.MARKET_STATUS_OPEN)


def book(sequence: int) -> market_streams_pb.StreamOrderBookResponse:
    checksum = book_checksum([sdk.PriceLevel(Decimal(9), Decimal(1))], [], 0, 0)
    level = market_streams_pb.PriceLevel(price="9", quantity="1")
    return market_streams_pb.StreamOrderBookResponse(
        snapshot=market_streams_pb.OrderBook(market="BTC-USDC", asks=[level], sequence=sequence, checksum=checksum)
    )


def delta(prev: int, sequence: int, checksum: int) -> market_streams_pb.StreamOrderBookResponse:
    return market_streams_pb.StreamOrderBookResponse(
        delta=market_streams_pb.OrderBookDelta(
            market="BTC-USDC", sequence=sequence, prev_sequence=prev, checksum=checksum
        )
    )


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [(delta(2, 3, 0), sdk.Gap), (delta(1, 2, 12345), sdk.ChecksumMismatch)],
    ids=["gap", "checksum"],
)
async def test_a_book_that_is_out_of_step_takes_a_new_snapshot_and_says_so(
    server: FaultyServer, client: AnyClient, wrong: Any, cause: type[sdk.ExchangeError]
) -> None:
    server.play("GetMarket", market_pb.GetMarketResponse(market=MARKET))
    server.play("StreamOrderBook", says(book(1), wrong), says(book(10)))
    async with AnyStream(await client("stream_order_book", "BTC-USDC")) as stream:
        events = [await stream.next() for _ in range(3)]
        assert isinstance(events[0], sdk.OrderBook)
        assert isinstance(events[1], sdk.Resynced)
        assert type(events[1].cause) is cause
        assert events[2].sequence == stream.stream.book.sequence == 10


# ---------------------------------------------------------------- order entry


async def test_an_unanswered_order_is_looked_up_and_one_that_is_not_there_is_unknown(
    server: FaultyServer, client: AnyClient
) -> None:
    async def dies(requests: Any, context: Any) -> AsyncIterator[Any]:
        async for _ in requests:
            yield UNAVAILABLE

    async def answers(requests: Any, context: Any) -> AsyncIterator[Any]:
        async for request in requests:
            yield order_pb.OrderEntryResponse(request_id=request.request_id, result=RESULT)

    server.play("CancelOrder", NO_ORDER)
    server.play("OrderEntry", dies, dies, answers)
    server.play("GetOrder", order_pb.GetOrderResponse(order=ORDER), NO_ORDER)
    session = AnyStream(await client("order_entry"))
    place = AnyClient(session.stream)
    async with session:
        found = await place("place", **BID, client_order_id="first")
        assert (found.order_id, found.deduplicated) == (7, True)
        with pytest.raises(sdk.OutcomeUnknown) as unknown:
            await place("place", **BID, client_order_id="second")
        assert unknown.value.client_order_id == "second"
        assert (await place("place", **BID)).order_id == 8
        assert session.stream.reconnects == 2
        assert [request.client_order_id for request in server.seen["GetOrder"]] == ["first", "second"]


async def test_an_answer_to_another_request_is_not_believed(server: FaultyServer) -> None:
    async def confused(requests: Any, context: Any) -> AsyncIterator[Any]:
        async for _ in requests:
            yield order_pb.OrderEntryResponse(request_id=99, result=RESULT)

    server.play("CancelOrder", NO_ORDER)
    server.play("OrderEntry", confused)
    server.play("GetOrder", NO_ORDER)
    async with sdk.AsyncClient(server.address, api_key="k") as client, client.order_entry() as session:
        with pytest.raises(sdk.OutcomeUnknown):
            await session.place(market="BTC-USDC", side="buy", quantity=1, price=1)


# ---------------------------------------------------------------- the clients themselves


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (sdk.AsyncClient, sdk.Client),
        (AsyncAdmin, Admin),
        (sdk.AsyncOrderEntry, sdk.OrderEntry),
        (sdk.AsyncStream, sdk.Stream),
    ],
)
def test_both_clients_have_the_same_methods(one: type, other: type) -> None:
    def surface(kind: type) -> dict[str, list[str]]:
        return {
            name: list(inspect.signature(member).parameters)
            for name, member in inspect.getmembers(kind, callable)
            if not name.startswith("_") or name == "__init__"
        }

    assert surface(one) == surface(other)
    for name in surface(one):
        assert (getattr(one, name).__doc__ is None) == (getattr(other, name).__doc__ is None)


@pytest.mark.parametrize("kind", [sdk.AsyncClient, sdk.Client])
def test_a_key_never_goes_over_a_network_in_plaintext(kind: Any) -> None:
    for address in ("exchange.example:443", "10.0.0.1:50051", "[2001:db8::1]:50051", "localhost.evil.example:1"):
        with pytest.raises(ValueError, match="plaintext"):
            kind(address, api_key="k")
        kind(address, api_key="k", insecure=True)
        kind(address)
    for address in ("127.0.0.1:1", "localhost:1", "[::1]:1", "unix:/run/exchange.sock", "dns:///localhost:1"):
        assert is_loopback(address)
        client = kind(address, api_key="secret-key")
        assert "secret-key" not in repr(client)


def test_address_and_key_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXCHANGE_ADDRESS", "127.0.0.1:7")
    monkeypatch.setenv("EXCHANGE_API_KEY", "from-environment")
    client = sdk.AsyncClient()
    assert client.address == "127.0.0.1:7"
    assert client._connection.metadata == (("authorization", "Bearer from-environment"),)
    assert sdk.AsyncClient("127.0.0.1:8", api_key="").address == "127.0.0.1:8"
    assert not sdk.AsyncClient("127.0.0.1:8", api_key="")._connection.metadata
