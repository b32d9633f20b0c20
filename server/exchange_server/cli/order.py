"""`exchange order …`: place, cancel and list orders."""

from enum import StrEnum
from typing import Annotated

import typer

from exchange_server.cli.commands import client_command, group
from exchange_server.cli.numbers import decimal_option
from exchange_server.cli.output import Column, console, print_json, show, show_one, table
from exchange_server.cli.session import Session, UsageError

app = group("Orders of the account.")

COLUMNS = (
    Column("order", "order_id", right=True),
    Column("market", "market"),
    Column("side", "side"),
    Column("type", "type"),
    Column("tif", "time_in_force"),
    Column("price", "price", right=True),
    Column("quantity", "quantity", right=True),
    Column("filled", "filled_quantity", right=True),
    Column("open", "open_quantity", right=True),
    Column("status", "status"),
    Column("client order id", "client_order_id"),
    Column("created", "create_time"),
)
ORDER_FIELDS = (
    "order_id",
    "market",
    "client_order_id",
    "side",
    "type",
    "time_in_force",
    "post_only",
    "price",
    "quantity",
    "filled_quantity",
    "open_quantity",
    "filled_quote",
    "fee",
    "status",
    "close_reason",
    "create_time",
    "update_time",
)
FILL_COLUMNS = (
    Column("trade", "trade_id", right=True),
    Column("price", "price", right=True),
    Column("quantity", "quantity", right=True),
    Column("fee", "fee", right=True),
)


class SideName(StrEnum):
    """Side of an order."""

    BUY = "buy"
    SELL = "sell"


class TifName(StrEnum):
    """Time in force."""

    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"


ValidateOnly = Annotated[bool, typer.Option("--validate-only", help="Check everything and answer, but do nothing.")]


@client_command(app, "place")
def place(
    session: Session,
    market: Annotated[str, typer.Argument(help="Market name, such as BTC-USDC.")],
    side: Annotated[SideName, typer.Argument(help="Which side of the book.")],
    quantity: Annotated[str, typer.Argument(help="Quantity in base units.")],
    price: Annotated[
        str | None, typer.Argument(help="Limit price in quote units; without one, a market order.")
    ] = None,
    tif: Annotated[TifName | None, typer.Option(help="Time in force.  [default: gtc; ioc for a market order]")] = None,
    post_only: Annotated[bool, typer.Option("--post-only", help="Refuse rather than trade on arrival.")] = False,
    client_order_id: Annotated[str | None, typer.Option("--id", help="Your key: a repeated call is safe.")] = None,
    validate_only: ValidateOnly = False,
) -> None:
    """Place a limit order, or a market order when no price is given."""
    with session.client() as client:
        placed = client.place_order(
            market=market,
            side=side.value,
            quantity=decimal_option(quantity, "QUANTITY"),
            price=None if price is None else decimal_option(price, "PRICE"),
            time_in_force=None if tif is None else tif.value,
            post_only=post_only,
            client_order_id=client_order_id,
            validate_only=validate_only,
        )
    if session.json:
        print_json(placed)
        return
    if placed.deduplicated:
        print("This client order id was used before; the original order, as it is now:")
    show_one(session, placed.order, ORDER_FIELDS)
    if placed.fills:
        console().print(table(placed.fills, FILL_COLUMNS, title="Fills"))


@client_command(app, "cancel")
def cancel(
    session: Session,
    order_id: Annotated[int | None, typer.Argument(help="The exchange's order id.")] = None,
    client_order_id: Annotated[str | None, typer.Option("--id", help="Your key, instead.")] = None,
    validate_only: ValidateOnly = False,
) -> None:
    """Cancel one open order."""
    _require_one(order_id, client_order_id)
    with session.client() as client:
        order = client.cancel_order(order_id=order_id, client_order_id=client_order_id, validate_only=validate_only)
        show_one(session, order, ORDER_FIELDS)


@client_command(app, "cancel-all")
def cancel_all(
    session: Session,
    market: Annotated[str, typer.Option(help="Only this market.")] = "",
    validate_only: ValidateOnly = False,
) -> None:
    """Cancel all open orders."""
    with session.client() as client:
        order_ids = client.cancel_all_orders(market=market, validate_only=validate_only)
    if session.json:
        print_json({"order_ids": list(order_ids)})
    else:
        verb = "would be canceled" if validate_only else "canceled"
        print(f"{len(order_ids)} {'order' if len(order_ids) == 1 else 'orders'} {verb}")


@client_command(app, "show")
def show_order(
    session: Session,
    order_id: Annotated[int | None, typer.Argument(help="The exchange's order id.")] = None,
    client_order_id: Annotated[str | None, typer.Option("--id", help="Your key, instead.")] = None,
) -> None:
    """Show one order as it is now."""
    _require_one(order_id, client_order_id)
    with session.client() as client:
        show_one(session, client.get_order(order_id=order_id, client_order_id=client_order_id), ORDER_FIELDS)


@client_command(app, "ls")
def list_orders(
    session: Session,
    market: Annotated[str, typer.Option(help="Only this market.")] = "",
    all_orders: Annotated[bool, typer.Option("--all", "-a", help="Closed ones too, from the history.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many, newest first.")] = 50,
    account_id: Annotated[int, typer.Option(help="Another account; needs an admin key.")] = 0,
) -> None:
    """List open orders, newest first; with --all also those of the past."""
    from itertools import islice

    with session.client() as client:
        found = client.list_orders(market=market, open_only=not all_orders, account_id=account_id)
        show(session, list(islice(found, limit)), COLUMNS, "no orders" if all_orders else "no open orders")


def _require_one(order_id: int | None, client_order_id: str | None) -> None:
    if (order_id is None) == (client_order_id is None):
        raise UsageError("name the order: either ORDER_ID or --id")
