"""Matching: which resting orders an incoming order meets, by price, then time. Reads the book and changes nothing."""

from typing import Final

from exchange_server.engine.book import BookSide
from exchange_server.engine.orders import Order
from exchange_server.engine.types import TYPE_LIMIT, AccountId, Lots, Ticks

_NONE: Final = Lots(0)


class Matches:
    """The orders that an incoming order meets, in their order.

    `makers` with the lots that each gives: 0 for an order of the same account, which expires instead of trading.
    `price_lots` is the sum of price × lots; `remaining` what finds no counterpart.
    """

    __slots__ = ("makers", "price_lots", "remaining")

    def __init__(self, makers: list[tuple[Order, Lots]], price_lots: int, remaining: int) -> None:
        self.makers = makers
        self.price_lots = price_lots
        self.remaining = remaining


def match(opposite: BookSide, type: int, price: Ticks, quantity: Lots, account_id: AccountId) -> Matches:
    """Find the orders that an incoming order meets until it is filled or its limit price is reached."""
    makers: list[tuple[Order, Lots]] = []
    remaining = quantity
    price_lots = 0
    level = opposite.best
    while level is not None and remaining > 0:
        level_price = level.price_ticks
        if type == TYPE_LIMIT and (level_price < price if opposite.is_bid else level_price > price):
            break
        maker = level.first
        while maker is not None and remaining > 0:
            if maker.account_id == account_id:
                makers.append((maker, _NONE))
            else:
                taken = maker.open_lots
                if taken > remaining:
                    taken = remaining
                makers.append((maker, taken))
                remaining = remaining - taken  # type: ignore[assignment]
                price_lots += level_price * taken
            maker = maker.next
        if maker is None:
            level = opposite.behind(level)
    return Matches(makers, price_lots, remaining)


def covers(opposite: BookSide, type: int, price: Ticks, quantity: Lots) -> bool:
    """Tell whether the levels within an order's price hold its quantity, whoever owns what rests there."""
    missing: int = quantity
    level = opposite.best
    while level is not None:
        level_price = level.price_ticks
        if type == TYPE_LIMIT and (level_price < price if opposite.is_bid else level_price > price):
            break
        missing -= level.total_lots
        if missing <= 0:
            return True
        level = opposite.behind(level)
    return False
