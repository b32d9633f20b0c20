"""Trades, candles and tickers as the public streams send them, serialised once for all who get them."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from exchange.v1 import types_pb2
from exchange.v1.market_streams_pb2 import (
    StreamCandlesResponse,
    StreamTickerResponse,
    StreamTradesResponse,
    Ticker,
)
from exchange_server.engine.entities import Market
from exchange_server.engine.events import Trade
from exchange_server.engine.types import Atoms, Lots, Ticks, TimeNs
from exchange_server.wire.market_data import trade_message
from exchange_server.wire.market_history import add_candle
from exchange_server.wire.times import Hops, write_hops, write_timestamp

__all__ = [
    "CandleRow",
    "Ticker",
    "candles_heartbeat",
    "candles_response",
    "ticker_heartbeat",
    "ticker_update",
    "trades_heartbeat",
    "trades_response",
]


_SECOND_NS: Final = 1_000_000_000


class CandleRow(NamedTuple):
    """The trades of one interval that begins at `open_time_ns`; `cost_atoms` is price × quantity in quote atoms."""

    open_time_ns: TimeNs
    open_ticks: Ticks
    high_ticks: Ticks
    low_ticks: Ticks
    close_ticks: Ticks
    lots: Lots
    cost_atoms: Atoms
    trade_count: int
    closed: bool


def trades_response(trades: Iterable[tuple[Trade, int, TimeNs]], hops: Hops) -> bytes:
    """Return trades, each with its command's sequence and time, oldest first."""
    response = StreamTradesResponse()
    batch = response.trades
    batch.trades.extend(trade_message(trade, sequence, time_ns) for trade, sequence, time_ns in trades)
    write_hops(batch.hops, hops)
    return response.SerializeToString()


def trades_heartbeat(server_time_ns: int, sequence: int, last_trade_id: int) -> bytes:
    """Return the sign of life of a market without trades since `last_trade_id`, up to which all were sent."""
    response = StreamTradesResponse(last_trade_id=last_trade_id)
    _write_heartbeat(response.heartbeat, server_time_ns, sequence)
    return response.SerializeToString()


def candles_response(
    market: Market, interval: int, rows: Sequence[CandleRow], sequence: int, prev_sequence: int, hops: Hops
) -> bytes:
    """Return candles that are new or changed, oldest first."""
    response = StreamCandlesResponse()
    batch = response.candles
    for row in rows:
        prices = (row.open_ticks, row.high_ticks, row.low_ticks, row.close_ticks)
        open_time_s = row.open_time_ns // _SECOND_NS
        figures = row.lots, row.cost_atoms, row.trade_count
        add_candle(batch.candles.add, market, interval, open_time_s, prices, *figures, row.closed)
    batch.sequence = sequence
    batch.prev_sequence = prev_sequence
    write_hops(batch.hops, hops)
    return response.SerializeToString()


def candles_heartbeat(server_time_ns: int, sequence: int) -> bytes:
    """Return the sign of life of a market without trades."""
    response = StreamCandlesResponse()
    _write_heartbeat(response.heartbeat, server_time_ns, sequence)
    return response.SerializeToString()


def ticker_update(ticker: Ticker, prev_sequence: int, hops: Hops) -> bytes:
    """Return a ticker as it is now."""
    response = StreamTickerResponse()
    update = response.update
    update.ticker.CopyFrom(ticker)
    update.prev_sequence = prev_sequence
    write_hops(update.hops, hops)
    return response.SerializeToString()


def ticker_heartbeat(server_time_ns: int, sequence: int) -> bytes:
    """Return the sign of life of a market that stands still."""
    response = StreamTickerResponse()
    _write_heartbeat(response.heartbeat, server_time_ns, sequence)
    return response.SerializeToString()


def _write_heartbeat(message: types_pb2.Heartbeat, server_time_ns: int, sequence: int) -> None:
    write_timestamp(message.server_time, server_time_ns)
    message.sequence = sequence
