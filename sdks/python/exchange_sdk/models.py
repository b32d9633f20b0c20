"""What the exchange answers with. Everything is immutable; amounts are `Decimal`, times aware datetimes in UTC.

A datetime holds microseconds; the exact time stands beside it in nanoseconds (`create_time_ns`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Generic, NamedTuple, Self, TypeVar

from exchange_sdk._enums import (
    CloseReason,
    LedgerEntryKind,
    Liquidity,
    MarketStatus,
    OrderStatus,
    OrderType,
    Scope,
    Side,
    TimeInForce,
)
from exchange_sdk.errors import ExchangeError

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_datetime(time_ns: int) -> datetime:
    """Nanoseconds since 1970 as an aware datetime in UTC, rounded down to the microsecond."""
    return _EPOCH + timedelta(microseconds=time_ns // 1000)


class _Model:
    """A repr for people: numbers without wrapping, times as UTC, and nothing that is empty."""

    __slots__ = ()

    def __repr__(self) -> str:
        shown = []
        for field in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            value = getattr(self, field.name)
            if value is None or value in ((), "") or not field.repr:
                continue
            if field.name.endswith("_time_ns"):
                shown.append(f"{field.name.removesuffix('_ns')}={_utc(value)}")
            else:
                shown.append(f"{field.name}={_plain(value)}")
        return f"{type(self).__name__}({', '.join(shown)})"


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return f"[{', '.join(map(_plain, value))}]"
    return repr(value)


def _utc(time_ns: int) -> str:
    seconds, nanoseconds = divmod(time_ns, 1_000_000_000)
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"


@dataclass(frozen=True, slots=True, repr=False)
class Asset(_Model):
    """Something that is traded or paid with; its smallest unit is 10^-`decimals`."""

    name: str
    decimals: int


@dataclass(frozen=True, slots=True, repr=False)
class Market(_Model):
    """A pair of assets with an order book.

    Prices are multiples of `tick_size` (quote units per base unit), quantities of `lot_size` (base units); a limit
    order's price × quantity is at least `min_notional` (quote units). Fees are millionths of the quote amount,
    negative for a rebate. `price_decimals` and `quantity_decimals` are those of the book's checksum.
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


@dataclass(frozen=True, slots=True, repr=False)
class Order(_Model):
    """An order as its owner sees it.

    `price` is None for a market order; quantities are base units, `filled_quote` and `fee` quote units (`fee` is
    negative when rebates exceed fees). `order_id` is 0 in the answer to `validate_only`.
    """

    order_id: int
    account_id: int
    market: str
    client_order_id: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    post_only: bool
    price: Decimal | None
    quantity: Decimal
    filled_quantity: Decimal
    open_quantity: Decimal
    filled_quote: Decimal
    fee: Decimal
    status: OrderStatus
    close_reason: CloseReason | None
    create_time_ns: int
    update_time_ns: int

    @property
    def create_time(self) -> datetime:
        return to_datetime(self.create_time_ns)

    @property
    def update_time(self) -> datetime:
        return to_datetime(self.update_time_ns)

    @property
    def is_open(self) -> bool:
        return self.status is OrderStatus.OPEN

    @property
    def average_price(self) -> Decimal | None:
        """Quote units per base unit over all fills, to the context's precision; None before the first."""
        return self.filled_quote / self.filled_quantity if self.filled_quantity else None


@dataclass(frozen=True, slots=True, repr=False)
class Fill(_Model):
    """One execution of an order: base and quote units as in `Order`."""

    trade_id: int
    order_id: int
    client_order_id: str
    market: str
    side: Side
    price: Decimal
    quantity: Decimal
    quote_amount: Decimal
    fee: Decimal
    liquidity: Liquidity
    trade_time_ns: int
    sequence: int

    @property
    def trade_time(self) -> datetime:
        return to_datetime(self.trade_time_ns)


@dataclass(frozen=True, slots=True, repr=False)
class Trade(_Model):
    """A trade as everybody sees it. Ids are dense within the market."""

    trade_id: int
    market: str
    price: Decimal
    quantity: Decimal
    taker_side: Side
    trade_time_ns: int
    sequence: int

    @property
    def trade_time(self) -> datetime:
        return to_datetime(self.trade_time_ns)


@dataclass(frozen=True, slots=True, repr=False)
class Balance(_Model):
    """What an account holds of one asset, in asset units: free to use, and held for open orders."""

    asset: str
    available: Decimal
    reserved: Decimal

    @property
    def total(self) -> Decimal:
        return self.available + self.reserved


@dataclass(frozen=True, slots=True, repr=False)
class LedgerEntry(_Model):
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
class Account(_Model):
    """An owner of balances and orders. `scopes`: what the caller's key may do; only `get_account` tells."""

    account_id: int
    name: str
    create_time_ns: int
    scopes: tuple[Scope, ...] = ()

    @property
    def create_time(self) -> datetime:
        return to_datetime(self.create_time_ns)


@dataclass(frozen=True, slots=True, repr=False)
class CreatedApiKey(_Model):
    """A new API key. `api_key` is the secret: shown here and nowhere else, so it stays out of the repr."""

    key_id: str
    api_key: str

    def __repr__(self) -> str:
        return f"CreatedApiKey(key_id={self.key_id!r}, api_key=<secret>)"


@dataclass(frozen=True, slots=True, repr=False)
class StateHash(_Model):
    """BLAKE2b-256 of the engine's whole state after a sequence."""

    sequence: int
    state_hash: bytes

    def __repr__(self) -> str:
        return f"StateHash(sequence={self.sequence}, state_hash={self.state_hash.hex()})"


class PriceLevel(NamedTuple):
    """One price of one side: quote units per base unit, and the sum of open quantities in base units."""

    price: Decimal
    quantity: Decimal

    def __repr__(self) -> str:
        return f"{self.quantity:f}@{self.price:f}"


@dataclass(frozen=True, slots=True, repr=False)
class OrderBook(_Model):
    """The levels of a market after one sequence, the best of each side first."""

    market: str
    bids: tuple[PriceLevel, ...]
    asks: tuple[PriceLevel, ...]
    sequence: int
    checksum: int


@dataclass(frozen=True, slots=True, repr=False)
class OrderBookDelta(_Model):
    """What changed in a book: levels with their new absolute quantity, 0 for one that is gone."""

    market: str
    bids: tuple[PriceLevel, ...]
    asks: tuple[PriceLevel, ...]
    sequence: int
    prev_sequence: int
    checksum: int
    event_time_ns: int

    @property
    def event_time(self) -> datetime:
        return to_datetime(self.event_time_ns)


@dataclass(frozen=True, slots=True, repr=False)
class AccountSnapshot(_Model):
    """An account at one sequence: open orders, oldest first, and balances by asset name."""

    open_orders: tuple[Order, ...]
    balances: tuple[Balance, ...]
    sequence: int


@dataclass(frozen=True, slots=True, repr=False)
class AccountUpdate(_Model):
    """What one command changed for the account: orders and balances as they are after it, and its executions."""

    orders: tuple[Order, ...]
    fills: tuple[Fill, ...]
    balances: tuple[Balance, ...]
    sequence: int
    prev_sequence: int
    event_time_ns: int

    @property
    def event_time(self) -> datetime:
        return to_datetime(self.event_time_ns)


@dataclass(frozen=True, slots=True, repr=False)
class Reconnected(_Model):
    """A stream or session had broken and goes on; nothing is missing. `cause`: how it broke."""

    cause: ExchangeError
    attempts: int


@dataclass(frozen=True, slots=True, repr=False)
class Resynced(_Model):
    """A stream had broken and starts anew: what happened in between is missing. `cause`: how it broke.

    On streams with snapshots one follows, and only the way there is missing.
    """

    cause: ExchangeError
    attempts: int


@dataclass(frozen=True, slots=True, repr=False)
class PlacedOrder(_Model):
    """An accepted order after its arrival, and what it executed.

    `deduplicated`: the key was seen before; `order` is the original as it is now, `fills` is empty.
    """

    order: Order
    fills: tuple[Fill, ...]
    deduplicated: bool

    @property
    def order_id(self) -> int:
        return self.order.order_id


@dataclass(frozen=True, slots=True, repr=False)
class OrderResult(_Model):
    """What came of one order or cancel on an order entry session.

    `order_id` is 0 when it was refused, which `error` says, or with `validate_only`. Sums over all fills so far:
    `filled_quantity` in base units, `filled_quote` and `fee` in quote units. `deduplicated`: the key was seen before,
    or the outcome was looked up after a break; this is the order as it is now.
    """

    order_id: int
    client_order_id: str
    status: OrderStatus | None
    filled_quantity: Decimal
    filled_quote: Decimal
    fee: Decimal
    deduplicated: bool
    error: ExchangeError | None

    def raise_for_error(self) -> Self:
        """Return this result, or raise its error."""
        if self.error is not None:
            raise self.error
        return self


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `next_page_token` is empty on the last."""

    items: tuple[T, ...]
    next_page_token: str

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)
