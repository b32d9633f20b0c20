"""The order books that the public sees: what is durable, as totals per price level.

A reader of a book is never owed a queue. A book remembers of each level when it last changed, so that the difference
between any two of its versions can be told; a reader is one number, the version that it has, and a slow one is brought
up to date by one message. What is remembered reaches back to the slowest reader and is bounded: past the bound the
slowest ends with STREAM_TOO_SLOW.

`sequence` is that of the last command that changed the book, and is the name of a version: the same sequence is the
same content.
"""

from collections.abc import Iterable
from itertools import takewhile
from typing import Final

from exchange_server.engine.entities import Market
from exchange_server.engine.types import Lots, Ticks, TimeNs
from exchange_server.feeds.book_checksum import CHECKSUM_LEVELS, book_checksum
from exchange_server.feeds.book_levels import BookLevels
from exchange_server.feeds.reader import Reader, too_slow
from exchange_server.journal import Applied
from exchange_server.wire.market_streams import (
    OrderBook,
    StreamOrderBookResponse,
    order_book_delta_response,
    order_book_message,
    order_book_snapshot_response,
)

MAX_PENDING: Final = 1_024
"""Level changes that a book without readers puts off at least; a large book a quarter of its levels.

A look at the book sorts them in one by one. Past the bound the order is given up, and the next look sorts all levels:
so a look costs no more than what had changed before it, whatever the size of the book.
"""

MAX_CHANGES: Final = 100_000
"""Changed levels remembered for the slowest reader of a book, about 10 MB."""

Level = tuple[Ticks, Lots]


class BookReader(Reader):
    """Follows one book; `sequence` is the version that it was sent last."""

    def __init__(self, sequence: int) -> None:
        super().__init__()
        self.sequence = sequence


class PublishedBook:
    """One market's levels, their versions and the messages about them; keys are those of BookLevels."""

    __slots__ = (
        "_changes",
        "_checksum",
        "_deltas",
        "_depth_message",
        "_levels",
        "_max_changes",
        "_snapshot",
        "market",
        "pending",
        "pending_of",
        "readers",
        "sequence",
        "time_ns",
    )

    def __init__(
        self,
        market: Market,
        bids: Iterable[Level],
        asks: Iterable[Level],
        sequence: int,
        time_ns: TimeNs,
        max_changes: int = MAX_CHANGES,
    ) -> None:
        self.market: Final = market
        self.sequence = sequence
        self.time_ns = time_ns
        self.readers: Final[set[BookReader]] = set()
        # Written by the bus: new totals by key, and the last command that they are of.
        self.pending: Final[dict[int, int]] = {}
        self.pending_of: Applied | None = None
        totals = {-price_ticks: int(lots) for price_ticks, lots in bids}
        totals.update(asks)
        self._levels: Final = BookLevels(totals)
        # Key to the version that changed it last, oldest first; kept while there are readers.
        self._changes: Final[dict[int, int]] = {}
        self._max_changes: Final = max_changes
        # Messages about the present version, made when first asked for and shared by all readers.
        self._checksum: int | None = None
        self._snapshot: StreamOrderBookResponse | None = None
        self._deltas: Final[dict[int, StreamOrderBookResponse]] = {}
        self._depth_message: tuple[int, OrderBook] | None = None

    # ---------------------------------------------------------------- publishing

    def publish(self) -> None:
        """Make what is pending the new version, or put that off when nobody looks."""
        if self.readers:
            if self.apply_pending():
                self._bound_changes()
                for reader in self.readers:
                    reader.wake()
        elif self.pending_of is not None and len(self.pending) > max(MAX_PENDING, len(self._levels.lots) // 4):
            self._levels.set_all(self.pending)
            self._become(self.pending_of)

    def apply_pending(self) -> bool:
        """Sort in what is pending; return whether any level differs from what it was."""
        if self.pending_of is None:
            return False
        changes = self._changes if self.readers else None
        version = self.pending_of.sequence
        levels = self._levels
        changed = False
        for key, lots in self.pending.items():
            if levels.set(key, lots):
                changed = True
                if changes is not None:
                    changes.pop(key, None)
                    changes[key] = version
        if changed:
            self._become(self.pending_of)
        else:
            self.pending.clear()
            self.pending_of = None
        return changed

    def _become(self, applied: Applied) -> None:
        """Be the version of a command; nothing is pending any more."""
        self.sequence = applied.sequence
        self.time_ns = TimeNs(applied.time_ns)
        self._checksum = self._snapshot = self._depth_message = None
        self._deltas.clear()
        self.pending.clear()
        self.pending_of = None

    def _bound_changes(self) -> None:
        changes = self._changes
        while len(changes) > self._max_changes:
            slowest = min((reader.sequence for reader in self.readers), default=self.sequence)
            # Oldest first, so what every reader has stands in front.
            for key in self._changed_until(slowest):
                del changes[key]
            if len(changes) <= self._max_changes:
                return
            for reader in [reader for reader in self.readers if reader.sequence == slowest]:
                reader.end(too_slow("too many levels changed since the last message", market=self.market.name))
                self.readers.discard(reader)

    def _changed_until(self, version: int) -> list[int]:
        return list(takewhile(lambda key: self._changes[key] <= version, self._changes))

    # ---------------------------------------------------------------- readers

    def join(self) -> BookReader:
        """Add a reader; the snapshot is what it must be sent first."""
        self.apply_pending()
        reader = BookReader(self.sequence)
        self.readers.add(reader)
        return reader

    def leave(self, reader: BookReader) -> None:
        self.readers.discard(reader)
        if not self.readers:
            self._changes.clear()

    # ---------------------------------------------------------------- messages

    def levels(self, depth: int | None = None) -> tuple[list[Level], list[Level]]:
        """Return bids and asks, best first."""
        self.apply_pending()
        bids = [(Ticks(-key), Lots(lots)) for key, lots in self._levels.bids(depth)]
        asks = [(Ticks(key), Lots(lots)) for key, lots in self._levels.asks(depth)]
        return bids, asks

    def checksum(self) -> int:
        """Return the checksum of the ten best levels a side."""
        self.apply_pending()
        if self._checksum is None:
            bids, asks = self.levels(CHECKSUM_LEVELS)
            self._checksum = book_checksum(asks, bids, self.market.tick_units, self.market.lot_units)
        return self._checksum

    def message(self, depth: int) -> OrderBook:
        """Return the best `depth` levels a side."""
        self.apply_pending()
        if self._depth_message is None or self._depth_message[0] != depth:
            message = order_book_message(self.market, *self.levels(depth), self.sequence, self.checksum())
            self._depth_message = depth, message
        return self._depth_message[1]

    def snapshot(self) -> StreamOrderBookResponse:
        """Return all levels as the first message of a stream."""
        self.apply_pending()
        if self._snapshot is None:
            self._snapshot = order_book_snapshot_response(self.market, *self.levels(), self.sequence, self.checksum())
        return self._snapshot

    def delta(self, prev_sequence: int) -> StreamOrderBookResponse:
        """Return what differs between an earlier version that a reader has and the present one."""
        message = self._deltas.get(prev_sequence)
        if message is None:
            message = self._deltas[prev_sequence] = self._make_delta(prev_sequence)
        return message

    def _make_delta(self, prev_sequence: int) -> StreamOrderBookResponse:
        bid_keys: list[int] = []
        ask_keys: list[int] = []
        for key, version in reversed(self._changes.items()):
            if version <= prev_sequence:
                break
            (bid_keys if key < 0 else ask_keys).append(key)
        bid_keys.sort()
        ask_keys.sort()
        lots = self._levels.lots
        return order_book_delta_response(
            self.market,
            [(Ticks(-key), Lots(lots.get(key, 0))) for key in bid_keys],
            [(Ticks(key), Lots(lots.get(key, 0))) for key in ask_keys],
            self.sequence,
            prev_sequence,
            self.checksum(),
            self.time_ns,
        )
