"""Pegged orders: they follow the book when a command is done, by age, and never trade by moving.

The rules are in docs/orders.md, PEGGED. "Best" is of orders that are not pegged.
"""

from typing import Final

from exchange_server.engine.book import LOOK_ANEW, Book, BookSide
from exchange_server.engine.events import Event, OrderAccepted, OrderMoved
from exchange_server.engine.live import LiveState
from exchange_server.engine.orders import Level, Order
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.types import (
    MARKET_AUCTION,
    MAX_TICKS,
    PEG_MID,
    PEG_OWN,
    SIDE_BUY,
    TYPE_PEGGED,
    Ticks,
)

_PARKED: Final = (0, 0)
"""What pegged orders stand by where there is nothing to stand by."""


def begin_following(state: LiveState, book: Book, order: Order) -> None:
    """Let an accepted pegged order follow the book; it is parked until the command is done."""
    book.pegged[order.order_id] = order.account_id
    book.followed = LOOK_ANEW
    book.note_quick()
    state.pegged_books[book.market.market_id] = book


def end_following(state: LiveState, order: Order) -> None:
    """Let a pegged order that has ended follow no more; others may have stood one tick short of it."""
    book = state.books[order.market.market_id]
    del book.pegged[order.order_id]
    book.followed = LOOK_ANEW
    if not book.pegged:
        del state.pegged_books[book.market.market_id]
        book.note_quick()


def follow(state: LiveState, book: Book, events: list[Event], levels: dict[Level, None]) -> None:
    """Give every pegged order of a book its price anew; add what moved to `events` and `levels`."""
    bid, ask = best_of_others(book)
    parked = park(book, bid, ask)
    seen = _PARKED if parked else (bid, ask)
    if seen == book.followed:
        return
    book.followed = seen
    high_bid, low_ask = bid, ask
    for order_id in sorted(book.pegged):
        order = state.accounts[book.pegged[order_id]].open_orders[order_id]
        price = 0 if parked else pegged_price(order, bid, ask, high_bid, low_ask)
        if price and order.side == SIDE_BUY:
            high_bid = max(high_bid, price)
        elif price:
            low_ask = min(low_ask, price) if low_ask else price
        if price != order.special.pegged_price_ticks:
            _move(state, book, order, Ticks(price), events, levels)


def best_of_others(book: Book) -> tuple[int, int]:
    """Return the best bid and ask of orders that are not pegged; 0 for none."""
    return _best_of_others(book.bids), _best_of_others(book.asks)


def park(book: Book, bid: int, ask: int) -> bool:
    """Tell whether all pegged orders are parked: in an auction, and while what it has collected is crossed."""
    return book.market.status == MARKET_AUCTION or 0 < ask <= bid


def pegged_price(order: Order, bid: int, ask: int, high_bid: int, low_ask: int) -> int:
    """Return where a pegged order stands; 0 is parked.

    `bid`, `ask`: the references, 0 for none; `high_bid`, `low_ask`: what it must not cross, 0 for nothing.
    """
    terms = order.terms
    assert isinstance(terms, SpecialTerms)
    buys = order.side == SIDE_BUY
    if terms.peg_reference == PEG_MID:
        if not bid or not ask:
            return 0
        reference = (bid + ask) // 2 if buys else -(-(bid + ask) // 2)
    else:
        reference = bid if (terms.peg_reference == PEG_OWN) == buys else ask
    if not reference:
        return 0
    price = reference + terms.peg_offset_ticks
    if buys:
        price = min(price, order.price_ticks)
        if low_ask:
            price = min(price, low_ask - 1)
    else:
        price = max(price, order.price_ticks)
        if high_bid:
            price = max(price, high_bid + 1)
    return price if 1 <= price <= MAX_TICKS else 0


def _best_of_others(side: BookSide) -> int:
    level = side.best
    while level is not None:
        order = level.first
        while order is not None:
            if order.terms.type != TYPE_PEGGED:
                return level.price_ticks
            order = order.next
        level = side.behind(level)
    return 0


def _move(
    state: LiveState, book: Book, order: Order, price: Ticks, events: list[Event], levels: dict[Level, None]
) -> None:
    """Let a pegged order stand elsewhere, at the back of the level there, or nowhere."""
    side = book.own(order.side)
    if order.level is not None:
        levels[side.remove(order, order.open_lots)] = None
        book.specials -= 1
    # What this very command has accepted was told to nobody; all else gets a successor.
    outcome = events[0]
    if not (isinstance(outcome, OrderAccepted) and outcome.order is order):
        order = order.successor()
        state.accounts[order.account_id].put(order)
    order.special.pegged_price_ticks = price
    order.update_time_ns = state.time_ns
    if price:
        level = side.level(price)
        level.append(order)
        levels[level] = None
        book.specials += 1
    events.append(OrderMoved(order))
    state.digest(order.order_id, price, order.open_lots)
