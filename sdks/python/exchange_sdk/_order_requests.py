"""Requests about orders, checked as far as the SDK can: exact numbers, known names, one way to say each thing.

A float where a decimal belongs is a TypeError, text that is no number or no name a ValueError.
"""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import TypeVar

from exchange.v1 import order_service_pb2 as pb
from exchange_sdk._decimals import DecimalInput, to_wire
from exchange_sdk._enums import (
    CancelReplaceMode,
    OrderType,
    PegReference,
    SelfTradePrevention,
    Side,
    TimeInForce,
    wire_number,
)
from exchange_sdk._order_items import AmendOrder, BatchItem, BracketExit, CancelOrder, NewOrder
from exchange_sdk._times import milliseconds, to_timestamp

_Named = TypeVar("_Named", pb.AmendOrderRequest, pb.CancelOrderRequest, pb.GetOrderRequest)


def new_key() -> str:
    """A client order id or credit id that nobody else draws: 128 random bits, url-safe, 25 characters."""
    return f"py-{secrets.token_urlsafe(16)}"


def place_order(order: NewOrder) -> pb.PlaceOrderRequest:
    """Build a new order; what is not given is as `NewOrder` says.

    Raises TypeError for a float, for neither or both of quantity and quote amount, and for a trigger without a type;
    ValueError for an `expire_time` without a time zone.
    """
    if (order.quantity is None) == (order.quote_amount is None):
        raise TypeError("quantity: give it or quote_amount, one of the two")
    kind, time_in_force, prevention = _type(order), order.time_in_force, order.self_trade_prevention
    if time_in_force is None and order.expire_time is not None:
        time_in_force = TimeInForce.GTT
    return pb.PlaceOrderRequest(
        market=order.market,
        side=wire_number(Side, order.side),
        type=wire_number(OrderType, kind),
        time_in_force=None if time_in_force is None else wire_number(TimeInForce, time_in_force),
        price=_decimal(order.price, "price"),
        quantity=_decimal(order.quantity, "quantity"),
        post_only=order.post_only,
        client_order_id=new_key() if order.client_order_id is None else order.client_order_id,
        validate_only=order.validate_only,
        quote_amount=_decimal(order.quote_amount, "quote_amount"),
        display_quantity=_decimal(order.display_quantity, "display_quantity"),
        self_trade_prevention=None if prevention is None else wire_number(SelfTradePrevention, prevention),
        expire_time=None if order.expire_time is None else to_timestamp(order.expire_time, "expire_time"),
        slide=order.slide,
        trigger_price=_decimal(order.trigger_price, "trigger_price"),
        trailing_offset=_decimal(order.trailing_offset, "trailing_offset"),
        trailing_offset_bps=order.trailing_offset_bps,
        activation_price=_decimal(order.activation_price, "activation_price"),
        peg_reference=None if order.peg_reference is None else wire_number(PegReference, order.peg_reference),
        peg_offset=_decimal(order.peg_offset, "peg_offset"),
    )


def amend_order(amend: AmendOrder) -> pb.AmendOrderRequest:
    """Build new terms. Raises TypeError unless one of the ids and at least one of price and quantity is given."""
    if amend.price is None and amend.quantity is None:
        raise TypeError("quantity: an amend needs a price, a quantity, or both")
    request = pb.AmendOrderRequest(
        price=_decimal(amend.price, "price"),
        quantity=_decimal(amend.quantity, "quantity"),
        validate_only=amend.validate_only,
    )
    return _named(request, amend.order_id, amend.client_order_id)


def cancel_order(cancel: CancelOrder) -> pb.CancelOrderRequest:
    """Name the order to cancel by one of its ids. Raises TypeError for none or both."""
    request = pb.CancelOrderRequest(validate_only=cancel.validate_only)
    return _named(request, cancel.order_id, cancel.client_order_id)


def cancel_all_orders(
    market: str, side: Side | str | None, client_order_id_prefix: str, validate_only: bool
) -> pb.CancelAllOrdersRequest:
    """Build a cancel of all orders that pass the filters; what is empty or None filters nothing."""
    return pb.CancelAllOrdersRequest(
        market=market,
        side=None if side is None else wire_number(Side, side),
        client_order_id_prefix=client_order_id_prefix,
        validate_only=validate_only,
    )


def cancel_replace_order(
    cancel: CancelOrder, order: NewOrder, mode: CancelReplaceMode | str, validate_only: bool
) -> pb.CancelReplaceOrderRequest:
    """Build a cancel and the order that takes its place. Raises as its two parts do."""
    return pb.CancelReplaceOrderRequest(
        cancel_order=cancel_order(cancel),
        place_order=place_order(order),
        mode=wire_number(CancelReplaceMode, mode),
        validate_only=validate_only,
    )


def place_oco_order(above: NewOrder, below: NewOrder, validate_only: bool) -> pb.PlaceOcoOrderRequest:
    """Build a pair of which one cancels the other. Raises as its two parts do."""
    return pb.PlaceOcoOrderRequest(above=place_order(above), below=place_order(below), validate_only=validate_only)


def place_bracket_order(
    entry: NewOrder, take_profit: BracketExit, stop_loss: BracketExit, validate_only: bool
) -> pb.PlaceBracketOrderRequest:
    """Build an entry with its two exits. Raises TypeError for a float, as `place_order` does."""
    return pb.PlaceBracketOrderRequest(
        entry=place_order(entry),
        take_profit=_exit(take_profit, "take_profit"),
        stop_loss=_exit(stop_loss, "stop_loss"),
        validate_only=validate_only,
    )


def _exit(leg: BracketExit, part: str) -> pb.BracketExit:
    return pb.BracketExit(
        trigger_price=_decimal(leg.trigger_price, f"{part}.trigger_price"),
        price=_decimal(leg.price, f"{part}.price"),
        client_order_id=new_key() if leg.client_order_id is None else leg.client_order_id,
    )


def list_orders(request: pb.PlaceOcoOrderRequest | pb.PlaceBracketOrderRequest) -> list[pb.PlaceOrderRequest]:
    """Return the orders of a list; of a bracket's exits nothing but their keys."""
    if isinstance(request, pb.PlaceOcoOrderRequest):
        return [request.above, request.below]
    exits = (request.take_profit, request.stop_loss)
    return [request.entry, *(pb.PlaceOrderRequest(client_order_id=leg.client_order_id) for leg in exits)]


def batch_items(items: Iterable[BatchItem]) -> list[pb.OrderBatchItem]:
    """Build the items of a batch. Raises TypeError for what is none."""
    return list(map(_batch_item, items))


def set_cancel_all_after(after: timedelta | float, validate_only: bool) -> pb.SetCancelAllAfterRequest:
    """Build a setting of the dead-man's switch; `after` in seconds unless it is a timedelta, rounded up to the
    millisecond: what is not quite 0 does not disarm. Raises ValueError for what is negative or no such time.
    """
    return pb.SetCancelAllAfterRequest(timeout_ms=milliseconds(after, "after"), validate_only=validate_only)


def get_order(*, order_id: int | None = None, client_order_id: str | None = None) -> pb.GetOrderRequest:
    """Name the order to read by one of its ids. Raises TypeError for none or both."""
    return _named(pb.GetOrderRequest(), order_id, client_order_id)


def _type(order: NewOrder) -> OrderType | str:
    if order.type is not None:
        return order.type
    if order.trigger_price is not None:
        raise TypeError("type: an order with a trigger_price needs one, such as OrderType.STOP_MARKET")
    if order.trailing_offset is not None or order.trailing_offset_bps is not None:
        return OrderType.TRAILING_STOP
    if order.peg_reference is not None:
        return OrderType.PEGGED
    return OrderType.MARKET if order.price is None else OrderType.LIMIT


def _batch_item(item: BatchItem) -> pb.OrderBatchItem:
    if isinstance(item, NewOrder):
        return pb.OrderBatchItem(place_order=place_order(item))
    if isinstance(item, AmendOrder):
        return pb.OrderBatchItem(amend_order=amend_order(item))
    if isinstance(item, CancelOrder):
        return pb.OrderBatchItem(cancel_order=cancel_order(item))
    raise TypeError(f"items: a {type(item).__name__} is no NewOrder, AmendOrder or CancelOrder")


def _decimal(value: DecimalInput | None, field: str) -> str:
    return "" if value is None else to_wire(value, field)


def _named(request: _Named, order_id: int | None, client_order_id: str | None) -> _Named:
    if client_order_id is None and order_id is not None:
        request.order_id = order_id
    elif order_id is None and client_order_id is not None:
        request.client_order_id = client_order_id
    else:
        raise TypeError("name the order by order_id or by client_order_id, one of the two")
    return request
