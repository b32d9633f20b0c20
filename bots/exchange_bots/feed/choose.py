"""The feed by the name that a person gives it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from exchange_bots.feed.live import HYPERLIQUID, WebSocketSource
from exchange_bots.feed.recorded import RecordedSource
from exchange_bots.feed.source import Source
from exchange_bots.feed.synthetic_venue import SyntheticVenue

SYNTHETIC_FEED = "synthetic"
HYPERLIQUID_FEED = "hyperliquid"


@asynccontextmanager
async def open_feed(name: str, coins: Sequence[str], *, seed: int = 1) -> AsyncGenerator[Source, None]:
    """Give the source of a feed: `synthetic` (served here while it is open), `hyperliquid`, ws://…, or a recording."""
    if name == SYNTHETIC_FEED:
        async with SyntheticVenue(seed).serving() as venue:
            yield WebSocketSource(venue.url, coins)
    elif name == HYPERLIQUID_FEED:
        yield WebSocketSource(HYPERLIQUID, coins)
    elif name.startswith(("ws://", "wss://")):
        yield WebSocketSource(name, coins)
    else:
        yield RecordedSource(Path(name))
