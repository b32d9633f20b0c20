"""What a market refuses although it is well-formed: limits, price band, number of open orders.

Each returns the refusal, or None. Every limit is itself allowed. See docs/orders.md, market protection.
"""

from exchange_server.engine import refusals
from exchange_server.engine.accounts import Account
from exchange_server.engine.entities import Market
from exchange_server.engine.events import Rejected
from exchange_server.engine.types import BPS, MAX_ATOMS


def outside_limits(market: Market, quantity: int, notional: int, has_notional: bool) -> Rejected | None:
    """Judge quantity in lots (0 for an order by quote amount) and notional in quote atoms, where there is one."""
    protection = market.protection
    least = market.min_notional_atoms
    if protection is not None:
        if quantity and quantity < protection.min_lots:
            return refusals.QUANTITY_TOO_SMALL
        if protection.max_lots and quantity > protection.max_lots:
            return refusals.QUANTITY_TOO_LARGE
        least = protection.min_notional_atoms
    if has_notional:
        if notional < least:
            return refusals.NOTIONAL_TOO_SMALL
        if protection is not None and protection.max_notional_atoms and notional > protection.max_notional_atoms:
            return refusals.NOTIONAL_TOO_LARGE
    return refusals.NOTIONAL_TOO_LARGE if notional > MAX_ATOMS else None


def outside_band(market: Market, price: int) -> Rejected | None:
    """Judge a limit price by its distance from the last trade, or before the first from the operator's reference."""
    protection = market.protection
    if protection is None or not protection.price_band_bps:
        return None
    reference = market.last_price_ticks or protection.reference_price_ticks
    band = protection.price_band_bps
    if reference and not reference * (BPS - band) <= price * BPS <= reference * (BPS + band):
        return refusals.PRICE_OUTSIDE_BAND
    return None


def too_many_open(market: Market, account: Account, more: int) -> Rejected | None:
    """Judge how many orders of an account would rest or wait in the market with so many more."""
    protection = market.protection
    if protection is None or not protection.max_open_orders:
        return None
    if len(account.open_orders) + more <= protection.max_open_orders:
        return None
    here = sum(order.market is market for order in account.open_orders.values())
    return refusals.TOO_MANY_OPEN_ORDERS if here + more > protection.max_open_orders else None
