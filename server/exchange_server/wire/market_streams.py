"""Books, best prices and order queues as the public streams send them: messages for reading, bytes for sending.

A message of a stream is serialised where it is made, once for all who get it.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias, cast

from exchange.v1 import types_pb2
from exchange.v1.market_streams_pb2 import (
    Bbo,
    BookOrder,
    OrderBook,
    PriceLevel,
    StreamBboResponse,
    StreamOrderBookResponse,
    StreamOrdersResponse,
)
from exchange_server.engine.entities import Market
from exchange_server.engine.types import Lots, OrderId, Ticks, TimeNs
from exchange_server.wire.times import Hops, write_hops, write_timestamp
from exchange_server.wire.units import format_price, format_quantity

__all__ = [
    "OrderBook",
    "bbo_heartbeat",
    "bbo_update",
    "order_book_delta",
    "order_book_heartbeat",
    "order_book_message",
    "order_book_snapshot",
    "orders_delta",
    "orders_heartbeat",
    "orders_snapshot",
]

Levels: TypeAlias = Iterable[tuple[Ticks, Lots]]
"""Price and total of each level, best first."""

QueuedOrders: TypeAlias = Iterable[tuple[OrderId, Ticks, Lots]]
"""Id, price and shown quantity of each order, in the order in which they trade."""

OrderChange: TypeAlias = tuple[OrderId, int, Ticks, Lots, bool]
"""Id, side, price, shown quantity, and whether it stands at the end of its queue."""


def order_book_message(market: Market, bids: Levels, asks: Levels, sequence: int, checksum: int) -> OrderBook:
    """Return the levels of a market at one sequence."""
    message = OrderBook()
    _write_book(message, market, bids, asks, sequence, checksum)
    return message


def order_book_snapshot(market: Market, bids: Levels, asks: Levels, sequence: int, checksum: int) -> bytes:
    """Return the first message of a book stream."""
    response = StreamOrderBookResponse()
    _write_book(response.snapshot, market, bids, asks, sequence, checksum)
    return response.SerializeToString()


def order_book_delta(
    market: Market,
    bids: Levels,
    asks: Levels,
    sequence: int,
    prev_sequence: int,
    checksum: int,
    time_ns: TimeNs,
    hops: Hops,
) -> bytes:
    """Return changed levels with their new totals; 0 lots is a level that is gone."""
    response = StreamOrderBookResponse()
    delta = response.delta
    delta.market = market.name
    delta.sequence = sequence
    delta.prev_sequence = prev_sequence
    delta.checksum = checksum
    write_timestamp(delta.event_time, time_ns)
    write_hops(delta.hops, hops)
    _add_levels(delta.bids.add, market, bids)
    _add_levels(delta.asks.add, market, asks)
    return response.SerializeToString()


def order_book_heartbeat(server_time_ns: int, sequence: int) -> bytes:
    """Return the sign of life of a quiet book."""
    response = StreamOrderBookResponse()
    _write_heartbeat(response.heartbeat, server_time_ns, sequence)
    return response.SerializeToString()


def bbo_update(
    market: Market,
    bid: tuple[Ticks, Lots] | None,
    ask: tuple[Ticks, Lots] | None,
    sequence: int,
    prev_sequence: int,
    time_ns: TimeNs,
    hops: Hops,
) -> bytes:
    """Return the best bid and offer as they are now; None where there is none."""
    response = StreamBboResponse()
    update = response.update
    update.prev_sequence = prev_sequence
    write_hops(update.hops, hops)
    bbo: Bbo = update.bbo
    bbo.market = market.name
    bbo.sequence = sequence
    write_timestamp(bbo.event_time, time_ns)
    write_level(bbo.bid, market, bid)
    write_level(bbo.ask, market, ask)
    return response.SerializeToString()


def bbo_heartbeat(server_time_ns: int, sequence: int) -> bytes:
    """Return the sign of life of a market whose best prices stand still."""
    response = StreamBboResponse()
    _write_heartbeat(response.heartbeat, server_time_ns, sequence)
    return response.SerializeToString()


def orders_snapshot(market: Market, bids: QueuedOrders, asks: QueuedOrders, sequence: int, checksum: int) -> bytes:
    """Return the first message of an order-by-order stream."""
    response = StreamOrdersResponse()
    snapshot = response.snapshot
    snapshot.market = market.name
    snapshot.sequence = sequence
    snapshot.checksum = checksum
    _add_orders(snapshot.bids.add, market, bids)
    _add_orders(snapshot.asks.add, market, asks)
    return response.SerializeToString()


def orders_delta(
    market: Market,
    changes: Sequence[OrderChange],
    sequence: int,
    prev_sequence: int,
    checksum: int,
    time_ns: TimeNs,
    hops: Hops,
) -> bytes:
    """Return what happened to resting orders, in its order; 0 lots is an order that is gone."""
    response = StreamOrdersResponse()
    delta = response.delta
    delta.market = market.name
    delta.sequence = sequence
    delta.prev_sequence = prev_sequence
    delta.checksum = checksum
    write_timestamp(delta.event_time, time_ns)
    write_hops(delta.hops, hops)
    add = delta.changes.add
    for order_id, side, price_ticks, lots, queued in changes:
        add(
            order_id=order_id,
            side=cast(types_pb2.Side, side),
            price=format_price(market, price_ticks),
            quantity=format_quantity(market, lots),
            queued=queued,
        )
    return response.SerializeToString()


def orders_heartbeat(server_time_ns: int, sequence: int) -> bytes:
    """Return the sign of life of a market whose orders stand still."""
    response = StreamOrdersResponse()
    _write_heartbeat(response.heartbeat, server_time_ns, sequence)
    return response.SerializeToString()


def write_level(message: PriceLevel, market: Market, level: tuple[Ticks, Lots] | None) -> None:
    """Fill in an empty level that is part of another message; None leaves it unset."""
    if level is not None:
        message.price = format_price(market, level[0])
        message.quantity = format_quantity(market, level[1])


def _write_heartbeat(message: types_pb2.Heartbeat, server_time_ns: int, sequence: int) -> None:
    write_timestamp(message.server_time, server_time_ns)
    message.sequence = sequence


def _write_book(book: OrderBook, market: Market, bids: Levels, asks: Levels, sequence: int, checksum: int) -> None:
    book.market = market.name
    book.sequence = sequence
    book.checksum = checksum
    _add_levels(book.bids.add, market, bids)
    _add_levels(book.asks.add, market, asks)


def _add_levels(add: Callable[..., PriceLevel], market: Market, levels: Levels) -> None:
    for price_ticks, lots in levels:
        add(price=format_price(market, price_ticks), quantity=format_quantity(market, lots))


def _add_orders(add: Callable[..., BookOrder], market: Market, orders: QueuedOrders) -> None:
    for order_id, price_ticks, lots in orders:
        add(order_id=order_id, price=format_price(market, price_ticks), quantity=format_quantity(market, lots))
