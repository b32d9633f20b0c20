"""`exchange order oco` and `bracket`: orders that enter together and end each other."""

from typing import TYPE_CHECKING, Annotated

import typer

from exchange_server.cli import order_options as options
from exchange_server.cli.commands import client_command
from exchange_server.cli.numbers import decimal_option
from exchange_server.cli.order_fields import show_list
from exchange_server.cli.session import Session, UsageError

if TYPE_CHECKING:
    from exchange_sdk import BracketExit, NewOrder

QuantityArgument = Annotated[str, typer.Argument(help="Quantity in base units.")]
StopOption = Annotated[str, typer.Option("--stop", metavar="PRICE", help="Last trade at which the stop triggers.")]
StopLimitOption = Annotated[
    str | None, typer.Option("--stop-limit", metavar="PRICE", help="Limit of the stop; without one, a market order.")
]
ProfitLimitOption = Annotated[
    str | None,
    typer.Option("--take-profit-limit", metavar="PRICE", help="Limit of the take-profit; without one, a market order."),
]
StopKeyOption = Annotated[str | None, typer.Option("--stop-id", metavar="KEY", help="Your key of the stop.")]
ProfitKeyOption = Annotated[
    str | None, typer.Option("--take-profit-id", metavar="KEY", help="Your key of the take-profit.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to `exchange order`."""
    client_command(app, "oco")(oco)
    client_command(app, "bracket")(bracket)


def oco(
    session: Session,
    market: options.MarketArgument,
    side: options.SideArgument,
    quantity: QuantityArgument,
    stop: StopOption,
    price: Annotated[str | None, typer.Option("--limit", metavar="PRICE", help="Price of the limit order.")] = None,
    take_profit: Annotated[
        str | None,
        typer.Option("--take-profit", metavar="PRICE", help="Instead of --limit: last trade at which it triggers."),
    ] = None,
    take_profit_limit: ProfitLimitOption = None,
    stop_limit: StopLimitOption = None,
    client_order_id: Annotated[
        str | None, typer.Option("--id", metavar="KEY", help="Your key of the limit order or take-profit.")
    ] = None,
    stop_key: StopKeyOption = None,
    validate_only: options.ValidateOnlyOption = False,
) -> None:
    """Place a limit order (or take-profit) and a stop: when one fills, fires or ends, the other is canceled."""
    if (price is None) == (take_profit is None):
        raise UsageError("give --limit or --take-profit, one of the two")
    if take_profit is None and take_profit_limit is not None:
        raise UsageError("--take-profit-limit: needs --take-profit")
    kind = "stop_market" if stop_limit is None else "stop_limit"
    loss = _leg(market, side, quantity, kind, (stop, "--stop"), (stop_limit, "--stop-limit"), stop_key)
    if take_profit is None:
        gain = _leg(market, side, quantity, "limit", (None, ""), (price, "--limit"), client_order_id)
    else:
        kind = "take_profit_market" if take_profit_limit is None else "take_profit_limit"
        limit = (take_profit_limit, "--take-profit-limit")
        gain = _leg(market, side, quantity, kind, (take_profit, "--take-profit"), limit, client_order_id)
    above, below = (gain, loss) if side is options.SideName.SELL else (loss, gain)
    with session.client() as client:
        placed = client.place_oco_order(above, below, validate_only=validate_only)
    show_list(session, placed)


def bracket(
    session: Session,
    market: options.MarketArgument,
    side: options.SideArgument,
    quantity: QuantityArgument,
    take_profit: Annotated[
        str, typer.Option("--take-profit", metavar="PRICE", help="Last trade at which the take-profit triggers.")
    ],
    stop: StopOption,
    price: options.PriceArgument = None,
    take_profit_limit: ProfitLimitOption = None,
    stop_limit: StopLimitOption = None,
    tif: options.TifOption = None,
    expire: options.ExpireOption = None,
    post_only: options.PostOnlyOption = False,
    stp: options.StpOption = None,
    client_order_id: options.KeyOption = None,
    take_profit_key: ProfitKeyOption = None,
    stop_key: StopKeyOption = None,
    validate_only: options.ValidateOnlyOption = False,
) -> None:
    """Place an entry with a take-profit and a stop-loss, which have the quantity that the entry has filled."""
    entry = options.new_order(
        market=market,
        side=side,
        quantity=quantity,
        price=price,
        kind=None,
        tif=tif,
        expire=expire,
        post_only=post_only,
        slide=False,
        quote_amount=None,
        display=None,
        stp=stp,
        trigger=None,
        trailing=None,
        activation=None,
        peg=None,
        peg_offset=None,
        key=client_order_id,
    )
    profit = _exit((take_profit, "--take-profit"), (take_profit_limit, "--take-profit-limit"), take_profit_key)
    loss = _exit((stop, "--stop"), (stop_limit, "--stop-limit"), stop_key)
    with session.client() as client:
        placed = client.place_bracket_order(entry, take_profit=profit, stop_loss=loss, validate_only=validate_only)
    show_list(session, placed)


_Price = tuple[str | None, str]
"""What was given, and the name of the option."""


def _leg(
    market: str, side: options.SideName, quantity: str, kind: str, trigger: _Price, limit: _Price, key: str | None
) -> "NewOrder":
    from exchange_sdk import NewOrder

    return NewOrder(
        market=market,
        side=side.value,
        quantity=decimal_option(quantity, "QUANTITY"),
        type=kind,
        trigger_price=None if trigger[0] is None else decimal_option(trigger[0], trigger[1]),
        price=None if limit[0] is None else decimal_option(limit[0], limit[1]),
        client_order_id=key,
    )


def _exit(trigger: tuple[str, str], limit: _Price, key: str | None) -> "BracketExit":
    from exchange_sdk import BracketExit

    return BracketExit(
        trigger_price=decimal_option(*trigger),
        price=None if limit[0] is None else decimal_option(limit[0], limit[1]),
        client_order_id=key,
    )
