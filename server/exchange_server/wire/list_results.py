"""What came of an OCO or a bracket, made from the events of its command: each of its orders as the command left it."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from exchange.v1 import order_service_pb2 as pb
from exchange.v1 import types_pb2
from exchange_server.engine import events
from exchange_server.engine.types import OrderId
from exchange_server.wire.order_results import write_state
from exchange_server.wire.order_states import OrderState, deduplicated_state, states_after
from exchange_server.wire.orders import maker_fill_message, taker_fill_message, write_order_state

ListAnswer: TypeAlias = pb.PlaceOcoOrderResponse | pb.PlaceBracketOrderResponse


class ListOutcome(NamedTuple):
    """A list's id and its orders in the order of the request; None is one that is not remembered any more."""

    list_id: OrderId
    states: list[OrderState | None]
    deduplicated: bool


def list_outcome(outcome: Sequence[events.Event], members: int, time_ns: int) -> ListOutcome:
    """Take the events of an accepted list apart; it has so many members, numbered from the id of the first."""
    first = outcome[0]
    states: dict[OrderId, OrderState]
    if isinstance(first, events.OrderListAccepted):
        list_id = first.list_id
        states = states_after(first.orders[0].account_id, outcome, time_ns)
    else:
        assert isinstance(first, events.OrderDeduplicated)
        list_id = first.order.list_id
        repeated = [event for event in outcome if isinstance(event, events.OrderDeduplicated)]
        states = {event.order.order_id: deduplicated_state(event) for event in repeated}
    ids = [OrderId(list_id + number) for number in range(members)]
    return ListOutcome(list_id, [states.get(order_id) for order_id in ids], isinstance(first, events.OrderDeduplicated))


def list_messages(response: ListAnswer) -> list[types_pb2.Order]:
    """Return the orders of an answer, to be filled in, in the order of the request."""
    if isinstance(response, pb.PlaceOcoOrderResponse):
        return [response.above, response.below]
    return [response.entry, response.take_profit, response.stop_loss]


def write_list_response(response: ListAnswer, outcome: Sequence[events.Event], sequence: int, time_ns: int) -> None:
    """Fill in the answer to a call."""
    orders = list_messages(response)
    told = list_outcome(outcome, len(orders), time_ns)
    response.order_list_id = told.list_id
    response.deduplicated = told.deduplicated
    for message, state in zip(orders, told.states, strict=True):
        if state is not None:
            write_order_state(message, state)
    if not told.deduplicated:
        response.fills.extend(_fills(told.list_id, len(orders), outcome, sequence, time_ns))


def write_list_result(result: pb.OrderListResult, outcome: Sequence[events.Event], members: int) -> None:
    """Fill in the answer on the order entry stream."""
    told = list_outcome(outcome, members, 0)
    result.order_list_id = told.list_id
    for state in told.states:
        part = result.results.add()
        if state is not None:
            write_state(part, state)
        part.deduplicated = told.deduplicated


def _fills(
    list_id: int, members: int, outcome: Sequence[events.Event], sequence: int, time_ns: int
) -> list[types_pb2.Fill]:
    """Return what the orders of a list executed, in the order of the trades."""
    fills = []
    ids = range(list_id, list_id + members)
    for event in outcome:
        if type(event) is events.Trade:
            if event.taker.order_id in ids:
                fills.append(taker_fill_message(event, sequence, time_ns))
            if event.maker.order_id in ids:
                fills.append(maker_fill_message(event, sequence, time_ns))
    return fills
