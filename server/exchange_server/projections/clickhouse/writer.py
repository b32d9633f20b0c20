"""Writes batches into ClickHouse: rows first, the cursor last; writing a row twice changes nothing.

So a row is neither lost nor counted twice without a transaction: after a crash in between, the follower starts at the
cursor and writes the same rows again.
"""

import contextlib
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from exchange_server.engine import Engine
from exchange_server.projections.clickhouse.batch import Batch, BatchBuilder, Changed, TradeColumns
from exchange_server.projections.clickhouse.connect import client_options, in_a_line, may_pass
from exchange_server.projections.clickhouse.migrate import migrate
from exchange_server.projections.cursor import Cursor, ProjectionConflict, ProjectionUnavailable

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client
    from clickhouse_connect.driver.insert import InsertContext

STATEMENT_SECONDS: Final = 60
SETTINGS: Final = {"async_insert": 0}
"""What an INSERT has answered is written, so that the cursor never comes before its rows."""

TIME: Final = "DateTime('UTC')"
TIME_NS: Final = "DateTime64(9, 'UTC')"
LEVELS: Final = "Array(Int64)"

TRADE_COLUMNS: Final = {
    "market_id": "UInt32",
    "trade_id": "UInt64",
    "price_ticks": "Int64",
    "quantity_lots": "Int64",
    "cost_atoms": "Int64",
    "taker_side": "UInt8",
    "quantity_total": "Int128",
    "cost_total": "Int128",
    "sequence": "UInt64",
    "time": TIME_NS,
}
BOOK_COLUMNS: Final = {
    "market_id": "UInt32",
    "time": TIME,
    "sequence": "UInt64",
    "bid_price_ticks": LEVELS,
    "bid_lots": LEVELS,
    "ask_price_ticks": LEVELS,
    "ask_lots": LEVELS,
}
EQUITY_COLUMNS: Final = {
    "account_id": "UInt64",
    "quote_asset_id": "UInt32",
    "time": TIME,
    "sequence": "UInt64",
    "equity_atoms": "Int128",
}
MARKET_COLUMNS: Final = {
    "market_id": "UInt32",
    "name": "String",
    "base_asset": "String",
    "quote_asset": "String",
    "tick_units": "Int64",
    "price_decimals": "UInt8",
    "lot_units": "Int64",
    "quantity_decimals": "UInt8",
    "base_decimals": "UInt8",
    "quote_decimals": "UInt8",
}
CURSOR_COLUMNS: Final = {
    "shard_id": "UInt32",
    "sequence": "UInt64",
    "time": TIME_NS,
    "event_digest": "UInt64",
    "changed_markets": "Array(UInt32)",
    "traded_markets": "Array(UInt32)",
    "changed_accounts": "Array(UInt64)",
}

READ_CURSOR: Final = """
SELECT sequence, toUnixTimestamp64Nano(time), event_digest, changed_markets, traded_markets, changed_accounts
FROM cursors WHERE shard_id = {shard_id:UInt32} ORDER BY sequence DESC LIMIT 1"""
READ_TOTALS: Final = """
SELECT quantity_total, cost_total
FROM trades WHERE market_id = {market_id:UInt32} AND trade_id = {trade_id:UInt64} LIMIT 1"""


class ClickHouseWriter:
    """One client that writes one shard's rows. Not for several threads at once."""

    name: Final = "clickhouse"

    def __init__(self, url: str, shard_id: int = 0) -> None:
        """Remember where to write; nothing is connected. Raises ValueError for a URL that is not ClickHouse's."""
        self._options: Final = client_options(url, STATEMENT_SECONDS, SETTINGS)
        self._shard_id: Final = shard_id
        self._client: Client | None = None
        self._migrated = False
        self._changed = Changed()
        # Lots and cost of all trades of a market up to the last one that is written.
        self._totals: dict[int, tuple[int, int]] = {}
        self._inserts: dict[str, InsertContext] = {}

    def cursor(self, genesis: Cursor, system_accounts: Sequence[tuple[int, str]]) -> Cursor:
        """Connect if need be, and return how far the rows reach; a new database is migrated and stands at `genesis`.

        Raises ProjectionUnavailable and ProjectionTooNew.
        """
        with self._available():
            client = self._connected()
            if not self._migrated:
                migrate(client)
                self._migrated = True
            rows = client.query(READ_CURSOR, parameters={"shard_id": self._shard_id}).result_rows
        self._totals.clear()
        if not rows:
            self._changed = Changed()
            return genesis
        sequence, time_ns, event_digest, markets, traded_markets, accounts = rows[0]
        self._changed = Changed(set(markets), set(traded_markets), set(accounts))
        return Cursor(sequence, time_ns, event_digest)

    def builder(self, engine: Engine) -> BatchBuilder:
        """Return what collects the events that come after the cursor, where the engine stands, into batches."""
        return BatchBuilder(engine, self._changed.copy())

    def write(self, batch: Batch) -> None:
        """Write a batch, and then that it is written.

        Raises ProjectionUnavailable: what of it was written does no harm, write it again. Raises ProjectionConflict if
        the rows before it are not there.
        """
        with self._available():
            client = self._connected()
            markets = [
                (
                    market.market_id,
                    market.name,
                    market.base.name,
                    market.quote.name,
                    market.tick_units,
                    market.price_decimals,
                    market.lot_units,
                    market.quantity_decimals,
                    market.base.decimals,
                    market.quote.decimals,
                )
                for market in batch.markets
            ]
            self._insert_rows(client, "markets", MARKET_COLUMNS, markets)
            totals = self._write_trades(client, batch.trades)
            self._insert_rows(client, "book_snapshots", BOOK_COLUMNS, batch.book_snapshots)
            self._insert_rows(client, "equity_points", EQUITY_COLUMNS, batch.equity_points)
            cursor, changed = batch.cursor, batch.changed
            row = (
                self._shard_id,
                cursor.sequence,
                cursor.time_ns,
                cursor.event_digest,
                sorted(changed.markets),
                sorted(changed.traded_markets),
                sorted(changed.accounts),
            )
            self._insert_rows(client, "cursors", CURSOR_COLUMNS, [row])
            self._totals.update(totals)

    def close(self) -> None:
        """Close the connection; a later call opens another."""
        if self._client is not None:
            client, self._client = self._client, None
            self._inserts.clear()
            client.close()

    def _connected(self) -> "Client":
        if self._client is None:
            import clickhouse_connect

            self._client = clickhouse_connect.get_client(**self._options)
        return self._client

    def _write_trades(self, client: "Client", trades: TradeColumns) -> dict[int, tuple[int, int]]:
        """Write trades and return the running totals after them, by market."""
        if not trades.trade_id:
            return {}
        totals: dict[int, tuple[int, int]] = {}
        quantity_totals: list[int] = []
        cost_totals: list[int] = []
        if len(set(trades.market_id)) == 1:
            market_id = trades.market_id[0]
            lots, cost = self._totals_before(client, market_id, trades.trade_id[0])
            quantity_totals = list(accumulate(trades.quantity_lots, initial=lots))[1:]
            cost_totals = list(accumulate(trades.cost_atoms, initial=cost))[1:]
            totals[market_id] = quantity_totals[-1], cost_totals[-1]
        else:
            columns = trades.market_id, trades.trade_id, trades.quantity_lots, trades.cost_atoms
            for market_id, trade_id, quantity_lots, cost_atoms in zip(*columns, strict=True):
                before = totals.get(market_id) or self._totals_before(client, market_id, trade_id)
                after = before[0] + quantity_lots, before[1] + cost_atoms
                totals[market_id] = after
                quantity_totals.append(after[0])
                cost_totals.append(after[1])
        columns_written = [
            trades.market_id,
            trades.trade_id,
            trades.price_ticks,
            trades.quantity_lots,
            trades.cost_atoms,
            trades.taker_side,
            quantity_totals,
            cost_totals,
            trades.sequence,
            trades.time_ns,
        ]
        self._insert(client, "trades", TRADE_COLUMNS, columns_written)
        return totals

    def _totals_before(self, client: "Client", market_id: int, trade_id: int) -> tuple[int, int]:
        """Return lots and cost of all trades of a market before one. Raises ProjectionConflict if they are missing."""
        if trade_id == 1:
            return 0, 0
        known = self._totals.get(market_id)
        if known is not None:
            return known
        parameters = {"market_id": market_id, "trade_id": trade_id - 1}
        rows = client.query(READ_TOTALS, parameters=parameters).result_rows
        if not rows:
            raise ProjectionConflict(f"the market history lacks trade {trade_id - 1} of market {market_id}")
        return rows[0][0], rows[0][1]

    def _insert_rows(
        self, client: "Client", table: str, types: dict[str, str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        if rows:
            self._insert(client, table, types, [list(column) for column in zip(*rows, strict=True)])

    def _insert(self, client: "Client", table: str, types: dict[str, str], columns: Sequence[Sequence[Any]]) -> None:
        insert = self._inserts.get(table)
        if insert is None:
            # Kept: each refers to itself, with all its rows, and a follower seldom looks for such garbage.
            insert = self._inserts[table] = client.create_insert_context(
                table, list(types), column_type_names=list(types.values()), column_oriented=True
            )
        insert.data = columns
        client.insert(context=insert)

    @contextlib.contextmanager
    def _available(self) -> Iterator[None]:
        """Turn a failure that may pass into ProjectionUnavailable; a mistake of ours stays what it is."""
        try:
            yield
        except ProjectionConflict:
            raise
        except Exception as error:
            self.close()
            if not may_pass(error):
                raise
            raise ProjectionUnavailable(in_a_line(error)) from error
