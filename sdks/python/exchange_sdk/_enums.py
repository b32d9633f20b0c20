"""The contract's enums, with its numbers and without its prefixes."""

from datetime import timedelta
from enum import IntEnum
from typing import Any, Self


class _WireEnum(IntEnum):
    """Numbers as on the wire. Reads names too, in any case: `Side("buy")` is `Side.BUY`.

    A number that this version does not know becomes a member of its own (`UNKNOWN_7`), because v1 may grow.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if isinstance(value, str):
            return cls.__members__.get(value.upper())
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            return None
        member = int.__new__(cls, value)
        member._name_ = f"UNKNOWN_{value}"
        member._value_ = value
        return member

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


def wire_number(kind: type[_WireEnum], value: int | str) -> Any:
    """Return the number of an enum given as member, number or name; `Any`, because generated code has types of its own.

    Raises ValueError for a name that it does not have.
    """
    return kind(value).value  # type: ignore[arg-type]  # _missing_ takes names


class Side(_WireEnum):
    """Which side of the book an order is on."""

    BUY = 1
    SELL = 2


class OrderType(_WireEnum):
    """How an order is priced, and whether it waits for a trigger."""

    LIMIT = 1
    MARKET = 2
    STOP_MARKET = 3
    STOP_LIMIT = 4
    TAKE_PROFIT_MARKET = 5
    TAKE_PROFIT_LIMIT = 6
    TRAILING_STOP = 7
    PEGGED = 8


class TimeInForce(_WireEnum):
    """How long an order stays active: good till canceled, immediate or cancel, fill or kill, good till time."""

    GTC = 1
    IOC = 2
    FOK = 3
    GTT = 4


class SelfTradePrevention(_WireEnum):
    """What happens when an order arrives and meets a resting order of the same owner. Instead of a trade, always."""

    EXPIRE_MAKER = 1
    EXPIRE_TAKER = 2
    EXPIRE_BOTH = 3
    DECREMENT = 4


class PegReference(_WireEnum):
    """What the price of a pegged order follows: the best price of its own side, the middle, or of the other side."""

    OWN = 1
    MID = 2
    OPPOSITE = 3


class CancelReplaceMode(_WireEnum):
    """What happens to the new order when the old one cannot be canceled: not placed, or placed all the same."""

    STOP_ON_FAILURE = 1
    ALLOW_FAILURE = 2


class OrderStatus(_WireEnum):
    """What has become of an order. Canceled and expired ones may be partly filled."""

    OPEN = 1
    FILLED = 2
    CANCELED = 3
    EXPIRED = 4
    PENDING_TRIGGER = 5


class CloseReason(_WireEnum):
    """Why an order was canceled or expired."""

    CANCELED_BY_OWNER = 1
    CANCELED_BY_OPERATOR = 2
    NO_LIQUIDITY = 3
    NOT_FILLABLE = 4
    SELF_TRADE = 5
    QUOTE_AMOUNT_TOO_SMALL = 6
    EXPIRE_TIME = 7
    CANCEL_ALL_AFTER = 8
    DISCONNECTED = 9
    PRICE_PROTECTION = 10
    TRIGGER_REFUSED = 11
    ORDER_LIST = 12


class Liquidity(_WireEnum):
    """Whether a fill had provided liquidity or took it; in an auction nobody takes."""

    MAKER = 1
    TAKER = 2
    AUCTION = 3


class MarketStatus(_WireEnum):
    """What a market accepts: everything, post-only orders and cancels, cancels, nothing, orders for an auction."""

    OPEN = 1
    POST_ONLY = 2
    CANCEL_ONLY = 3
    HALTED = 4
    AUCTION = 5


class CandleInterval(_WireEnum):
    """Length of a candle; also by its short name: `CandleInterval("5m")`. Candles begin at whole multiples of it."""

    SECOND_1 = 1
    MINUTE_1 = 2
    MINUTE_5 = 3
    MINUTE_15 = 4
    HOUR_1 = 5
    HOUR_4 = 6
    DAY_1 = 7

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if isinstance(value, str) and value in _INTERVALS:
            return cls(list(_INTERVALS).index(value) + 1)
        return super()._missing_(value)

    @property
    def text(self) -> str:
        """The short name: 1s, 1m, 5m, 15m, 1h, 4h or 1d."""
        return list(_INTERVALS)[self - 1]

    @property
    def duration(self) -> timedelta:
        """How long it is."""
        return timedelta(seconds=_INTERVALS[self.text])


# In the order of the numbers, with seconds.
_INTERVALS = {"1s": 1, "1m": 60, "5m": 300, "15m": 900, "1h": 3600, "4h": 14_400, "1d": 86_400}


class Scope(_WireEnum):
    """What an API key may do."""

    READ = 1
    TRADE = 2
    ADMIN = 3


class LedgerEntryKind(_WireEnum):
    """Why a balance changed."""

    CREDIT = 1
    TRADE = 2
    FEE = 3


class RejectReason(_WireEnum):
    """Why a request was refused; the contract's comments say more."""

    INVALID_FIELD = 1
    UNDECODABLE = 2
    PRICE_OFF_TICK = 3
    QUANTITY_OFF_LOT = 4
    PRICE_OUT_OF_RANGE = 5
    QUANTITY_OUT_OF_RANGE = 6
    NOTIONAL_TOO_SMALL = 7
    NOTIONAL_TOO_LARGE = 8
    ASSET_NOT_FOUND = 9
    MARKET_NOT_FOUND = 10
    ACCOUNT_NOT_FOUND = 11
    ORDER_NOT_FOUND = 12
    API_KEY_NOT_FOUND = 13
    ORDER_CLOSED = 14
    POST_ONLY_WOULD_CROSS = 15
    INSUFFICIENT_FUNDS = 16
    MARKET_POST_ONLY = 17
    MARKET_CANCEL_ONLY = 18
    MARKET_HALTED = 19
    CLIENT_ORDER_ID_REUSED = 20
    ALREADY_EXISTS = 21
    SUPPLY_TOO_LARGE = 22
    UNAUTHENTICATED = 23
    SCOPE_MISSING = 24
    OVERLOADED = 25
    DEADLINE_PASSED = 26
    STREAM_TOO_SLOW = 27
    SEQUENCE_TOO_OLD = 28
    SEQUENCE_IN_FUTURE = 29
    PAGE_TOKEN_INVALID = 30
    STATE_NOT_KEPT = 31
    UNAVAILABLE = 32
    METHOD_NOT_FOUND = 33
    QUARANTINED = 34
    QUANTITY_NOT_ABOVE_FILLED = 35
    QUANTITY_TOO_SMALL = 36
    QUANTITY_TOO_LARGE = 37
    TOO_MANY_OPEN_ORDERS = 38
    PRICE_OUTSIDE_BAND = 39
    WOULD_TRIGGER_IMMEDIATELY = 40
    ORDER_IN_LIST = 41
    MARKET_IN_AUCTION = 42
    STREAM_NOT_FOUND = 43
    CHANNEL_NOT_FOUND = 44
    TOO_MANY_API_KEYS = 45
