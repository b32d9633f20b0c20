"""`exchange play`: order flow, recorded or generated, as ordinary clients of the exchange."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exchange_server.cli.commands import client_command
from exchange_server.cli.numbers import decimal_option
from exchange_server.cli.output import console, number, print_json
from exchange_server.cli.session import ADMIN_PROFILE, CommandError, Session, UsageError

if TYPE_CHECKING:
    from exchange_bots.play.actions import Flow
    from exchange_bots.play.summary import Summary
    from exchange_sdk import AsyncClient

SYNTHETIC = "synthetic"
DEFAULT_MESSAGES = 100_000
PRICES = {"BTC": Decimal(65_000), "ETH": Decimal(3_000)}
WARM_UP = 300
DEFAULT_PRICE = Decimal(100)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be played."""

    source: str
    format: "Format | None"
    market: tuple[str, str] | None
    messages: int | None
    seed: int
    rate: float
    price: Decimal | None
    endless: bool


class Format(StrEnum):
    """What a recording is."""

    LOBSTER = "lobster"
    HYPERLIQUID = "hyperliquid"
    BINANCE = "binance"
    EXCHANGE = "exchange"


def register(app: typer.Typer) -> None:
    """Add the command to the top level."""
    client_command(app, "play", profile=ADMIN_PROFILE)(play)


def play(
    session: Session,
    source: Annotated[str, typer.Argument(metavar="FILE|synthetic", help="A recording, plain or gzip; or synthetic.")],
    format: Annotated[Format | None, typer.Option("--format", help="What the recording is.")] = None,
    speed: Annotated[str, typer.Option(help="Times the recorded pace, or max.")] = "max",
    market: Annotated[
        str | None, typer.Option(help="Market to play in; created if missing.  [default: the recording's]")
    ] = None,
    messages: Annotated[
        int | None, typer.Option("--messages", "-n", min=1, help="Stop after so many messages of the source.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the synthetic flow: the same seed gives the same orders.")] = 1,
    rate: Annotated[float, typer.Option(min=0.001, help="Of the synthetic flow: messages a second at speed 1.")] = 1000,
    price: Annotated[str | None, typer.Option(help="Of the synthetic flow: where the price begins.")] = None,
    endless: Annotated[bool, typer.Option("--endless", help="Of the synthetic flow: go on until Ctrl-C.")] = False,
    run_name: Annotated[
        str | None,
        typer.Option("--run", help="Name of this run in every client order id; an earlier one's is continued safely."),
    ] = None,
) -> None:
    """Play recorded or generated order flow through the public API, and sum up what came of it.

    An admin key creates what is missing: the market, and funded accounts for makers and takers.
    """
    import asyncio

    wanted = Wanted(
        source=source,
        format=format,
        market=_market_terms_name(market),
        messages=messages,
        seed=seed,
        rate=rate,
        price=None if price is None else decimal_option(price, "--price"),
        endless=endless,
    )
    summary = asyncio.run(_play(session, wanted, parse_speed(speed), run_name))
    if session.json:
        print_json(summary.document())
    else:
        _print(summary)


def parse_speed(text: str) -> float | None:
    """Read a speed: a positive factor, or None for "max". Raises UsageError."""
    if text == "max":
        return None
    speed = float(decimal_option(text.removesuffix("x"), "--speed"))
    if speed <= 0:
        raise UsageError("--speed: a positive factor, or max")
    return speed


def _market_terms_name(market: str | None) -> tuple[str, str] | None:
    if market is None:
        return None
    base, _, quote = market.partition("-")
    if not (base and quote):
        raise UsageError(f"--market: {market!r} is not BASE-QUOTE")
    return base, quote


async def _flow(client: "AsyncClient", wanted: Wanted) -> "Flow":
    """Open the source; a generated flow fits the market if there is one already."""
    from exchange_bots.play.tape import TapeError

    if wanted.source != SYNTHETIC:
        if wanted.format is None:
            raise UsageError(f"--format: name what {wanted.source} is: lobster, hyperliquid or binance")
        try:
            flow = _recording(Path(wanted.source), wanted.format, wanted.messages, wanted.market)
        except TapeError as error:
            raise CommandError(str(error)) from error
        if wanted.market is not None:
            flow.market = replace(flow.market, base_asset=wanted.market[0], quote_asset=wanted.market[1])
        return flow

    from exchange_bots.play.synthetic import BTC_USDC, Shape, SyntheticFlow
    from exchange_sdk import NotFound

    base, quote = wanted.market or (BTC_USDC.base_asset, BTC_USDC.quote_asset)
    terms = replace(BTC_USDC, base_asset=base, quote_asset=quote)
    try:
        known = await client.get_market(terms.name)
        terms = replace(terms, tick_size=number(known.tick_size), lot_size=number(known.lot_size))
    except NotFound:
        pass
    return SyntheticFlow(
        seed=wanted.seed,
        messages=None if wanted.endless else wanted.messages or DEFAULT_MESSAGES,
        market=terms,
        price=wanted.price or PRICES.get(base, DEFAULT_PRICE),
        shape=Shape(rate=wanted.rate, warm_up=WARM_UP if wanted.endless else 0),
    )


def _recording(path: Path, format: Format, messages: int | None, name: tuple[str, str] | None) -> "Flow":
    """Open a recording; `name` picks one of the markets in it, if it has that."""
    market = None if name is None else "-".join(name)
    match format:
        case Format.LOBSTER:
            from exchange_bots.play.lobster import LobsterFlow

            return LobsterFlow(path, limit=messages)
        case Format.HYPERLIQUID:
            from exchange_bots.play.hyperliquid import HyperliquidFlow

            return HyperliquidFlow(path, limit=messages)
        case Format.BINANCE:
            from exchange_bots.play.binance import BinanceFlow

            return BinanceFlow(path, limit=messages)
        case Format.EXCHANGE:
            from exchange_bots.play.recorded import RecordedFlow

            return RecordedFlow(path, market=market, limit=messages)


async def _play(session: Session, wanted: Wanted, speed: float | None, run_name: str | None) -> "Summary":
    import asyncio
    import signal

    from exchange_bots.play.player import PlayOptions
    from exchange_bots.play.player import play as play_flow
    from exchange_bots.play.tape import TapeError

    stop = asyncio.Event()
    for end in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(end, stop.set)
    async with session.async_client(public=True) as client:
        flow = await _flow(client, wanted)
    with _progress_bar(wanted, enabled=sys.stderr.isatty()) as progress:
        options = PlayOptions(speed=speed, run=run_name, stop=stop, progress=progress)
        try:
            return await play_flow(session.resolve_address(), session.require_api_key(), flow, options)
        except TapeError as error:
            raise CommandError(str(error)) from error


@contextmanager
def _progress_bar(wanted: Wanted, *, enabled: bool) -> "Iterator[Callable[[Summary, float], None]]":
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[actions]:,} sent  {task.fields[trades]:,} trades"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console(stderr=True), disable=not enabled, transient=True) as bar:
        total = None if wanted.endless else 1.0
        task = bar.add_task(Path(wanted.source).name, total=total, actions=0, trades=0)

        def update(summary: "Summary", fraction: float) -> None:
            bar.update(task, completed=fraction, actions=summary.actions, trades=summary.fills)

        yield update


def _print(summary: "Summary") -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_header=False, title=f"{summary.market}, run {summary.run}", pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in summary.document().items():
        if name in ("market", "run") or (value in ({}, 0) and name in ("refused", "resent", "reconnects", "skipped")):
            continue
        for title, item in _flat(name, value):
            table.add_row(title.replace("_", " "), f"{item:,}" if isinstance(item, int) else str(item))
    console().print(table)


def _flat(name: str, value: Any) -> list[tuple[str, Any]]:
    if not isinstance(value, dict):
        return [(name, value)]
    return [(f"{name}: {key.lower()}", item) for key, item in value.items()]
