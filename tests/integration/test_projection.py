"""The history equals what the engine reported: every row, once, whatever is killed meanwhile."""

import asyncio
import contextlib
import itertools
import multiprocessing
import os
import random
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from exchange_server.embedded.postgres import EmbeddedPostgres
from exchange_server.engine.events import ApiKeyCreated
from exchange_server.engine.types import AccountId, AssetId
from exchange_server.follower import Follower, FollowerError, FollowerSettings, follow
from exchange_server.projections.postgres.batch import Batch
from exchange_server.projections.postgres.migrate import migrate
from exchange_server.projections.postgres.queries import History
from exchange_server.projections.postgres.writer import PostgresWriter
from tests.follower_thread import FollowerThread, wait_until
from tests.integration.journal_flow import WrittenJournal, credited, expected_fills, expected_orders, flow
from tests.simple_positions import check_totals, simple_positions

QUICK = FollowerSettings(batch_commands=200, batch_seconds=0.005)
TABLES = {
    "assets": "asset_id",
    "markets": "market_id",
    "accounts": "account_id",
    "api_keys": "key_id",
    "orders": "order_id",
    "fills": "market_id, trade_id, side",
    "ledger_entries": "sequence, line",
    "balances": "account_id, asset_id",
    "trading_totals": "account_id, market_id",
    "cursor": "shard_id",
}


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[WrittenJournal]:
    written = WrittenJournal(tmp_path / "shard", segment_bytes=1 << 16)
    yield written
    written.close()


class Following(FollowerThread[Batch]):
    """A follower that writes into PostgreSQL."""

    def __init__(self, directory: Path, url: str, settings: FollowerSettings = QUICK) -> None:
        super().__init__(Follower(directory, PostgresWriter(url), settings=settings))


def cursor_sequence(url: str) -> int:
    """Read how far the history is written; 0 before it is migrated."""
    try:
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT sequence FROM cursor").fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.OperationalError):
        return 0
    return 0 if row is None else int(row[0])


def wait_until_written(url: str, sequence: int, seconds: float = 40.0) -> None:
    wait_until(lambda: cursor_sequence(url) == sequence, f"the history does not reach {sequence}", seconds)


def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Read every row of every table, ordered by key."""
    with psycopg.connect(url) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY {key}").fetchall()
            for table, key in TABLES.items()
        }


def project(directory: Path, url: str, sequence: int) -> dict[str, list[tuple[object, ...]]]:
    """Follow without disturbance up to a sequence; return what is in the database then."""
    with Following(directory, url) as following:
        wait_until_written(url, sequence)
    assert following.error is None
    return contents(url)


def check(url: str, journal: WrittenJournal) -> None:
    """Compare the history with the events and with the engine, and check the ledger's sums."""
    engine, events = journal.engine, journal.events
    rows = contents(url)
    # 1. Orders and fills, worked out from the events.
    assert {row[0]: row for row in rows["orders"]} == expected_orders(events)
    assert {row[:11] for row in rows["fills"]} == expected_fills(events)
    assert len(rows["fills"]) == len(expected_fills(events))
    # 2. Balances as the engine has them, the exchange's own included.
    assert rows["balances"] == sorted(
        (account_id, *balance) for account_id in engine.accounts for balance in engine.balances(account_id)
    )
    # 3. What an operator set up.
    assert [row[:2] for row in rows["accounts"]] == sorted(
        (account.account_id, account.name) for account in engine.accounts.values()
    )
    assert {row[0]: row[3] for row in rows["accounts"] if row[3]} == engine.trade_groups
    made = {
        event.api_key.key_id: time_ns
        for _, time_ns, told in events
        for event in told
        if isinstance(event, ApiKeyCreated)
    }
    assert [(row[0], row[6], row[7]) for row in rows["api_keys"]] == sorted(
        (key.key_id, key.revoked, made[key.key_id]) for key in engine.api_keys.values()
    )
    assert [(row[1], row[-1]) for row in rows["markets"]] == [(m.name, m.status) for m in engine.markets.values()]
    assert [row[1] for row in rows["assets"]] == list(engine.assets_by_name)
    # 4. What fills come to, worked out with fractions.
    check_totals(rows["trading_totals"], simple_positions(events))
    # 5. Double entry: nothing comes from nowhere, and the lines explain the balances.
    with psycopg.connect(url) as connection:
        unbalanced = connection.execute(
            "SELECT sequence, asset_id FROM ledger_entries GROUP BY 1, 2 HAVING sum(amount_atoms) <> 0"
        ).fetchall()
        explained = connection.execute(
            "SELECT account_id, asset_id, sum(amount_atoms)::bigint FROM ledger_entries GROUP BY 1, 2 ORDER BY 1, 2"
        ).fetchall()
        credits = connection.execute("SELECT count(*) FROM ledger_entries WHERE kind = 1").fetchone()
    assert unbalanced == []
    held = [(row[0], row[1], row[2] + row[3]) for row in rows["balances"]]  # type: ignore[operator]
    assert [line for line in explained if line[2]] == [line for line in held if line[2]]
    assert credits == (2 * credited(events),)


def test_the_history_equals_what_the_engine_reported(journal: WrittenJournal, postgres_url: str) -> None:
    commands = flow(seed=7)
    with Following(journal.directory, postgres_url) as following:
        for _ in range(60):
            journal.append(list(itertools.islice(commands, 100)))
        wait_until_written(postgres_url, journal.sequence)
    assert following.error is None
    assert len(expected_fills(journal.events)) > 1_000
    check(postgres_url, journal)


def test_a_replay_gives_the_same_rows(
    journal: WrittenJournal, postgres_url: str, postgres_server: EmbeddedPostgres
) -> None:
    journal.append(list(itertools.islice(flow(seed=8), 4_000)))
    first = project(journal.directory, postgres_url, journal.sequence)
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE replayed")
        try:
            again = project(journal.directory, postgres_server.database_url("replayed"), journal.sequence)
        finally:
            connection.execute("DROP DATABASE replayed WITH (FORCE)")
    assert again == first


def test_a_database_with_fills_from_before_gets_their_totals_and_goes_on(
    journal: WrittenJournal, postgres_url: str
) -> None:
    commands = flow(seed=11)
    journal.append(list(itertools.islice(commands, 3_000)))
    before = project(journal.directory, postgres_url, journal.sequence)
    with psycopg.connect(postgres_url) as connection:
        connection.execute("DROP TABLE trading_totals")
        connection.execute("ALTER TABLE api_keys DROP COLUMN create_time_ns")
        connection.execute("DROP INDEX api_keys_by_account")
        connection.execute("UPDATE alembic_version SET version_num = '0005'")
    migrate(postgres_url)
    after = contents(postgres_url)
    assert len(after["trading_totals"]) > 10
    assert after["trading_totals"] == before["trading_totals"]
    journal.append(list(itertools.islice(commands, 1_000)))
    project(journal.directory, postgres_url, journal.sequence)
    check_totals(contents(postgres_url)["trading_totals"], simple_positions(journal.events))


def _follow_in_child(directory: str, url: str) -> None:
    asyncio.run(follow(Path(directory), PostgresWriter(url), settings=QUICK))


@pytest.mark.timeout(180)
def test_a_follower_killed_twenty_times_neither_loses_nor_repeats_a_row(
    journal: WrittenJournal, postgres_url: str
) -> None:
    source = random.Random(20)
    commands = flow(seed=9)
    done = threading.Event()

    def trade() -> None:
        while not done.wait(0.01):
            journal.append(list(itertools.islice(commands, source.randrange(1, 60))))

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["exchange_server.follower", "tests.integration.test_projection"])
    trading = threading.Thread(target=trade)
    trading.start()
    reached = []
    try:
        for _ in range(20):
            before = cursor_sequence(postgres_url)
            process = context.Process(target=_follow_in_child, args=(str(journal.directory), postgres_url))
            process.start()
            wait_until(lambda before=before: cursor_sequence(postgres_url) > before, "nothing is written")  # type: ignore[misc]
            time.sleep(source.random() * 0.1)  # when it hits is the point, so it is left to chance
            process.kill()
            process.join()
            reached.append(cursor_sequence(postgres_url))
    finally:
        done.set()
        trading.join()
    assert reached == sorted(set(reached))
    assert reached[-1] < journal.sequence
    project(journal.directory, postgres_url, journal.sequence)
    check(postgres_url, journal)


@pytest.fixture
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """Give a server that the test may stop and kill."""
    folder = Path(tempfile.mkdtemp(prefix="exchange-tests-"))
    folder.chmod(0o755)
    with EmbeddedPostgres(folder) as postgres:
        port = postgres.port
        postgres.stop()
    postgres = EmbeddedPostgres(folder, port)
    postgres.start()
    yield postgres
    postgres.stop()
    postgres.erase()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_a_follower_outlasts_a_database_that_is(
    how: str, journal: WrittenJournal, own_postgres: EmbeddedPostgres
) -> None:
    commands = flow(seed=10)
    with Following(journal.directory, own_postgres.url) as following:
        for _ in range(3):
            for _ in range(20):
                journal.append(list(itertools.islice(commands, 40)))
            wait_until(lambda: cursor_sequence(own_postgres.url) > 0, "nothing is written")
            if how == "killed":
                kill_family(own_postgres)
            own_postgres.stop()
            journal.append(list(itertools.islice(commands, 500)))  # trading goes on
            own_postgres.start()
        wait_until_written(own_postgres.url, journal.sequence)
    assert following.error is None
    check(own_postgres.url, journal)


def kill_family(postgres: EmbeddedPostgres) -> None:
    """Kill a server and all its processes at once, so that what was not flushed is lost."""
    pid = postgres.pid
    assert pid is not None
    children = Path(f"/proc/{pid}/task/{pid}/children")
    family = [int(child) for child in children.read_text().split()] if children.exists() else []
    for member in (pid, *family):
        with contextlib.suppress(ProcessLookupError):
            os.kill(member, signal.SIGKILL)


def test_a_follower_starts_while_database_and_journal_are_not_there_yet(
    tmp_path: Path, own_postgres: EmbeddedPostgres
) -> None:
    url = own_postgres.url
    own_postgres.stop()
    with Following(tmp_path / "shard", url) as following:
        own_postgres.start()
        wait_until(lambda: migrated(url), "the database is not migrated")
        journal = WrittenJournal(tmp_path / "shard")
        journal.append(list(itertools.islice(flow(), 300)))
        wait_until_written(url, journal.sequence)
    assert following.error is None
    check(url, journal)
    journal.close()


def migrated(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT to_regclass('cursor')").fetchone() != (None,)


def test_cancelling_the_follower_writes_what_is_pending(journal: WrittenJournal, postgres_url: str) -> None:
    journal.append(list(itertools.islice(flow(), 300)))
    patient = FollowerSettings(batch_commands=100_000, batch_seconds=3_600)
    followers: list[Follower[Batch]] = []

    async def run() -> None:
        task = asyncio.create_task(
            follow(journal.directory, PostgresWriter(postgres_url), settings=patient, started=followers.append)
        )
        while not followers or followers[0].progress.sequence < journal.sequence:
            assert not task.done()
            await asyncio.sleep(0.01)
        assert cursor_sequence(postgres_url) == 0
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert cursor_sequence(postgres_url) == journal.sequence
    check(postgres_url, journal)


def test_a_history_of_another_journal_is_refused(journal: WrittenJournal, postgres_url: str, tmp_path: Path) -> None:
    journal.append(list(itertools.islice(flow(seed=1), 500)))
    project(journal.directory, postgres_url, journal.sequence)
    other = WrittenJournal(tmp_path / "other")
    other.append(list(itertools.islice(flow(seed=2), 600)))
    with Following(other.directory, postgres_url) as following:
        failure = following.failure()
    other.close()
    assert isinstance(failure, FollowerError)
    assert "another journal" in str(failure)


def test_of_two_followers_of_one_history_one_gives_up_and_no_row_is_written_twice(
    journal: WrittenJournal, postgres_url: str
) -> None:
    commands = flow(seed=3)
    journal.append(list(itertools.islice(commands, 100)))
    with Following(journal.directory, postgres_url) as one, Following(journal.directory, postgres_url) as two:
        deadline = time.monotonic() + 30
        while one.error is None and two.error is None:
            assert time.monotonic() < deadline, "both go on"
            journal.append(list(itertools.islice(commands, 20)))
            time.sleep(0.01)
        wait_until_written(postgres_url, journal.sequence)
        assert (one.error is None) != (two.error is None)
        assert "another follower" in str(one.error or two.error)
    check(postgres_url, journal)


async def test_pages_give_every_row_once_newest_first(journal: WrittenJournal, postgres_url: str) -> None:
    journal.append(list(itertools.islice(flow(seed=4), 3_000)))
    await asyncio.to_thread(project, journal.directory, postgres_url, journal.sequence)
    history = History(postgres_url)
    account = 1003
    # Orders.
    pages: list[int] = []
    before: int | None = None
    while page := await history.list_orders(account, before=before, limit=7):
        assert len(page) <= 7
        pages += [row.order_id for row in page]
        before = page[-1].order_id
    mine = {key: row for key, row in expected_orders(journal.events).items() if row[1] == account}
    assert pages == sorted(mine, reverse=True)
    newest = (await history.list_orders(account, limit=1))[0]
    assert (newest.order_id, newest.client_order_id, newest.open_lots, newest.status) == (
        *(mine[newest.order_id][0], mine[newest.order_id][3]),
        *(mine[newest.order_id][10], mine[newest.order_id][13]),
    )
    of_market = await history.list_orders(account, market_id=2, limit=1_000)
    assert [row.order_id for row in of_market] == sorted((key for key in mine if mine[key][2] == 2), reverse=True)
    # Fills: several of one sequence may stand on both sides of a page's end.
    keys: list[tuple[int, int]] = []
    key: tuple[int, int] | None = None
    while fills := await history.list_fills(account, before=key, limit=3):
        keys += [row.key for row in fills]
        key = fills[-1].key
    my_fills = [fill for fill in expected_fills(journal.events) if fill[5] == account]
    assert len(my_fills) > 50
    assert keys == sorted(((fill[3], fill[1]) for fill in my_fills), reverse=True)
    order_id = next(fill[4] for fill in my_fills)
    assert {row.order_id for row in await history.list_fills(account, order_id=order_id)} == {order_id}
    assert await history.list_fills(account + 1, order_id=order_id) == []
    # Ledger.
    lines: list[tuple[int, int]] = []
    total = 0
    key = None
    while entries := await history.list_ledger_entries(account, asset_id=3, before=key, limit=11):
        lines += [row.key for row in entries]
        total += sum(row.amount_atoms for row in entries)
        key = entries[-1].key
    assert lines == sorted(set(lines), reverse=True)
    held = {
        asset_id: available + reserved for asset_id, available, reserved in journal.engine.balances(AccountId(account))
    }
    assert total == held[AssetId(3)]
    assert await history.sequence() == journal.sequence
    await history.close()


async def test_a_history_whose_server_was_restarted_answers_again(own_postgres: EmbeddedPostgres) -> None:
    await asyncio.to_thread(migrate, own_postgres.url)
    history = History(own_postgres.url)
    assert await asyncio.gather(*(history.list_orders(1001) for _ in range(5))) == [[]] * 5
    await asyncio.to_thread(own_postgres.stop)
    await asyncio.to_thread(own_postgres.start)
    assert await asyncio.gather(*(history.list_orders(1001) for _ in range(5))) == [[]] * 5
    await history.close()
