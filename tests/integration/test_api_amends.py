"""Amends, replaces and batches through the contract."""

from typing import Any

import grpc
import pytest

from exchange.v1 import market_data_service_pb2 as market_pb
from exchange.v1 import order_service_pb2 as order_pb
from exchange.v1 import types_pb2
from tests.integration.exchange_fixture import BUY, LIMIT, MARKET, SELL, Exchange, Trader

OPEN, FILLED = types_pb2.ORDER_STATUS_OPEN, types_pb2.ORDER_STATUS_FILLED
CANCELED = types_pb2.ORDER_STATUS_CANCELED


@pytest.fixture(autouse=True)
def cleared(exchange: Exchange, alice: Trader, bob: Trader) -> Any:
    yield
    for trader in (alice, bob):
        exchange.orders.CancelAllOrders(order_pb.CancelAllOrdersRequest(), metadata=trader.metadata)


def place(side: types_pb2.Side, price: str, quantity: str, **fields: Any) -> order_pb.PlaceOrderRequest:
    return order_pb.PlaceOrderRequest(market=MARKET, side=side, type=LIMIT, price=price, quantity=quantity, **fields)


def levels(exchange: Exchange, side: str) -> list[tuple[str, str]]:
    book = exchange.market_data.GetOrderBook(market_pb.GetOrderBookRequest(market=MARKET)).order_book
    return [(level.price, level.quantity) for level in getattr(book, side)]


def amend(exchange: Exchange, trader: Trader, **fields: Any) -> order_pb.AmendOrderResponse:
    return exchange.orders.AmendOrder(order_pb.AmendOrderRequest(**fields), metadata=trader.metadata)


# ---------------------------------------------------------------- amends


def test_an_amended_order_keeps_its_id_and_is_answered_read_and_told_with_its_new_terms(
    exchange: Exchange, alice: Trader
) -> None:
    placed = exchange.place(alice, BUY, "100", "2", client_order_id="mine")
    amended = amend(exchange, alice, client_order_id="mine", price="101", quantity="3").order
    assert (amended.order_id, amended.client_order_id) == (placed.order_id, "mine")
    assert (amended.price, amended.quantity, amended.open_quantity) == ("101", "3", "3")
    assert amended.status == OPEN
    read = exchange.orders.GetOrder(order_pb.GetOrderRequest(client_order_id="mine"), metadata=alice.metadata).order
    assert read == amended
    assert levels(exchange, "bids") == [("101", "3")]
    # 303 and the taker's fee of 0.1515.
    assert exchange.balance(alice, "USDC")[1] == "303.1515"


def test_an_amend_that_crosses_is_answered_with_its_fills(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    exchange.place(bob, SELL, "105", "1")
    order = exchange.place(alice, BUY, "100", "2")
    answer = amend(exchange, alice, order_id=order.order_id, price="105")
    (fill,) = answer.fills
    assert (fill.order_id, fill.price, fill.quantity) == (order.order_id, "105", "1")
    assert fill.liquidity == types_pb2.LIQUIDITY_TAKER
    assert (answer.order.filled_quantity, answer.order.open_quantity, answer.order.status) == ("1", "1", OPEN)


def test_an_amend_to_what_is_filled_already_is_refused_and_changes_nothing(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    order = exchange.place(alice, SELL, "200", "2")
    exchange.place(bob, BUY, "200", "1")
    with pytest.raises(grpc.RpcError, match="quantity") as refused:
        amend(exchange, alice, order_id=order.order_id, quantity="1")
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert levels(exchange, "asks") == [("200", "1")]


def test_a_dry_amend_tells_its_terms_and_changes_nothing(exchange: Exchange, alice: Trader) -> None:
    order = exchange.place(alice, BUY, "100", "2")
    before = exchange.state()
    answer = amend(exchange, alice, order_id=order.order_id, price="101", quantity="1", validate_only=True)
    dry = answer.order
    assert (dry.order_id, dry.price, dry.quantity, dry.open_quantity) == (order.order_id, "101", "1", "1")
    assert (answer.preview.sequence, answer.preview.reserved_asset) == (before[0], "USDC")
    assert float(answer.preview.reserved) >= 101
    assert exchange.state() == before


def test_a_dry_amend_into_crossing_tells_what_it_would_execute(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    exchange.place(bob, SELL, "105", "1")
    order = exchange.place(alice, BUY, "100", "2")
    before = exchange.state()
    answer = amend(exchange, alice, order_id=order.order_id, price="105", validate_only=True)
    assert [(fill.price, fill.quantity, fill.trade_id) for fill in answer.fills] == [("105", "1", 0)]
    assert (answer.order.filled_quantity, answer.order.open_quantity) == ("1", "1")
    assert answer.preview.average_price == "105"
    assert exchange.state() == before


def test_a_dry_amend_that_would_be_refused_is_refused(exchange: Exchange, alice: Trader) -> None:
    order = exchange.place(alice, BUY, "100", "2")
    with pytest.raises(grpc.RpcError) as refused:
        amend(exchange, alice, order_id=order.order_id, quantity="1000000", validate_only=True)
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION


def test_an_iceberg_shows_its_part_and_says_all_of_it(exchange: Exchange, alice: Trader) -> None:
    order = exchange.place(alice, SELL, "300", "5", display_quantity="2")
    assert (order.display_quantity, order.open_quantity) == ("2", "5")
    assert levels(exchange, "asks") == [("300", "2")]
    assert exchange.balance(alice, "BTC") == ("995", "5")


def test_a_slid_order_is_told_where_it_stands(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    exchange.place(bob, SELL, "101", "1")
    order = exchange.place(alice, BUY, "103", "1", post_only=True, slide=True)
    assert (order.price, order.slide, order.post_only) == ("100.5", True, True)


def test_a_market_order_by_amount_spends_no_more_with_its_fee(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    exchange.place(bob, SELL, "100", "1")
    request = order_pb.PlaceOrderRequest(market=MARKET, side=BUY, type=types_pb2.ORDER_TYPE_MARKET, quote_amount="50")
    answer = exchange.orders.PlaceOrder(request, metadata=alice.metadata)
    assert (answer.order.quote_amount, answer.order.status) == ("50", FILLED)
    # A lot of 0.001 more would cost 50 and a fee of 0.025.
    assert (answer.order.quantity, answer.order.filled_quantity, answer.order.filled_quote) == (
        "0.499",
        "0.499",
        "49.9",
    )


# ---------------------------------------------------------------- replaces


def replace(exchange: Exchange, trader: Trader, **fields: Any) -> order_pb.CancelReplaceOrderResponse:
    return exchange.orders.CancelReplaceOrder(order_pb.CancelReplaceOrderRequest(**fields), metadata=trader.metadata)


def by_key(key: str) -> order_pb.CancelOrderRequest:
    return order_pb.CancelOrderRequest(client_order_id=key)


def test_a_replace_cancels_one_order_and_places_another(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    exchange.place(bob, SELL, "105", "1")
    exchange.place(alice, BUY, "100", "2", client_order_id="old")
    answer = replace(exchange, alice, cancel_order=by_key("old"), place_order=place(BUY, "105", "2"))
    assert answer.canceled_order.status == CANCELED
    assert (answer.order.status, answer.order.filled_quantity) == (OPEN, "1")
    assert [fill.quantity for fill in answer.fills] == ["1"]
    assert not answer.HasField("cancel_error")
    assert not answer.HasField("place_error")
    assert levels(exchange, "bids") == [("105", "1")]


def test_a_replace_whose_cancel_fails_does_nothing_or_places_all_the_same(exchange: Exchange, alice: Trader) -> None:
    request: dict[str, Any] = {"cancel_order": by_key("none"), "place_order": place(BUY, "100", "1")}
    with pytest.raises(grpc.RpcError, match=r"cancel_order\.order") as refused:
        replace(exchange, alice, **request)
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    answer = replace(exchange, alice, **request, mode=order_pb.CANCEL_REPLACE_MODE_ALLOW_FAILURE)
    assert (answer.cancel_error.reason, answer.cancel_error.field) == (12, "cancel_order.order")
    assert answer.order.status == OPEN
    assert not answer.HasField("canceled_order")


def test_a_replace_whose_place_fails_has_canceled(exchange: Exchange, alice: Trader) -> None:
    exchange.place(alice, BUY, "100", "1", client_order_id="old")
    answer = replace(exchange, alice, cancel_order=by_key("old"), place_order=place(SELL, "100", "100000"))
    assert answer.canceled_order.status == CANCELED
    assert answer.place_error.reason == types_pb2.REJECT_REASON_INSUFFICIENT_FUNDS
    assert not answer.HasField("order")


def test_a_replace_that_is_sent_again_cancels_nothing(exchange: Exchange, alice: Trader) -> None:
    exchange.place(alice, BUY, "100", "1", client_order_id="old")
    request: dict[str, Any] = {
        "cancel_order": by_key("old"),
        "place_order": place(BUY, "101", "1", client_order_id="new"),
    }
    first = replace(exchange, alice, **request)
    again = replace(exchange, alice, **request)
    assert again.deduplicated
    assert again.order == first.order
    assert not again.HasField("canceled_order")


def test_a_dry_replace_tells_both_parts_and_changes_nothing(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    exchange.place(bob, SELL, "105", "1")
    exchange.place(alice, BUY, "100", "2", client_order_id="old")
    before = exchange.state()
    answer = replace(
        exchange, alice, cancel_order=by_key("old"), place_order=place(BUY, "105", "2"), validate_only=True
    )
    assert answer.canceled_order.client_order_id == "old"
    assert (answer.order.order_id, answer.order.filled_quantity, answer.preview.average_price) == (0, "1", "105")
    assert exchange.state() == before


def test_a_dry_replace_does_not_trade_with_the_order_that_it_replaces(exchange: Exchange, alice: Trader) -> None:
    exchange.place(alice, SELL, "105", "2", client_order_id="old")
    answer = replace(
        exchange, alice, cancel_order=by_key("old"), place_order=place(BUY, "105", "2"), validate_only=True
    )
    assert (answer.order.status, answer.order.open_quantity) == (OPEN, "2")
    assert not answer.preview.self_trade_order_ids


def test_a_dry_replace_whose_new_order_would_be_refused_says_that_the_cancel_stands(
    exchange: Exchange, alice: Trader
) -> None:
    exchange.place(alice, SELL, "105", "2", client_order_id="old")
    answer = replace(
        exchange, alice, cancel_order=by_key("old"), place_order=place(BUY, "105", "1000000"), validate_only=True
    )
    assert answer.canceled_order.client_order_id == "old"
    assert answer.place_error.reason == types_pb2.REJECT_REASON_INSUFFICIENT_FUNDS
    assert not answer.HasField("order")


def test_a_dry_replace_on_the_stream_is_answered_with_what_would_come_of_both_parts(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    exchange.place(bob, SELL, "105", "1")
    old = exchange.place(alice, BUY, "100", "2", client_order_id="old")
    before = exchange.state()
    request = order_pb.CancelReplaceOrderRequest(
        cancel_order=by_key("old"), place_order=place(BUY, "105", "1"), validate_only=True
    )
    again = order_pb.CancelReplaceOrderRequest(
        cancel_order=by_key("old"),
        place_order=place(BUY, "100", "2", client_order_id="old"),
        validate_only=True,
    )
    missing = order_pb.CancelReplaceOrderRequest(
        cancel_order=by_key("none"), place_order=place(BUY, "105", "1"), validate_only=True
    )
    requests = [order_pb.OrderEntryRequest(cancel_replace_order=one) for one in (request, again, missing)]
    told, known, refused = exchange.orders.OrderEntry(iter(requests), metadata=alice.metadata, timeout=20)
    assert (told.cancel_replace.cancel.order_id, told.cancel_replace.cancel.status) == (old.order_id, OPEN)
    assert (told.cancel_replace.place.order_id, told.cancel_replace.place.filled_quantity) == (0, "1")
    assert (known.cancel_replace.place.deduplicated, known.cancel_replace.HasField("cancel")) == (True, False)
    assert (refused.error.reason, refused.error.field) == (
        types_pb2.REJECT_REASON_ORDER_NOT_FOUND,
        "cancel_order.order",
    )
    assert exchange.state() == before


# ---------------------------------------------------------------- batches


def test_a_batch_of_places_amends_and_cancels_is_judged_item_by_item(exchange: Exchange, alice: Trader) -> None:
    Item = order_pb.OrderBatchItem
    mine = exchange.place(alice, BUY, "90", "2")
    request = order_pb.BatchOrdersRequest(
        items=[
            Item(place_order=place(BUY, "100", "1", client_order_id="one")),
            Item(place_order=place(BUY, "100.25", "1")),
            Item(amend_order=order_pb.AmendOrderRequest(client_order_id="one", price="101")),
            Item(place_order=place(BUY, "100", "1", validate_only=True)),
            Item(amend_order=order_pb.AmendOrderRequest(order_id=mine.order_id, quantity="1", validate_only=True)),
            Item(place_order=place(BUY, "99", "1", client_order_id="two")),
            Item(cancel_order=by_key("two")),
            Item(cancel_order=by_key("three")),
        ]
    )
    results = exchange.orders.BatchOrders(request, metadata=alice.metadata).results
    placed, off_tick, amended, dry, dry_amend, two, canceled, missing = results
    assert (placed.status, amended.order_id, amended.status) == (OPEN, placed.order_id, OPEN)
    assert (off_tick.error.reason, off_tick.error.field) == (types_pb2.REJECT_REASON_PRICE_OFF_TICK, "price")
    assert (dry.order_id, dry.status) == (0, OPEN)
    assert (dry_amend.order_id, dry_amend.status) == (mine.order_id, OPEN)
    assert (canceled.order_id, canceled.status) == (two.order_id, CANCELED)
    assert (missing.error.reason, missing.error.field) == (types_pb2.REJECT_REASON_ORDER_NOT_FOUND, "order")
    assert levels(exchange, "bids") == [("101", "1"), ("90", "2")]


def test_the_stream_takes_amends_of_orders_that_are_still_under_way(exchange: Exchange, alice: Trader) -> None:
    Request = order_pb.OrderEntryRequest
    requests = [
        Request(request_id=1, place_order=place(BUY, "100", "2", client_order_id="one")),
        Request(request_id=2, amend_order=order_pb.AmendOrderRequest(client_order_id="one", quantity="1")),
        Request(
            request_id=3,
            cancel_replace_order=order_pb.CancelReplaceOrderRequest(
                cancel_order=by_key("one"), place_order=place(BUY, "99", "1", client_order_id="two")
            ),
        ),
        Request(
            request_id=4,
            batch=order_pb.OrderBatch(
                items=[
                    order_pb.OrderBatchItem(amend_order=order_pb.AmendOrderRequest(client_order_id="two", price="98")),
                    order_pb.OrderBatchItem(place_order=place(BUY, "97", "1")),
                ]
            ),
        ),
        Request(request_id=5, amend_order=order_pb.AmendOrderRequest(client_order_id="none", price="98")),
    ]
    answers = list(exchange.orders.OrderEntry(iter(requests), metadata=alice.metadata, timeout=20))
    one, amended, replaced, batch, missing = answers
    assert [answer.request_id for answer in answers] == [1, 2, 3, 4, 5]
    assert amended.result.order_id == one.result.order_id
    assert (replaced.cancel_replace.cancel.status, replaced.cancel_replace.place.status) == (CANCELED, OPEN)
    assert [result.status for result in batch.batch.results] == [OPEN, OPEN]
    assert missing.result.error.reason == types_pb2.REJECT_REASON_ORDER_NOT_FOUND
    assert levels(exchange, "bids") == [("98", "1"), ("97", "1")]


def test_cancel_all_takes_those_that_pass_all_filters(exchange: Exchange, alice: Trader) -> None:
    first = exchange.place(alice, BUY, "100", "1", client_order_id="a-1")
    exchange.place(alice, BUY, "100", "1", client_order_id="b-1")
    exchange.place(alice, SELL, "200", "1", client_order_id="a-2")
    request = order_pb.CancelAllOrdersRequest(side=BUY, client_order_id_prefix="a-", validate_only=True)
    for validate_only in (True, False):
        request.validate_only = validate_only
        assert list(exchange.orders.CancelAllOrders(request, metadata=alice.metadata).order_ids) == [first.order_id]
