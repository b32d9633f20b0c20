"""Which list (OCO, bracket) an order belongs to."""

from alembic import op

revision = "0003"
down_revision = "0002"

SCHEMA = """
ALTER TABLE orders ADD COLUMN list_id bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN orders.list_id IS 'first order of its list, 0 for none';
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("the history is derived: drop the database and let a follower write it anew")
