"""The order and the price level that it rests in. A million may rest, so both are slotted and linked by hand."""

from typing import Final

from exchange_server.engine.entities import Asset, Market
from exchange_server.engine.fees import charged
from exchange_server.engine.terms import Terms
from exchange_server.engine.types import (
    CLOSE_BY_OPERATOR,
    CLOSE_BY_OWNER,
    CLOSE_NONE,
    ORDER_CANCELED,
    ORDER_EXPIRED,
    ORDER_FILLED,
    ORDER_OPEN,
    SIDE_BUY,
    AccountId,
    Atoms,
    Lots,
    MarketId,
    OrderId,
    Ticks,
    TimeNs,
)


class Order:
    """An order and its place in the book (links that the book sets).

    Never changes: everything up to `create_time_ns`. `open_lots` is what is not filled, also after the order closed
    (filled = quantity − open). `fee_micro` is the exact fee so far in millionths of a quote atom; what was charged is
    that, rounded up: see `fee_atoms`. The orders of a level are given the level's own `price_ticks`, so that they share
    one integer. What follows from the rest is not stored: the status, and what an open order reserves (see `risk`).

    Whoever makes an order fills in all of it, as `placing` and `state` do: the call of a constructor would cost a
    twentieth of a command.
    """

    __slots__ = (
        "account_id",
        "client_order_id",
        "close_reason",
        "cost_atoms",
        "create_time_ns",
        "fee_micro",
        "level",
        "market",
        "next",
        "open_lots",
        "order_id",
        "prev",
        "price_ticks",
        "quantity_lots",
        "side",
        "terms",
        "update_time_ns",
    )

    order_id: OrderId
    account_id: AccountId
    market: Market
    side: int
    terms: Terms
    price_ticks: Ticks
    quantity_lots: Lots
    client_order_id: str
    create_time_ns: TimeNs
    open_lots: Lots
    cost_atoms: Atoms
    fee_micro: int
    close_reason: int
    update_time_ns: TimeNs
    # Unset until the order rests.
    level: "Level | None"
    prev: "Order | None"
    next: "Order | None"

    @property
    def type(self) -> int:
        """Limit or market."""
        return self.terms.type

    @property
    def time_in_force(self) -> int:
        """How long what is not filled stays."""
        return self.terms.time_in_force

    @property
    def post_only(self) -> bool:
        """Whether the order was to be refused rather than take liquidity."""
        return self.terms.post_only

    @property
    def status(self) -> int:
        """Open or how it ended: an order that nobody closed is open until it is filled."""
        reason = self.close_reason
        if reason == CLOSE_NONE:
            return ORDER_OPEN if self.open_lots else ORDER_FILLED
        return ORDER_CANCELED if reason == CLOSE_BY_OWNER or reason == CLOSE_BY_OPERATOR else ORDER_EXPIRED

    @property
    def fee_atoms(self) -> Atoms:
        """Fee charged so far in quote atoms: exact sum, rounded up (a rebate rounds down)."""
        return charged(self.fee_micro)

    @property
    def reserved_asset(self) -> Asset:
        """What the order pays with, and reserves of while it is open."""
        return self.market.quote if self.side == SIDE_BUY else self.market.base


class Level:
    """The orders that rest at one price of one side, first come first."""

    __slots__ = ("first", "last", "market_id", "price_ticks", "side", "total_lots")

    def __init__(self, market_id: MarketId, side: int, price_ticks: Ticks) -> None:
        self.market_id: Final = market_id
        self.side: Final = side
        self.price_ticks: Final = price_ticks
        self.total_lots: Lots = Lots(0)
        self.first: Order | None = None
        self.last: Order | None = None

    def append(self, order: Order) -> None:
        """Let an order rest behind all others."""
        last = self.last
        if last is None:
            self.first = order
        else:
            last.next = order
        order.prev = last
        order.next = None
        order.level = self
        self.last = order
        self.total_lots = self.total_lots + order.open_lots  # type: ignore[assignment]

    def remove(self, order: Order) -> None:
        """Take out an order that rests here. After the last one the book must close the level."""
        before = order.prev
        after = order.next
        if before is None:
            self.first = after
        else:
            before.next = after
        if after is None:
            self.last = before
        else:
            after.prev = before
        # A closed order is remembered for long: it must not keep its former neighbours alive.
        order.prev = order.next = order.level = None
        self.total_lots = self.total_lots - order.open_lots  # type: ignore[assignment]
