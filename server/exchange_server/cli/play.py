"""`exchange play`: order flow, recorded or generated, as ordinary clients of the exchange."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exchange_server.cli.commands import client_command
from exchange_server.cli.numbers import decimal_option
from exchange_server.cli.output import console, print_json
from exchange_server.cli.session import ADMIN_PROFILE, CommandError, Session, UsageError

if TYPE_CHECKING:
    from exchange_bots.play.actions import Flow
    from exchange_bots.play.summary import Summary

SYNTHETIC = "synthetic"
DEFAULT_MESSAGES = 100_000


class Format(StrEnum):
    """What a recording is."""

    LOBSTER = "lobster"
    HYPERLIQUID = "hyperliquid"
    BINANCE = "binance"


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
    price: Annotated[str, typer.Option(help="Of the synthetic flow: where the price begins.")] = "65000",
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

    flow = _flow(source, format, market, messages, seed, rate, price, endless)
    summary = asyncio.run(_play(session, flow, parse_speed(speed), run_name))
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


def _flow(
    source: str,
    format: Format | None,
    market: str | None,
    messages: int | None,
    seed: int,
    rate: float,
    price: str,
    endless: bool,
) -> "Flow":
    from dataclasses import replace

    from exchange_bots.play.tape import TapeError

    flow: Flow
    if source == SYNTHETIC:
        from exchange_bots.play.synthetic import Shape, SyntheticFlow

        flow = SyntheticFlow(
            seed=seed,
            messages=None if endless else messages or DEFAULT_MESSAGES,
            price=decimal_option(price, "--price"),
            shape=Shape(rate=rate),
        )
    else:
        if format is None:
            raise UsageError(f"--format: name what {source} is: lobster, hyperliquid or binance")
        try:
            flow = _recording(Path(source), format, messages)
        except TapeError as error:
            raise CommandError(str(error)) from error
    if market is not None:
        base, dash, quote = market.partition("-")
        if not (base and dash and quote):
            raise UsageError(f"--market: {market!r} is not BASE-QUOTE")
        flow.market = replace(flow.market, base_asset=base, quote_asset=quote)
    return flow


def _recording(path: Path, format: Format, messages: int | None) -> "Flow":
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


async def _play(session: Session, flow: "Flow", speed: float | None, run_name: str | None) -> "Summary":
    raise NotImplementedError


def _print(summary: "Summary") -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_header=False, title=f"{summary.market}, run {summary.run}", pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in summary.document().items():
        if name in ("market", "run") or (value in ({}, 0) and name in ("refused", "resent", "reconnects", "skipped")):
            continue
        for title, number in _flat(name, value):
            table.add_row(title.replace("_", " "), f"{number:,}" if isinstance(number, int) else str(number))
    console().print(table)


def _flat(name: str, value: Any) -> list[tuple[str, Any]]:
    if not isinstance(value, dict):
        return [(name, value)]
    return [(f"{name}: {key.lower()}", item) for key, item in value.items()]
