"""Both databases killed again and again under load: what orders feel of it, and whether a row is lost or repeated.

The parts are those of a deployment, each a process of its own: core, two followers, PostgreSQL, ClickHouse.
"""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Final

import clickhouse_connect
import psycopg

from bench.figures import Figure
from bench.projection_latency import ORDERS_A_SECOND, Load, order, p99, start, stop
from exchange.v1 import types_pb2
from exchange_sdk import AsyncClient, Scope, Side
from exchange_server.cli.dev.child_process import to_background
from exchange_server.cli.dev.ports import pick_free
from exchange_server.cli.dev.supervisor import wait_until_serving
from exchange_server.embedded.clickhouse import EmbeddedClickHouse
from exchange_server.embedded.postgres import EmbeddedPostgres

KILLS: Final = 20
"""Of each database."""
START_SECONDS: Final = 60
ALONE_SECONDS: Final = 10.0
PAUSE_SECONDS: Final = 0.5
"""Between the start of one database and the end of the other."""
CATCH_UP_SECONDS: Final = 120
TARGET: Final = 1.5
PRICE: Final = Decimal(1000)


def run() -> list[Figure]:
    """Measure; raise RuntimeError when the databases do not hold in the end what was traded, each row once."""
    # PostgreSQL may run as another user, so not a folder that only we can enter.
    folder = Path(tempfile.mkdtemp(prefix="exchange-bench-"))
    folder.chmod(0o755)
    # On ports that stay: what is killed is found again where it was.
    postgres, clickhouse = EmbeddedPostgres(folder, pick_free()), EmbeddedClickHouse(folder, pick_free())
    try:
        with postgres, clickhouse:
            return asyncio.run(_measure(folder / "data", postgres, clickhouse))
    finally:
        postgres.erase()
        shutil.rmtree(folder, ignore_errors=True)


async def _measure(directory: Path, postgres: EmbeddedPostgres, clickhouse: EmbeddedClickHouse) -> list[Figure]:
    port = pick_free()
    settings = {
        "EXCHANGE_DATA_DIR": str(directory),
        "EXCHANGE_GRPC_PORT": str(port),
        "EXCHANGE_LOG_LEVEL": "error",
        "EXCHANGE_POSTGRES_URL": postgres.url,
        "EXCHANGE_CLICKHOUSE_URL": clickhouse.url,
    }
    processes = [start("serve", settings)]
    try:
        address = f"127.0.0.1:{port}"
        async with asyncio.timeout(START_SECONDS):
            await wait_until_serving(address)
        for database in ("postgres", "clickhouse"):
            processes.append(start(f"follow --to {database}", settings))
            to_background(processes[-1].pid)
        for started in (postgres, clickhouse):
            assert started.pid is not None
            to_background(started.pid)  # as `exchange dev` runs them
        load = await _prepare(address, (directory / "admin.key").read_text().strip())
        await load.run(2)  # to warm up
        alone = await load.run(ALONE_SECONDS)
        beside = await _while_killing(load, postgres, clickhouse)
        alone += await load.run(ALONE_SECONDS)
        await load.close()
        traded = 2 * ORDERS_A_SECOND + len(alone) + len(beside)
        await _check_postgres(postgres.url, traded)
        await _check_clickhouse(clickhouse.url, traded)
        for process in processes:
            if process.poll() is not None:
                raise RuntimeError(f"{process.args!r} has ended with {process.returncode}")
    finally:
        for process in reversed(processes):
            stop(process)
    name = f"acknowledgement at {ORDERS_A_SECOND} trades/s, p99"
    quiet, busy = p99(alone), p99(beside)
    return [
        Figure(f"{name}, each database killed {KILLS} times ÷ none", busy / quiet, TARGET, "×", at_most=True),
        Figure(f"{name}, databases running", quiet * 1e3, None, "ms", at_most=True),
        Figure(f"{name}, databases killed", busy * 1e3, None, "ms", at_most=True),
        Figure(f"rows lost or repeated in {traded:,} trades", 0, 0, "rows", at_most=True),
    ]


async def _prepare(address: str, admin_key: str) -> Load:
    """Give a load of which every order trades with one large resting order."""
    async with AsyncClient(address, api_key=admin_key) as admin:
        for asset, decimals in (("BTC", 8), ("USDC", 6)):
            await admin.admin.create_asset(asset, decimals)
        await admin.admin.create_market("BTC", "USDC", tick_size=Decimal("0.1"), lot_size=Decimal("0.00001"))
        keys = []
        for name, asset, amount in (("maker", "BTC", 100_000), ("taker", "USDC", 100_000_000)):
            account = await admin.admin.create_account(name)
            await admin.admin.credit(account.account_id, asset, Decimal(amount), credit_id="funds")
            key = await admin.admin.create_api_key(account.account_id, [Scope.READ, Scope.TRADE])
            keys.append(key.api_key)
    async with AsyncClient(address, api_key=keys[0]) as maker:
        await maker.place_order(market="BTC-USDC", side=Side.SELL, quantity=Decimal(10_000), price=PRICE)
    return Load(address, [(keys[1], order(types_pb2.SIDE_BUY, types_pb2.TIME_IN_FORCE_IOC))])


async def _while_killing(load: Load, postgres: EmbeddedPostgres, clickhouse: EmbeddedClickHouse) -> list[float]:
    """Run the load for as long as the databases are killed and started again in turn."""
    killing = asyncio.create_task(asyncio.to_thread(_kill, postgres, clickhouse))
    waited: list[float] = []
    while not killing.done():
        waited += await load.run(1)
    await killing
    return waited


def _kill(postgres: EmbeddedPostgres, clickhouse: EmbeddedClickHouse) -> None:
    for _ in range(KILLS):
        for database in (postgres, clickhouse):
            time.sleep(PAUSE_SECONDS)
            for running in (postgres, clickhouse):
                assert running.pid is not None
                to_background(running.pid)  # the connections that were made since, too
            assert database.pid is not None
            os.kill(database.pid, signal.SIGKILL)
            database.stop()
            database.start(to_background)
            to_background(database.pid)


async def _check_postgres(url: str, traded: int) -> None:
    """Wait for every fill of every trade, two each; raise RuntimeError when there are others."""

    async def counts() -> tuple[int, ...]:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            cursor = await connection.execute(
                "SELECT count(*), count(DISTINCT (market_id, trade_id, side)), max(trade_id), "
                "sum(quantity_lots)::bigint FROM fills"
            )
            row = await cursor.fetchone()
        assert row is not None
        return tuple(value or 0 for value in row)

    await _reached("PostgreSQL", counts, (2 * traded, 2 * traded, traded, 2 * traded * 1_000))


async def _check_clickhouse(url: str, traded: int) -> None:
    """Wait for every trade, and for candles that add up to all of them; raise RuntimeError when there are others."""

    async def counts() -> tuple[int, ...]:
        client = await clickhouse_connect.get_async_client(dsn=url)
        try:
            trades = await client.query(
                "SELECT count(), max(trade_id), sum(quantity_lots), max(quantity_total) "
                "FROM (SELECT * FROM trades LIMIT 1 BY market_id, trade_id)"
            )
            candles = await client.query(
                "SELECT max(last_quantity_total), min(first_quantity_total), argMinMerge(first_lots), "
                "max(last_trade_id), min(first_trade_id) "
                "FROM candles WHERE interval_seconds = 1 GROUP BY market_id, open_time"
            )
        finally:
            await client.close()
        lots = sum(last - first + first_lots for last, first, first_lots, _, _ in candles.result_rows)
        count = sum(last_id - first_id + 1 for *_, last_id, first_id in candles.result_rows)
        return (*(int(value) for value in trades.result_rows[0]), lots, count)

    lots = traded * 1_000
    await _reached("ClickHouse", counts, (traded, traded, lots, lots, lots, traded))


async def _reached(name: str, counts: Callable[[], Awaitable[tuple[int, ...]]], wanted: tuple[int, ...]) -> None:
    """Wait until a database has what is wanted; raise RuntimeError when it has not in time, or has more."""
    deadline = time.monotonic() + CATCH_UP_SECONDS
    while (found := await counts()) != wanted:
        if time.monotonic() > deadline or found[0] > wanted[0]:
            raise RuntimeError(f"{name} has {found} where {wanted} belong")
        await asyncio.sleep(0.2)
