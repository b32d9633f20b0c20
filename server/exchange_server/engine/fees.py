"""Fees: exact in millionths of a quote atom per order, charged rounded up, so that no atom is made from nothing."""

from typing import Final

from exchange_server.engine.types import PPM, Atoms

ROUND_UP: Final = PPM - 1
"""Added to millionths before they are divided, it makes the division round up, also below zero."""


def charged(fee_micro: int) -> Atoms:
    """Return what an order whose exact fee is `fee_micro` was charged: rounded up, a rebate towards zero."""
    return Atoms((fee_micro + ROUND_UP) // PPM)


def with_fee(cost: int, rate_ppm: int) -> int:
    """Return `cost` and the whole fee on it at one rate, rounded up."""
    return cost + (cost * rate_ppm + ROUND_UP) // PPM
