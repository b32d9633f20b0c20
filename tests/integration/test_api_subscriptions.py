"""Subscribe and UpdateSubscription over gRPC: each channel is what its own stream would be."""

import secrets
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from exchange.v1 import account_streams_pb2 as account_streams_pb
from exchange.v1 import admin_service_pb2 as admin_pb
from exchange.v1 import market_streams_pb2 as pb
from exchange.v1 import order_service_pb2 as order_pb
from exchange.v1.market_data_service_pb2_grpc import MarketDataServiceStub
from tests.integration.bad_input.calls import told
from tests.integration.exchange_fixture import BUY, LIMIT, MARKET, READ, SELL, TRADE, Exchange, Metadata, Trader, bearer
from tests.property.feeds_clients import AccountClient, BookClient
from tests.property.market_clients import BboClient, CandleClient, OrdersClient, TickerClient

DEADLINE_S = 30


def channel(channel_id: int, **source: Any) -> pb.Channel:
    return pb.Channel(channel_id=channel_id, **source)


def market_channels() -> list[pb.Channel]:
    """One of every kind that needs no key."""
    return [
        channel(1, order_book=pb.StreamOrderBookRequest(market=MARKET)),
        channel(2, order_book=pb.StreamOrderBookRequest(market=MARKET, view=pb.BookView(depth=1, price_step="10"))),
        channel(3, bbo=pb.StreamBboRequest(market=MARKET)),
        channel(4, ticker=pb.StreamTickerRequest(market=MARKET)),
        channel(5, trades=pb.StreamTradesRequest(market=MARKET)),
        channel(6, candles=pb.StreamCandlesRequest(market=MARKET, interval=pb.CANDLE_INTERVAL_1M)),
        channel(7, orders=pb.StreamOrdersRequest(market=MARKET)),
    ]


class Subscriber:
    """A client of one Subscribe stream."""

    def __init__(
        self,
        exchange: Exchange,
        channels: list[pb.Channel],
        metadata: Metadata = (),
        market_data: MarketDataServiceStub | None = None,
    ) -> None:
        self.exchange = exchange
        self.metadata = metadata
        request = pb.SubscribeRequest(channels=channels)
        self.stream = (market_data or exchange.market_data).Subscribe(request, timeout=DEADLINE_S, metadata=metadata)
        first = next(self.stream)
        assert first.channel_id == 0
        self.stream_id = first.opened.stream_id

    def update(self, add: list[pb.Channel] | None = None, remove: list[int] | None = None, **changed: Any) -> list[int]:
        request = pb.UpdateSubscriptionRequest(stream_id=self.stream_id, add=add or [], remove=remove or [])
        metadata = changed.get("metadata", self.metadata)
        return list(self.exchange.market_data.UpdateSubscription(request, metadata=metadata).channel_ids)

    def messages(self) -> Iterator[pb.SubscribeResponse]:
        """Iterate over what is of a channel."""
        return (message for message in self.stream if message.channel_id)

    def of(self, channel_id: int) -> pb.SubscribeResponse:
        """Return the next message of a channel."""
        return next(message for message in self.messages() if message.channel_id == channel_id)


def test_each_channel_is_what_the_stream_of_its_own_would_be(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    exchange.place(alice, BUY, "90", "1")
    account = [
        channel(8, account=account_streams_pb.StreamAccountRequest()),
        channel(9, fills=account_streams_pb.StreamFillsRequest()),
    ]
    subscriber = Subscriber(exchange, market_channels() + account, alice.metadata)
    clients: dict[int, Any] = {
        1: BookClient(1, 3),
        2: BookClient(1, 3),
        3: BboClient(),
        4: TickerClient(),
        6: CandleClient(),
        7: OrdersClient(1, 3),
        8: AccountClient(),
    }
    trades: list[Any] = []
    fills: list[Any] = []
    exchange.place(alice, SELL, "100", "2")
    exchange.place(bob, BUY, "100", "0.5")

    def done() -> bool:
        return (
            clients[1].asks == clients[2].asks == {"100": "1.5"}
            and clients[3].bests == (("90", "1"), ("100", "1.5"))
            and clients[4].ticker is not None
            and clients[4].ticker.last_quantity == "0.5"
            and bool(clients[6].candles)
            and [row[1:] for row in clients[7].rows(SELL)] == [("100", "1.5")]
            and bool(fills)
            and bool(trades)
            and bool(clients[8].updates)
            and clients[8].updates[-1].update.fills[:1] == fills[:1]
        )

    for message in subscriber.messages():
        kind = message.WhichOneof("event")
        assert kind is not None
        inner = getattr(message, kind)
        if message.channel_id == 5:
            trades += inner.trades.trades
        elif message.channel_id == 9:
            fills += inner.fills.fills
        else:
            clients[message.channel_id].take(inner)
        if done():
            break
    assert clients[1].bids == {"90": "1"}
    assert len(trades) == 1
    assert trades[0].trade_id == fills[0].trade_id
    subscriber.stream.cancel()
    cancel_all(exchange, alice, bob)


def cancel_all(exchange: Exchange, *traders: Trader) -> None:
    for trader in traders:
        exchange.orders.CancelAllOrders(order_pb.CancelAllOrdersRequest(), metadata=trader.metadata)


def test_channels_are_added_and_removed_while_the_stream_runs(exchange: Exchange, alice: Trader) -> None:
    subscriber = Subscriber(exchange, [])
    assert subscriber.update(add=market_channels()) == [1, 2, 3, 4, 5, 6, 7]
    kinds = {}
    for message in subscriber.messages():
        kinds[message.channel_id] = message.WhichOneof("event")
        if len(kinds) == 7:
            break
    assert kinds == {
        1: "order_book",
        2: "order_book",
        3: "bbo",
        4: "ticker",
        5: "trades",
        6: "candles",
        7: "orders",
    }
    # A number is free again at once, for something else.
    again = channel(2, bbo=pb.StreamBboRequest(market=MARKET))
    assert subscriber.update(remove=[2, 1], add=[again]) == [2, 3, 4, 5, 6, 7]
    closed = subscriber.of(1)
    assert closed.HasField("closed")
    assert (closed.closed.code, closed.closed.message, closed.closed.status_details) == (0, "", b"")
    assert subscriber.of(2).HasField("bbo")
    exchange.place(alice, BUY, "91", "1")
    # Best prices twice, the ticker and the queues have something to say of it.
    assert {message.channel_id for message in islice(subscriber.messages(), 4)} == {2, 3, 4, 7}
    subscriber.stream.cancel()
    cancel_all(exchange, alice)


def test_an_update_is_done_wholly_or_not_at_all(exchange: Exchange) -> None:
    subscriber = Subscriber(exchange, market_channels())
    sound = channel(20, trades=pb.StreamTradesRequest(market=MARKET))
    deep = channel(21, order_book=pb.StreamOrderBookRequest(market=MARKET, view=pb.BookView(depth=5_000)))
    off_tick = channel(21, order_book=pb.StreamOrderBookRequest(market=MARKET, view=pb.BookView(price_step="0.75")))
    unknown = channel(21, bbo=pb.StreamBboRequest(market="X-Y"))
    future = channel(21, trades=pb.StreamTradesRequest(market=MARKET, after_trade_id=10**6))
    many = [channel(100 + n, bbo=pb.StreamBboRequest(market=MARKET)) for n in range(94)]
    wrong: list[tuple[list[pb.Channel], list[int], grpc.StatusCode, str, str]] = [
        ([sound, deep], [1], grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD", "add[1].order_book.view.depth"),
        (
            [sound, off_tick],
            [1],
            grpc.StatusCode.INVALID_ARGUMENT,
            "PRICE_OFF_TICK",
            "add[1].order_book.view.price_step",
        ),
        ([sound, unknown], [1], grpc.StatusCode.NOT_FOUND, "MARKET_NOT_FOUND", "add[1].bbo.market"),
        ([sound, future], [1], grpc.StatusCode.OUT_OF_RANGE, "SEQUENCE_IN_FUTURE", "add[1].trades.after_trade_id"),
        ([sound, sound], [1], grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD", "add[1].channel_id"),
        (
            [channel(3, ticker=pb.StreamTickerRequest(market=MARKET))],
            [1],
            grpc.StatusCode.INVALID_ARGUMENT,
            "INVALID_FIELD",
            "add[0].channel_id",
        ),
        (many, [], grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD", "add"),
        ([sound], [1, 99], grpc.StatusCode.NOT_FOUND, "CHANNEL_NOT_FOUND", "remove[1]"),
        ([sound], [1, 1], grpc.StatusCode.NOT_FOUND, "CHANNEL_NOT_FOUND", "remove[1]"),
        (
            [channel(21, account=account_streams_pb.StreamAccountRequest())],
            [1],
            grpc.StatusCode.UNAUTHENTICATED,
            "UNAUTHENTICATED",
            "add[0].account",
        ),
    ]
    for add, remove, *answer in wrong:
        with pytest.raises(grpc.RpcError) as refused:
            subscriber.update(add=add, remove=remove)
        assert told(refused.value) == tuple(answer)
    assert subscriber.update() == [1, 2, 3, 4, 5, 6, 7]
    assert len(subscriber.update(add=many, remove=[1])) == 100
    subscriber.stream.cancel()


def test_a_stream_is_changed_by_its_caller_only(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    mine, anybodys = Subscriber(exchange, [], alice.metadata), Subscriber(exchange, [])
    assert mine.stream_id != anybodys.stream_id
    assert len(mine.stream_id) >= 20
    add = [channel(1, bbo=pb.StreamBboRequest(market=MARKET))]
    for subscriber, metadata in ((mine, bob.metadata), (mine, ()), (anybodys, alice.metadata)):
        with pytest.raises(grpc.RpcError) as refused:
            subscriber.update(add=add, metadata=metadata)
        assert told(refused.value) == (grpc.StatusCode.NOT_FOUND, "STREAM_NOT_FOUND", "stream_id")
    # Another key of the account may.
    other = exchange.api_key(alice.account_id, TRADE)
    assert mine.update(add=add, metadata=bearer(other.api_key)) == [1]
    fills = [channel(2, fills=account_streams_pb.StreamFillsRequest())]
    with pytest.raises(grpc.RpcError) as refused:
        mine.update(add=fills, metadata=bearer(other.api_key))
    assert told(refused.value) == (grpc.StatusCode.PERMISSION_DENIED, "SCOPE_MISSING", "add[0].fills")
    assert anybodys.update(add=add) == [1]
    for subscriber in (mine, anybodys):
        subscriber.stream.cancel()
    # A stream that is over is nobody's; the server learns of it in a moment.
    deadline = time.monotonic() + DEADLINE_S
    while is_open(mine):
        assert time.monotonic() < deadline
    with pytest.raises(grpc.RpcError) as refused:
        mine.update()
    assert told(refused.value) == (grpc.StatusCode.NOT_FOUND, "STREAM_NOT_FOUND", "stream_id")


def is_open(subscriber: Subscriber) -> bool:
    try:
        subscriber.update()
    except grpc.RpcError:
        return False
    return True


def test_a_key_is_optional_and_a_bad_one_is_refused(exchange: Exchange, alice: Trader) -> None:
    key = exchange.api_key(alice.account_id, READ)
    metadata = bearer(key.api_key)
    subscriber = Subscriber(exchange, [channel(1, account=account_streams_pb.StreamAccountRequest())], metadata)
    assert subscriber.of(1).account.HasField("snapshot")
    exchange.admin.RevokeApiKey(admin_pb.RevokeApiKeyRequest(key_id=key.key_id), metadata=exchange.operator)
    with pytest.raises(grpc.RpcError) as ended:
        list(subscriber.stream)
    assert told(ended.value)[:2] == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
    for bad in (metadata, bearer("ex_unknown_key"), (("authorization", "nonsense"),)):
        with pytest.raises(grpc.RpcError) as refused:
            Subscriber(exchange, [], bad)
        assert told(refused.value)[:2] == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
        request = pb.UpdateSubscriptionRequest(stream_id=secrets.token_urlsafe(16))
        with pytest.raises(grpc.RpcError) as refused:
            exchange.market_data.UpdateSubscription(request, metadata=bad)
        assert told(refused.value)[:2] == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")


def test_a_quiet_stream_has_heartbeats_of_its_own(exchange: Exchange) -> None:
    subscriber = Subscriber(exchange, market_channels())
    sequence = exchange.state()[0]
    seen = 0
    for message in subscriber.stream:
        if message.channel_id == 0:
            assert message.heartbeat.sequence == sequence
            seen += 1
        elif seen:
            raise AssertionError(f"a quiet channel sent {message}")
        if seen == 3:
            break
    subscriber.stream.cancel()


def test_what_a_closed_channel_says_is_what_its_own_stream_would_have_ended_with(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    # A client's library reads ahead by megabytes when it may.
    options = [("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 65_536)]
    connection = grpc.insecure_channel(exchange.process.address, options=options)
    channels = [channel(1, trades=pb.StreamTradesRequest(market=MARKET))]
    subscriber = Subscriber(exchange, channels, (), MarketDataServiceStub(connection))
    # The server's flow control lets a stream that is not read fill up; then its trades wait, and then it is too slow.
    for _ in range(10):
        for trader, side in ((alice, SELL), (bob, BUY)):
            order = order_pb.PlaceOrderRequest(market=MARKET, side=side, type=LIMIT, price="100", quantity="0.01")
            items = [order_pb.OrderBatchItem(place_order=order)] * 500
            requests = [order_pb.OrderEntryRequest(batch=order_pb.OrderBatch(items=items))] * 2
            for answer in exchange.orders.OrderEntry(iter(requests), metadata=trader.metadata, timeout=DEADLINE_S):
                assert answer.HasField("batch")
    last_id = 0
    closed = None
    for message in subscriber.stream:
        if message.HasField("closed"):
            closed = message.closed
            break
        if message.HasField("trades") and message.trades.HasField("trades"):
            ids = [trade.trade_id for trade in message.trades.trades.trades]
            last_id = ids[-1]
    assert closed is not None
    assert closed.code == grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]
    status = status_pb2.Status.FromString(closed.status_details)
    assert (status.code, status.message) == (closed.code, closed.message)
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert (info.reason, info.metadata["after_trade_id"]) == ("STREAM_TOO_SLOW", str(last_id))
    # The others go on.
    subscriber.update(add=[channel(2, bbo=pb.StreamBboRequest(market=MARKET))])
    assert subscriber.of(2).HasField("bbo")
    subscriber.stream.cancel()
    connection.close()
