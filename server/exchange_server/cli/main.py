"""`exchange`: every command in one place. What a command needs is imported when it runs: help must be instant."""

from pathlib import Path
from typing import Annotated

import typer

from exchange_server.cli import (
    account,
    admin,
    book,
    bot,
    candles,
    gateway,
    health,
    journal,
    key,
    market,
    market_data,
    order,
    play,
    portfolio,
    record,
    run,
)
from exchange_server.cli.backtest import command as backtest
from exchange_server.cli.commands import PANEL, markup_mode
from exchange_server.cli.dev.command import dev
from exchange_server.cli.session import Output, Session
from exchange_server.cli.top import command as top

app = typer.Typer(
    name="exchange",
    no_args_is_help=True,
    rich_markup_mode=markup_mode(),
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(version("exchange-server"))
        raise typer.Exit


@app.callback()
def main(
    ctx: typer.Context,
    address: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", envvar="EXCHANGE_ADDRESS", help="Server to call.", rich_help_panel=PANEL),
    ] = None,
    api_key: Annotated[
        str | None,
        typer.Option(metavar="KEY", envvar="EXCHANGE_API_KEY", help="API key to call with.", rich_help_panel=PANEL),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="PROFILE",
            envvar="EXCHANGE_PROFILE",
            help="Whose key of exchange dev to use: alice, bob, admin.",
            rich_help_panel=PANEL,
        ),
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            envvar="EXCHANGE_DATA_DIR",
            help="Where exchange dev keeps its data.",
            rich_help_panel=PANEL,
        ),
    ] = None,
    output: Annotated[
        Output | None, typer.Option("--output", "-o", help="JSON is the default when piped.", rich_help_panel=PANEL)
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """A central limit order book exchange. `exchange dev` runs one here; the other commands talk to it as alice."""
    ctx.obj = Session(address=address, api_key=api_key, profile=profile, data_dir=data_dir, output=output)


app.command("dev")(dev)
run.register(app)
health.register(app)
app.add_typer(market.app, name="market")
book.register(app)
market_data.register(app)
candles.register(app)
app.add_typer(order.app, name="order")
account.register(app)
portfolio.register(app)
app.add_typer(key.app, name="key")
app.add_typer(admin.app, name="admin")
app.add_typer(journal.app, name="journal")
app.add_typer(gateway.app, name="gateway")
top.register(app)
record.register(app)
play.register(app)
app.add_typer(bot.app, name="bot")
backtest.register(app)
