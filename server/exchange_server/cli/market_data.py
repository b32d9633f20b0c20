"""`exchange trades` and `exchange ticker`: what was traded, and the markets at a glance."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from exchange_server.cli.book import MarketArgument
from exchange_server.cli.commands import client_command
from exchange_server.cli.live import draw_live, print_lines, run_live
from exchange_server.cli.output import Column, cell, note, print_json_line, show, show_one, table
from exchange_server.cli.session import Session, UsageError
from exchange_server.cli.times import FromOption, ToOption, past_time

if TYPE_CHECKING:
    from exchange_sdk import Ticker

TRADE_COLUMNS = (
    Column("time", "trade_time"),
    Column("price", "price", right=True),
    Column("quantity", "quantity", right=True),
    Column("taker", "taker_side"),
    Column("trade", "trade_id", right=True),
)
TICKER_COLUMNS = (
    Column("market", "market"),
    Column("last", "last_price", right=True),
    Column("24 h %", "change_percent", right=True),
    Column("bid", "bid", right=True),
    Column("ask", "ask", right=True),
    Column("high", "high_price", right=True),
    Column("low", "low_price", right=True),
    Column("volume", "volume", right=True),
    Column("trades", "trade_count", right=True),
)
TICKER_FIELDS = (
    "market",
    "last_price",
    "last_quantity",
    "last_trade_time",
    "change",
    "change_percent",
    "open_price",
    "high_price",
    "low_price",
    "volume",
    "quote_volume",
    "trade_count",
    "window_start_time",
    "bid",
    "ask",
    "sequence",
)


def register(app: typer.Typer) -> None:
    """Add the commands to the top level."""
    client_command(app, "trades")(trades)
    client_command(app, "ticker")(ticker)


def trades(
    session: Session,
    market: MarketArgument,
    start: FromOption = None,
    end: ToOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many, newest first.")] = 50,
    after: Annotated[int | None, typer.Option(help="With -w: begin after this trade.")] = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Follow new trades instead; Ctrl-C ends.")] = False,
) -> None:
    """Show the trades of a market from the history, newest first, or follow new ones."""
    if watch:
        if start or end:
            raise UsageError("--watch: follows new trades, so that --from and --to say nothing; --after does")
        _watch_trades(session, market, after)
        return
    with session.client(public=True) as client:
        found = client.list_trades(
            market,
            start=past_time(start, "--from"),
            end=past_time(end, "--to"),
            page_size=min(limit, 1000),
        )
        show(session, found.collect(limit), TRADE_COLUMNS, "no trades")


def _watch_trades(session: Session, market: str, after: int | None) -> None:
    from exchange_sdk import Resynced, Trade

    line = "{:19}  {:>14}  {:>14}  {:5}  {:>10}"
    try:
        with session.client(public=True) as client, client.stream_trades(market, after_trade_id=after) as stream:
            if not session.json:
                print(line.format("time", "price", "quantity", "taker", "trade"), flush=True)
            for event in stream:
                if isinstance(event, Resynced):
                    note("the stream broke and could not be resumed: trades may be missing here")
                if not isinstance(event, Trade):
                    continue
                if session.json:
                    print_json_line(event)
                else:
                    print(
                        line.format(*(cell(getattr(event, column.attribute)) for column in TRADE_COLUMNS)), flush=True
                    )
    except KeyboardInterrupt:
        return


# ---------------------------------------------------------------- ticker


def ticker(
    session: Session,
    market: Annotated[str | None, typer.Argument(help="Market name.  [default: all markets]")] = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Follow it live; Ctrl-C ends.")] = False,
) -> None:
    """Show a market at a glance, or all of them: the last price, the best levels, the last 24 hours."""
    if watch:
        run_live(_watch_tickers(session, market))
        return
    with session.client(public=True) as client:
        if market is not None:
            show_one(session, client.get_ticker(market), () if session.json else TICKER_FIELDS)
            return
        names = [each.name for each in client.list_markets()]
        show(session, [client.get_ticker(name) for name in names], TICKER_COLUMNS, "no markets")


async def _watch_tickers(session: Session, market: str | None) -> None:
    from exchange_sdk import Ticker, TickerChannel

    async with session.async_client(public=True) as client:
        names = [market] if market is not None else [each.name for each in await client.list_markets()]
        newest: dict[str, Ticker] = {}

        def take(event: Any) -> None:
            if isinstance(event.event, Ticker):
                newest[event.event.market] = event.event

        async with client.subscribe(*map(TickerChannel, names)) as stream:
            if session.json:
                await print_lines((event.event async for event in stream), Ticker)
                return
            await draw_live(stream, take, lambda: _tickers(newest))


def _tickers(newest: "dict[str, Ticker]") -> Any:
    return table([newest[name] for name in sorted(newest)], TICKER_COLUMNS)
