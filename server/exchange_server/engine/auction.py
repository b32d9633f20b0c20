"""The auction: orders that were collected trade at one price. The rules are in docs/orders.md, Auction."""

from typing import Final

from exchange_server.engine.book import Book, BookSide
from exchange_server.engine.changes import Changes
from exchange_server.engine.live import LiveState
from exchange_server.engine.orders import Level, Order
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.trading import decrement, end_active, execute
from exchange_server.engine.types import (
    CLOSE_SELF_TRADE,
    SELF_TRADE_DECREMENT,
    SELF_TRADE_EXPIRE_BOTH,
    SELF_TRADE_EXPIRE_MAKER,
    SELF_TRADE_EXPIRE_TAKER,
    Lots,
    OrderId,
    Ppm,
    Ticks,
)


class Indication:
    """What would trade: at which price, how much, and how many lots more would be bought than sold (signed)."""

    __slots__ = ("price_ticks", "surplus_lots", "volume_lots")

    def __init__(self, price_ticks: Ticks, volume_lots: Lots, surplus_lots: int) -> None:
        self.price_ticks: Final = price_ticks
        self.volume_lots: Final = volume_lots
        self.surplus_lots: Final = surplus_lots


def indication(book: Book) -> Indication | None:
    """Find the price with the largest volume, the least imbalance, nearest to the reference, lowest.

    None when the book is not crossed. Volume and imbalance change only at prices where orders rest, so one look at each
    of these is enough, however many ticks lie between.
    """
    if not book.crossed:
        return None
    bid, ask = book.bids.best, book.asks.best
    assert bid is not None
    assert ask is not None
    low, high = ask.price_ticks, bid.price_ticks
    bids, asks = _collected(book.bids, low), _collected(book.asks, high)
    market = book.market
    reference = market.last_price_ticks
    if not reference and market.protection is not None:
        reference = market.protection.reference_price_ticks

    # 1. Ranges of prices with the same volume: from each of these to before the next.
    changes_at = [low, *(price for price, _ in asks), *(price + 1 for price, _ in bids if price < high)]
    starts = sorted(dict.fromkeys(changes_at))
    # 2. The best of each range, and of these the best.
    buys, sells = sum(lots for _, lots in bids), 0
    bids.reverse()
    passed = begun = 0
    best: tuple[int, int, int, int] | None = None
    surplus = 0
    for number, start in enumerate(starts):
        last = starts[number + 1] - 1 if number + 1 < len(starts) else high
        while passed < len(bids) and bids[passed][0] < start:
            buys -= bids[passed][1]
            passed += 1
        while begun < len(asks) and asks[begun][0] <= start:
            sells += asks[begun][1]
            begun += 1
        price = min(max(reference, start), last) if reference else start
        distance = abs(price - reference) if reference else 0
        rank = (-min(buys, sells), abs(buys - sells), distance, price)
        if best is None or rank < best:
            best, surplus = rank, buys - sells
    assert best is not None
    return Indication(Ticks(best[3]), Lots(-best[0]), surplus)


def uncross(state: LiveState, changes: Changes, book: Book) -> None:
    """Trade until the book is not crossed; nobody takes, so both pay the maker fee and no rebate is paid."""
    while (found := indication(book)) is not None:
        _trade_at(state, changes, book, found.price_ticks)


def _trade_at(state: LiveState, changes: Changes, book: Book, price: Ticks) -> None:
    """Let the first bid and the first ask trade, again and again, as far as they reach the price."""
    fee_ppm = Ppm(max(book.market.maker_fee_ppm, 0))
    while True:
        bids, asks = book.bids.best, book.asks.best
        if bids is None or asks is None or bids.price_ticks < price or asks.price_ticks > price:
            return
        older, younger = _by_arrival(bids, asks)
        lots = min(older.visible_lots, younger.visible_lots)
        if not state.same_owner(older.account_id, younger.account_id):
            execute(state, changes, book, older, younger, lots, price, fee_ppm, fee_ppm)
            continue
        terms = younger.terms
        mode = terms.self_trade if isinstance(terms, SpecialTerms) else SELF_TRADE_EXPIRE_MAKER
        if mode == SELF_TRADE_DECREMENT:
            decrement(state, changes, book, older, younger, lots)
        if mode == SELF_TRADE_EXPIRE_MAKER or mode == SELF_TRADE_EXPIRE_BOTH:
            end_active(state, changes, older, CLOSE_SELF_TRADE)
        if mode == SELF_TRADE_EXPIRE_TAKER or mode == SELF_TRADE_EXPIRE_BOTH:
            end_active(state, changes, younger, CLOSE_SELF_TRADE)


def _by_arrival(bids: Level, asks: Level) -> tuple[Order, Order]:
    """Return the first orders of two levels, the one that came to the back of its level earlier first."""
    bid, ask = bids.first, asks.first
    assert bid is not None
    assert ask is not None
    return (bid, ask) if _joined(bid) < _joined(ask) else (ask, bid)


def _joined(order: Order) -> tuple[OrderId, int]:
    if isinstance(order.terms, SpecialTerms) and order.special.joined_id:
        return order.special.joined_id, order.special.joined_step
    return order.order_id, 0


def _collected(side: BookSide, limit: Ticks) -> list[tuple[int, int]]:
    """Return prices up to the other side's best, with all that is open at each, hidden parts included; best first."""
    levels: list[tuple[int, int]] = []
    for level in side.best_first():
        if level.price_ticks < limit if side.is_bid else level.price_ticks > limit:
            break
        lots = 0
        order = level.first
        while order is not None:
            lots += order.open_lots
            order = order.next
        levels.append((level.price_ticks, lots))
    return levels
