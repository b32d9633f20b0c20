"""Orders through the contract: placing, canceling, reading, and asking twice."""

import grpc
import pytest

from exchange.v1 import account_service_pb2 as account_pb
from exchange.v1 import market_data_service_pb2 as market_pb
from exchange.v1 import order_service_pb2 as order_pb
from exchange.v1 import types_pb2
from tests.integration.exchange_fixture import BUY, LIMIT, MARKET, SELL, Exchange, Trader


@pytest.fixture(autouse=True)
def empty_book(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    book = exchange.market_data.GetOrderBook(market_pb.GetOrderBookRequest(market=MARKET)).order_book
    assert not book.bids
    assert not book.asks


@pytest.fixture(autouse=True)
def cleared(exchange: Exchange, alice: Trader, bob: Trader, empty_book: None) -> object:
    yield
    for trader in (alice, bob):
        exchange.orders.CancelAllOrders(order_pb.CancelAllOrdersRequest(), metadata=trader.metadata)


def test_a_resting_order_is_answered_as_open_and_reserves_what_it_can_cost(exchange: Exchange, alice: Trader) -> None:
    order = exchange.place(alice, BUY, "50000.5", "0.010")
    assert order.status == types_pb2.ORDER_STATUS_OPEN
    assert (order.price, order.quantity, order.open_quantity) == ("50000.5", "0.01", "0.01")
    assert (order.filled_quantity, order.filled_quote, order.fee) == ("0", "0", "0")
    assert order.time_in_force == types_pb2.TIME_IN_FORCE_GTC
    # 500.005 and the taker's fee of 0.2500025, rounded up to an atom.
    assert exchange.balance(alice, "USDC") == ("99999499.744997", "500.255003")


def test_a_trade_is_answered_with_its_fills_and_moves_the_money(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    maker = exchange.place(alice, SELL, "50000", "1")
    request = order_pb.PlaceOrderRequest(market=MARKET, side=BUY, type=LIMIT, price="50001", quantity="1.5")
    answer = exchange.orders.PlaceOrder(request, metadata=bob.metadata)
    (fill,) = answer.fills
    assert (fill.price, fill.quantity, fill.quote_amount, fill.fee) == ("50000", "1", "50000", "25")
    assert fill.liquidity == types_pb2.LIQUIDITY_TAKER
    assert (answer.order.filled_quantity, answer.order.open_quantity) == ("1", "0.5")
    filled = exchange.orders.GetOrder(order_pb.GetOrderRequest(order_id=maker.order_id), metadata=alice.metadata).order
    assert (filled.status, filled.fee) == (types_pb2.ORDER_STATUS_FILLED, "-5")
    assert exchange.balance(alice, "USDC") == ("100050005", "0")
    assert exchange.balance(bob, "BTC") == ("1001", "0")


def test_the_same_key_and_payload_answers_with_the_original_order(exchange: Exchange, alice: Trader) -> None:
    first = exchange.place(alice, BUY, "100", "1", client_order_id="same")
    request = order_pb.PlaceOrderRequest(
        market=MARKET, side=BUY, type=LIMIT, price="100.0", quantity="1.000", client_order_id="same"
    )
    again = exchange.orders.PlaceOrder(request, metadata=alice.metadata)
    assert again.deduplicated
    assert again.order == first
    assert not again.fills
    request.quantity = "2"
    with pytest.raises(grpc.RpcError) as refused:
        exchange.orders.PlaceOrder(request, metadata=alice.metadata)
    assert refused.value.code() is grpc.StatusCode.ALREADY_EXISTS


def test_a_canceled_order_gives_its_reservation_back(exchange: Exchange, alice: Trader) -> None:
    exchange.place(alice, BUY, "100", "1", client_order_id="by-key")
    request = order_pb.CancelOrderRequest(client_order_id="by-key")
    order = exchange.orders.CancelOrder(request, metadata=alice.metadata).order
    assert order.status == types_pb2.ORDER_STATUS_CANCELED
    assert order.close_reason == types_pb2.CLOSE_REASON_CANCELED_BY_OWNER
    assert order.open_quantity == "0"
    assert exchange.balance(alice, "USDC") == ("100000000", "0")
    with pytest.raises(grpc.RpcError) as refused:
        exchange.orders.CancelOrder(request, metadata=alice.metadata)
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION


def test_another_accounts_order_is_not_found(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    order = exchange.place(alice, BUY, "100", "1")
    with pytest.raises(grpc.RpcError) as refused:
        exchange.orders.GetOrder(order_pb.GetOrderRequest(order_id=order.order_id), metadata=bob.metadata)
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    with pytest.raises(grpc.RpcError) as refused:
        exchange.orders.CancelOrder(order_pb.CancelOrderRequest(order_id=order.order_id), metadata=bob.metadata)
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


def test_open_orders_are_listed_newest_first_page_by_page(exchange: Exchange, alice: Trader) -> None:
    placed = [exchange.place(alice, BUY, str(100 + n), "1").order_id for n in range(7)]
    listed: list[int] = []
    request = order_pb.ListOrdersRequest(open_only=True, page_size=3)
    while True:
        page = exchange.orders.ListOrders(request, metadata=alice.metadata)
        listed += [order.order_id for order in page.orders]
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
        # An order that closes between two pages does not lose the place.
        if len(listed) == 3:
            exchange.orders.CancelOrder(order_pb.CancelOrderRequest(order_id=listed[-1]), metadata=alice.metadata)
    assert listed == placed[::-1]


def test_a_page_token_of_another_query_or_account_is_refused(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    for trader in (alice, bob):
        exchange.place(trader, BUY, "100", "1")
        exchange.place(trader, BUY, "101", "1")
    request = order_pb.ListOrdersRequest(open_only=True, page_size=1)
    request.page_token = exchange.orders.ListOrders(request, metadata=alice.metadata).next_page_token
    assert request.page_token
    with pytest.raises(grpc.RpcError, match="page_token"):
        exchange.orders.ListOrders(request, metadata=bob.metadata)
    request.market = MARKET
    with pytest.raises(grpc.RpcError, match="page_token"):
        exchange.orders.ListOrders(request, metadata=alice.metadata)


def test_cancel_all_answers_with_the_orders_it_closed_oldest_first(exchange: Exchange, alice: Trader) -> None:
    placed = [exchange.place(alice, BUY, str(100 - n), "1").order_id for n in range(3)]
    dry = order_pb.CancelAllOrdersRequest(market=MARKET, validate_only=True)
    assert list(exchange.orders.CancelAllOrders(dry, metadata=alice.metadata).order_ids) == placed
    request = order_pb.CancelAllOrdersRequest(market=MARKET)
    assert list(exchange.orders.CancelAllOrders(request, metadata=alice.metadata).order_ids) == placed
    assert not exchange.orders.CancelAllOrders(request, metadata=alice.metadata).order_ids


def test_history_without_a_database_is_unavailable_and_trading_is_not(exchange: Exchange, alice: Trader) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        exchange.accounts.ListFills(account_pb.ListFillsRequest(), metadata=alice.metadata)
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert exchange.place(alice, BUY, "100", "1").status == types_pb2.ORDER_STATUS_OPEN
