"""The mirrors on a real exchange: its book is the venue's, its trades too, and doubt empties it."""

import asyncio
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from exchange_bots.bot.safety import State
from exchange_bots.bot.strategy import Strategy
from exchange_bots.bot.view import Quote, Terms
from exchange_bots.clock import NS, now_ns
from exchange_bots.feed.messages import BookSnapshot, TradePrint, parse, trades_text
from exchange_bots.feed.recorded import messages
from exchange_bots.feed.source import Connected, Disconnected, Received
from exchange_bots.play.actions import Side
from exchange_bots.strategies import make_bot
from exchange_bots.strategies.mirror_maker import mapped_book
from exchange_sdk import AccountUpdate, AsyncClient, Client, OrderStatus
from exchange_sdk.testing import TestExchange
from tests.integration.bots.bot_fixture import MARKET, Book, VenueSaying, at_work, book_of, bot_exchange, until
from tests.unit.bots.recordings import HYPERLIQUID, needs_hyperliquid

__all__ = ["bot_exchange"]

GRID = Terms(MARKET, Decimal("0.1"), Decimal("0.00001"), Decimal(1))
BIDS = {100: 1, 99: 2}
ASKS = {101: 1, 102: 2}


def maker(name: str, **settings: object) -> Strategy[Any]:
    return make_bot("mirror-maker", {"name": name, "market": MARKET, "coin": "BTC", "react_seconds": 0, **settings})


@pytest.fixture
def onlooker(bot_exchange: TestExchange) -> Client:
    """Look at the book; the test before has left nothing in it."""
    client = bot_exchange.client("onlooker")
    assert book_of(client) == ({}, {})
    return client


def is_book(client: Client, wanted: Book) -> bool:
    return book_of(client) == wanted


def as_levels(quotes: list[Quote]) -> Book:
    sides = {side: {quote.price: quote.quantity for quote in quotes if quote.side is side} for side in Side}
    return sides[Side.BUY], sides[Side.SELL]


@needs_hyperliquid
async def test_the_book_is_the_recordings_mapped_to_ticks_at_every_snapshot(
    bot_exchange: TestExchange, onlooker: Client
) -> None:
    venue = VenueSaying()
    snapshots = [text for _, text in messages(HYPERLIQUID) if isinstance(parse(text), BookSnapshot)]
    async with at_work(bot_exchange, maker("mirror-recording"), venue) as core:
        for time_ns, text in messages(HYPERLIQUID):
            # The recording's own times: its clocks agree with each other, not with ours.
            venue.feed.take(Received(time_ns, text))
            book = parse(text)
            if not isinstance(book, BookSnapshot):
                continue
            # As if it came now: it must not be stale.
            venue.feed._coins["BTC"].received_ns = now_ns()
            wanted = as_levels(mapped_book(book, GRID, 20, Decimal(1)))
            assert len(wanted[0]) == len(wanted[1]) == 20
            await until(partial(is_book, onlooker, wanted), "the venue's book", 5)
        # By difference: far less than twice forty requests a snapshot.
        changes = core.counts["places"] + core.counts["amends"] + core.counts["cancels"]
        assert 40 < changes < len(snapshots) * 40 / 2
        assert not any(name.startswith("refused") for name in core.counts)
    assert book_of(onlooker) == ({}, {})


def crossed(venue: VenueSaying) -> None:
    venue.book({103: 1}, ASKS)


def malformed(venue: VenueSaying) -> None:
    venue.say('{"channel":"l2Book","data":{"coin":"BTC","time":1,"levels":[[{"px":"105","sz":"x"}],[]]}}')


def clock_jump(venue: VenueSaying) -> None:
    venue.book({105: 1}, {106: 1}, late=3600)


def disconnect(venue: VenueSaying) -> None:
    venue.feed.take(Disconnected("cut"))


def silence(venue: VenueSaying) -> None:
    """Say nothing any more."""


@pytest.mark.parametrize("fault", [crossed, malformed, clock_jump, disconnect, silence])
async def test_a_fault_of_the_feed_cancels_every_quote_within_five_seconds_and_nothing_is_sent_until_it_is_over(
    bot_exchange: TestExchange, onlooker: Client, fault: Callable[[VenueSaying], None]
) -> None:
    venue = VenueSaying()
    name = f"mirror-{fault.__name__.replace('_', '-')}"
    async with at_work(bot_exchange, maker(name), venue) as core:
        venue.book(BIDS, ASKS)
        await until(lambda: book_of(onlooker) == (BIDS, ASKS), "the quotes")
        key = await asyncio.to_thread(bot_exchange.api_key, name)
        async with AsyncClient(bot_exchange.address, api_key=key) as auditor, auditor.stream_account() as account:
            await anext(account)
            began = time.monotonic()
            fault(venue)
            venue.say(trades_text([TradePrint("BTC", now_ns(), Side.BUY, Decimal(105), Decimal(1), 1)]))
            await until(lambda: book_of(onlooker) == ({}, {}), "an empty book", 5)
            assert time.monotonic() - began < 5
            assert core.state is State.PAUSED
            if fault is not silence:
                fault(venue)
            await asyncio.sleep(0.7)  # longer than a refresh: what it must not do it would have done
            venue.feed.take(Connected())
            venue.book({200: 1}, {201: 1})
            await until(lambda: book_of(onlooker) == ({200: 1}, {201: 1}), "the quotes again")
            # What the account saw: first only cancels, then only the new quotes.
            prices: list[Decimal] = []
            async with asyncio.timeout(5):
                while len(prices) < 2:
                    event = await anext(account)
                    assert isinstance(event, AccountUpdate)
                    opened = [order for order in event.orders if order.status is OrderStatus.OPEN]
                    prices.extend(order.price for order in opened if order.price)
            assert sorted(prices) == [200, 201]


async def test_the_taker_repeats_news_scaled_and_not_what_is_old_or_doubtful(
    bot_exchange: TestExchange, onlooker: Client
) -> None:
    venue = VenueSaying()
    taker = make_bot("mirror-taker", {"market": MARKET, "coin": "BTC", "scale": "0.5", "slippage_bps": 0})
    bot_exchange.quote(MARKET, bids=[("99.9", 5)], asks=[("100.1", 5)])

    def say(trade_id: int, side: Side, price: str, size: str, age: float = 0.0) -> None:
        at_ns = now_ns() - int(age * NS)
        venue.say(trades_text([TradePrint("BTC", at_ns, side, Decimal(price), Decimal(size), trade_id)]))

    try:
        async with at_work(bot_exchange, taker, venue) as core:
            venue.book({"99.9": 1}, {"100.1": 1})
            await until(lambda: core.state is State.RUNNING, "that it runs")
            say(1, Side.BUY, "100.1", "2")
            await until(lambda: book_of(onlooker)[1] == {Decimal("100.1"): 4}, "half of what the venue bought")
            say(2, Side.SELL, "99.9", "4")
            await until(lambda: book_of(onlooker)[0] == {Decimal("99.9"): 3}, "half of what the venue sold")
            say(2, Side.SELL, "99.9", "4")
            say(3, Side.SELL, "99.9", "4", age=10)
            venue.book({101: 1}, {100: 1})
            say(4, Side.SELL, "99.9", "4")
            venue.book({"99.9": 1}, {"100.1": 1})
            # Not at a price that nobody pays here.
            say(5, Side.BUY, "100.0", "2")
            await until(lambda: core.counts["takes"] == 3, "the last one, in vain")
            assert book_of(onlooker) == ({Decimal("99.9"): 3}, {Decimal("100.1"): 4})
            await until(lambda: core.inventory == Decimal(-1), "what it sold more than it bought")
    finally:
        bot_exchange.quote(MARKET)
