"""What orders wait while ClickHouse is killed and started again and again: a core, its follower, orders that trade."""

import asyncio
import os
import signal
from pathlib import Path
from statistics import median
from typing import Final

from bench.engine_flow import opening
from bench.figures import Figure
from bench.projection import write_journal
from bench.projection_latency import ORDERS_A_SECOND, START_SECONDS, Load, p99, start, stop
from exchange_server.cli.dev.child_process import to_background
from exchange_server.cli.dev.ports import pick_free
from exchange_server.cli.dev.supervisor import wait_until_serving
from exchange_server.embedded.clickhouse import EmbeddedClickHouse
from exchange_server.projections.clickhouse.queries import MarketHistory, MarketHistoryUnavailable

ROUNDS: Final = 5
MEASURED_SECONDS: Final = 6.0
LIFE_SECONDS: Final = 0.75
"""How long it lives between its start and its next end: with its start, four to five ends a round."""
TARGET: Final = 1.5


def measure(folder: Path) -> list[Figure]:
    """Alternate between orders alone, with the market history beside, and with it being killed; compare medians."""
    write_journal(folder / "shard", opening())
    return asyncio.run(_measure(folder))


async def _measure(folder: Path) -> list[Figure]:
    clickhouse = EmbeddedClickHouse(folder)
    clickhouse.start()
    port = pick_free()
    settings = {
        "EXCHANGE_DATA_DIR": str(folder / "shard"),
        "EXCHANGE_GRPC_PORT": str(port),
        "EXCHANGE_CLICKHOUSE_URL": clickhouse.url,
        "EXCHANGE_LOG_LEVEL": "warning",
    }
    core = start("serve", settings)
    alone: list[float] = []
    beside: list[float] = []
    killed: list[float] = []
    kills = 0
    try:
        async with asyncio.timeout(START_SECONDS):
            await wait_until_serving(f"127.0.0.1:{port}")
        admin_key = (folder / "shard" / "admin.key").read_text().strip()
        load = await Load.that_trades(f"127.0.0.1:{port}", admin_key)
        await load.run(MEASURED_SECONDS)  # to warm up
        for _ in range(ROUNDS):
            await asyncio.to_thread(clickhouse.stop)
            alone.append(p99(await load.run(MEASURED_SECONDS)))
            await asyncio.to_thread(_start_in_background, clickhouse)
            follower = start("follow --to clickhouse", settings)
            to_background(follower.pid)
            try:
                await _until_written(clickhouse.url)
                beside.append(p99(await load.run(MEASURED_SECONDS)))
                done = asyncio.Event()
                killing = asyncio.create_task(_kill_and_start(clickhouse, done))
                killed.append(p99(await load.run(MEASURED_SECONDS)))
                done.set()
                kills += await killing
                await _until_written(clickhouse.url)
            finally:
                stop(follower)
        await load.close()
    finally:
        stop(core)
        clickhouse.stop()
    name = f"acknowledgement at {ORDERS_A_SECOND} orders/s, p99"
    return [
        Figure(
            f"{name}, ClickHouse killed {kills} times ÷ none", median(killed) / median(alone), TARGET, "×", at_most=True
        ),
        Figure(f"{name}, ClickHouse beside ÷ none", median(beside) / median(alone), TARGET, "×", at_most=True),
        Figure(f"{name}, no ClickHouse", median(alone) * 1e3, None, "ms", at_most=True),
        Figure(f"{name}, ClickHouse killed", median(killed) * 1e3, None, "ms", at_most=True),
    ]


def _start_in_background(clickhouse: EmbeddedClickHouse) -> None:
    """Start it as `exchange dev` runs it."""
    clickhouse.start()
    assert clickhouse.pid is not None
    to_background(clickhouse.pid)


async def _kill_and_start(clickhouse: EmbeddedClickHouse, done: asyncio.Event) -> int:
    kills = 0
    while not done.is_set():
        assert clickhouse.pid is not None
        os.kill(clickhouse.pid, signal.SIGKILL)
        kills += 1
        await asyncio.to_thread(clickhouse.stop)
        await asyncio.to_thread(_start_in_background, clickhouse)
        await asyncio.sleep(LIFE_SECONDS)
    return kills


async def _until_written(url: str) -> None:
    """Wait until the history's cursor stands still: everything is written."""
    history = MarketHistory(url)
    before = -1
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                reached = await history.sequence()
            except MarketHistoryUnavailable:
                reached = -1
            if reached > 0 and reached == before:
                break
            before = reached
            await asyncio.sleep(2)
    await history.close()
