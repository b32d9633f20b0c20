"""Pegged orders and auctions as clients see them: answers, streams, the history, and the market's indication."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import grpc
import pytest

from exchange.v1 import account_streams_pb2 as account_streams_pb
from exchange.v1 import market_data_service_pb2 as market_pb
from exchange.v1 import market_streams_pb2 as market_streams_pb
from exchange.v1 import order_service_pb2 as order_pb
from exchange.v1 import types_pb2
from tests.integration.exchange_fixture import BUY, MARKET, SELL, Exchange, Trader

PEGGED = types_pb2.ORDER_TYPE_PEGGED
OWN, MID = types_pb2.PEG_REFERENCE_OWN, types_pb2.PEG_REFERENCE_MID
OPEN, AUCTION = types_pb2.MARKET_STATUS_OPEN, types_pb2.MARKET_STATUS_AUCTION


@pytest.fixture(autouse=True)
def cleared(exchange: Exchange, alice: Trader, bob: Trader) -> Any:
    yield
    exchange.set_status(OPEN)
    for trader in (alice, bob):
        exchange.orders.CancelAllOrders(order_pb.CancelAllOrdersRequest(), metadata=trader.metadata)


def market_of(exchange: Exchange) -> types_pb2.Market:
    return exchange.market_data.GetMarket(market_pb.GetMarketRequest(market=MARKET)).market


def peg(exchange: Exchange, trader: Trader, side: types_pb2.Side, limit: str, **fields: Any) -> types_pb2.Order:
    request = order_pb.PlaceOrderRequest(market=MARKET, side=side, type=PEGGED, price=limit, quantity="2", **fields)
    return exchange.orders.PlaceOrder(request, metadata=trader.metadata).order


def order_of(exchange: Exchange, trader: Trader, order_id: int) -> types_pb2.Order:
    request = order_pb.GetOrderRequest(order_id=order_id)
    return exchange.orders.GetOrder(request, metadata=trader.metadata).order


def eventually(condition: Callable[[], bool], what: str, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def test_a_pegged_order_answers_with_where_it_stands_and_says_what_it_follows(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    exchange.place(bob, BUY, "980", "1")
    order = peg(exchange, alice, BUY, "1010", peg_reference=OWN, peg_offset="0.5")
    assert (order.price, order.pegged_price, order.peg_reference, order.peg_offset) == ("1010", "980.5", OWN, "0.5")
    assert exchange.balance(alice, "USDC")[1] == "2021.01"
    book = exchange.market_data.GetOrderBook(market_pb.GetOrderBookRequest(market=MARKET)).order_book
    assert [(level.price, level.quantity) for level in book.bids] == [("980.5", "2"), ("980", "1")]
    assert order_of(exchange, alice, order.order_id) == order


def test_its_owners_stream_tells_each_move_and_the_history_where_it_stands_now(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    exchange.place(bob, BUY, "980", "1")
    stream = exchange.accounts.StreamAccount(
        account_streams_pb.StreamAccountRequest(), metadata=alice.metadata, timeout=30
    )
    next(stream)
    order = peg(exchange, alice, BUY, "1010", peg_reference=OWN, peg_offset="-1")
    higher = exchange.place(bob, BUY, "990", "1")
    cancel = order_pb.CancelAllOrdersRequest()
    exchange.orders.CancelAllOrders(cancel, metadata=bob.metadata)
    updates = (response.update for response in stream if response.HasField("update"))
    assert [next(updates).orders[0].pegged_price for _ in range(3)] == ["979", "989", ""]
    stream.cancel()
    assert higher.order_id > order.order_id
    parked = order_of(exchange, alice, order.order_id)
    assert (parked.pegged_price, parked.open_quantity) == ("", "2")
    listed = exchange.orders.ListOrders(order_pb.ListOrdersRequest(open_only=True), metadata=alice.metadata).orders
    assert list(listed) == [parked]


def test_a_fill_of_a_pegged_order_is_at_its_pegged_price(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    exchange.place(bob, BUY, "980", "1")
    exchange.place(bob, SELL, "990", "1")
    order = peg(exchange, alice, SELL, "900", peg_reference=MID)
    assert order.pegged_price == "985"
    exchange.place(bob, BUY, "985", "0.5")
    filled = order_of(exchange, alice, order.order_id)
    assert (filled.filled_quantity, filled.filled_quote, filled.pegged_price) == ("0.5", "492.5", "985")


def test_a_preview_says_where_it_would_stand(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    exchange.place(bob, BUY, "980", "1")
    before = exchange.state()
    order = peg(exchange, alice, BUY, "1010", peg_reference=OWN, peg_offset="0.5", validate_only=True)
    assert (order.pegged_price, order.status) == ("980.5", types_pb2.ORDER_STATUS_OPEN)
    assert exchange.state() == before


def test_an_auction_shows_what_it_would_do_and_opens_at_one_price(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    collecting = exchange.set_status(AUCTION)
    assert (collecting.auction.price, collecting.auction.quantity) == ("", "0")
    with pytest.raises(grpc.RpcError, match="auction") as refused:
        exchange.place(alice, BUY, "1000", "1", time_in_force=types_pb2.TIME_IN_FORCE_IOC)
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    buy = exchange.place(alice, BUY, "1010", "3")
    sell = exchange.place(bob, SELL, "1000", "2")
    shown = market_of(exchange)
    assert shown.auction.quantity == "2"
    assert (shown.auction.imbalance, shown.auction.imbalance_side) == ("1", BUY)
    trades = exchange.market_data.StreamTrades(market_streams_pb.StreamTradesRequest(market=MARKET), timeout=30)
    next(trades)
    request = account_streams_pb.StreamAccountRequest(after_sequence=exchange.state()[0])
    stream = exchange.accounts.StreamAccount(request, metadata=alice.metadata, timeout=30)
    next(stream)
    opened = exchange.set_status(OPEN)
    assert not opened.HasField("auction")
    (trade,) = next(response.trades.trades for response in trades if response.HasField("trades"))
    trades.cancel()
    assert (trade.price, trade.quantity, trade.taker_side) == (shown.auction.price, "2", 0)
    (update,) = (response.update for response in itertools.islice(stream, 1))
    stream.cancel()
    assert [(fill.liquidity, fill.fee, fill.trade_id) for fill in update.fills] == [
        (types_pb2.LIQUIDITY_AUCTION, "0", trade.trade_id)
    ]
    assert order_of(exchange, bob, sell.order_id).status == types_pb2.ORDER_STATUS_FILLED
    assert order_of(exchange, alice, buy.order_id).open_quantity == "1"


def test_a_crossed_book_does_not_become_post_only(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    exchange.set_status(AUCTION)
    exchange.place(alice, BUY, "1010", "1")
    exchange.place(bob, SELL, "1000", "1")
    with pytest.raises(grpc.RpcError, match="status") as refused:
        exchange.set_status(types_pb2.MARKET_STATUS_POST_ONLY)
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
