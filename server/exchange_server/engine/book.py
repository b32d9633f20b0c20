"""The order book of one market: levels by price, orders in a level by time.

Every operation costs the same however many orders rest: a level is found in a dict, an order is linked to its
neighbours, and only a level's first and last order touch the sorted ladder of prices.
"""

from collections.abc import Iterator
from typing import Final

from exchange_server.engine.entities import Market
from exchange_server.engine.ladder import PriceLadder
from exchange_server.engine.orders import Level, Order, Recorder
from exchange_server.engine.types import MARKET_OPEN, SIDE_BUY, SIDE_SELL, AccountId, Lots, MarketId, OrderId, Ticks
from exchange_server.engine.waiting import WaitingOrders

LOOK_ANEW: Final = (-1, -1)


class BookSide:
    """All bids, or all asks, of a market. `best` is the level that trades first."""

    __slots__ = ("_undo", "best", "is_bid", "levels", "market_id", "prices", "side")

    def __init__(self, market_id: MarketId, side: int, undo: Recorder) -> None:
        self._undo: Final = undo
        self.market_id: Final = market_id
        self.side: Final = side
        self.is_bid: Final = side == SIDE_BUY
        self.levels: dict[Ticks, Level] = {}
        self.prices = PriceLadder()
        self.best: Level | None = None

    def level(self, price: Ticks) -> Level:
        """Return the level of a price, opening it if there is none; an order must be appended to it at once."""
        level = self.levels.get(price)
        if level is None:
            level = Level(self.market_id, self.side, price, self._undo)
            self.levels[price] = level
            self.prices.add(price)
            best = self.best
            if best is None or (price > best.price_ticks if self.is_bid else price < best.price_ticks):
                self.best = level
        return level

    def add(self, order: Order) -> Level:
        """Let an order rest behind all others at its price; return its level."""
        level = self.level(order.price_ticks)
        level.append(order)
        return level

    def remove(self, order: Order, visible_lots: Lots) -> Level:
        """Take out a resting order that shows so much; return its level, gone from the book when its total is 0."""
        level = order.level
        assert level is not None
        level.remove(order, visible_lots)
        if level.first is None:
            self.close_level(level)
        return level

    def behind(self, level: Level) -> Level | None:
        """Return the level that trades next after one, or None when it is the last."""
        price = self.prices.below(level.price_ticks) if self.is_bid else self.prices.above(level.price_ticks)
        return self.levels[Ticks(price)] if price else None

    def best_first(self) -> Iterator[Level]:
        """Iterate over the levels in the order in which they trade; the book must not change meanwhile."""
        prices = self.prices.descending() if self.is_bid else self.prices.ascending()
        levels = self.levels
        for price in prices:
            yield levels[Ticks(price)]

    def close_level(self, level: Level) -> None:
        """Forget a level that the last order has left."""
        del self.levels[level.price_ticks]
        self.prices.remove(level.price_ticks)
        if level is self.best:
            best = self.prices.highest() if self.is_bid else self.prices.lowest()
            self.best = self.levels[Ticks(best)] if best else None


class Book:
    """Both sides of a market, the orders that wait for their trigger, and which ones follow the book."""

    __slots__ = ("asks", "bids", "followed", "market", "pegged", "specials", "waiting")

    def __init__(self, market: Market, undo: Recorder) -> None:
        self.market: Final = market
        self.specials: int = 0
        """How many icebergs, pegged orders and orders of lists rest: while any does, who takes goes the long way."""
        self.pegged: Final[dict[OrderId, AccountId]] = {}
        """Open pegged orders, with their owners."""
        self.followed: tuple[int, int] = LOOK_ANEW
        """The best bid and ask, pegged orders aside, that the pegged orders stand by."""
        self.waiting: Final = WaitingOrders(undo)
        self.bids: Final = BookSide(market.market_id, SIDE_BUY, undo)
        self.asks: Final = BookSide(market.market_id, SIDE_SELL, undo)

    @property
    def crossed(self) -> bool:
        """Whether the best bid is at or above the best ask: orders that an auction has collected."""
        bid, ask = self.bids.best, self.asks.best
        return bid is not None and ask is not None and bid.price_ticks >= ask.price_ticks

    def note_quick(self) -> None:
        """Say whether plain orders may go the quick way, after the status or what follows the book has changed."""
        self.market.quick = self.market.status == MARKET_OPEN and not self.pegged

    def own(self, side: int) -> BookSide:
        """Return where an order of `side` rests."""
        return self.bids if side == SIDE_BUY else self.asks

    def opposite(self, side: int) -> BookSide:
        """Return what an order of `side` trades with."""
        return self.asks if side == SIDE_BUY else self.bids
