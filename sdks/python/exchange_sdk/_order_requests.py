"""Requests about orders, checked as far as the SDK can: exact numbers, known names, one way to name an order."""

import secrets

from exchange.v1 import order_service_pb2 as pb
from exchange_sdk._decimals import DecimalInput, to_wire
from exchange_sdk._enums import OrderType, Side, TimeInForce, wire_number


def new_key() -> str:
    """A client order id or credit id that nobody else draws: 128 random bits, url-safe, 25 characters."""
    return f"py-{secrets.token_urlsafe(16)}"


def place_order(
    *,
    market: str,
    side: Side | str,
    quantity: DecimalInput,
    price: DecimalInput | None = None,
    type: OrderType | str | None = None,
    time_in_force: TimeInForce | str | None = None,
    post_only: bool = False,
    client_order_id: str | None = None,
    validate_only: bool = False,
) -> pb.PlaceOrderRequest:
    """Build a new order; without a type it is a limit order when it has a price, and without a key it gets one.

    Raises TypeError for a float, ValueError for text that is no number or no name.
    """
    if type is None:
        type = OrderType.MARKET if price is None else OrderType.LIMIT
    return pb.PlaceOrderRequest(
        market=market,
        side=wire_number(Side, side),
        type=wire_number(OrderType, type),
        time_in_force=None if time_in_force is None else wire_number(TimeInForce, time_in_force),
        price="" if price is None else to_wire(price, "price"),
        quantity=to_wire(quantity, "quantity"),
        post_only=post_only,
        client_order_id=new_key() if client_order_id is None else client_order_id,
        validate_only=validate_only,
    )


def cancel_order(
    *, order_id: int | None = None, client_order_id: str | None = None, validate_only: bool = False
) -> pb.CancelOrderRequest:
    """Name the order to cancel by one of its ids. Raises TypeError for none or both."""
    if client_order_id is None and order_id is not None:
        return pb.CancelOrderRequest(order_id=order_id, validate_only=validate_only)
    if order_id is None and client_order_id is not None:
        return pb.CancelOrderRequest(client_order_id=client_order_id, validate_only=validate_only)
    raise TypeError("name the order by order_id or by client_order_id, one of the two")


def get_order(*, order_id: int | None = None, client_order_id: str | None = None) -> pb.GetOrderRequest:
    """Name the order to read by one of its ids. Raises TypeError for none or both."""
    if client_order_id is None and order_id is not None:
        return pb.GetOrderRequest(order_id=order_id)
    if order_id is None and client_order_id is not None:
        return pb.GetOrderRequest(client_order_id=client_order_id)
    raise TypeError("name the order by order_id or by client_order_id, one of the two")
