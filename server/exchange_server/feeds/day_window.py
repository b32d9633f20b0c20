"""What was traded in one market in the last 24 hours, minute by minute: what a ticker tells.

The window begins at a whole minute, so that a trade leaves it with its whole minute and nothing but one row a minute
need be kept. What was traded before the feeds began (before the snapshot that recovery started from) is not known until
`seed` puts it in from the history; till then the window begins where everything is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from exchange_server.engine.types import Atoms, Lots, Ticks, TimeNs
from exchange_server.feeds.trades import PublishedTrade

MINUTE_NS: Final = 60_000_000_000
WINDOW_MINUTES: Final = 24 * 60


@dataclass(slots=True)
class Minute:
    """The trades of one minute; `minute` counts from 1970 UTC, `cost_atoms` is price × quantity in quote atoms."""

    minute: int
    open_ticks: Ticks
    high_ticks: Ticks
    low_ticks: Ticks
    close_ticks: Ticks
    lots: Lots
    cost_atoms: Atoms
    trade_count: int


@dataclass(frozen=True, slots=True)
class LastTrade:
    """The last trade of a market."""

    price_ticks: Ticks
    quantity_lots: Lots
    sequence: int
    time_ns: TimeNs


@dataclass(frozen=True, slots=True)
class DayFigures:
    """A window's figures; prices are 0 when nothing was traded in it. `last` is of any age, none when unknown."""

    window_start_ns: TimeNs
    open_ticks: Ticks
    high_ticks: Ticks
    low_ticks: Ticks
    lots: Lots
    cost_atoms: Atoms
    trade_count: int
    last: LastTrade | None


class DayWindow:
    """One market's last 24 hours. `figures` costs one look at every minute a minute, and next to nothing in between."""

    __slots__ = ("_closed", "_closed_key", "_known_minute", "_last", "_minutes", "_newest", "first_live_id")

    def __init__(self, latest_trade_id: int, time_ns: int) -> None:
        """Begin after a trade (0: the market has had none) and after everything that happened up to a time."""
        self.first_live_id: Final = latest_trade_id + 1
        """Id of the first trade that `add` gets."""
        # By minute, oldest first.
        self._minutes: dict[int, Minute] = {}
        self._newest: Minute | None = None
        self._last: LastTrade | None = None
        # Where everything is known from: the next whole minute, as trades of this one may have come before.
        self._known_minute = time_ns // MINUTE_NS + 1 if latest_trade_id else 0
        # Figures of all minutes of the window but the newest, and which minutes those are.
        self._closed: Minute | None = None
        self._closed_key = (-1, -1)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing that a window could still hold."""
        return self._known_minute == 0

    @property
    def known_from_ns(self) -> TimeNs:
        """From this time on every trade is in the window."""
        return TimeNs(self._known_minute * MINUTE_NS)

    def newest(self, span_ns: int) -> list[Minute]:
        """Return the minutes, oldest first, of the newest whole span in which anything was traded."""
        newest = self._newest
        if newest is None:
            return []
        span = span_ns // MINUTE_NS
        first = newest.minute - newest.minute % span
        minutes = list(takewhile(lambda minute: minute.minute >= first, reversed(self._minutes.values())))
        minutes.reverse()
        return minutes

    def add(self, published: PublishedTrade) -> None:
        """Add a trade; they come in the order of their ids."""
        trade, sequence, time_ns = published
        price_ticks = trade.price_ticks
        newest = self._newest
        number = time_ns // MINUTE_NS
        if newest is None or newest.minute != number:
            newest = self._newest = Minute(
                number, price_ticks, price_ticks, price_ticks, price_ticks, Lots(0), Atoms(0), 0
            )
            self._minutes[number] = newest
            self._forget(number - WINDOW_MINUTES)
        elif price_ticks > newest.high_ticks:
            newest.high_ticks = price_ticks
        elif price_ticks < newest.low_ticks:
            newest.low_ticks = price_ticks
        newest.close_ticks = price_ticks
        newest.lots = Lots(newest.lots + trade.quantity_lots)
        newest.cost_atoms = Atoms(newest.cost_atoms + trade.cost_atoms)
        newest.trade_count += 1
        self._last = LastTrade(price_ticks, trade.quantity_lots, sequence, time_ns)

    def seed(self, minutes: Sequence[Minute], before_trade_id: int, last: LastTrade | None) -> None:
        """Put in what was traded before `add` began: minutes oldest first, of all trades before `before_trade_id`.

        They must reach back 24 hours; `last` is the last of those trades, however old. Raises ValueError when the
        minutes do not end where `add` began; does nothing when all is known already.
        """
        if before_trade_id != self.first_live_id:
            raise ValueError(f"trades before {before_trade_id} do not end where the live ones begin")
        if self.complete:
            return
        live = self._minutes
        merged = {older.minute: older for older in minutes}
        for number, minute in live.items():
            older = merged.get(number)
            merged[number] = minute if older is None else joined([older, minute])
        self._minutes = dict(sorted(merged.items()))
        if live:
            self._newest = self._minutes[next(reversed(live))]
        self._last = self._last or last
        self._known_minute = 0
        self._closed_key = (-1, -1)

    def figures(self, now_ns: int) -> DayFigures:
        """Return the figures of the window that ends now."""
        start = max(now_ns // MINUTE_NS - WINDOW_MINUTES, self._known_minute)
        last_minute = next(reversed(self._minutes), -1)
        if self._closed_key != (start, last_minute):
            closed = [minute for number, minute in self._minutes.items() if start <= number < last_minute]
            self._closed = joined(closed) if closed else None
            self._closed_key = (start, last_minute)
        parts = [] if self._closed is None else [self._closed]
        if last_minute >= start:
            parts.append(self._minutes[last_minute])
        start_ns = TimeNs(start * MINUTE_NS)
        if not parts:
            return DayFigures(start_ns, Ticks(0), Ticks(0), Ticks(0), Lots(0), Atoms(0), 0, self._last)
        day = joined(parts)
        return DayFigures(
            start_ns,
            day.open_ticks,
            day.high_ticks,
            day.low_ticks,
            day.lots,
            day.cost_atoms,
            day.trade_count,
            self._last,
        )

    def _forget(self, before: int) -> None:
        minutes = self._minutes
        while (oldest := next(iter(minutes))) < before:
            del minutes[oldest]


def joined(minutes: Sequence[Minute]) -> Minute:
    """Return one row of several, oldest first, under the number of the last."""
    first, last = minutes[0], minutes[-1]
    return Minute(
        last.minute,
        first.open_ticks,
        max(minute.high_ticks for minute in minutes),
        min(minute.low_ticks for minute in minutes),
        last.close_ticks,
        Lots(sum(minute.lots for minute in minutes)),
        Atoms(sum(minute.cost_atoms for minute in minutes)),
        sum(minute.trade_count for minute in minutes),
    )
