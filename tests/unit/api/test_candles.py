"""Candles of rows and live trades: nothing twice, nothing left out, gaps filled."""

from types import SimpleNamespace
from typing import Any

from exchange_server.api.candles import filled, first_at, merged
from exchange_server.engine.types import Atoms, Lots, Ticks, TimeNs, TradeId
from exchange_server.feeds.trades import PublishedTrade
from exchange_server.projections.clickhouse.queries import CandleRow

SECOND_NS = 1_000_000_000


def trade(trade_id: int, price: int, second: int) -> PublishedTrade:
    """Return a trade of one lot, of which only these fields are read."""
    event: Any = SimpleNamespace(
        trade_id=trade_id, price_ticks=Ticks(price), quantity_lots=Lots(1), cost_atoms=Atoms(price)
    )
    return event, trade_id, TimeNs(second * SECOND_NS)


def row(open_s: int, prices: tuple[int, int, int, int], first_id: int, last_id: int) -> CandleRow:
    """Return a row of trades of one lot at the opening price."""
    opened, high, low, close = (Ticks(price) for price in prices)
    count = last_id - first_id + 1
    return CandleRow(
        open_s, opened, high, low, close, Lots(count), Atoms(count * opened), TradeId(first_id), TradeId(last_id)
    )


TAPE = [trade(5, 10, 58), trade(6, 12, 59), trade(7, 9, 60), trade(8, 11, 61), trade(9, 30, 200)]


def test_trades_after_the_history_are_put_on_top_of_its_last_candle() -> None:
    rows = [row(0, (8, 11, 7, 10), 1, 5)]
    candles = merged(rows, TAPE, 5, 60, 0, 600)
    assert [candle.open_time_s for candle in candles] == [0, 60, 180]
    assert candles[0] == CandleRow(
        0, Ticks(8), Ticks(12), Ticks(7), Ticks(12), Lots(6), Atoms(52), TradeId(1), TradeId(6)
    )
    assert candles[1] == CandleRow(
        60, Ticks(9), Ticks(11), Ticks(9), Ticks(11), Lots(2), Atoms(20), TradeId(7), TradeId(8)
    )
    assert candles[1].trade_count == 2


def test_a_trade_that_a_newer_row_has_already_does_not_count_twice() -> None:
    # The history was asked how far it reaches (5), and has written trades 6 and 7 before it gave its rows.
    rows = [row(0, (8, 12, 7, 12), 1, 6), row(60, (9, 9, 9, 9), 7, 7)]
    candles = merged(rows, TAPE, 5, 60, 0, 600)
    assert candles[0] == rows[0]
    assert (candles[1].trade_count, candles[1].lots, candles[1].close_ticks) == (2, 2, 11)


def test_trades_outside_of_the_range_stay_outside() -> None:
    assert [candle.open_time_s for candle in merged([], TAPE, 0, 60, 60, 180)] == [60]
    assert merged([], TAPE, 9, 60, 0, 600) == []
    assert merged([], [], 0, 60, 0, 600) == []


def test_a_gap_is_filled_with_the_close_before_it() -> None:
    candles = filled(merged([], TAPE, 0, 60, 60, 600), Ticks(5), 60, 0, 300)
    assert [candle.open_time_s for candle in candles] == [0, 60, 120, 180, 240]
    assert [candle.close_ticks for candle in candles] == [5, 11, 11, 30, 30]
    assert [candle.trade_count for candle in candles] == [0, 2, 0, 1, 0]
    assert {candle.lots for candle in candles if not candle.trade_count} == {0}


def test_the_first_trade_at_a_time_is_found_behind_and_before_all() -> None:
    assert [first_at(TAPE, second * SECOND_NS) for second in (0, 58, 60, 62, 201)] == [0, 0, 2, 4, 5]
