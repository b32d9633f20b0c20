"""The best bid and offer of a market, followed while somebody reads."""

import time
from typing import Final

from exchange_server.engine.entities import Market
from exchange_server.engine.types import TimeNs
from exchange_server.feeds.book_versions import Level
from exchange_server.feeds.published import Published, hops_now
from exchange_server.feeds.reader import PacedReader
from exchange_server.journal import UNKNOWN_TIMES, Applied, UnitTimes
from exchange_server.wire.market_streams import bbo_heartbeat, bbo_update

Bests = tuple[Level | None, Level | None]
"""Best bid and best ask."""


class BestPrices:
    """A market's best bid and offer, and the messages about them; `sequence` is of the last command in them."""

    __slots__ = ("_messages", "_times", "bests", "market", "readers", "sequence", "time_ns")

    def __init__(self, market: Market) -> None:
        self.market: Final = market
        self.bests: Bests = (None, None)
        self.sequence = 0
        self.time_ns = TimeNs(0)
        self.readers: Final[set[BboReader]] = set()
        self._times: UnitTimes = UNKNOWN_TIMES
        self._messages: Final[dict[int, bytes]] = {}

    def start(self, bests: Bests, sequence: int, time_ns: TimeNs) -> None:
        """Begin with what is best at a sequence, before the first reader joins."""
        self._become(bests, sequence, time_ns, UNKNOWN_TIMES)

    def follow(self, bests: Bests, applied: Applied) -> None:
        """Tell the readers if something else is best now."""
        if bests != self.bests:
            self._become(bests, applied.sequence, TimeNs(applied.time_ns), applied.times)
            for reader in self.readers:
                reader.wake()

    def _become(self, bests: Bests, sequence: int, time_ns: TimeNs, times: UnitTimes) -> None:
        self.bests = bests
        self.sequence = sequence
        self.time_ns = time_ns
        self._times = times
        self._messages.clear()

    def join(self, published: Published, interval_ms: int) -> "BboReader":
        """Add a reader."""
        reader = BboReader(published, self, interval_ms)
        self.readers.add(reader)
        return reader

    def leave(self, reader: "BboReader") -> None:
        """Forget a reader."""
        self.readers.discard(reader)

    def message(self, prev_sequence: int) -> bytes:
        """Return what is best now, for those who were sent the version before."""
        message = self._messages.get(prev_sequence)
        if message is None:
            hops = hops_now(self.time_ns, self._times)
            message = bbo_update(self.market, *self.bests, self.sequence, prev_sequence, self.time_ns, hops)
            self._messages[prev_sequence] = message
        return message


class BboReader(PacedReader):
    """Follows the best bid and offer; `sequence` is the version that it was sent last, 0 before the first."""

    __slots__ = ("_prices", "_started", "sequence")

    def __init__(self, published: Published, prices: BestPrices, interval_ms: int) -> None:
        super().__init__(published, interval_ms)
        self._prices: Final = prices
        self._started = False
        self.sequence = 0

    def poll(self) -> bytes | None:
        self.check()
        prices = self._prices
        if (self._started and prices.sequence == self.sequence) or self.held_back():
            return None
        message = prices.message(self.sequence)
        self._started = True
        self.sequence = prices.sequence
        return message

    @property
    def settled_sequence(self) -> int:
        return self.published.sequence if self.sequence == self._prices.sequence else self.sequence

    def heartbeat(self) -> bytes:
        return bbo_heartbeat(time.time_ns(), self.settled_sequence)
