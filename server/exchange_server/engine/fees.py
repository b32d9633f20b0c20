"""Fees: exact in millionths of a quote atom per order, charged rounded up, so that no atom is made from nothing."""

from exchange_server.engine.types import PPM, Atoms


def charged(fee_micro: int) -> Atoms:
    """Return what an order whose exact fee is `fee_micro` was charged: rounded up, a rebate towards zero."""
    return Atoms(-(-fee_micro // PPM))


def fee_on(cost: int, rate_ppm: int) -> int:
    """Return the whole fee of an order that cost `cost` at one rate, rounded up."""
    return -(-cost * rate_ppm // PPM)
