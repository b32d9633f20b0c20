"""What an account's fills in a market come to, kept with the fills; when an API key was made.

A database that holds fills gets their totals here, in the transaction of the migration: they are read once, market by
market in the order of the trades, at some hundred thousand a second.
"""

from alembic import op
from sqlalchemy import text

from exchange_server.projections.postgres.trading_totals import TotalsKey, TradingTotals

revision = "0006"
down_revision = "0005"

SCHEMA = """
CREATE TABLE trading_totals (
    account_id bigint,
    market_id integer,
    net_lots bigint NOT NULL,
    open_cost_atoms numeric NOT NULL,
    realized_atoms numeric NOT NULL,
    fee_atoms numeric NOT NULL,
    volume_atoms numeric NOT NULL,
    fill_count bigint NOT NULL,
    last_fill_time_ns bigint NOT NULL,
    PRIMARY KEY (account_id, market_id)
) WITH (fillfactor = 50);
COMMENT ON COLUMN trading_totals.net_lots IS 'bought less sold';
COMMENT ON COLUMN trading_totals.open_cost_atoms IS 'for how much the net quantity was bought, or sold';
COMMENT ON COLUMN trading_totals.realized_atoms IS 'won by closing, fees left out';
COMMENT ON COLUMN trading_totals.fee_atoms IS 'negative for rebates';
ALTER TABLE api_keys ADD COLUMN create_time_ns bigint NOT NULL DEFAULT 0;
CREATE INDEX api_keys_by_account ON api_keys (account_id);
COMMENT ON COLUMN api_keys.create_time_ns IS '0 is not known';
"""

FILLS = """
SELECT market_id, account_id, side, quantity_lots, cost_atoms, fee_atoms, time_ns FROM fills
ORDER BY market_id, trade_id, side"""

COLUMNS = (
    "account_id",
    "market_id",
    "net_lots",
    "open_cost_atoms",
    "realized_atoms",
    "fee_atoms",
    "volume_atoms",
    "fill_count",
    "last_fill_time_ns",
)
INSERT = f"INSERT INTO trading_totals ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{column}' for column in COLUMNS)})"

ROWS_READ_AT_ONCE = 20_000


def upgrade() -> None:
    for statement in SCHEMA.split(";"):
        if statement.strip():
            op.execute(statement)
    connection = op.get_bind()
    totals: dict[TotalsKey, TradingTotals] = {}
    fills = connection.execute(text(FILLS), execution_options={"yield_per": ROWS_READ_AT_ONCE})
    for market_id, account_id, side, lots, cost_atoms, fee_atoms, time_ns in fills:
        key = account_id, market_id
        if key not in totals:
            totals[key] = TradingTotals()
        totals[key].add(side, lots, cost_atoms, fee_atoms, time_ns)
    if totals:
        rows = [dict(zip(COLUMNS, total.row(key), strict=True)) for key, total in totals.items()]
        connection.execute(text(INSERT), rows)


def downgrade() -> None:
    raise NotImplementedError("the history is derived: drop the database and let a follower write it anew")
