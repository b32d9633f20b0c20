"""The queues of a market, order by order, kept by events alone.

They begin as the engine has them and then follow the events of each command, which carry all that is needed:

- What rests came by `OrderRested`, or it arrived (accepted, amended, triggered), may have traded, and was not closed
  when its command, or the next arrival in it, came to an end.
- A trade or a decrement takes from what an order shows. An iceberg of which nothing is shown any more shows its next
  slice, at the end of the queue.
- Less of the same price keeps its place, more or another price leaves it, a pegged order moves to the end of a queue.
- Orders that wait for a trigger, and pegged ones that are parked, are in no queue.

Every event that tells the total of a price level is compared with what the orders there show.
"""

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias, get_args

from sortedcontainers import SortedDict

from exchange_server.engine.book import Book, BookSide
from exchange_server.engine.entities import Market
from exchange_server.engine.events import (
    BalanceChanged,
    Event,
    LevelChanged,
    OrderAccepted,
    OrderAmended,
    OrderCanceled,
    OrderClosed,
    OrderDecremented,
    OrderMoved,
    OrderRested,
    OrderTriggered,
    Trade,
)
from exchange_server.engine.orders import Order
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.types import (
    SIDE_BUY,
    TYPE_LIMIT,
    TYPE_MARKET,
    TYPE_PEGGED,
    Lots,
    OrderId,
    Ticks,
)
from exchange_server.wire.market_streams import OrderChange

OrderEvent: TypeAlias = (
    OrderRested
    | OrderCanceled
    | OrderAccepted
    | OrderAmended
    | OrderTriggered
    | OrderMoved
    | OrderDecremented
    | OrderClosed
)
_OF_AN_ORDER: Final = get_args(OrderEvent)


class QueuesDiffer(Exception):
    """What the orders of a level show is not the total that an event tells."""


class Queued:
    """A resting order: `open_lots` with hidden parts, `shown_lots` without, `display_lots` of an iceberg, else 0."""

    __slots__ = ("display_lots", "open_lots", "order_id", "price_ticks", "shown_lots", "side")

    def __init__(self, order_id: OrderId, side: int, price_ticks: Ticks, open_lots: Lots, display_lots: Lots) -> None:
        self.order_id: Final = order_id
        self.side: Final = side
        self.price_ticks = price_ticks
        self.open_lots = open_lots
        self.display_lots: Final = display_lots
        self.shown_lots = min(display_lots, open_lots) if display_lots else open_lots


class QueueLevel:
    """The orders of one price, first come first."""

    __slots__ = ("orders", "total_lots")

    def __init__(self) -> None:
        self.orders: Final[dict[OrderId, Queued]] = {}
        self.total_lots = 0


class OrderQueues:
    """One market's resting orders; `changes` is what events have changed since somebody took that."""

    __slots__ = ("_arriving", "_market_id", "_orders", "_sides", "changes")

    def __init__(self, market: Market, book: Book) -> None:
        """Begin with the engine's book, between two commands."""
        self._market_id: Final = market.market_id
        self._orders: Final[dict[OrderId, Queued]] = {}
        # Orders that arrived in the present command and have not ended, with what is left of them.
        self._arriving: Final[dict[OrderId, tuple[Order, Lots]]] = {}
        # Levels by price, the best first: bids by the negated one.
        self._sides: Final = {side: SortedDict() for side in (SIDE_BUY, 3 - SIDE_BUY)}
        self.changes: list[OrderChange] = []
        for book_side in (book.bids, book.asks):
            self._load(book_side)

    def _load(self, book_side: BookSide) -> None:
        for level in book_side.best_first():
            order = level.first
            while order is not None:
                queued = Queued(order.order_id, order.side, level.price_ticks, order.open_lots, _display_lots(order))
                queued.shown_lots = order.visible_lots
                self._join(queued)
                order = order.next

    # ---------------------------------------------------------------- looking

    def best_first(self, side: int) -> Iterator[tuple[OrderId, Ticks, Lots]]:
        """Iterate over id, price and shown quantity of a side's orders, as they would trade."""
        for level in self._sides[side].values():
            for queued in level.orders.values():
                yield queued.order_id, queued.price_ticks, queued.shown_lots

    def __len__(self) -> int:
        return len(self._orders)

    # ---------------------------------------------------------------- following

    def follow(self, events: Sequence[Event]) -> None:
        """Follow the events of one command. Raises QueuesDiffer when they tell something else than they should."""
        market_id = self._market_id
        for event in events:
            if isinstance(event, LevelChanged | BalanceChanged):
                self._settle()
                if isinstance(event, LevelChanged) and event.market_id == market_id:
                    self._compare(event.side, event.price_ticks, event.quantity_lots)
            elif isinstance(event, Trade):
                if event.taker.market.market_id == market_id:
                    self._trade(event)
            elif isinstance(event, _OF_AN_ORDER) and event.order.market.market_id == market_id:
                self._order(event)
        self._settle()

    def _in_one_event(self, event: OrderRested | OrderCanceled) -> None:
        order = event.order
        price_ticks = order.price_ticks
        if isinstance(event, OrderRested):
            self._rest(Queued(order.order_id, order.side, price_ticks, order.quantity_lots, Lots(0)))
        else:
            queued = self._orders.get(order.order_id)
            if queued is None:
                raise QueuesDiffer(f"order {order.order_id} was canceled and did not rest")
            price_ticks = queued.price_ticks
            self._remove(queued)
        self._compare(order.side, price_ticks, event.level_lots)

    def _order(self, event: OrderEvent) -> None:
        if isinstance(event, OrderRested | OrderCanceled):
            self._in_one_event(event)
            return
        order = event.order
        order_id = order.order_id
        if isinstance(event, OrderAccepted):
            # All others wait, or are parked until they move.
            if order.terms.type in (TYPE_LIMIT, TYPE_MARKET):
                self._arriving[order_id] = order, order.quantity_lots
        elif isinstance(event, OrderClosed):
            self._arriving.pop(order_id, None)
            if (queued := self._orders.get(order_id)) is not None:
                self._remove(queued)
        elif isinstance(event, OrderDecremented):
            self._took(order_id, event.lots, event.open_lots)
        elif isinstance(event, OrderTriggered):
            self._settle()
            self._arriving[order_id] = order, event.before.open_lots
        elif isinstance(event, OrderMoved):
            self._settle()
            if (queued := self._orders.get(order_id)) is not None:
                self._remove(queued)
            price_ticks = order.pegged_price_ticks
            if price_ticks:
                self._rest(Queued(order_id, order.side, price_ticks, event.open_lots, Lots(0)))
        else:
            self._amend(event)

    def _amend(self, event: OrderAmended) -> None:
        order, before = event.order, event.before
        queued = self._orders.get(order.order_id)
        if queued is None:
            return  # it waits, or is parked
        if order.price_ticks == before.price_ticks and order.quantity_lots <= before.quantity_lots:
            shown = min(queued.shown_lots, event.open_lots) if queued.display_lots else event.open_lots
            queued.open_lots = event.open_lots
            self._show(queued, shown)
            return
        self._remove(queued)
        if order.terms.type == TYPE_PEGGED:
            self._rest(Queued(order.order_id, order.side, queued.price_ticks, event.open_lots, Lots(0)))
        else:
            self._arriving[order.order_id] = order, event.open_lots

    def _trade(self, trade: Trade) -> None:
        self._took(trade.maker.order_id, trade.quantity_lots, trade.maker_open_lots)
        self._took(trade.taker.order_id, trade.quantity_lots, trade.taker_open_lots)

    def _took(self, order_id: OrderId, lots: Lots, open_lots: Lots) -> None:
        """Take lots from an order, and leave it with so many."""
        queued = self._orders.get(order_id)
        if queued is None:
            arriving = self._arriving.get(order_id)
            if arriving is None:
                raise QueuesDiffer(f"order {order_id} traded, and neither rested nor arrived")
            self._arriving[order_id] = arriving[0], open_lots
            return
        queued.open_lots = open_lots
        shown = Lots(queued.shown_lots - lots) if queued.display_lots else open_lots
        if not open_lots:
            self._remove(queued)
        elif shown:
            self._show(queued, shown)
        else:
            # The next slice of an iceberg.
            self._leave(queued)
            queued.shown_lots = min(queued.display_lots, open_lots)
            self._rest(queued)

    def _settle(self) -> None:
        """Let rest what arrived and has not ended."""
        if self._arriving:
            for order, open_lots in self._arriving.values():
                self._rest(Queued(order.order_id, order.side, order.price_ticks, open_lots, _display_lots(order)))
            self._arriving.clear()

    # ---------------------------------------------------------------- the queues

    def _rest(self, queued: Queued) -> None:
        self._join(queued)
        self._note(queued, queued.shown_lots, True)

    def _remove(self, queued: Queued) -> None:
        self._leave(queued)
        self._note(queued, Lots(0), False)

    def _show(self, queued: Queued, shown_lots: Lots) -> None:
        """Show so much of an order in its place."""
        if shown_lots != queued.shown_lots:
            self._level(queued).total_lots += shown_lots - queued.shown_lots
            queued.shown_lots = shown_lots
            self._note(queued, shown_lots, False)

    def _note(self, queued: Queued, shown_lots: Lots, at_end: bool) -> None:
        self.changes.append((queued.order_id, queued.side, queued.price_ticks, shown_lots, at_end))

    def _join(self, queued: Queued) -> None:
        """Put an order at the end of its queue."""
        side = self._sides[queued.side]
        level = side.get(_key(queued.side, queued.price_ticks))
        if level is None:
            level = side[_key(queued.side, queued.price_ticks)] = QueueLevel()
        level.orders[queued.order_id] = queued
        level.total_lots += queued.shown_lots
        self._orders[queued.order_id] = queued

    def _leave(self, queued: Queued) -> None:
        level = self._level(queued)
        del level.orders[queued.order_id]
        level.total_lots -= queued.shown_lots
        del self._orders[queued.order_id]
        if not level.orders:
            del self._sides[queued.side][_key(queued.side, queued.price_ticks)]

    def _level(self, queued: Queued) -> QueueLevel:
        level: QueueLevel = self._sides[queued.side][_key(queued.side, queued.price_ticks)]
        return level

    def _compare(self, side: int, price_ticks: Ticks, total_lots: Lots) -> None:
        level = self._sides[side].get(_key(side, price_ticks))
        shown = 0 if level is None else level.total_lots
        if shown != total_lots:
            raise QueuesDiffer(f"orders at {price_ticks} show {shown} lots, the level has {total_lots}")


def _key(side: int, price_ticks: Ticks) -> int:
    return -price_ticks if side == SIDE_BUY else price_ticks


def _display_lots(order: Order) -> Lots:
    return order.terms.display_lots if isinstance(order.terms, SpecialTerms) else Lots(0)
