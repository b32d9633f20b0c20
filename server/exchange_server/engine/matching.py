"""Matching: which resting orders an incoming order meets, by price, then time. Reads the book and changes nothing."""

from exchange_server.engine.book import Book, BookSide
from exchange_server.engine.orders import Order
from exchange_server.engine.types import SIDE_BUY, TYPE_LIMIT, AccountId, Lots, Ticks


class Matches:
    """The orders that an incoming order meets, in their order.

    `makers` with `lots` of each: 0 for an order of the same account, which expires instead of trading.
    `price_lots` is the sum of price × lots; `remaining` what finds no counterpart.
    """

    __slots__ = ("lots", "makers", "price_lots", "remaining")

    def __init__(self, quantity: Lots) -> None:
        self.makers: list[Order] = []
        self.lots: list[Lots] = []
        self.price_lots = 0
        self.remaining: int = quantity


def opposite(book: Book, side: int) -> BookSide:
    """Return the side of the book that an order of `side` trades with."""
    return book.asks if side == SIDE_BUY else book.bids


def crosses(book: Book, side: int, type: int, price: Ticks) -> bool:
    """Tell whether an order would meet the best opposite level, whoever owns what rests there."""
    best = opposite(book, side).best
    if best is None:
        return False
    if type != TYPE_LIMIT:
        return True
    return best.price_ticks <= price if side == SIDE_BUY else best.price_ticks >= price


def match(book: Book, side: int, type: int, price: Ticks, quantity: Lots, account_id: AccountId) -> Matches:
    """Find the orders that an incoming order meets until it is filled or its limit price is reached."""
    matches = Matches(quantity)
    makers = matches.makers
    lots = matches.lots
    remaining: int = quantity
    price_lots = 0
    for level in opposite(book, side).best_first():
        level_price = level.price_ticks
        if type == TYPE_LIMIT and (level_price > price if side == SIDE_BUY else level_price < price):
            break
        maker = level.first
        while maker is not None and remaining > 0:
            makers.append(maker)
            if maker.account_id == account_id:
                lots.append(Lots(0))
            else:
                taken = maker.open_lots if maker.open_lots < remaining else remaining
                lots.append(Lots(taken))
                remaining -= taken
                price_lots += level_price * taken
            maker = maker.next
        if remaining == 0:
            break
    matches.remaining = remaining
    matches.price_lots = price_lots
    return matches


def covers(book: Book, side: int, type: int, price: Ticks, quantity: Lots) -> bool:
    """Tell whether the levels within an order's price hold its quantity, whoever owns what rests there."""
    missing: int = quantity
    for level in opposite(book, side).best_first():
        level_price = level.price_ticks
        if type == TYPE_LIMIT and (level_price > price if side == SIDE_BUY else level_price < price):
            break
        missing -= level.total_lots
        if missing <= 0:
            return True
    return False
