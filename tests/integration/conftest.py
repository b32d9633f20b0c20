"""Fixtures that every integration test can ask for."""

from tests.integration.postgres_fixture import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]
