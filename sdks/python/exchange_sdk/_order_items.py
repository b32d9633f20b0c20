"""What can be asked about orders, as values: the items of batches, and what every other way of asking is made of."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from exchange_sdk._decimals import DecimalInput
from exchange_sdk._enums import OrderType, PegReference, SelfTradePrevention, Side, TimeInForce


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order to place. Without a key it gets one when it is sent.

    `market`, `side`: where, and which side of the book. `quantity` in base units; for a market order `quote_amount`
    instead, fees included: buy for at most, or sell to receive at most, so many quote units. `price`: the limit, in
    quote units per base unit. `type`: not given it is LIMIT with a price, TRAILING_STOP with a trailing offset,
    PEGGED with a peg reference, else MARKET; orders with a `trigger_price` name theirs.

    `time_in_force`: not given it is GTT with an `expire_time` (an aware datetime in the future), else GTC with a price
    and IOC without. `post_only`: refuse rather than trade on arrival; with `slide` move to the best price that does not
    cross instead. `display_quantity`: the most that the book shows of an iceberg, at least a hundredth of it.
    `self_trade_prevention`: not given it is EXPIRE_MAKER.

    `trigger_price`: the last trade at which a stop or take-profit triggers. A trailing stop has `trailing_offset`
    (quote units) or `trailing_offset_bps` (basis points, 1 to 9,999), and follows at once or from a trade at
    `activation_price` on. A pegged order follows the book at `peg_reference` + `peg_offset` (signed, quote units),
    never beyond its `price`, and only adds liquidity.

    `client_order_id`: your own key, None to have one made, "" for none. `validate_only`: check, and do nothing.
    """

    market: str
    side: Side | str
    quantity: DecimalInput | None = None
    price: DecimalInput | None = None
    type: OrderType | str | None = None
    time_in_force: TimeInForce | str | None = None
    post_only: bool = False
    slide: bool = False
    quote_amount: DecimalInput | None = None
    display_quantity: DecimalInput | None = None
    self_trade_prevention: SelfTradePrevention | str | None = None
    expire_time: datetime | None = None
    trigger_price: DecimalInput | None = None
    trailing_offset: DecimalInput | None = None
    trailing_offset_bps: int | None = None
    activation_price: DecimalInput | None = None
    peg_reference: PegReference | str | None = None
    peg_offset: DecimalInput | None = None
    client_order_id: str | None = None
    validate_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BracketExit:
    """An order that closes what a bracket's entry opened; its quantity is what the entry has filled.

    `trigger_price`: the last trade at which it triggers. `price`: its limit, in quote units per base unit; without one
    it is a market order. `client_order_id`: your own key, None to have one made, "" for none.
    """

    trigger_price: DecimalInput
    price: DecimalInput | None = None
    client_order_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendOrder:
    """New terms of an open order, named by one of its ids; what is not given stays.

    `price`: the new limit, quote units per base unit. `quantity`: the new ordered quantity with what is filled and
    prevented in it, base units.
    """

    order_id: int | None = None
    client_order_id: str | None = None
    price: DecimalInput | None = None
    quantity: DecimalInput | None = None
    validate_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """An order to cancel, named by one of its ids."""

    order_id: int | None = None
    client_order_id: str | None = None
    validate_only: bool = False


BatchItem: TypeAlias = NewOrder | AmendOrder | CancelOrder
"""One item of a batch."""
