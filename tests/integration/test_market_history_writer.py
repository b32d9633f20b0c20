"""The market history equals what the engine reported: every row, once, whatever is killed meanwhile.

EXCHANGE_TEST_SIZE=large makes the run with kills a longer one (`make test-large`).
"""

import asyncio
import gc
import itertools
import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from clickhouse_connect.driver.insert import InsertContext

from exchange_server.follower import COLUMN_STORE, Follower, FollowerError, FollowerSettings, follow
from exchange_server.projections.clickhouse.batch import Batch
from exchange_server.projections.clickhouse.migrate import migrate, migrations
from exchange_server.projections.clickhouse.queries import MarketHistory
from exchange_server.projections.clickhouse.writer import ClickHouseWriter
from tests.follower_thread import FollowerThread
from tests.integration.clickhouse_fixture import clickhouse_client, embedded_clickhouse
from tests.integration.journal_flow import WrittenJournal
from tests.integration.market_flow import (
    INTERVALS,
    SECOND_NS,
    Stamped,
    ToldTrade,
    append,
    market_flow,
    naive_candles,
    naive_moments,
    told_trades,
)

START_NS = 1_700_000_000_000_000_000
QUICK = FollowerSettings(batch_commands=1_000, batch_seconds=0.05, gentle_batch_commands=300, writes_snapshots=False)
LARGE = os.environ.get("EXCHANGE_TEST_SIZE") == "large"
KILLS = 60 if LARGE else 6


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[WrittenJournal]:
    written = WrittenJournal(tmp_path / "shard")
    yield written
    written.close()


class Following(FollowerThread[Batch]):
    """A follower that writes the market history."""

    def __init__(self, directory: Path, url: str, settings: FollowerSettings = QUICK) -> None:
        super().__init__(Follower(directory, ClickHouseWriter(url), settings=settings))


def cursor_sequence(url: str) -> int:
    """Read how far the history is written; 0 when it cannot be read, or is not migrated."""

    async def read() -> int:
        history = MarketHistory(url)
        try:
            return await history.sequence()
        finally:
            await history.close()

    try:
        return asyncio.run(read())
    except Exception:
        return 0


def wait_until_written(url: str, sequence: int, following: Following | None = None, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while (reached := cursor_sequence(url)) != sequence:
        assert following is None or following.error is None, following.error
        assert time.monotonic() < deadline, f"the history stands at {reached}, not {sequence}"
        time.sleep(0.02)


def project(directory: Path, url: str, sequence: int, settings: FollowerSettings = QUICK) -> None:
    """Follow without disturbance up to a sequence."""
    with Following(directory, url, settings) as following:
        wait_until_written(url, sequence, following)
    assert following.error is None


def check(url: str, journal: WrittenJournal, batches: Sequence[Stamped]) -> None:
    """Compare every table with what simple code makes of the events."""
    client = clickhouse_client(url)
    trades = told_trades(journal.events)
    assert _stored_trades(client) == _with_totals(trades)
    for interval_s in INTERVALS.values():
        for market_id in (1, 2):
            expected = naive_candles([trade for trade in trades if trade.market_id == market_id], interval_s)
            assert asyncio.run(_stored_candles(url, market_id, interval_s)) == expected
    books, points = naive_moments(journal, batches)
    assert _rows(
        client,
        "SELECT market_id, toUnixTimestamp(time), sequence, bid_price_ticks, bid_lots, ask_price_ticks, ask_lots"
        " FROM book_snapshots FINAL ORDER BY sequence, market_id",
    ) == [tuple(list(part) if isinstance(part, list) else part for part in row) for row in books]
    assert (
        _rows(
            client,
            "SELECT account_id, quote_asset_id, toUnixTimestamp(time), sequence, equity_atoms"
            " FROM equity_points FINAL ORDER BY account_id, quote_asset_id, time",
        )
        == points
    )
    assert books
    assert points
    client.close()


def _rows(client: Any, query: str) -> list[Any]:
    return [tuple(row) for row in client.query(query).result_rows]


def _stored_trades(client: Any) -> list[Any]:
    """Read the rows that are left when rows of one key count once, as the tables' engine sees it."""
    return _rows(
        client,
        "SELECT market_id, trade_id, price_ticks, quantity_lots, cost_atoms, taker_side, quantity_total, cost_total,"
        " sequence, toUnixTimestamp64Nano(time) FROM trades FINAL ORDER BY market_id, trade_id",
    )


def _with_totals(trades: Sequence[ToldTrade]) -> list[Any]:
    rows = []
    for market_id in sorted({trade.market_id for trade in trades}):
        lots = cost = 0
        for trade in trades:
            if trade.market_id == market_id:
                lots, cost = lots + trade.lots, cost + trade.cost
                rows.append(
                    (
                        market_id,
                        trade.trade_id,
                        trade.price,
                        trade.lots,
                        trade.cost,
                        trade.taker_side,
                        lots,
                        cost,
                        trade.sequence,
                        trade.time_ns,
                    )
                )
    return rows


async def _stored_candles(url: str, market_id: Any, interval_s: int) -> list[Any]:
    history = MarketHistory(url)
    try:
        rows = await history.candles(market_id, interval_s, START_NS // SECOND_NS - 86_400, 2_000_000_000, 1_000_000)
    finally:
        await history.close()
    return [
        (
            row.open_time_s,
            row.open_ticks,
            row.high_ticks,
            row.low_ticks,
            row.close_ticks,
            row.lots,
            row.cost_atoms,
            row.trade_count,
        )
        for row in rows
    ]


def test_the_history_equals_the_events(journal: WrittenJournal, clickhouse_url: str) -> None:
    batches = list(itertools.islice(market_flow(1, START_NS), 250))
    append(journal, batches)
    project(journal.directory, clickhouse_url, journal.sequence)
    assert len(told_trades(journal.events)) > 500
    check(clickhouse_url, journal, batches)


def test_whoever_starts_anew_makes_the_same_rows(journal: WrittenJournal, clickhouse_url: str) -> None:
    # Each is stopped at once, in the middle of a second and a minute: what has changed goes on with the cursor.
    batches = list(itertools.islice(market_flow(2, START_NS, (0, 1, SECOND_NS // 3, 20 * SECOND_NS)), 120))
    for first in range(0, len(batches), 8):
        append(journal, batches[first : first + 8])
        project(journal.directory, clickhouse_url, journal.sequence)
    check(clickhouse_url, journal, batches)


def test_of_what_is_written_only_the_last_batch_is_kept(journal: WrittenJournal, clickhouse_url: str) -> None:
    """An insert refers to itself and to its rows; one for each batch was 60 MB before Python looked for garbage."""
    append(journal, list(itertools.islice(market_flow(1, START_NS), 120)))
    small = FollowerSettings(batch_commands=10, batch_seconds=0.0, gentle_batch_commands=10, writes_snapshots=False)
    gc.collect()
    gc.disable()
    try:
        project(journal.directory, clickhouse_url, journal.sequence, small)
        inserts = [found for found in gc.get_objects() if isinstance(found, InsertContext)]
    finally:
        gc.enable()
    client = clickhouse_client(clickhouse_url)
    assert client.command("SELECT count() FROM (SELECT DISTINCT sequence FROM book_snapshots)") > 10
    client.close()
    assert sorted(insert.table for insert in inserts) == sorted({insert.table for insert in inserts})


def test_writing_everything_twice_changes_no_answer(journal: WrittenJournal, clickhouse_url: str) -> None:
    batches = list(itertools.islice(market_flow(3, START_NS), 150))
    append(journal, batches)
    project(journal.directory, clickhouse_url, journal.sequence)
    client = clickhouse_client(clickhouse_url)
    client.command("TRUNCATE TABLE cursors")
    project(journal.directory, clickhouse_url, journal.sequence, COLUMN_STORE)
    trades = len(told_trades(journal.events))
    check(clickhouse_url, journal, batches)
    client.command("OPTIMIZE TABLE trades FINAL")
    client.command("OPTIMIZE TABLE candles FINAL")
    assert client.command("SELECT count() FROM trades") == trades
    check(clickhouse_url, journal, batches)
    client.close()


def test_totals_are_exact_beyond_64_bits(clickhouse_url: str) -> None:
    client = clickhouse_client(clickhouse_url)
    migrate(client)
    writer = ClickHouseWriter(clickhouse_url)
    largest = (1 << 62) - 1
    writer._totals[1] = (1 << 80, 1 << 90)
    from exchange_server.projections.clickhouse.batch import TradeColumns

    for _ in range(2):
        trades = TradeColumns(
            [1] * 6, [*range(5, 11)], [7] * 6, [9] * 6, [largest] * 6, [1] * 6, [3] * 6, [START_NS] * 6
        )
        writer._write_trades(client, trades)
    rows = asyncio.run(_stored_candles(clickhouse_url, 1, 86_400))
    assert rows == [(START_NS // SECOND_NS // 86_400 * 86_400, 7, 7, 7, 7, 54, 6 * largest, 6)]
    writer.close()
    client.close()


def test_a_history_that_lacks_trades_is_not_continued(journal: WrittenJournal, clickhouse_url: str) -> None:
    append(journal, list(itertools.islice(market_flow(4, START_NS), 100)))
    project(journal.directory, clickhouse_url, journal.sequence)
    client = clickhouse_client(clickhouse_url)
    client.command("TRUNCATE TABLE trades")
    append(journal, list(itertools.islice(market_flow(5, START_NS + 10**18), 1, 100)))
    with Following(journal.directory, clickhouse_url) as following:
        deadline = time.monotonic() + 20
        while following.error is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert isinstance(following.error, FollowerError)
    assert "lacks trade" in str(following.error)
    client.close()


def test_migrations_are_numbered_from_one_and_applied_once(clickhouse_url: str) -> None:
    assert [migration.version for migration in migrations()] == list(range(1, len(migrations()) + 1))
    client = clickhouse_client(clickhouse_url)
    newest = migrations()[-1].version
    assert migrate(client) == newest
    client.command("INSERT INTO cursors (shard_id, sequence) VALUES (7, 8)")
    assert migrate(client) == newest
    assert client.query("SELECT version FROM schema_migrations").result_rows == [(n,) for n in range(1, newest + 1)]
    # A crash before it was recorded: all of it is done again, and nothing is lost.
    client.command("TRUNCATE TABLE schema_migrations")
    assert migrate(client) == newest
    assert client.query("SELECT shard_id, sequence FROM cursors").result_rows == [(7, 8)]
    client.close()


def test_a_newer_schema_is_refused(journal: WrittenJournal, clickhouse_url: str) -> None:
    client = clickhouse_client(clickhouse_url)
    migrate(client)
    client.command("INSERT INTO schema_migrations VALUES (9999, 'of_the_future')")
    append(journal, list(itertools.islice(market_flow(6, START_NS), 5)))
    with Following(journal.directory, clickhouse_url) as following:
        deadline = time.monotonic() + 20
        while following.error is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert isinstance(following.error, FollowerError)
    assert "9999" in str(following.error)
    client.close()


def test_a_url_of_something_else_is_refused() -> None:
    for url in ("postgresql://host/database", "http://", "nonsense", "http://[/"):
        with pytest.raises(ValueError, match="not a ClickHouse URL"):
            ClickHouseWriter(url)


def _follow_in_child(directory: str, url: str) -> None:
    asyncio.run(follow(Path(directory), ClickHouseWriter(url), settings=QUICK))


@pytest.mark.timeout(900 if LARGE else 240)
def test_follower_and_database_killed_again_and_again_under_load_lose_and_repeat_nothing(
    journal: WrittenJournal,
) -> None:
    source = random.Random(20)
    commands = market_flow(9, START_NS, (0, SECOND_NS // 5, 2 * SECOND_NS))
    done = threading.Event()
    batches: list[Stamped] = []

    def trade() -> None:
        while not done.wait(0.05):
            some = list(itertools.islice(commands, source.randrange(1, 4)))
            batches.extend(some)
            append(journal, some)

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["exchange_server.follower", "tests.integration.test_market_history_writer"])
    trading = threading.Thread(target=trade)
    with embedded_clickhouse() as clickhouse:
        trading.start()
        try:
            for number in range(KILLS):
                before = cursor_sequence(clickhouse.url)
                process = context.Process(target=_follow_in_child, args=(str(journal.directory), clickhouse.url))
                process.start()
                deadline = time.monotonic() + 30
                while cursor_sequence(clickhouse.url) <= before:
                    assert time.monotonic() < deadline, "nothing is written"
                    assert process.is_alive(), "the follower has ended"
                    time.sleep(0.01)
                time.sleep(source.random() * 0.1)  # when it hits is the point, so it is left to chance
                victims = ("follower", "clickhouse", "both")[number % 3]
                assert clickhouse.pid is not None
                if victims != "follower":
                    os.kill(clickhouse.pid, signal.SIGKILL)
                if victims != "clickhouse":
                    process.kill()
                if victims != "follower":
                    clickhouse.stop()
                    clickhouse.start()
                if victims == "clickhouse":
                    # The same follower goes on.
                    before = cursor_sequence(clickhouse.url)
                    deadline = time.monotonic() + 30
                    while cursor_sequence(clickhouse.url) <= before:
                        assert time.monotonic() < deadline, "the follower does not go on"
                        assert process.is_alive(), "the follower has ended"
                        time.sleep(0.01)
                    process.kill()
                process.join()
        finally:
            done.set()
            trading.join()
        assert len(told_trades(journal.events)) > 500
        project(journal.directory, clickhouse.url, journal.sequence)
        check(clickhouse.url, journal, batches)
