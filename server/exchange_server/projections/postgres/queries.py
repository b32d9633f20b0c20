"""Pages of the history for the API: newest first, by keyset, in engine units."""

from collections.abc import Callable, Collection
from typing import Any, Final, TypeVar

from psycopg import errors
from sqlalchemy import ColumnElement, Select, Table, select, tuple_
from sqlalchemy.engine import Row
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from exchange_server.engine.types import TimeNs
from exchange_server.projections.postgres import tables, totals_queries
from exchange_server.projections.postgres.rows import (
    ALWAYS,
    FillRow,
    HistoryUnavailable,
    LedgerEntryRow,
    OrderRow,
    TimeRange,
    Totals,
)
from exchange_server.projections.postgres.totals_queries import totals
from exchange_server.projections.postgres.urls import sqlalchemy_url

MAX_ROWS: Final = 1_001
"""Rows of one answer at most: the largest page of the contract, and one more that tells whether another follows."""
CONNECT_SECONDS: Final = 2
STATEMENT_SECONDS: Final = 5
CONNECTIONS: Final = 8
POOL_WAIT_SECONDS: Final = 2.0


RowT = TypeVar("RowT")


class History:
    """Reads the history. Connects when it is first asked, so that it can be made while the database is down.

    Every method raises HistoryUnavailable, within some seconds. `limit` is cut to 1…1000.
    """

    def __init__(self, url: str) -> None:
        self._engine: AsyncEngine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=POOL_WAIT_SECONDS,
            isolation_level="AUTOCOMMIT",  # one statement a page: no transaction to open and end
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "options": f"-c statement_timeout={STATEMENT_SECONDS}s -c default_transaction_read_only=on",
                "application_name": "exchange-history",
            },
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._engine.dispose()

    async def list_orders(
        self,
        account_id: int,
        market_id: int = 0,
        before: int | None = None,
        limit: int = 100,
        *,
        statuses: Collection[int] = (),
        created: TimeRange = ALWAYS,
        client_order_id_prefix: str = "",
    ) -> list[OrderRow]:
        """List an account's orders, newest first.

        `market_id` 0 and no `statuses` are all; `before` is the last order id of the page before.
        """
        table = tables.orders
        query = _of_account(table, account_id, limit).order_by(table.c.order_id.desc())
        query = _within(query, table.c.create_time_ns, created)
        if market_id:
            query = query.where(table.c.market_id == market_id)
        if statuses:
            query = query.where(table.c.status.in_(sorted(statuses)))
        if client_order_id_prefix:
            query = query.where(table.c.client_order_id.startswith(client_order_id_prefix, autoescape=True))
        if before is not None:
            query = query.where(table.c.order_id < before)
        return await self._read(query, lambda row: OrderRow(**row._asdict()))

    async def list_fills(
        self,
        account_id: int,
        market_id: int = 0,
        order_id: int = 0,
        before: tuple[int, int] | None = None,
        limit: int = 100,
        *,
        traded: TimeRange = ALWAYS,
    ) -> list[FillRow]:
        """List an account's fills, newest first. Ids of 0 are all; `before` is the last `key` of the page before."""
        table = tables.fills
        columns = (table.c.sequence, table.c.trade_id)
        query = _of_account(table, account_id, limit).order_by(*(column.desc() for column in columns))
        query = _within(query, table.c.time_ns, traded)
        if market_id:
            query = query.where(table.c.market_id == market_id)
        if order_id:
            query = query.where(table.c.order_id == order_id)
        if before is not None:
            query = query.where(_is_before(columns, before))
        return await self._read(query, lambda row: FillRow(**row._asdict()))

    async def list_ledger_entries(
        self,
        account_id: int,
        asset_id: int = 0,
        before: tuple[int, int] | None = None,
        limit: int = 100,
        *,
        booked: TimeRange = ALWAYS,
    ) -> list[LedgerEntryRow]:
        """List an account's ledger lines, newest first.

        `asset_id` 0 is all; `before` is the last `key` of the page before.
        """
        table = tables.ledger_entries
        columns = (table.c.sequence, table.c.line)
        query = _of_account(table, account_id, limit).order_by(*(column.desc() for column in columns))
        query = _within(query, table.c.time_ns, booked)
        if asset_id:
            query = query.where(table.c.asset_id == asset_id)
        if before is not None:
            query = query.where(_is_before(columns, before))
        return await self._read(query, lambda row: LedgerEntryRow(**row._asdict()))

    async def trading_totals(self, account_id: int, market_ids: Collection[int], shard_id: int = 0) -> Totals:
        """Return an account's totals in those of some markets in which it has traded, by market."""
        return totals(await self._read(totals_queries.of_account(account_id, market_ids, shard_id), lambda row: row))

    async def largest_traders(self, market_ids: Collection[int], limit: int, shard_id: int = 0) -> Totals:
        """Return the totals in some markets of the accounts with the largest volume in them; `limit` accounts.

        The largest first, the rows of one account by market.
        """
        return totals(await self._read(totals_queries.of_largest(market_ids, limit, shard_id), lambda row: row))

    async def api_key_times(self, account_id: int) -> dict[str, TimeNs]:
        """Return when an account's API keys were made, by key id; 0 where it is not known."""
        table = tables.api_keys
        query = select(table.c.key_id, table.c.create_time_ns).where(table.c.account_id == account_id)
        return dict(await self._read(query, lambda row: (str(row.key_id), TimeNs(row.create_time_ns))))

    async def sequence(self, shard_id: int = 0) -> int:
        """Return the sequence up to which the history is written; 0 if nothing is."""
        query = select(tables.cursor.c.sequence).where(tables.cursor.c.shard_id == shard_id)
        rows = await self._read(query, lambda row: int(row[0]))
        return rows[0] if rows else 0

    async def _read(self, query: Select[Any], build: Callable[[Row[Any]], RowT]) -> list[RowT]:
        for attempt in (1, 2):
            try:
                async with self._engine.connect() as connection:
                    return [build(row) for row in await connection.execute(query)]
            except DBAPIError as error:
                # After a restart of the server every pooled connection is dead; the first failure drops them all.
                if attempt == 1 and error.connection_invalidated:
                    continue
                raise HistoryUnavailable(_reason(error)) from error
            except (TimeoutError, SQLAlchemyError, OSError) as error:
                raise HistoryUnavailable(f"the history cannot be read: {type(error).__name__}") from error
        raise AssertionError("unreachable")


def _of_account(table: Table, account_id: int, limit: int) -> Select[Any]:
    return select(table).where(table.c.account_id == account_id).limit(min(max(limit, 1), MAX_ROWS))


def _within(query: Select[Any], column: ColumnElement[int], times: TimeRange) -> Select[Any]:
    start_ns, end_ns = times
    if start_ns is not None:
        query = query.where(column >= start_ns)
    if end_ns is not None:
        query = query.where(column < end_ns)
    return query


def _is_before(columns: tuple[ColumnElement[int], ...], key: tuple[int, ...]) -> ColumnElement[bool]:
    return tuple_(*columns) < tuple_(*key)


def _reason(error: DBAPIError) -> str:
    match error.orig:
        case errors.UndefinedTable():
            return "the history is not migrated yet"
        case errors.QueryCanceled():
            return f"the history did not answer within {STATEMENT_SECONDS} s"
        case _:
            return "the history's database is not reachable"
