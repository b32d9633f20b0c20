"""Brings a ClickHouse database to the newest schema: numbered files, applied in order, recorded in a table.

ClickHouse has no transactions for this. Every statement may run twice, and a file is recorded after its last one: what
a crash leaves half done is done again.
"""

import logging
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from exchange_server.projections.cursor import ProjectionTooNew

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

logger = logging.getLogger(__name__)

PACKAGE: Final = "exchange_server.projections.clickhouse.migrations"
RECORD: Final = """
CREATE TABLE IF NOT EXISTS schema_migrations (version UInt32, name String)
ENGINE = ReplacingMergeTree ORDER BY version"""

_FILE = re.compile(r"(\d{4})_(\w+)\.sql").fullmatch


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema."""

    version: int
    name: str
    statements: tuple[str, ...]


def migrations() -> list[Migration]:
    """Read the steps, in order."""
    found = []
    for file in files(PACKAGE).iterdir():
        match = _FILE(file.name)
        if match is not None:
            statements = [part.strip() for part in file.read_text("utf-8").split(";\n")]
            found.append(Migration(int(match.group(1)), match.group(2), tuple(filter(None, statements))))
    return sorted(found, key=lambda migration: migration.version)


def migrate(client: "Client") -> int:
    """Apply the steps that are missing and return the version.

    Raises ProjectionTooNew for a database of a newer version, and the client's errors.
    """
    client.command(RECORD)
    applied = {int(row[0]) for row in client.query("SELECT version FROM schema_migrations").result_rows}
    known = migrations()
    newest = known[-1].version
    if applied and max(applied) > newest:
        raise ProjectionTooNew(
            f"the market history has schema {max(applied)}, this version knows {newest}: run the newer version"
        )
    for migration in known:
        if migration.version in applied:
            continue
        for statement in migration.statements:
            client.command(statement)
        client.insert("schema_migrations", [[migration.version, migration.name]], column_names=["version", "name"])
        logger.info("market history: applied schema %04d %s", migration.version, migration.name)
    return newest
