"""`exchange top MARKET`: opens the screen; Textual is imported only then."""

import typer

from exchange_server.cli.book import MarketArgument
from exchange_server.cli.commands import client_command
from exchange_server.cli.session import CommandError, Session


def register(app: typer.Typer) -> None:
    """Add the command to the top level."""
    client_command(app, "top")(top)


def top(session: Session, market: MarketArgument) -> None:
    """Watch a market: book, trades, your own orders, and where the latency goes. q ends."""
    import sys

    if session.json or not sys.stdin.isatty():
        raise CommandError("exchange top needs a terminal; exchange book -w and exchange trades -w can be piped")
    from exchange_server.cli.top.screen import TopApp

    session.resolve_address()
    ended = TopApp(session, market)
    ended.run()
    if ended.error is not None:
        raise ended.error
