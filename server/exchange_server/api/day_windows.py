"""Puts what was traded before the start into the tickers' windows, from the market history, once it can be read.

The core waits for none of it: till then a window begins where the core knows everything.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from exchange_server.engine.types import MarketId
from exchange_server.feeds import Feeds
from exchange_server.feeds.day_window import MINUTE_NS, WINDOW_MINUTES, DayWindow, LastTrade, Minute
from exchange_server.projections.clickhouse.queries import CandleRow, MarketHistory, MarketHistoryUnavailable

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 30.0


async def seed_day_windows(
    feeds: Feeds, market_ids: list[MarketId], history: MarketHistory, clock_ns: Callable[[], int]
) -> None:
    """Seed the windows of markets that traded before the feeds began; return when all are, however long it takes."""
    missing = {market_id: feeds.day_window(market_id) for market_id in market_ids}
    missing = {market_id: window for market_id, window in missing.items() if not window.complete}
    pause = FIRST_PAUSE_SECONDS
    while missing:
        try:
            for market_id, window in list(missing.items()):
                if await _seed(market_id, window, history, clock_ns()):
                    del missing[market_id]
        except MarketHistoryUnavailable as error:
            logger.info("tickers wait for the market history: %s", error)
        if missing:
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


async def _seed(market_id: MarketId, window: DayWindow, history: MarketHistory, now_ns: int) -> bool:
    """Seed one window; return false when the history does not reach the first live trade yet."""
    before_id = window.first_live_id
    extent = await history.extent(market_id)
    if extent is None or extent.last_trade_id < before_id - 1:
        return False
    since_ns = (now_ns // MINUTE_NS - WINDOW_MINUTES) * MINUTE_NS
    rows = await history.minutes(market_id, before_id, since_ns)
    (last,) = await history.trades(market_id, before_id - 1, before_id)
    window.seed(
        [_minute(row) for row in rows],
        before_id,
        LastTrade(last.price_ticks, last.quantity_lots, last.sequence, last.time_ns),
    )
    return True


def _minute(row: CandleRow) -> Minute:
    return Minute(
        row.open_time_s // 60,
        row.open_ticks,
        row.high_ticks,
        row.low_ticks,
        row.close_ticks,
        row.lots,
        row.cost_atoms,
        row.trade_count,
    )
