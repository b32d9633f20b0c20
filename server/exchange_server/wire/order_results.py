"""Outcomes on the order entry stream: what came of a command, in few bytes, written into the answer in place."""

from typing import NamedTuple, Protocol

from exchange.v1 import order_service_pb2 as pb
from exchange_server.engine import events
from exchange_server.engine.orders import Order
from exchange_server.engine.types import ORDER_OPEN, Lots
from exchange_server.wire.order_states import OrderState, deduplicated_state, present_state, state_after
from exchange_server.wire.units import format_quantity, format_quote


class OrderErrors(Protocol):
    """Says of a refusal what a client is told."""

    def __call__(self, rejected: events.Rejected) -> pb.OrderError: ...


def write_result(result: pb.OrderResult, outcome: list[events.Event], error_of: OrderErrors) -> None:
    """Fill in the outcome of a PlaceOrder, CancelOrder or AmendOrder from all events of its command."""
    first = outcome[0]
    kind = type(first)
    if kind is events.OrderRested:
        result.order_id = first.order.order_id  # type: ignore[union-attr]
        result.status = ORDER_OPEN  # type: ignore[assignment]
    elif kind is events.OrderAccepted or kind is events.OrderAmended:
        write_state(result, state_after(first.order, outcome, 0))  # type: ignore[union-attr]
    elif kind is events.OrderCanceled or kind is events.OrderClosed:
        write_state(result, present_state(first.order))  # type: ignore[union-attr]
    elif kind is events.Rejected:
        result.error.CopyFrom(error_of(first))  # type: ignore[arg-type]
    else:
        assert isinstance(first, events.OrderDeduplicated)
        _write_deduplicated(result, first)


def write_replaced(result: pb.CancelReplaceResult, outcome: list[events.Event], error_of: OrderErrors) -> None:
    """Fill in the outcome of a CancelReplaceOrder that was not refused as a whole."""
    parts = replaced_parts(outcome)
    if parts.cancel_refusal is not None:
        result.cancel.error.CopyFrom(error_of(parts.cancel_refusal))
    elif parts.canceled is not None:
        write_state(result.cancel, present_state(parts.canceled))
    if parts.place_refusal is not None:
        result.place.error.CopyFrom(error_of(parts.place_refusal))
    elif parts.deduplicated is not None:
        _write_deduplicated(result.place, parts.deduplicated)
    else:
        assert parts.placed is not None
        write_state(result.place, state_after(parts.placed, outcome, 0))


class ReplacedParts(NamedTuple):
    """What came of a CancelReplaceOrder; of each part what was done with it, or why it was refused."""

    canceled: Order | None
    cancel_refusal: events.Rejected | None
    placed: Order | None
    place_refusal: events.Rejected | None
    deduplicated: events.OrderDeduplicated | None


def replaced_parts(outcome: list[events.Event]) -> ReplacedParts:
    """Take the events of a CancelReplaceOrder apart. Of a deduplicated one that is the only event."""
    first = outcome[0]
    if isinstance(first, events.OrderDeduplicated):
        return ReplacedParts(None, None, None, None, first)
    assert isinstance(first, events.CancelReplaced)
    rest = outcome[1:]
    canceled = None
    if first.cancel_refusal is None:
        canceled = next(event.order for event in rest if isinstance(event, events.OrderCanceled | events.OrderClosed))
    placed = next((event.order for event in rest if isinstance(event, events.OrderRested | events.OrderAccepted)), None)
    return ReplacedParts(canceled, first.cancel_refusal, placed, first.place_refusal, None)


def canceled_order_ids(outcome: list[events.Event]) -> list[int]:
    """Return the ids of the orders that a CancelAllOrders closed, oldest first."""
    return [event.order.order_id for event in outcome if isinstance(event, events.OrderClosed)]


def write_state(result: pb.OrderResult, state: OrderState) -> None:
    """Fill in an order as some command left it."""
    order = state.order
    market = order.market
    result.order_id = order.order_id
    result.status = state.status  # type: ignore[assignment]
    filled_lots = Lots(order.quantity_lots - state.open_lots - state.decremented_lots)
    if filled_lots:
        result.filled_quantity = format_quantity(market, filled_lots)
        result.filled_quote = format_quote(market, state.cost_atoms)
        if state.fee_atoms:
            result.fee = format_quote(market, state.fee_atoms)
    prevented = state.prevented_lots
    if prevented:
        result.prevented_quantity = format_quantity(market, prevented)


def _write_deduplicated(result: pb.OrderResult, event: events.OrderDeduplicated) -> None:
    result.deduplicated = True
    write_state(result, deduplicated_state(event))
