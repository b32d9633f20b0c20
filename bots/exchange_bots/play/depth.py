"""From recorded book levels and trades to orders: makers reconciled with the levels, takers that trade.

A recording of levels does not say which orders make them up. Here a level that grows gets one more order of the
difference; one that shrinks loses its newest orders, and what is then missing is placed anew. Trades become IOC orders,
whose fills the book takes from the level by itself; the next recorded quantity of the level then finds nothing to do.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from exchange_bots.play.actions import Action, Cancel, Execution, Outcome, Place, Settle, Side, Terms

MAKER = "maker"
TAKER = "taker"
ZERO = Decimal(0)

Levels = dict[Decimal, Decimal]


@dataclass(slots=True)
class RestingOrder:
    """One order of a level, and what is left of it."""

    key: str
    price: Decimal
    side: Side
    quantity: Decimal


@dataclass(slots=True)
class DepthMirror:
    """The orders that make up the recorded levels, and the actions that follow the levels' changes."""

    levels: dict[Side, dict[Decimal, list[RestingOrder]]] = field(default_factory=lambda: {side: {} for side in Side})
    orders: dict[str, RestingOrder] = field(default_factory=dict)
    placed: int = 0
    taken: int = 0
    unsettled: bool = False

    def replace_book(self, time_ns: int, bids: Levels, asks: Levels) -> Iterator[Action | Settle]:
        """Make both sides exactly these levels: levels not named are removed."""
        yield from self._settle()
        for side, wanted in ((Side.BUY, bids), (Side.SELL, asks)):
            for price in self.levels[side]:
                wanted.setdefault(price, ZERO)
        yield from self.set_levels(time_ns, bids, asks)

    def set_levels(self, time_ns: int, bids: Levels, asks: Levels) -> Iterator[Action | Settle]:
        """Make the named levels these quantities; zero removes.

        What shrinks goes first, on both sides: a price may change sides within one update.
        """
        yield from self._settle()
        changes = [
            (side, price, quantity)
            for side, levels in ((Side.BUY, bids), (Side.SELL, asks))
            for price, quantity in levels.items()
        ]
        for side, price, quantity in changes:
            for key in self._surplus(side, price, quantity):
                yield Action(time_ns, MAKER, Cancel(key))
        for side, price, quantity in changes:
            if (missing := quantity - self.quantity(side, price)) > 0:
                yield self._place(time_ns, side, price, missing)

    def trade(self, time_ns: int, taker_side: Side, price: Decimal, quantity: Decimal) -> Action:
        """Return the IOC order that repeats a recorded trade."""
        self.taken += 1
        self.unsettled = True
        return Action(time_ns, TAKER, Place(f"t{self.taken}", taker_side, price, quantity, Terms.IOC))

    def quantity(self, side: Side, price: Decimal) -> Decimal:
        """Return what our orders offer at a price."""
        return sum((order.quantity for order in self.levels[side].get(price, ())), ZERO)

    def on_outcome(self, action: Action, outcome: Outcome) -> None:
        """Forget an order that was refused: its level is short of it until the recording names the level again."""
        if isinstance(action.request, Place) and action.request.terms is not Terms.IOC and outcome.refused:
            self._forget(action.request.key)

    def on_execution(self, execution: Execution) -> None:
        """Take a fill off the order that it hit."""
        order = self.orders.get(execution.key)
        if execution.account != MAKER or order is None:
            return
        order.quantity -= execution.quantity
        if order.quantity <= 0:
            self._forget(order.key)

    def _settle(self) -> Iterator[Settle]:
        """Learn what trades took from the levels before comparing these with the recording."""
        if self.unsettled:
            self.unsettled = False
            yield Settle()

    def _place(self, time_ns: int, side: Side, price: Decimal, quantity: Decimal) -> Action:
        self.placed += 1
        order = RestingOrder(f"m{self.placed}", price, side, quantity)
        self.orders[order.key] = order
        self.levels[side].setdefault(price, []).append(order)
        return Action(time_ns, MAKER, Place(order.key, side, price, quantity, Terms.POST_ONLY))

    def _surplus(self, side: Side, price: Decimal, wanted: Decimal) -> Iterator[str]:
        orders = self.levels[side].get(price, [])
        have = sum((order.quantity for order in orders), ZERO)
        while orders and have > wanted:
            newest = orders[-1]
            have -= newest.quantity
            self._forget(newest.key)
            yield newest.key

    def _forget(self, key: str) -> None:
        order = self.orders.pop(key, None)
        if order is None:
            return
        level = self.levels[order.side][order.price]
        level.remove(order)
        if not level:
            del self.levels[order.side][order.price]


def parse_levels(levels: Iterable[tuple[str, str]]) -> Levels:
    """Turn (price, quantity) pairs of strings into levels; the last of a price wins."""
    return {Decimal(price): Decimal(quantity) for price, quantity in levels}
