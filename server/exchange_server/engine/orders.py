"""The order and the price level that it rests in. A million may rest, so both are slotted and linked by hand."""

from typing import Final

from exchange_server.engine.commands import PlaceOrder
from exchange_server.engine.entities import Market
from exchange_server.engine.fees import charged
from exchange_server.engine.types import (
    CLOSE_NONE,
    ORDER_OPEN,
    Atoms,
    Lots,
    MarketId,
    OrderId,
    Ticks,
    TimeNs,
)

_NOTHING: Final = Atoms(0)


class Order:
    """An order and its place in the book (links that the book sets).

    Never changes: everything up to `create_time_ns`. `open_lots` is what is not filled, also after the order closed
    (filled = quantity − open). `fee_micro` is the exact fee so far in millionths of a quote atom; what was charged is
    that, rounded up: see `fee_atoms`. `price_ticks` is that of `terms`, given apart so that the orders of a level share
    the level's own integer. What an open order reserves is not stored but follows from it: see `risk`.
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
        "post_only",
        "prev",
        "price_ticks",
        "quantity_lots",
        "side",
        "status",
        "time_in_force",
        "type",
        "update_time_ns",
    )

    # Unset until the order rests.
    level: "Level | None"
    prev: "Order | None"
    next: "Order | None"

    def __init__(
        self, order_id: OrderId, market: Market, terms: PlaceOrder, price_ticks: Ticks, create_time_ns: TimeNs
    ) -> None:
        self.order_id: Final = order_id
        self.account_id: Final = terms.account_id
        self.market: Final = market
        self.side: Final = terms.side
        self.type: Final = terms.type
        self.time_in_force: Final = terms.time_in_force
        self.post_only: Final = terms.post_only
        self.price_ticks: Final = price_ticks
        self.quantity_lots: Final = terms.quantity_lots
        self.client_order_id: Final = terms.client_order_id
        self.create_time_ns: Final = create_time_ns
        self.open_lots: Lots = terms.quantity_lots
        self.cost_atoms: Atoms = _NOTHING
        self.fee_micro: int = 0
        self.status: int = ORDER_OPEN
        self.close_reason: int = CLOSE_NONE
        self.update_time_ns: TimeNs = create_time_ns

    @property
    def fee_atoms(self) -> Atoms:
        """Fee charged so far in quote atoms: exact sum, rounded up (a rebate rounds down)."""
        return charged(self.fee_micro)


class Level:
    """The orders that rest at one price of one side, first come first."""

    __slots__ = ("first", "last", "market_id", "price_ticks", "side", "total_lots", "touched_by")

    def __init__(self, market_id: MarketId, side: int, price_ticks: Ticks) -> None:
        self.market_id: Final = market_id
        self.side: Final = side
        self.price_ticks: Final = price_ticks
        self.total_lots: Lots = Lots(0)
        self.first: Order | None = None
        self.last: Order | None = None
        self.touched_by: int = 0
        """Sequence of the last command that listed this level among its changes."""

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
