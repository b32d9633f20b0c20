"""Local queues are the exchange's, or they say that they are not."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange_sdk import (
    BookOrder,
    BookOrderChange,
    BookOutOfSync,
    ChecksumMismatch,
    Gap,
    LocalOrderQueues,
    Market,
    MarketStatus,
    OrderQueues,
    OrderQueuesDelta,
    PriceLevel,
    QueuePosition,
    Side,
)
from exchange_sdk.local_order_queues import CHECKSUM_ORDERS, queue_checksum

MARKET = Market("BTC-USDC", "BTC", "USDC", Decimal("0.5"), Decimal("0.001"), Decimal(1), 0, 0, MarketStatus.OPEN, 1, 3)

Move = tuple[str, int, int]


class Exchange:
    """The simplest queues that can be: a list of orders a side in order of arrival, sorted by price when asked."""

    def __init__(self) -> None:
        self.orders: dict[Side, list[BookOrder]] = {Side.BUY: [], Side.SELL: []}
        self.sequence = 1
        self.next_id = 1

    def sides(self) -> tuple[tuple[BookOrder, ...], tuple[BookOrder, ...]]:
        bids = tuple(sorted(self.orders[Side.BUY], key=lambda order: -order.price))
        return bids, tuple(sorted(self.orders[Side.SELL], key=lambda order: order.price))

    def checksum(self) -> int:
        bids, asks = self.sides()
        return queue_checksum(asks, bids, MARKET.price_decimals, MARKET.quantity_decimals)

    def snapshot(self) -> OrderQueues:
        return OrderQueues(MARKET.name, *self.sides(), self.sequence, self.checksum())

    def change(self, moves: list[Move]) -> OrderQueuesDelta:
        before, self.sequence = self.sequence, self.sequence + 3
        changes = tuple(filter(None, (self._move(*move) for move in moves)))
        return OrderQueuesDelta(MARKET.name, changes, self.sequence, before, self.checksum(), 0)

    def _move(self, kind: str, place: int, quantity: int) -> BookOrderChange | None:
        """Add an order, or shrink, move, requeue or remove one that is there, the `place`-th."""
        present = [(side, order) for side, orders in self.orders.items() for order in orders]
        amount = Decimal(quantity) / 1000
        if kind == "new" or not present:
            side = Side.BUY if place % 2 else Side.SELL
            price = 1000 + Decimal(place % 9 + 1) / 2 * (-1 if side is Side.BUY else 1)
            order = BookOrder(self.next_id, price, amount)
            self.next_id += 1
            self.orders[side].append(order)
            return BookOrderChange(order.order_id, side, price, amount, True)
        side, order = present[place % len(present)]
        at = self.orders[side].index(order)
        if kind == "gone":
            del self.orders[side][at]
            return BookOrderChange(order.order_id, side, order.price, Decimal(0), False)
        if kind == "less":
            self.orders[side][at] = changed = replace(order, quantity=amount)
            return BookOrderChange(order.order_id, side, order.price, changed.quantity, False)
        del self.orders[side][at]
        price = order.price + Decimal(place % 3) / 2 * (-1 if side is Side.BUY else 1)
        self.orders[side].append(BookOrder(order.order_id, price, amount))
        return BookOrderChange(order.order_id, side, price, amount, True)


moves = st.lists(
    st.tuples(st.sampled_from(["new", "new", "less", "moved", "gone"]), st.integers(0, 1000), st.integers(1, 5000)),
    max_size=8,
)
flows = st.lists(moves, min_size=3, max_size=25)


def started(exchange: Exchange) -> LocalOrderQueues:
    queues = LocalOrderQueues(MARKET)
    queues.apply_snapshot(exchange.snapshot())
    return queues


def apply_all(queues: LocalOrderQueues, deltas: list[OrderQueuesDelta]) -> None:
    for delta in deltas:
        queues.apply_delta(delta)


@given(start=moves, flow=flows)
def test_queues_follow_every_delta_in_the_order_in_which_orders_trade(
    start: list[Move], flow: list[list[Move]]
) -> None:
    exchange = Exchange()
    exchange.change(start)
    queues = started(exchange)
    for step in flow:
        queues.apply_delta(exchange.change(step))
        assert (queues.bids(), queues.asks()) == exchange.sides()
        assert queues.sequence == exchange.sequence
        assert len(queues) == sum(map(len, exchange.orders.values()))
        # The checksum that is made of kept texts is the one that the contract defines.
        assert queues.checksum() == exchange.checksum()


@given(flow=flows, fault=st.sampled_from(["drop", "repeat", "swap"]), place=st.integers(0, 1 << 30))
def test_a_lost_repeated_or_misplaced_delta_never_goes_unnoticed(
    flow: list[list[Move]], fault: str, place: int
) -> None:
    exchange = Exchange()
    queues = started(exchange)
    deltas = [exchange.change(step) for step in flow]
    at = place % (len(deltas) - 1)
    if fault == "drop":
        del deltas[at]
    elif fault == "repeat":
        deltas.insert(at, deltas[at])
    else:
        deltas[at], deltas[at + 1] = deltas[at + 1], deltas[at]
    with pytest.raises(Gap):
        apply_all(queues, deltas)
    assert not queues.in_sync
    queues.apply_snapshot(exchange.snapshot())
    assert (queues.bids(), queues.asks()) == exchange.sides()


@given(flow=flows, place=st.integers(0, 1 << 30))
def test_a_truncated_delta_never_leaves_the_first_orders_wrong(flow: list[list[Move]], place: int) -> None:
    exchange = Exchange()
    queues = started(exchange)
    at = place % len(flow)
    for number, step in enumerate(flow):
        delta = exchange.change(step)
        if number == at:
            delta = replace(delta, changes=delta.changes[:-1])
        try:
            queues.apply_delta(delta)
        except BookOutOfSync:
            assert not queues.in_sync
            return
        bids, asks = exchange.sides()
        assert queues.bids(CHECKSUM_ORDERS) == bids[:CHECKSUM_ORDERS]
        assert queues.asks(CHECKSUM_ORDERS) == asks[:CHECKSUM_ORDERS]


def change(order_id: int, price: str, quantity: str, *, queued: bool = True) -> BookOrderChange:
    return BookOrderChange(order_id, Side.BUY, Decimal(price), Decimal(quantity), queued)


@pytest.mark.parametrize(
    "wrong",
    [
        change(9, "999.5", "1", queued=False),  # keeps a place that it does not have
        change(9, "999.5", "0", queued=False),  # goes without having been there
        change(1, "998", "1", queued=False),  # keeps its place at another price
        change(1, "999.25", "1"),  # more decimals than the market has
        change(1, "999.5", "-1"),
        change(1, "999.5", "NaN"),
    ],
)
def test_a_change_that_cannot_be_is_out_of_sync(wrong: BookOrderChange) -> None:
    exchange = Exchange()
    exchange.orders[Side.BUY].append(BookOrder(1, Decimal("999.5"), Decimal(2)))
    queues = started(exchange)
    with pytest.raises(BookOutOfSync):
        queues.apply_delta(replace(exchange.change([]), changes=(wrong,)))
    assert not queues.in_sync


def test_wrong_checksums_and_other_markets_are_refused() -> None:
    exchange = Exchange()
    exchange.change([("new", 1, 1000), ("new", 2, 1000)])
    queues = LocalOrderQueues(MARKET)
    with pytest.raises(Gap):
        queues.apply_delta(exchange.change([]))
    with pytest.raises(ChecksumMismatch):
        queues.apply_snapshot(replace(exchange.snapshot(), checksum=1))
    with pytest.raises(BookOutOfSync):
        queues.apply_snapshot(replace(exchange.snapshot(), market="ETH-USDC"))
    assert not queues.in_sync


def test_the_place_of_an_order_in_its_queue() -> None:
    exchange = Exchange()
    for order_id, price, quantity in ((1, "999", "1"), (2, "999.5", "2"), (3, "999.5", "0.5"), (4, "999.5", "3")):
        exchange.orders[Side.BUY].append(BookOrder(order_id, Decimal(price), Decimal(quantity)))
    queues = started(exchange)
    best = Decimal("999.5")
    assert queues.position(4) == QueuePosition(Side.BUY, best, Decimal(3), Decimal("2.5"), 2)
    assert queues.position(2) == QueuePosition(Side.BUY, best, Decimal(2), Decimal(0), 0)
    assert queues.position(9) is None
    assert 3 in queues
    assert queues.levels(Side.BUY) == (PriceLevel(best, Decimal("5.5")), PriceLevel(Decimal(999), Decimal(1)))
    assert repr(queues) == "LocalOrderQueues(BTC-USDC, 4 orders, bid=5.5@999.5, ask=None, sequence=1)"
