"""What a command left of orders, folded from its events: answers and streams tell it as it was then, never later."""

from collections.abc import Iterable
from typing import Final

from exchange_server.engine import events
from exchange_server.engine.orders import Order
from exchange_server.engine.types import (
    CLOSE_NONE,
    CLOSE_SELF_TRADE,
    ORDER_OPEN,
    ORDER_PENDING_TRIGGER,
    TYPE_STOP_MARKET,
    TYPE_TRAILING_STOP,
    AccountId,
    Atoms,
    Lots,
    OrderId,
    TimeNs,
)


class OrderState:
    """An order and what changes about it, after some command.

    `open_lots` is what is not executed nor taken by self-trade prevention, also after the order closed;
    `decremented_lots` what self-trade prevention took instead of trades. An order that was amended, triggered or moved
    is another object with the same id, so `order` is the latest that an event told of.
    """

    __slots__ = (
        "close_reason",
        "cost_atoms",
        "decremented_lots",
        "fee_atoms",
        "open_lots",
        "order",
        "status",
        "update_time_ns",
    )

    def __init__(
        self,
        order: Order,
        open_lots: Lots,
        decremented_lots: Lots,
        cost_atoms: Atoms,
        fee_atoms: Atoms,
        status: int,
        close_reason: int,
        update_time_ns: TimeNs,
    ) -> None:
        self.order: Final = order
        self.open_lots: Final = open_lots
        self.decremented_lots: Final = decremented_lots
        self.cost_atoms: Final = cost_atoms
        self.fee_atoms: Final = fee_atoms
        self.status: Final = status
        self.close_reason: Final = close_reason
        self.update_time_ns: Final = update_time_ns

    @property
    def prevented_lots(self) -> Lots:
        """What self-trade prevention took: the decrements, and the rest of an order that it ended."""
        return prevented_lots(self.open_lots, self.decremented_lots, self.close_reason)


def prevented_lots(open_lots: int, decremented_lots: int, close_reason: int) -> Lots:
    """Return what self-trade prevention took of an order: decrements, and the rest that it ended."""
    return Lots(decremented_lots + open_lots if close_reason == CLOSE_SELF_TRADE else decremented_lots)


def present_state(order: Order) -> OrderState:
    """Return an order as it is at this moment: for reads, and for closed orders, which no longer change."""
    return OrderState(
        order,
        order.open_lots,
        order.decremented_lots,
        order.cost_atoms,
        order.fee_atoms,
        order.status,
        order.close_reason,
        order.update_time_ns,
    )


def deduplicated_state(event: events.OrderDeduplicated) -> OrderState:
    """Return the original order as it was when its key came again."""
    return OrderState(
        event.order,
        event.open_lots,
        event.order.decremented_lots,
        event.cost_atoms,
        event.fee_atoms,
        event.status,
        event.close_reason,
        event.update_time_ns,
    )


def state_after(order: Order, outcome: Iterable[events.Event], time_ns: int) -> OrderState:
    """Return an order that the events of a command tell of, as they left it."""
    return states_after(order.account_id, outcome, time_ns)[order.order_id]


def states_after(account_id: AccountId, outcome: Iterable[events.Event], time_ns: int) -> dict[OrderId, OrderState]:
    """Return an account's new and changed orders as the events of a command left them, by their first mention."""
    states: dict[OrderId, OrderState] = {}
    for event in outcome:
        kind = type(event)
        if kind is events.Trade:
            assert isinstance(event, events.Trade)
            if event.taker.account_id == account_id:
                order = event.taker
                _put(
                    states,
                    order,
                    event.taker_open_lots,
                    event.taker_total_cost_atoms,
                    event.taker_total_fee_atoms,
                    time_ns,
                )
            if event.maker.account_id == account_id:
                order = event.maker
                _put(
                    states,
                    order,
                    event.maker_open_lots,
                    event.maker_total_cost_atoms,
                    event.maker_total_fee_atoms,
                    time_ns,
                )
        elif kind is events.OrderRested or kind is events.OrderAccepted or kind is events.OrderTriggered:
            assert isinstance(event, events.OrderRested | events.OrderAccepted | events.OrderTriggered)
            order = event.order
            if order.account_id == account_id:
                status = ORDER_OPEN if kind is not events.OrderAccepted else standing_status(order)
                states[order.order_id] = _standing(order, order.quantity_lots, Lots(0), status, time_ns)
        elif kind is events.OrderCanceled or kind is events.OrderClosed:
            assert isinstance(event, events.OrderCanceled | events.OrderClosed)
            if event.order.account_id == account_id:
                states[event.order.order_id] = present_state(event.order)
        elif kind is events.OrderAmended or kind is events.OrderMoved:
            assert isinstance(event, events.OrderAmended | events.OrderMoved)
            order = event.order
            if order.account_id == account_id:
                states[order.order_id] = OrderState(
                    order,
                    event.open_lots,
                    order.decremented_lots,
                    event.cost_atoms,
                    event.fee_atoms,
                    standing_status(order),
                    CLOSE_NONE,
                    TimeNs(time_ns),
                )
        elif kind is events.OrderDecremented:
            assert isinstance(event, events.OrderDecremented)
            if event.order.account_id == account_id:
                _decrement(states, event, time_ns)
    return states


def standing_status(order: Order) -> int:
    """Return the status of an order that has not ended: this object waits for its trigger, or it never does.

    An order that triggers is another object from then on, so what this says of one never changes.
    """
    waits = TYPE_STOP_MARKET <= order.type <= TYPE_TRAILING_STOP and not order.trigger_time_ns
    return ORDER_PENDING_TRIGGER if waits else ORDER_OPEN


def _standing(order: Order, open_lots: Lots, decremented_lots: Lots, status: int, time_ns: int) -> OrderState:
    """Return the state of an order that has executed nothing yet."""
    return OrderState(order, open_lots, decremented_lots, Atoms(0), Atoms(0), status, CLOSE_NONE, TimeNs(time_ns))


def _put(
    states: dict[OrderId, OrderState], order: Order, open_lots: Lots, cost_atoms: Atoms, fee_atoms: Atoms, time_ns: int
) -> None:
    known = states.get(order.order_id)
    decremented_lots = order.decremented_lots if known is None else known.decremented_lots
    states[order.order_id] = OrderState(
        order, open_lots, decremented_lots, cost_atoms, fee_atoms, ORDER_OPEN, CLOSE_NONE, TimeNs(time_ns)
    )


def _decrement(states: dict[OrderId, OrderState], event: events.OrderDecremented, time_ns: int) -> None:
    order = event.order
    known = states.get(order.order_id)
    cost_atoms, fee_atoms = (
        (order.cost_atoms, order.fee_atoms) if known is None else (known.cost_atoms, known.fee_atoms)
    )
    states[order.order_id] = OrderState(
        order,
        event.open_lots,
        event.prevented_lots,
        cost_atoms,
        fee_atoms,
        ORDER_OPEN,
        CLOSE_NONE,
        TimeNs(time_ns),
    )
