"""A market's resting orders in their queues, kept in step with the exchange's stream, and proof that they are."""

import zlib
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from exchange_sdk._decimals import ZERO, scaled
from exchange_sdk._enums import Side
from exchange_sdk._tables import html_ladder
from exchange_sdk.errors import BookOutOfSync, ChecksumMismatch, Gap
from exchange_sdk.market_models import (
    BookOrder,
    BookOrderChange,
    OrderQueues,
    OrderQueuesDelta,
    PriceLevel,
)
from exchange_sdk.models import Market

CHECKSUM_ORDERS = 25
"""Orders a side that the checksum covers."""


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """Where an order stands at its price: what trades before it there, in base units and in orders."""

    side: Side
    price: Decimal
    quantity: Decimal
    quantity_ahead: Decimal
    orders_ahead: int


def queue_checksum(
    asks: Iterable[BookOrder], bids: Iterable[BookOrder], price_decimals: int, quantity_decimals: int
) -> int:
    """Return the CRC-32 of the first 25 orders a side: best price first, and of one price what trades first first.

    Asks, then bids; of each order its id in decimal, then price and quantity with the market's fixed number of
    decimals, without the point and without leading zeros; all joined.
    """
    text = "".join(
        f"{order.order_id}{scaled(order.price, price_decimals)}{scaled(order.quantity, quantity_decimals)}"
        for side in (asks, bids)
        for order in islice(side, CHECKSUM_ORDERS)
    )
    return zlib.crc32(text.encode("ascii"))


class LocalOrderQueues:
    """A copy of one market's book order by order (L3), made of a snapshot and the deltas after it.

    Each delta must follow the one before (`prev_sequence`), each change must fit the orders that are there, and after
    each delta the first 25 orders a side must have the exchange's checksum; if not, Gap, BookOutOfSync or
    ChecksumMismatch is raised and the queues take nothing but a snapshot from then on.
    """

    def __init__(self, market: Market) -> None:
        self.market = market
        self.sequence = 0
        self._in_sync = False
        decimals = market.price_decimals, market.quantity_decimals
        # Bids under negated keys, so that both sides are sorted from their best.
        self._sides = {Side.BUY: _Queues(*decimals, -1), Side.SELL: _Queues(*decimals, 1)}

    def __repr__(self) -> str:
        state = f"sequence={self.sequence}" if self._in_sync else "out of sync"
        bid, ask = (next(iter(self.levels(side, 1)), None) for side in (Side.BUY, Side.SELL))
        return f"LocalOrderQueues({self.market.name}, {len(self)} orders, bid={bid}, ask={ask}, {state})"

    def _repr_html_(self) -> str:
        title = f"{self.market.name} #{self.sequence}"
        return html_ladder(title, self.levels(Side.BUY, 10), self.levels(Side.SELL, 10))

    def __len__(self) -> int:
        return sum(len(side.orders) for side in self._sides.values())

    def __contains__(self, order_id: object) -> bool:
        return any(order_id in side.orders for side in self._sides.values())

    @property
    def in_sync(self) -> bool:
        """Whether the orders are the exchange's at `sequence`."""
        return self._in_sync

    def bids(self, count: int | None = None) -> tuple[BookOrder, ...]:
        """Return up to `count` orders, highest price first, and of one price what trades first first."""
        return tuple(islice(self._sides[Side.BUY], count))

    def asks(self, count: int | None = None) -> tuple[BookOrder, ...]:
        """Return up to `count` orders, lowest price first, and of one price what trades first first."""
        return tuple(islice(self._sides[Side.SELL], count))

    def levels(self, side: Side, depth: int | None = None) -> tuple[PriceLevel, ...]:
        """Return up to `depth` levels of a side, best first, added up from their orders."""
        return self._sides[side].levels(depth)

    def position(self, order_id: int) -> QueuePosition | None:
        """Return where an order stands in its queue; None when it is not in the book."""
        for side, queues in self._sides.items():
            if order_id in queues.orders:
                return queues.position(side, order_id)
        return None

    def checksum(self) -> int:
        """Return the checksum of the queues as they are now."""
        # Of orders that are in, the numbers as they are written are kept: this is done after every message.
        text = self._sides[Side.SELL].text(CHECKSUM_ORDERS) + self._sides[Side.BUY].text(CHECKSUM_ORDERS)
        return zlib.crc32(text.encode("ascii"))

    def apply_snapshot(self, queues: OrderQueues) -> None:
        """Start from a snapshot, whatever was before. Raises BookOutOfSync and ChecksumMismatch."""
        self._in_sync = False
        self._check_market(queues.market)
        for side, orders in ((Side.BUY, queues.bids), (Side.SELL, queues.asks)):
            self._sides[side].clear()
            for order in orders:
                self._apply(BookOrderChange(order.order_id, side, order.price, order.quantity, queued=True))
        self._verify(queues.checksum, queues.sequence)

    def apply_delta(self, delta: OrderQueuesDelta) -> None:
        """Apply the delta that follows. Raises Gap (the orders stay as they were), BookOutOfSync, ChecksumMismatch."""
        if not self._in_sync:
            raise Gap("the queues are out of sync and need a snapshot")
        self._in_sync = False
        self._check_market(delta.market)
        if delta.prev_sequence != self.sequence or delta.sequence <= delta.prev_sequence:
            step = f"{delta.prev_sequence} to {delta.sequence}"
            raise Gap(f"{delta.market}: the delta from {step} does not follow {self.sequence}")
        for change in delta.changes:
            self._apply(change)
        self._verify(delta.checksum, delta.sequence)

    def _check_market(self, name: str) -> None:
        if name != self.market.name:
            raise BookOutOfSync(f"a message of {name} for the queues of {self.market.name}")

    def _apply(self, change: BookOrderChange) -> None:
        try:
            self._sides[change.side].apply(change)
        except (KeyError, ValueError) as error:
            raise BookOutOfSync(f"{self.market.name}: order {change.order_id}: {error}") from error

    def _verify(self, checksum: int, sequence: int) -> None:
        mine = self.checksum()
        if mine != checksum:
            raise ChecksumMismatch(
                f"{self.market.name} at {sequence}: checksum {mine:08x}, the exchange has {checksum:08x}"
            )
        self.sequence = sequence
        self._in_sync = True


@dataclass(slots=True)
class _Resting:
    """An order in its queue: the key of its price, and what the checksum takes of it."""

    order: BookOrder
    key: int
    text: str


class _Queues:
    """The orders of one side; `sign` × price, scaled to an integer, is the key, so that the best comes first."""

    __slots__ = ("_keys", "_price_decimals", "_quantity_decimals", "_queues", "_sign", "orders")

    def __init__(self, price_decimals: int, quantity_decimals: int, sign: int) -> None:
        self._price_decimals = price_decimals
        self._quantity_decimals = quantity_decimals
        self._sign = sign
        self._keys: list[int] = []
        # A dict keeps its order: what came first is first.
        self._queues: dict[int, dict[int, _Resting]] = {}
        self.orders: dict[int, _Resting] = {}

    def clear(self) -> None:
        self._keys.clear()
        self._queues.clear()
        self.orders.clear()

    def apply(self, change: BookOrderChange) -> None:
        """Change one order. Raises ValueError for what cannot be, KeyError for an order that is not there."""
        price = scaled(change.price, self._price_decimals)
        quantity = scaled(change.quantity, self._quantity_decimals)
        if quantity < 0:
            raise ValueError("a negative quantity")
        key = self._sign * price
        known = self.orders.get(change.order_id)
        if known is None and not (change.queued and quantity):
            raise ValueError("it is not in the book")
        if known is not None and not change.queued and known.key != key:
            raise ValueError(f"it stands at {known.order.price}, not at {change.price}")
        if known is not None and (change.queued or not quantity):
            self._remove(known)
        if not quantity:
            return
        order = BookOrder(change.order_id, change.price, change.quantity)
        text = f"{change.order_id}{price}{quantity}"
        if known is not None and not change.queued:
            known.order, known.text = order, text
            return
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = {}
            insort(self._keys, key)
        queue[order.order_id] = self.orders[order.order_id] = _Resting(order, key, text)

    def _remove(self, resting: _Resting) -> None:
        del self.orders[resting.order.order_id]
        queue = self._queues[resting.key]
        del queue[resting.order.order_id]
        if not queue:
            del self._queues[resting.key]
            del self._keys[bisect_left(self._keys, resting.key)]

    def __iter__(self) -> Iterator[BookOrder]:
        return (resting.order for resting in self._resting())

    def _resting(self) -> Iterator[_Resting]:
        for key in self._keys:
            yield from self._queues[key].values()

    def text(self, count: int) -> str:
        return "".join([resting.text for resting in islice(self._resting(), count)])

    def levels(self, depth: int | None) -> tuple[PriceLevel, ...]:
        queues = (list(self._queues[key].values()) for key in self._keys[:depth])
        return tuple(
            PriceLevel(queue[0].order.price, sum((resting.order.quantity for resting in queue), ZERO))
            for queue in queues
        )

    def position(self, side: Side, order_id: int) -> QueuePosition:
        resting = self.orders[order_id]
        ahead, count = ZERO, 0
        for other in self._queues[resting.key].values():
            if other is resting:
                break
            ahead, count = ahead + other.order.quantity, count + 1
        return QueuePosition(side, resting.order.price, resting.order.quantity, ahead, count)
