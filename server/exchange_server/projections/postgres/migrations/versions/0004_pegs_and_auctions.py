"""What a pegged order follows and where it stands; fills of auctions, of which both sides have the same liquidity."""

from alembic import op

revision = "0004"
down_revision = "0003"

SCHEMA = """
ALTER TABLE orders
    ADD COLUMN peg_reference smallint NOT NULL DEFAULT 0,
    ADD COLUMN peg_offset_ticks bigint NOT NULL DEFAULT 0,
    ADD COLUMN pegged_price_ticks bigint NOT NULL DEFAULT 0;
ALTER TABLE fills DROP CONSTRAINT fills_pkey, ADD PRIMARY KEY (market_id, trade_id, side);
COMMENT ON COLUMN orders.peg_reference IS 'exchange.v1.PegReference';
COMMENT ON COLUMN orders.pegged_price_ticks IS 'as of the last event';
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("the history is derived: drop the database and let a follower write it anew")
