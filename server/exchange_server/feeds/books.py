"""The order books that the public sees: what is durable, as totals per price level, whole or in views.

A book that nobody looks at puts off what changes; a look at it sorts that in.
"""

from collections.abc import Iterable
from typing import Final

from exchange_server.engine.entities import Market
from exchange_server.engine.types import TimeNs
from exchange_server.feeds.bbo import BboReader, BestPrices, Bests
from exchange_server.feeds.book_versions import MAX_CHANGES, BookReader, BookVersions, Level
from exchange_server.feeds.book_views import BookView, LevelChange, ViewKey
from exchange_server.feeds.errors import REJECT_OVERLOADED, StreamRefused
from exchange_server.feeds.published import Published
from exchange_server.journal import Applied
from exchange_server.wire.market_streams import OrderBook, order_book_message

MAX_PENDING: Final = 1_024
"""Level changes that a book without readers puts off at least; a large book a quarter of its levels.

A look at the book sorts them in one by one. Past the bound the order is given up, and the next look sorts all levels:
so a look costs no more than what had changed before it, whatever the size of the book.
"""

MAX_VIEWS: Final = 64
"""Different views of one book at a time: each costs some microseconds a published change."""

WHOLE: Final[ViewKey] = (0, 1)
"""The view that shows everything: the book itself."""


class PublishedBook:
    """One market's levels and everything that is shown of them; keys are those of BookLevels."""

    __slots__ = ("_depth_message", "_views", "_watchers", "_whole", "market", "pending", "pending_of", "prices")

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
        # Written by the bus: new totals by key, and the last command that they are of.
        self.pending: Final[dict[int, int]] = {}
        self.pending_of: Applied | None = None
        totals = {-price_ticks: int(lots) for price_ticks, lots in bids}
        totals.update(asks)
        self._whole: Final = BookVersions(market, totals, sequence, time_ns, max_changes=max_changes)
        self._views: Final[dict[ViewKey, BookView]] = {}
        self.prices: Final = BestPrices(market)
        # Who else wants the book to be up to date: what is made of its best prices.
        self._watchers = 0
        self._depth_message: tuple[int, int, OrderBook] | None = None

    @property
    def sequence(self) -> int:
        """Sequence of the last command that changed the book."""
        self.apply_pending()
        return self._whole.sequence

    @property
    def time_ns(self) -> TimeNs:
        """When that command was sequenced."""
        self.apply_pending()
        return self._whole.time_ns

    @property
    def watched(self) -> bool:
        """Whether anybody sees a change at once."""
        return bool(self._whole.readers or self._views or self.prices.readers or self._watchers)

    # ---------------------------------------------------------------- publishing

    def publish(self) -> None:
        """Make what is pending the new version, or put that off when nobody looks."""
        if self.watched:
            self.apply_pending()
        elif self.pending_of is not None and len(self.pending) > max(MAX_PENDING, len(self._whole.levels.lots) // 4):
            self._whole.levels.set_all(self.pending)
            self._whole.become(self.pending_of)
            self._nothing_pending()

    def apply_pending(self) -> None:
        """Sort in what is pending, and show it."""
        applied = self.pending_of
        if applied is None:
            return
        whole = self._whole
        views = self._views
        changes: list[LevelChange] = []
        if views:
            lots = whole.levels.lots
            changes = [(key, lots.get(key, 0), total) for key, total in self.pending.items()]
        changed = whole.change(self.pending, applied)
        self._nothing_pending()
        if not changed:
            return
        whole.wake_readers()
        for view in views.values():
            view.follow(changes, applied)
        if self.prices.readers:
            self.prices.follow(self.bests(), applied)

    def _nothing_pending(self) -> None:
        self.pending.clear()
        self.pending_of = None

    # ---------------------------------------------------------------- readers

    def join(self, published: Published, depth: int, step_ticks: int, interval_ms: int) -> BookReader:
        """Add a reader of a view: the best `depth` levels, 0 for all. Raises StreamRefused when there are too many."""
        self.apply_pending()
        key = (depth, step_ticks)
        whole = self._whole
        if key == WHOLE:
            reader = whole.join(published, interval_ms)
            reader.when_left(lambda: whole.leave(reader))
            return reader
        view = self._views.get(key)
        if view is None:
            if len(self._views) >= MAX_VIEWS:
                message = f"the book is shown in {MAX_VIEWS} different ways already; choose a common depth and step"
                raise StreamRefused(REJECT_OVERLOADED, message)
            view = BookView(self.market, whole.levels.lots.items(), key, whole.sequence, whole.time_ns)
            self._views[key] = view
        reader = view.shown.join(published, interval_ms)
        reader.when_left(lambda: self._leave_view(key, view, reader))
        return reader

    def _leave_view(self, key: ViewKey, view: BookView, reader: BookReader) -> None:
        view.shown.leave(reader)
        if not view.shown.readers and self._views.get(key) is view:
            del self._views[key]

    def join_prices(self, published: Published, interval_ms: int) -> BboReader:
        """Add a reader of the best prices."""
        self.apply_pending()
        prices = self.prices
        if not prices.readers:
            prices.start(self.bests(), self._whole.sequence, self._whole.time_ns)
        reader = prices.join(published, interval_ms)
        reader.when_left(lambda: prices.leave(reader))
        return reader

    def watch(self) -> None:
        """Keep the book up to date from now on."""
        self._watchers += 1
        self.apply_pending()

    def unwatch(self) -> None:
        """Take back one `watch`."""
        self._watchers -= 1

    # ---------------------------------------------------------------- looking

    def levels(self, depth: int | None = None) -> tuple[list[Level], list[Level]]:
        """Return bids and asks, best first."""
        self.apply_pending()
        return self._whole.best(depth)

    def bests(self) -> Bests:
        """Return the best bid and the best ask."""
        bids, asks = self.levels(1)
        return (bids[0] if bids else None), (asks[0] if asks else None)

    def checksum(self) -> int:
        """Return the checksum of the ten best levels a side."""
        self.apply_pending()
        return self._whole.checksum()

    def message(self, depth: int) -> OrderBook:
        """Return the best `depth` levels a side."""
        self.apply_pending()
        known = self._depth_message
        sequence = self._whole.sequence
        if known is None or known[:2] != (depth, sequence):
            message = order_book_message(self.market, *self._whole.best(depth), sequence, self._whole.checksum())
            known = self._depth_message = depth, sequence, message
        return known[2]
