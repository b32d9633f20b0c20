"""`exchange book` and `exchange queue`: the order book of a market, by levels or order by order, once or live."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exchange_server.cli.commands import client_command
from exchange_server.cli.live import draw_live, print_lines, run_live
from exchange_server.cli.numbers import decimal_option
from exchange_server.cli.output import console, number, print_json
from exchange_server.cli.session import CommandError, Session, UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from exchange_sdk import Client, LocalOrderQueues

BAR_WIDTH = 24
SHOWN_LEVELS = 10
DEEPEST_VIEW = 1000

MarketArgument = Annotated[str, typer.Argument(help="Market name, such as BTC-USDC.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the top level."""
    client_command(app, "book")(book)
    client_command(app, "queue")(queue)


def book(
    session: Session,
    market: MarketArgument,
    depth: Annotated[
        int | None, typer.Option("--depth", "-d", min=1, max=5000, help="Levels a side.  [default: 10 are shown]")
    ] = None,
    step: Annotated[str | None, typer.Option(help="Add levels up to multiples of this, in quote units.")] = None,
    interval: Annotated[float, typer.Option(min=0, max=60, help="With -w: least seconds between two changes.")] = 0,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Follow it live; Ctrl-C ends.")] = False,
) -> None:
    """Show the order book of a market: asks above, bids below, the best in the middle."""
    if depth is not None and depth > DEEPEST_VIEW and (watch or step is not None):
        raise UsageError(f"--depth: with -w or --step at most {DEEPEST_VIEW}")
    price_step = None if step is None else decimal_option(step, "--step")
    if watch:
        run_live(_watch(session, market, depth, price_step, interval))
        return
    shown: Any
    with session.client(public=True) as client:
        if price_step is None:
            found = client.get_order_book(market, depth=depth or SHOWN_LEVELS)
            bids, asks, sequence, shown = found.bids, found.asks, found.sequence, found
        else:
            with client.stream_order_book(market, depth or SHOWN_LEVELS, price_step) as stream:
                local = stream.book
                bids, asks, sequence, shown = local.bids(), local.asks(), local.sequence, _view(local)
    if session.json:
        print_json(shown)
    else:
        console().print(ladder(market, bids, asks, sequence))


def _view(book: Any) -> dict[str, Any]:
    return {
        "market": book.market.name,
        "bids": book.bids(),
        "asks": book.asks(),
        "sequence": book.sequence,
        "checksum": book.checksum(),
    }


async def _watch(session: Session, market: str, depth: int | None, price_step: Decimal | None, interval: float) -> None:
    """Keep the SDK's verified local book on the screen; piped, one JSON line a message."""
    from exchange_sdk import OrderBook, OrderBookDelta

    shown = depth or SHOWN_LEVELS
    async with (
        session.async_client(public=True) as client,
        # A program that names no depth gets the whole book; a screen needs no more than it shows.
        client.stream_order_book(market, depth if session.json else shown, price_step, interval) as stream,
    ):
        if session.json:
            await print_lines(stream, OrderBook, OrderBookDelta)
            return
        local = stream.book
        await draw_live(
            stream,
            lambda event: None,
            lambda: ladder(market, local.bids(shown), local.asks(shown), local.sequence),
        )


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


# ---------------------------------------------------------------- order by order


def queue(
    session: Session,
    market: MarketArgument,
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="Orders a side.")] = 15,
    order_id: Annotated[int | None, typer.Option(help="Only where this order stands.")] = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Follow it live; Ctrl-C ends.")] = False,
) -> None:
    """Show the book order by order, in the order in which they trade; your own orders are marked."""
    if watch:
        run_live(_watch_queue(session, market, count))
        return
    with session.client(public=True) as client, client.stream_orders(market) as stream:
        queues = stream.queues
        if order_id is not None:
            position = queues.position(order_id)
            if position is None:
                raise CommandError(f"order {order_id} does not rest in {market}")
            print_json(position) if session.json else print(_position(order_id, position))
        elif session.json:
            shown = {"bids": queues.bids(count), "asks": queues.asks(count)}
            print_json({"market": market, **shown, "sequence": queues.sequence, "checksum": queues.checksum()})
        else:
            console().print(_queues(queues, count, _own(session, client, market)))


async def _watch_queue(session: Session, market: str, count: int) -> None:
    from exchange_sdk import OrderQueues, OrderQueuesDelta

    async with session.async_client(public=True) as client, client.stream_orders(market) as stream:
        if session.json:
            await print_lines(stream, OrderQueues, OrderQueuesDelta)
            return
        queues = stream.queues
        await draw_live(stream, lambda event: None, lambda: _queues(queues, count, frozenset()))


def _own(session: Session, client: "Client", market: str) -> frozenset[int]:
    if not session.resolve_api_key():
        return frozenset()
    return frozenset(order.order_id for order in client.list_orders(market=market, open_only=True))


def _position(order_id: int, position: Any) -> str:
    ahead = "nothing" if not position.orders_ahead else f"{number(position.quantity_ahead)} in {position.orders_ahead}"
    return f"{order_id}: {number(position.quantity)} at {number(position.price)}, {ahead} before it"


def _queues(queues: "LocalOrderQueues", count: int, own: frozenset[int]) -> "RenderableType":
    from itertools import zip_longest

    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, title=f"{queues.market.name}  #{queues.sequence}", pad_edge=False)
    for title in ("bid order", "quantity", "price", "price", "quantity", "ask order"):
        grid.add_column(title, justify="right")

    def cells(order: Any, colour: str) -> list[Text]:
        if order is None:
            return [Text("")] * 3
        mark = "bold reverse" if order.order_id in own else ""
        texts = (str(order.order_id), number(order.quantity), number(order.price))
        return [Text(text, style=style) for text, style in zip(texts, (mark, "", colour), strict=True)]

    for bid, ask in zip_longest(queues.bids(count), queues.asks(count)):
        grid.add_row(*cells(bid, "green"), *reversed(cells(ask, "red")))
    return grid
