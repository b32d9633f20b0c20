"""Candles out of two sources that overlap: rows of the history up to some trade, and the live trades after it.

Pure functions of numbers; who asks and whether the sources meet is the caller's business.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from exchange_server.engine.types import Atoms, Lots, Ticks, TradeId
from exchange_server.feeds.trades import PublishedTrade
from exchange_server.projections.clickhouse.queries import CandleRow

SECOND_NS: Final = 1_000_000_000


def merged(
    rows: Iterable[CandleRow],
    trades: Sequence[PublishedTrade],
    after_trade_id: int,
    interval_s: int,
    start_s: int,
    end_s: int,
) -> list[CandleRow]:
    """Return the candles that open in [start, end), oldest first: rows, and on top the trades after one.

    `trades` are without a gap, oldest first. Rows may have more than `after_trade_id`: no trade counts twice.
    """
    candles = {row.open_time_s: row for row in rows}
    first = bisect_left(trades, after_trade_id + 1, key=lambda published: published[0].trade_id)
    first = max(first, first_at(trades, start_s * SECOND_NS))
    for trade, _, time_ns in trades[first : first_at(trades, end_s * SECOND_NS)]:
        open_time_s = time_ns // SECOND_NS // interval_s * interval_s
        candle = candles.get(open_time_s)
        if candle is None:
            candles[open_time_s] = _of_one(
                open_time_s, trade.price_ticks, trade.quantity_lots, trade.cost_atoms, trade.trade_id
            )
        elif trade.trade_id > candle.last_trade_id:
            candles[open_time_s] = replace(
                candle,
                high_ticks=max(candle.high_ticks, trade.price_ticks),
                low_ticks=min(candle.low_ticks, trade.price_ticks),
                close_ticks=trade.price_ticks,
                lots=Lots(candle.lots + trade.quantity_lots),
                cost_atoms=Atoms(candle.cost_atoms + trade.cost_atoms),
                last_trade_id=trade.trade_id,
            )
    return [candles[open_time_s] for open_time_s in sorted(candles)]


def filled(
    candles: Sequence[CandleRow], close_before: Ticks, interval_s: int, start_s: int, end_s: int
) -> list[CandleRow]:
    """Return a candle for every slot in [start, end): where nothing was traded, one at the close before it."""
    traded = {candle.open_time_s: candle for candle in candles}
    close, last_id = close_before, TradeId(0)
    complete: list[CandleRow] = []
    for open_time_s in range(start_s, end_s, interval_s):
        candle = traded.get(open_time_s)
        if candle is None:
            # An id range without an id: no trades.
            candle = CandleRow(
                open_time_s, close, close, close, close, Lots(0), Atoms(0), TradeId(last_id + 1), last_id
            )
        complete.append(candle)
        close, last_id = candle.close_ticks, candle.last_trade_id
    return complete


def first_at(trades: Sequence[PublishedTrade], time_ns: int) -> int:
    """Return the place of the first trade at or after a time; behind the last one when there is none."""
    return bisect_left(trades, time_ns, key=lambda published: published[2])


def _of_one(open_time_s: int, price: Ticks, lots: Lots, cost: Atoms, trade_id: TradeId) -> CandleRow:
    return CandleRow(open_time_s, price, price, price, price, lots, cost, trade_id, trade_id)
