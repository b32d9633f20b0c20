"""Reads the market history for the API, in engine units.

The rows of a market are a prefix of its trades: all up to some trade id, none beyond. Every query goes by the tables'
order, so that it reads little of them; without FINAL, because equal rows are told apart by the query itself.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from exchange_server.engine.types import Atoms, Lots, MarketId, Ticks, TimeNs, TradeId
from exchange_server.engine.types import Sequence as SequenceNumber
from exchange_server.projections.clickhouse.connect import client_options, may_pass

if TYPE_CHECKING:
    from clickhouse_connect.driver.asyncclient import AsyncClient

QUERY_SECONDS: Final = 5
CONCURRENT: Final = 8
"""Queries under way at once; more wait."""
ROOM: Final = 1.25
"""Slots that a look takes for each candle wanted, if they are as dense as the look before found them."""
WIDER: Final = 8
"""How much wider a look may be than the one before."""
EXTENT_SECONDS: Final = 1.0
"""How long an extent is good: the history only grows, so an old one says less than there is, and that is no harm."""
LATEST_SECONDS: Final = (1 << 32) - 1
"""ClickHouse's DateTime ends in 2106."""
SECOND_NS: Final = 1_000_000_000
UNKNOWN_TABLE: Final = 60
UNKNOWN_DATABASE: Final = 81

SETTINGS: Final = {"max_threads": 1, "max_execution_time": QUERY_SECONDS}
"""A query is small: more threads would only take the processor from the core."""

EXTENT: Final = """
SELECT max(last_trade_id), toUnixTimestamp64Nano(max(last_time)), toUnixTimestamp(min(open_time))
FROM candles WHERE market_id = {market_id:UInt32} AND interval_seconds = 86400"""

CANDLES: Final = """
SELECT toUnixTimestamp(open_time), argMinMerge(open), max(high), min(low), argMaxMerge(close),
    argMinMerge(first_lots), argMinMerge(first_cost), min(first_quantity_total), max(last_quantity_total),
    min(first_cost_total), max(last_cost_total), min(first_trade_id), max(last_trade_id)
FROM candles
WHERE market_id = {market_id:UInt32} AND interval_seconds = {interval_seconds:UInt32}
    AND open_time >= toDateTime({start:UInt32}, 'UTC') AND open_time < toDateTime({end:UInt32}, 'UTC')
GROUP BY open_time ORDER BY open_time"""

_TRADE: Final = """
SELECT trade_id, price_ticks, quantity_lots, cost_atoms, taker_side, sequence, toUnixTimestamp64Nano(time)
FROM trades WHERE market_id = {market_id:UInt32}"""
_TIME: Final = "fromUnixTimestamp64Nano({time_ns:Int64}, 'UTC')"

TRADES: Final = (
    f"{_TRADE} AND trade_id >= {{first_id:UInt64}} AND trade_id < {{end_id:UInt64}}"
    " ORDER BY trade_id DESC LIMIT 1 BY trade_id"
)
FIRST_TRADE_AT: Final = f"{_TRADE} AND time >= {_TIME} ORDER BY trade_id LIMIT 1"
LAST_TRADE_BEFORE: Final = f"{_TRADE} AND time < {_TIME} ORDER BY trade_id DESC LIMIT 1"

MINUTES: Final = f"""
SELECT intDiv(toUnixTimestamp64Nano(time), 60000000000) AS minute, argMin(price_ticks, trade_id), max(price_ticks),
    min(price_ticks), argMax(price_ticks, trade_id), max(quantity_total), min(quantity_total),
    argMin(quantity_lots, trade_id), max(cost_total), min(cost_total), argMin(cost_atoms, trade_id), min(trade_id),
    max(trade_id)
FROM trades
WHERE market_id = {{market_id:UInt32}} AND trade_id < {{end_id:UInt64}} AND time >= {_TIME}
GROUP BY minute ORDER BY minute"""

EQUITY: Final = """
SELECT toUnixTimestamp(max(time)), argMax(equity_atoms, time)
FROM equity_points
WHERE account_id = {account_id:UInt64} AND quote_asset_id = {quote_asset_id:UInt32}
    AND time >= toDateTime({start:UInt32}, 'UTC') AND time < toDateTime({end:UInt32}, 'UTC')
GROUP BY intDiv((toUnixTimestamp(time) - {start:UInt32}) * {parts:UInt64}, {end:UInt32} - {start:UInt32}) AS part
ORDER BY part"""

_EQUITY_POINT: Final = """
SELECT toUnixTimestamp(time), equity_atoms FROM equity_points
WHERE account_id = {account_id:UInt64} AND quote_asset_id = {quote_asset_id:UInt32}"""
FIRST_EQUITY: Final = f"{_EQUITY_POINT} ORDER BY time LIMIT 1"
EQUITY_BEFORE: Final = f"{_EQUITY_POINT} AND time < toDateTime({{end:UInt32}}, 'UTC') ORDER BY time DESC LIMIT 1"

SEQUENCE: Final = "SELECT max(sequence) FROM cursors WHERE shard_id = {shard_id:UInt32}"


class MarketHistoryUnavailable(Exception):
    """The market history cannot be read now: not reachable, overloaded, or not migrated yet."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How far the history of a market reaches: its last trade, and when its first day begins."""

    last_trade_id: TradeId
    last_time_ns: TimeNs
    first_day_s: int


@dataclass(frozen=True, slots=True)
class CandleRow:
    """The trades of one interval, seconds since 1970 UTC; `cost_atoms` is price × quantity."""

    open_time_s: int
    open_ticks: Ticks
    high_ticks: Ticks
    low_ticks: Ticks
    close_ticks: Ticks
    lots: Lots
    cost_atoms: Atoms
    first_trade_id: TradeId
    last_trade_id: TradeId

    @property
    def trade_count(self) -> int:
        """Trade ids have no gaps."""
        return self.last_trade_id - self.first_trade_id + 1


@dataclass(frozen=True, slots=True)
class TradeRow:
    """One trade; `taker_side` 0 is an auction's."""

    trade_id: TradeId
    price_ticks: Ticks
    quantity_lots: Lots
    cost_atoms: Atoms
    taker_side: int
    sequence: SequenceNumber
    time_ns: TimeNs


@dataclass(frozen=True, slots=True)
class EquityRow:
    """What an account was worth from a time on, seconds since 1970 UTC, until the next row's."""

    time_s: int
    equity_atoms: int


class MarketHistory:
    """Reads one ClickHouse. Connects when it is first asked, so that it can be made while the database is down.

    Every method raises MarketHistoryUnavailable, within some seconds.
    """

    def __init__(self, url: str) -> None:
        """Remember where to read. Raises ValueError for a URL that is not ClickHouse's."""
        self._options: Final = client_options(url, QUERY_SECONDS, SETTINGS)
        self._client: AsyncClient | None = None
        self._connecting: Final = asyncio.Lock()
        self._turns: Final = asyncio.Semaphore(CONCURRENT)
        # When it was asked for, and the answer.
        self._extents: Final[dict[int, tuple[float, Extent | None]]] = {}

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.close()

    async def extent(self, market_id: MarketId) -> Extent | None:
        """Return how far the history of a market reaches at least; none when it has no trade of it."""
        known = self._extents.get(market_id)
        if known is not None and time.monotonic() - known[0] < EXTENT_SECONDS:
            return known[1]
        asked = time.monotonic()
        ((last_id, last_ns, first_day_s),) = await self._read(EXTENT, market_id=market_id)
        extent = Extent(last_id, last_ns, first_day_s) if last_id else None
        self._extents[market_id] = asked, extent
        return extent

    async def candles(
        self, market_id: MarketId, interval_s: int, start_s: int, end_s: int, limit: int
    ) -> list[CandleRow]:
        """Return the first candles that open in [start, end), oldest first, at most `limit`."""
        found: list[CandleRow] = []
        slots = _slots(limit)
        while start_s < end_s and len(found) < limit:
            until_s = min(start_s + slots * interval_s, end_s)
            rows = await self._candles(market_id, interval_s, start_s, until_s)
            found += rows
            start_s, slots = until_s, _next_slots(slots, len(rows), limit - len(found))
            if not rows and start_s < end_s:
                # Over the gap in one step.
                trade = await self.first_trade_at(market_id, start_s * SECOND_NS)
                start_s = end_s if trade is None else trade.time_ns // SECOND_NS // interval_s * interval_s
        return found[:limit]

    async def newest_candles(
        self, market_id: MarketId, interval_s: int, start_s: int, end_s: int, limit: int
    ) -> list[CandleRow]:
        """Return the last candles that open in [start, end), oldest first, at most `limit`."""
        found: list[CandleRow] = []
        slots = _slots(limit)
        while start_s < end_s and len(found) < limit:
            since_s = max(end_s - slots * interval_s, start_s)
            rows = await self._candles(market_id, interval_s, since_s, end_s)
            found = rows + found
            end_s, slots = since_s, _next_slots(slots, len(rows), limit - len(found))
            if not rows and start_s < end_s:
                trade = await self.last_trade_before(market_id, end_s * SECOND_NS)
                end_s = start_s if trade is None else (trade.time_ns // SECOND_NS // interval_s + 1) * interval_s
        return found[-limit:]

    async def trades(self, market_id: MarketId, first_id: int, end_id: int) -> list[TradeRow]:
        """Return the trades with ids in [first, end), newest first, those that are there."""
        rows = await self._read(TRADES, market_id=market_id, first_id=first_id, end_id=end_id)
        return [TradeRow(*row) for row in rows]

    async def first_trade_at(self, market_id: MarketId, time_ns: int) -> TradeRow | None:
        """Return the first trade at or after a time, if it is there."""
        rows = await self._read(FIRST_TRADE_AT, market_id=market_id, time_ns=time_ns)
        return TradeRow(*rows[0]) if rows else None

    async def last_trade_before(self, market_id: MarketId, time_ns: int) -> TradeRow | None:
        """Return the last trade before a time that is there, if any."""
        rows = await self._read(LAST_TRADE_BEFORE, market_id=market_id, time_ns=time_ns)
        return TradeRow(*rows[0]) if rows else None

    async def minutes(self, market_id: MarketId, before_trade_id: int, since_ns: int) -> list[CandleRow]:
        """Return the trades before one and not before a time, minute by minute, oldest first."""
        rows = await self._read(MINUTES, market_id=market_id, end_id=before_trade_id, time_ns=since_ns)
        return [
            CandleRow(
                minute * 60, opened, high, low, close, last_q - first_q + lots, last_c - first_c + cost, first, last
            )
            for minute, opened, high, low, close, last_q, first_q, lots, last_c, first_c, cost, first, last in rows
        ]

    async def equity(
        self, account_id: int, quote_asset_id: int, start_s: int, end_s: int, parts: int
    ) -> list[EquityRow]:
        """Return the last point of each of so many equal parts of [start, end), where there is one, oldest first."""
        start_s, end_s = min(start_s, LATEST_SECONDS), min(end_s, LATEST_SECONDS)
        if start_s >= end_s:
            return []
        rows = await self._read(
            EQUITY, account_id=account_id, quote_asset_id=quote_asset_id, start=start_s, end=end_s, parts=parts
        )
        return [EquityRow(*row) for row in rows]

    async def first_equity(self, account_id: int, quote_asset_id: int) -> EquityRow | None:
        """Return the first point of an account, if there is one."""
        rows = await self._read(FIRST_EQUITY, account_id=account_id, quote_asset_id=quote_asset_id)
        return EquityRow(*rows[0]) if rows else None

    async def equity_before(self, account_id: int, quote_asset_id: int, time_s: int) -> EquityRow | None:
        """Return the last point before a time, if there is one."""
        end = min(time_s, LATEST_SECONDS)
        rows = await self._read(EQUITY_BEFORE, account_id=account_id, quote_asset_id=quote_asset_id, end=end)
        return EquityRow(*rows[0]) if rows else None

    async def sequence(self, shard_id: int = 0) -> int:
        """Return the sequence up to which the history is written; 0 if nothing is."""
        ((sequence,),) = await self._read(SEQUENCE, shard_id=shard_id)
        return int(sequence)

    async def _candles(self, market_id: MarketId, interval_s: int, start_s: int, end_s: int) -> list[CandleRow]:
        rows = await self._read(
            CANDLES, market_id=market_id, interval_seconds=interval_s, start=start_s, end=min(end_s, LATEST_SECONDS)
        )
        return [
            CandleRow(
                open_time_s, opened, high, low, close, last_q - first_q + lots, last_c - first_c + cost, first, last
            )
            for open_time_s, opened, high, low, close, lots, cost, first_q, last_q, first_c, last_c, first, last in rows
        ]

    async def _read(self, query: str, **parameters: int) -> Sequence[Any]:
        try:
            async with asyncio.timeout(QUERY_SECONDS), self._turns:
                client = await self._connected()
                return (await client.query(query, parameters=parameters)).result_rows
        except Exception as error:
            reason = _reason(error)
            if reason is None:
                raise
            raise MarketHistoryUnavailable(reason) from error

    async def _connected(self) -> "AsyncClient":
        async with self._connecting:
            if self._client is None:
                import clickhouse_connect

                self._client = await clickhouse_connect.get_async_client(**self._options)
            return self._client


def _slots(wanted: int) -> int:
    return int(wanted * ROOM) + 1


def _next_slots(slots: int, found: int, wanted: int) -> int:
    """Return how many slots to look through next, by how dense the candles were; after nothing begin anew."""
    if not found:
        return _slots(wanted)
    return min(_slots(wanted * slots // found), slots * WIDER)


def _reason(error: Exception) -> str | None:
    """Return what to say of a failure that may pass; None for a mistake of ours."""
    if getattr(error, "code", None) in (UNKNOWN_TABLE, UNKNOWN_DATABASE):
        return "the market history is not migrated yet"
    if isinstance(error, TimeoutError):
        return f"the market history did not answer within {QUERY_SECONDS} s"
    return "the market history's database is not reachable" if may_pass(error) else None
