"""`exchange order amend`, `replace` and `batch`: change what is open, and do many things in one step."""

import dataclasses
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exchange_server.cli import order_options as options
from exchange_server.cli.commands import client_command
from exchange_server.cli.numbers import decimal_option
from exchange_server.cli.order_fields import show_placed, show_replaced, show_results
from exchange_server.cli.session import CommandError, Session, UsageError
from exchange_server.cli.times import future_time

if TYPE_CHECKING:
    from exchange_sdk import BatchItem


def register(app: typer.Typer) -> None:
    """Add the commands to `exchange order`."""
    client_command(app, "amend")(amend)
    client_command(app, "replace")(replace)
    client_command(app, "batch")(batch)


def amend(
    session: Session,
    order_id: options.OrderIdArgument = None,
    client_order_id: options.OrderKeyOption = None,
    price: Annotated[str | None, typer.Option(help="New limit price in quote units.")] = None,
    quantity: Annotated[str | None, typer.Option(help="New quantity in base units, with what is filled in it.")] = None,
    validate_only: options.ValidateOnlyOption = False,
) -> None:
    """Change price or quantity of one open order. Less at the same price keeps its place in the book."""
    options.require_one(order_id, client_order_id)
    if price is None and quantity is None:
        raise UsageError("give --price, --quantity, or both")
    with session.client() as client:
        amended = client.amend_order(
            order_id=order_id,
            client_order_id=client_order_id,
            price=None if price is None else decimal_option(price, "--price"),
            quantity=None if quantity is None else decimal_option(quantity, "--quantity"),
            validate_only=validate_only,
        )
        show_placed(session, amended)


def replace(
    session: Session,
    market: options.MarketArgument,
    side: options.SideArgument,
    quantity: options.QuantityArgument = None,
    price: options.PriceArgument = None,
    order_id: Annotated[int | None, typer.Option("--cancel", metavar="ORDER_ID", help="The order to cancel.")] = None,
    old_key: Annotated[str | None, typer.Option("--cancel-id", metavar="KEY", help="Its key, instead.")] = None,
    allow_failure: Annotated[
        bool, typer.Option("--allow-failure", help="Place the new order also when the cancel is refused.")
    ] = False,
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
    """Cancel one order and place another with nothing in between. If the new one is refused, the cancel stands."""
    from exchange_sdk import CancelOrder, CancelReplaceMode

    options.require_one(order_id, old_key, "--cancel or --cancel-id")
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
    )
    mode = CancelReplaceMode.ALLOW_FAILURE if allow_failure else CancelReplaceMode.STOP_ON_FAILURE
    old = CancelOrder(order_id=order_id, client_order_id=old_key)
    with session.client() as client:
        replaced = client.cancel_replace_order(old, order, mode=mode, validate_only=validate_only)
    show_replaced(session, replaced, validate_only)


def batch(
    session: Session,
    file: Annotated[Path, typer.Argument(help="JSON lines, see above; - reads standard input.", metavar="FILE.jsonl")],
    all_or_none: Annotated[
        bool, typer.Option("--all-or-none", help="When any of them is refused, do nothing at all.")
    ] = False,
) -> None:
    """Execute up to 500 orders, amends and cancels one after the other with nothing in between.

    A line is {"place": {…}}, {"amend": {…}} or {"cancel": {…}}; inside are the fields of the contract, such as
    {"place": {"market": "BTC-USDC", "side": "buy", "quantity": "0.5", "price": "65000"}},
    {"amend": {"order_id": 7, "price": "65001"}} and {"cancel": {"client_order_id": "mine"}}.
    Each stands for itself, unless --all-or-none is given; when any is refused the exit status is 1.
    """
    items = read_batch(_lines(file), str(file))
    with session.client() as client:
        results = client.batch_orders(items, all_or_none=all_or_none)
    show_results(session, results)


def read_batch(lines: Iterable[str], name: str) -> "list[BatchItem]":
    """Read the items of a batch; empty lines are passed over. Raises CommandError that names the line."""
    items = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            items.append(_item(options.exact_json(line)))
        except (TypeError, ValueError, UsageError) as error:
            raise CommandError(f"{name}, line {number}: {error}") from error
    return items


def _lines(file: Path) -> list[str]:
    if str(file) == "-":
        return sys.stdin.read().splitlines()
    try:
        return file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file}: {getattr(error, 'strerror', None) or error}") from error


def _item(document: Any) -> "BatchItem":
    from exchange_sdk import AmendOrder, CancelOrder, NewOrder
    from exchange_sdk.order_entry import check_item

    kinds: dict[str, type[NewOrder] | type[AmendOrder] | type[CancelOrder]]
    kinds = {"place": NewOrder, "amend": AmendOrder, "cancel": CancelOrder}
    if not isinstance(document, dict) or len(document) != 1 or not kinds.keys() >= document.keys():
        raise ValueError('a line has one of "place", "amend" and "cancel"')
    ((what, fields),) = document.items()
    if not isinstance(fields, dict):
        raise ValueError(f'"{what}" has the fields of an order in braces')
    known = {field.name: field for field in dataclasses.fields(kinds[what])}
    if unknown := sorted(fields.keys() - known.keys()):
        raise ValueError(f"{unknown[0]}: no such field")
    for name, field in known.items():
        if field.default is dataclasses.MISSING and name not in fields:
            raise ValueError(f"{name}: is missing")
    if isinstance(fields.get("expire_time"), str):
        fields["expire_time"] = future_time(fields["expire_time"], "expire_time")
    item = kinds[what](**fields)
    check_item(item)
    return item
