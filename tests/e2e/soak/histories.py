"""What PostgreSQL and ClickHouse say of money and trades, at one sequence each."""

from typing import NamedTuple

import psycopg

from tests.e2e.soak.journal_money import Money
from tests.integration.clickhouse_fixture import clickhouse_client

_OPEN = 1


class History(NamedTuple):
    """PostgreSQL as it is after the command with this sequence. Money is in atoms; what is 0 is left out of it."""

    sequence: int
    held: Money
    reserved: Money
    open_orders: int
    fills: dict[str, int]


def read_postgres(url: str) -> History:
    """Read everything in one transaction, so that it is of one moment."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        # One follower wrote it, and stands at one place.
        ((sequence,),) = connection.execute("SELECT sequence FROM cursor").fetchall()
        balances = connection.execute(
            "SELECT account_id, name, available_atoms, reserved_atoms FROM balances JOIN assets USING (asset_id)"
        ).fetchall()
        ((open_orders,),) = connection.execute("SELECT count(*) FROM orders WHERE status = %s", (_OPEN,)).fetchall()
        fills = connection.execute(
            "SELECT name, count(trade_id) FROM markets LEFT JOIN fills USING (market_id) GROUP BY name"
        ).fetchall()
    return History(
        sequence,
        {(account, asset): free + reserved for account, asset, free, reserved in balances if free + reserved},
        {(account, asset): reserved for account, asset, _, reserved in balances if reserved},
        open_orders,
        dict(fills),
    )


def clickhouse_trades(url: str) -> dict[str, int]:
    """Return how many trades there are, by market."""
    client = clickhouse_client(url)
    try:
        rows = client.query(
            "SELECT name, uniqExact(trade_id) FROM trades JOIN (SELECT DISTINCT market_id, name FROM markets) AS named"
            " USING (market_id) GROUP BY name"
        ).result_rows
        return dict(rows)
    finally:
        client.close()
