"""The trades of a market that the public sees: none left out, the latest kept for readers that come back."""

from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import Final

from exchange_server.engine.entities import Market
from exchange_server.engine.events import Trade
from exchange_server.engine.types import TimeNs
from exchange_server.feeds.errors import REJECT_SEQUENCE_IN_FUTURE, REJECT_SEQUENCE_TOO_OLD, StreamRefused
from exchange_server.feeds.reader import QueueReader, too_slow
from exchange_server.wire.market_streams import StreamTradesResponse, trades_response

TRADES_KEPT: Final = 10_000
"""Latest trades of a market that a reader can resume from."""

TRADES_WAITING: Final = 5_000
"""Trades that may wait for a reader; fewer than are kept, so that a slow one can come back and resume."""

TRADES_PER_MESSAGE: Final = 1_000
"""About 80 kB; gRPC's clients refuse messages above 4 MiB."""

PublishedTrade = tuple[Trade, int, TimeNs]
"""A trade with its command's sequence and time."""


class TradeChunk:
    """Trades of one message, which is made when the first reader wants it and is the same for all."""

    __slots__ = ("_message", "trades")

    def __init__(self, trades: Sequence[PublishedTrade]) -> None:
        self.trades: Final = trades
        self._message: StreamTradesResponse | None = None

    @property
    def last_trade_id(self) -> int:
        return self.trades[-1][0].trade_id

    def message(self) -> StreamTradesResponse:
        if self._message is None:
            self._message = trades_response(self.trades)
        return self._message


class TradeReader(QueueReader[TradeChunk]):
    """Follows the trades of one market; `trade_id` is the last one it was sent, or has."""

    def __init__(self, market: Market, trade_id: int, history: Sequence[PublishedTrade]) -> None:
        super().__init__(_chunks(history), TRADES_WAITING)
        self.trade_id = trade_id
        self._market: Final = market.name

    def fell_behind(self) -> StreamRefused:
        return too_slow("too many trades wait to be read", market=self._market, after_trade_id=self.trade_id)


class TradeTape:
    """One market's latest trades, without gaps."""

    __slots__ = ("_kept", "latest_trade_id", "market", "pending", "readers")

    def __init__(self, market: Market, latest_trade_id: int) -> None:
        self.market: Final = market
        self.latest_trade_id = latest_trade_id
        # Written by the bus.
        self.pending: Final[list[PublishedTrade]] = []
        self._kept: Final[deque[PublishedTrade]] = deque(maxlen=TRADES_KEPT)
        self.readers: Final[set[TradeReader]] = set()

    @property
    def kept(self) -> list[PublishedTrade]:
        """Return the latest trades, oldest first, up to `latest_trade_id` without a gap."""
        return list(self._kept)

    @property
    def oldest_resume(self) -> int:
        """The least trade id that a reader can resume after."""
        return self._kept[0][0].trade_id - 1 if self._kept else self.latest_trade_id

    def publish(self) -> None:
        """Hand out what is pending."""
        if self.readers:
            chunks = _chunks(self.pending.copy())
            for reader in self.readers:
                reader.push(chunks)
        self._kept.extend(self.pending)
        self.latest_trade_id = self.pending[-1][0].trade_id
        self.pending.clear()

    def join(self, after_trade_id: int | None) -> TradeReader:
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
        reader = TradeReader(self.market, after_trade_id, list(islice(self._kept, after_trade_id - oldest, None)))
        self.readers.add(reader)
        return reader

    def leave(self, reader: TradeReader) -> None:
        self.readers.discard(reader)


def _chunks(trades: Sequence[PublishedTrade]) -> list[tuple[TradeChunk, int]]:
    """Cut trades into messages, each with the number of its trades."""
    pieces = [trades[start : start + TRADES_PER_MESSAGE] for start in range(0, len(trades), TRADES_PER_MESSAGE)]
    return [(TradeChunk(piece), len(piece)) for piece in pieces]
