"""What few orders ask for, and what self-trade prevention and triggers make of them; trade groups and market limits."""

from alembic import op

revision = "0002"
down_revision = "0001"

# With defaults, so that adding them rewrites nothing, and the row of a plain order need not name them.
SCHEMA = """
ALTER TABLE orders
    ADD COLUMN decremented_lots bigint NOT NULL DEFAULT 0,
    ADD COLUMN quote_amount_atoms bigint NOT NULL DEFAULT 0,
    ADD COLUMN display_lots bigint NOT NULL DEFAULT 0,
    ADD COLUMN self_trade smallint NOT NULL DEFAULT 1,
    ADD COLUMN expire_time_ns bigint NOT NULL DEFAULT 0,
    ADD COLUMN slide boolean NOT NULL DEFAULT false,
    ADD COLUMN session_id bigint NOT NULL DEFAULT 0,
    ADD COLUMN trigger_price_ticks bigint NOT NULL DEFAULT 0,
    ADD COLUMN trailing_offset_ticks bigint NOT NULL DEFAULT 0,
    ADD COLUMN trailing_offset_bps integer NOT NULL DEFAULT 0,
    ADD COLUMN activation_price_ticks bigint NOT NULL DEFAULT 0,
    ADD COLUMN trigger_time_ns bigint NOT NULL DEFAULT 0,
    ADD COLUMN trigger_refusal smallint NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN trade_group_id bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN orders.open_lots IS 'neither filled nor decremented, also after it closed';
COMMENT ON COLUMN orders.decremented_lots IS 'by self-trade prevention';
COMMENT ON COLUMN orders.self_trade IS 'exchange.v1.SelfTradePrevention';
COMMENT ON COLUMN orders.expire_time_ns IS '0 is never';
COMMENT ON COLUMN orders.session_id IS 'of the stream that it is bound to';
COMMENT ON COLUMN orders.trigger_price_ticks IS 'as of the last event';
COMMENT ON COLUMN orders.trigger_time_ns IS '0 before it triggered';
COMMENT ON COLUMN orders.trigger_refusal IS 'exchange.v1.RejectReason';
COMMENT ON COLUMN accounts.trade_group_id IS '0 is none';
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("the history is derived: drop the database and let a follower write it anew")
