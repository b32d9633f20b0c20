"""A venue's WebSocket, kept open: Hyperliquid's, or the synthetic one on this machine."""

import asyncio
import random
from collections.abc import AsyncGenerator, Iterable

import websockets
from websockets.asyncio.client import ClientConnection, connect

from exchange_bots.clock import now_ns
from exchange_bots.feed.messages import PING, subscriptions
from exchange_bots.feed.source import Connected, Disconnected, Received, SourceEvent

HYPERLIQUID = "wss://api.hyperliquid.xyz/ws"
FIRST_DELAY = 0.25
LONGEST_DELAY = 15.0
PING_SECONDS = 20.0
"""Hyperliquid ends a connection on which it has sent nothing for a minute; it answers this."""
SILENCE_SECONDS = 10.0
"""A connection on which nothing comes for so long is given up: books come twice a second."""
OPEN_SECONDS = 10.0
LARGEST_MESSAGE = 1 << 20


class WebSocketSource:
    """Subscribes to books and trades of coins; connects again with growing, jittered pauses, without end."""

    def __init__(
        self,
        url: str,
        coins: Iterable[str],
        *,
        first_delay: float = FIRST_DELAY,
        silence_seconds: float = SILENCE_SECONDS,
    ) -> None:
        self._url = url
        self._coins = tuple(coins)
        self._first_delay = first_delay
        self._silence_seconds = silence_seconds

    async def events(self) -> AsyncGenerator[SourceEvent, None]:
        """Yield without end. A connection that brought a message makes the next pause short again."""
        delay = self._first_delay
        while True:
            reason = "the venue closed the connection"
            try:
                async with connect(self._url, open_timeout=OPEN_SECONDS, max_size=LARGEST_MESSAGE) as connection:
                    for request in subscriptions(self._coins):
                        await connection.send(request)
                    yield Connected()
                    async with asyncio.timeout(None) as silence:
                        pings = asyncio.create_task(_ping(connection))
                        try:
                            while True:
                                silence.reschedule(asyncio.get_running_loop().time() + self._silence_seconds)
                                text = await connection.recv()
                                silence.reschedule(None)
                                delay = self._first_delay
                                yield Received(now_ns(), text)
                        finally:
                            pings.cancel()
            except TimeoutError:
                reason = "nothing came for too long"
            except (OSError, websockets.WebSocketException) as error:
                reason = str(error) or type(error).__name__
            yield Disconnected(reason)
            await asyncio.sleep(delay * random.uniform(0.5, 1.5))  # a pause, not a secret
            delay = min(delay * 2, LONGEST_DELAY)


async def _ping(connection: ClientConnection) -> None:
    try:
        while True:
            await asyncio.sleep(PING_SECONDS)
            await connection.send(PING)
    except websockets.ConnectionClosed:
        # Whoever reads is told.
        return
