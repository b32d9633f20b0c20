"""`exchange record`: write streams to a file, to look at later or to play again."""

import contextlib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exchange_server.cli.commands import client_command
from exchange_server.cli.numbers import decimal_option
from exchange_server.cli.output import note, plain, print_json
from exchange_server.cli.session import CommandError, Session, UsageError
from exchange_server.cli.times import length

if TYPE_CHECKING:
    import asyncio

    from exchange_bots.recording import RecordingWriter
    from exchange_sdk import AsyncClient, AsyncSubscription, Channel

DEFAULT_CHANNELS = "book,trades"
ACCOUNT_MARKET = ""
"""What lines of the account's channels have for a market."""

_SIZES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}


class ChannelName(StrEnum):
    """What can be recorded of a market, or of the account."""

    BOOK = "book"
    TRADES = "trades"
    BBO = "bbo"
    TICKER = "ticker"
    CANDLES = "candles"
    ORDERS = "orders"
    ACCOUNT = "account"
    FILLS = "fills"


OF_THE_ACCOUNT = (ChannelName.ACCOUNT, ChannelName.FILLS)


@dataclass(frozen=True, slots=True)
class Limits:
    """When a recording ends by itself; None is never."""

    duration: timedelta | None
    bytes: int | None
    events: int | None


def register(app: typer.Typer) -> None:
    """Add the command to the top level."""
    client_command(app, "record")(record)


def record(
    session: Session,
    file: Annotated[Path, typer.Argument(help="New file; .gz or .zst packs it.")],
    market: Annotated[list[str], typer.Option("--market", "-m", help="What to record; may be given again.")],
    channel: Annotated[
        str, typer.Option("--channel", "-c", help="book, trades, bbo, ticker, candles, orders, account, fills.")
    ] = DEFAULT_CHANNELS,
    depth: Annotated[int, typer.Option(min=0, max=1000, help="Of the book: levels a side; 0 is all.")] = 0,
    step: Annotated[str | None, typer.Option(help="Of the book: distance of the levels, quote units.")] = None,
    interval: Annotated[float, typer.Option(min=0, max=60, help="Of the book: least seconds between changes.")] = 0,
    candle: Annotated[str, typer.Option(help="Of the candles: their length.")] = "1m",
    limit_time: Annotated[str | None, typer.Option("--for", metavar="TIME", help="End after 90s, 15m, 2h, 1d.")] = None,
    limit_size: Annotated[
        str | None, typer.Option("--max-size", metavar="SIZE", help="End at a file of 500k, 100M, 2G.")
    ] = None,
    limit_events: Annotated[int | None, typer.Option("--limit", "-n", min=1, help="End after so many events.")] = None,
) -> None:
    """Record streams until Ctrl-C or a limit: one JSON line an event, whole at any moment within a second.

    `exchange play FILE --format exchange` plays a recording of book and trades again.
    """
    import asyncio

    from exchange_sdk import BookChannel

    names = channel_names(channel)
    price_step = None if step is None else decimal_option(step, "--step")
    limits = Limits(_duration(limit_time), _size(limit_size), limit_events)
    book = BookChannel("", depth or None, price_step, interval or None)
    summary = asyncio.run(_record(session, file, market, names, book, candle, limits))
    if session.json:
        print_json(summary)
    else:
        print(f"{summary['events']:,} events, {summary['bytes']:,} bytes in {file}")


def channel_names(text: str) -> list[ChannelName]:
    """Read names of channels, separated by commas. Raises UsageError."""
    try:
        names = [ChannelName(name.strip()) for name in text.split(",")]
    except ValueError:
        raise UsageError(f"--channel: {text!r}; there are {', '.join(ChannelName)}") from None
    if len(set(names)) < len(names):
        raise UsageError(f"--channel: {text!r} names one twice")
    return names


def _duration(text: str | None) -> timedelta | None:
    found = None if text is None else length(text)
    if text is not None and not found:
        raise UsageError(f"--for: {text!r} is no length of time; 90s, 15m, 2h, 1d are")
    return found


def _size(text: str | None) -> int | None:
    if text is None:
        return None
    digits, unit = text.rstrip("kKmMgG"), text[len(text.rstrip("kKmMgG")) :].lower()
    if not (digits.isascii() and digits.isdigit() and unit in _SIZES and int(digits)):
        raise UsageError(f"--max-size: {text!r} is no size; 500k, 100M, 2G are")
    return int(digits) * _SIZES[unit]


def _channels(markets: list[str], names: list[ChannelName], book: Any, candle: str) -> "list[Channel]":
    from dataclasses import replace

    import exchange_sdk as sdk

    made: list[Channel] = []
    for market in dict.fromkeys(markets):
        of_market: dict[ChannelName, Channel] = {
            ChannelName.BOOK: replace(book, market=market),
            ChannelName.TRADES: sdk.TradesChannel(market),
            ChannelName.BBO: sdk.BboChannel(market),
            ChannelName.TICKER: sdk.TickerChannel(market),
            ChannelName.CANDLES: sdk.CandlesChannel(market, candle),
            ChannelName.ORDERS: sdk.OrdersChannel(market),
        }
        made += [of_market[name] for name in names if name not in OF_THE_ACCOUNT]
    of_account: dict[ChannelName, Channel] = {
        ChannelName.ACCOUNT: sdk.AccountChannel(),
        ChannelName.FILLS: sdk.FillsChannel(),
    }
    return made + [of_account[name] for name in names if name in OF_THE_ACCOUNT]


async def _record(
    session: Session,
    file: Path,
    markets: list[str],
    names: list[ChannelName],
    book: Any,
    candle: str,
    limits: Limits,
) -> dict[str, int]:
    import asyncio
    import signal

    from exchange_bots.recording import RecordingWriter

    stop = asyncio.Event()
    for end in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(end, stop.set)
    try:
        channels = _channels(markets, names, book, candle)
        async with session.async_client(public=not set(names) & set(OF_THE_ACCOUNT)) as client:
            header = await _header(client, dict.fromkeys(markets), [str(channel) for channel in channels])
            async with client.subscribe(*channels) as stream:
                with RecordingWriter(file, header) as writer:
                    await _write(stream, writer, limits, stop)
    except ValueError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
    return {"events": writer.events, "bytes": writer.bytes_written}


async def _header(client: "AsyncClient", markets: Any, channels: list[str]) -> dict[str, Any]:
    """Return what a reader must know to make sense of the lines, and to make the market."""
    import time

    decimals = {asset.name: asset.decimals for asset in await client.list_assets()}
    terms = []
    for name in markets:
        market = await client.get_market(name)
        terms.append(
            {
                "name": market.name,
                "base_asset": market.base_asset,
                "quote_asset": market.quote_asset,
                "base_decimals": decimals[market.base_asset],
                "quote_decimals": decimals[market.quote_asset],
                "tick_size": plain(market.tick_size),
                "lot_size": plain(market.lot_size),
                "price_decimals": market.price_decimals,
                "quantity_decimals": market.quantity_decimals,
            }
        )
    return {"began_ns": time.time_ns(), "markets": terms, "channels": channels}


async def _write(stream: "AsyncSubscription", writer: "RecordingWriter", limits: Limits, stop: "asyncio.Event") -> None:
    """Write events until a limit or `stop`; what waits is flushed once a second, also when nothing comes."""
    import asyncio
    import time

    from exchange_bots.recording import FLUSH_SECONDS

    deadline = None if limits.duration is None else time.monotonic() + limits.duration.total_seconds()
    stopping = asyncio.ensure_future(stop.wait())
    reading: asyncio.Future[Any] | None = None
    try:
        while not stop.is_set() and not _is_full(writer, limits):
            reading = reading or asyncio.ensure_future(anext(stream))
            left = FLUSH_SECONDS if deadline is None else min(FLUSH_SECONDS, deadline - time.monotonic())
            if left <= 0:
                return
            await asyncio.wait({reading, stopping}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                channel, event = reading.result()
                reading = None
                writer.write(time.time_ns(), getattr(channel, "market", ACCOUNT_MARKET), *_line(event))
            else:
                writer.flush()
    finally:
        for task in (stopping, reading):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                    await task


def _is_full(writer: "RecordingWriter", limits: Limits) -> bool:
    return (limits.events is not None and writer.events >= limits.events) or (
        limits.bytes is not None and writer.bytes_written >= limits.bytes
    )


def _line(event: Any) -> tuple[str, Any]:
    """Return what an event is, and what JSON knows of it."""
    from exchange_sdk import ChannelClosed, Reconnected, Resynced

    kind = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in type(event).__name__)[1:]
    if isinstance(event, Reconnected | Resynced | ChannelClosed):
        note(f"{kind.replace('_', ' ')}: {event.cause}")
    return kind, plain(event)
