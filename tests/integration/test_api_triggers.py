"""Orders that wait: for a trigger or for a time; and what a dead-man's switch and a lost stream cancel."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from exchange.v1 import account_service_pb2 as account_pb
from exchange.v1 import account_streams_pb2 as account_streams_pb
from exchange.v1 import admin_service_pb2 as admin_pb
from exchange.v1 import market_data_service_pb2 as market_pb
from exchange.v1 import order_service_pb2 as order_pb
from exchange.v1 import types_pb2
from tests.integration.exchange_fixture import BUY, LIMIT, MARKET, SELL, Exchange, Trader
from tests.integration.exchange_process import ExchangeProcess
from tests.integration.test_api_streams import Sender

STOP_MARKET = types_pb2.ORDER_TYPE_STOP_MARKET
STOP_LIMIT = types_pb2.ORDER_TYPE_STOP_LIMIT
TRAILING_STOP = types_pb2.ORDER_TYPE_TRAILING_STOP
OPEN, FILLED, CANCELED = types_pb2.ORDER_STATUS_OPEN, types_pb2.ORDER_STATUS_FILLED, types_pb2.ORDER_STATUS_CANCELED
EXPIRED, PENDING = types_pb2.ORDER_STATUS_EXPIRED, types_pb2.ORDER_STATUS_PENDING_TRIGGER


@pytest.fixture(autouse=True)
def cleared(exchange: Exchange, alice: Trader, bob: Trader) -> Any:
    yield
    for trader in (alice, bob):
        exchange.orders.CancelAllOrders(order_pb.CancelAllOrdersRequest(), metadata=trader.metadata)


def order_of(exchange: Exchange, trader: Trader, order_id: int) -> types_pb2.Order:
    request = order_pb.GetOrderRequest(order_id=order_id)
    return exchange.orders.GetOrder(request, metadata=trader.metadata).order


def place(exchange: Exchange, trader: Trader, side: types_pb2.Side, **fields: Any) -> types_pb2.Order:
    request = order_pb.PlaceOrderRequest(market=MARKET, side=side, **fields)
    return exchange.orders.PlaceOrder(request, metadata=trader.metadata).order


def trade_at(exchange: Exchange, price: str) -> None:
    """Let two strangers trade."""
    one, other = exchange.trader(), exchange.trader()
    exchange.place(one, SELL, price, "0.1")
    exchange.place(other, BUY, price, "0.1")


def eventually(condition: Callable[[], bool], what: str, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


# ---------------------------------------------------------------- triggers


def test_a_stop_waits_reserves_nothing_and_is_listed_amended_and_canceled_like_an_open_order(
    exchange: Exchange, alice: Trader
) -> None:
    trade_at(exchange, "1000")
    stop = place(exchange, alice, SELL, type=STOP_LIMIT, price="900", quantity="2", trigger_price="950")
    assert (stop.status, stop.trigger_price, stop.open_quantity) == (PENDING, "950", "2")
    assert exchange.balance(alice, "BTC") == ("1000", "0")
    book = exchange.market_data.GetOrderBook(market_pb.GetOrderBookRequest(market=MARKET)).order_book
    assert not book.asks
    listed = exchange.orders.ListOrders(order_pb.ListOrdersRequest(open_only=True), metadata=alice.metadata).orders
    assert list(listed) == [stop]
    request = order_pb.AmendOrderRequest(order_id=stop.order_id, quantity="1")
    amended = exchange.orders.AmendOrder(request, metadata=alice.metadata).order
    assert (amended.status, amended.quantity) == (PENDING, "1")
    cancel = order_pb.CancelOrderRequest(order_id=stop.order_id)
    canceled = exchange.orders.CancelOrder(cancel, metadata=alice.metadata).order
    assert (canceled.status, canceled.open_quantity) == (CANCELED, "0")


def test_a_stop_that_the_last_trade_satisfies_is_refused(exchange: Exchange, alice: Trader) -> None:
    trade_at(exchange, "1000")
    with pytest.raises(grpc.RpcError, match="trigger_price") as refused:
        place(exchange, alice, SELL, type=STOP_MARKET, quantity="1", trigger_price="1000")
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION


def test_a_triggered_order_is_told_to_its_owner_with_its_fills(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    trade_at(exchange, "1000")
    stream = exchange.accounts.StreamAccount(
        account_streams_pb.StreamAccountRequest(), metadata=alice.metadata, timeout=30
    )
    next(stream)
    stop = place(exchange, alice, SELL, type=STOP_MARKET, quantity="1", trigger_price="950")
    exchange.place(bob, BUY, "940", "2")
    trade_at(exchange, "945")
    fired = order_of(exchange, alice, stop.order_id)
    assert (fired.status, fired.filled_quantity, fired.filled_quote) == (FILLED, "1", "940")
    assert fired.HasField("trigger_time")
    updates = (response.update for response in stream if response.HasField("update"))
    assert [order.status for order in next(updates).orders] == [PENDING]
    update = next(updates)
    assert list(update.orders) == [fired]
    assert [(fill.order_id, fill.price) for fill in update.fills] == [(stop.order_id, "940")]
    stream.cancel()


def test_an_order_that_is_refused_when_it_triggers_says_why(exchange: Exchange, bob: Trader) -> None:
    trade_at(exchange, "1000")
    poor = exchange.trader(btc="0.001")
    stop = place(exchange, poor, SELL, type=STOP_MARKET, quantity="1", trigger_price="950")
    trade_at(exchange, "950")
    order = order_of(exchange, poor, stop.order_id)
    assert (order.status, order.close_reason) == (EXPIRED, types_pb2.CLOSE_REASON_TRIGGER_REFUSED)
    assert order.trigger_refusal == types_pb2.REJECT_REASON_INSUFFICIENT_FUNDS


def test_a_trailing_stop_tells_where_it_would_fire(exchange: Exchange, alice: Trader) -> None:
    trade_at(exchange, "1000")
    stop = place(exchange, alice, SELL, type=TRAILING_STOP, quantity="1", trailing_offset_bps=1000)
    assert (stop.trigger_price, stop.trailing_offset_bps) == ("900", 1000)
    trade_at(exchange, "1100")
    assert order_of(exchange, alice, stop.order_id).trigger_price == "990"


# ---------------------------------------------------------------- time


def soon(seconds: float) -> Timestamp:
    stamp = Timestamp()
    stamp.FromNanoseconds(time.time_ns() + int(seconds * 1e9))
    return stamp


def test_an_order_expires_at_its_time_and_its_owner_hears_of_it(exchange: Exchange, alice: Trader) -> None:
    stream = exchange.accounts.StreamAccount(
        account_streams_pb.StreamAccountRequest(), metadata=alice.metadata, timeout=30
    )
    next(stream)
    expire_time = soon(0.3)
    order = place(
        exchange,
        alice,
        BUY,
        type=LIMIT,
        price="100",
        quantity="1",
        time_in_force=types_pb2.TIME_IN_FORCE_GTT,
        expire_time=expire_time,
    )
    assert (order.status, order.expire_time) == (OPEN, expire_time)
    updates = (response.update for response in stream if response.HasField("update"))
    next(updates)
    update = next(updates)
    late_ns = update.event_time.ToNanoseconds() - expire_time.ToNanoseconds()
    assert 0 <= late_ns < 1_000_000_000
    (expired,) = update.orders
    assert (expired.status, expired.close_reason) == (EXPIRED, types_pb2.CLOSE_REASON_EXPIRE_TIME)
    assert exchange.balance(alice, "USDC") == ("100000000", "0")
    stream.cancel()


def test_a_switch_that_is_not_set_again_cancels_and_one_that_is_does_not(exchange: Exchange, alice: Trader) -> None:
    order = exchange.place(alice, BUY, "100", "1")
    arm = order_pb.SetCancelAllAfterRequest(timeout_ms=1_000)
    answer = exchange.orders.SetCancelAllAfter(arm, metadata=alice.metadata)
    assert answer.HasField("cancel_time")
    disarm = order_pb.SetCancelAllAfterRequest()
    assert not exchange.orders.SetCancelAllAfter(disarm, metadata=alice.metadata).HasField("cancel_time")
    time.sleep(1.3)
    assert order_of(exchange, alice, order.order_id).status == OPEN
    (streamed,) = exchange.orders.OrderEntry(
        iter([order_pb.OrderEntryRequest(set_cancel_all_after=arm)]), metadata=alice.metadata, timeout=20
    )
    assert streamed.set_cancel_all_after.HasField("cancel_time")
    eventually(lambda: order_of(exchange, alice, order.order_id).status == CANCELED, "the switch does not act")
    closed = order_of(exchange, alice, order.order_id)
    assert closed.close_reason == types_pb2.CLOSE_REASON_CANCEL_ALL_AFTER


# ---------------------------------------------------------------- disconnects


def entry(price: str, **fields: Any) -> order_pb.OrderEntryRequest:
    place_order = order_pb.PlaceOrderRequest(market=MARKET, side=BUY, type=LIMIT, price=price, quantity="1")
    return order_pb.OrderEntryRequest(place_order=place_order, **fields)


def test_a_stream_that_ends_takes_its_orders_with_it_and_no_others(exchange: Exchange, alice: Trader) -> None:
    other = exchange.place(alice, BUY, "90", "1")
    requests = [entry("100", cancel_on_disconnect=True), entry("101")]
    first, second = exchange.orders.OrderEntry(iter(requests), metadata=alice.metadata, timeout=20)
    for answer in (first, second):
        order = order_of(exchange, alice, answer.result.order_id)
        assert (order.status, order.close_reason) == (CANCELED, types_pb2.CLOSE_REASON_DISCONNECTED)
    assert order_of(exchange, alice, other.order_id).status == OPEN


def test_only_the_first_request_binds_the_stream(exchange: Exchange, alice: Trader) -> None:
    requests = [entry("100"), entry("101", cancel_on_disconnect=True)]
    answers = list(exchange.orders.OrderEntry(iter(requests), metadata=alice.metadata, timeout=20))
    time.sleep(0.1)
    assert {order_of(exchange, alice, answer.result.order_id).status for answer in answers} == {OPEN}


def test_a_client_that_vanishes_loses_its_orders(exchange: Exchange, alice: Trader) -> None:
    sender = Sender()
    channel = grpc.insecure_channel(exchange.process.address)
    stub = type(exchange.orders)(channel)
    stream = stub.OrderEntry(iter(sender), metadata=alice.metadata, timeout=30)
    sender.send(entry("100", cancel_on_disconnect=True))
    order_id = next(stream).result.order_id
    assert order_of(exchange, alice, order_id).status == OPEN
    channel.close()
    sender.end()
    eventually(lambda: order_of(exchange, alice, order_id).status == CANCELED, "the order stays open")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Exchange]:
    """Serve an exchange that the test may stop and kill."""
    process = ExchangeProcess(tmp_path / "data")
    process.start()
    try:
        exchange = Exchange(process)
        exchange.seed()
        yield exchange
    finally:
        process.stop()


@pytest.mark.parametrize("orderly", [True, False], ids=["stopped", "killed"])
def test_after_a_restart_what_ended_meanwhile_has_ended_before_anybody_is_served(own: Exchange, orderly: bool) -> None:
    trader = own.trader()
    sender = Sender()
    stream = own.orders.OrderEntry(iter(sender), metadata=trader.metadata, timeout=60)
    sender.send(entry("100", cancel_on_disconnect=True))
    bound = next(stream).result.order_id
    expiring = place(
        own,
        trader,
        BUY,
        type=LIMIT,
        price="101",
        quantity="1",
        time_in_force=types_pb2.TIME_IN_FORCE_GTT,
        expire_time=soon(1.0),
    )
    kept = own.place(trader, BUY, "102", "1")
    own.orders.SetCancelAllAfter(order_pb.SetCancelAllAfterRequest(timeout_ms=86_400_000), metadata=trader.metadata)
    own.process.stop() if orderly else own.process.kill()
    sender.end()
    time.sleep(1.0)
    own.process.start()
    own.connect()
    assert order_of(own, trader, bound).close_reason == types_pb2.CLOSE_REASON_DISCONNECTED
    assert order_of(own, trader, expiring.order_id).close_reason == types_pb2.CLOSE_REASON_EXPIRE_TIME
    assert order_of(own, trader, kept.order_id).status == OPEN


# ---------------------------------------------------------------- owners and limits


def test_two_accounts_of_one_group_do_not_trade_and_the_taker_tells_what_was_prevented(own: Exchange) -> None:
    one, other = own.trader(), own.trader()
    for trader in (one, other):
        request = admin_pb.SetTradeGroupRequest(account_id=trader.account_id, trade_group_id=7)
        assert own.admin.SetTradeGroup(request, metadata=own.operator).account.trade_group_id == 7
    account = own.accounts.GetAccount(account_pb.GetAccountRequest(), metadata=one.metadata).account
    assert account.trade_group_id == 7
    maker = own.place(one, SELL, "100", "3")
    stream = own.accounts.StreamAccount(account_streams_pb.StreamAccountRequest(), metadata=one.metadata, timeout=30)
    next(stream)
    decrement = types_pb2.SELF_TRADE_PREVENTION_DECREMENT
    requests = [
        order_pb.OrderEntryRequest(
            place_order=order_pb.PlaceOrderRequest(
                market=MARKET, side=BUY, type=LIMIT, price="100", quantity="2", self_trade_prevention=decrement
            )
        )
    ]
    (answer,) = own.orders.OrderEntry(iter(requests), metadata=other.metadata, timeout=20)
    assert (answer.result.status, answer.result.prevented_quantity) == (EXPIRED, "2")
    assert answer.result.filled_quantity == ""
    update = next(response.update for response in stream if response.HasField("update"))
    (told,) = update.orders
    assert (told.order_id, told.prevented_quantity, told.open_quantity) == (maker.order_id, "2", "1")
    assert (told.filled_quantity, told.status) == ("0", OPEN)
    assert order_of(own, one, maker.order_id) == told
    stream.cancel()


def test_a_markets_limits_are_stated_shown_and_asked(own: Exchange) -> None:
    trader = own.trader()
    limits = types_pb2.MarketProtection(
        min_quantity="0.01", max_quantity="5", max_open_orders=1, price_band_bps=1_000, reference_price="100"
    )
    request = admin_pb.SetMarketProtectionRequest(market=MARKET, protection=limits)
    stated = own.admin.SetMarketProtection(request, metadata=own.operator).market
    assert stated.protection == limits
    assert stated.min_notional == "0"
    shown = own.market_data.GetMarket(market_pb.GetMarketRequest(market=MARKET)).market
    assert shown == stated
    own.place(trader, BUY, "90", "1")
    for price, quantity, reason in (
        ("89.5", "1", "PRICE_OUTSIDE_BAND"),
        ("100", "0.005", "QUANTITY_TOO_SMALL"),
        ("100", "5.001", "QUANTITY_TOO_LARGE"),
        ("100", "1", "TOO_MANY_OPEN_ORDERS"),
    ):
        answer = own.orders.OrderEntry(
            iter(
                [
                    order_pb.OrderEntryRequest(
                        place_order=order_pb.PlaceOrderRequest(
                            market=MARKET, side=BUY, type=LIMIT, price=price, quantity=quantity
                        )
                    )
                ]
            ),
            metadata=trader.metadata,
            timeout=20,
        )
        (refused,) = answer
        assert types_pb2.RejectReason.Name(refused.result.error.reason) == f"REJECT_REASON_{reason}"
    trade_at(own, "100")
    assert own.market_data.GetMarket(market_pb.GetMarketRequest(market=MARKET)).market.last_price == "100"


def test_a_dry_order_tells_what_it_would_do(own: Exchange) -> None:
    trader, maker = own.trader(), own.trader()
    mine = own.place(trader, SELL, "100", "1")
    own.place(maker, SELL, "101", "1")
    before = own.state()
    request = order_pb.PlaceOrderRequest(
        market=MARKET, side=BUY, type=LIMIT, price="102", quantity="3", validate_only=True
    )
    answer = own.orders.PlaceOrder(request, metadata=trader.metadata)
    assert (answer.order.order_id, answer.order.status, answer.order.filled_quantity) == (0, OPEN, "1")
    assert [(fill.price, fill.quantity, fill.trade_id) for fill in answer.fills] == [("101", "1", 0)]
    preview = answer.preview
    assert preview.sequence == before[0]
    assert (preview.average_price, preview.fee) == ("101", "0.0505")
    # What is left, 2 at 102, with its fee.
    assert (preview.reserved, preview.reserved_asset) == ("204.102", "USDC")
    assert list(preview.self_trade_order_ids) == [mine.order_id]
    assert own.state() == before


def test_a_key_that_comes_again_on_another_stream_is_the_same_order(exchange: Exchange, alice: Trader) -> None:
    request = entry("100", cancel_on_disconnect=True)
    request.place_order.client_order_id = "again"
    (first,) = exchange.orders.OrderEntry(iter([request]), metadata=alice.metadata, timeout=20)
    (again,) = exchange.orders.OrderEntry(iter([request]), metadata=alice.metadata, timeout=20)
    answer = exchange.orders.PlaceOrder(request.place_order, metadata=alice.metadata)
    assert again.result.deduplicated
    assert answer.deduplicated
    assert again.result.order_id == answer.order.order_id == first.result.order_id
