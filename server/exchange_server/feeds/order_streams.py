"""Order by order: the queues of a market as they are published, while somebody reads.

They are built from the engine when the first reader comes, and held back until what they show is durable. From then on
events alone keep them. Should these ever tell something else than the queues, the readers' streams end, and the next
ones begin with queues that are built anew.
"""

import logging
import time
from collections.abc import Sequence
from itertools import islice
from typing import Final

from exchange_server.engine import Engine
from exchange_server.engine.entities import Market
from exchange_server.engine.types import SIDE_BUY, SIDE_SELL, TimeNs
from exchange_server.feeds.book_checksum import CHECKSUM_ORDERS, orders_checksum
from exchange_server.feeds.errors import REJECT_UNAVAILABLE, StreamRefused
from exchange_server.feeds.order_queues import OrderQueues, QueuesDiffer
from exchange_server.feeds.published import Published, hops_of
from exchange_server.feeds.reader import Budget, QueueReader, too_slow
from exchange_server.journal import Applied
from exchange_server.wire.market_streams import orders_delta, orders_heartbeat, orders_snapshot

log = logging.getLogger(__name__)


class OrderFeed:
    """One market's queues and the messages about them; without readers there is nothing."""

    __slots__ = ("_engine", "_published", "_queues", "_snapshot", "market", "readers", "sequence")

    def __init__(self, market: Market, engine: Engine, published: Published) -> None:
        self.market: Final = market
        self.readers: Final[set[OrderReader]] = set()
        self.sequence = 0
        """Sequence of the last command that changed the queues; at first of what they were built from."""
        self._engine: Final = engine
        self._published: Final = published
        self._queues: OrderQueues | None = None
        self._snapshot: bytes | None = None

    @property
    def settled(self) -> bool:
        """Whether what the queues show is published."""
        return self.sequence <= self._published.sequence

    # ---------------------------------------------------------------- changing

    def follow(self, batch: Sequence[Applied]) -> None:
        """Follow a published batch. What the engine was ahead when the queues were built is in them already."""
        queues = self._queues
        if queues is None or batch[-1].sequence <= self.sequence:
            return
        last: Applied | None = None
        try:
            for applied in batch:
                if applied.sequence > self.sequence:
                    noted = len(queues.changes)
                    queues.follow(applied.events)
                    if len(queues.changes) > noted:
                        last = applied
        except (QueuesDiffer, KeyError):
            log.exception("the queues of a market differ", extra={"market": self.market.name})
            self._begin_anew()
            return
        if last is not None:
            self._tell(queues, last)

    def _tell(self, queues: OrderQueues, last: Applied) -> None:
        prev_sequence, self.sequence = self.sequence, last.sequence
        self._snapshot = None
        readers = [reader for reader in self.readers if reader.started]
        if readers:
            checksum = self._checksum(queues)
            hops, time_ns = hops_of(last), TimeNs(last.time_ns)
            message = orders_delta(self.market, queues.changes, last.sequence, prev_sequence, checksum, time_ns, hops)
            for reader in readers:
                reader.push(((message, len(message)),))
        queues.changes = []
        # Those that have not begun wait for a snapshot, and this is one.
        for reader in self.readers:
            if not reader.started:
                reader.wake()

    def _begin_anew(self) -> None:
        self._queues = self._snapshot = None
        for reader in self.readers:
            reader.end(StreamRefused(REJECT_UNAVAILABLE, "the queues must be built anew; start again"))
        self.readers.clear()

    # ---------------------------------------------------------------- readers

    def join(self, budget: Budget) -> "OrderReader":
        """Add a reader; the queues are built if it is the first."""
        if self._queues is None:
            self._queues = OrderQueues(self.market, self._engine.books[self.market.market_id])
            self.sequence = int(self._engine.sequence)
        reader = OrderReader(self._published, self, budget)
        self.readers.add(reader)
        reader.when_left(lambda: self._leave(reader))
        return reader

    def _leave(self, reader: "OrderReader") -> None:
        self.readers.discard(reader)
        if not self.readers:
            self._queues = self._snapshot = None

    def snapshot(self) -> bytes:
        """Return all orders as they are published."""
        queues = self._queues
        assert queues is not None
        assert self.settled
        if self._snapshot is None:
            self._snapshot = orders_snapshot(
                self.market,
                queues.best_first(SIDE_BUY),
                queues.best_first(SIDE_SELL),
                self.sequence,
                self._checksum(queues),
            )
        return self._snapshot

    def _checksum(self, queues: OrderQueues) -> int:
        asks, bids = (islice(queues.best_first(side), CHECKSUM_ORDERS) for side in (SIDE_SELL, SIDE_BUY))
        return orders_checksum(asks, bids, self.market.tick_units, self.market.lot_units)


class OrderReader(QueueReader[bytes]):
    """Follows the queues of one market: it gets deltas once it has `started` with a snapshot."""

    __slots__ = ("_feed", "started")

    def __init__(self, published: Published, feed: OrderFeed, budget: Budget) -> None:
        super().__init__(published, (), budget)
        self._feed: Final = feed
        self.started = False

    def poll(self) -> bytes | None:
        message = self.take()
        if message is None and not self.started and self._feed.settled:
            self.started = True
            message = self._feed.snapshot()
        return message

    @property
    def settled_sequence(self) -> int:
        return self.published.sequence if self.started else 0

    def heartbeat(self) -> bytes:
        return orders_heartbeat(time.time_ns(), self.published.sequence) if self.started else b""

    def fell_behind(self) -> StreamRefused:
        return too_slow("too many changes wait to be read; start anew", market=self._feed.market.name)
