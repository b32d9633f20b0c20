"""The options that describe an order, and what their words become."""

import dataclasses
import json
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exchange_server.cli.numbers import decimal_option
from exchange_server.cli.session import UsageError
from exchange_server.cli.times import future_time

if TYPE_CHECKING:
    from exchange_sdk import NewOrder


class SideName(StrEnum):
    """Side of an order."""

    BUY = "buy"
    SELL = "sell"


class StatusName(StrEnum):
    """What has become of an order."""

    OPEN = "open"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    PENDING_TRIGGER = "pending_trigger"


class TypeName(StrEnum):
    """Type of an order."""

    LIMIT = "limit"
    MARKET = "market"
    STOP_MARKET = "stop_market"
    STOP_LIMIT = "stop_limit"
    TAKE_PROFIT_MARKET = "take_profit_market"
    TAKE_PROFIT_LIMIT = "take_profit_limit"
    TRAILING_STOP = "trailing_stop"
    PEGGED = "pegged"


class TifName(StrEnum):
    """Time in force."""

    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"
    GTT = "gtt"


class PegName(StrEnum):
    """What a pegged order follows."""

    OWN = "own"
    MID = "mid"
    OPPOSITE = "opposite"


class StpName(StrEnum):
    """Self-trade prevention."""

    EXPIRE_MAKER = "expire_maker"
    EXPIRE_TAKER = "expire_taker"
    EXPIRE_BOTH = "expire_both"
    DECREMENT = "decrement"


MarketArgument = Annotated[str, typer.Argument(help="Market name, such as BTC-USDC.")]
SideArgument = Annotated[SideName, typer.Argument(help="Which side of the book.")]
QuantityArgument = Annotated[str | None, typer.Argument(help="Quantity in base units; left out with --quote-amount.")]
PriceArgument = Annotated[str | None, typer.Argument(help="Limit price in quote units; without one, a market order.")]
TypeOption = Annotated[
    TypeName | None,
    typer.Option("--type", help="How it is priced.  [default: limit; market without a price]"),
]
TifOption = Annotated[
    TifName | None,
    typer.Option("--tif", help="Time in force.  [default: gtc; ioc for a market order]"),
]
ExpireOption = Annotated[
    str | None,
    typer.Option("--expire", metavar="TIME", help="When a gtt order ends: 2030-01-31T12:00:00Z, or 90s, 15m, 2h, 1d."),
]
PostOnlyOption = Annotated[bool, typer.Option("--post-only", help="Refuse rather than trade on arrival.")]
SlideOption = Annotated[
    bool, typer.Option("--slide", help="With --post-only: move to the best price that does not cross instead.")
]
QuoteAmountOption = Annotated[
    str | None,
    typer.Option("--quote-amount", metavar="AMOUNT", help="Instead of a quantity: what to spend or receive."),
]
DisplayOption = Annotated[
    str | None, typer.Option("--display", metavar="QUANTITY", help="Iceberg: the most that the book shows of it.")
]
StpOption = Annotated[
    StpName | None,
    typer.Option("--stp", help="When it meets an own order.  [default: expire_maker]"),
]
TriggerOption = Annotated[
    str | None, typer.Option("--trigger", metavar="PRICE", help="Last trade at which a stop or take-profit triggers.")
]
TrailingOption = Annotated[
    str | None,
    typer.Option("--trailing", metavar="DISTANCE", help="Trailing stop: quote units, or a share such as 2.5%."),
]
ActivationOption = Annotated[
    str | None, typer.Option("--activation", metavar="PRICE", help="Trade from which a trailing stop follows.")
]
PegOption = Annotated[
    PegName | None,
    typer.Option("--peg", help="Pegged: follow the best price of the own or the other side, never beyond PRICE."),
]
PegOffsetOption = Annotated[
    str | None, typer.Option("--peg-offset", metavar="DISTANCE", help="Added to what is followed; may be negative.")
]
KeyOption = Annotated[str | None, typer.Option("--id", help="Your key: a repeated call is safe.")]
OrderIdArgument = Annotated[int | None, typer.Argument(help="The exchange's order id.")]
OrderKeyOption = Annotated[str | None, typer.Option("--id", help="Your key, instead.")]
ValidateOnlyOption = Annotated[
    bool, typer.Option("--validate-only", help="Check everything and answer, but do nothing.")
]


def new_order(
    *,
    market: str,
    side: SideName,
    quantity: str | None,
    price: str | None,
    kind: TypeName | None,
    tif: TifName | None,
    expire: str | None,
    post_only: bool,
    slide: bool,
    quote_amount: str | None,
    display: str | None,
    stp: StpName | None,
    trigger: str | None,
    trailing: str | None,
    activation: str | None,
    peg: PegName | None,
    peg_offset: str | None,
    key: str | None,
    validate_only: bool = False,
) -> "NewOrder":
    """Put the options of one order together. Raises UsageError that names the one at fault."""
    from exchange_sdk import NewOrder

    if (quantity is None) == (quote_amount is None):
        raise UsageError("give QUANTITY or --quote-amount, one of the two")
    if trigger is not None and kind is None:
        raise UsageError("--trigger: needs a --type, such as stop_market or take_profit_limit")
    offset, offset_bps = (None, None) if trailing is None else distance(trailing)
    return NewOrder(
        market=market,
        side=side.value,
        quantity=_decimal(quantity, "QUANTITY"),
        price=_decimal(price, "PRICE"),
        type=None if kind is None else kind.value,
        time_in_force=None if tif is None else tif.value,
        post_only=post_only,
        slide=slide,
        quote_amount=_decimal(quote_amount, "--quote-amount"),
        display_quantity=_decimal(display, "--display"),
        self_trade_prevention=None if stp is None else stp.value,
        expire_time=None if expire is None else future_time(expire, "--expire"),
        trigger_price=_decimal(trigger, "--trigger"),
        trailing_offset=offset,
        trailing_offset_bps=offset_bps,
        activation_price=_decimal(activation, "--activation"),
        peg_reference=None if peg is None else peg.value,
        peg_offset=_decimal(peg_offset, "--peg-offset"),
        client_order_id=key,
        validate_only=validate_only,
    )


def terms(order: "NewOrder") -> dict[str, Any]:
    """Return an order as the arguments of `place_order`."""
    return {field.name: getattr(order, field.name) for field in dataclasses.fields(order)}


def distance(text: str) -> tuple[Decimal | None, int | None]:
    """Read a trailing stop's distance: quote units, or basis points of what is given in percent."""
    if not text.endswith("%"):
        return decimal_option(text, "--trailing"), None
    bps = decimal_option(text.removesuffix("%"), "--trailing") * 100
    if bps != int(bps) or not 1 <= bps <= 9_999:
        raise UsageError(f"--trailing: {text} is not from 0.01% to 99.99%, in steps of 0.01%")
    return None, int(bps)


def require_one(order_id: int | None, key: str | None, names: str = "ORDER_ID or --id") -> None:
    """Raise UsageError unless an order is named, once."""
    if (order_id is None) == (key is None):
        raise UsageError(f"name the order: either {names}")


def exact_json(text: str) -> Any:
    """Read JSON with its numbers exact. Raises ValueError."""
    return json.loads(text, parse_float=Decimal)


def _decimal(text: str | None, name: str) -> Decimal | None:
    return None if text is None else decimal_option(text, name)
