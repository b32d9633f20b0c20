"""Keep a picture of a stream on the screen; piped, one JSON line an event."""

from collections.abc import AsyncIterable, Callable
from typing import TYPE_CHECKING, Any

from exchange_server.cli.output import console, print_json_line

if TYPE_CHECKING:
    from rich.console import RenderableType

REDRAW_SECONDS = 0.1
"""A terminal shows ten pictures a second; what is behind them is always the newest."""


async def draw_live(
    stream: AsyncIterable[Any], take: Callable[[Any], None], picture: Callable[[], "RenderableType"]
) -> None:
    """Take every event of a stream as it comes, and show the picture when something has changed."""
    import asyncio

    from rich.live import Live

    changed = True

    async def read() -> None:
        nonlocal changed
        async for event in stream:
            take(event)
            changed = True

    reading = asyncio.create_task(read())
    try:
        with Live(console=console(), auto_refresh=False) as live:
            while not reading.done():
                if changed:
                    changed = False
                    live.update(picture(), refresh=True)
                await asyncio.wait({reading}, timeout=REDRAW_SECONDS)
        await reading
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def print_lines(stream: AsyncIterable[Any], *kinds: type) -> None:
    """Print the events of some kinds, a JSON line each."""
    async for event in stream:
        if isinstance(event, kinds):
            print_json_line(event)


def run_live(work: Any) -> None:
    """Run until Ctrl-C."""
    import asyncio

    try:
        asyncio.run(work)
    except KeyboardInterrupt:
        return
