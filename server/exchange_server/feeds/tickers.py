"""A market's ticker, followed while somebody reads: last trade, last 24 hours, best prices, what the market accepts."""

import time
from collections.abc import Callable
from typing import Final

from exchange_server.engine.entities import Market
from exchange_server.engine.types import Lots, Ticks, TimeNs
from exchange_server.feeds.bbo import Bests
from exchange_server.feeds.day_window import MINUTE_NS, DayWindow
from exchange_server.feeds.published import Published, hops_now
from exchange_server.feeds.reader import PacedReader
from exchange_server.journal import UNKNOWN_TIMES, Applied, UnitTimes
from exchange_server.wire.market_history import ticker_message
from exchange_server.wire.trade_streams import Ticker, ticker_heartbeat, ticker_update


class TickerFeed:
    """One market's ticker and its versions: a trade, other best prices, another status and every minute make a new one.

    `sequence` is that of the last command that is in it; `status` is what the market accepts, as far as published.
    """

    __slots__ = (
        "_bests",
        "_clock_ns",
        "_day_window",
        "_known_price_ticks",
        "_messages",
        "_minute",
        "_ticker",
        "_time_ns",
        "_times",
        "market",
        "readers",
        "sequence",
        "status",
        "version",
    )

    def __init__(
        self, market: Market, status: int, day_window: DayWindow, known_price_ticks: Ticks, clock_ns: Callable[[], int]
    ) -> None:
        """`known_price_ticks` is of the last trade before the feeds began, 0 for none."""
        self.market: Final = market
        self.status = status
        self.readers: Final[set[TickerReader]] = set()
        self.version = 0
        self.sequence = 0
        self._day_window: Final = day_window
        self._clock_ns: Final = clock_ns
        self._known_price_ticks: Final = known_price_ticks
        self._bests: Bests = (None, None)
        self._time_ns = TimeNs(0)
        self._times: UnitTimes = UNKNOWN_TIMES
        self._minute = 0
        self._ticker: Ticker | None = None
        # By the sequence of the message before.
        self._messages: Final[dict[int, bytes]] = {}

    def start(self, bests: Bests, sequence: int, time_ns: TimeNs) -> None:
        """Begin with what is so at a sequence, when the first reader joins."""
        self._bests = bests
        self.sequence = sequence
        self._time_ns = time_ns
        self._times = UNKNOWN_TIMES
        self._become()

    def follow(self, changed: bool, bests: Bests, applied: Applied) -> None:
        """Tell the readers if a batch, of whose commands this was the last for the market, changed the ticker.

        `changed`: by trades or the status; the best prices are compared here.
        """
        if changed or bests != self._bests:
            self._bests = bests
            self.sequence = applied.sequence
            self._time_ns = TimeNs(applied.time_ns)
            self._times = applied.times
            self._become()

    def on_time(self, now_ns: int) -> None:
        """Tell the readers if the window has moved on."""
        if now_ns // MINUTE_NS != self._minute:
            self._become()

    def _become(self) -> None:
        self.version += 1
        self._minute = self._clock_ns() // MINUTE_NS
        self._ticker = None
        self._messages.clear()
        for reader in self.readers:
            reader.wake()

    def join(self, published: Published, interval_ms: int) -> "TickerReader":
        """Add a reader."""
        reader = TickerReader(published, self, interval_ms)
        self.readers.add(reader)
        return reader

    def message(self, prev_sequence: int) -> bytes:
        """Return the present ticker, for those who were sent another one before."""
        message = self._messages.get(prev_sequence)
        if message is None:
            if self._ticker is None:
                self._ticker = self.at(self._bests, self.sequence, self._time_ns, self._clock_ns())
            message = ticker_update(self._ticker, prev_sequence, hops_now(self._time_ns, self._times))
            self._messages[prev_sequence] = message
        return message

    def at(self, bests: Bests, sequence: int, time_ns: TimeNs, now_ns: int) -> Ticker:
        """Return the ticker with these best prices, as of a command, and of the window that ends now."""
        figures = self._day_window.figures(now_ns)
        last = (self._known_price_ticks, Lots(0), TimeNs(0)) if self._known_price_ticks else None
        if figures.last is not None:
            last = figures.last.price_ticks, figures.last.quantity_lots, figures.last.time_ns
        bid, ask = bests
        return ticker_message(
            self.market,
            self.status,
            last=last,
            window_start_ns=figures.window_start_ns,
            prices=(figures.open_ticks, figures.high_ticks, figures.low_ticks),
            lots=figures.lots,
            cost_atoms=figures.cost_atoms,
            trade_count=figures.trade_count,
            bid=bid,
            ask=ask,
            sequence=sequence,
            time_ns=time_ns,
        )


class TickerReader(PacedReader):
    """Follows a ticker; `version` is the one that it was sent last, `sequence` goes with it."""

    __slots__ = ("_feed", "sequence", "version")

    def __init__(self, published: Published, feed: TickerFeed, interval_ms: int) -> None:
        super().__init__(published, interval_ms)
        self._feed: Final = feed
        self.version = -1
        self.sequence = 0

    def poll(self) -> bytes | None:
        self.check()
        feed = self._feed
        if feed.version == self.version or self.held_back():
            return None
        message = feed.message(self.sequence)
        self.version = feed.version
        self.sequence = feed.sequence
        return message

    @property
    def settled_sequence(self) -> int:
        return self.published.sequence if self.version == self._feed.version else self.sequence

    def heartbeat(self) -> bytes:
        return ticker_heartbeat(time.time_ns(), self.settled_sequence)
