"""Orders by the trade price that triggers them."""

from bisect import insort
from collections.abc import Iterator
from operator import attrgetter
from typing import Final

from exchange_server.engine.ladder import PriceLadder
from exchange_server.engine.orders import Order
from exchange_server.engine.types import Ticks

BY_AGE: Final = attrgetter("order_id")


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
            insort(orders, order, key=BY_AGE)

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
