"""Orders and fills as protobuf, made from events: an answer shows the order as its command left it, never later."""

from collections.abc import Iterable, Sequence
from typing import Protocol, cast

from exchange.v1 import types_pb2
from exchange_server.engine import events
from exchange_server.engine.entities import Market
from exchange_server.engine.orders import Order
from exchange_server.engine.terms import SpecialTerms, Terms
from exchange_server.engine.types import (
    CLOSE_NONE,
    CLOSE_SELF_TRADE,
    ORDER_OPEN,
    ORDER_PENDING_TRIGGER,
    SELF_TRADE_EXPIRE_MAKER,
    TYPE_STOP_MARKET,
    TYPE_TRAILING_STOP,
    Atoms,
    Lots,
    OrderId,
    Ticks,
)
from exchange_server.wire.order_states import OrderState, deduplicated_state, present_state, prevented_lots, state_after
from exchange_server.wire.times import timestamp, write_timestamp
from exchange_server.wire.units import format_offset, format_price, format_quantity, format_quote

LIQUIDITY_MAKER = 1
LIQUIDITY_TAKER = 2
LIQUIDITY_AUCTION = 3


class OrderTerms(Protocol):
    """What an order asks for, from the engine or from the history; `trigger_…` and `pegged_…` are of this moment."""

    @property
    def order_id(self) -> int: ...
    @property
    def account_id(self) -> int: ...
    @property
    def client_order_id(self) -> str: ...
    @property
    def side(self) -> int: ...
    @property
    def terms(self) -> Terms: ...
    @property
    def price_ticks(self) -> Ticks: ...
    @property
    def quantity_lots(self) -> Lots: ...
    @property
    def create_time_ns(self) -> int: ...
    @property
    def trigger_price_ticks(self) -> Ticks: ...
    @property
    def trigger_time_ns(self) -> int: ...
    @property
    def trigger_refusal(self) -> int: ...
    @property
    def list_id(self) -> int: ...
    @property
    def pegged_price_ticks(self) -> Ticks: ...


def order_message(
    order: OrderTerms,
    market: Market,
    open_lots: int,
    decremented_lots: int,
    cost_atoms: int,
    fee_atoms: int,
    status: int,
    close_reason: int,
    update_time_ns: int,
) -> types_pb2.Order:
    """Return an order with what changes about it given by the caller, who has it from events.

    `open_lots` is neither filled nor decremented; the message's `open_quantity` is that only until the order ends.
    """
    message = types_pb2.Order()
    _write_order(
        message,
        order,
        market,
        open_lots,
        decremented_lots,
        cost_atoms,
        fee_atoms,
        status,
        close_reason,
        update_time_ns,
    )
    return message


def _write_order(
    message: types_pb2.Order,
    order: OrderTerms,
    market: Market,
    open_lots: int,
    decremented_lots: int,
    cost_atoms: int,
    fee_atoms: int,
    status: int,
    close_reason: int,
    update_time_ns: int,
) -> None:
    """Fill in an empty message. What is zero or empty there already is not written: each field costs 60 ns."""
    quantity = format_quantity(market, order.quantity_lots)
    terms = order.terms
    message.order_id = order.order_id
    message.account_id = order.account_id
    message.market = market.name
    if order.client_order_id:
        message.client_order_id = order.client_order_id
    message.side = order.side  # type: ignore[assignment]
    message.type = terms.type  # type: ignore[assignment]
    message.time_in_force = terms.time_in_force  # type: ignore[assignment]
    if terms.post_only:
        message.post_only = True
    if order.price_ticks:
        message.price = format_price(market, order.price_ticks)
    message.quantity = quantity
    message.status = status  # type: ignore[assignment]
    stands = status in (ORDER_OPEN, ORDER_PENDING_TRIGGER)
    if open_lots == order.quantity_lots:
        message.filled_quantity = message.filled_quote = message.fee = "0"
        message.open_quantity = quantity if stands else "0"
    else:
        filled = Lots(order.quantity_lots - open_lots - decremented_lots)
        message.filled_quantity = format_quantity(market, filled)
        message.open_quantity = format_quantity(market, Lots(open_lots)) if stands else "0"
        message.filled_quote = format_quote(market, Atoms(cost_atoms))
        message.fee = format_quote(market, Atoms(fee_atoms))
    if close_reason:
        message.close_reason = close_reason  # type: ignore[assignment]
    if decremented_lots or close_reason == CLOSE_SELF_TRADE:
        prevented = prevented_lots(open_lots, decremented_lots, close_reason)
        message.prevented_quantity = format_quantity(market, prevented)
    else:
        message.prevented_quantity = "0"
    if type(terms) is Terms:
        message.self_trade_prevention = SELF_TRADE_EXPIRE_MAKER  # type: ignore[assignment]
    else:
        _write_special(message, terms, market)
        if order.list_id:
            message.order_list_id = order.list_id
        if TYPE_STOP_MARKET <= terms.type <= TYPE_TRAILING_STOP:
            _write_trigger(message, order, market)
        elif stands and order.pegged_price_ticks:
            message.pegged_price = format_price(market, order.pegged_price_ticks)
    write_timestamp(message.create_time, order.create_time_ns)
    write_timestamp(message.update_time, update_time_ns)


def _write_special(message: types_pb2.Order, terms: Terms, market: Market) -> None:
    assert isinstance(terms, SpecialTerms)
    message.self_trade_prevention = cast(types_pb2.SelfTradePrevention, terms.self_trade)
    if terms.quote_amount_atoms:
        message.quote_amount = format_quote(market, terms.quote_amount_atoms)
    if terms.display_lots:
        message.display_quantity = format_quantity(market, terms.display_lots)
    if terms.expire_time_ns:
        write_timestamp(message.expire_time, terms.expire_time_ns)
    if terms.slide:
        message.slide = True
    if terms.trailing_offset_ticks:
        message.trailing_offset = format_price(market, terms.trailing_offset_ticks)
    if terms.trailing_offset_bps:
        message.trailing_offset_bps = terms.trailing_offset_bps
    if terms.activation_price_ticks:
        message.activation_price = format_price(market, terms.activation_price_ticks)
    if terms.trigger_price_ticks:
        message.trigger_price = format_price(market, terms.trigger_price_ticks)
    if terms.peg_reference:
        message.peg_reference = cast(types_pb2.PegReference, terms.peg_reference)
        message.peg_offset = format_offset(market, terms.peg_offset_ticks)


def _write_trigger(message: types_pb2.Order, order: OrderTerms, market: Market) -> None:
    """Write what the market has made of a trigger: of a trailing stop, where it would fire now."""
    if order.trigger_price_ticks:
        message.trigger_price = format_price(market, order.trigger_price_ticks)
    if order.trigger_time_ns:
        write_timestamp(message.trigger_time, order.trigger_time_ns)
    if order.trigger_refusal:
        message.trigger_refusal = cast(types_pb2.RejectReason, order.trigger_refusal)


def write_order_state(message: types_pb2.Order, state: OrderState) -> None:
    """Fill in an empty message with an order as some command left it."""
    _write_order(
        message,
        state.order,
        state.order.market,
        state.open_lots,
        state.decremented_lots,
        state.cost_atoms,
        state.fee_atoms,
        state.status,
        state.close_reason,
        state.update_time_ns,
    )


def order_state_message(state: OrderState) -> types_pb2.Order:
    """Return an order as some command left it."""
    message = types_pb2.Order()
    write_order_state(message, state)
    return message


def present_order_message(order: Order) -> types_pb2.Order:
    """Return an order as it is at this moment: for reads, and for closed orders, which no longer change."""
    return order_state_message(present_state(order))


def write_placed_order(message: types_pb2.Order, order: Order, outcome: Sequence[events.Event], time_ns: int) -> None:
    """Fill in a new order as its own command left it; `outcome` is all events of that command."""
    if len(outcome) == 1 and type(outcome[0]) is events.OrderRested:
        _write_order(message, order, order.market, order.quantity_lots, 0, 0, 0, ORDER_OPEN, CLOSE_NONE, time_ns)
    else:
        write_order_state(message, state_after(order, outcome, time_ns))


def deduplicated_order_message(event: events.OrderDeduplicated) -> types_pb2.Order:
    """Return the original order as it was when its key came again."""
    return order_state_message(deduplicated_state(event))


def order_fills(
    order_id: OrderId, outcome: Iterable[events.Event], sequence: int, time_ns: int
) -> list[types_pb2.Fill]:
    """Return what one order executed in a command: on its arrival, and resting when its trades triggered others."""
    fills = []
    for event in outcome:
        if type(event) is events.Trade:
            if event.taker.order_id == order_id:
                fills.append(taker_fill_message(event, sequence, time_ns))
            elif event.maker.order_id == order_id:
                fills.append(maker_fill_message(event, sequence, time_ns))
    return fills


def taker_fill_message(trade: events.Trade, sequence: int, time_ns: int) -> types_pb2.Fill:
    """Return the side of a trade whose order took liquidity, or in an auction came later."""
    liquidity = LIQUIDITY_AUCTION if trade.auction else LIQUIDITY_TAKER
    return _trade_fill(trade, trade.taker, trade.taker_fee_atoms, liquidity, sequence, time_ns)


def maker_fill_message(trade: events.Trade, sequence: int, time_ns: int) -> types_pb2.Fill:
    """Return the side of a trade whose order had rested, or in an auction came earlier."""
    liquidity = LIQUIDITY_AUCTION if trade.auction else LIQUIDITY_MAKER
    return _trade_fill(trade, trade.maker, trade.maker_fee_atoms, liquidity, sequence, time_ns)


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
