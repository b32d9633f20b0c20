"""All-or-none batches through the contract: E10 of docs/orders.md, ids, paths of refusals, and the stream."""

from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from exchange.v1 import order_service_pb2 as pb
from exchange.v1 import types_pb2
from tests.integration.exchange_fixture import BUY, LIMIT, MARKET, SELL, Exchange, Trader

OPEN, FILLED, CANCELED = (
    types_pb2.ORDER_STATUS_OPEN,
    types_pb2.ORDER_STATUS_FILLED,
    types_pb2.ORDER_STATUS_CANCELED,
)
NOBODYS = 1 << 40
"""An order id that was never given."""


@pytest.fixture(autouse=True)
def cleared(exchange: Exchange, alice: Trader, bob: Trader) -> Any:
    yield
    for trader in (alice, bob):
        exchange.orders.CancelAllOrders(pb.CancelAllOrdersRequest(), metadata=trader.metadata)


def place(side: types_pb2.Side, price: str, quantity: str, **fields: Any) -> pb.OrderBatchItem:
    order = pb.PlaceOrderRequest(market=MARKET, side=side, type=LIMIT, price=price, quantity=quantity, **fields)
    return pb.OrderBatchItem(place_order=order)


def cancel(**order: Any) -> pb.OrderBatchItem:
    return pb.OrderBatchItem(cancel_order=pb.CancelOrderRequest(**order))


def amend(**order: Any) -> pb.OrderBatchItem:
    return pb.OrderBatchItem(amend_order=pb.AmendOrderRequest(**order))


def batch(exchange: Exchange, trader: Trader, *items: pb.OrderBatchItem, all_or_none: bool = True) -> list[Any]:
    request = pb.BatchOrdersRequest(items=items, all_or_none=all_or_none)
    return list(exchange.orders.BatchOrders(request, metadata=trader.metadata).results)


def refusal(exchange: Exchange, trader: Trader, *items: pb.OrderBatchItem) -> tuple[grpc.StatusCode, str, str]:
    """Return the status, the reason and the path with which an all-or-none batch fails."""
    with pytest.raises(grpc.RpcError) as caught:
        batch(exchange, trader, *items)
    status = rpc_status.from_call(caught.value)
    info, where = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        detail.Unpack(info)
        detail.Unpack(where)
    return caught.value.code(), info.reason, where.field_violations[0].field if where.field_violations else ""


def streamed(exchange: Exchange, trader: Trader, *items: pb.OrderBatchItem, **first: Any) -> pb.OrderEntryResponse:
    """Send one all-or-none batch on a stream of its own."""
    request = pb.OrderEntryRequest(request_id=1, batch=pb.OrderBatch(items=items, all_or_none=True), **first)
    (answer,) = exchange.orders.OrderEntry(iter([request]), metadata=trader.metadata, timeout=20)
    return answer


def open_orders(exchange: Exchange, trader: Trader) -> list[types_pb2.Order]:
    request = pb.ListOrdersRequest(open_only=True)
    return list(exchange.orders.ListOrders(request, metadata=trader.metadata).orders)


def seen(exchange: Exchange, *traders: Trader) -> list[Any]:
    """Return what traders can see of themselves."""
    orders = [open_orders(exchange, trader) for trader in traders]
    return [orders, [exchange.balance(trader, asset) for trader in traders for asset in ("BTC", "USDC")]]


def test_e10_a_refused_item_undoes_the_trade_of_the_one_before(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    ask = exchange.place(alice, SELL, "100", "5")
    before = seen(exchange, alice, bob)
    items = place(BUY, "100", "5", client_order_id="taken-back"), cancel(order_id=NOBODYS)
    told = refusal(exchange, bob, *items)
    assert told == (grpc.StatusCode.NOT_FOUND, "ORDER_NOT_FOUND", "items[1].cancel_order.order")
    assert seen(exchange, alice, bob) == before
    with pytest.raises(grpc.RpcError) as caught:
        exchange.orders.GetOrder(pb.GetOrderRequest(client_order_id="taken-back"), metadata=bob.metadata)
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND

    filled, missing = batch(exchange, bob, *items, all_or_none=False)
    assert (filled.status, filled.filled_quantity) == (FILLED, "5")
    assert missing.error.reason == types_pb2.REJECT_REASON_ORDER_NOT_FOUND
    assert ask.order_id not in [order.order_id for order in open_orders(exchange, alice)]


def test_an_accepted_batch_has_one_result_an_item_and_ids_one_after_the_other(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    exchange.place(alice, SELL, "100", "1")
    old = exchange.place(bob, BUY, "90", "1", client_order_id="old")
    sequence, _ = exchange.state()
    results = batch(
        exchange,
        bob,
        place(BUY, "99", "2", client_order_id="first"),
        cancel(order_id=old.order_id),
        place(BUY, "100", "3"),
        amend(client_order_id="first", quantity="1"),
        place(BUY, "90", "1", client_order_id="old"),
    )
    first, canceled, taker, amended, again = results
    assert [one.status for one in results] == [OPEN, CANCELED, OPEN, OPEN, CANCELED]
    assert taker.order_id == first.order_id + 1
    assert (taker.filled_quantity, taker.filled_quote) == ("1", "100")
    assert canceled.order_id == again.order_id == old.order_id
    assert amended.order_id == first.order_id
    assert again.deduplicated
    assert [order.order_id for order in open_orders(exchange, bob)] == [taker.order_id, first.order_id]
    # All of it was one command.
    assert exchange.state()[0] == sequence + 1
    later = exchange.place(bob, BUY, "90", "1")
    assert later.order_id == taker.order_id + 1


@pytest.mark.parametrize(
    ("items", "reason", "path"),
    [
        ([place(BUY, "90", "1"), place(BUY, "90.3", "1")], "PRICE_OFF_TICK", "items[1].place_order.price"),
        ([place(BUY, "90", "1"), cancel()], "INVALID_FIELD", "items[1].cancel_order.order"),
        ([place(BUY, "90", "1"), pb.OrderBatchItem()], "INVALID_FIELD", "items[1].request"),
        ([amend(client_order_id="none", price="90")], "ORDER_NOT_FOUND", "items[0].amend_order.order"),
        ([place(BUY, "90", "1000000000")], "INSUFFICIENT_FUNDS", "items[0].place_order"),
        ([place(BUY, "90", "1", validate_only=True)], "INVALID_FIELD", "items"),
        ([place(BUY, "90", "1", client_order_id="x")] * 2, "INVALID_FIELD", "items"),
        (
            [place(BUY, "90", "1", client_order_id="more"), amend(client_order_id="more", quantity="100000000")],
            "INSUFFICIENT_FUNDS",
            "items[1].amend_order",
        ),
    ],
)
def test_the_first_item_at_fault_is_named_and_nothing_happens(
    exchange: Exchange, alice: Trader, items: list[pb.OrderBatchItem], reason: str, path: str
) -> None:
    before = seen(exchange, alice)
    assert refusal(exchange, alice, *items)[1:] == (reason, path)
    assert seen(exchange, alice) == before


def test_on_the_stream_a_refused_batch_is_one_error(exchange: Exchange, alice: Trader) -> None:
    answer = streamed(exchange, alice, place(BUY, "90", "1"), cancel(order_id=NOBODYS))
    assert answer.WhichOneof("outcome") == "error"
    assert answer.error.reason == types_pb2.REJECT_REASON_ORDER_NOT_FOUND
    assert answer.error.field == "batch.items[1].cancel_order.order"
    assert answer.error.code == grpc.StatusCode.NOT_FOUND.value[0]
    assert not open_orders(exchange, alice)
    malformed = streamed(exchange, alice, place(BUY, "90", "1"), place(BUY, "90", "0.0001"))
    assert malformed.error.field == "batch.items[1].place_order.quantity"


def test_on_the_stream_an_accepted_batch_has_one_result_an_item(exchange: Exchange, alice: Trader) -> None:
    answer = streamed(exchange, alice, place(BUY, "90", "1", client_order_id="k"), cancel(client_order_id="k"))
    placed, canceled = answer.batch.results
    assert (placed.status, canceled.status) == (OPEN, CANCELED)
    assert placed.order_id == canceled.order_id


def test_cancel_on_disconnect_takes_what_a_batch_placed_on_the_stream(exchange: Exchange, alice: Trader) -> None:
    answer = streamed(exchange, alice, place(BUY, "90", "1"), place(BUY, "91", "1"), cancel_on_disconnect=True)
    assert [one.status for one in answer.batch.results] == [OPEN, OPEN]
    assert not open_orders(exchange, alice)
