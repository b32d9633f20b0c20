"""The order entry stream, the feeds over the wire, and how all of them end."""

import queue
import threading
import time
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from exchange.v1 import account_streams_pb2 as account_streams_pb
from exchange.v1 import admin_service_pb2 as admin_pb
from exchange.v1 import market_streams_pb2 as market_streams_pb
from exchange.v1 import order_service_pb2 as order_pb
from exchange.v1 import types_pb2
from tests.integration.exchange_fixture import BUY, LIMIT, MARKET, READ, SELL, TRADE, Exchange, Trader, bearer

OPEN, FILLED, CANCELED = types_pb2.ORDER_STATUS_OPEN, types_pb2.ORDER_STATUS_FILLED, types_pb2.ORDER_STATUS_CANCELED


def place(side: types_pb2.Side, price: str, quantity: str, client_order_id: str = "") -> order_pb.PlaceOrderRequest:
    return order_pb.PlaceOrderRequest(
        market=MARKET, side=side, type=LIMIT, price=price, quantity=quantity, client_order_id=client_order_id
    )


class Sender:
    """Requests that a test sends one by one; the stream is half-closed by `end`."""

    def __init__(self) -> None:
        self._requests: queue.Queue[order_pb.OrderEntryRequest | None] = queue.Queue()

    def send(self, request: order_pb.OrderEntryRequest) -> None:
        self._requests.put(request)

    def end(self) -> None:
        self._requests.put(None)

    def __iter__(self) -> Iterator[order_pb.OrderEntryRequest]:
        return iter(self._requests.get, None)


def test_answers_come_in_the_order_of_arrival_under_the_callers_numbers(exchange: Exchange, alice: Trader) -> None:
    requests = [
        order_pb.OrderEntryRequest(request_id=1000 - n, place_order=place(BUY, "10", "1", f"order-{n}"))
        for n in range(200)
    ]
    answers = list(exchange.orders.OrderEntry(iter(requests), metadata=alice.metadata, timeout=60))
    assert [answer.request_id for answer in answers] == [request.request_id for request in requests]
    ids = [answer.result.order_id for answer in answers]
    assert all(ids)
    assert ids == sorted(ids)
    exchange.orders.CancelAllOrders(order_pb.CancelAllOrdersRequest(), metadata=alice.metadata)


def test_a_batch_is_executed_in_its_order_and_each_item_stands_for_itself(exchange: Exchange, alice: Trader) -> None:
    Item = order_pb.OrderBatchItem
    batch = order_pb.OrderBatch(
        items=[
            Item(place_order=place(BUY, "10", "1", "first")),
            Item(place_order=place(BUY, "10.25", "1")),
            Item(place_order=place(BUY, "10", "1", "earlier")),
            Item(place_order=place(BUY, "10", "2", "changed")),
            Item(cancel_order=order_pb.CancelOrderRequest(client_order_id="first")),
            Item(cancel_order=order_pb.CancelOrderRequest(client_order_id="closed")),
        ]
    )
    earlier = exchange.place(alice, BUY, "10", "1", client_order_id="earlier")
    exchange.place(alice, BUY, "10", "1", client_order_id="changed")
    exchange.place(alice, BUY, "10", "1", client_order_id="closed")
    exchange.orders.CancelOrder(order_pb.CancelOrderRequest(client_order_id="closed"), metadata=alice.metadata)
    (answer,) = exchange.orders.OrderEntry(
        iter([order_pb.OrderEntryRequest(batch=batch)]), metadata=alice.metadata, timeout=20
    )
    placed, off_tick, again, reused, canceled, closed = answer.batch.results
    assert (placed.status, off_tick.error.field) == (OPEN, "price")
    assert again.deduplicated
    assert again.order_id == earlier.order_id
    assert reused.error.code == grpc.StatusCode.ALREADY_EXISTS.value[0]
    assert (canceled.order_id, canceled.status) == (placed.order_id, CANCELED)
    assert closed.error.reason == types_pb2.REJECT_REASON_ORDER_CLOSED


def test_a_fill_on_the_stream_tells_what_was_executed(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    exchange.place(alice, SELL, "20", "1.5")
    requests = [
        order_pb.OrderEntryRequest(place_order=place(BUY, "20", "1")),
        order_pb.OrderEntryRequest(place_order=place(BUY, "20", "1")),
        order_pb.OrderEntryRequest(cancel_all_orders=order_pb.CancelAllOrdersRequest()),
    ]
    whole, part, canceled = exchange.orders.OrderEntry(iter(requests), metadata=bob.metadata, timeout=20)
    assert (whole.result.status, whole.result.filled_quantity) == (FILLED, "1")
    assert (whole.result.filled_quote, whole.result.fee) == ("20", "0.01")
    assert (part.result.status, part.result.filled_quantity) == (OPEN, "0.5")
    assert list(canceled.cancel_all_orders.order_ids) == [part.result.order_id]


def test_the_stream_ends_for_a_key_that_is_revoked_while_it_is_open(exchange: Exchange, alice: Trader) -> None:
    key = exchange.api_key(alice.account_id, READ, TRADE)
    sender = Sender()
    stream = exchange.orders.OrderEntry(iter(sender), metadata=bearer(key.api_key), timeout=30)
    feed = exchange.accounts.StreamAccount(
        account_streams_pb.StreamAccountRequest(), metadata=bearer(key.api_key), timeout=30
    )
    try:
        sender.send(order_pb.OrderEntryRequest(place_order=place(BUY, "10", "1", "before")))
        assert next(stream).result.order_id
        next(feed)
        exchange.admin.RevokeApiKey(admin_pb.RevokeApiKeyRequest(key_id=key.key_id), metadata=exchange.operator)
        sender.send(order_pb.OrderEntryRequest(place_order=place(BUY, "10", "1", "after")))
        with pytest.raises(grpc.RpcError) as ended:
            list(stream)
        assert ended.value.code() is grpc.StatusCode.UNAUTHENTICATED
        with pytest.raises(grpc.RpcError) as ended:
            list(feed)
        assert ended.value.code() is grpc.StatusCode.UNAUTHENTICATED
        request = order_pb.GetOrderRequest(client_order_id="after")
        with pytest.raises(grpc.RpcError) as missing:
            exchange.orders.GetOrder(request, metadata=alice.metadata)
        assert missing.value.code() is grpc.StatusCode.NOT_FOUND
    finally:
        sender.end()


def test_a_client_that_does_not_read_is_not_read_from(exchange: Exchange, alice: Trader) -> None:
    """30 MB of requests are far more than may be under way: the sender has to wait until answers are read."""
    keys = [f"{n:064}" for n in range(100)]
    items = [order_pb.OrderBatchItem(cancel_order=order_pb.CancelOrderRequest(client_order_id=key)) for key in keys]
    batch = order_pb.OrderBatch(items=items)
    total = 4_000
    sent = 0

    def requests() -> Iterator[order_pb.OrderEntryRequest]:
        nonlocal sent
        for n in range(total):
            sent = n + 1
            yield order_pb.OrderEntryRequest(request_id=n, batch=batch)

    stream = exchange.orders.OrderEntry(requests(), metadata=alice.metadata, timeout=100)
    quiet_since, before = time.monotonic(), 0
    while time.monotonic() - quiet_since < 1:
        if sent != before:
            quiet_since, before = time.monotonic(), sent
        time.sleep(0.05)
    assert sent < total
    assert [next(stream).request_id for _ in range(200)] == list(range(200))
    stream.cancel()


def test_an_account_stream_goes_on_where_it_was_left(exchange: Exchange, alice: Trader) -> None:
    def follow(request: account_streams_pb.StreamAccountRequest) -> Any:
        return exchange.accounts.StreamAccount(request, metadata=alice.metadata, timeout=20)

    stream = follow(account_streams_pb.StreamAccountRequest())
    first = next(stream)
    assert {balance.asset for balance in first.snapshot.balances} == {"BTC", "USDC"}
    one = exchange.place(alice, BUY, "10", "1")
    update = next(message for message in stream if message.HasField("update"))
    assert [order.order_id for order in update.update.orders] == [one.order_id]
    stream.cancel()
    two = exchange.place(alice, BUY, "11", "1")
    stream = follow(account_streams_pb.StreamAccountRequest(after_sequence=update.sequence))
    update = next(message for message in stream if message.HasField("update"))
    assert [order.order_id for order in update.update.orders] == [two.order_id]
    stream.cancel()


def test_quiet_streams_get_heartbeats(exchange: Exchange, alice: Trader) -> None:
    book = exchange.market_data.StreamOrderBook(market_streams_pb.StreamOrderBookRequest(market=MARKET), timeout=20)
    assert next(book).HasField("snapshot")
    assert next(message for message in book if message.HasField("heartbeat")).heartbeat.server_time.seconds
    book.cancel()


def test_concurrent_streams_of_one_account_do_not_mix_their_answers(exchange: Exchange, alice: Trader) -> None:
    results: dict[int, list[int]] = {}

    def run(stream: int) -> None:
        requests = [
            order_pb.OrderEntryRequest(request_id=stream * 1000 + n, place_order=place(BUY, "10", "1", f"{stream}-{n}"))
            for n in range(100)
        ]
        answers = exchange.orders.OrderEntry(iter(requests), metadata=alice.metadata, timeout=60)
        results[stream] = [answer.request_id for answer in answers]

    threads = [threading.Thread(target=run, args=(stream,)) for stream in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for stream, ids in results.items():
        assert ids == [stream * 1000 + n for n in range(100)]
    assert len(results) == 4
