"""Everybody's view of the books while the bots trade: never crossed, never in doubt, without a gap."""

import asyncio
from collections import Counter
from collections.abc import Iterable

from exchange_sdk import AsyncClient, OrderBook, OrderBookDelta, Reconnected, Resynced


class BookWatch:
    """Follows the books of some markets through the SDK, which verifies every sequence and checksum."""

    def __init__(self, address: str, markets: Iterable[str]) -> None:
        self._address = address
        self._markets = tuple(markets)
        self.messages: Counter[str] = Counter()
        self.faults: list[str] = []
        """Whatever was not as it must be, in words."""

    async def run(self) -> None:
        """Follow until canceled. Raises ExchangeError for a stream that cannot go on."""
        async with AsyncClient(self._address) as client, asyncio.TaskGroup() as group:
            for market in self._markets:
                group.create_task(self._follow(client, market))

    async def _follow(self, client: AsyncClient, market: str) -> None:
        async with client.stream_order_book(market) as stream:
            async for event in stream:
                match event:
                    case OrderBook() | OrderBookDelta():
                        self.messages[market] += 1
                        bid, ask = stream.book.best_bid, stream.book.best_ask
                        if bid is not None and ask is not None and bid.price >= ask.price:
                            self.faults.append(f"{market}: crossed at {event.sequence}: {bid} over {ask}")
                    case Resynced() | Reconnected():
                        self.faults.append(f"{market}: {event}")
