"""Orders of a market that wait for their trigger, by the trade price that triggers them."""

from collections.abc import Iterator
from typing import Final

from exchange_server.engine.orders import Order, Recorder
from exchange_server.engine.trailing import TrailingStops
from exchange_server.engine.triggers import BY_AGE, Triggers
from exchange_server.engine.types import SIDE_BUY, TYPE_STOP_LIMIT, TYPE_STOP_MARKET, TYPE_TRAILING_STOP, Ticks


class WaitingOrders:
    """All orders of one market that wait for their trigger.

    A trade that triggers none of them looks at some prices, however many wait.
    """

    __slots__ = ("_undo", "count", "falling", "rising", "trailing_buys", "trailing_sells")

    def __init__(self, undo: Recorder) -> None:
        self._undo: Final = undo
        self.count: int = 0
        self.rising: Final = Triggers(True)
        self.falling: Final = Triggers(False)
        self.trailing_buys: Final = TrailingStops(True)
        self.trailing_sells: Final = TrailingStops(False)

    def add(self, order: Order) -> None:
        """Let an order wait for its trigger."""
        self.count += 1
        if order.terms.type == TYPE_TRAILING_STOP:
            self._trailing(order).add(order)
        else:
            self._triggers(order).add(order, order.trigger_price_ticks)

    def remove(self, order: Order) -> None:
        """Take out an order that waits."""
        if self._undo.recording:
            self._undo.order(order)
        self.count -= 1
        if order.terms.type == TYPE_TRAILING_STOP:
            self._trailing(order).remove(order)
        else:
            self._triggers(order).remove(order, order.trigger_price_ticks)

    def __iter__(self) -> Iterator[Order]:
        yield from self.rising
        yield from self.falling
        yield from self.trailing_buys
        yield from self.trailing_sells

    def between(self, first: Ticks, last: Ticks) -> bool:
        """Tell whether trades from one price to another may trigger or move anything."""
        rises, falls = self.rising.nearest, self.falling.nearest
        trailing = self.trailing_buys.count + self.trailing_sells.count
        return trailing > 0 or (0 < rises <= max(first, last)) or min(first, last) <= falls

    def reached_by(self, price: Ticks) -> list[Order]:
        """Let trailing stops follow a trade, and return what it triggers, by age."""
        reached = self.rising.reached_by(price) + self.falling.reached_by(price)
        for trailing in (self.trailing_buys, self.trailing_sells):
            if trailing.count:
                if self._undo.recording:
                    for order in trailing:
                        self._undo.order(order)
                reached += trailing.reached_by(price)
        reached.sort(key=BY_AGE)
        return reached

    def _triggers(self, order: Order) -> Triggers:
        return self.rising if rises(order.terms.type, order.side) else self.falling

    def _trailing(self, order: Order) -> TrailingStops:
        return self.trailing_buys if order.side == SIDE_BUY else self.trailing_sells


def rises(type: int, side: int) -> bool:
    """Tell whether an order triggers at or above its price: stops to buy and take-profits to sell do."""
    return (side == SIDE_BUY) == (type == TYPE_STOP_MARKET or type == TYPE_STOP_LIMIT)


def satisfied(type: int, side: int, trigger: Ticks, price: Ticks) -> bool:
    """Tell whether a trade at `price` triggers a stop or take-profit."""
    return price >= trigger if rises(type, side) else price <= trigger
