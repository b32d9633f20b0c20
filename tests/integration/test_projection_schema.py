"""The schema of the history and what it does when the database is not there."""

import asyncio
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from exchange_server.projections.postgres.migrate import current_revision, migrate, newest_revision
from exchange_server.projections.postgres.queries import History
from exchange_server.projections.postgres.rows import HistoryUnavailable
from exchange_server.projections.postgres.tables import metadata
from exchange_server.projections.postgres.urls import sqlalchemy_url


def test_an_empty_database_is_migrated_to_exactly_what_the_queries_expect(postgres_url: str) -> None:
    assert migrate(postgres_url) == newest_revision()
    engine = create_engine(sqlalchemy_url(postgres_url))
    with engine.connect() as connection:
        assert current_revision(connection) == newest_revision()
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_migrating_again_changes_nothing_and_keeps_the_rows(postgres_url: str) -> None:
    migrate(postgres_url)
    with psycopg.connect(postgres_url) as connection:
        connection.execute("INSERT INTO assets VALUES (1, 'BTC', 8)")
    assert migrate(postgres_url) == newest_revision()
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT * FROM assets").fetchall() == [(1, "BTC", 8)]


def test_several_processes_may_migrate_at_the_same_time(postgres_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(migrate, [postgres_url] * 4)) == {newest_revision()}


def test_the_migrations_are_part_of_the_installed_package() -> None:
    code = "from exchange_server.projections.postgres.migrate import newest_revision; print(newest_revision())"
    answer = subprocess.run([sys.executable, "-c", code], cwd="/", capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == newest_revision()


async def test_a_history_without_a_server_is_unavailable_at_once() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    history = History(f"postgresql://exchange:secret@127.0.0.1:{port}/exchange")
    with pytest.raises(HistoryUnavailable, match="not reachable"):
        await history.list_orders(1001)
    await history.close()


async def test_a_history_whose_server_does_not_answer_is_unavailable_within_seconds() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        history = History(f"postgresql://exchange:secret@127.0.0.1:{silent.getsockname()[1]}/exchange")
        started = time.monotonic()
        with pytest.raises(HistoryUnavailable):
            await asyncio.wait_for(history.list_fills(1001), 10)
        assert time.monotonic() - started < 5
        await history.close()


async def test_a_history_that_is_not_migrated_is_unavailable(postgres_url: str) -> None:
    history = History(postgres_url)
    with pytest.raises(HistoryUnavailable, match="not migrated"):
        await history.list_ledger_entries(1001)
    await history.close()


async def test_more_readers_than_connections_wait_their_turn(postgres_url: str) -> None:
    migrate(postgres_url)
    history = History(postgres_url)
    pages = await asyncio.gather(*(history.list_orders(1001) for _ in range(100)))
    assert pages == [[]] * 100
    await history.close()


def test_only_postgresql_urls_are_taken_and_no_password_is_shown() -> None:
    with pytest.raises(ValueError, match="not a PostgreSQL URL") as refused:
        History("mysql://user:hidden@host/exchange")
    assert "hidden" not in str(refused.value)
    with pytest.raises(ValueError, match="not a database URL") as malformed:
        History("hidden")
    assert "hidden" not in str(malformed.value)
