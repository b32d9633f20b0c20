"""Units and closed vocabularies of the engine.

Everything is an integer. Enum-like numbers equal those of the public contract (`exchange.v1`), so that no table stands
between the two; a test keeps them equal.
"""

from typing import Final, NewType

AccountId = NewType("AccountId", int)
AssetId = NewType("AssetId", int)
MarketId = NewType("MarketId", int)
OrderId = NewType("OrderId", int)
TradeId = NewType("TradeId", int)
Sequence = NewType("Sequence", int)

Ticks = NewType("Ticks", int)
"""Price in multiples of the market's tick size."""
Lots = NewType("Lots", int)
"""Quantity in multiples of the market's lot size."""
Atoms = NewType("Atoms", int)
"""Money in the smallest unit of its asset."""
Ppm = NewType("Ppm", int)
"""Rate in millionths."""
TimeNs = NewType("TimeNs", int)
"""Nanoseconds since 1970-01-01 UTC."""

PPM: Final = 1_000_000

MAX_TICKS: Final = (1 << 40) - 1
MAX_LOTS: Final = (1 << 40) - 1
MAX_ATOMS: Final = (1 << 62) - 1
"""Largest notional, balance and supply: everything that is stored fits a signed 64-bit column."""

MAX_DECIMALS: Final = 12
"""Of an asset's atom."""
MAX_UNIT_DECIMALS: Final = 18
"""Of a tick or lot size as it is written."""
MAX_FEE_PPM: Final = 100_000
MAX_ASSET_NAME: Final = 16
MAX_NAME: Final = 64
"""Characters of an account name, label, client order id or credit id."""
MAX_KEY_ID: Final = 32
SECRET_HASH_BYTES: Final = 32

MAX_CLOSED_PER_ACCOUNT: Final = 10_000
"""Closed orders (and credit ids) that an account's idempotency keys and GetOrder remember; the oldest goes first."""

MAX_BPS: Final = 10_000_000
"""Of a price band or market protection."""
MAX_OPEN_ORDERS: Final = 1_000_000
"""That an operator may set as a limit."""
MAX_TIMEOUT_NS: Final = 86_400 * 10**9
MIN_TIMEOUT_NS: Final = 10**9
"""Of a dead-man's switch."""
MAX_SLICES: Final = 100
"""An iceberg shows at least this part of its quantity."""
MAX_BATCH: Final = 500
"""Items of a batch."""
BPS: Final = 10_000

ISSUANCE_ACCOUNT: Final = AccountId(1)
"""Where credits come from; the only account whose balances are negative, so that every asset sums to zero."""
FEE_ACCOUNT: Final = AccountId(2)
"""Where fees go and rebates come from."""
FIRST_CLIENT_ACCOUNT: Final = AccountId(1001)
"""Account ids below are the exchange's own."""

SIDE_BUY: Final = 1
SIDE_SELL: Final = 2

TYPE_LIMIT: Final = 1
TYPE_MARKET: Final = 2
TYPE_STOP_MARKET: Final = 3
TYPE_STOP_LIMIT: Final = 4
TYPE_TAKE_PROFIT_MARKET: Final = 5
TYPE_TAKE_PROFIT_LIMIT: Final = 6
TYPE_TRAILING_STOP: Final = 7
TYPE_PEGGED: Final = 8

PEG_OWN: Final = 1
PEG_MID: Final = 2
PEG_OPPOSITE: Final = 3

TIF_GTC: Final = 1
TIF_IOC: Final = 2
TIF_FOK: Final = 3
TIF_GTT: Final = 4

SELF_TRADE_EXPIRE_MAKER: Final = 1
SELF_TRADE_EXPIRE_TAKER: Final = 2
SELF_TRADE_EXPIRE_BOTH: Final = 3
SELF_TRADE_DECREMENT: Final = 4

ORDER_OPEN: Final = 1
ORDER_FILLED: Final = 2
ORDER_CANCELED: Final = 3
ORDER_EXPIRED: Final = 4
ORDER_PENDING_TRIGGER: Final = 5

CLOSE_NONE: Final = 0
CLOSE_BY_OWNER: Final = 1
CLOSE_BY_OPERATOR: Final = 2
CLOSE_NO_LIQUIDITY: Final = 3
CLOSE_NOT_FILLABLE: Final = 4
CLOSE_SELF_TRADE: Final = 5
CLOSE_QUOTE_AMOUNT_TOO_SMALL: Final = 6
CLOSE_EXPIRE_TIME: Final = 7
CLOSE_CANCEL_ALL_AFTER: Final = 8
CLOSE_DISCONNECTED: Final = 9
CLOSE_PRICE_PROTECTION: Final = 10
CLOSE_TRIGGER_REFUSED: Final = 11
CLOSE_ORDER_LIST: Final = 12

MARKET_OPEN: Final = 1
MARKET_POST_ONLY: Final = 2
MARKET_CANCEL_ONLY: Final = 3
MARKET_HALTED: Final = 4
MARKET_AUCTION: Final = 5

SCOPE_READ: Final = 1
SCOPE_TRADE: Final = 2
SCOPE_ADMIN: Final = 3

# Refusals that the engine itself can give (`exchange.v1.RejectReason`).
REJECT_NONE: Final = 0
REJECT_INVALID_FIELD: Final = 1
REJECT_PRICE_OUT_OF_RANGE: Final = 5
REJECT_QUANTITY_OUT_OF_RANGE: Final = 6
REJECT_NOTIONAL_TOO_SMALL: Final = 7
REJECT_NOTIONAL_TOO_LARGE: Final = 8
REJECT_ASSET_NOT_FOUND: Final = 9
REJECT_MARKET_NOT_FOUND: Final = 10
REJECT_ACCOUNT_NOT_FOUND: Final = 11
REJECT_ORDER_NOT_FOUND: Final = 12
REJECT_API_KEY_NOT_FOUND: Final = 13
REJECT_ORDER_CLOSED: Final = 14
REJECT_POST_ONLY_WOULD_CROSS: Final = 15
REJECT_INSUFFICIENT_FUNDS: Final = 16
REJECT_MARKET_POST_ONLY: Final = 17
REJECT_MARKET_CANCEL_ONLY: Final = 18
REJECT_MARKET_HALTED: Final = 19
REJECT_CLIENT_ORDER_ID_REUSED: Final = 20
REJECT_ALREADY_EXISTS: Final = 21
REJECT_SUPPLY_TOO_LARGE: Final = 22
REJECT_QUANTITY_NOT_ABOVE_FILLED: Final = 35
REJECT_QUANTITY_TOO_SMALL: Final = 36
REJECT_QUANTITY_TOO_LARGE: Final = 37
REJECT_TOO_MANY_OPEN_ORDERS: Final = 38
REJECT_PRICE_OUTSIDE_BAND: Final = 39
REJECT_WOULD_TRIGGER_IMMEDIATELY: Final = 40
REJECT_ORDER_IN_LIST: Final = 41
REJECT_MARKET_IN_AUCTION: Final = 42
