"""The market history: rows written a second and pages read out of ten million trades."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any, Final

import clickhouse_connect
import grpc

from bench.engine_flow import opening
from bench.figures import Figure
from bench.projection import write_journal
from bench.projection_latency import start, stop
from exchange.v1 import market_data_service_pb2 as pb
from exchange.v1 import market_streams_pb2
from exchange.v1.market_data_service_pb2_grpc import MarketDataServiceStub
from exchange_server.cli.dev.ports import pick_free
from exchange_server.cli.dev.supervisor import wait_until_serving
from exchange_server.embedded.clickhouse import EmbeddedClickHouse
from exchange_server.engine.types import MarketId
from exchange_server.projections.clickhouse.batch import Batch, Changed, TradeColumns
from exchange_server.projections.clickhouse.queries import MarketHistory
from exchange_server.projections.clickhouse.writer import ClickHouseWriter
from exchange_server.projections.cursor import Cursor

TRADES: Final = 10_000_000
TRADES_A_STATEMENT: Final = 500_000
STEP_NS: Final = 259_200_000
"""Between two trades: 10 million are 30 days."""
START_S: Final = 1_700_000_000
WRITTEN: Final = 200_000
BATCH: Final = 20_000
CANDLES: Final = 1_000
ROUNDS: Final = 15
START_SECONDS: Final = 60
WRITTEN_MARKET: Final = 2
TOLD = {1: "1 s", 2: "1 min", 7: "1 d"}
"""By exchange.v1.CandleInterval."""


def run() -> list[Figure]:
    """Measure on an embedded ClickHouse of its own."""
    folder = Path(tempfile.mkdtemp(prefix="exchange-bench-"))
    try:
        with EmbeddedClickHouse(folder) as clickhouse:
            rows_per_second = _write(clickhouse.url)
            _fill(clickhouse.url)
            write_journal(folder / "shard", opening())
            pages = asyncio.run(_read(folder / "shard", clickhouse.url))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return [
        Figure("ClickHouse, trades written with their candles", rows_per_second, 50_000, "rows/s", at_most=False),
        *pages,
    ]


def _write(url: str) -> float:
    """Write trades as the follower does; return rows a second."""
    writer = ClickHouseWriter(url)
    writer.cursor(Cursor(0, 0, 0), [])
    batches = [_batch(first) for first in range(1, WRITTEN + 1, BATCH)]
    started = time.perf_counter()
    for batch in batches:
        writer.write(batch)
    seconds = time.perf_counter() - started
    writer.close()
    return WRITTEN / seconds


def _batch(first_id: int) -> Batch:
    ids = range(first_id, first_id + BATCH)
    trades = TradeColumns(
        [WRITTEN_MARKET] * BATCH,
        list(ids),
        [650_000 + number * 7919 % 1000 for number in ids],
        [1 + number % 100 for number in ids],
        [number * 50 for number in ids],
        [1 + number % 2 for number in ids],
        list(ids),
        [START_S * 10**9 + number * STEP_NS for number in ids],
    )
    cursor = Cursor(first_id + BATCH - 1, trades.time_ns[-1], 0)
    return Batch(first_id - 1, cursor, BATCH, trades, [], [], [], Changed())


def _fill(url: str) -> None:
    """Make ten million trades inside of ClickHouse."""
    client = clickhouse_connect.get_client(dsn=url, autogenerate_session_id=False)
    for first in range(0, TRADES, TRADES_A_STATEMENT):
        client.command(
            "INSERT INTO trades SELECT 1, number + 1, 650000 + cityHash64(number) % 1000, 100, 65000,"
            " 1 + number % 2, reinterpretAsInt128((number + 1) * 100), reinterpretAsInt128((number + 1) * 65000),"
            f" number, fromUnixTimestamp64Nano(toInt64({START_S} * 1000000000 + number * {STEP_NS}), 'UTC')"
            f" FROM numbers({first}, {TRADES_A_STATEMENT})"
        )
    # What comes in a month is merged on the way; here it would be merged while it is read.
    for table in ("trades", "candles"):
        client.command(f"OPTIMIZE TABLE {table} FINAL")
    client.close()


async def _read(directory: Path, url: str) -> list[Figure]:
    """Ask a core for candles over gRPC, and the history itself for trades, which the core would take from its tape."""
    port = pick_free()
    settings = {"EXCHANGE_DATA_DIR": str(directory), "EXCHANGE_GRPC_PORT": str(port), "EXCHANGE_CLICKHOUSE_URL": url}
    core = start("serve", settings | {"EXCHANGE_LOG_LEVEL": "warning"})
    figures: list[Figure] = []
    try:
        async with asyncio.timeout(START_SECONDS):
            await wait_until_serving(f"127.0.0.1:{port}")
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub: Any = MarketDataServiceStub(channel)
            for interval, told in TOLD.items():
                for newest in (False, True):
                    request = pb.ListCandlesRequest(market="BTC-USDC", interval=interval, page_size=CANDLES)  # type: ignore[arg-type]
                    if not newest:
                        request.start_time.seconds = START_S + 10 * 86_400
                    seconds, answer = await _time(lambda request=request: stub.ListCandles(request))  # type: ignore[misc]
                    _check(answer.candles, 20 if interval == 7 and not newest else 31 if interval == 7 else CANDLES)
                    where = "the newest" if newest else "from a time on"
                    figures.append(
                        Figure(
                            f"ListCandles, {len(answer.candles):,} of {told}, {where}, of 10 million trades",
                            seconds * 1e3,
                            50,
                            "ms",
                            at_most=True,
                        )
                    )
    finally:
        stop(core)
    history = MarketHistory(url)
    seconds, trades = await _time(lambda: history.trades(MarketId(1), TRADES // 2, TRADES // 2 + 1_000))
    assert len(trades) == 1_000
    figures.append(Figure("ListTrades' query, 1,000 of 10 million", seconds * 1e3, 50, "ms", at_most=True))
    moment = (START_S + 12 * 86_400) * 10**9 + 5
    seconds, _ = await _time(lambda: history.first_trade_at(MarketId(1), moment))
    figures.append(Figure("first trade at a time, of 10 million", seconds * 1e3, None, "ms", at_most=True))
    await history.close()
    return figures


def _check(candles: Any, count: int) -> None:
    assert abs(len(candles) - count) <= 1, (len(candles), count)
    assert isinstance(candles[0], market_streams_pb2.Candle)
    assert all(candle.trade_count for candle in candles)


async def _time(work: Callable[[], Awaitable[Any]]) -> tuple[float, Any]:
    """Return the median seconds of some rounds, after one to warm up, and the last answer."""
    answer = await work()
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        answer = await work()
        seconds.append(time.perf_counter() - started)
    return median(seconds), answer
