"""`exchange order …`: place, cancel and list orders."""

from datetime import datetime
from typing import Annotated

import typer

from exchange_server.cli import order_change, order_lists
from exchange_server.cli import order_options as options
from exchange_server.cli.commands import client_command, group
from exchange_server.cli.order_fields import COLUMNS, show_order, show_placed
from exchange_server.cli.output import print_json, show
from exchange_server.cli.session import Session
from exchange_server.cli.times import FromOption, ToOption, past_time

app = group("Orders of the account.")


@client_command(app, "place")
def place(
    session: Session,
    market: options.MarketArgument,
    side: options.SideArgument,
    quantity: options.QuantityArgument = None,
    price: options.PriceArgument = None,
    kind: options.TypeOption = None,
    tif: options.TifOption = None,
    expire: options.ExpireOption = None,
    post_only: options.PostOnlyOption = False,
    slide: options.SlideOption = False,
    quote_amount: options.QuoteAmountOption = None,
    display: options.DisplayOption = None,
    stp: options.StpOption = None,
    trigger: options.TriggerOption = None,
    trailing: options.TrailingOption = None,
    activation: options.ActivationOption = None,
    peg: options.PegOption = None,
    peg_offset: options.PegOffsetOption = None,
    client_order_id: options.KeyOption = None,
    validate_only: options.ValidateOnlyOption = False,
) -> None:
    """Place a limit order, or a market order when no price is given; or one that waits for its trigger."""
    order = options.new_order(
        market=market,
        side=side,
        quantity=quantity,
        price=price,
        kind=kind,
        tif=tif,
        expire=expire,
        post_only=post_only,
        slide=slide,
        quote_amount=quote_amount,
        display=display,
        stp=stp,
        trigger=trigger,
        trailing=trailing,
        activation=activation,
        peg=peg,
        peg_offset=peg_offset,
        key=client_order_id,
        validate_only=validate_only,
    )
    with session.client() as client:
        placed = client.place_order(**options.terms(order))
    if placed.deduplicated and not session.json:
        print("This client order id was used before; the original order, as it is now:")
    show_placed(session, placed)


@client_command(app, "cancel")
def cancel(
    session: Session,
    order_id: options.OrderIdArgument = None,
    client_order_id: options.OrderKeyOption = None,
    validate_only: options.ValidateOnlyOption = False,
) -> None:
    """Cancel one open order."""
    options.require_one(order_id, client_order_id)
    with session.client() as client:
        order = client.cancel_order(order_id=order_id, client_order_id=client_order_id, validate_only=validate_only)
        show_order(session, order)


@client_command(app, "cancel-all")
def cancel_all(
    session: Session,
    market: Annotated[str, typer.Option(help="Only this market.")] = "",
    side: Annotated[options.SideName | None, typer.Option(help="Only this side.")] = None,
    prefix: Annotated[str, typer.Option(help="Only orders whose key begins with this.")] = "",
    validate_only: options.ValidateOnlyOption = False,
) -> None:
    """Cancel all open orders that pass the filters, waiting ones too."""
    with session.client() as client:
        order_ids = client.cancel_all_orders(
            market=market,
            side=None if side is None else side.value,
            client_order_id_prefix=prefix,
            validate_only=validate_only,
        )
    if session.json:
        print_json({"order_ids": list(order_ids)})
    else:
        verb = "would be canceled" if validate_only else "canceled"
        print(f"{len(order_ids)} {'order' if len(order_ids) == 1 else 'orders'} {verb}")


@client_command(app, "cancel-after")
def cancel_after(
    session: Session,
    seconds: Annotated[float, typer.Argument(help="1 to 86400; 0 disarms.", min=0)],
    validate_only: options.ValidateOnlyOption = False,
) -> None:
    """Set the dead-man's switch: cancel all orders of the account unless it is set again in time."""
    with session.client() as client:
        time = client.set_cancel_all_after(seconds, validate_only=validate_only)
    if session.json:
        print_json({"cancel_time": time})
    else:
        print(_told(time, validate_only))


@client_command(app, "show")
def show_one_order(
    session: Session,
    order_id: options.OrderIdArgument = None,
    client_order_id: options.OrderKeyOption = None,
) -> None:
    """Show one order as it is now."""
    options.require_one(order_id, client_order_id)
    with session.client() as client:
        show_order(session, client.get_order(order_id=order_id, client_order_id=client_order_id))


@client_command(app, "ls")
def list_orders(
    session: Session,
    market: Annotated[str, typer.Option(help="Only this market.")] = "",
    all_orders: Annotated[bool, typer.Option("--all", "-a", help="Closed ones too, from the history.")] = False,
    status: Annotated[
        list[options.StatusName] | None, typer.Option(help="Only in this state, also closed ones; may be given again.")
    ] = None,
    start: FromOption = None,
    end: ToOption = None,
    prefix: Annotated[str, typer.Option(help="Only orders whose key begins with this.")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many, newest first.")] = 50,
    account_id: Annotated[int, typer.Option(help="Another account; needs an admin key.")] = 0,
) -> None:
    """List open and waiting orders, newest first; with --all, --from, --to or --status also those of the past.

    --from and --to are about when an order was created.
    """
    of_the_past = all_orders or bool(status or start or end)
    with session.client() as client:
        found = client.list_orders(
            market=market,
            open_only=not of_the_past,
            statuses=[name.value for name in status or ()],
            start=past_time(start, "--from"),
            end=past_time(end, "--to"),
            client_order_id_prefix=prefix,
            account_id=account_id,
        )
        show(session, found.collect(limit), COLUMNS, "no orders" if of_the_past else "no open orders")


order_change.register(app)
order_lists.register(app)


def _told(time: datetime | None, validate_only: bool) -> str:
    would = "would be " if validate_only else ""
    if time is None:
        return f"the dead-man's switch {would or 'is '}disarmed"
    return f"all orders {would or 'will be '}canceled at {time.astimezone():%Y-%m-%d %H:%M:%S}, unless it is set again"
