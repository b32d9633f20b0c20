"""ListTrades, ListCandles and GetTicker: the market history with the live trades on top.

The history is written behind the core; the core keeps the latest trades of each market on its tape. What lies after the
history's last trade comes from the tape. When the tape does not reach back to it, a call that needs what lies between
is UNAVAILABLE rather than incomplete.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, TypeVar

from exchange.v1 import market_data_service_pb2 as pb
from exchange.v1 import types_pb2
from exchange_server.api.call import Call, Method
from exchange_server.api.candles import SECOND_NS, filled, first_at, merged
from exchange_server.api.core import Core
from exchange_server.api.errors import UNAVAILABLE, CallError
from exchange_server.api.pages import PageTokens, bounds, page_size, time_range
from exchange_server.engine.entities import Market
from exchange_server.engine.types import Ticks
from exchange_server.feeds.trades import PublishedTrade
from exchange_server.projections.clickhouse.queries import (
    CandleRow,
    Extent,
    MarketHistory,
    MarketHistoryUnavailable,
    TradeRow,
)
from exchange_server.wire.market_data import trade_message
from exchange_server.wire.market_history import INTERVAL_SECONDS, add_candle, past_trade_message

DEFAULT_CANDLES: Final = 500
STEP_ROWS: Final = 100
"""Rows that become messages in one go on the event loop, about two milliseconds."""

Row = TypeVar("Row")


class MarketHistoryCalls:
    """The calls; `history` is None when the exchange runs without a market history."""

    def __init__(self, core: Core, history: MarketHistory | None, pages: PageTokens) -> None:
        self._core: Final = core
        self._history: Final = history
        self._pages: Final = pages

    def methods(self) -> dict[str, Method]:
        """Return the table of these calls."""
        service = "/exchange.v1.MarketDataService"
        return {
            f"{service}/GetTicker": Method(self.get_ticker, None),
            f"{service}/ListTrades": Method(self.list_trades, None),
            f"{service}/ListCandles": Method(self.list_candles, None),
        }

    # ---------------------------------------------------------------- ticker

    async def get_ticker(self, request: pb.GetTickerRequest, call: Call) -> pb.GetTickerResponse:
        market = self._core.market(request.market)
        await self._core.settled()
        ticker = self._core.feeds.ticker(market.market_id, self._core.clock_ns())
        return pb.GetTickerResponse(ticker=ticker)

    # ---------------------------------------------------------------- trades

    async def list_trades(self, request: pb.ListTradesRequest, call: Call) -> pb.ListTradesResponse:
        market = self._core.market(request.market)
        start_ns, end_ns = time_range(request)
        size = page_size(request.page_size)
        query = ("ListTrades", market.market_id, *bounds(start_ns, end_ns))
        place = self._pages.read_pair(request.page_token, query)
        await self._core.settled()
        tape = _Tape(self._core, market)
        # 1. The ids of a page are known before its trades, as there are no gaps.
        if place is not None:
            first_id, end_id = place
        else:
            end_id = tape.end_id if end_ns is None else await self._first_id_at(tape, end_ns)
            first_id = 1 if start_ns is None else await self._first_id_at(tape, start_ns)
        low_id = max(first_id, end_id - size)
        # 2. The newer ones from the tape, the older ones from the history.
        response = pb.ListTradesResponse()
        for trades in _steps([live for live in reversed(tape.trades) if low_id <= live[0].trade_id < end_id]):
            await self._core.shard.turnstile.enter(STEP_ROWS)
            response.trades.extend(trade_message(trade, sequence, time_ns) for trade, sequence, time_ns in trades)
        for rows in _steps(await self._old_trades(tape, low_id, min(end_id, tape.first_id))):
            await self._core.shard.turnstile.enter(STEP_ROWS)
            response.trades.extend(_trade_of_row(market, row) for row in rows)
        if low_id > first_id:
            response.next_page_token = self._pages.write(query, (first_id, low_id))
        return response

    async def _old_trades(self, tape: "_Tape", first_id: int, end_id: int) -> list[TradeRow]:
        """Return the trades with ids in [first, end) from the history, newest first. Raises CallError."""
        if first_id >= end_id:
            return []
        async with self._asked() as history:
            rows = await history.trades(tape.market.market_id, first_id, end_id)
        if len(rows) != end_id - first_id:
            raise _behind()
        return rows

    async def _first_id_at(self, tape: "_Tape", time_ns: int) -> int:
        """Return the id of the first trade at or after a time, or the one that the next trade will get."""
        if tape.reaches(time_ns):
            return tape.id_at(first_at(tape.trades, time_ns))
        market_id = tape.market.market_id
        async with self._asked() as history:
            row = await history.first_trade_at(market_id, time_ns)
            if row is not None:
                return row.trade_id
            extent = await history.extent(market_id)
        if tape.first_id > 1 + (extent.last_trade_id if extent else 0):
            raise _behind()
        return tape.first_id

    # ---------------------------------------------------------------- candles

    async def list_candles(self, request: pb.ListCandlesRequest, call: Call) -> pb.ListCandlesResponse:
        market = self._core.market(request.market)
        interval_s = INTERVAL_SECONDS[request.interval]
        start_ns, end_ns = time_range(request)
        size = request.page_size or DEFAULT_CANDLES
        query = ("ListCandles", market.market_id, interval_s, request.fill_gaps, *bounds(start_ns, end_ns))
        place = self._pages.read(request.page_token, query, 1)
        await self._core.settled()
        tape = _Tape(self._core, market)
        # 1. Slots asked for: candles open at whole multiples, and none opens in the future.
        now_ns = max(self._core.clock_ns(), tape.trades[-1][2] if tape.trades else 0)
        end_s = (now_ns // SECOND_NS // interval_s + 1) * interval_s
        if end_ns is not None:
            end_s = min(end_s, _slot_from(end_ns, interval_s))
        start_s = None if start_ns is None else _slot_from(start_ns, interval_s)
        if place is not None:
            start_s = place[0]
        # 2. What the history knows, and that the tape goes on where it ends.
        source = await self._source(tape, end_s)
        # 3. The page, and where the next one begins.
        find = source.with_gaps if request.fill_gaps else source.without_gaps
        candles, next_s = await find(interval_s, start_s, end_s, size)
        response = pb.ListCandlesResponse()
        for rows in _steps(candles):
            await self._core.shard.turnstile.enter(STEP_ROWS)
            for row in rows:
                add_candle(
                    response.candles.add,
                    market,
                    request.interval,
                    row.open_time_s,
                    (row.open_ticks, row.high_ticks, row.low_ticks, row.close_ticks),
                    row.lots,
                    row.cost_atoms,
                    row.trade_count,
                    (row.open_time_s + interval_s) * SECOND_NS <= now_ns,
                )
        if next_s is not None:
            response.next_page_token = self._pages.write(query, (next_s,))
        return response

    async def _source(self, tape: "_Tape", end_s: int) -> "_CandleSource":
        """Return what candles that open before `end_s` are made of. Raises CallError."""
        try:
            async with self._asked() as history:
                extent = await history.extent(tape.market.market_id)
        except CallError:
            if tape.first_id > 1:
                raise
            # The tape has every trade there ever was.
            return _CandleSource(self, tape, None)
        complete = tape.first_id <= 1 + (extent.last_trade_id if extent else 0)
        if not complete and (extent is None or extent.last_time_ns < end_s * SECOND_NS):
            raise _behind()
        return _CandleSource(self, tape, extent)

    def _asked(self) -> AbstractAsyncContextManager[MarketHistory]:
        return asked(self._history)


@asynccontextmanager
async def asked(history: MarketHistory | None) -> AsyncIterator[MarketHistory]:
    """Give a history. Raises CallError UNAVAILABLE when there is none or it does not answer."""
    if history is None:
        raise CallError(UNAVAILABLE, message="the exchange runs without a market history", retry_after_ms=0)
    try:
        yield history
    except MarketHistoryUnavailable as error:
        raise CallError(UNAVAILABLE, message=str(error)) from None


class _Tape:
    """The latest trades of a market as they were when a call began: ids from `first_id` up to `end_id`, without it."""

    def __init__(self, core: Core, market: Market) -> None:
        tape = core.feeds.trade_tape(market.market_id)
        self.market: Final = market
        self.trades: Final[list[PublishedTrade]] = tape.kept
        self.end_id: Final = tape.latest_trade_id + 1
        self.first_id: Final = self.end_id - len(self.trades)

    def reaches(self, time_ns: int) -> bool:
        """Tell whether it has all trades at or after a time, and one before, or all that there are."""
        return self.first_id == 1 or (bool(self.trades) and self.trades[0][2] < time_ns)

    def id_at(self, place: int) -> int:
        return self.first_id + place


class _CandleSource:
    """Candles of one market from the history up to `extent`, and the tape after it."""

    def __init__(self, calls: MarketHistoryCalls, tape: _Tape, extent: Extent | None) -> None:
        self._calls: Final = calls
        self._tape: Final = tape
        self._extent: Final = extent

    async def without_gaps(
        self, interval_s: int, start_s: int | None, end_s: int, size: int
    ) -> tuple[list[CandleRow], int | None]:
        """Return the first candles from `start_s` on and where more begin; without a start the last ones."""
        if start_s is None:
            return (await self._candles(interval_s, 0, end_s, size, newest=True))[-size:], None
        candles = await self._candles(interval_s, start_s, end_s, size + 1)
        return candles[:size], candles[size].open_time_s if len(candles) > size else None

    async def with_gaps(
        self, interval_s: int, start_s: int | None, end_s: int, size: int
    ) -> tuple[list[CandleRow], int | None]:
        """Do the same for every slot since the market's first trade."""
        first_ns = await self._first_time_ns()
        if first_ns is None:
            return [], None
        first_s = first_ns // SECOND_NS // interval_s * interval_s
        wanted_s = end_s - size * interval_s if start_s is None else start_s
        page_s = max(wanted_s, first_s)
        page_end_s = min(page_s + size * interval_s, end_s)
        if page_s >= page_end_s:
            return [], None
        candles = await self._candles(interval_s, page_s, page_end_s, size)
        before = Ticks(0)
        if not candles or candles[0].open_time_s != page_s:
            before = await self._price_before(candles[0].first_trade_id if candles else None, page_s)
        return (
            filled(candles, before, interval_s, page_s, page_end_s),
            page_end_s if page_end_s < end_s and start_s is not None else None,
        )

    async def _candles(
        self, interval_s: int, start_s: int, end_s: int, limit: int, *, newest: bool = False
    ) -> list[CandleRow]:
        """Return candles that open in [start, end): the first ones, or the last; at least `limit` if there are."""
        rows: list[CandleRow] = []
        extent, market_id = self._extent, self._tape.market.market_id
        if extent is not None:
            # Nothing is outside of these, and candles that begin later are the tape's.
            since_s = max(start_s, extent.first_day_s)
            until_s = min(end_s, extent.last_time_ns // SECOND_NS + 1)
            async with self._calls._asked() as history:
                read = history.newest_candles if newest else history.candles
                rows = await read(market_id, interval_s, since_s, until_s, limit)
        after_id = 0 if extent is None else extent.last_trade_id
        if newest or len(rows) < limit:
            return merged(rows, self._tape.trades, after_id, interval_s, start_s, end_s)
        # The page ends before the tape begins to matter, unless in its last candle.
        return merged(rows, self._tape.trades, after_id, interval_s, start_s, rows[-1].open_time_s + interval_s)

    async def _first_time_ns(self) -> int | None:
        tape = self._tape
        if tape.first_id == 1:
            return tape.trades[0][2] if tape.trades else None
        (first,) = await self._calls._old_trades(tape, 1, 2)
        return first.time_ns

    async def _price_before(self, trade_id: int | None, time_s: int) -> Ticks:
        """Return the price of the trade before a trade, or, when there is none, of the last one before a time."""
        tape = self._tape
        if trade_id is None:
            place = first_at(tape.trades, time_s * SECOND_NS)
            if place > 0:
                return tape.trades[place - 1][0].price_ticks
            async with self._calls._asked() as history:
                row = await history.last_trade_before(tape.market.market_id, time_s * SECOND_NS)
            if row is None:
                raise _behind()
            return row.price_ticks
        if trade_id - 1 >= tape.first_id:
            return tape.trades[trade_id - 1 - tape.first_id][0].price_ticks
        (row,) = await self._calls._old_trades(tape, trade_id - 1, trade_id)
        return row.price_ticks


def _behind() -> CallError:
    return CallError(UNAVAILABLE, message="the market history is behind: trades in between are not written yet")


def _slot_from(time_ns: int, interval_s: int) -> int:
    """Return the first whole multiple at or after a time, seconds."""
    return -(-time_ns // (interval_s * SECOND_NS)) * interval_s


def _steps(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), STEP_ROWS):
        yield rows[start : start + STEP_ROWS]


def _trade_of_row(market: Market, row: TradeRow) -> types_pb2.Trade:
    return past_trade_message(
        market, row.trade_id, row.price_ticks, row.quantity_lots, row.taker_side, row.sequence, row.time_ns
    )
