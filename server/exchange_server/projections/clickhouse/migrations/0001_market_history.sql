-- Prices are in ticks, quantities in lots, money in atoms, ids those of the engine; `markets` tells the units.
-- Every row is idempotent: written twice it changes no answer. Trade ids of a market are 1, 2, 3, … without a gap.

CREATE TABLE IF NOT EXISTS markets
(
    market_id UInt32,
    name String,
    base_asset String,
    quote_asset String,
    tick_units Int64 COMMENT 'of 10^-price_decimals quote units',
    price_decimals UInt8,
    lot_units Int64 COMMENT 'of 10^-quantity_decimals base units',
    quantity_decimals UInt8,
    base_decimals UInt8 COMMENT 'an atom is 10^-base_decimals base units',
    quote_decimals UInt8 COMMENT 'an atom is 10^-quote_decimals quote units'
)
ENGINE = ReplacingMergeTree
ORDER BY market_id;

CREATE TABLE IF NOT EXISTS trades
(
    market_id UInt32,
    trade_id UInt64,
    price_ticks Int64,
    quantity_lots Int64,
    cost_atoms Int64 COMMENT 'price x quantity, quote asset',
    taker_side UInt8 COMMENT 'exchange.v1.Side; 0 for a trade of an auction',
    quantity_total Int128 COMMENT 'lots of all trades of the market up to this one, with it',
    cost_total Int128 COMMENT 'the same of cost_atoms',
    sequence UInt64 COMMENT 'of the command that made it',
    time DateTime64(9, 'UTC'),
    INDEX by_time time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree
ORDER BY (market_id, trade_id);

-- Volumes are differences of the running totals and counts differences of trade ids, so that a trade that is seen twice
-- counts once. A volume is last_quantity_total - first_quantity_total + the first trade's lots.
CREATE TABLE IF NOT EXISTS candles
(
    market_id UInt32,
    interval_seconds UInt32,
    open_time DateTime('UTC'),
    open AggregateFunction(argMin, Int64, UInt64),
    high SimpleAggregateFunction(max, Int64),
    low SimpleAggregateFunction(min, Int64),
    close AggregateFunction(argMax, Int64, UInt64),
    first_lots AggregateFunction(argMin, Int64, UInt64),
    first_cost AggregateFunction(argMin, Int64, UInt64),
    first_quantity_total SimpleAggregateFunction(min, Int128),
    last_quantity_total SimpleAggregateFunction(max, Int128),
    first_cost_total SimpleAggregateFunction(min, Int128),
    last_cost_total SimpleAggregateFunction(max, Int128),
    first_trade_id SimpleAggregateFunction(min, UInt64),
    last_trade_id SimpleAggregateFunction(max, UInt64),
    last_time SimpleAggregateFunction(max, DateTime64(9, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (market_id, interval_seconds, open_time)
-- A page wants all columns of few rows: all in one file, in small granules.
SETTINGS index_granularity = 1024, min_bytes_for_wide_part = 10737418240;

CREATE MATERIALIZED VIEW IF NOT EXISTS candles_of_trades TO candles AS
SELECT
    market_id,
    interval_seconds,
    toDateTime(intDiv(toUnixTimestamp64Nano(time), 1000000000 * interval_seconds) * interval_seconds, 'UTC') AS open_time,
    argMinState(price_ticks, trade_id) AS open,
    max(price_ticks) AS high,
    min(price_ticks) AS low,
    argMaxState(price_ticks, trade_id) AS close,
    argMinState(quantity_lots, trade_id) AS first_lots,
    argMinState(cost_atoms, trade_id) AS first_cost,
    min(quantity_total) AS first_quantity_total,
    max(quantity_total) AS last_quantity_total,
    min(cost_total) AS first_cost_total,
    max(cost_total) AS last_cost_total,
    min(trade_id) AS first_trade_id,
    max(trade_id) AS last_trade_id,
    max(time) AS last_time
FROM
(
    SELECT *, arrayJoin([1, 60, 300, 900, 3600, 14400, 86400]) AS interval_seconds
    FROM trades
)
GROUP BY market_id, interval_seconds, open_time;

-- The best 20 levels a side of a market as they stood at the end of each second of command time in which it changed.
CREATE TABLE IF NOT EXISTS book_snapshots
(
    market_id UInt32,
    time DateTime('UTC') COMMENT 'the book as it was at this moment',
    sequence UInt64 COMMENT 'of the last command before it',
    bid_price_ticks Array(Int64) COMMENT 'best first',
    bid_lots Array(Int64),
    ask_price_ticks Array(Int64) COMMENT 'best first',
    ask_lots Array(Int64)
)
ENGINE = ReplacingMergeTree
ORDER BY (market_id, time);

-- What an account was worth in a quote asset at the end of each minute of command time in which a balance of it, or the
-- last price of a base asset that it holds, changed: its balance of the quote asset, available and reserved, and each
-- base asset that has a market with it at the last price, rounded down.
CREATE TABLE IF NOT EXISTS equity_points
(
    account_id UInt64,
    quote_asset_id UInt32,
    time DateTime('UTC') COMMENT 'the equity as it was at this moment',
    sequence UInt64 COMMENT 'of the last command before it',
    equity_atoms Int128 COMMENT 'quote asset'
)
ENGINE = ReplacingMergeTree
ORDER BY (account_id, quote_asset_id, time);

-- How far a shard is written: what is up to `sequence` is there. Rows beyond it may be there, too; they are written again.
CREATE TABLE IF NOT EXISTS cursors
(
    shard_id UInt32,
    sequence UInt64,
    time DateTime64(9, 'UTC'),
    event_digest UInt64 COMMENT 'of all events up to it: tells journals apart',
    changed_markets Array(UInt32) COMMENT 'whose book has changed in this second',
    traded_markets Array(UInt32) COMMENT 'that have traded in this minute',
    changed_accounts Array(UInt64) COMMENT 'that have changed in this minute'
)
ENGINE = ReplacingMergeTree(sequence)
ORDER BY shard_id;
