"""Outcomes on the order entry stream: what came of a command, in few bytes, written into the answer in place."""

from typing import Protocol

from exchange.v1 import order_service_pb2 as pb
from exchange_server.engine import events
from exchange_server.engine.orders import Order
from exchange_server.engine.types import ORDER_OPEN, Atoms, Lots
from exchange_server.wire.units import format_quantity, format_quote


class OrderErrors(Protocol):
    """Says of a refusal what a client is told."""

    def __call__(self, rejected: events.Rejected) -> pb.OrderError: ...


def write_result(result: pb.OrderResult, outcome: list[events.Event], error_of: OrderErrors) -> None:
    """Fill in the outcome of a PlaceOrder or CancelOrder from all events of its command."""
    first = outcome[0]
    kind = type(first)
    if kind is events.OrderRested:
        result.order_id = first.order.order_id  # type: ignore[union-attr]
        result.status = ORDER_OPEN  # type: ignore[assignment]
    elif kind is events.OrderAccepted:
        _write_placed(result, first.order, outcome)  # type: ignore[union-attr]
    elif kind is events.OrderCanceled:
        _write_closed(result, first.order)  # type: ignore[union-attr]
    elif kind is events.Rejected:
        result.error.CopyFrom(error_of(first))  # type: ignore[arg-type]
    else:
        assert isinstance(first, events.OrderDeduplicated)
        result.deduplicated = True
        _write(result, first.order, first.open_lots, first.cost_atoms, first.fee_atoms, first.status)


def canceled_order_ids(outcome: list[events.Event]) -> list[int]:
    """Return the ids of the orders that a CancelAllOrders closed, oldest first."""
    return [event.order.order_id for event in outcome if isinstance(event, events.OrderClosed)]


def _write_placed(result: pb.OrderResult, order: Order, outcome: list[events.Event]) -> None:
    trade: events.Trade | None = None
    for event in outcome:
        kind = type(event)
        if kind is events.Trade:
            trade = event  # type: ignore[assignment]
        elif kind is events.OrderClosed and event.order is order:  # type: ignore[union-attr]
            _write_closed(result, order)
            return
    result.order_id = order.order_id
    result.status = ORDER_OPEN  # type: ignore[assignment]
    if trade is not None:
        _write(
            result,
            order,
            trade.taker_open_lots,
            trade.taker_total_cost_atoms,
            trade.taker_total_fee_atoms,
            ORDER_OPEN,
        )


def _write_closed(result: pb.OrderResult, order: Order) -> None:
    _write(result, order, order.open_lots, order.cost_atoms, order.fee_atoms, order.status)


def _write(
    result: pb.OrderResult, order: Order, open_lots: Lots, cost_atoms: Atoms, fee_atoms: Atoms, status: int
) -> None:
    result.order_id = order.order_id
    result.status = status  # type: ignore[assignment]
    if open_lots != order.quantity_lots:
        market = order.market
        result.filled_quantity = format_quantity(market, Lots(order.quantity_lots - open_lots))
        result.filled_quote = format_quote(market, cost_atoms)
        if fee_atoms:
            result.fee = format_quote(market, fee_atoms)
