"""What came of a request on the order entry stream: from an answer, or from the order when no answer came."""

from typing import TypeAlias

from exchange.v1 import order_service_pb2 as pb
from exchange_sdk import _order_requests as requests
from exchange_sdk._decimals import ZERO
from exchange_sdk._enums import CloseReason, RejectReason
from exchange_sdk._order_operations import has_terms
from exchange_sdk.errors import ExchangeError, OrderClosed, OutcomeUnknown
from exchange_sdk.order_models import Order, OrderResult

Single: TypeAlias = pb.PlaceOrderRequest | pb.AmendOrderRequest | pb.CancelOrderRequest
"""A request about one order."""


def lookup(single: Single | None) -> pb.GetOrderRequest | None:
    """Return how to ask what came of a request; None when there is no way."""
    if single is None or single.validate_only:
        return None
    if single.client_order_id:
        return requests.get_order(client_order_id=single.client_order_id)
    if isinstance(single, pb.PlaceOrderRequest):
        return None
    return requests.get_order(order_id=single.order_id)


def found(single: Single, order: Order) -> OrderResult:
    """Tell from an order as it is now what came of a request that was never answered."""
    result = OrderResult(
        order_id=order.order_id,
        client_order_id=order.client_order_id,
        status=order.status,
        filled_quantity=order.filled_quantity,
        filled_quote=order.filled_quote,
        fee=order.fee,
        deduplicated=True,
        error=None,
        prevented_quantity=order.prevented_quantity,
    )
    if _is_done(single, order):
        return result
    if order.is_open:
        verb = "amend" if isinstance(single, pb.AmendOrderRequest) else "cancel"
        return _refused(single, unknown(single, f"the order is open as before; the {verb} may never have arrived"))
    closed = OrderClosed(f"the order is {order.status.name.lower()}", reason=RejectReason.ORDER_CLOSED)
    return _refused(single, closed)


def not_found(single: Single | None, why: str) -> OrderResult:
    """Return the result of a request of which the exchange says nothing."""
    return _refused(single, unknown(single, why))


def unknown(single: Single | None, why: str) -> OutcomeUnknown:
    """Return the error of a request of which nobody knows what came."""
    return OutcomeUnknown(
        why,
        client_order_id=single.client_order_id if single is not None else "",
        order_id=0 if single is None or isinstance(single, pb.PlaceOrderRequest) else single.order_id,
    )


def _is_done(single: Single, order: Order) -> bool:
    if isinstance(single, pb.AmendOrderRequest):
        return has_terms(order, single)
    return isinstance(single, pb.PlaceOrderRequest) or order.close_reason is CloseReason.CANCELED_BY_OWNER


def _refused(single: Single | None, error: ExchangeError) -> OrderResult:
    key = single.client_order_id if single is not None else ""
    return OrderResult(0, key, None, ZERO, ZERO, ZERO, deduplicated=False, error=error)
