"""Orders of a market that wait for their trigger, by the trade price that triggers them."""

from collections.abc import Iterator
from typing import Final

from exchange_server.engine.orders import Order, Recorder
from exchange_server.engine.trailing import NOWHERE, TrailingStops
from exchange_server.engine.triggers import BY_AGE, Triggers
from exchange_server.engine.types import SIDE_BUY, TYPE_STOP_LIMIT, TYPE_STOP_MARKET, TYPE_TRAILING_STOP, Ticks


class WaitingOrders:
    """All orders of one market that wait for their trigger.

    However many wait, a trade that is below `noticed_from` and above `noticed_up_to` triggers and moves none of them.
    """

    __slots__ = (
        "_undo",
        "count",
        "falling",
        "noticed_from",
        "noticed_up_to",
        "rising",
        "trailing_buys",
        "trailing_sells",
    )

    def __init__(self, undo: Recorder) -> None:
        self._undo: Final = undo
        self.rising: Final = Triggers(True)
        self.falling: Final = Triggers(False)
        self.trailing_buys: Final = TrailingStops(True)
        self.trailing_sells: Final = TrailingStops(False)
        self.noticed_from: int = NOWHERE
        self.noticed_up_to: int = 0

    def add(self, order: Order) -> None:
        """Let an order wait for its trigger."""
        if order.terms.type == TYPE_TRAILING_STOP:
            self._trailing(order).add(order)
        else:
            self._triggers(order).add(order, order.trigger_price_ticks)
        self._find_noticed()

    def remove(self, order: Order) -> None:
        """Take out an order that waits."""
        if self._undo.recording:
            self._undo.order(order)
        if order.terms.type == TYPE_TRAILING_STOP:
            self._trailing(order).remove(order)
        else:
            self._triggers(order).remove(order, order.trigger_price_ticks)
        self._find_noticed()

    def __iter__(self) -> Iterator[Order]:
        yield from self.rising
        yield from self.falling
        yield from self.trailing_buys
        yield from self.trailing_sells

    def reached_by(self, price: Ticks) -> list[Order]:
        """Let trailing stops follow a trade, and return what it triggers, by age."""
        reached: list[Order] = []
        if self.noticed_up_to < price < self.noticed_from:
            return reached
        if 0 < self.rising.nearest <= price:
            reached += self.rising.reached_by(price)
        if price <= self.falling.nearest:
            reached += self.falling.reached_by(price)
        for trailing in (self.trailing_buys, self.trailing_sells):
            if not trailing.noticed_up_to < price < trailing.noticed_from:
                if self._undo.recording:
                    for order in trailing:
                        self._undo.order(order)
                reached += trailing.reached_by(price)
                self._find_noticed()
        if len(reached) > 1:
            reached.sort(key=BY_AGE)
        return reached

    def _find_noticed(self) -> None:
        buys, sells = self.trailing_buys, self.trailing_sells
        above, below = self.rising.nearest or NOWHERE, self.falling.nearest
        if buys.noticed_from < above:
            above = buys.noticed_from
        if sells.noticed_from < above:
            above = sells.noticed_from
        if buys.noticed_up_to > below:
            below = buys.noticed_up_to
        if sells.noticed_up_to > below:
            below = sells.noticed_up_to
        self.noticed_from, self.noticed_up_to = above, below

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
