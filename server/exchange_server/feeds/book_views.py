"""A part of a book: its best levels, or its prices put together, or both. One view serves all who ask for the same.

Nothing is computed twice and nothing without readers: a view is made from the whole book when its first reader joins,
is told of each published change of the book, and is dropped with its last reader.
"""

from collections.abc import Iterable
from typing import Final

from exchange_server.engine.entities import Market
from exchange_server.engine.types import TimeNs
from exchange_server.feeds.book_levels import BookLevels
from exchange_server.feeds.book_versions import BookVersions
from exchange_server.journal import Applied

LevelChange = tuple[int, int, int]
"""Key of a level of the whole book, its total before and its total now."""

_NOTHING_BEHIND: Final = 1 << 62

ViewKey = tuple[int, int]
"""Depth (0 is all) and step in ticks."""


class BookView:
    """The best `depth` levels of a book (0: all) whose prices stand `step_ticks` apart."""

    __slots__ = ("_depth", "_grouped", "_step_ticks", "_worst_ask", "_worst_bid", "shown")

    def __init__(
        self, market: Market, levels: Iterable[tuple[int, int]], key: ViewKey, sequence: int, time_ns: TimeNs
    ) -> None:
        """Start from all levels of the book as it is at a sequence."""
        self._depth, self._step_ticks = key
        totals: dict[int, int] = {}
        for level, lots in levels:
            group = self._group(level)
            totals[group] = totals.get(group, 0) + lots
        self._grouped: Final = BookLevels(totals)
        # Keys behind which a level is not shown.
        self._worst_bid = self._worst_ask = _NOTHING_BEHIND
        shown = self._best() if self._depth else dict(totals)
        self.shown: Final = BookVersions(market, shown, sequence, time_ns, self._step_ticks, bid_shift=1)

    def follow(self, changes: Iterable[LevelChange], applied: Applied) -> None:
        """Show what has changed in the book with a command; readers are woken if they would see it."""
        # 1. What falls together is added up.
        grouped = self._grouped
        totals: dict[int, int] = {}
        for level, before, now in changes:
            group = self._group(level)
            total = totals.get(group)
            if total is None:
                total = grouped.lots.get(group, 0)
            totals[group] = total + now - before
        for group, lots in totals.items():
            grouped.set(group, lots)

        # 2. Of the best levels some may have left, and others come in.
        if self._depth:
            shown = self.shown.levels.lots
            if not any(key in shown or key < (self._worst_bid if key < 0 else self._worst_ask) for key in totals):
                return
            best = self._best()
            totals = {key: 0 for key in shown if key not in best}
            totals.update((key, lots) for key, lots in best.items() if shown.get(key) != lots)
        if totals and self.shown.change(totals, applied):
            self.shown.wake_readers()

    def _group(self, key: int) -> int:
        """Return the key of the shown level that a level of the book falls into: bids go down, asks go up."""
        step = self._step_ticks
        return -(-key // step) - 1 if key < 0 else -(-key // step)

    def _best(self) -> dict[int, int]:
        bids, asks = self._grouped.bids(self._depth), self._grouped.asks(self._depth)
        self._worst_bid = bids[-1][0] if len(bids) == self._depth else _NOTHING_BEHIND
        self._worst_ask = asks[-1][0] if len(asks) == self._depth else _NOTHING_BEHIND
        return dict(bids + asks)
