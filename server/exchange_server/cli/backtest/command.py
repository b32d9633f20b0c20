"""The command `exchange backtest`."""

import logging
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exchange_server.cli.commands import client_command
from exchange_server.cli.numbers import decimal_option
from exchange_server.cli.output import console, print_json
from exchange_server.cli.session import CommandError, Session, UsageError

if TYPE_CHECKING:
    from exchange_bots.bot.strategy import Strategy
    from exchange_bots.bot.view import Terms
    from exchange_bots.feed.synthetic_market import Coin
    from exchange_bots.performance import Report
    from exchange_server.cli.backtest.source import Heard

MARKET = "BTC-USDC"
TICK_SIZE, LOT_SIZE = "0.1", "0.00001"
BASE_FUNDS, QUOTE_FUNDS = Decimal(1_000), Decimal(100_000_000)
MIRROR_FUNDS = (Decimal(1_000_000), Decimal(100_000_000_000))
MESSAGES_A_LOOK = 64
"""Between two looks at how far it is."""


def register(app: typer.Typer) -> None:
    """Add the command to the top level."""
    client_command(app, "backtest")(backtest)


def backtest(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="BOT", help="A strategy; exchange bot ls lists them.")],
    recording: Annotated[
        Path | None, typer.Option(help="Of Hyperliquid, of Binance, or what exchange record wrote.")
    ] = None,
    synthetic: Annotated[
        int | None, typer.Option(metavar="SEED", help="In place of a recording: a market made from this seed.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=1, help="How much of it; all of a recording, 600 of a synthetic market.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="The bot's settings, a TOML file.")] = None,
    market: Annotated[
        str | None, typer.Option(help=f"BASE-QUOTE, the base is the coin; the settings' market, or {MARKET}.")
    ] = None,
    tick_size: Annotated[
        str | None, typer.Option(help=f"Price step of the market; a synthetic coin's own, or {TICK_SIZE}.")
    ] = None,
    lot_size: Annotated[
        str | None, typer.Option(help=f"Quantity step of the market; a synthetic coin's own, or {LOT_SIZE}.")
    ] = None,
    maker_fee_ppm: Annotated[int, typer.Option(help="Millionths of the amount; negative is a rebate.")] = 100,
    taker_fee_ppm: Annotated[int, typer.Option(min=0, help="Millionths of the amount.")] = 400,
    plot: Annotated[
        list[Path] | None,
        typer.Option(help="Draw price, trades, profit and inventory here: .png or .html; repeatable."),
    ] = None,
) -> None:
    """Run a bot in virtual time, on the engine itself: the same code as live, no server, the same result every time."""
    from exchange_bots.bot.config import ConfigError, read_toml
    from exchange_bots.bot.view import Terms
    from exchange_bots.play.tape import TapeError
    from exchange_bots.strategies import STRATEGIES, make_bot
    from exchange_server.cli.backtest import source
    from exchange_server.cli.backtest.plot import CannotPlot, writer_of

    if (recording is None) == (synthetic is None):
        raise UsageError("give either --recording FILE or --synthetic SEED")
    try:
        plots = [(path, writer_of(path)) for path in plot or ()]
        settings: dict[str, Any] = {} if config is None else read_toml(config)
        settings["market"] = market or settings.get("market", MARKET)
        coin = str(settings["market"]).partition("-")[0]
        if name in STRATEGIES and STRATEGIES[name].config.model_fields["coin"].is_required():
            settings.setdefault("coin", coin)
        bot = make_bot(name, settings, "options" if config is None else str(config))
        known = None if synthetic is None else _synthetic_coin(coin)
        terms = Terms(
            settings["market"],
            decimal_option(tick_size or (str(known.tick) if known else TICK_SIZE), "--tick-size"),
            decimal_option(lot_size or (str(known.size_step) if known else LOT_SIZE), "--lot-size"),
        )
        if known is not None and synthetic is not None:
            heard = source.synthetic(known, synthetic, seconds)
        else:
            assert recording is not None
            heard = source.recorded(recording, seconds)
        report = _run(bot, terms, coin, heard, (maker_fee_ppm, taker_fee_ppm))
    except (CannotPlot, ConfigError, TapeError, ValueError) as error:
        raise CommandError(str(error)) from error
    for path, write in plots:
        try:
            write(report, path)
        except OSError as error:
            raise CommandError(f"--plot {path}: {error.strerror}") from error
    if session.json:
        print_json(report.document())
    else:
        _print(report)


def _synthetic_coin(name: str) -> "Coin":
    """Return the coin of that name. Raises CommandError when nobody makes it up."""
    from exchange_bots.feed.synthetic_market import COINS, OUTCOMES

    coins = {coin.name: coin for coin in (*COINS, *OUTCOMES)}
    if name not in coins:
        raise CommandError(f"--synthetic: there is no coin {name}; there are {', '.join(coins)}")
    return coins[name]


def _run(bot: "Strategy[Any]", terms: "Terms", coin: str, heard: "Heard", fees: tuple[int, int]) -> "Report":
    """Run it, with a bar on stderr where somebody looks."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from exchange_bots.backtest import MAKER, TAKER, Backtest
    from exchange_bots.logs import LOGGER
    from exchange_server.cli.backtest.engine_exchange import EngineExchange

    # What it would log is counted in the report; without a handler, logging would print the bare words.
    LOGGER.addHandler(logging.NullHandler())
    funds = {MAKER: MIRROR_FUNDS, TAKER: MIRROR_FUNDS, bot.config.name: (BASE_FUNDS, QUOTE_FUNDS)}
    exchange = EngineExchange(terms, funds, maker_fee_ppm=fees[0], taker_fee_ppm=fees[1])
    test = Backtest(exchange, bot, coin)
    onlooker = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=onlooker, transient=True, disable=not onlooker.is_terminal) as progress:
        task = progress.add_task(bot.config.name, total=1.0)
        for number, time_ns in enumerate(test.run(heard.messages)):
            if number % MESSAGES_A_LOOK == 0:
                progress.update(task, completed=heard.progress(time_ns))
    return test.report()


def _print(report: "Report") -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_header=False, title=f"{report.bot}, {report.seconds:.0f} s", pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in report.document().items():
        if name not in ("bot", "seconds", "counts"):
            table.add_row(name.replace("_", " "), "-" if value is None else str(value))
    for name, count in report.counts.items():
        table.add_row(name.replace("_", " "), f"{count:,}")
    console().print(table)
