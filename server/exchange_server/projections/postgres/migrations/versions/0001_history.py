"""The history: assets, markets, accounts, keys, orders, fills, the ledger, balances and the follower's cursor."""

from alembic import op

revision = "0001"
down_revision = None

# Spelled out and never changed again: what a database was made with must not follow later edits of `tables.py`.
SCHEMA = """
CREATE TABLE assets (
    asset_id integer PRIMARY KEY,
    name text NOT NULL UNIQUE,
    decimals smallint NOT NULL
);
CREATE TABLE markets (
    market_id integer PRIMARY KEY,
    name text NOT NULL UNIQUE,
    base_asset_id integer NOT NULL,
    quote_asset_id integer NOT NULL,
    tick_units bigint NOT NULL,
    price_decimals smallint NOT NULL,
    lot_units bigint NOT NULL,
    quantity_decimals smallint NOT NULL,
    min_notional_atoms bigint NOT NULL,
    maker_fee_ppm integer NOT NULL,
    taker_fee_ppm integer NOT NULL,
    status smallint NOT NULL
);
CREATE TABLE accounts (
    account_id bigint PRIMARY KEY,
    name text NOT NULL UNIQUE,
    create_time_ns bigint NOT NULL
);
CREATE TABLE api_keys (
    key_id text PRIMARY KEY,
    account_id bigint NOT NULL,
    secret_hash bytea NOT NULL,
    scopes integer NOT NULL,
    label text NOT NULL,
    expire_time_ns bigint NOT NULL,
    revoked boolean NOT NULL
);
CREATE TABLE orders (
    order_id bigint PRIMARY KEY,
    account_id bigint NOT NULL,
    market_id integer NOT NULL,
    client_order_id text NOT NULL,
    side smallint NOT NULL,
    type smallint NOT NULL,
    time_in_force smallint NOT NULL,
    post_only boolean NOT NULL,
    price_ticks bigint NOT NULL,
    quantity_lots bigint NOT NULL,
    open_lots bigint NOT NULL,
    cost_atoms bigint NOT NULL,
    fee_atoms bigint NOT NULL,
    status smallint NOT NULL,
    close_reason smallint NOT NULL,
    create_time_ns bigint NOT NULL,
    update_time_ns bigint NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX orders_by_account ON orders (account_id, order_id);
CREATE TABLE fills (
    market_id integer NOT NULL,
    trade_id bigint NOT NULL,
    liquidity smallint NOT NULL,
    sequence bigint NOT NULL,
    order_id bigint NOT NULL,
    account_id bigint NOT NULL,
    side smallint NOT NULL,
    price_ticks bigint NOT NULL,
    quantity_lots bigint NOT NULL,
    cost_atoms bigint NOT NULL,
    fee_atoms bigint NOT NULL,
    time_ns bigint NOT NULL,
    client_order_id text NOT NULL,
    PRIMARY KEY (market_id, trade_id, liquidity)
);
CREATE INDEX fills_by_account ON fills (account_id, sequence, trade_id);
CREATE INDEX fills_by_order ON fills (order_id, sequence, trade_id);
CREATE TABLE ledger_entries (
    sequence bigint NOT NULL,
    line integer NOT NULL,
    account_id bigint NOT NULL,
    asset_id integer NOT NULL,
    amount_atoms bigint NOT NULL,
    kind smallint NOT NULL,
    market_id integer NOT NULL,
    trade_id bigint NOT NULL,
    time_ns bigint NOT NULL,
    PRIMARY KEY (sequence, line)
);
CREATE INDEX ledger_entries_by_account ON ledger_entries (account_id, sequence, line);
CREATE TABLE balances (
    account_id bigint NOT NULL,
    asset_id integer NOT NULL,
    available_atoms bigint NOT NULL,
    reserved_atoms bigint NOT NULL,
    PRIMARY KEY (account_id, asset_id)
) WITH (fillfactor = 50);
CREATE TABLE cursor (
    shard_id integer PRIMARY KEY,
    sequence bigint NOT NULL,
    time_ns bigint NOT NULL,
    event_digest bytea NOT NULL
);
COMMENT ON COLUMN api_keys.secret_hash IS 'SHA-256 of the secret';
COMMENT ON COLUMN api_keys.scopes IS 'bits 1 << exchange.v1.Scope';
COMMENT ON COLUMN api_keys.expire_time_ns IS '0 is never';
COMMENT ON COLUMN orders.client_order_id IS 'empty for none';
COMMENT ON COLUMN orders.price_ticks IS '0 for a market order';
COMMENT ON COLUMN orders.open_lots IS 'not filled, also after the order closed';
COMMENT ON COLUMN orders.cost_atoms IS 'sum of price x quantity of its fills, quote asset';
COMMENT ON COLUMN orders.fee_atoms IS 'negative for a rebate, quote asset';
COMMENT ON COLUMN ledger_entries.market_id IS '0 for a credit';
COMMENT ON COLUMN ledger_entries.trade_id IS '0 for a credit';
COMMENT ON COLUMN cursor.sequence IS 'of the last command that is projected';
COMMENT ON COLUMN cursor.event_digest IS 'of all events up to it: tells journals apart';
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("the history is derived: drop the database and let a follower write it anew")
