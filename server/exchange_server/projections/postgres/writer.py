"""Writes batches into PostgreSQL, each with its cursor in one transaction: a row is neither lost nor written twice.

`synchronous_commit` is off. That is safe, because rows and cursor stand or fall together: what a crash of the server
takes back is a whole batch with its cursor, and the follower projects it again from the journal. And it keeps the disk
free for the journal's own fsync.
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Final, LiteralString

import psycopg
from psycopg import Connection
from psycopg import Cursor as Statements
from psycopg.rows import TupleRow
from sqlalchemy.exc import OperationalError

from exchange_server.engine import Engine
from exchange_server.engine.events import Trade
from exchange_server.projections.cursor import Cursor, ProjectionConflict, ProjectionUnavailable
from exchange_server.projections.postgres import copy_rows
from exchange_server.projections.postgres.batch import Batch, BatchBuilder
from exchange_server.projections.postgres.migrate import migrate
from exchange_server.projections.postgres.trading_totals import TradingTotals, add_trades, keys_of
from exchange_server.projections.postgres.urls import psycopg_url

CONNECT_SECONDS: Final = 2
STATEMENT_SECONDS: Final = 60
OPTIONS: Final = (
    "-c synchronous_commit=off",
    f"-c statement_timeout={STATEMENT_SECONDS}s",
    # A batch touches some thousand of perhaps many million orders: always by the primary key.
    "-c enable_hashjoin=off",
    "-c enable_mergejoin=off",
)

UPDATE_ORDERS: Final = """
UPDATE orders
SET open_lots = new.open_lots, cost_atoms = new.cost_atoms, fee_atoms = new.fee_atoms, status = new.status,
    close_reason = new.close_reason, update_time_ns = new.update_time_ns
FROM unnest(%b::bigint[], %b::bigint[], %b::bigint[], %b::bigint[], %b::smallint[], %b::smallint[], %b::bigint[])
    AS new (order_id, open_lots, cost_atoms, fee_atoms, status, close_reason, update_time_ns)
WHERE orders.order_id = new.order_id"""

UPDATE_SPECIAL_ORDERS: Final = """
UPDATE orders
SET open_lots = new.open_lots, cost_atoms = new.cost_atoms, fee_atoms = new.fee_atoms, status = new.status,
    close_reason = new.close_reason, update_time_ns = new.update_time_ns, price_ticks = new.price_ticks,
    quantity_lots = new.quantity_lots, decremented_lots = new.decremented_lots,
    trigger_price_ticks = new.trigger_price_ticks, trigger_time_ns = new.trigger_time_ns,
    trigger_refusal = new.trigger_refusal, pegged_price_ticks = new.pegged_price_ticks
FROM unnest(%b::bigint[], %b::bigint[], %b::bigint[], %b::bigint[], %b::smallint[], %b::smallint[], %b::bigint[],
    %b::bigint[], %b::bigint[], %b::bigint[], %b::bigint[], %b::bigint[], %b::smallint[], %b::bigint[])
    AS new (order_id, open_lots, cost_atoms, fee_atoms, status, close_reason, update_time_ns, price_ticks,
        quantity_lots, decremented_lots, trigger_price_ticks, trigger_time_ns, trigger_refusal, pegged_price_ticks)
WHERE orders.order_id = new.order_id"""

UPSERT_BALANCES: Final = """
INSERT INTO balances (account_id, asset_id, available_atoms, reserved_atoms)
SELECT * FROM unnest(%b::bigint[], %b::integer[], %b::bigint[], %b::bigint[])
ON CONFLICT (account_id, asset_id)
DO UPDATE SET available_atoms = excluded.available_atoms, reserved_atoms = excluded.reserved_atoms"""

SELECT_TOTALS: Final = """
SELECT account_id, market_id, net_lots, open_cost_atoms, realized_atoms, fee_atoms, volume_atoms, fill_count,
    last_fill_time_ns
FROM trading_totals JOIN unnest(%b::bigint[], %b::integer[]) AS changed (account_id, market_id)
    USING (account_id, market_id)"""

UPSERT_TOTALS: Final = """
INSERT INTO trading_totals (account_id, market_id, net_lots, open_cost_atoms, realized_atoms, fee_atoms, volume_atoms,
    fill_count, last_fill_time_ns)
SELECT * FROM unnest(%b::bigint[], %b::integer[], %b::bigint[], %s::numeric[], %s::numeric[], %s::numeric[],
    %s::numeric[], %b::bigint[], %b::bigint[])
ON CONFLICT (account_id, market_id)
DO UPDATE SET net_lots = excluded.net_lots, open_cost_atoms = excluded.open_cost_atoms,
    realized_atoms = excluded.realized_atoms, fee_atoms = excluded.fee_atoms, volume_atoms = excluded.volume_atoms,
    fill_count = excluded.fill_count, last_fill_time_ns = excluded.last_fill_time_ns"""

INSERT_ACCOUNT: Final = "INSERT INTO accounts (account_id, name, create_time_ns) VALUES (%s, %s, %s)"

UPDATE_TRADE_GROUP: Final = "UPDATE accounts SET trade_group_id = %s WHERE account_id = %s"

INSERT_ASSET: Final = "INSERT INTO assets (asset_id, name, decimals) VALUES (%s, %s, %s)"

UPSERT_MARKET: Final = """
INSERT INTO markets (market_id, name, base_asset_id, quote_asset_id, tick_units, price_decimals, lot_units,
    quantity_decimals, min_notional_atoms, maker_fee_ppm, taker_fee_ppm, status)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (market_id) DO UPDATE SET status = excluded.status"""

UPSERT_API_KEY: Final = """
INSERT INTO api_keys (key_id, account_id, secret_hash, scopes, label, expire_time_ns, revoked, create_time_ns)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (key_id) DO UPDATE SET revoked = excluded.revoked"""


class PostgresWriter:
    """One connection that writes one shard's rows. Not for several threads at once."""

    name: Final = "postgres"

    def __init__(self, url: str, shard_id: int = 0) -> None:
        """Remember where to write; nothing is connected. Raises ValueError for a URL that is not PostgreSQL's."""
        self._url: Final = psycopg_url(url)
        self._shard_id: Final = shard_id
        self._connection: Connection[TupleRow] | None = None
        self._migrated = False

    def cursor(self, genesis: Cursor, system_accounts: Sequence[tuple[int, str]]) -> Cursor:
        """Connect if need be, and return how far the rows reach; a new database is migrated and stands at `genesis`.

        Raises ProjectionUnavailable.
        """
        with self._available():
            if not self._migrated:
                migrate(self._url)
                self._migrated = True
            connection = self._connected()
            with connection.transaction(), connection.cursor() as statements:
                statements.execute(
                    "INSERT INTO cursor (shard_id, sequence, time_ns, event_digest) VALUES (%s, %s, %s, %s)"
                    " ON CONFLICT DO NOTHING",
                    (self._shard_id, genesis.sequence, genesis.time_ns, _digest_bytes(genesis.event_digest)),
                )
                if statements.rowcount:
                    # They exist from the start; no command creates them.
                    statements.executemany(
                        INSERT_ACCOUNT + " ON CONFLICT DO NOTHING",
                        [(account_id, name, 0) for account_id, name in system_accounts],
                    )
                row = statements.execute(
                    "SELECT sequence, time_ns, event_digest FROM cursor WHERE shard_id = %s", (self._shard_id,)
                ).fetchone()
            assert row is not None
            return Cursor(row[0], row[1], int.from_bytes(row[2], "big"))

    def builder(self, engine: Engine) -> BatchBuilder:
        """Return what collects the events of the commands that come after the engine's last one into batches."""
        return BatchBuilder(engine.sequence)

    def write(self, batch: Batch) -> None:
        """Write a batch, all of it or nothing.

        Raises ProjectionUnavailable: ask for the cursor to learn whether it was written. Raises ProjectionConflict if
        the cursor is not where the batch begins.
        """
        with self._available():
            connection = self._connected()
            with connection.transaction(), connection.cursor() as statements:
                self._advance(statements, batch)
                _write_rare(statements, batch)
                _copy(statements, copy_rows.COPY_ORDERS, batch.new_orders)
                _copy(statements, copy_rows.COPY_SPECIAL_ORDERS, batch.new_special_orders)
                _copy(statements, copy_rows.COPY_FILLS, batch.fills)
                _copy(statements, copy_rows.COPY_LEDGER_ENTRIES, batch.ledger_entries)
                if batch.order_updates[0]:
                    statements.execute(UPDATE_ORDERS, batch.order_updates)
                if batch.special_order_updates[0]:
                    statements.execute(UPDATE_SPECIAL_ORDERS, batch.special_order_updates)
                if batch.balances[0]:
                    statements.execute(UPSERT_BALANCES, batch.balances)
                if batch.trades:
                    _add_to_totals(statements, batch.trades)

    def close(self) -> None:
        """Close the connection; a later call opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> Connection[TupleRow]:
        if self._connection is None:
            self._connection = psycopg.connect(
                self._url,
                autocommit=True,
                connect_timeout=CONNECT_SECONDS,
                application_name="exchange-follower",
                options=" ".join(OPTIONS),
                keepalives_idle=10,
                keepalives_interval=5,
                keepalives_count=3,
            )
        return self._connection

    def _advance(self, statements: Statements[TupleRow], batch: Batch) -> None:
        """Move the cursor first: it locks its row, so that of two followers one sees the conflict."""
        cursor = batch.cursor
        statements.execute(
            "UPDATE cursor SET sequence = %s, time_ns = %s, event_digest = %s WHERE shard_id = %s AND sequence = %s",
            (
                cursor.sequence,
                cursor.time_ns,
                _digest_bytes(cursor.event_digest),
                self._shard_id,
                batch.after_sequence,
            ),
        )
        if statements.rowcount != 1:
            raise ProjectionConflict(f"the history does not stand at sequence {batch.after_sequence}")

    @contextlib.contextmanager
    def _available(self) -> Iterator[None]:
        """Turn a failure that may pass into ProjectionUnavailable; a mistake of ours stays what it is."""
        try:
            yield
        except (psycopg.OperationalError, psycopg.InterfaceError, OperationalError) as error:
            self.close()
            raise ProjectionUnavailable(str(error).strip().split("\n")[0]) from error


def _write_rare(statements: Statements[TupleRow], batch: Batch) -> None:
    """Write what an operator has set up; mostly there is nothing."""
    for asset in batch.assets:
        statements.execute(INSERT_ASSET, (asset.asset_id, asset.name, asset.decimals))
    for market, status in batch.markets:
        statements.execute(
            UPSERT_MARKET,
            (
                market.market_id,
                market.name,
                market.base.asset_id,
                market.quote.asset_id,
                market.tick_units,
                market.price_decimals,
                market.lot_units,
                market.quantity_decimals,
                market.min_notional_atoms,
                market.maker_fee_ppm,
                market.taker_fee_ppm,
                status,
            ),
        )
    if batch.accounts:
        statements.executemany(INSERT_ACCOUNT, batch.accounts)
    for account_id, trade_group_id in batch.trade_groups.items():
        statements.execute(UPDATE_TRADE_GROUP, (trade_group_id, account_id))
    for key, revoked, create_time_ns in batch.api_keys:
        values = key.key_id, key.account_id, key.secret_hash, key.scopes, key.label, key.expire_time_ns
        statements.execute(UPSERT_API_KEY, (*values, revoked, create_time_ns))


def _add_to_totals(statements: Statements[TupleRow], trades: list[tuple[int, Trade]]) -> None:
    """Read the totals that trades change, add them, write them back; the cursor's lock keeps others away."""
    keys = keys_of(trades)
    statements.execute(SELECT_TOTALS, ([account_id for account_id, _ in keys], [market_id for _, market_id in keys]))
    totals = {key: TradingTotals() for key in keys}
    for account_id, market_id, *values in statements:
        totals[account_id, market_id] = TradingTotals(*map(int, values))
    add_trades(totals, trades)
    columns = zip(*(total.row(key) for key, total in totals.items()), strict=True)
    statements.execute(UPSERT_TOTALS, [list(column) for column in columns])


def _copy(statements: Statements[TupleRow], statement: LiteralString, rows: bytes) -> None:
    if rows:
        with statements.copy(statement) as copy:
            copy.write(copy_rows.HEADER + rows + copy_rows.TRAILER)


def _digest_bytes(digest: int) -> bytes:
    return digest.to_bytes(8, "big")
