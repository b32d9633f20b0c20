"""What accounts are worth and have won, as protobuf. docs/portfolio.md has the formulas.

Trading totals may be large: they are plain integers, formatted exactly.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from exchange.v1 import account_service_pb2 as pb
from exchange.v1 import admin_service_pb2 as admin_pb
from exchange_server.engine.accounts import Account
from exchange_server.engine.entities import Asset, Market
from exchange_server.wire.decimals import MAX_SCALE, format_units
from exchange_server.wire.times import timestamp


class Totals(Protocol):
    """What an account's fills in one market come to."""

    @property
    def net_lots(self) -> int: ...
    @property
    def open_cost_atoms(self) -> int: ...
    @property
    def realized_atoms(self) -> int: ...
    @property
    def fee_atoms(self) -> int: ...
    @property
    def volume_atoms(self) -> int: ...
    @property
    def fill_count(self) -> int: ...
    @property
    def last_fill_time_ns(self) -> int: ...


def unrealized_atoms(market: Market, totals: Totals) -> int:
    """Return what closing the net quantity at the last price would win, quote atoms, exactly."""
    cost_atoms = totals.open_cost_atoms if totals.net_lots > 0 else -totals.open_cost_atoms
    return totals.net_lots * market.last_price_ticks * market.quote_atoms_per_tick_lot - cost_atoms


def position_message(market: Market, totals: Totals) -> pb.Position:
    """Return an account's fills in one market."""
    decimals = market.quote.decimals
    return pb.Position(
        market=market.name,
        net_quantity=format_units(totals.net_lots * market.lot_units, market.quantity_decimals),
        average_price=_average_price(market, totals) if totals.net_lots else "",
        realized_pnl=format_units(totals.realized_atoms, decimals),
        unrealized_pnl=format_units(unrealized_atoms(market, totals), decimals),
        fees=format_units(totals.fee_atoms, decimals),
        volume=format_units(totals.volume_atoms, decimals),
        fill_count=totals.fill_count,
        last_fill_time=timestamp(totals.last_fill_time_ns),
    )


def performance_message(
    account: Account, equity_atoms: int, quote: Asset, positions: Sequence[tuple[Market, Totals]]
) -> admin_pb.Performance:
    """Return an account's fills in all markets of a quote asset."""
    decimals: Final = quote.decimals

    def total(atoms: Iterable[int]) -> str:
        return format_units(sum(atoms), decimals)

    return admin_pb.Performance(
        account_id=account.account_id,
        name=account.name,
        equity=format_units(equity_atoms, decimals),
        realized_pnl=total(totals.realized_atoms for _, totals in positions),
        unrealized_pnl=total(unrealized_atoms(market, totals) for market, totals in positions),
        fees=total(totals.fee_atoms for _, totals in positions),
        volume=total(totals.volume_atoms for _, totals in positions),
        fill_count=sum(totals.fill_count for _, totals in positions),
        open_order_count=len(account.open_orders),
        last_fill_time=timestamp(max(totals.last_fill_time_ns for _, totals in positions)),
    )


def equity_point_message(time_ns: int, equity_atoms: int, quote: Asset) -> pb.EquityPoint:
    """Return what an account was worth at a moment."""
    return pb.EquityPoint(time=timestamp(time_ns), equity=format_units(equity_atoms, quote.decimals))


def _average_price(market: Market, totals: Totals) -> str:
    """Write cost by quantity in quote units per base unit, rounded down to `MAX_SCALE` decimals."""
    # An atom is 10^-decimals quote units, a lot lot_units × 10^-quantity_decimals base units.
    shift = MAX_SCALE + market.quantity_decimals - market.quote.decimals
    units = totals.open_cost_atoms * 10**shift // (abs(totals.net_lots) * market.lot_units)
    return format_units(units, MAX_SCALE)
