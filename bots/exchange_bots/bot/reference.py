"""Where a bot looks: at a coin of the venue, or at this exchange's own market without the bot's own orders."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Protocol

from exchange_bots.bot.view import RestingOrder
from exchange_bots.clock import now_ns
from exchange_bots.feed.messages import BookSnapshot, Level, TradePrint
from exchange_bots.feed.venue_feed import Doubt, Look, VenueFeed
from exchange_bots.play.actions import Side
from exchange_sdk import (
    AsyncClient,
    BookChannel,
    ChannelClosed,
    OrderBook,
    OrderBookDelta,
    PriceLevel,
    Reconnected,
    Resynced,
    Trade,
    TradesChannel,
)

DEPTH = 20
BOOK_SECONDS = 0.1
"""The least time between two messages of a book."""

Listener = Callable[[tuple[TradePrint, ...]], None]


class Reference(Protocol):
    """What a bot may look at."""

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call the listener after each change, with the new trades if any; returns what ends that."""
        ...

    def look(self, at_ns: int, own: Iterable[RestingOrder]) -> Look:
        """Return the book at this time if it can be relied on, without these own orders."""
        ...


class VenueCoin:
    """A coin of the venue."""

    def __init__(self, feed: VenueFeed, coin: str) -> None:
        self._feed = feed
        self._coin = coin

    def listen(self, listener: Listener) -> Callable[[], None]:
        coin = self._coin
        return self._feed.listen(lambda trades: listener(tuple(trade for trade in trades if trade.coin == coin)))

    def look(self, at_ns: int, own: Iterable[RestingOrder]) -> Look:
        return self._feed.look(self._coin, at_ns)


class MarketFeed:
    """Books and trades of this exchange's markets, on one stream for all bots of a process."""

    def __init__(self, markets: Iterable[str]) -> None:
        self._books: dict[str, tuple[tuple[PriceLevel, ...], tuple[PriceLevel, ...]] | None]
        self._books = dict.fromkeys(markets)
        self._listeners: dict[str, list[Listener]] = {market: [] for market in self._books}

    async def follow(self, client: AsyncClient) -> None:
        """Follow the markets until canceled. Raises ExchangeError for what cannot pass, such as no such market."""
        channels = [BookChannel(market, depth=DEPTH, interval=BOOK_SECONDS) for market in self._books]
        trades = [TradesChannel(market) for market in self._books]
        try:
            async with client.subscribe(*channels, *trades) as subscription:
                async for channel, event in subscription:
                    market = getattr(channel, "market", "")
                    match event:
                        case OrderBook() | OrderBookDelta() if isinstance(channel, BookChannel):
                            book = subscription.book(channel)
                            self._books[market] = (book.bids(DEPTH), book.asks(DEPTH))
                            self._tell(market, ())
                        case Trade():
                            self._tell(market, _prints(event))
                        case Reconnected() | Resynced() if isinstance(channel, BookChannel):
                            self._books[market] = None
                            self._tell(market, ())
                        case ChannelClosed(cause):
                            raise cause
        finally:
            self._books = dict.fromkeys(self._books)

    def listen(self, market: str, listener: Listener) -> Callable[[], None]:
        """Call the listener after each change of a market; returns what ends that."""
        self._listeners[market].append(listener)
        return lambda: self._listeners[market].remove(listener)

    def look(self, market: str, at_ns: int, own: Iterable[RestingOrder]) -> Look:
        """Return a market's book without some orders."""
        levels = self._books[market]
        if levels is None:
            return Look(None, Doubt.DISCONNECTED)
        return look_without(market, at_ns, levels, own)

    def _tell(self, market: str, trades: tuple[TradePrint, ...]) -> None:
        for listener in tuple(self._listeners[market]):
            listener(trades)


class OwnMarket:
    """One of this exchange's markets."""

    def __init__(self, feed: MarketFeed, market: str) -> None:
        self._feed = feed
        self._market = market

    def listen(self, listener: Listener) -> Callable[[], None]:
        return self._feed.listen(self._market, listener)

    def look(self, at_ns: int, own: Iterable[RestingOrder]) -> Look:
        return self._feed.look(self._market, at_ns, own)


def look_without(
    market: str,
    at_ns: int,
    levels: tuple[Sequence[tuple[Decimal, Decimal]], Sequence[tuple[Decimal, Decimal]]],
    own: Iterable[RestingOrder],
) -> Look:
    """Return a look at a market's bids and asks, best first, without some orders that are among them."""
    mine: dict[tuple[Side, Decimal], Decimal] = {}
    for order in own:
        key = (order.side, order.price)
        mine[key] = mine.get(key, Decimal(0)) + order.open_quantity
    bids, asks = (_without(side, found, mine) for side, found in zip(Side, levels, strict=True))
    if not bids or not asks:
        return Look(None, Doubt.ONE_SIDED)
    return Look(BookSnapshot(market, at_ns, bids, asks), None)


def _without(
    side: Side, levels: Iterable[tuple[Decimal, Decimal]], mine: dict[tuple[Side, Decimal], Decimal]
) -> tuple[Level, ...]:
    left = (Level(price, quantity - mine.get((side, price), Decimal(0))) for price, quantity in levels)
    return tuple(level for level in left if level.quantity > 0)


def _prints(trade: Trade) -> tuple[TradePrint, ...]:
    if trade.taker_side is None:
        return ()
    side = Side(trade.taker_side.name.lower())
    return (TradePrint(trade.market, trade.trade_time_ns, side, trade.price, trade.quantity, trade.trade_id),)


async def until_changed(changed: asyncio.Event, least: float, most: float) -> None:
    """Wait for a change, at least and at most so many seconds."""
    began = now_ns()
    try:
        async with asyncio.timeout(most):
            await changed.wait()
    except TimeoutError:
        pass
    await asyncio.sleep(max(least - (now_ns() - began) / 1e9, 0))
    changed.clear()
