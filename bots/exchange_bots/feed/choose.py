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


def check_pace(name: str, pace: float) -> None:
    """Raise ValueError if the feed of that name cannot go at another pace than its own."""
    if pace != 1 and (name == HYPERLIQUID_FEED or name.startswith(("ws://", "wss://"))):
        raise ValueError(f"{name} is live and has a pace of its own")


@asynccontextmanager
async def open_feed(
    name: str, coins: Sequence[str], *, seed: int = 1, pace: float = 1.0
) -> AsyncGenerator[Source, None]:
    """Give the source of a feed: `synthetic` (served here while it is open), `hyperliquid`, ws://…, or a recording.

    `pace` is a factor. Raises ValueError as `check_pace` does.
    """
    check_pace(name, pace)
    if name == SYNTHETIC_FEED:
        async with SyntheticVenue(seed, speed=pace).serving() as venue:
            yield WebSocketSource(venue.url, coins)
    elif name == HYPERLIQUID_FEED:
        yield WebSocketSource(HYPERLIQUID, coins)
    elif name.startswith(("ws://", "wss://")):
        yield WebSocketSource(name, coins)
    else:
        yield RecordedSource(Path(name), speed=pace)
