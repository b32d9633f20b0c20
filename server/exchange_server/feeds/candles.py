"""The candles of one market and interval, followed while somebody reads.

A reader is the number of the change that it has seen, and a slow one gets the newest state of every candle that changed
since. A candle that is not wholly known, because its beginning lies before what the feeds know, is left out.
"""

import time
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Final

from exchange_server.engine.entities import Market
from exchange_server.engine.types import Atoms, Lots, TimeNs
from exchange_server.feeds.day_window import DayWindow, joined
from exchange_server.feeds.published import Published, hops_now
from exchange_server.feeds.reader import PacedReader, too_slow
from exchange_server.feeds.trades import PublishedTrade, TradeTape
from exchange_server.journal import UNKNOWN_TIMES, Applied, UnitTimes
from exchange_server.wire.market_history import INTERVAL_SECONDS
from exchange_server.wire.trade_streams import CandleRow, candles_heartbeat, candles_response

SECOND_NS: Final = 1_000_000_000

MAX_CANDLES: Final = 1_000
"""Changed candles remembered for the slowest reader: about a quarter of an hour of seconds, 120 kB in a message."""


class CandleSeries:
    """The newest candles of one interval. `sequence` is that of the last command that is in them."""

    __slots__ = (
        "_changes",
        "_interval",
        "_known_from_ns",
        "_last",
        "_messages",
        "_seal",
        "_time_ns",
        "_times",
        "interval_ns",
        "market",
        "readers",
        "sequence",
        "version",
    )

    def __init__(self, market: Market, interval: int) -> None:
        self.market: Final = market
        self.interval_ns: Final = INTERVAL_SECONDS[interval] * SECOND_NS
        self._interval: Final = interval
        self.readers: Final[set[CandleReader]] = set()
        self.version = 0
        self.sequence = 0
        self._time_ns = 0
        self._times: UnitTimes = UNKNOWN_TIMES
        self._last: CandleRow | None = None
        self._known_from_ns = 0
        # Opening time to a candle and the version that changed it last, oldest version first.
        self._changes: Final[dict[int, tuple[CandleRow, int]]] = {}
        self._messages: Final[dict[int, bytes]] = {}
        # The sequence that must be published before the last candle is known to be over.
        self._seal: int | None = None

    # ---------------------------------------------------------------- changing

    def start(
        self,
        day_window: DayWindow,
        tape: TradeTape,
        published: Published,
        time_ns: int,
        now_ns: int,
        engine_sequence: int,
    ) -> None:
        """Begin with the newest candle, when the first reader joins; `time_ns` is of the last published command."""
        self.sequence = published.sequence
        self._time_ns = time_ns
        self._times = UNKNOWN_TIMES
        self._changes.clear()
        self._messages.clear()
        self._seal = None
        self._last = None
        self._learn(day_window, tape)
        self.on_time(now_ns, engine_sequence, published.sequence)

    def _learn(self, day_window: DayWindow, tape: TradeTape) -> None:
        if self.interval_ns == SECOND_NS:
            self._known_from_ns = tape.known_from_ns
            trades = tape.since(tape.newest_time_ns // SECOND_NS * SECOND_NS)
            last = None
            for trade in trades:
                last = self._with(last, trade)
        else:
            self._known_from_ns = day_window.known_from_ns
            last = self._of_minutes(day_window)
        if last is not None and last.open_time_ns >= self._known_from_ns:
            self._last = last

    def _of_minutes(self, day_window: DayWindow) -> CandleRow | None:
        minutes = day_window.newest(self.interval_ns)
        if not minutes:
            return None
        whole = joined(minutes)
        open_ns = whole.minute * 60 * SECOND_NS
        return CandleRow(
            TimeNs(open_ns - open_ns % self.interval_ns),
            whole.open_ticks,
            whole.high_ticks,
            whole.low_ticks,
            whole.close_ticks,
            whole.lots,
            whole.cost_atoms,
            whole.trade_count,
            False,
        )

    def follow(self, trades: Iterable[PublishedTrade], applied: Applied) -> None:
        """Add the trades of a batch, the last of them of a command."""
        version = self.version + 1
        last = self._last
        changed = False
        for published in trades:
            if published[2] - published[2] % self.interval_ns < self._known_from_ns:
                continue
            changed = True
            if last is not None and published[2] >= last.open_time_ns + self.interval_ns:
                # A trade of a later candle: this one is over.
                if not last.closed:
                    self._note(last._replace(closed=True), version)
                last = None
            last = self._with(last, published)
        if not changed:
            return
        assert last is not None
        if self._last is None or last.open_time_ns != self._last.open_time_ns:
            self._seal = None
        self._last = last
        self._note(last, version)
        self.sequence = applied.sequence
        self._time_ns = applied.time_ns
        self._times = applied.times
        self._become(version)

    def _with(self, candle: CandleRow | None, published: PublishedTrade) -> CandleRow:
        """Return a candle with one more trade, a new one for None."""
        trade, _, time_ns = published
        price = trade.price_ticks
        if candle is None:
            open_ns = TimeNs(time_ns - time_ns % self.interval_ns)
            return CandleRow(open_ns, price, price, price, price, trade.quantity_lots, trade.cost_atoms, 1, False)
        return CandleRow(
            candle.open_time_ns,
            candle.open_ticks,
            max(candle.high_ticks, price),
            min(candle.low_ticks, price),
            price,
            Lots(candle.lots + trade.quantity_lots),
            Atoms(candle.cost_atoms + trade.cost_atoms),
            candle.trade_count + 1,
            candle.closed,
        )

    def on_time(self, now_ns: int, engine_sequence: int, published_sequence: int) -> None:
        """Close the last candle when its time is over and everything sequenced in it is published."""
        last = self._last
        if last is None or last.closed or now_ns < last.open_time_ns + self.interval_ns:
            return
        if self._seal is None:
            self._seal = engine_sequence
        if published_sequence >= self._seal:
            version = self.version + 1
            self._last = last._replace(closed=True)
            self._note(self._last, version)
            self._become(version)

    def learn(self, day_window: DayWindow, tape: TradeTape) -> None:
        """Show the present candle whole, once its beginning has come from the history."""
        if self.interval_ns == SECOND_NS or day_window.known_from_ns >= self._known_from_ns:
            return
        before = self._last
        self._learn(day_window, tape)
        if before is not None and self._last is not None and before.open_time_ns == self._last.open_time_ns:
            self._last = before  # it was known all the while
        elif self._last is not None:
            self._seal = None
            version = self.version + 1
            self._note(self._last, version)
            self._become(version)

    def _note(self, row: CandleRow, version: int) -> None:
        self._changes.pop(row.open_time_ns, None)
        self._changes[row.open_time_ns] = row, version

    def _become(self, version: int) -> None:
        self.version = version
        self._messages.clear()
        if len(self._changes) > MAX_CANDLES:
            self._bound_changes()
        for reader in self.readers:
            reader.wake()

    def _bound_changes(self) -> None:
        changes = self._changes
        while len(changes) > MAX_CANDLES:
            slowest = min((reader.version for reader in self.readers), default=self.version)
            while changes and next(iter(changes.values()))[1] <= slowest:
                del changes[next(iter(changes))]
            if len(changes) <= MAX_CANDLES:
                return
            for reader in [reader for reader in self.readers if reader.version == slowest]:
                reader.end(too_slow("too many candles changed since the last message", market=self.market.name))
                self.readers.discard(reader)

    # ---------------------------------------------------------------- readers

    def join(self, published: Published, interval_ms: int) -> "CandleReader":
        """Add a reader."""
        reader = CandleReader(published, self, interval_ms)
        self.readers.add(reader)
        return reader

    def message(self, version: int, prev_sequence: int) -> bytes:
        """Return what changed after a version."""
        message = self._messages.get(version)
        if message is None:
            changed = takewhile(lambda change: change[1] > version, reversed(self._changes.values()))
            rows = sorted(row for row, _ in changed)
            message = self._messages[version] = self._make(rows, prev_sequence)
        return message

    def first_message(self) -> bytes:
        """Return the present candle if there is one; one whose time is over is present until all of it is published."""
        return self._make([] if self._last is None or self._last.closed else [self._last], 0)

    def _make(self, rows: Sequence[CandleRow], prev_sequence: int) -> bytes:
        hops = hops_now(self._time_ns, self._times)
        return candles_response(self.market, self._interval, rows, self.sequence, prev_sequence, hops)


class CandleReader(PacedReader):
    """Follows the candles of one interval; `version` is the change that it was sent last, `sequence` goes with it."""

    __slots__ = ("_series", "_started", "sequence", "version")

    def __init__(self, published: Published, series: CandleSeries, interval_ms: int) -> None:
        super().__init__(published, interval_ms)
        self._series: Final = series
        self._started = False
        self.version = series.version
        self.sequence = 0

    def poll(self) -> bytes | None:
        self.check()
        series = self._series
        if self._started and series.version == self.version:
            return None
        if self.held_back():
            return None
        if self._started:
            message = series.message(self.version, self.sequence)
        else:
            message = series.first_message()
            self._started = True
        self.version = series.version
        self.sequence = series.sequence
        return message

    @property
    def settled_sequence(self) -> int:
        return self.published.sequence if self.version == self._series.version else self.sequence

    def heartbeat(self) -> bytes:
        return candles_heartbeat(time.time_ns(), self.settled_sequence)
