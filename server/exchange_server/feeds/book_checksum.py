"""The checksums that prove a client's copy of a book or of its queues.

Kraken's definition, https://docs.kraken.com/exchange/guides/websockets/book-checksum-v2: of the ten best asks, then the
ten best bids, each from the best, the digits of price and quantity at their fixed number of decimals, without the point
and without leading zeros, all joined; of that the CRC-32.
"""

from collections.abc import Iterable
from typing import Final
from zlib import crc32

from exchange_server.engine.types import OrderId

CHECKSUM_LEVELS: Final = 10
"""Levels a side that the checksum covers."""


CHECKSUM_ORDERS: Final = 25
"""Orders a side that the checksum of order queues covers."""


def book_checksum(
    asks: Iterable[tuple[int, int]], bids: Iterable[tuple[int, int]], tick_units: int, lot_units: int
) -> int:
    """Return the CRC-32 of the given levels (ticks, lots), best first; the caller passes the ten best a side.

    A price in units of its last decimal is what Kraken's string says: its digits without point and leading zeros; of
    a price that is shown as 0 nothing is left.
    """
    digits = [f"{ticks * tick_units or ''}{lots * lot_units}" for ticks, lots in asks]
    digits += [f"{ticks * tick_units or ''}{lots * lot_units}" for ticks, lots in bids]
    return crc32("".join(digits).encode())


def orders_checksum(
    asks: Iterable[tuple[OrderId, int, int]], bids: Iterable[tuple[OrderId, int, int]], tick_units: int, lot_units: int
) -> int:
    """Return the CRC-32 of the given orders (id, ticks, shown lots), as they would trade; the first 25 a side."""
    digits = [f"{order_id}{ticks * tick_units}{lots * lot_units}" for order_id, ticks, lots in asks]
    digits += [f"{order_id}{ticks * tick_units}{lots * lot_units}" for order_id, ticks, lots in bids]
    return crc32("".join(digits).encode())
