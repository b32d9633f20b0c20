"""`exchange balances`, `fills` and `ledger`: what the account has, and what it did."""

from typing import Annotated

import typer

from exchange_server.cli.commands import client_command
from exchange_server.cli.output import Column, cell, note, print_json_line, show
from exchange_server.cli.session import Session, UsageError
from exchange_server.cli.times import FromOption, ToOption, past_time

BALANCE_COLUMNS = (
    Column("asset", "asset"),
    Column("available", "available", right=True),
    Column("reserved", "reserved", right=True),
)
FILL_COLUMNS = (
    Column("time", "trade_time"),
    Column("market", "market"),
    Column("side", "side"),
    Column("price", "price", right=True),
    Column("quantity", "quantity", right=True),
    Column("quote", "quote_amount", right=True),
    Column("fee", "fee", right=True),
    Column("liquidity", "liquidity"),
    Column("trade", "trade_id", right=True),
    Column("order", "order_id", right=True),
)
LEDGER_COLUMNS = (
    Column("time", "book_time"),
    Column("asset", "asset"),
    Column("amount", "amount", right=True),
    Column("kind", "kind"),
    Column("market", "market"),
    Column("trade", "trade_id", right=True),
    Column("sequence", "sequence", right=True),
    Column("line", "line", right=True),
)


def register(app: typer.Typer) -> None:
    """Add the commands to the top level."""
    client_command(app, "balances")(balances)
    client_command(app, "fills")(fills)
    client_command(app, "ledger")(ledger)


def balances(
    session: Session,
    account_id: Annotated[int, typer.Option(help="Another account; needs an admin key.")] = 0,
) -> None:
    """Show what the account holds: free to use, and held for open orders."""
    with session.client() as client:
        show(session, client.list_balances(account_id=account_id), BALANCE_COLUMNS, "no balances")


def fills(
    session: Session,
    market: Annotated[str, typer.Option(help="Only this market.")] = "",
    order_id: Annotated[int, typer.Option(help="Only this order.")] = 0,
    start: FromOption = None,
    end: ToOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many, newest first.")] = 50,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Follow new fills instead; Ctrl-C ends.")] = False,
) -> None:
    """Show executions from the history, newest first, or follow new ones."""
    if watch:
        if start or end:
            raise UsageError("--watch: follows new fills, so that --from and --to say nothing")
        _watch(session, market, order_id)
        return
    with session.client() as client:
        found = client.list_fills(
            market=market, order_id=order_id, start=past_time(start, "--from"), end=past_time(end, "--to")
        )
        show(session, found.collect(limit), FILL_COLUMNS, "no fills")


def ledger(
    session: Session,
    asset: Annotated[str, typer.Option(help="Only this asset.")] = "",
    start: FromOption = None,
    end: ToOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many, newest first.")] = 50,
    account_id: Annotated[int, typer.Option(help="Another account; needs an admin key.")] = 0,
) -> None:
    """Show the account's lines of the double-entry ledger, newest first."""
    with session.client() as client:
        found = client.list_ledger_entries(
            asset=asset, start=past_time(start, "--from"), end=past_time(end, "--to"), account_id=account_id
        )
        show(session, found.collect(limit), LEDGER_COLUMNS, "no ledger entries")


def _watch(session: Session, market: str, order_id: int) -> None:
    from exchange_sdk import Fill, Resynced

    line = "{:19}  {:12}  {:4}  {:>14}  {:>14}  {:>12}  {:6}  {:>10}"
    try:
        with session.client() as client, client.stream_fills() as stream:
            if not session.json:
                print(line.format("time", "market", "side", "price", "quantity", "fee", "liq.", "order"), flush=True)
            for event in stream:
                if isinstance(event, Resynced):
                    note("the stream broke and could not be resumed: fills may be missing here")
                if not isinstance(event, Fill) or market not in ("", event.market):
                    continue
                if order_id not in (0, event.order_id):
                    continue
                if session.json:
                    print_json_line(event)
                else:
                    shown = ("trade_time", "market", "side", "price", "quantity", "fee", "liquidity", "order_id")
                    print(line.format(*(cell(getattr(event, name)) for name in shown)), flush=True)
    except KeyboardInterrupt:
        return
