"""Collect the fills of every account of a flow from their streams, as they come."""

import asyncio
from collections.abc import Callable
from decimal import Decimal

from exchange_bots.play.actions import Execution
from exchange_sdk import AsyncClient, Fill, Liquidity, Resynced

ZERO = Decimal(0)


class FillCollector:
    """Counts trades and fills of one run and hands them on. A run's client order ids begin with `prefix`."""

    def __init__(self, prefix: str, deliver: Callable[[Execution], None]) -> None:
        self.trades = 0
        self.taken = ZERO
        self.made = ZERO
        self.breaks = 0
        self._prefix = prefix
        self._deliver = deliver
        self._changed = asyncio.Event()

    async def collect(self, account: str, client: AsyncClient, opened: asyncio.Event) -> None:
        """Read one account's stream until canceled; `opened` is set when nothing can be missed any more."""
        async with client.stream_fills() as stream:
            opened.set()
            async for event in stream:
                if isinstance(event, Fill):
                    self._take(account, event)
                elif isinstance(event, Resynced):
                    self.breaks += 1

    async def caught_up(self, taken: Decimal, seconds: float) -> bool:
        """Wait until both sides of so much taken quantity have come; False if they do not in time."""
        try:
            async with asyncio.timeout(seconds):
                while self.taken < taken or self.made < taken:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def _take(self, account: str, fill: Fill) -> None:
        if not fill.client_order_id.startswith(self._prefix):
            return
        if fill.liquidity is Liquidity.TAKER:
            self.trades += 1
            self.taken += fill.quantity
        else:
            self.made += fill.quantity
        key = fill.client_order_id.removeprefix(self._prefix)
        self._deliver(Execution(key, fill.trade_id, account, fill.quantity))
        self._changed.set()
