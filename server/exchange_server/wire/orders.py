"""Orders and fills as protobuf, made from events: an answer shows the order as its command left it, never later."""

from collections.abc import Sequence
from typing import Protocol, cast

from exchange.v1 import types_pb2
from exchange_server.engine import events
from exchange_server.engine.commands import PlaceOrder
from exchange_server.engine.entities import Market
from exchange_server.engine.orders import Order
from exchange_server.engine.types import CLOSE_NONE, ORDER_OPEN, Atoms, Lots, Ticks
from exchange_server.wire.times import timestamp, write_timestamp
from exchange_server.wire.units import format_price, format_quantity, format_quote

LIQUIDITY_MAKER = 1
LIQUIDITY_TAKER = 2


class OrderTerms(Protocol):
    """What never changes about an order, from the engine or from the history."""

    @property
    def order_id(self) -> int: ...
    @property
    def account_id(self) -> int: ...
    @property
    def client_order_id(self) -> str: ...
    @property
    def side(self) -> int: ...
    @property
    def type(self) -> int: ...
    @property
    def time_in_force(self) -> int: ...
    @property
    def post_only(self) -> bool: ...
    @property
    def price_ticks(self) -> Ticks: ...
    @property
    def quantity_lots(self) -> Lots: ...
    @property
    def create_time_ns(self) -> int: ...


def order_message(
    order: OrderTerms,
    market: Market,
    open_lots: int,
    cost_atoms: int,
    fee_atoms: int,
    status: int,
    close_reason: int,
    update_time_ns: int,
) -> types_pb2.Order:
    """Return an order with what changes about it given by the caller, who has it from events.

    `open_lots` is what is not filled; the message's `open_quantity` is that only while the order is open.
    """
    message = types_pb2.Order()
    _write_order(message, order, market, open_lots, cost_atoms, fee_atoms, status, close_reason, update_time_ns)
    return message


def _write_order(
    message: types_pb2.Order,
    order: OrderTerms,
    market: Market,
    open_lots: int,
    cost_atoms: int,
    fee_atoms: int,
    status: int,
    close_reason: int,
    update_time_ns: int,
) -> None:
    """Fill in an empty message. What is zero or empty there already is not written: each field costs 60 ns."""
    quantity = format_quantity(market, order.quantity_lots)
    message.order_id = order.order_id
    message.account_id = order.account_id
    message.market = market.name
    if order.client_order_id:
        message.client_order_id = order.client_order_id
    message.side = order.side  # type: ignore[assignment]
    message.type = order.type  # type: ignore[assignment]
    message.time_in_force = order.time_in_force  # type: ignore[assignment]
    if order.post_only:
        message.post_only = True
    if order.price_ticks:
        message.price = format_price(market, order.price_ticks)
    message.quantity = quantity
    message.status = status  # type: ignore[assignment]
    if open_lots == order.quantity_lots:
        message.filled_quantity = message.filled_quote = message.fee = "0"
        message.open_quantity = quantity if status == ORDER_OPEN else "0"
    else:
        message.filled_quantity = format_quantity(market, Lots(order.quantity_lots - open_lots))
        message.open_quantity = format_quantity(market, Lots(open_lots)) if status == ORDER_OPEN else "0"
        message.filled_quote = format_quote(market, Atoms(cost_atoms))
        message.fee = format_quote(market, Atoms(fee_atoms))
    if close_reason:
        message.close_reason = close_reason  # type: ignore[assignment]
    write_timestamp(message.create_time, order.create_time_ns)
    write_timestamp(message.update_time, update_time_ns)


def present_order_message(order: Order) -> types_pb2.Order:
    """Return an order as it is at this moment: for reads, and for closed orders, which no longer change."""
    return order_message(
        order,
        order.market,
        order.open_lots,
        order.cost_atoms,
        order.fee_atoms,
        order.status,
        order.close_reason,
        order.update_time_ns,
    )


def write_placed_order(message: types_pb2.Order, order: Order, outcome: Sequence[events.Event], time_ns: int) -> None:
    """Fill in a new order as it was after its own arrival; `outcome` is all events of its command."""
    open_lots, cost_atoms, fee_atoms = int(order.quantity_lots), 0, 0
    status, close_reason = ORDER_OPEN, CLOSE_NONE
    for event in outcome:
        if type(event) is events.Trade:
            if event.taker is order:
                open_lots = event.taker_open_lots
                cost_atoms = event.taker_total_cost_atoms
                fee_atoms = event.taker_total_fee_atoms
        elif type(event) is events.OrderClosed and event.order is order:
            status, close_reason = order.status, order.close_reason
    _write_order(message, order, order.market, open_lots, cost_atoms, fee_atoms, status, close_reason, time_ns)


def deduplicated_order_message(event: events.OrderDeduplicated) -> types_pb2.Order:
    """Return the original order as it was when its key came again."""
    return order_message(
        event.order,
        event.order.market,
        event.open_lots,
        event.cost_atoms,
        event.fee_atoms,
        event.status,
        event.close_reason,
        event.update_time_ns,
    )


def validated_order_message(command: PlaceOrder, market: Market, time_ns: int) -> types_pb2.Order:
    """Return the order that a command would become, without an id and unfilled."""
    return types_pb2.Order(
        account_id=command.account_id,
        market=market.name,
        client_order_id=command.client_order_id,
        side=cast(types_pb2.Side, command.side),
        type=cast(types_pb2.OrderType, command.terms.type),
        time_in_force=cast(types_pb2.TimeInForce, command.terms.time_in_force),
        post_only=command.terms.post_only,
        price=format_price(market, command.price_ticks) if command.price_ticks else "",
        quantity=format_quantity(market, command.quantity_lots),
        filled_quantity="0",
        open_quantity=format_quantity(market, command.quantity_lots),
        filled_quote="0",
        fee="0",
        status=cast(types_pb2.OrderStatus, ORDER_OPEN),
        create_time=timestamp(time_ns),
        update_time=timestamp(time_ns),
    )


def taker_fill_message(trade: events.Trade, sequence: int, time_ns: int) -> types_pb2.Fill:
    """Return the side of a trade whose order took liquidity."""
    return _trade_fill(trade, trade.taker, trade.taker_fee_atoms, LIQUIDITY_TAKER, sequence, time_ns)


def maker_fill_message(trade: events.Trade, sequence: int, time_ns: int) -> types_pb2.Fill:
    """Return the side of a trade whose order had rested."""
    return _trade_fill(trade, trade.maker, trade.maker_fee_atoms, LIQUIDITY_MAKER, sequence, time_ns)


def fill_message(
    market: Market,
    trade_id: int,
    order_id: int,
    client_order_id: str,
    side: int,
    price_ticks: Ticks,
    quantity_lots: Lots,
    cost_atoms: Atoms,
    fee_atoms: Atoms,
    liquidity: int,
    sequence: int,
    time_ns: int,
) -> types_pb2.Fill:
    """Return one execution of one order; `fee_atoms` is negative for a rebate."""
    return types_pb2.Fill(
        trade_id=trade_id,
        order_id=order_id,
        client_order_id=client_order_id,
        market=market.name,
        side=cast(types_pb2.Side, side),
        price=format_price(market, price_ticks),
        quantity=format_quantity(market, quantity_lots),
        quote_amount=format_quote(market, cost_atoms),
        fee=format_quote(market, fee_atoms),
        liquidity=cast(types_pb2.Liquidity, liquidity),
        trade_time=timestamp(time_ns),
        sequence=sequence,
    )


def _trade_fill(
    trade: events.Trade, order: Order, fee_atoms: Atoms, liquidity: int, sequence: int, time_ns: int
) -> types_pb2.Fill:
    return fill_message(
        order.market,
        trade.trade_id,
        order.order_id,
        order.client_order_id,
        order.side,
        trade.price_ticks,
        trade.quantity_lots,
        trade.cost_atoms,
        fee_atoms,
        liquidity,
        sequence,
        time_ns,
    )
