"""What a client of the market streams does besides keeping a book, written from the contract alone."""

from collections.abc import Iterable
from zlib import crc32

from exchange.v1.market_streams_pb2 import (
    BookOrder,
    Candle,
    StreamBboResponse,
    StreamCandlesResponse,
    StreamOrdersResponse,
    StreamTickerResponse,
    Ticker,
)
from exchange.v1.types_pb2 import SIDE_BUY, SIDE_SELL
from tests.property.feeds_clients import fixed

Row = tuple[int, str, str]
"""Id, price and quantity of an order."""


class OrdersClient:
    """The queues of a market, kept by snapshot and deltas. Raises AssertionError on a gap or a wrong checksum."""

    def __init__(self, price_decimals: int, quantity_decimals: int) -> None:
        self.sequence: int | None = None
        self._decimals = price_decimals, quantity_decimals
        # By side and price, ids with quantities in queue order.
        self._queues: dict[int, dict[str, dict[int, str]]] = {SIDE_BUY: {}, SIDE_SELL: {}}
        self._places: dict[int, tuple[int, str]] = {}

    def take(self, message: StreamOrdersResponse) -> None:
        kind = message.WhichOneof("event")
        if kind == "heartbeat":
            assert self.sequence is not None, "a heartbeat came before the snapshot"
            assert message.heartbeat.sequence >= self.sequence
        elif kind == "snapshot":
            assert self.sequence is None, "a second snapshot"
            for side, orders in ((SIDE_BUY, message.snapshot.bids), (SIDE_SELL, message.snapshot.asks)):
                for order in orders:
                    self._join(order.order_id, side, order.price, order.quantity)
                assert self.rows(side) == [_row(order) for order in orders], "a snapshot's orders stand best first"
            self.sequence = message.snapshot.sequence
            assert message.snapshot.checksum == self.checksum()
        else:
            delta = message.delta
            assert delta.prev_sequence == self.sequence
            assert delta.sequence > delta.prev_sequence
            assert delta.changes
            assert delta.hops.sequenced_ns == delta.event_time.ToNanoseconds()
            for change in delta.changes:
                if change.quantity == "0":
                    assert self._places[change.order_id] == (change.side, change.price)
                    self._leave(change.order_id)
                elif change.queued:
                    if change.order_id in self._places:
                        self._leave(change.order_id)
                    self._join(change.order_id, change.side, change.price, change.quantity)
                else:
                    assert self._places[change.order_id] == (change.side, change.price)
                    self._queues[change.side][change.price][change.order_id] = change.quantity
            self.sequence = delta.sequence
            assert delta.checksum == self.checksum()

    def rows(self, side: int) -> list[Row]:
        """Return the orders of a side as they would trade."""
        queues = self._queues[side]
        prices = sorted(queues, key=float, reverse=side == SIDE_BUY)
        return [(order_id, price, quantity) for price in prices for order_id, quantity in queues[price].items()]

    def checksum(self) -> int:
        rows = self.rows(SIDE_SELL)[:25] + self.rows(SIDE_BUY)[:25]
        price_decimals, quantity_decimals = self._decimals
        return crc32(
            "".join(f"{i}{fixed(p, price_decimals)}{fixed(q, quantity_decimals)}" for i, p, q in rows).encode()
        )

    def _join(self, order_id: int, side: int, price: str, quantity: str) -> None:
        self._queues[side].setdefault(price, {})[order_id] = quantity
        self._places[order_id] = side, price

    def _leave(self, order_id: int) -> None:
        side, price = self._places.pop(order_id)
        queue = self._queues[side][price]
        del queue[order_id]
        if not queue:
            del self._queues[side][price]


class BboClient:
    """The best bid and offer. Raises AssertionError on a gap."""

    def __init__(self) -> None:
        self.sequence = 0
        self.bests: tuple[tuple[str, str] | None, tuple[str, str] | None] | None = None

    def take(self, message: StreamBboResponse) -> None:
        if message.HasField("heartbeat"):
            assert self.bests is not None
            return
        update = message.update
        assert update.prev_sequence == self.sequence
        bbo = update.bbo
        bests = (
            (bbo.bid.price, bbo.bid.quantity) if bbo.HasField("bid") else None,
            (bbo.ask.price, bbo.ask.quantity) if bbo.HasField("ask") else None,
        )
        assert self.bests is None or bbo.sequence > self.sequence
        self.sequence, self.bests = bbo.sequence, bests


class CandleClient:
    """Candles by opening time. Raises AssertionError on a gap, or when one changes that was closed."""

    def __init__(self) -> None:
        self.sequence: int | None = None
        self.candles: dict[int, Candle] = {}

    def take(self, message: StreamCandlesResponse) -> None:
        if message.HasField("heartbeat"):
            assert self.sequence is not None
            return
        batch = message.candles
        assert batch.prev_sequence == (self.sequence or 0)
        times = [candle.open_time.ToNanoseconds() for candle in batch.candles]
        assert times == sorted(set(times)), "candles come oldest first, each once"
        for time_ns, candle in zip(times, batch.candles, strict=True):
            before = self.candles.get(time_ns)
            assert before is None or not before.closed, "a closed candle never changes"
            self.candles[time_ns] = candle
        self.sequence = batch.sequence


class TickerClient:
    """The newest ticker. Raises AssertionError on a gap."""

    def __init__(self) -> None:
        self.ticker: Ticker | None = None

    def take(self, message: StreamTickerResponse) -> None:
        if message.HasField("heartbeat"):
            assert self.ticker is not None
            return
        assert message.update.prev_sequence == (0 if self.ticker is None else self.ticker.sequence)
        self.ticker = message.update.ticker


def _row(order: BookOrder) -> Row:
    return order.order_id, order.price, order.quantity


def grouped(levels: Iterable[tuple[int, int]], step: int, up: bool, depth: int) -> list[tuple[int, int]]:
    """Group levels (ticks, lots; best first) as a view shows them."""
    totals: dict[int, int] = {}
    for ticks, lots in levels:
        shown = -(-ticks // step) * step if up else ticks // step * step
        totals[shown] = totals.get(shown, 0) + lots
    rows = list(totals.items())
    return rows[:depth] if depth else rows
