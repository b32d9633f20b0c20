"""A real PostgreSQL for tests: one server a session, a fresh database a test. A folder's conftest.py imports them."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from exchange_server.embedded.postgres import EmbeddedPostgres

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """Start one server for all tests of this process."""
    # Not pytest's own temporary folder: as root, the user that PostgreSQL runs as could not enter it.
    folder = Path(tempfile.mkdtemp(prefix="exchange-tests-"))
    folder.chmod(0o755)
    postgres = EmbeddedPostgres(folder)
    try:
        with postgres:
            yield postgres
    finally:
        postgres.erase()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(server: EmbeddedPostgres) -> Iterator[str]:
    """Give the URL of an empty database, not migrated; it is dropped in the end."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield server.database_url(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """Give the URL of an empty database, not migrated; it is dropped after the test."""
    with database(postgres_server) as url:
        yield url
