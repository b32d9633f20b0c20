"""The history of orders, fills and ledger entries: rows of a database, as the contract writes them.

The exchange trades without it; then these calls are UNAVAILABLE and nothing else is.
"""

from collections.abc import Awaitable, Collection
from typing import TYPE_CHECKING, Final, TypeVar

from exchange.v1 import types_pb2
from exchange_server.api.errors import UNAVAILABLE, CallError
from exchange_server.engine import Engine
from exchange_server.engine.types import TimeNs
from exchange_server.projections.postgres.rows import HistoryUnavailable, TimeRange, Totals
from exchange_server.wire.accounts import ledger_entry_message
from exchange_server.wire.orders import fill_message, order_message

if TYPE_CHECKING:
    from exchange_server.projections.postgres.queries import History

Row = TypeVar("Row")
Answer = TypeVar("Answer")
Key = tuple[int, int]


class HistoryReader:
    """Pages of one shard's history, newest first. `history` is None when the exchange runs without a database."""

    def __init__(self, history: "History | None", engine: Engine) -> None:
        self._history: Final = history
        self._engine: Final = engine

    async def orders(
        self,
        account_id: int,
        market_id: int,
        before: int | None,
        size: int,
        statuses: Collection[int],
        created: TimeRange,
        client_order_id_prefix: str,
    ) -> tuple[list[types_pb2.Order], int | None]:
        """Return a page of orders older than `before`, an order id, and where the next begins; see `_page`."""
        found = self._connected().list_orders(
            account_id,
            market_id,
            before,
            size + 1,
            statuses=statuses,
            created=created,
            client_order_id_prefix=client_order_id_prefix,
        )
        rows, last = await self._page(found, size)
        markets = self._engine.markets
        orders = [
            order_message(
                row,
                markets[row.market_id],
                row.open_lots,
                row.decremented_lots,
                row.cost_atoms,
                row.fee_atoms,
                row.status,
                row.close_reason,
                row.update_time_ns,
            )
            for row in rows
        ]
        return orders, last.order_id if last else None

    async def fills(
        self, account_id: int, market_id: int, order_id: int, before: Key | None, size: int, traded: TimeRange
    ) -> tuple[list[types_pb2.Fill], Key | None]:
        """Return a page of fills and where the next begins; see `_page`."""
        found = self._connected().list_fills(account_id, market_id, order_id, before, size + 1, traded=traded)
        rows, last = await self._page(found, size)
        markets = self._engine.markets
        fills = [
            fill_message(
                markets[row.market_id],
                row.trade_id,
                row.order_id,
                row.client_order_id,
                row.side,
                row.price_ticks,
                row.quantity_lots,
                row.cost_atoms,
                row.fee_atoms,
                row.liquidity,
                row.sequence,
                row.time_ns,
            )
            for row in rows
        ]
        return fills, last.key if last else None

    async def ledger_entries(
        self, account_id: int, asset_id: int, before: Key | None, size: int, booked: TimeRange
    ) -> tuple[list[types_pb2.LedgerEntry], Key | None]:
        """Return a page of ledger entries and where the next begins; see `_page`."""
        found = self._connected().list_ledger_entries(account_id, asset_id, before, size + 1, booked=booked)
        rows, last = await self._page(found, size)
        engine = self._engine
        entries = [
            ledger_entry_message(
                engine.assets[row.asset_id],
                row.sequence,
                row.line,
                row.account_id,
                row.amount_atoms,
                row.kind,
                engine.markets[row.market_id].name if row.market_id else "",
                row.trade_id,
                row.time_ns,
            )
            for row in rows
        ]
        return entries, last.key if last else None

    async def trading_totals(self, account_id: int, market_ids: Collection[int]) -> Totals:
        """Return what an account's fills in each of some markets come to. Raises CallError UNAVAILABLE."""
        return await self._read(self._connected().trading_totals(account_id, market_ids))

    async def largest_traders(self, market_ids: Collection[int], limit: int) -> Totals:
        """Return the same of the accounts with the largest volume, these first. Raises CallError UNAVAILABLE."""
        return await self._read(self._connected().largest_traders(market_ids, limit))

    async def api_key_times(self, account_id: int) -> dict[str, TimeNs]:
        """Return when keys were made, as far as that is known now: none without a database."""
        if self._history is None:
            return {}
        try:
            return await self._history.api_key_times(account_id)
        except HistoryUnavailable:
            return {}

    def _connected(self) -> "History":
        if self._history is None:
            raise CallError(UNAVAILABLE, message="the exchange runs without a history database", retry_after_ms=0)
        return self._history

    async def _page(self, query: Awaitable[list[Row]], size: int) -> tuple[list[Row], Row | None]:
        """Return a page of what a query for one row more found, and its last row; None when nothing comes after it.

        Raises CallError UNAVAILABLE.
        """
        rows = await self._read(query)
        return (rows, None) if len(rows) <= size else (rows[:size], rows[size - 1])

    async def _read(self, query: Awaitable[Answer]) -> Answer:
        try:
            return await query
        except HistoryUnavailable:
            raise CallError(UNAVAILABLE, message="the history database is not reachable now") from None
