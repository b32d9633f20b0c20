"""A bot's life on a real exchange: it starts clean, survives what happens to it, stops when it should."""

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from exchange_bots.bot.config import SafetyConfig
from exchange_bots.bot.safety import State
from exchange_bots.bot.strategy import Strategy
from exchange_bots.strategies import make_bot
from exchange_sdk import Client, MarketStatus
from exchange_sdk.testing import TestExchange
from tests.integration.bots.bot_fixture import FUNDS, MARKET, VenueSaying, at_work, book_of, bot_exchange, until

__all__ = ["bot_exchange"]

BIDS = {100: 1, 99: 2}
ASKS = {101: 1, 102: 2}


@pytest.fixture
def onlooker(bot_exchange: TestExchange) -> Iterator[Client]:
    client = bot_exchange.client("onlooker", {"BTC": 100, "USDC": 100_000})
    yield client
    client.cancel_all_orders()


def maker(name: str, **settings: Any) -> Strategy[Any]:
    values = {"name": name, "market": MARKET, "coin": "BTC", "react_seconds": 0.01, "refresh_seconds": 0.1}
    return make_bot("mirror-maker", values | settings)


async def test_it_cancels_what_an_earlier_run_left_behind_and_at_its_end_leaves_nothing(
    bot_exchange: TestExchange, onlooker: Client
) -> None:
    venue = VenueSaying()
    left = bot_exchange.client("clean", FUNDS)
    left.place_order(market=MARKET, side="buy", quantity=3, price=50)
    async with at_work(bot_exchange, maker("clean"), venue):
        venue.book(BIDS, ASKS)
        await until(lambda: book_of(onlooker) == (BIDS, ASKS), "its quotes and nothing else")
    assert book_of(onlooker) == ({}, {})


async def test_what_others_take_is_quoted_again(bot_exchange: TestExchange, onlooker: Client) -> None:
    venue = VenueSaying()
    async with at_work(bot_exchange, maker("refill"), venue) as core:
        venue.book(BIDS, ASKS)
        await until(lambda: book_of(onlooker) == (BIDS, ASKS), "the quotes")
        # Of the best ask a part, and of the bids one whole and a part of the next.
        await asyncio.to_thread(onlooker.place_order, market=MARKET, side="buy", quantity="0.25", price=101)
        await asyncio.to_thread(
            onlooker.place_order, market=MARKET, side="sell", quantity="1.5", price=99, time_in_force="ioc"
        )
        await until(lambda: core.inventory == Decimal("1.25"), "what it holds now")
        await until(lambda: book_of(onlooker) == (BIDS, ASKS), "the quotes as before")
        await until(lambda: core.counts["fills"] == 3, "its fills")


async def test_it_goes_on_after_the_exchange_was_restarted(bot_exchange: TestExchange, onlooker: Client) -> None:
    venue = VenueSaying()
    async with at_work(bot_exchange, maker("restart"), venue) as core:
        venue.book(BIDS, ASKS)
        await until(lambda: book_of(onlooker) == (BIDS, ASKS), "the quotes")
        await asyncio.to_thread(bot_exchange.kill)
        await asyncio.to_thread(bot_exchange.start)
        talking = asyncio.create_task(_talk(venue))
        await until(lambda: book_of(onlooker) == (BIDS, ASKS) and not core.needs_sync, "the quotes again", 30)
        await until(lambda: core.counts["syncs"] >= 2, "that it began anew")
        talking.cancel()


async def _talk(venue: VenueSaying) -> None:
    while True:
        venue.book(BIDS, ASKS)
        await asyncio.sleep(0.5)


async def test_it_waits_while_the_market_is_closed(bot_exchange: TestExchange, onlooker: Client) -> None:
    venue = VenueSaying()
    bot = maker("closed", safety=SafetyConfig(pause_seconds=0.2))
    async with at_work(bot_exchange, bot, venue) as core:
        await asyncio.to_thread(bot_exchange.admin.admin.set_market_status, MARKET, MarketStatus.CANCEL_ONLY)
        try:
            venue.book(BIDS, ASKS)
            await until(lambda: core.state is State.PAUSED and core.reason.startswith("market"), "the pause")
            assert core.counts["refused_market_cancel_only"] >= 4
        finally:
            await asyncio.to_thread(bot_exchange.admin.admin.set_market_status, MARKET, MarketStatus.OPEN)
        venue.book(BIDS, ASKS)
        await until(lambda: book_of(onlooker) == (BIDS, ASKS), "the quotes")


async def test_with_little_money_it_quotes_what_it_can_and_says_so(
    bot_exchange: TestExchange, onlooker: Client
) -> None:
    venue = VenueSaying()
    async with at_work(bot_exchange, maker("poor"), venue, {"BTC": 1, "USDC": 200}) as core:
        venue.book(BIDS, ASKS)
        await until(lambda: book_of(onlooker) == ({100: 1}, {101: 1}), "the best levels")
        assert core.counts["short_of_money"] > 0
        assert not any(name.startswith("refused") for name in core.counts)


@pytest.mark.parametrize(
    ("limit", "reason"),
    [({"max_inventory": 1}, "inventory"), ({"max_drawdown": 5}, "drawdown")],
    ids=["inventory", "drawdown"],
)
async def test_beyond_a_limit_it_cancels_everything_and_halts_for_good(
    bot_exchange: TestExchange, onlooker: Client, limit: dict[str, Any], reason: str
) -> None:
    """Somebody sells it 1.5 at 100 and 99; then the venue's price falls by ten."""
    venue = VenueSaying()
    async with at_work(bot_exchange, maker(f"limit-{reason}", safety=limit), venue) as core:
        venue.book(BIDS, ASKS)
        await until(lambda: book_of(onlooker) == (BIDS, ASKS), "the quotes")
        await asyncio.to_thread(
            onlooker.place_order, market=MARKET, side="sell", quantity="1.5", price=99, time_in_force="ioc"
        )
        await until(lambda: core.inventory == Decimal("1.5"), "what it bought")
        venue.book({90: 1}, {91: 1})
        await until(lambda: core.state is State.HALTED, "the halt")
        assert core.reason.startswith(reason)
        await until(lambda: book_of(onlooker) == ({}, {}), "an empty book")
        venue.book(BIDS, ASKS)
        decisions = core.counts["decisions"]
        await asyncio.sleep(0.3)
        assert (core.counts["decisions"], book_of(onlooker)) == (decisions, ({}, {}))


async def test_orders_that_were_canceled_behind_its_back_are_quoted_again(
    bot_exchange: TestExchange, onlooker: Client
) -> None:
    venue = VenueSaying()
    async with at_work(bot_exchange, maker("behind"), venue):
        venue.book(BIDS, ASKS)
        await until(lambda: book_of(onlooker) == (BIDS, ASKS), "the quotes")
        behind = await asyncio.to_thread(bot_exchange.client, "behind")
        canceled = await asyncio.to_thread(behind.cancel_all_orders, market=MARKET)
        assert len(canceled) == 4
        await until(lambda: book_of(onlooker) == (BIDS, ASKS), "the quotes again")
