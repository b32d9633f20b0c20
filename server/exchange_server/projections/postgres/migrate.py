"""Brings a database to the newest schema, by Alembic, without configuration files."""

import logging
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, text

from exchange_server.projections.postgres.urls import sqlalchemy_url

# It tells about every plugin and context at the level at which a server tells about itself.
logging.getLogger("alembic").setLevel(logging.WARNING)

SCRIPTS: Final = "exchange_server.projections.postgres:migrations"
LOCK: Final = 0x6578_6368
"""Advisory lock, so that two processes that start together migrate one after the other."""


def migrate(url: str) -> str:
    """Upgrade the database to the newest revision and return its name; does nothing if it is there already.

    All of it is one transaction. Raises sqlalchemy.exc.SQLAlchemyError.
    """
    engine = create_engine(sqlalchemy_url(url), poolclass=NullPool, connect_args={"connect_timeout": 5})
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            if current_revision(connection) != newest_revision():
                config = _config()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        return newest_revision()
    finally:
        engine.dispose()


def current_revision(connection: Connection) -> str | None:
    """Return the revision that a database is at; None if it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """Return the revision that this code needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.set_main_option("path_separator", "os")
    return config
