"""`exchange market …`: what can be traded."""

from typing import Annotated

import typer

from exchange_server.cli.commands import client_command, group
from exchange_server.cli.output import Column, show, show_one
from exchange_server.cli.session import Session

app = group("Markets: what can be traded, in which steps, at which fees.")

Market = Annotated[str, typer.Argument(help="Market name, such as BTC-USDC.")]

COLUMNS = (
    Column("market", "name"),
    Column("tick size", "tick_size", right=True),
    Column("lot size", "lot_size", right=True),
    Column("min notional", "min_notional", right=True),
    Column("maker ppm", "maker_fee_ppm", right=True),
    Column("taker ppm", "taker_fee_ppm", right=True),
    Column("status", "status"),
)


@client_command(app, "ls")
def list_markets(session: Session) -> None:
    """List all markets."""
    with session.client(public=True) as client:
        show(session, client.list_markets(), COLUMNS, "no markets")


@client_command(app, "show")
def show_market(session: Session, market: Market) -> None:
    """Show one market."""
    with session.client(public=True) as client:
        show_one(session, client.get_market(market))
