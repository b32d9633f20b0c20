"""A ClickHouse for tests: an embedded one a session, a fresh database a test.

With EXCHANGE_TEST_CLICKHOUSE_URL every test that asks for `clickhouse_url` runs against that server, too: the URL of a
user who may create databases.
"""

import itertools
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import clickhouse_connect
import pytest

from exchange_server.embedded.clickhouse import EmbeddedClickHouse

REAL_URL = os.environ.get("EXCHANGE_TEST_CLICKHOUSE_URL", "")
SERVERS = ("embedded", "real") if REAL_URL else ("embedded",)

_numbers = itertools.count(1)


@contextmanager
def embedded_clickhouse() -> Iterator[EmbeddedClickHouse]:
    """Run one in a folder of its own, which is deleted in the end."""
    folder = Path(tempfile.mkdtemp(prefix="exchange-tests-"))
    clickhouse = EmbeddedClickHouse(folder)
    try:
        with clickhouse:
            yield clickhouse
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def clickhouse_server() -> Iterator[EmbeddedClickHouse]:
    """Start one server for all tests of this process."""
    with embedded_clickhouse() as clickhouse:
        yield clickhouse


@contextmanager
def clickhouse_database(server_url: str) -> Iterator[str]:
    """Give the URL of an empty database, not migrated; it is dropped in the end."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    client = clickhouse_client(server_url)
    client.command(f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    finally:
        client.command(f"DROP DATABASE {name}")
        client.close()


@pytest.fixture(params=SERVERS)
def clickhouse_url(request: pytest.FixtureRequest, clickhouse_server: EmbeddedClickHouse) -> Iterator[str]:
    """Give the URL of an empty database, not migrated; it is dropped after the test."""
    server_url = clickhouse_server.url if request.param == "embedded" else REAL_URL
    with clickhouse_database(server_url) as url:
        yield url


def clickhouse_client(url: str, **options: Any) -> Any:
    """Return a client of a URL."""
    return clickhouse_connect.get_client(dsn=url, autogenerate_session_id=False, **options)


def is_served(url: str) -> bool:
    """Tell whether a database answers at a URL."""
    address = urlsplit(url)
    assert address.hostname is not None
    assert address.port is not None
    with suppress(OSError), socket.create_connection((address.hostname, address.port), timeout=1):
        return True
    return False
