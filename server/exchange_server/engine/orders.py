"""The order and the price level that it rests in. A million may rest, so both are slotted and linked by hand."""

from typing import Final

from exchange_server.engine.entities import Asset, Market
from exchange_server.engine.fees import charged
from exchange_server.engine.specials import ROLE_NONE, Special, trailing_trigger
from exchange_server.engine.terms import SpecialTerms, Terms
from exchange_server.engine.types import (
    CLOSE_BY_OPERATOR,
    CLOSE_BY_OWNER,
    CLOSE_CANCEL_ALL_AFTER,
    CLOSE_DISCONNECTED,
    CLOSE_NONE,
    CLOSE_ORDER_LIST,
    CLOSE_SELF_TRADE,
    ORDER_CANCELED,
    ORDER_EXPIRED,
    ORDER_FILLED,
    ORDER_OPEN,
    ORDER_PENDING_TRIGGER,
    SIDE_BUY,
    TYPE_PEGGED,
    TYPE_TRAILING_STOP,
    AccountId,
    Atoms,
    Lots,
    MarketId,
    OrderId,
    Ticks,
    TimeNs,
)

_CANCELED_BY: Final = (
    CLOSE_BY_OWNER,
    CLOSE_BY_OPERATOR,
    CLOSE_CANCEL_ALL_AFTER,
    CLOSE_DISCONNECTED,
    CLOSE_ORDER_LIST,
)


class Order:
    """An order and its place in the book (links that the book sets).

    Never changes: what was asked for, by whom and when; an amend or a trigger puts a successor with the same id in
    the order's place, so that who reads events later reads what was true then. `open_lots` is what is not filled, also
    after the order closed, hidden parts included. `fee_micro` is the exact fee so far in millionths of a quote atom;
    what was charged is that, rounded up: see `fee_atoms`. The orders of a level are given the level's own
    `price_ticks`, so that they share one integer. What follows from the rest is not stored: the status, and what an
    open order reserves (see `risk`).

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
        "special",
        "terms",
        "update_time_ns",
    )

    # Compiled, an object is laid out in this order. Most orders lie where no cache of the processor has them, and it
    # brings 64 bytes at a time: first what is touched when a neighbour comes or goes (with the count of references,
    # which is before it all), then what else a cancel or a trade needs, then what both leave alone.
    # Unset until the order rests.
    level: "Level | None"
    prev: "Order | None"
    next: "Order | None"
    order_id: OrderId
    account_id: AccountId

    market: Market
    terms: Terms
    side: int
    price_ticks: Ticks
    open_lots: Lots
    fee_micro: int
    close_reason: int
    update_time_ns: TimeNs

    client_order_id: str
    quantity_lots: Lots
    create_time_ns: TimeNs
    cost_atoms: Atoms
    # Set if the terms are special, and only then.
    special: Special

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
            if isinstance(self.terms, SpecialTerms) and self.special.pending:
                return ORDER_PENDING_TRIGGER
            return ORDER_OPEN if self.open_lots else ORDER_FILLED
        return ORDER_CANCELED if reason in _CANCELED_BY else ORDER_EXPIRED

    @property
    def pending(self) -> bool:
        """Whether it waits for its trigger, in no book."""
        return self.close_reason == CLOSE_NONE and isinstance(self.terms, SpecialTerms) and self.special.pending

    @property
    def parked(self) -> bool:
        """Whether it is pegged, and stands nowhere for want of a price."""
        terms = self.terms
        return (
            self.close_reason == CLOSE_NONE
            and isinstance(terms, SpecialTerms)
            and terms.type == TYPE_PEGGED
            and self.special.pegged_price_ticks == 0
        )

    @property
    def pegged_price_ticks(self) -> Ticks:
        """Where a pegged order stands; 0 while it is parked, and for all others."""
        return self.special.pegged_price_ticks if isinstance(self.terms, SpecialTerms) else Ticks(0)

    @property
    def decremented_lots(self) -> Lots:
        """What self-trade prevention took instead of trades."""
        return self.special.decremented_lots if isinstance(self.terms, SpecialTerms) else Lots(0)

    @property
    def filled_lots(self) -> Lots:
        """What was executed: quantity − open − decremented."""
        return Lots(self.quantity_lots - self.open_lots - self.decremented_lots)

    @property
    def prevented_lots(self) -> Lots:
        """What self-trade prevention took: decrements, and the rest of an order that expired by it."""
        if self.close_reason == CLOSE_SELF_TRADE:
            return Lots(self.decremented_lots + self.open_lots)
        return self.decremented_lots

    @property
    def visible_lots(self) -> Lots:
        """What of a resting order the book shows."""
        terms = self.terms
        if isinstance(terms, SpecialTerms) and terms.display_lots:
            return self.special.shown_lots
        return self.open_lots

    @property
    def trigger_price_ticks(self) -> Ticks:
        """The last trade price that triggers it, of a trailing stop as it is now; 0 for none."""
        terms = self.terms
        if not isinstance(terms, SpecialTerms):
            return Ticks(0)
        if terms.type != TYPE_TRAILING_STOP:
            return terms.trigger_price_ticks
        extreme = self.special.extreme.ticks
        if not self.special.active or extreme == 0:
            return Ticks(0)
        bps = terms.trailing_offset_bps
        return Ticks(trailing_trigger(self.side == SIDE_BUY, extreme, terms.trailing_offset_ticks, bps))

    @property
    def activation_price_ticks(self) -> Ticks:
        """The trade price at which a trailing stop becomes active; 0 when it was active from the start."""
        return self.terms.activation_price_ticks if isinstance(self.terms, SpecialTerms) else Ticks(0)

    @property
    def role(self) -> int:
        """What it is in its list (ROLE_…); 0 for an order in none."""
        return self.special.role if isinstance(self.terms, SpecialTerms) else ROLE_NONE

    @property
    def list_id(self) -> OrderId:
        """Names its list, by the id of the list's first order; 0 for none."""
        return self.special.list_id if isinstance(self.terms, SpecialTerms) else OrderId(0)

    @property
    def trigger_time_ns(self) -> TimeNs:
        """When it triggered; 0 before, and for orders without a trigger."""
        return self.special.trigger_time_ns if isinstance(self.terms, SpecialTerms) else TimeNs(0)

    @property
    def trigger_refusal(self) -> int:
        """Why it was refused when it triggered (REJECT_…); 0 if it was not."""
        return self.special.trigger_refusal if isinstance(self.terms, SpecialTerms) else 0

    def successor(self) -> "Order":
        """Return an order with the same id that says the same and rests nowhere, to take this one's place."""
        order = Order()
        order.order_id = self.order_id
        order.account_id = self.account_id
        order.market = self.market
        order.side = self.side
        order.terms = self.terms
        order.price_ticks = self.price_ticks
        order.quantity_lots = self.quantity_lots
        order.client_order_id = self.client_order_id
        order.create_time_ns = self.create_time_ns
        order.open_lots = self.open_lots
        order.cost_atoms = self.cost_atoms
        order.fee_micro = self.fee_micro
        order.close_reason = self.close_reason
        order.update_time_ns = self.update_time_ns
        order.level = order.prev = order.next = None
        if isinstance(self.terms, SpecialTerms):
            order.special = Special.of_row(self.special.row())
        else:
            terms = self.terms
            order.terms = SpecialTerms(terms.type, terms.time_in_force, terms.post_only)
            order.special = Special(self.price_ticks, self.quantity_lots)
        return order

    @property
    def fee_atoms(self) -> Atoms:
        """Fee charged so far in quote atoms: exact sum, rounded up (a rebate rounds down)."""
        return charged(self.fee_micro)

    @property
    def reserved_asset(self) -> Asset:
        """What the order pays with, and reserves of while it is open."""
        return self.market.quote if self.side == SIDE_BUY else self.market.base


class Recorder:
    """Is told of changes before they are made, while it is `recording`: see `undo`. This one keeps nothing."""

    __slots__ = ("recording",)

    def __init__(self) -> None:
        self.recording: bool = False

    def order(self, order: Order) -> None:
        """An open order is about to change, in whatever way."""

    def leaves(self, order: Order) -> None:
        """An order is about to leave its level, or to be replaced there."""

    def joins(self, level: "Level") -> None:
        """An order is about to join a level, behind all others."""

    def expires(self, expire_time_ns: TimeNs, order_id: OrderId, account_id: AccountId) -> None:
        """An order has got an expire time."""


class Level:
    """The orders that rest at one price of one side, first come first."""

    __slots__ = ("first", "last", "market_id", "price_ticks", "side", "total_lots", "undo")

    def __init__(self, market_id: MarketId, side: int, price_ticks: Ticks, undo: Recorder) -> None:
        self.market_id: Final = market_id
        self.side: Final = side
        self.price_ticks: Final = price_ticks
        self.total_lots: Lots = Lots(0)
        self.first: Order | None = None
        self.last: Order | None = None
        self.undo: Final = undo

    def append(self, order: Order) -> None:
        """Let an order rest behind all others."""
        if self.undo.recording:
            self.undo.joins(self)
        last = self.last
        if last is None:
            self.first = order
        else:
            last.next = order
        order.prev = last
        order.next = None
        order.level = self
        self.last = order
        self.total_lots = Lots(self.total_lots + order.visible_lots)

    def replace(self, order: Order, successor: Order) -> None:
        """Let a successor take the place of an order that rests here."""
        if self.undo.recording:
            self.undo.leaves(order)
        before = successor.prev = order.prev
        after = successor.next = order.next
        successor.level = self
        if before is None:
            self.first = successor
        else:
            before.next = successor
        if after is None:
            self.last = successor
        else:
            after.prev = successor
        order.prev = order.next = order.level = None
        self.total_lots = Lots(self.total_lots - order.visible_lots + successor.visible_lots)

    def remove(self, order: Order, visible_lots: Lots) -> None:
        """Take out an order that rests here and shows so much. After the last one the book must close the level."""
        if self.undo.recording:
            self.undo.leaves(order)
        self.unlink(order, visible_lots)

    def unlink(self, order: Order, visible_lots: Lots) -> None:
        """Do the same where no batch is executed: cancels are half of all commands."""
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
        self.total_lots = self.total_lots - visible_lots  # type: ignore[assignment]
