"""The tables, as the queries see them. `migrations/` makes them; a test keeps the two equal.

Numbers are the engine's: prices in ticks, quantities in lots, money in atoms, times in nanoseconds since 1970 UTC.
Enum-like numbers are those of `exchange.v1`. There are no foreign keys: rows come from the engine, which checked them.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
)

metadata: Final = MetaData()

assets: Final = Table(
    "assets",
    metadata,
    Column("asset_id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("decimals", SmallInteger, nullable=False),
)

markets: Final = Table(
    "markets",
    metadata,
    Column("market_id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("base_asset_id", Integer, nullable=False),
    Column("quote_asset_id", Integer, nullable=False),
    Column("tick_units", BigInteger, nullable=False),
    Column("price_decimals", SmallInteger, nullable=False),
    Column("lot_units", BigInteger, nullable=False),
    Column("quantity_decimals", SmallInteger, nullable=False),
    Column("min_notional_atoms", BigInteger, nullable=False),
    Column("maker_fee_ppm", Integer, nullable=False),
    Column("taker_fee_ppm", Integer, nullable=False),
    Column("status", SmallInteger, nullable=False),
)

accounts: Final = Table(
    "accounts",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("create_time_ns", BigInteger, nullable=False),
    Column("trade_group_id", BigInteger, nullable=False, server_default="0", comment="0 is none"),
)

api_keys: Final = Table(
    "api_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False, comment="SHA-256 of the secret"),
    Column("scopes", Integer, nullable=False, comment="bits 1 << exchange.v1.Scope"),
    Column("label", Text, nullable=False),
    Column("expire_time_ns", BigInteger, nullable=False, comment="0 is never"),
    Column("revoked", Boolean, nullable=False),
    Column("create_time_ns", BigInteger, nullable=False, server_default="0", comment="0 is not known"),
    Index("api_keys_by_account", "account_id"),
)

orders: Final = Table(
    "orders",
    metadata,
    Column("order_id", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, nullable=False),
    Column("market_id", Integer, nullable=False),
    Column("client_order_id", Text, nullable=False, comment="empty for none"),
    Column("side", SmallInteger, nullable=False),
    Column("type", SmallInteger, nullable=False),
    Column("time_in_force", SmallInteger, nullable=False),
    Column("post_only", Boolean, nullable=False),
    Column("price_ticks", BigInteger, nullable=False, comment="0 for a market order"),
    Column("quantity_lots", BigInteger, nullable=False),
    Column("open_lots", BigInteger, nullable=False, comment="neither filled nor decremented, also after it closed"),
    Column("cost_atoms", BigInteger, nullable=False, comment="sum of price x quantity of its fills, quote asset"),
    Column("fee_atoms", BigInteger, nullable=False, comment="negative for a rebate, quote asset"),
    Column("status", SmallInteger, nullable=False),
    Column("close_reason", SmallInteger, nullable=False),
    Column("create_time_ns", BigInteger, nullable=False),
    Column("update_time_ns", BigInteger, nullable=False),
    # What few orders ask for or come to; the row of a plain order leaves it to the defaults.
    Column("decremented_lots", BigInteger, nullable=False, server_default="0", comment="by self-trade prevention"),
    Column("quote_amount_atoms", BigInteger, nullable=False, server_default="0"),
    Column("display_lots", BigInteger, nullable=False, server_default="0"),
    Column("self_trade", SmallInteger, nullable=False, server_default="1", comment="exchange.v1.SelfTradePrevention"),
    Column("expire_time_ns", BigInteger, nullable=False, server_default="0", comment="0 is never"),
    Column("slide", Boolean, nullable=False, server_default="false"),
    Column("session_id", BigInteger, nullable=False, server_default="0", comment="of the stream that it is bound to"),
    Column("trigger_price_ticks", BigInteger, nullable=False, server_default="0", comment="as of the last event"),
    Column("trailing_offset_ticks", BigInteger, nullable=False, server_default="0"),
    Column("trailing_offset_bps", Integer, nullable=False, server_default="0"),
    Column("activation_price_ticks", BigInteger, nullable=False, server_default="0"),
    Column("trigger_time_ns", BigInteger, nullable=False, server_default="0", comment="0 before it triggered"),
    Column("trigger_refusal", SmallInteger, nullable=False, server_default="0", comment="exchange.v1.RejectReason"),
    Column("list_id", BigInteger, nullable=False, server_default="0", comment="first order of its list, 0 for none"),
    Column("peg_reference", SmallInteger, nullable=False, server_default="0", comment="exchange.v1.PegReference"),
    Column("peg_offset_ticks", BigInteger, nullable=False, server_default="0"),
    Column("pegged_price_ticks", BigInteger, nullable=False, server_default="0", comment="as of the last event"),
    # Pages of one account, newest first: the index is read backwards.
    Index("orders_by_account", "account_id", "order_id"),
    Index("orders_by_time", "create_time_ns", postgresql_using="brin"),
    # An order is updated some times in its life; room on its page keeps that out of the indexes.
    postgresql_with={"fillfactor": "80"},
)

fills: Final = Table(
    "fills",
    metadata,
    Column("market_id", Integer, primary_key=True, autoincrement=False),
    Column("trade_id", BigInteger, primary_key=True, autoincrement=False),
    Column("liquidity", SmallInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("side", SmallInteger, primary_key=True, autoincrement=False),
    Column("price_ticks", BigInteger, nullable=False),
    Column("quantity_lots", BigInteger, nullable=False),
    Column("cost_atoms", BigInteger, nullable=False),
    Column("fee_atoms", BigInteger, nullable=False),
    Column("time_ns", BigInteger, nullable=False),
    Column("client_order_id", Text, nullable=False),
    Index("fills_by_account", "account_id", "sequence", "trade_id"),
    Index("fills_by_order", "order_id", "sequence", "trade_id"),
    Index("fills_by_time", "time_ns", postgresql_using="brin"),
)

ledger_entries: Final = Table(
    "ledger_entries",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, nullable=False),
    Column("asset_id", Integer, nullable=False),
    Column("amount_atoms", BigInteger, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("market_id", Integer, nullable=False, comment="0 for a credit"),
    Column("trade_id", BigInteger, nullable=False, comment="0 for a credit"),
    Column("time_ns", BigInteger, nullable=False),
    Index("ledger_entries_by_account", "account_id", "sequence", "line"),
    Index("ledger_entries_by_time", "time_ns", postgresql_using="brin"),
)

balances: Final = Table(
    "balances",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("asset_id", Integer, primary_key=True, autoincrement=False),
    Column("available_atoms", BigInteger, nullable=False),
    Column("reserved_atoms", BigInteger, nullable=False),
    # Few rows, each updated for ever.
    postgresql_with={"fillfactor": "50"},
)

trading_totals: Final = Table(
    "trading_totals",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("market_id", Integer, primary_key=True, autoincrement=False),
    Column("net_lots", BigInteger, nullable=False, comment="bought less sold"),
    # Sums for ever: 64 bits may not do.
    Column("open_cost_atoms", Numeric, nullable=False, comment="for how much the net quantity was bought, or sold"),
    Column("realized_atoms", Numeric, nullable=False, comment="won by closing, fees left out"),
    Column("fee_atoms", Numeric, nullable=False, comment="negative for rebates"),
    Column("volume_atoms", Numeric, nullable=False),
    Column("fill_count", BigInteger, nullable=False),
    Column("last_fill_time_ns", BigInteger, nullable=False),
    postgresql_with={"fillfactor": "50"},
)

cursor: Final = Table(
    "cursor",
    metadata,
    Column("shard_id", Integer, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, nullable=False, comment="of the last command that is projected"),
    Column("time_ns", BigInteger, nullable=False),
    Column("event_digest", LargeBinary, nullable=False, comment="of all events up to it: tells journals apart"),
)
