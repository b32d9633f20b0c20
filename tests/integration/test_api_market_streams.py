"""Every stream of market data over gRPC: what it begins with, what it follows, how it resumes and how it ends."""

import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from exchange.v1 import account_streams_pb2 as account_streams_pb
from exchange.v1 import admin_service_pb2 as admin_pb
from exchange.v1 import market_data_service_pb2 as market_pb
from exchange.v1 import market_streams_pb2 as pb
from exchange.v1 import order_service_pb2 as order_pb
from exchange.v1 import types_pb2
from tests.integration.exchange_fixture import BUY, MARKET, SELL, Exchange, Trader
from tests.integration.exchange_process import ExchangeProcess
from tests.property.feeds_clients import BookClient
from tests.property.market_clients import BboClient, CandleClient, OrdersClient, TickerClient

DEADLINE_S = 30

MINUTE = pb.CANDLE_INTERVAL_1M
SECOND = pb.CANDLE_INTERVAL_1S


def opened(exchange: Exchange, trader: Trader) -> dict[str, Any]:
    """Open a stream of every kind."""
    data, accounts = exchange.market_data, exchange.accounts
    kinds: dict[str, tuple[Callable[..., Any], Any]] = {
        "order_book": (data.StreamOrderBook, pb.StreamOrderBookRequest(market=MARKET)),
        "view": (data.StreamOrderBook, pb.StreamOrderBookRequest(market=MARKET, view=pb.BookView(depth=5))),
        "bbo": (data.StreamBbo, pb.StreamBboRequest(market=MARKET)),
        "ticker": (data.StreamTicker, pb.StreamTickerRequest(market=MARKET)),
        "trades": (data.StreamTrades, pb.StreamTradesRequest(market=MARKET)),
        "candles": (data.StreamCandles, pb.StreamCandlesRequest(market=MARKET, interval=MINUTE)),
        "orders": (data.StreamOrders, pb.StreamOrdersRequest(market=MARKET)),
        "subscribe": (data.Subscribe, pb.SubscribeRequest()),
        "account": (accounts.StreamAccount, account_streams_pb.StreamAccountRequest()),
        "fills": (accounts.StreamFills, account_streams_pb.StreamFillsRequest()),
    }
    return {
        name: method(request, timeout=DEADLINE_S, metadata=trader.metadata) for name, (method, request) in kinds.items()
    }


def until(stream: Iterator[Any], client: Any, done: Callable[[], bool]) -> None:
    """Let a client read until it knows something; the stream's deadline ends this."""
    while not done():
        client.take(next(stream))


def trade(exchange: Exchange, alice: Trader, bob: Trader, price: str, quantity: str) -> None:
    exchange.place(alice, SELL, price, quantity)
    exchange.place(bob, BUY, price, quantity)


def cancel_all(exchange: Exchange, *traders: Trader) -> None:
    for trader in traders:
        exchange.orders.CancelAllOrders(order_pb.CancelAllOrdersRequest(), metadata=trader.metadata)


def test_a_view_shows_the_best_levels_and_adds_up_what_falls_together(exchange: Exchange, alice: Trader) -> None:
    for price in ("100", "101.5", "103", "104.5", "106"):
        exchange.place(alice, BUY, price, "1")
    request = pb.StreamOrderBookRequest(market=MARKET, view=pb.BookView(depth=2, price_step="2.5"))
    stream = exchange.market_data.StreamOrderBook(request, timeout=DEADLINE_S)
    client = BookClient(1, 3)
    until(stream, client, lambda: client.sequence is not None)
    assert client.bids == {"105": "1", "102.5": "2"}
    exchange.place(alice, BUY, "107.5", "3")
    until(stream, client, lambda: client.bids == {"107.5": "3", "105": "1"})
    cancel_all(exchange, alice)
    until(stream, client, lambda: not client.bids)
    stream.cancel()


def test_a_conflated_book_comes_no_more_often_than_asked_for_and_misses_nothing(
    exchange: Exchange, alice: Trader
) -> None:
    request = pb.StreamOrderBookRequest(market=MARKET, view=pb.BookView(interval_ms=300))
    stream = exchange.market_data.StreamOrderBook(request, timeout=DEADLINE_S)
    client = BookClient(1, 3)
    until(stream, client, lambda: client.sequence is not None)
    for price in range(50, 90):
        exchange.place(alice, BUY, str(price), "1")
    expected = {str(price): "1" for price in range(50, 90)}
    # When they were made: how late this client reads them is its own affair.
    made_ns: list[int] = []
    while client.bids != expected:
        message = next(stream)
        client.take(message)
        if message.HasField("delta"):
            made_ns.append(message.delta.hops.published_ns)
    cancel_all(exchange, alice)
    assert all(later - earlier > 250_000_000 for earlier, later in pairwise(made_ns))
    stream.cancel()


def test_best_prices_trades_ticker_and_candles_follow_what_happens(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    streams = opened(exchange, alice)
    bbo, ticker, candles = BboClient(), TickerClient(), CandleClient()
    until(streams["bbo"], bbo, lambda: bbo.bests is not None)
    until(streams["ticker"], ticker, lambda: ticker.ticker is not None)
    assert ticker.ticker is not None
    before = ticker.ticker.trade_count
    until(streams["candles"], candles, lambda: candles.sequence is not None)
    exchange.place(alice, BUY, "90", "2")
    exchange.place(alice, SELL, "110", "3")
    until(streams["bbo"], bbo, lambda: bbo.bests == (("90", "2"), ("110", "3")))
    trade(exchange, alice, bob, "100", "0.5")
    trade(exchange, alice, bob, "101", "0.25")
    until(streams["ticker"], ticker, lambda: ticker.ticker is not None and ticker.ticker.trade_count == before + 2)
    found = ticker.ticker
    assert (found.last_price, found.last_quantity) == ("101", "0.25")
    assert (found.bid.price, found.ask.price) == ("90", "110")
    assert found.sequence <= exchange.state()[0]
    until(streams["candles"], candles, lambda: any(candle.close == "101" for candle in candles.candles.values()))
    newest = candles.candles[max(candles.candles)]
    assert (newest.interval, newest.closed) == (MINUTE, False)
    for stream in streams.values():
        stream.cancel()
    cancel_all(exchange, alice, bob)


def test_a_ticker_tells_what_the_market_accepts_when_it_changes(exchange: Exchange) -> None:
    stream = exchange.market_data.StreamTicker(pb.StreamTickerRequest(market=MARKET), timeout=DEADLINE_S)
    client = TickerClient()
    until(stream, client, lambda: client.ticker is not None)
    assert client.ticker is not None
    assert client.ticker.status == types_pb2.MARKET_STATUS_OPEN
    for status in (types_pb2.MARKET_STATUS_CANCEL_ONLY, types_pb2.MARKET_STATUS_OPEN):
        request = admin_pb.SetMarketStatusRequest(market=MARKET, status=status)
        exchange.admin.SetMarketStatus(request, metadata=exchange.operator)
        until(stream, client, lambda status=status: client.ticker.status == status)  # type: ignore[misc]
        asked = exchange.market_data.GetTicker(market_pb.GetTickerRequest(market=MARKET)).ticker
        assert (asked.status, asked.sequence) == (status, client.ticker.sequence)
    stream.cancel()


def test_a_candle_closes_when_its_time_is_over_though_nothing_trades(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    request = pb.StreamCandlesRequest(market=MARKET, interval=SECOND)
    stream = exchange.market_data.StreamCandles(request, timeout=DEADLINE_S)
    client = CandleClient()
    until(stream, client, lambda: client.sequence is not None)
    trade(exchange, alice, bob, "100", "0.5")
    until(stream, client, lambda: bool(client.candles) and all(candle.closed for candle in client.candles.values()))
    open_time = max(client.candles)
    late_s = time.time() - (open_time / 1e9 + 1)
    assert 0 <= late_s < 5
    stream.cancel()


def test_queues_are_followed_order_by_order(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    first = exchange.place(alice, BUY, "100", "1")
    stream = exchange.market_data.StreamOrders(pb.StreamOrdersRequest(market=MARKET), timeout=DEADLINE_S)
    client = OrdersClient(1, 3)
    until(stream, client, lambda: client.sequence is not None)
    second = exchange.place(bob, BUY, "100", "2", display_quantity="0.5")
    third = exchange.place(alice, BUY, "100", "3")
    rows = [(first.order_id, "100", "1"), (second.order_id, "100", "0.5"), (third.order_id, "100", "3")]
    until(stream, client, lambda: client.rows(BUY) == rows)
    # The slice that is shown is taken with the order before it; the next one stands behind.
    exchange.place(exchange.trader(), SELL, "100", "1.5")
    rows = [(third.order_id, "100", "3"), (second.order_id, "100", "0.5")]
    until(stream, client, lambda: client.rows(BUY) == rows)
    amend = order_pb.AmendOrderRequest(order_id=third.order_id, quantity="1")
    exchange.orders.AmendOrder(amend, metadata=alice.metadata)
    until(stream, client, lambda: client.rows(BUY) == [(third.order_id, "100", "1"), *rows[1:]])
    cancel_all(exchange, alice, bob)
    until(stream, client, lambda: not client.rows(BUY))
    stream.cancel()


def test_a_message_tells_when_its_command_passed_each_station(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    streams = opened(exchange, alice)
    for name in streams:
        next(streams[name])
    started_ns = time.time_ns()
    trade(exchange, alice, bob, "100", "1")
    for name in ("order_book", "view", "bbo", "ticker", "trades", "candles", "orders", "account", "fills"):
        hops = next(found for message in streams[name] if (found := hop_times(message)) is not None)
        passed = (started_ns, hops.received_ns, hops.sequenced_ns, hops.durable_ns, hops.published_ns, time.time_ns())
        assert list(passed) == sorted(passed), name
    for stream in streams.values():
        stream.cancel()


def hop_times(message: Any) -> Any:
    """Return the hop times of a message that has some."""
    kind = message.WhichOneof("event")
    event = getattr(message, kind)
    return event.hops if any(field.name == "hops" for field in event.DESCRIPTOR.fields) else None


def test_heartbeats_tell_up_to_where_everything_was_sent(exchange: Exchange, alice: Trader) -> None:
    streams = opened(exchange, alice)
    sequence = exchange.state()[0]
    for name, stream in streams.items():
        found = next(
            message.heartbeat for message in stream if message.HasField("heartbeat") and message.heartbeat.sequence
        )
        assert found.sequence == sequence, name
        assert abs(found.server_time.ToNanoseconds() - time.time_ns()) < DEADLINE_S * 1e9
        stream.cancel()


def test_after_a_restart_trades_resume_and_their_hop_times_are_unknown(tmp_path: Path) -> None:
    process = ExchangeProcess(tmp_path / "data", heartbeat_seconds=0.2)
    process.start()
    try:
        exchange = Exchange(process)
        exchange.seed()
        alice, bob = exchange.trader(), exchange.trader()
        for _ in range(3):
            trade(exchange, alice, bob, "100", "1")
        process.kill()
        process.start()
        exchange.connect()
        request = pb.StreamTradesRequest(market=MARKET, after_trade_id=1)
        stream = exchange.market_data.StreamTrades(request, timeout=DEADLINE_S, wait_for_ready=True)
        assert next(stream).HasField("heartbeat")
        batch = next(stream).trades
        assert [found.trade_id for found in batch.trades] == [2, 3]
        assert (batch.hops.received_ns, batch.hops.durable_ns) == (0, 0)
        assert batch.hops.sequenced_ns == batch.trades[-1].trade_time.ToNanoseconds()
        trade(exchange, alice, bob, "100", "1")
        batch = next(message.trades for message in stream if message.HasField("trades"))
        assert [found.trade_id for found in batch.trades] == [4]
        assert 0 < batch.hops.received_ns <= batch.hops.sequenced_ns <= batch.hops.durable_ns
        stream.cancel()
    finally:
        process.stop()


def test_an_orderly_end_tells_every_stream_when_to_come_back(tmp_path: Path) -> None:
    process = ExchangeProcess(tmp_path / "data", heartbeat_seconds=30)
    process.start()
    try:
        exchange = Exchange(process)
        exchange.seed()
        streams = opened(exchange, exchange.trader())
        for stream in streams.values():
            next(stream)
    finally:
        process.stop()
    for name, stream in streams.items():
        with pytest.raises(grpc.RpcError) as ended:
            list(stream)
        status = rpc_status.from_call(ended.value)
        assert status is not None, name
        assert status.code == grpc.StatusCode.UNAVAILABLE.value[0], name
        retry, info = error_details_pb2.RetryInfo(), error_details_pb2.ErrorInfo()
        assert any(detail.Unpack(retry) for detail in status.details), name
        assert retry.retry_delay.ToMilliseconds() == 1_000
        assert status.details[0].Unpack(info)
        assert info.reason == "UNAVAILABLE"
