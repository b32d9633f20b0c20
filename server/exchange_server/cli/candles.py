"""`exchange candles`: the candles of a market as a table with a small chart, once or live."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exchange_server.cli.book import MarketArgument
from exchange_server.cli.commands import client_command
from exchange_server.cli.live import draw_live, print_lines, run_live
from exchange_server.cli.output import Column, console, note, number, print_json, table
from exchange_server.cli.session import Session, UsageError
from exchange_server.cli.times import FromOption, ToOption, past_time

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import RenderableType
    from rich.text import Text

    from exchange_sdk import Candle

CHART_ROWS = 12
CHART_COLUMNS = 90
"""Newest candles that the chart shows, one a column."""
TABLE_ROWS = 20
LARGEST_PAGE = 5000

COLUMNS = (
    Column("opens", "open_time"),
    Column("open", "open", right=True),
    Column("high", "high", right=True),
    Column("low", "low", right=True),
    Column("close", "close", right=True),
    Column("volume", "volume", right=True),
    Column("trades", "trade_count", right=True),
)


class IntervalName(StrEnum):
    """Length of a candle."""

    SECOND_1 = "1s"
    MINUTE_1 = "1m"
    MINUTE_5 = "5m"
    MINUTE_15 = "15m"
    HOUR_1 = "1h"
    HOUR_4 = "4h"
    DAY_1 = "1d"


def register(app: typer.Typer) -> None:
    """Add the command to the top level."""
    client_command(app, "candles")(candles)


def candles(
    session: Session,
    market: MarketArgument,
    interval: Annotated[IntervalName, typer.Option("--interval", "-i", help="Length of a candle.")] = (
        IntervalName.MINUTE_1
    ),
    start: FromOption = None,
    end: ToOption = None,
    fill_gaps: Annotated[bool, typer.Option("--fill-gaps", help="A candle also where nothing was traded.")] = False,
    limit: Annotated[
        int | None,
        typer.Option("--limit", "-n", min=1, help="At most so many: the first ones with --from, else newest."),
    ] = None,
    chart: Annotated[bool, typer.Option("--chart/--no-chart", help="Draw them, too.")] = True,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Follow them live; Ctrl-C ends.")] = False,
) -> None:
    """Show the candles of a market, oldest first, the current one last: a chart and a table."""
    if watch:
        if start or end or fill_gaps:
            raise UsageError("--watch: shows the newest candles, so that --from, --to and --fill-gaps say nothing")
        run_live(_watch(session, market, interval, limit or CHART_COLUMNS, chart))
        return
    begin = past_time(start, "--from")
    with session.client(public=True) as client:
        found = client.list_candles(
            market,
            interval.value,
            start=begin,
            end=past_time(end, "--to"),
            fill_gaps=fill_gaps,
            page_size=_page_size(begin, limit),
        )
        made = found.collect(limit)
    if session.json:
        print_json(list(made))
    elif not made:
        print("no candles")
    else:
        console().print(picture(market, interval, made, chart, rows=len(made)))


def _page_size(start: "datetime | None", limit: int | None) -> int:
    if start is None and limit is not None and limit > LARGEST_PAGE:
        raise UsageError(f"--limit: without --from at most {LARGEST_PAGE}")
    return min(limit or (CHART_COLUMNS if start is None else LARGEST_PAGE), LARGEST_PAGE)


async def _watch(session: Session, market: str, interval: IntervalName, limit: int, chart: bool) -> None:
    from exchange_sdk import Candle, Unavailable

    async with (
        session.async_client(public=True) as client,
        client.stream_candles(market, interval.value) as stream,
    ):
        if session.json:
            await print_lines(stream, Candle)
            return
        by_time: dict[int, Candle] = {}
        try:
            older = await client.list_candles(market, interval.value, page_size=min(limit, LARGEST_PAGE)).page()
            by_time = {candle.open_time_ns: candle for candle in older}
        except Unavailable as error:
            note(f"no candles of the past: {error.message}")

        def take(event: Any) -> None:
            if isinstance(event, Candle):
                by_time[event.open_time_ns] = event
                while len(by_time) > limit:
                    del by_time[min(by_time)]

        def shown() -> "RenderableType":
            return picture(market, interval, [by_time[time] for time in sorted(by_time)], chart, rows=TABLE_ROWS)

        await draw_live(stream, take, shown)


# ---------------------------------------------------------------- the picture


def picture(
    market: str, interval: IntervalName, made: "Sequence[Candle]", chart: bool, *, rows: int
) -> "RenderableType":
    """Draw candles, oldest first: a chart of the newest, and a table of the newest `rows`."""
    from rich.console import Group
    from rich.text import Text

    parts: list[RenderableType] = [Text(f"{market} {interval.value}", style="bold")]
    if chart and made:
        parts += chart_lines(made[-CHART_COLUMNS:], CHART_ROWS)
    return Group(*parts, table(made[-rows:], COLUMNS))


def chart_lines(made: "Sequence[Candle]", rows: int) -> "list[Text]":
    """Draw candles as columns, the highest price on the first line: bodies solid, wicks thin, green where it rose."""
    from rich.text import Text

    high, low = max(candle.high for candle in made), min(candle.low for candle in made)
    rows = rows if high > low else 1
    height = (high - low) / rows
    lines = []
    for row in range(rows):
        top, bottom = high - row * height, high - (row + 1) * height
        line = Text()
        for candle in made:
            style = "green" if candle.close >= candle.open else "red"
            line.append(_cell(candle, top, bottom, is_last=row == rows - 1), style=style)
        label = {0: high, rows - 1: low}.get(row)
        line.append("" if label is None else f" {number(label)}", style="dim")
        lines.append(line)
    return lines


def _cell(candle: "Candle", top: Decimal, bottom: Decimal, *, is_last: bool) -> str:
    """Return what a candle has between two prices; a single price on a border belongs to the row below it."""

    def reaches(low: Decimal, high: Decimal) -> bool:
        if low == high:
            return bottom < low <= top or (is_last and low == bottom)
        return high > bottom and low < top

    low, high = sorted((candle.open, candle.close))
    if reaches(low, high):
        return "█" if high > low else "─"
    return "│" if reaches(candle.low, candle.high) else " "
