"""Finds the rows of a time: they are appended in its order, so that an index of page ranges will do, which is small."""

from alembic import op

revision = "0005"
down_revision = "0004"

SCHEMA = """
CREATE INDEX orders_by_time ON orders USING brin (create_time_ns);
CREATE INDEX fills_by_time ON fills USING brin (time_ns);
CREATE INDEX ledger_entries_by_time ON ledger_entries USING brin (time_ns);
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("the history is derived: drop the database and let a follower write it anew")
