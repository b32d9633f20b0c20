"""A book as it is shown, whole or in part, and its versions.

A reader of a book is never owed a queue. What is shown remembers of each level when it last changed, so that the
difference between any two versions can be told; a reader is one number, the version that it has, and a slow one is
brought up to date by one message. What is remembered reaches back to the slowest reader and is bounded: past the bound
the slowest ends with STREAM_TOO_SLOW.

`sequence` is that of the last command that changed what is shown, and is the name of a version: the same sequence is
the same content.
"""

import time
from typing import Final

from exchange_server.engine.entities import Market
from exchange_server.engine.types import Lots, Ticks, TimeNs
from exchange_server.feeds.book_checksum import CHECKSUM_LEVELS, book_checksum
from exchange_server.feeds.book_levels import BookLevels
from exchange_server.feeds.published import Published, hops_now
from exchange_server.feeds.reader import PacedReader, too_slow
from exchange_server.journal import UNKNOWN_TIMES, Applied, UnitTimes
from exchange_server.wire.market_streams import order_book_delta, order_book_heartbeat, order_book_snapshot

MAX_CHANGES: Final = 100_000
"""Changed levels remembered for the slowest reader of a book, about 10 MB."""

Level = tuple[Ticks, Lots]


class BookVersions:
    """The levels that are shown, their versions, and the messages about them, shared by all readers.

    A bid's key is −price − `bid_shift` and an ask's its price, both in steps of `step_ticks`, so that the best level
    has the least key. Rounded down, a bid may be shown at price 0: the shift keeps its key negative.
    """

    __slots__ = (
        "_bid_shift",
        "_changes",
        "_checksum",
        "_deltas",
        "_max_changes",
        "_snapshot",
        "_step_ticks",
        "_times",
        "levels",
        "market",
        "readers",
        "sequence",
        "time_ns",
    )

    def __init__(
        self,
        market: Market,
        levels: dict[int, int],
        sequence: int,
        time_ns: TimeNs,
        step_ticks: int = 1,
        bid_shift: int = 0,
        max_changes: int = MAX_CHANGES,
    ) -> None:
        self.market: Final = market
        self.levels: Final = BookLevels(levels)
        self.sequence = sequence
        self.time_ns = time_ns
        self.readers: Final[set[BookReader]] = set()
        self._step_ticks: Final = step_ticks
        self._bid_shift: Final = bid_shift
        self._times: UnitTimes = UNKNOWN_TIMES
        # Key to the version that changed it last, oldest first; kept while there are readers.
        self._changes: Final[dict[int, int]] = {}
        self._max_changes: Final = max_changes
        # About the present version, made when first asked for.
        self._checksum: int | None = None
        self._snapshot: bytes | None = None
        self._deltas: Final[dict[int, bytes]] = {}

    # ---------------------------------------------------------------- changing

    def change(self, totals: dict[int, int], applied: Applied) -> bool:
        """Give levels new totals, 0 to remove one, as of a command; return whether any differs from what it was."""
        levels = self.levels
        changes = self._changes if self.readers else None
        version = applied.sequence
        changed = False
        for key, lots in totals.items():
            if levels.set(key, lots):
                changed = True
                if changes is not None:
                    changes.pop(key, None)
                    changes[key] = version
        if changed:
            self.become(applied)
        return changed

    def become(self, applied: Applied) -> None:
        """Be the version of a command."""
        self.sequence = applied.sequence
        self.time_ns = TimeNs(applied.time_ns)
        self._times = applied.times
        self._checksum = self._snapshot = None
        self._deltas.clear()

    def wake_readers(self) -> None:
        """Have the present version read."""
        if len(self._changes) > self._max_changes:
            self._bound_changes()
        for reader in self.readers:
            reader.wake()

    def _bound_changes(self) -> None:
        changes = self._changes
        while len(changes) > self._max_changes:
            slowest = min((reader.sequence for reader in self.readers), default=self.sequence)
            # Oldest first, so what every reader has stands in front.
            while changes and next(iter(changes.values())) <= slowest:
                del changes[next(iter(changes))]
            if len(changes) <= self._max_changes:
                return
            for reader in [reader for reader in self.readers if reader.sequence == slowest]:
                reader.end(too_slow("too many levels changed since the last message", market=self.market.name))
                self.readers.discard(reader)

    # ---------------------------------------------------------------- readers

    def join(self, published: Published, interval_ms: int) -> "BookReader":
        """Add a reader."""
        reader = BookReader(published, self, interval_ms)
        self.readers.add(reader)
        return reader

    def leave(self, reader: "BookReader") -> None:
        """Forget a reader, and what was remembered for it."""
        self.readers.discard(reader)
        if not self.readers:
            self._changes.clear()

    # ---------------------------------------------------------------- messages

    def best(self, depth: int | None = None) -> tuple[list[Level], list[Level]]:
        """Return bids and asks, best first."""
        return (
            [self._bid(key, lots) for key, lots in self.levels.bids(depth)],
            [self._ask(key, lots) for key, lots in self.levels.asks(depth)],
        )

    def checksum(self) -> int:
        """Return the checksum of the ten best levels a side."""
        if self._checksum is None:
            bids, asks = self.best(CHECKSUM_LEVELS)
            self._checksum = book_checksum(asks, bids, self.market.tick_units, self.market.lot_units)
        return self._checksum

    def snapshot(self) -> bytes:
        """Return all levels as the first message of a stream."""
        if self._snapshot is None:
            self._snapshot = order_book_snapshot(self.market, *self.best(), self.sequence, self.checksum())
        return self._snapshot

    def delta(self, prev_sequence: int) -> bytes:
        """Return what differs between an earlier version that a reader has and the present one."""
        message = self._deltas.get(prev_sequence)
        if message is None:
            message = self._deltas[prev_sequence] = self._make_delta(prev_sequence)
        return message

    def _make_delta(self, prev_sequence: int) -> bytes:
        bid_keys: list[int] = []
        ask_keys: list[int] = []
        for key, version in reversed(self._changes.items()):
            if version <= prev_sequence:
                break
            (bid_keys if key < 0 else ask_keys).append(key)
        bid_keys.sort()
        ask_keys.sort()
        lots = self.levels.lots
        return order_book_delta(
            self.market,
            [self._bid(key, lots.get(key, 0)) for key in bid_keys],
            [self._ask(key, lots.get(key, 0)) for key in ask_keys],
            self.sequence,
            prev_sequence,
            self.checksum(),
            self.time_ns,
            hops_now(self.time_ns, self._times),
        )

    def _bid(self, key: int, lots: int) -> Level:
        return Ticks((-key - self._bid_shift) * self._step_ticks), Lots(lots)

    def _ask(self, key: int, lots: int) -> Level:
        return Ticks(key * self._step_ticks), Lots(lots)


class BookReader(PacedReader):
    """Follows what one view of a book shows; `sequence` is the version that it was sent last."""

    __slots__ = ("_book", "_started", "sequence")

    def __init__(self, published: Published, book: BookVersions, interval_ms: int) -> None:
        super().__init__(published, interval_ms)
        self._book: Final = book
        self._started = False
        self.sequence = book.sequence

    def poll(self) -> bytes | None:
        self.check()
        book = self._book
        if not self._started:
            self.held_back()
            self._started = True
            self.sequence = book.sequence
            return book.snapshot()
        if book.sequence == self.sequence or self.held_back():
            return None
        delta = book.delta(self.sequence)
        self.sequence = book.sequence
        return delta

    @property
    def settled_sequence(self) -> int:
        return self.published.sequence if self.sequence == self._book.sequence else self.sequence

    def heartbeat(self) -> bytes:
        return order_book_heartbeat(time.time_ns(), self.settled_sequence)
