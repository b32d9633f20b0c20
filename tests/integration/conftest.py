"""Fixtures that every integration test can ask for."""

from tests.integration.exchange_fixture import alice, bob, exchange
from tests.integration.postgres_fixture import postgres_server, postgres_url

__all__ = ["alice", "bob", "exchange", "postgres_server", "postgres_url"]
