"""The command `exchange backtest`."""

from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exchange_server.cli.commands import client_command
from exchange_server.cli.numbers import decimal_option
from exchange_server.cli.output import console, print_json
from exchange_server.cli.session import CommandError, Session

if TYPE_CHECKING:
    from exchange_bots.backtest import Report
    from exchange_bots.play.tape import Tape

BASE_FUNDS, QUOTE_FUNDS = Decimal(1_000), Decimal(100_000_000)
MIRROR_FUNDS = (Decimal(1_000_000), Decimal(100_000_000_000))


def register(app: typer.Typer) -> None:
    """Add the command to the top level."""
    client_command(app, "backtest")(backtest)


def backtest(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="BOT", help="A strategy; exchange bot ls lists them.")],
    recording: Annotated[Path, typer.Option(help="Of Hyperliquid, of Binance, or what exchange record wrote.")],
    config: Annotated[Path | None, typer.Option(help="The bot's settings, a TOML file.")] = None,
    market: Annotated[str, typer.Option(help="BASE-QUOTE; the base is the recording's coin.")] = "BTC-USDC",
    tick_size: Annotated[str, typer.Option(help="Price step of the market.")] = "0.1",
    lot_size: Annotated[str, typer.Option(help="Quantity step of the market.")] = "0.00001",
    maker_fee_ppm: Annotated[int, typer.Option(help="Millionths of the amount; negative is a rebate.")] = 100,
    taker_fee_ppm: Annotated[int, typer.Option(min=0, help="Millionths of the amount.")] = 400,
    plot: Annotated[Path | None, typer.Option(help="Write a page with the result, inventory and price here.")] = None,
) -> None:
    """Run a bot against a recording, in virtual time, on the engine itself: the same code as live, no server."""
    from exchange_bots.bot.config import ConfigError, read_toml
    from exchange_bots.bot.view import Terms
    from exchange_bots.play.tape import Tape, TapeError
    from exchange_bots.strategies import STRATEGIES, make_bot

    coin = market.partition("-")[0]
    try:
        settings: dict[str, Any] = {} if config is None else read_toml(config)
        settings["market"] = market
        if name in STRATEGIES and STRATEGIES[name].config.model_fields["coin"].is_required():
            settings.setdefault("coin", coin)
        bot = make_bot(name, settings, "options" if config is None else str(config))
        terms = Terms(market, decimal_option(tick_size, "--tick-size"), decimal_option(lot_size, "--lot-size"))
        report = _run(bot, terms, coin, Tape.open(recording), (maker_fee_ppm, taker_fee_ppm), quiet=session.json)
    except (ConfigError, TapeError, ValueError) as error:
        raise CommandError(str(error)) from error
    if plot is not None:
        from exchange_server.cli.backtest.plot import write_page

        try:
            write_page(report, plot)
        except OSError as error:
            raise CommandError(f"--plot {plot}: {error.strerror}") from error
    if session.json:
        print_json(report.document())
    else:
        _print(report)


def _run(bot: Any, terms: Any, coin: str, tape: "Tape", fees: tuple[int, int], *, quiet: bool) -> "Report":
    from rich.progress import Progress

    from exchange_bots.backtest import MAKER, TAKER, Backtest
    from exchange_bots.feed.recorded import messages
    from exchange_server.cli.backtest.engine_exchange import EngineExchange

    funds = {MAKER: MIRROR_FUNDS, TAKER: MIRROR_FUNDS, bot.config.name: (BASE_FUNDS, QUOTE_FUNDS)}
    exchange = EngineExchange(terms, funds, maker_fee_ppm=fees[0], taker_fee_ppm=fees[1])
    test = Backtest(exchange, bot, coin)
    progress = None if quiet else Progress(console=console(), transient=True)
    with progress or nullcontext():
        task = None if progress is None else progress.add_task(bot.config.name, total=1.0)
        for number, _ in enumerate(test.run(messages(tape))):
            if progress is not None and task is not None and number % 256 == 0:
                progress.update(task, completed=tape.progress)
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
