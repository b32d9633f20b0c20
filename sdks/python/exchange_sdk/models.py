"""What the exchange answers with; orders are in `order_models`, market data in `market_models`. Everything is
immutable; amounts are `Decimal`, times aware datetimes in UTC.

A datetime holds microseconds; the exact time stands beside it in nanoseconds (`create_time_ns`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

from exchange_sdk._enums import LedgerEntryKind, MarketStatus, Scope, Side
from exchange_sdk._model import Model, to_datetime
from exchange_sdk._tables import html_table
from exchange_sdk.errors import ExchangeError
from exchange_sdk.market_models import HopTimes
from exchange_sdk.order_models import Fill, Order

T = TypeVar("T")


@dataclass(frozen=True, slots=True, repr=False)
class Asset(Model):
    """Something that is traded or paid with; its smallest unit is 10^-`decimals`."""

    name: str
    decimals: int


@dataclass(frozen=True, slots=True, repr=False)
class MarketProtection(Model):
    """What a market refuses although it is well-formed. Every limit is itself allowed; None or 0 is no limit.

    Quantities are base units, multiples of the lot size; notionals (price × quantity, or quote amount) quote units.
    `max_open_orders`: of one account in the market, waiting ones included. `price_band_bps`: how far a limit price may
    be from the last trade, or from `reference_price` before the first one. `market_protection_bps`: how far from the
    best opposite price at its arrival a market order may trade; the rest expires. Both are basis points.
    """

    min_quantity: Decimal | None = None
    max_quantity: Decimal | None = None
    min_notional: Decimal | None = None
    max_notional: Decimal | None = None
    max_open_orders: int = 0
    price_band_bps: int = 0
    market_protection_bps: int = 0
    reference_price: Decimal | None = None


@dataclass(frozen=True, slots=True, repr=False)
class AuctionIndication(Model):
    """What would happen if an auction ended now: `quantity` (base units) would trade at `price` (quote units).

    `price` is None when nothing would. `imbalance`: how much more one side has at this price, base units;
    `imbalance_side`: which, None when both are equal.
    """

    price: Decimal | None
    quantity: Decimal
    imbalance: Decimal
    imbalance_side: Side | None


@dataclass(frozen=True, slots=True, repr=False)
class Market(Model):
    """A pair of assets with an order book.

    Prices are multiples of `tick_size` (quote units per base unit), quantities of `lot_size` (base units); a limit
    order's price × quantity is at least `min_notional` (quote units). Fees are millionths of the quote amount,
    negative for a rebate. `price_decimals` and `quantity_decimals` are those of the book's checksum. `protection`: what
    an operator limits. `last_price`: of the last trade; None before the first. `auction`: what an auction would do now,
    while the status is AUCTION.
    """

    name: str
    base_asset: str
    quote_asset: str
    tick_size: Decimal
    lot_size: Decimal
    min_notional: Decimal
    maker_fee_ppm: int
    taker_fee_ppm: int
    status: MarketStatus
    price_decimals: int
    quantity_decimals: int
    protection: MarketProtection = MarketProtection()
    last_price: Decimal | None = None
    auction: AuctionIndication | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Balance(Model):
    """What an account holds of one asset, in asset units: free to use, and held for open orders."""

    asset: str
    available: Decimal
    reserved: Decimal

    @property
    def total(self) -> Decimal:
        return self.available + self.reserved


@dataclass(frozen=True, slots=True, repr=False)
class LedgerEntry(Model):
    """One line of the double-entry ledger; `amount` is the signed change in asset units.

    `market` is empty and `trade_id` 0 for a credit. (`sequence`, `line`) is unique.
    """

    sequence: int
    line: int
    account_id: int
    asset: str
    amount: Decimal
    kind: LedgerEntryKind
    market: str
    trade_id: int
    book_time_ns: int

    @property
    def book_time(self) -> datetime:
        return to_datetime(self.book_time_ns)


@dataclass(frozen=True, slots=True, repr=False)
class Account(Model):
    """An owner of balances and orders. `scopes`: what the caller's key may do; only `get_account` tells.

    Accounts of one trade group count as one owner for self-trade prevention; `trade_group_id` 0 is none.
    """

    account_id: int
    name: str
    create_time_ns: int
    scopes: tuple[Scope, ...] = ()
    trade_group_id: int = 0

    @property
    def create_time(self) -> datetime:
        return to_datetime(self.create_time_ns)


@dataclass(frozen=True, slots=True, repr=False)
class ApiKey(Model):
    """An API key without its secret. `current`: this call was made with it.

    `create_time` is None while that is not known, as of a key that was made a moment ago; `expire_time` None is never.
    """

    key_id: str
    account_id: int
    scopes: tuple[Scope, ...]
    label: str
    create_time_ns: int | None
    expire_time_ns: int | None
    current: bool

    @property
    def create_time(self) -> datetime | None:
        return None if self.create_time_ns is None else to_datetime(self.create_time_ns)

    @property
    def expire_time(self) -> datetime | None:
        return None if self.expire_time_ns is None else to_datetime(self.expire_time_ns)


@dataclass(frozen=True, slots=True, repr=False)
class CreatedApiKey(Model):
    """A new API key. `api_key` is the secret: shown here and nowhere else, so it stays out of the repr."""

    key_id: str
    api_key: str

    def __repr__(self) -> str:
        return f"CreatedApiKey(key_id={self.key_id!r}, api_key=<secret>)"


@dataclass(frozen=True, slots=True, repr=False)
class StateHash(Model):
    """BLAKE2b-256 of the engine's whole state after a sequence."""

    sequence: int
    state_hash: bytes

    def __repr__(self) -> str:
        return f"StateHash(sequence={self.sequence}, state_hash={self.state_hash.hex()})"


@dataclass(frozen=True, slots=True, repr=False)
class AccountSnapshot(Model):
    """An account at one sequence: open orders, oldest first, and balances by asset name."""

    open_orders: tuple[Order, ...]
    balances: tuple[Balance, ...]
    sequence: int


@dataclass(frozen=True, slots=True, repr=False)
class AccountUpdate(Model):
    """What one command changed for the account: orders and balances as they are after it, and its executions."""

    orders: tuple[Order, ...]
    fills: tuple[Fill, ...]
    balances: tuple[Balance, ...]
    sequence: int
    prev_sequence: int
    event_time_ns: int
    hops: HopTimes | None = field(default=None, compare=False, repr=False)

    @property
    def event_time(self) -> datetime:
        return to_datetime(self.event_time_ns)


@dataclass(frozen=True, slots=True, repr=False)
class Heartbeat(Model):
    """A sign of life on a quiet stream: everything up to `sequence` that the stream tells has been sent before it."""

    server_time_ns: int
    sequence: int

    @property
    def server_time(self) -> datetime:
        return to_datetime(self.server_time_ns)


@dataclass(frozen=True, slots=True, repr=False)
class Reconnected(Model):
    """A stream or session had broken and goes on; nothing is missing. `cause`: how it broke."""

    cause: ExchangeError
    attempts: int


@dataclass(frozen=True, slots=True, repr=False)
class Resynced(Model):
    """A stream had broken and starts anew: what happened in between is missing. `cause`: how it broke.

    On streams with snapshots one follows, and only the way there is missing.
    """

    cause: ExchangeError
    attempts: int


@dataclass(frozen=True, slots=True, repr=False)
class ChannelClosed(Model):
    """A channel of a subscription ended and does not come back; the others go on. `cause`: why.

    It says nothing of a channel that its reader removed.
    """

    cause: ExchangeError


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `next_page_token` is empty on the last."""

    items: tuple[T, ...]
    next_page_token: str

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def _repr_html_(self) -> str:
        return html_table(self.items)
