"""A venue on this machine that speaks Hyperliquid's WebSocket: seeded markets, served as they pass."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager

import websockets
from websockets.asyncio.server import ServerConnection, serve

from exchange_bots.clock import NS, now_ns
from exchange_bots.feed.messages import PONG
from exchange_bots.feed.synthetic_market import COINS, Coin, SyntheticMarket

LOOPBACK = "127.0.0.1"
LARGEST_REQUEST = 4_096
UNSENT_BYTES = 1 << 20
"""Of one client that does not read; then it is sent away."""


class SyntheticVenue:
    """The venue's clients and markets. `speed` is a factor of the pace; times in messages are always the real ones."""

    def __init__(self, seed: int, coins: Iterable[Coin] = COINS, *, speed: float = 1.0) -> None:
        self._markets: Mapping[str, SyntheticMarket] = {coin.name: SyntheticMarket(coin, seed) for coin in coins}
        self._speed = speed
        self._subscribers: dict[tuple[str, str], set[ServerConnection]] = {}
        self.port = 0

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"ws://{LOOPBACK}:{self.port}/ws"

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncGenerator["SyntheticVenue", None]:
        """Serve on a port of this machine, any free one for 0, until the block ends."""
        async with serve(self._client, LOOPBACK, port, max_size=LARGEST_REQUEST) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._run(market)) for market in self._markets.values()]
                try:
                    yield self
                finally:
                    for task in tasks:
                        task.cancel()

    async def _run(self, market: SyntheticMarket) -> None:
        began_ns = now_ns()
        for number, (time_ns, text) in enumerate(market.messages(began_ns, speed=self._speed)):
            wait_ns = time_ns - now_ns()
            if wait_ns > 0 or number % 64 == 0:
                await asyncio.sleep(max(wait_ns, 0) / NS)
            self._tell(market.coin.name, text)

    def _tell(self, coin: str, text: str) -> None:
        kind = "l2Book" if text.startswith('{"channel":"l2Book"') else "trades"
        for connection in tuple(self._subscribers.get((kind, coin), ())):
            if connection.transport.get_write_buffer_size() > UNSENT_BYTES:
                connection.transport.abort()
        websockets.broadcast(self._subscribers.get((kind, coin), ()), text)

    async def _client(self, connection: ServerConnection) -> None:
        try:
            async for request in connection:
                await connection.send(self._answer(connection, request))
        except websockets.ConnectionClosed:
            # Gone without a word.
            return
        finally:
            for subscribers in self._subscribers.values():
                subscribers.discard(connection)

    def _answer(self, connection: ServerConnection, request: str | bytes) -> str:
        """Do what is asked and return the answer, as the venue words it."""
        with contextlib.suppress(ValueError, KeyError, TypeError):
            asked = json.loads(request)
            if asked["method"] == "ping":
                return PONG
            wanted = asked["subscription"]
            key = (wanted["type"], wanted["coin"])
            if asked["method"] == "subscribe" and key[0] in ("l2Book", "trades") and key[1] in self._markets:
                self._subscribers.setdefault(key, set()).add(connection)
                return json.dumps({"channel": "subscriptionResponse", "data": asked})
        return json.dumps({"channel": "error", "data": f"not understood: {str(request)[:100]}"})
