"""`exchange portfolio` and `equity`: what the account is worth, was worth, and has won by trading."""

from typing import Annotated

import typer

from exchange_server.cli.commands import client_command
from exchange_server.cli.output import Column, cell, print_json, show
from exchange_server.cli.session import Session
from exchange_server.cli.times import FromOption, ToOption, past_time

POSITION_COLUMNS = (
    Column("market", "market"),
    Column("net", "net_quantity", right=True),
    Column("average", "average_price", right=True),
    Column("realized", "realized_pnl", right=True),
    Column("unrealized", "unrealized_pnl", right=True),
    Column("fees", "fees", right=True),
    Column("volume", "volume", right=True),
    Column("fills", "fill_count", right=True),
    Column("last fill", "last_fill_time"),
)
PERFORMANCE_COLUMNS = (
    Column("id", "account_id", right=True),
    Column("name", "name"),
    Column("equity", "equity", right=True),
    Column("realized", "realized_pnl", right=True),
    Column("unrealized", "unrealized_pnl", right=True),
    Column("fees", "fees", right=True),
    Column("volume", "volume", right=True),
    Column("fills", "fill_count", right=True),
    Column("open orders", "open_order_count", right=True),
    Column("last fill", "last_fill_time"),
)
EQUITY_COLUMNS = (Column("time", "time"), Column("equity", "equity", right=True))

QuoteOption = Annotated[
    str, typer.Option("--quote", metavar="ASSET", help="Value in this asset; else in that of the first market.")
]
AccountIdOption = Annotated[int, typer.Option(help="Another account; needs an admin key.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the top level."""
    client_command(app, "portfolio")(portfolio)
    client_command(app, "equity")(equity)


def portfolio(session: Session, quote: QuoteOption = "", account_id: AccountIdOption = 0) -> None:
    """Show what the account is worth now, and what its fills in each market come to."""
    with session.client() as client:
        found = client.get_portfolio(quote_asset=quote, account_id=account_id)
    if session.json:
        print_json(found)
        return
    print(f"worth {cell(found.equity)} {found.quote_asset}")
    show(session, found.positions, POSITION_COLUMNS, "no fills")


def equity(
    session: Session,
    quote: QuoteOption = "",
    start: FromOption = None,
    end: ToOption = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=5000, help="At most so many, evenly over the time.")
    ] = 50,
    account_id: AccountIdOption = 0,
) -> None:
    """Show what the account was worth, at the ends of minutes in which that changed, and is worth now."""
    with session.client() as client:
        found = client.list_equity(
            quote_asset=quote,
            start=past_time(start, "--from"),
            end=past_time(end, "--to"),
            max_points=limit,
            account_id=account_id,
        )
    if session.json:
        print_json(found)
    else:
        show(session, found.points, EQUITY_COLUMNS, "no points")
