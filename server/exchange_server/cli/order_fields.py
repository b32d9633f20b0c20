"""What is shown of orders, and how."""

from typing import TYPE_CHECKING

from exchange_server.cli.output import Column, console, print_json, show_one, table
from exchange_server.cli.session import CommandError, Session

if TYPE_CHECKING:
    from exchange_sdk import AmendedOrder, Order, OrderResult, PlacedBracket, PlacedOco, PlacedOrder, ReplacedOrder

COLUMNS = (
    Column("order", "order_id", right=True),
    Column("market", "market"),
    Column("side", "side"),
    Column("type", "type"),
    Column("tif", "time_in_force"),
    Column("price", "price", right=True),
    Column("trigger", "trigger_price", right=True),
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
# Shown of the orders that have them.
TERM_FIELDS = (
    "slide",
    "quote_amount",
    "display_quantity",
    "self_trade_prevention",
    "prevented_quantity",
    "expire_time",
    "trigger_price",
    "trailing_offset",
    "trailing_offset_bps",
    "activation_price",
    "peg_reference",
    "peg_offset",
    "pegged_price",
    "trigger_time",
    "trigger_refusal",
    "order_list_id",
)
PREVIEW_COLUMNS = (
    Column("after sequence", "sequence", right=True),
    Column("average price", "average_price", right=True),
    Column("fee", "fee", right=True),
    Column("reserves", "reserved", right=True),
    Column("of", "reserved_asset"),
    Column("self-trade takes", "prevented_quantity", right=True),
    Column("own orders met", "self_trade_order_ids"),
)
FILL_COLUMNS = (
    Column("trade", "trade_id", right=True),
    Column("price", "price", right=True),
    Column("quantity", "quantity", right=True),
    Column("fee", "fee", right=True),
)
RESULT_COLUMNS = (
    Column("order", "order_id", right=True),
    Column("client order id", "client_order_id"),
    Column("status", "status"),
    Column("filled", "filled_quantity", right=True),
    Column("fee", "fee", right=True),
    Column("refused", "error"),
)


def show_order(session: Session, order: "Order") -> None:
    """Print one order: what every order has, and of the other terms those that it has."""
    terms = [name for name in TERM_FIELDS if getattr(order, name)]
    show_one(session, order, [*ORDER_FIELDS, *terms])


def show_placed(session: Session, placed: "PlacedOrder | AmendedOrder") -> None:
    """Print an order, what it executed, and what it would do if it was only tried."""
    if session.json:
        print_json(placed)
        return
    show_order(session, placed.order)
    _show_arrival(placed)


def show_replaced(session: Session, replaced: "ReplacedOrder", validate_only: bool) -> None:
    """Print both parts of a cancel-replace. Raises CommandError when one was, or would be, refused."""
    refused = "would be refused" if validate_only else "was refused"
    if session.json:
        print_json(replaced)
    else:
        if replaced.canceled_order is not None:
            verb = "would cancel" if validate_only else "canceled"
            print(f"{verb} order {replaced.canceled_order.order_id}")
        if replaced.order is not None:
            show_order(session, replaced.order)
        _show_arrival(replaced)
    if replaced.place_error is not None:
        raise CommandError(f"the new order {refused}: {replaced.place_error}")
    if replaced.cancel_error is not None:
        raise CommandError(f"the cancel {refused}: {replaced.cancel_error}")


def show_list(session: Session, placed: "PlacedOco | PlacedBracket") -> None:
    """Print the orders of an OCO or a bracket, what they executed, and what they would do if they were only tried."""
    if session.json:
        print_json(placed)
        return
    if placed.deduplicated:
        print("These client order ids were used before; the original orders, as they are now:")
    title = f"List {placed.order_list_id}" if placed.order_list_id else "All would be accepted"
    console().print(table(placed.orders, COLUMNS, title=title))
    _show_arrival(placed)


def _show_arrival(done: "PlacedOrder | AmendedOrder | ReplacedOrder | PlacedOco | PlacedBracket") -> None:
    if done.fills:
        console().print(table(done.fills, FILL_COLUMNS, title="Fills"))
    if done.preview is not None:
        console().print(table([done.preview], PREVIEW_COLUMNS, title="Preview"))


def show_results(session: Session, results: "list[OrderResult]") -> None:
    """Print what came of a batch. Raises CommandError when any item was refused."""
    if session.json:
        print_json(results)
    else:
        console().print(table(results, RESULT_COLUMNS))
    refused = sum(1 for result in results if result.error is not None)
    if refused:
        raise CommandError(f"{refused} of {len(results)} refused")
