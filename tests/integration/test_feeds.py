"""The streams of a real server over gRPC: a reader that does not read, a kill in the middle, a history that is gone."""

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from exchange.v1 import account_streams_pb2 as account_streams_pb
from exchange.v1 import market_streams_pb2 as market_streams_pb
from exchange.v1 import order_service_pb2 as order_pb
from exchange.v1 import types_pb2
from exchange.v1.market_data_service_pb2_grpc import MarketDataServiceStub
from tests.integration.exchange_fixture import BUY, LIMIT, MARKET, SELL, Exchange, Trader
from tests.property.feeds_clients import AccountClient, BookClient

DEADLINE_S = 30


def batch(prices: Iterable[int], side: types_pb2.Side = BUY) -> order_pb.OrderEntryRequest:
    orders = [
        order_pb.PlaceOrderRequest(market=MARKET, side=side, type=LIMIT, price=str(price), quantity="0.1")
        for price in prices
    ]
    items = [order_pb.OrderBatchItem(place_order=order) for order in orders]
    return order_pb.OrderEntryRequest(batch=order_pb.OrderBatch(items=items))


def send(exchange: Exchange, trader: Trader, batches: list[order_pb.OrderEntryRequest]) -> None:
    for answer in exchange.orders.OrderEntry(iter(batches), metadata=trader.metadata, timeout=DEADLINE_S):
        assert answer.WhichOneof("outcome") == "batch"


def follow(
    stream: Iterator[account_streams_pb.StreamAccountResponse], client: AccountClient, until_sequence: int
) -> None:
    """Read until everything up to a sequence is known."""
    deadline = time.monotonic() + DEADLINE_S
    while max(client.sequence or 0, client.heartbeat_sequence) < until_sequence:
        assert time.monotonic() < deadline
        client.take(next(stream))


def read_to_the_end(stream: Iterator[account_streams_pb.StreamAccountResponse], client: AccountClient) -> None:
    for message in stream:
        client.take(message)


def follow_book(
    channel: grpc.Channel,
) -> tuple[BookClient, "grpc._CallIterator[market_streams_pb.StreamOrderBookResponse]"]:
    request = market_streams_pb.StreamOrderBookRequest(market=MARKET)
    stream = MarketDataServiceStub(channel).StreamOrderBook(request, timeout=4 * DEADLINE_S)
    client = BookClient(1, 3)
    client.take(next(stream))
    return client, stream


def read_until(
    stream: Iterator[market_streams_pb.StreamOrderBookResponse], client: BookClient, bids: dict[str, str]
) -> int:
    """Return the number of messages until the bids are these."""
    messages = 0
    while client.bids != bids:
        client.take(next(stream))
        messages += 1
    return messages


def test_a_client_that_does_not_read_gets_the_newest_levels_in_fewer_messages(
    exchange: Exchange, alice: Trader
) -> None:
    eager, eager_stream = follow_book(exchange.channel)
    # A client's library reads ahead by megabytes when it may.
    lazy_channel = grpc.insecure_channel(
        exchange.process.address, options=[("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 65_536)]
    )
    lazy, lazy_stream = follow_book(lazy_channel)
    with ThreadPoolExecutor() as threads:
        read_at_once = threads.submit(read_until, eager_stream, eager, {"77": "1"})
        for start in range(100, 40_100, 1_000):
            send(exchange, alice, [batch(range(start + n, start + n + 100)) for n in range(0, 1_000, 100)])
            exchange.orders.CancelAllOrders(order_pb.CancelAllOrdersRequest(), metadata=alice.metadata)
        exchange.place(alice, BUY, "77", "1")
        published = read_at_once.result()
    sent = read_until(lazy_stream, lazy, {"77": "1"})
    eager_stream.cancel()
    lazy_stream.cancel()
    lazy_channel.close()
    exchange.orders.CancelAllOrders(order_pb.CancelAllOrdersRequest(), metadata=alice.metadata)
    assert sent < published // 2, (sent, published)


def test_an_account_is_followed_across_a_kill_without_loss_or_repetition(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    witness, broken = AccountClient(), AccountClient()
    request = account_streams_pb.StreamAccountRequest()
    stream = exchange.accounts.StreamAccount(request, metadata=alice.metadata, timeout=DEADLINE_S)
    follow(stream, witness, 1)
    assert witness.sequence is not None
    start = witness.sequence
    send(exchange, alice, [batch(range(50_000 + n, 50_005 + n)) for n in range(10)])
    send(exchange, bob, [batch([50_000] * 9, SELL)])
    follow(stream, witness, exchange.state()[0])
    stream.cancel()
    assert len(witness.updates) == 59

    broken.sequence = start
    request = account_streams_pb.StreamAccountRequest(after_sequence=start)
    stream = exchange.accounts.StreamAccount(request, metadata=alice.metadata, timeout=DEADLINE_S)
    for _ in range(20):
        assert broken.take(next(stream)) == "update"
    exchange.process.kill()
    with pytest.raises(grpc.RpcError):
        read_to_the_end(stream, broken)
    exchange.process.start()
    exchange.connect()
    request = account_streams_pb.StreamAccountRequest(after_sequence=broken.sequence)
    stream = exchange.accounts.StreamAccount(request, metadata=alice.metadata, timeout=DEADLINE_S, wait_for_ready=True)
    follow(stream, broken, exchange.state()[0])
    stream.cancel()
    assert broken.updates == witness.updates


def test_a_sequence_to_come_is_out_of_range_and_the_latest_is_named(exchange: Exchange, alice: Trader) -> None:
    request = account_streams_pb.StreamAccountRequest(after_sequence=1 << 60)
    with pytest.raises(grpc.RpcError) as refused:
        next(exchange.accounts.StreamAccount(request, metadata=alice.metadata, timeout=DEADLINE_S))
    status = rpc_status.from_call(refused.value)
    assert status is not None
    assert status.code == grpc.StatusCode.OUT_OF_RANGE.value[0]
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert info.reason == "SEQUENCE_IN_FUTURE"
    assert int(info.metadata["latest_sequence"]) == exchange.state()[0]
