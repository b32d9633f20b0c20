"""A market's order book kept in step with the exchange's stream, and proof that it is."""

import zlib
from bisect import bisect_left, insort
from collections.abc import Iterable
from decimal import Decimal
from itertools import islice

from exchange_sdk._decimals import scaled
from exchange_sdk._tables import html_ladder
from exchange_sdk.errors import BookOutOfSync, ChecksumMismatch, Gap
from exchange_sdk.market_models import OrderBook, OrderBookDelta, PriceLevel
from exchange_sdk.models import Market

CHECKSUM_DEPTH = 10
"""Levels a side that the checksum covers."""


def book_checksum(
    asks: Iterable[PriceLevel], bids: Iterable[PriceLevel], price_decimals: int, quantity_decimals: int
) -> int:
    """Return the CRC-32 of the ten best levels a side, each side given from its best.

    As Kraken defines it for its v2 feed: asks, then bids; of each level price, then quantity, with the market's fixed
    number of decimals, without the point and without leading zeros (of a price of 0 nothing is left); all joined.
    """
    text = "".join(
        f"{scaled(level.price, price_decimals) or ''}{scaled(level.quantity, quantity_decimals)}"
        for side in (asks, bids)
        for level in islice(side, CHECKSUM_DEPTH)
    )
    return zlib.crc32(text.encode("ascii"))


class LocalOrderBook:
    """A copy of one market's book as a stream shows it, made of a snapshot and the deltas after it.

    Of a view (best levels only, or prices in steps) it holds what the view shows, and so does the checksum. Each delta
    must follow the one before (`prev_sequence`), and after each the ten best levels must have the exchange's checksum;
    if not, Gap or ChecksumMismatch is raised and the book takes nothing but a snapshot from then on.
    """

    def __init__(self, market: Market) -> None:
        self.market = market
        self.sequence = 0
        self._in_sync = False
        # Bids under negated keys, so that both sides are sorted from their best.
        self._bids = _Side(market.price_decimals, -1)
        self._asks = _Side(market.price_decimals, 1)

    def __repr__(self) -> str:
        state = f"sequence={self.sequence}" if self._in_sync else "out of sync"
        return f"LocalOrderBook({self.market.name}, bid={self.best_bid}, ask={self.best_ask}, {state})"

    def _repr_html_(self) -> str:
        return html_ladder(f"{self.market.name} #{self.sequence}", self.bids(10), self.asks(10))

    @property
    def in_sync(self) -> bool:
        """Whether the levels are the exchange's at `sequence`."""
        return self._in_sync

    @property
    def best_bid(self) -> PriceLevel | None:
        return self._bids.best()

    @property
    def best_ask(self) -> PriceLevel | None:
        return self._asks.best()

    @property
    def spread(self) -> Decimal | None:
        """Best ask − best bid in quote units; None when a side is empty."""
        bid, ask = self.best_bid, self.best_ask
        return ask.price - bid.price if bid and ask else None

    def bids(self, depth: int | None = None) -> tuple[PriceLevel, ...]:
        """Return up to `depth` levels, highest price first."""
        return self._bids.levels(depth)

    def asks(self, depth: int | None = None) -> tuple[PriceLevel, ...]:
        """Return up to `depth` levels, lowest price first."""
        return self._asks.levels(depth)

    def checksum(self) -> int:
        """Return the checksum of the book as it is now."""
        market = self.market
        return book_checksum(
            self.asks(CHECKSUM_DEPTH), self.bids(CHECKSUM_DEPTH), market.price_decimals, market.quantity_decimals
        )

    def apply_snapshot(self, book: OrderBook) -> None:
        """Start from a snapshot, whatever was before. Raises ChecksumMismatch."""
        self._in_sync = False
        self._check_market(book.market)
        self._bids.clear()
        self._asks.clear()
        self._set(book.bids, book.asks)
        self._verify(book.checksum, book.sequence)

    def apply_delta(self, delta: OrderBookDelta) -> None:
        """Apply the delta that follows. Raises Gap (the levels stay as they were) or ChecksumMismatch."""
        if not self._in_sync:
            raise Gap("the book is out of sync and needs a snapshot")
        self._in_sync = False
        self._check_market(delta.market)
        if delta.prev_sequence != self.sequence or delta.sequence <= delta.prev_sequence:
            step = f"{delta.prev_sequence} to {delta.sequence}"
            raise Gap(f"{delta.market}: the delta from {step} does not follow {self.sequence}")
        self._set(delta.bids, delta.asks)
        self._verify(delta.checksum, delta.sequence)

    def _check_market(self, name: str) -> None:
        if name != self.market.name:
            raise BookOutOfSync(f"a message of {name} for the book of {self.market.name}")

    def _set(self, bids: Iterable[PriceLevel], asks: Iterable[PriceLevel]) -> None:
        try:
            self._bids.set(bids)
            self._asks.set(asks)
        except ValueError as error:
            raise BookOutOfSync(f"{self.market.name}: {error}") from error

    def _verify(self, checksum: int, sequence: int) -> None:
        try:
            mine = self.checksum()
        except ValueError as error:
            raise BookOutOfSync(f"{self.market.name}: {error}") from error
        if mine != checksum:
            raise ChecksumMismatch(
                f"{self.market.name} at {sequence}: checksum {mine:08x}, the exchange has {checksum:08x}"
            )
        self.sequence = sequence
        self._in_sync = True


class _Side:
    """Levels of one side; `sign` × price, scaled to an integer, is the key, so that the best comes first."""

    __slots__ = ("_decimals", "_keys", "_levels", "_sign")

    def __init__(self, decimals: int, sign: int) -> None:
        self._decimals = decimals
        self._sign = sign
        self._keys: list[int] = []
        self._levels: dict[int, PriceLevel] = {}

    def clear(self) -> None:
        self._keys.clear()
        self._levels.clear()

    def set(self, levels: Iterable[PriceLevel]) -> None:
        """Set each level to its quantity; 0 removes it, also one that is not there. ValueError for bad numbers."""
        for level in levels:
            key = self._sign * scaled(level.price, self._decimals)
            if level.quantity < 0:
                raise ValueError(f"negative quantity at {level.price}")
            if level.quantity:
                if key not in self._levels:
                    insort(self._keys, key)
                self._levels[key] = level
            elif key in self._levels:
                del self._levels[key]
                del self._keys[bisect_left(self._keys, key)]

    def best(self) -> PriceLevel | None:
        return self._levels[self._keys[0]] if self._keys else None

    def levels(self, depth: int | None) -> tuple[PriceLevel, ...]:
        return tuple(self._levels[key] for key in self._keys[:depth])
