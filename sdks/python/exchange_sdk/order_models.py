"""Orders: what the exchange answers about them. Immutable; amounts are `Decimal`, times aware datetimes in UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Self

from exchange_sdk._decimals import ZERO
from exchange_sdk._enums import (
    CloseReason,
    Liquidity,
    OrderStatus,
    OrderType,
    PegReference,
    RejectReason,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from exchange_sdk._model import Model, to_datetime
from exchange_sdk.errors import ExchangeError
from exchange_sdk.market_models import HopTimes


@dataclass(frozen=True, slots=True, repr=False)
class Order(Model):
    """An order as its owner sees it.

    `price` is None for a market order; quantities are base units, `filled_quote` and `fee` quote units (`fee` is
    negative when rebates exceed fees). `price` and `quantity` are as they are after slides and amends. `order_id` is 0
    in the answer to `validate_only`.

    `quote_amount`: of a market order by amount, quote units; `quantity` is then what it executed. `display_quantity`:
    the most of an iceberg that the book shows. `prevented_quantity`: what self-trade prevention took; what was canceled
    or expired otherwise is quantity - filled - prevented - open. `trigger_price`: the last trade at which it triggers;
    of a trailing stop as it is now, None before it is active. `trailing_offset` (quote units) or `trailing_offset_bps`
    (basis points, else 0): a trailing stop's distance from the extreme; `activation_price`: the trade price from which
    it follows. `trigger_refusal`: why it was refused when it triggered. `peg_reference` and `peg_offset` (quote units):
    what a pegged order follows; `pegged_price`: where it stands, None while it is parked.
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
    quote_amount: Decimal | None = None
    display_quantity: Decimal | None = None
    self_trade_prevention: SelfTradePrevention = SelfTradePrevention.EXPIRE_MAKER
    expire_time_ns: int | None = None
    slide: bool = False
    prevented_quantity: Decimal = ZERO
    trigger_price: Decimal | None = None
    trailing_offset: Decimal | None = None
    trailing_offset_bps: int = 0
    activation_price: Decimal | None = None
    trigger_time_ns: int | None = None
    trigger_refusal: RejectReason | None = None
    order_list_id: int = 0
    peg_reference: PegReference | None = None
    peg_offset: Decimal | None = None
    pegged_price: Decimal | None = None

    @property
    def create_time(self) -> datetime:
        return to_datetime(self.create_time_ns)

    @property
    def update_time(self) -> datetime:
        return to_datetime(self.update_time_ns)

    @property
    def expire_time(self) -> datetime | None:
        """When a GTT order expires; None for others."""
        return None if self.expire_time_ns is None else to_datetime(self.expire_time_ns)

    @property
    def trigger_time(self) -> datetime | None:
        """When it triggered; None before, and for orders without a trigger."""
        return None if self.trigger_time_ns is None else to_datetime(self.trigger_time_ns)

    @property
    def is_open(self) -> bool:
        """Whether it has not ended: it rests in the book, or waits for its trigger."""
        return self.status in (OrderStatus.OPEN, OrderStatus.PENDING_TRIGGER)

    @property
    def average_price(self) -> Decimal | None:
        """Quote units per base unit over all fills, to the context's precision; None before the first."""
        return self.filled_quote / self.filled_quantity if self.filled_quantity else None


@dataclass(frozen=True, slots=True, repr=False)
class Fill(Model):
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
    hops: HopTimes | None = field(default=None, compare=False, repr=False)

    @property
    def trade_time(self) -> datetime:
        return to_datetime(self.trade_time_ns)


@dataclass(frozen=True, slots=True, repr=False)
class OrderPreview(Model):
    """What an order would do if it were sequenced next; it promises nothing about what others send meanwhile.

    It is told up to the end of its arrival: not what its trades would trigger. `sequence`: of the last command in the
    state that it was tried on. `average_price` (quote units per base unit, rounded down to 18 decimals; None when it
    executes nothing) and `fee` (quote units, negative for a rebate): of what it would execute on arrival. `reserved`:
    what it would hold after that, in units of `reserved_asset`. `prevented_quantity`: what self-trade prevention would
    take of it, base units. `self_trade_order_ids`: orders of the same owner that it would meet, in that order.
    """

    sequence: int
    average_price: Decimal | None
    fee: Decimal
    reserved: Decimal
    reserved_asset: str
    prevented_quantity: Decimal
    self_trade_order_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, repr=False)
class PlacedOrder(Model):
    """An accepted order after its arrival, and what it executed.

    `deduplicated`: the key was seen before; `order` is the original as it is now, `fills` is empty. `preview`: with
    `validate_only`; `order` and `fills` are then as they would be, without ids.
    """

    order: Order
    fills: tuple[Fill, ...]
    deduplicated: bool
    preview: OrderPreview | None = None

    @property
    def order_id(self) -> int:
        return self.order.order_id


@dataclass(frozen=True, slots=True, repr=False)
class AmendedOrder(Model):
    """An order after it was amended, and what it executed because of its new terms.

    `preview`: with `validate_only`; `order` and `fills` are then as they would be, the fills without trade ids.
    """

    order: Order
    fills: tuple[Fill, ...]
    preview: OrderPreview | None = None

    @property
    def order_id(self) -> int:
        return self.order.order_id


@dataclass(frozen=True, slots=True, repr=False)
class ReplacedOrder(Model):
    """What came of canceling one order and placing another.

    `canceled_order` is None when the cancel was refused, which `cancel_error` says, or when the new order is
    `deduplicated`. `order` is the new order after its arrival; None when it was refused, which `place_error` says: the
    cancel stands. `deduplicated`: the key was seen before; `order` is the original as it is now, nothing was canceled.
    `preview`: of the new order, with `validate_only`; `order` and `fills` are then as they would be without the old
    order, and have no ids.
    """

    canceled_order: Order | None
    cancel_error: ExchangeError | None
    order: Order | None
    fills: tuple[Fill, ...]
    place_error: ExchangeError | None
    deduplicated: bool
    preview: OrderPreview | None = None

    def raise_for_error(self) -> Self:
        """Return this, or raise what the new order was refused with, else what the cancel was refused with."""
        error = self.place_error or self.cancel_error
        if error is not None:
            raise error
        return self


@dataclass(frozen=True, slots=True, repr=False)
class PlacedOco(Model):
    """An accepted OCO: its orders as they are after the command, and what either executed.

    `order_list_id` is the id of `above`. An order is None when it is not remembered any more. `deduplicated`: all keys
    were seen before; this is the original pair as it is now. `preview`: with `validate_only`, of the limit order;
    orders and fills are then as they would be, without ids.
    """

    order_list_id: int
    above: Order | None
    below: Order | None
    fills: tuple[Fill, ...]
    deduplicated: bool
    preview: OrderPreview | None = None

    @property
    def orders(self) -> tuple[Order, ...]:
        """The orders that there are, oldest first."""
        return tuple(order for order in (self.above, self.below) if order is not None)


@dataclass(frozen=True, slots=True, repr=False)
class PlacedBracket(Model):
    """An accepted bracket: its orders as they are after the command, and what any of them executed.

    `order_list_id` is the id of `entry`. An order is None when it is not remembered any more. `deduplicated`: all keys
    were seen before; this is the original bracket as it is now. `preview`: with `validate_only`, of the entry; orders
    and fills are then as they would be, without ids.
    """

    order_list_id: int
    entry: Order | None
    take_profit: Order | None
    stop_loss: Order | None
    fills: tuple[Fill, ...]
    deduplicated: bool
    preview: OrderPreview | None = None

    @property
    def orders(self) -> tuple[Order, ...]:
        """The orders that there are, oldest first."""
        return tuple(order for order in (self.entry, self.take_profit, self.stop_loss) if order is not None)


@dataclass(frozen=True, slots=True, repr=False)
class OrderResult(Model):
    """What came of one order, amend or cancel in a batch or on an order entry session.

    `order_id` is 0 when it was refused, which `error` says, or with `validate_only`. Sums over all fills so far:
    `filled_quantity` in base units, `filled_quote` and `fee` in quote units; `prevented_quantity` is what self-trade
    prevention took so far, base units. `deduplicated`: the key was seen before, or the outcome was looked up after a
    break; this is the order as it is now.
    """

    order_id: int
    client_order_id: str
    status: OrderStatus | None
    filled_quantity: Decimal
    filled_quote: Decimal
    fee: Decimal
    deduplicated: bool
    error: ExchangeError | None
    prevented_quantity: Decimal = ZERO

    def raise_for_error(self) -> Self:
        """Return this result, or raise its error."""
        if self.error is not None:
            raise self.error
        return self


@dataclass(frozen=True, slots=True, repr=False)
class CancelReplaceResult(Model):
    """What came of a cancel-replace on an order entry session.

    `cancel` is None when the new order is deduplicated: nothing was canceled. When `place` has an error, the cancel
    stands.
    """

    cancel: OrderResult | None
    place: OrderResult

    def raise_for_error(self) -> Self:
        """Return this, or raise what the new order was refused with, else what the cancel was refused with."""
        self.place.raise_for_error()
        if self.cancel is not None:
            self.cancel.raise_for_error()
        return self


@dataclass(frozen=True, slots=True, repr=False)
class OrderListResult(Model):
    """What came of an OCO or a bracket on an order entry session.

    `results` of an OCO: above and below; of a bracket: entry, take-profit and stop-loss. `order_list_id` is the id of
    the first, 0 with `validate_only`.
    """

    order_list_id: int
    results: tuple[OrderResult, ...]
