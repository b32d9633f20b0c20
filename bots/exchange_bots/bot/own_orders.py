"""The bot's orders as it knows them: from the answers to its requests, and from the account's stream.

The two come in any order. Nobody else touches these orders, so price and quantity are what was last answered; fills
only grow, and what has ended does not come back: so what arrives late cannot undo what is newer.
"""

from collections.abc import Iterable
from decimal import Decimal

from exchange_bots.bot.view import ZERO, RestingOrder
from exchange_bots.play.actions import Side
from exchange_sdk import Order


class OwnOrders:
    """The orders that rest, by key. Fills may be heard of before the order that they belong to is answered."""

    def __init__(self) -> None:
        self._open: dict[str, RestingOrder] = {}
        self._filled: dict[str, Decimal] = {}
        self._ended: set[str] = set()

    def resting(self) -> tuple[RestingOrder, ...]:
        """Return what rests, in the order in which it was placed."""
        return tuple(self._open.values())

    def __len__(self) -> int:
        return len(self._open)

    def clear(self) -> None:
        """Forget everything."""
        self._open.clear()
        self._filled.clear()
        self._ended.clear()

    def placed(self, key: str, side: Side, price: Decimal, quantity: Decimal, filled: Decimal, *, rests: bool) -> None:
        """Take the answer to a new order."""
        filled = max(filled, self._filled.pop(key, ZERO))
        if rests and key not in self._ended and filled < quantity:
            self._open[key] = RestingOrder(key, side, price, quantity, filled)
        self._ended.discard(key)

    def amended(
        self, key: str, price: Decimal | None, quantity: Decimal | None, filled: Decimal, *, rests: bool
    ) -> None:
        """Take the answer to an amend; what is None stays. The order may be known to have ended by now."""
        known = self._open.get(key)
        if known is None:
            return
        price = known.price if price is None else price
        quantity = known.quantity if quantity is None else quantity
        filled = max(filled, known.filled)
        if not rests or filled >= quantity:
            del self._open[key]
        else:
            self._open[key] = RestingOrder(key, known.side, price, quantity, filled)

    def ended(self, key: str) -> None:
        """Take note that an order is not there any more."""
        self._open.pop(key, None)

    def heard(self, orders: Iterable[Order]) -> None:
        """Take what the account's stream tells."""
        for order in orders:
            known = self._open.get(order.client_order_id)
            if known is None:
                # Its answer may still come, and must not bring it back.
                if not order.is_open:
                    self._ended.add(order.client_order_id)
                self._filled[order.client_order_id] = order.filled_quantity + order.prevented_quantity
                continue
            filled = order.filled_quantity + order.prevented_quantity
            if not order.is_open:
                del self._open[known.key]
            elif filled > known.filled:
                self._open[known.key] = RestingOrder(known.key, known.side, known.price, known.quantity, filled)

    def answered(self) -> None:
        """Nothing is under way any more: what was heard of unknown orders is of nobody's concern."""
        self._filled.clear()
        self._ended.clear()
