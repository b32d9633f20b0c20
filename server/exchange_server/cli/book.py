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

BAR_WIDTH = 24
REFRESH_PER_SECOND = 10


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

        asyncio.run(_watch(session, market, depth))
        return
    with session.client(public=True) as client:
        found = client.get_order_book(market, depth=depth)
    if session.json:
        print_json(found)
    else:
        console().print(ladder(found.market, found.bids, found.asks, found.sequence))


async def _watch(session: Session, market: str, depth: int) -> None:
    raise NotImplementedError


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


__all__ = ["book", "ladder", "print_json_line", "register"]
