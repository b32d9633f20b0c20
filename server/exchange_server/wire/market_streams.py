"""Order books and trades as the public streams send them."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from exchange.v1.market_streams_pb2 import OrderBook, PriceLevel, StreamOrderBookResponse, StreamTradesResponse
from exchange_server.engine.entities import Market
from exchange_server.engine.events import Trade
from exchange_server.engine.types import Lots, Ticks, TimeNs
from exchange_server.wire.market_data import trade_message
from exchange_server.wire.times import timestamp
from exchange_server.wire.units import format_price, format_quantity

__all__ = [
    "OrderBook",
    "StreamOrderBookResponse",
    "StreamTradesResponse",
    "order_book_delta_response",
    "order_book_heartbeat",
    "order_book_message",
    "order_book_snapshot_response",
    "trades_heartbeat",
    "trades_response",
]

Levels: TypeAlias = Iterable[tuple[Ticks, Lots]]
"""Price and total of each level, best first."""


def order_book_message(market: Market, bids: Levels, asks: Levels, sequence: int, checksum: int) -> OrderBook:
    """Return the levels of a market at one sequence."""
    message = OrderBook(market=market.name, sequence=sequence, checksum=checksum)
    _add_levels(message.bids.add, market, bids)
    _add_levels(message.asks.add, market, asks)
    return message


def order_book_snapshot_response(
    market: Market, bids: Levels, asks: Levels, sequence: int, checksum: int
) -> StreamOrderBookResponse:
    """Return the first message of a book stream."""
    response = StreamOrderBookResponse()
    book = response.snapshot
    book.market = market.name
    book.sequence = sequence
    book.checksum = checksum
    _add_levels(book.bids.add, market, bids)
    _add_levels(book.asks.add, market, asks)
    return response


def order_book_delta_response(
    market: Market,
    bids: Levels,
    asks: Levels,
    sequence: int,
    prev_sequence: int,
    checksum: int,
    time_ns: TimeNs,
) -> StreamOrderBookResponse:
    """Return changed levels with their new totals; 0 lots is a level that is gone."""
    response = StreamOrderBookResponse()
    delta = response.delta
    delta.market = market.name
    delta.sequence = sequence
    delta.prev_sequence = prev_sequence
    delta.checksum = checksum
    delta.event_time.CopyFrom(timestamp(time_ns))
    _add_levels(delta.bids.add, market, bids)
    _add_levels(delta.asks.add, market, asks)
    return response


def order_book_heartbeat(server_time_ns: int) -> StreamOrderBookResponse:
    """Return the sign of life of a quiet book."""
    response = StreamOrderBookResponse()
    response.heartbeat.server_time.CopyFrom(timestamp(server_time_ns))
    return response


def trades_response(trades: Iterable[tuple[Trade, int, TimeNs]]) -> StreamTradesResponse:
    """Return trades, each with its command's sequence and time, oldest first."""
    response = StreamTradesResponse()
    response.trades.trades.extend(trade_message(trade, sequence, time_ns) for trade, sequence, time_ns in trades)
    return response


def trades_heartbeat(server_time_ns: int) -> StreamTradesResponse:
    """Return the sign of life of a market without trades."""
    response = StreamTradesResponse()
    response.heartbeat.server_time.CopyFrom(timestamp(server_time_ns))
    return response


def _add_levels(add: Callable[..., PriceLevel], market: Market, levels: Levels) -> None:
    for price_ticks, lots in levels:
        add(price=format_price(market, price_ticks), quantity=format_quantity(market, lots))
