"""A real exchange for bots, and bots at work on it with a feed that the test speaks to."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from exchange_bots.bot.core import BotCore
from exchange_bots.bot.reference import VenueCoin
from exchange_bots.bot.runner import BotRunner
from exchange_bots.bot.strategy import Strategy
from exchange_bots.clock import now_ns
from exchange_bots.feed.messages import Level, book_text
from exchange_bots.feed.source import Connected, Received
from exchange_bots.feed.venue_feed import VenueFeed
from exchange_sdk import Client
from exchange_sdk.testing import MarketTerms, TestExchange

MARKET = "BTC-USDC"
FUNDS: Mapping[str, Any] = {"BTC": 1_000, "USDC": 500_000_000}
TERMS = MarketTerms("BTC", "USDC", tick_size="0.1", lot_size="0.00001", min_notional=1)


@pytest.fixture(scope="module")
def bot_exchange() -> Iterator[TestExchange]:
    with TestExchange(TERMS) as exchange:
        yield exchange


class VenueSaying:
    """A venue that says what the test wants, now."""

    def __init__(self, coin: str = "BTC") -> None:
        self.coin = coin
        self.feed = VenueFeed([coin])
        self.feed.take(Connected())

    def say(self, text: str) -> None:
        self.feed.take(Received(now_ns(), text))

    def book(self, bids: Mapping[Any, Any], asks: Mapping[Any, Any], *, late: float = 0.0) -> None:
        """Tell a book; `late`: how many seconds the venue's clock is behind."""
        sides = [
            [Level(Decimal(str(price)), Decimal(str(size))) for price, size in side.items()] for side in (bids, asks)
        ]
        self.say(book_text(self.coin, now_ns() - int(late * 1e9), sides[0], sides[1]))


@asynccontextmanager
async def at_work(
    exchange: TestExchange,
    strategy: Strategy[Any],
    venue: VenueSaying,
    funds: Mapping[str, Any] = FUNDS,
) -> AsyncIterator[BotCore]:
    """Run a bot with an account of its own until the block ends."""
    name = strategy.config.name
    key = await asyncio.to_thread(exchange.api_key, name, funds)
    core = BotCore(strategy.config, strategy, f"run{now_ns() % 10**9}")
    runner = BotRunner(exchange.address, key, core, VenueCoin(venue.feed, venue.coin))
    task = asyncio.create_task(runner.run())
    try:
        yield core
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.result()


async def until(condition: Callable[[], object], what: str, seconds: float = 10.0) -> None:
    """Poll until the condition holds; a blocking condition runs in a thread."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await asyncio.to_thread(condition):
        assert asyncio.get_running_loop().time() < deadline, f"not within {seconds:g} s: {what}"
        await asyncio.sleep(0.01)


Book = tuple[dict[Any, Any], dict[Any, Any]]
"""Quantities of bids and of asks by price; compared with numbers of any kind."""


def book_of(client: Client, market: str = MARKET) -> Book:
    """Return the exchange's bids and asks by price."""
    found = client.get_order_book(market)
    return dict(found.bids), dict(found.asks)
