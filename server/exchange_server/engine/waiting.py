"""Orders of a market that wait for their trigger, by the trade price that triggers them."""

from bisect import insort
from collections.abc import Iterator
from operator import attrgetter
from typing import Final

from exchange_server.engine.ladder import PriceLadder
from exchange_server.engine.orders import Order, Recorder
from exchange_server.engine.types import (
    SIDE_BUY,
    TYPE_STOP_LIMIT,
    TYPE_STOP_MARKET,
    TYPE_TRAILING_STOP,
    OrderId,
    Ticks,
)

_BY_AGE: Final = attrgetter("order_id")


class Triggers:
    """Orders that trigger at or above a price, or at or below one. `nearest` is the price that triggers first, or 0."""

    __slots__ = ("_at", "_prices", "nearest", "rising")

    def __init__(self, rising: bool) -> None:
        self.rising: Final = rising
        self.nearest: int = 0
        self._prices: Final = PriceLadder()
        self._at: Final[dict[int, list[Order]]] = {}

    def add(self, order: Order, trigger: Ticks) -> None:
        """Let an order wait; of one price the oldest comes first."""
        orders = self._at.get(trigger)
        if orders is None:
            self._at[trigger] = [order]
            self._prices.add(trigger)
            self._find_nearest()
        else:
            insort(orders, order, key=_BY_AGE)

    def remove(self, order: Order, trigger: Ticks) -> None:
        """Take out an order that waits here."""
        orders = self._at[trigger]
        orders.remove(order)
        if not orders:
            del self._at[trigger]
            self._prices.remove(trigger)
            self._find_nearest()

    def __iter__(self) -> Iterator[Order]:
        for orders in self._at.values():
            yield from orders

    def reached_by(self, price: Ticks) -> list[Order]:
        """Return what a trade at this price triggers; it stays here until it is removed."""
        reached: list[Order] = []
        if not self.nearest or (price < self.nearest if self.rising else price > self.nearest):
            return reached
        for trigger in self._prices.ascending() if self.rising else self._prices.descending():
            if trigger > price if self.rising else trigger < price:
                break
            reached.extend(self._at[trigger])
        return reached

    def _find_nearest(self) -> None:
        self.nearest = self._prices.lowest() if self.rising else self._prices.highest()


class WaitingOrders:
    """All orders of one market that wait for their trigger.

    A trade that triggers none of them looks at two prices, however many wait; trailing stops are looked at one by one.
    """

    __slots__ = ("_undo", "count", "falling", "rising", "trailing")

    def __init__(self, undo: Recorder) -> None:
        self._undo: Final = undo
        self.count: int = 0
        self.rising: Final = Triggers(True)
        self.falling: Final = Triggers(False)
        self.trailing: Final[dict[OrderId, Order]] = {}

    def add(self, order: Order) -> None:
        """Let an order wait for its trigger."""
        self.count += 1
        if order.terms.type == TYPE_TRAILING_STOP:
            self.trailing[order.order_id] = order
        else:
            self._triggers(order).add(order, order.trigger_price_ticks)

    def remove(self, order: Order) -> None:
        """Take out an order that waits."""
        if self._undo.recording:
            self._undo.order(order)
        self.count -= 1
        if order.terms.type == TYPE_TRAILING_STOP:
            del self.trailing[order.order_id]
        else:
            self._triggers(order).remove(order, order.trigger_price_ticks)

    def __iter__(self) -> Iterator[Order]:
        yield from self.rising
        yield from self.falling
        yield from self.trailing.values()

    def between(self, first: Ticks, last: Ticks) -> bool:
        """Tell whether trades from one price to another may trigger or move anything."""
        rises, falls = self.rising.nearest, self.falling.nearest
        return bool(self.trailing) or (0 < rises <= max(first, last)) or min(first, last) <= falls

    def reached_by(self, price: Ticks) -> list[Order]:
        """Let trailing stops follow a trade, and return what it triggers, by age."""
        if self._undo.recording:
            for order in self.trailing.values():
                self._undo.order(order)
        reached = self.rising.reached_by(price) + self.falling.reached_by(price)
        reached += [order for order in self.trailing.values() if _follow(order, price)]
        reached.sort(key=_BY_AGE)
        return reached

    def _triggers(self, order: Order) -> Triggers:
        return self.rising if rises(order.terms.type, order.side) else self.falling


def rises(type: int, side: int) -> bool:
    """Tell whether an order triggers at or above its price: stops to buy and take-profits to sell do."""
    return (side == SIDE_BUY) == (type == TYPE_STOP_MARKET or type == TYPE_STOP_LIMIT)


def satisfied(type: int, side: int, trigger: Ticks, price: Ticks) -> bool:
    """Tell whether a trade at `price` triggers a stop or take-profit."""
    return price >= trigger if rises(type, side) else price <= trigger


def _follow(order: Order, price: Ticks) -> bool:
    """Move a trailing stop's extreme with a trade, and tell whether it triggers."""
    special = order.special
    buys = order.side == SIDE_BUY
    if not special.active:
        activation = order.activation_price_ticks
        special.active = price <= activation if buys else price >= activation
        if not special.active:
            return False
    extreme = special.extreme_ticks
    if extreme == 0 or (price < extreme if buys else price > extreme):
        special.extreme_ticks = price
    trigger = order.trigger_price_ticks
    return price >= trigger if buys else price <= trigger
