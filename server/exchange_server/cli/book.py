"""`exchange book`: the order book of a market, once or live."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exchange_server.cli.commands import client_command
from exchange_server.cli.output import console, number, print_json, print_json_line
from exchange_server.cli.session import Session

if TYPE_CHECKING:
    from rich.console import RenderableType

    from exchange_sdk import AsyncOrderBookStream

BAR_WIDTH = 24
REDRAW_SECONDS = 0.1


def register(app: typer.Typer) -> None:
    """Add the command to the top level."""
    client_command(app, "book")(book)


def book(
    session: Session,
    market: Annotated[str, typer.Argument(help="Market name, such as BTC-USDC.")],
    depth: Annotated[int, typer.Option("--depth", "-d", min=1, max=5000, help="Levels a side.")] = 10,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Follow it live; Ctrl-C ends.")] = False,
) -> None:
    """Show the order book of a market: asks above, bids below, the best in the middle."""
    if watch:
        import asyncio

        try:
            asyncio.run(_watch(session, market, depth))
        except KeyboardInterrupt:
            return
        return
    with session.client(public=True) as client:
        found = client.get_order_book(market, depth=depth)
    if session.json:
        print_json(found)
    else:
        console().print(ladder(found.market, found.bids, found.asks, found.sequence))


async def _watch(session: Session, market: str, depth: int) -> None:
    """Keep the SDK's verified local book on the screen; piped, one JSON line a message."""
    import asyncio

    from rich.live import Live

    async with session.async_client(public=True) as client, client.stream_order_book(market) as stream:
        if session.json:
            await _print_lines(stream)
            return
        reading = asyncio.create_task(_keep_reading(stream))
        # A terminal shows ten pictures a second; the book behind them is always the newest.
        drawn = -1
        try:
            with Live(console=console(), auto_refresh=False) as live:
                while not reading.done():
                    book = stream.book
                    if book.sequence != drawn:
                        drawn = book.sequence
                        live.update(ladder(market, book.bids(depth), book.asks(depth), drawn), refresh=True)
                    await asyncio.wait({reading}, timeout=REDRAW_SECONDS)
            await reading
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def _keep_reading(stream: "AsyncOrderBookStream") -> None:
    async for _ in stream:
        pass


async def _print_lines(stream: "AsyncOrderBookStream") -> None:
    from exchange_sdk import OrderBook, OrderBookDelta

    async for event in stream:
        if isinstance(event, OrderBook | OrderBookDelta):
            print_json_line(event)


def ladder(market: str, bids: Sequence[Any], asks: Sequence[Any], sequence: int, note: str = "") -> "RenderableType":
    """Draw levels (price, quantity), best first, as a ladder with bars."""
    from rich.table import Table
    from rich.text import Text

    largest = max((level.quantity for level in (*bids, *asks)), default=Decimal(1))
    grid = Table(box=None, show_header=True, padding=(0, 2), title=f"{market}  #{sequence}  {note}".rstrip())
    grid.add_column("quantity", justify="right", min_width=14)
    grid.add_column("price", justify="right", min_width=12)
    grid.add_column("", min_width=BAR_WIDTH)
    for levels, colour in ((tuple(reversed(asks)), "red"), (tuple(bids), "green")):
        if colour == "green":
            grid.add_row("", Text(spread(bids, asks), style="dim"), "")
        for level in levels:
            bar = "█" * int(-(-level.quantity * BAR_WIDTH // largest))
            grid.add_row(number(level.quantity), Text(number(level.price), style=colour), Text(bar, style=colour))
    return grid


def spread(bids: Sequence[Any], asks: Sequence[Any]) -> str:
    """Return the distance of the best prices as text."""
    if not bids or not asks:
        return "no spread"
    return f"spread {number(asks[0].price - bids[0].price)}"
