"""Trades, candles and tickers as the public streams send them, serialised once for all who get them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol, cast

from exchange.v1 import types_pb2
from exchange.v1.market_streams_pb2 import (
    Candle,
    CandleInterval,
    StreamCandlesResponse,
    StreamTickerResponse,
    StreamTradesResponse,
    Ticker,
)
from exchange_server.engine.entities import Market
from exchange_server.engine.events import Trade
from exchange_server.engine.types import Atoms, Lots, Ticks, TimeNs
from exchange_server.wire.market_data import trade_message
from exchange_server.wire.market_streams import write_level
from exchange_server.wire.times import Hops, write_hops, write_timestamp
from exchange_server.wire.units import format_price, format_quantity, format_quote

__all__ = [
    "CandleRow",
    "Ticker",
    "candles_heartbeat",
    "candles_response",
    "ticker_heartbeat",
    "ticker_message",
    "ticker_update",
    "trades_heartbeat",
    "trades_response",
]


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


class LastTrade(Protocol):
    """The last trade of a market."""

    @property
    def price_ticks(self) -> Ticks: ...
    @property
    def quantity_lots(self) -> Lots: ...
    @property
    def time_ns(self) -> TimeNs: ...


class DayFigures(Protocol):
    """What was traded since `window_start_ns`; prices are 0 when nothing was."""

    @property
    def window_start_ns(self) -> TimeNs: ...
    @property
    def open_ticks(self) -> Ticks: ...
    @property
    def high_ticks(self) -> Ticks: ...
    @property
    def low_ticks(self) -> Ticks: ...
    @property
    def lots(self) -> Lots: ...
    @property
    def cost_atoms(self) -> Atoms: ...
    @property
    def trade_count(self) -> int: ...
    @property
    def last(self) -> LastTrade | None: ...


def trades_response(trades: Iterable[tuple[Trade, int, TimeNs]], hops: Hops) -> bytes:
    """Return trades, each with its command's sequence and time, oldest first."""
    response = StreamTradesResponse()
    batch = response.trades
    batch.trades.extend(trade_message(trade, sequence, time_ns) for trade, sequence, time_ns in trades)
    write_hops(batch.hops, hops)
    return response.SerializeToString()


def trades_heartbeat(server_time_ns: int, sequence: int) -> bytes:
    """Return the sign of life of a market without trades."""
    response = StreamTradesResponse()
    _write_heartbeat(response.heartbeat, server_time_ns, sequence)
    return response.SerializeToString()


def candle_message(market: Market, interval: int, row: CandleRow) -> Candle:
    """Return a candle as everybody sees it."""
    message = Candle(
        market=market.name,
        interval=cast(CandleInterval, interval),
        open=format_price(market, row.open_ticks),
        high=format_price(market, row.high_ticks),
        low=format_price(market, row.low_ticks),
        close=format_price(market, row.close_ticks),
        volume=format_quantity(market, row.lots),
        quote_volume=format_quote(market, row.cost_atoms),
        trade_count=row.trade_count,
        closed=row.closed,
    )
    write_timestamp(message.open_time, row.open_time_ns)
    return message


def candles_response(
    market: Market, interval: int, rows: Sequence[CandleRow], sequence: int, prev_sequence: int, hops: Hops
) -> bytes:
    """Return candles that are new or changed, oldest first."""
    response = StreamCandlesResponse()
    batch = response.candles
    batch.candles.extend(candle_message(market, interval, row) for row in rows)
    batch.sequence = sequence
    batch.prev_sequence = prev_sequence
    write_hops(batch.hops, hops)
    return response.SerializeToString()


def candles_heartbeat(server_time_ns: int, sequence: int) -> bytes:
    """Return the sign of life of a market without trades."""
    response = StreamCandlesResponse()
    _write_heartbeat(response.heartbeat, server_time_ns, sequence)
    return response.SerializeToString()


def ticker_message(
    market: Market,
    day: DayFigures,
    bid: tuple[Ticks, Lots] | None,
    ask: tuple[Ticks, Lots] | None,
    sequence: int,
    time_ns: TimeNs,
) -> Ticker:
    """Return a market at a glance, as of a command."""
    message = Ticker(
        market=market.name,
        volume=format_quantity(market, day.lots),
        quote_volume=format_quote(market, day.cost_atoms),
        trade_count=day.trade_count,
        sequence=sequence,
    )
    if day.last is not None:
        message.last_price = format_price(market, day.last.price_ticks)
        message.last_quantity = format_quantity(market, day.last.quantity_lots)
        write_timestamp(message.last_trade_time, day.last.time_ns)
    if day.trade_count:
        message.open_price = format_price(market, day.open_ticks)
        message.high_price = format_price(market, day.high_ticks)
        message.low_price = format_price(market, day.low_ticks)
    write_timestamp(message.window_start_time, day.window_start_ns)
    write_timestamp(message.event_time, time_ns)
    write_level(message.bid, market, bid)
    write_level(message.ask, market, ask)
    return message


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
