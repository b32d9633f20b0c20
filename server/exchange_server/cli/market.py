"""`exchange market …`: what can be traded."""

from typing import TYPE_CHECKING, Annotated

import typer

from exchange_server.cli.commands import client_command, group
from exchange_server.cli.output import Column, show, show_one
from exchange_server.cli.session import Session

if TYPE_CHECKING:
    from exchange_sdk import Market as MarketModel

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
FIELDS = (
    "name",
    "base_asset",
    "quote_asset",
    "tick_size",
    "lot_size",
    "min_notional",
    "maker_fee_ppm",
    "taker_fee_ppm",
    "status",
    "price_decimals",
    "quantity_decimals",
    "last_price",
)
LIMITS = (
    "min_quantity",
    "max_quantity",
    "max_notional",
    "max_open_orders",
    "price_band_bps",
    "market_protection_bps",
    "reference_price",
)
INDICATION = ("price", "quantity", "imbalance", "imbalance_side")


@client_command(app, "ls")
def list_markets(session: Session) -> None:
    """List all markets."""
    with session.client(public=True) as client:
        show(session, client.list_markets(), COLUMNS, "no markets")


@client_command(app, "show")
def show_market(session: Session, market: Market) -> None:
    """Show one market, with the limits that its operator has set."""
    with session.client(public=True) as client:
        show_one_market(session, client.get_market(market))


def show_one_market(session: Session, market: "MarketModel") -> None:
    """Print one market, those limits that it has, and what an auction would do."""
    limits = [f"protection.{name}" for name in LIMITS if getattr(market.protection, name)]
    auction = [f"auction.{name}" for name in INDICATION] if market.auction is not None else []
    show_one(session, market, [*FIELDS, *limits, *auction])
