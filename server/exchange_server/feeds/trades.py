"""The trades of a market that the public sees: none left out, the latest kept for readers that come back."""

import time
from collections import deque
from collections.abc import Sequence
from itertools import islice, takewhile
from typing import Final

from exchange_server.engine.entities import Market
from exchange_server.engine.events import Trade
from exchange_server.engine.types import TimeNs
from exchange_server.feeds.errors import REJECT_SEQUENCE_IN_FUTURE, REJECT_SEQUENCE_TOO_OLD, StreamRefused
from exchange_server.feeds.published import Published, hops_now
from exchange_server.feeds.reader import WAITING_BYTES, Budget, QueueReader, too_slow
from exchange_server.journal import Applied, UnitTimes
from exchange_server.wire.trade_streams import trades_heartbeat, trades_response

TRADES_KEPT: Final = 10_000
"""Latest trades of a market that a reader can resume from."""

TRADE_BYTES: Final = 96
"""Of a trade in a message, about."""

TRADES_WAITING: Final = WAITING_BYTES // TRADE_BYTES
"""Trades that may wait for a reader; fewer than are kept, so that a slow one can come back and resume."""

TRADES_PER_MESSAGE: Final = 1_000
"""About 80 kB; gRPC's clients refuse messages above 4 MiB."""

PublishedTrade = tuple[Trade, int, TimeNs]
"""A trade with its command's sequence and time."""


class TradeChunk:
    """Trades of one message, which is made when the first reader wants it and is the same for all."""

    __slots__ = ("_message", "_times", "trades")

    def __init__(self, trades: Sequence[PublishedTrade], times: UnitTimes) -> None:
        """`times` are of the command of the last trade."""
        self.trades: Final = trades
        self._times: Final = times
        self._message: bytes | None = None

    @property
    def last_trade_id(self) -> int:
        return self.trades[-1][0].trade_id

    def message(self) -> bytes:
        if self._message is None:
            self._message = trades_response(self.trades, hops_now(self.trades[-1][2], self._times))
        return self._message


class TradeReader(QueueReader[TradeChunk]):
    """Follows the trades of one market; `trade_id` is the last one it was sent, or has."""

    __slots__ = ("_greeted", "_market", "trade_id")

    def __init__(
        self, published: Published, market: Market, trade_id: int, history: Sequence[TradeChunk], budget: Budget
    ) -> None:
        super().__init__(published, history, budget)
        self.trade_id = trade_id
        self._market: Final = market.name
        self._greeted = False

    def poll(self) -> bytes | None:
        if not self._greeted:
            self.check()
            self._greeted = True
            return trades_heartbeat(time.time_ns(), 0 if self.has_more else self.published.sequence, self.trade_id)
        chunk = self.take()
        if chunk is None:
            return None
        self.trade_id = chunk.last_trade_id
        return chunk.message()

    def heartbeat(self) -> bytes:
        return trades_heartbeat(time.time_ns(), self.published.sequence, self.trade_id)

    def fell_behind(self) -> StreamRefused:
        return too_slow("too many trades wait to be read", market=self._market, after_trade_id=self.trade_id)


class TradeTape:
    """One market's latest trades, without gaps."""

    __slots__ = (
        "_began_ns",
        "_kept",
        "_kept_times",
        "latest_trade_id",
        "market",
        "pending",
        "pending_of",
        "pending_times",
        "readers",
    )

    def __init__(self, market: Market, latest_trade_id: int, time_ns: int) -> None:
        """Begin after a trade (0: the market has had none) and after everything that happened up to a time."""
        self.market: Final = market
        self.latest_trade_id = latest_trade_id
        self._began_ns: Final = time_ns if latest_trade_id else 0
        # Written by the bus; of each trade the times of its unit.
        self.pending: Final[list[PublishedTrade]] = []
        self.pending_times: Final[list[UnitTimes]] = []
        self.pending_of: Applied | None = None
        self._kept: Final[deque[PublishedTrade]] = deque(maxlen=TRADES_KEPT)
        self._kept_times: Final[deque[UnitTimes]] = deque(maxlen=TRADES_KEPT)
        self.readers: Final[set[TradeReader]] = set()

    @property
    def kept(self) -> list[PublishedTrade]:
        """Return the latest trades, oldest first, up to `latest_trade_id` without a gap."""
        return list(self._kept)

    @property
    def oldest_resume(self) -> int:
        """The least trade id that a reader can resume after."""
        return self._kept[0][0].trade_id - 1 if self._kept else self.latest_trade_id

    @property
    def known_from_ns(self) -> int:
        """After this time every trade is kept."""
        return self._kept[0][2] if len(self._kept) == TRADES_KEPT else self._began_ns

    @property
    def newest_time_ns(self) -> int:
        """When the last trade was; 0 when none is kept."""
        return self._kept[-1][2] if self._kept else 0

    def since(self, time_ns: int) -> list[PublishedTrade]:
        """Return the kept trades from a time on, oldest first."""
        found = list(takewhile(lambda published: published[2] >= time_ns, reversed(self._kept)))
        found.reverse()
        return found

    def publish(self) -> None:
        """Hand out what is pending."""
        if self.readers:
            chunks = [
                (chunk, len(chunk.trades) * TRADE_BYTES) for chunk in _chunks(self.pending.copy(), self.pending_times)
            ]
            for reader in self.readers:
                reader.push(chunks)
        self._kept.extend(self.pending)
        self._kept_times.extend(self.pending_times)
        self.latest_trade_id = self.pending[-1][0].trade_id
        self.pending.clear()
        self.pending_times.clear()
        self.pending_of = None

    def join(self, published: Published, after_trade_id: int | None, budget: Budget) -> TradeReader:
        """Add a reader of all trades after one, by default of those to come. Raises StreamRefused."""
        latest = self.latest_trade_id
        if after_trade_id is None:
            after_trade_id = latest
        oldest = self.oldest_resume
        if after_trade_id < oldest:
            metadata = {"market": self.market.name, "oldest_trade_id": str(oldest)}
            raise StreamRefused(REJECT_SEQUENCE_TOO_OLD, f"trades are kept after {oldest}", metadata)
        if after_trade_id > latest:
            metadata = {"market": self.market.name, "latest_trade_id": str(latest)}
            raise StreamRefused(REJECT_SEQUENCE_IN_FUTURE, f"the latest trade is {latest}", metadata)
        first = after_trade_id - oldest
        history = _chunks(list(islice(self._kept, first, None)), list(islice(self._kept_times, first, None)))
        reader = TradeReader(published, self.market, after_trade_id, history, budget)
        self.readers.add(reader)
        reader.when_left(lambda: self.readers.discard(reader))
        return reader


def _chunks(trades: Sequence[PublishedTrade], times: Sequence[UnitTimes]) -> list[TradeChunk]:
    """Cut trades into messages."""
    return [
        TradeChunk(piece, times[start + len(piece) - 1])
        for start in range(0, len(trades), TRADES_PER_MESSAGE)
        if (piece := trades[start : start + TRADES_PER_MESSAGE])
    ]
