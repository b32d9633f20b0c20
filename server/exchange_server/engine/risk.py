"""What an order can cost at most: that much of its account's money is reserved while it is open."""

from exchange_server.engine.entities import Market
from exchange_server.engine.fees import ROUND_UP
from exchange_server.engine.orders import Order
from exchange_server.engine.types import PPM, SIDE_SELL, Lots, Ticks


def buy_need(market: Market, price: Ticks, open_lots: Lots, fee_micro: int) -> int:
    """Return the quote atoms that `open_lots` of a buy can still cost.

    Notional at the limit price plus the fee at the worst rate, as far as it was not charged already; both fees
    are rounded up, as a charge is: notional + ceil((fee_micro + notional × worst) / 10^6) − ceil(fee_micro / 10^6).
    A whole notional is as many millionths, so it goes into the first division.
    """
    worst_micro = price * open_lots * market.quote_atoms_per_tick_lot * market.worst_cost_ppm
    if fee_micro == 0:
        return (worst_micro + ROUND_UP) // PPM
    return (fee_micro + worst_micro + ROUND_UP) // PPM - (fee_micro + ROUND_UP) // PPM


def reserved_atoms(order: Order) -> int:
    """Return what an open order reserves: quote atoms for a buy, base atoms for a sell."""
    if order.side == SIDE_SELL:
        return order.open_lots * order.market.base_atoms_per_lot
    return buy_need(order.market, order.price_ticks, order.open_lots, order.fee_micro)
