"""What the soak's onlooker of the books calls a fault, seen on a real exchange."""

import asyncio

from exchange.v1 import types_pb2
from tests.e2e.soak.books import BookWatch
from tests.integration.exchange_fixture import BUY, MARKET, SELL, Exchange, Trader


async def seen(watch: BookWatch, count: int) -> None:
    async with asyncio.timeout(20):
        while watch.messages[MARKET] < count:
            await asyncio.sleep(0.02)


async def test_a_crossed_book_is_a_fault_and_a_sound_one_is_not(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    watch = BookWatch(exchange.process.address, [MARKET])
    following = asyncio.create_task(watch.run())
    try:
        await seen(watch, 1)
        exchange.place(alice, SELL, "105", "1")
        exchange.place(bob, BUY, "95", "1")
        await seen(watch, 2)
        assert watch.faults == []
        # Only before an auction's uncrossing do orders rest that would trade.
        exchange.set_status(types_pb2.MARKET_STATUS_AUCTION)
        exchange.place(bob, BUY, "106", "1")
        async with asyncio.timeout(20):
            while not watch.faults:
                await asyncio.sleep(0.02)
    finally:
        following.cancel()
        exchange.set_status(types_pb2.MARKET_STATUS_OPEN)
    assert all(fault.startswith(f"{MARKET}: crossed at ") for fault in watch.faults)
