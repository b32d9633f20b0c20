"""Fixtures that every integration test can ask for."""

from tests.integration.clickhouse_fixture import clickhouse_server, clickhouse_url
from tests.integration.exchange_fixture import alice, bob, exchange
from tests.integration.postgres_fixture import postgres_server, postgres_url

__all__ = ["alice", "bob", "clickhouse_server", "clickhouse_url", "exchange", "postgres_server", "postgres_url"]
