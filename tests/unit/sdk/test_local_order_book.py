"""A local book is the exchange's, or it says that it is not."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange_sdk import (
    BookOutOfSync,
    ChecksumMismatch,
    Gap,
    LocalOrderBook,
    Market,
    MarketStatus,
    OrderBook,
    OrderBookDelta,
    PriceLevel,
)
from exchange_sdk.local_order_book import CHECKSUM_DEPTH, book_checksum

MARKET = Market("BTC-USDC", "BTC", "USDC", Decimal("0.5"), Decimal("0.001"), Decimal(1), 0, 0, MarketStatus.OPEN, 1, 3)

Levels = dict[Decimal, Decimal]


class Exchange:
    """The simplest book that can be: two dicts, sorted when asked."""

    def __init__(self) -> None:
        self.bids: Levels = {}
        self.asks: Levels = {}
        self.sequence = 1

    def levels(self) -> tuple[tuple[PriceLevel, ...], tuple[PriceLevel, ...]]:
        bids = tuple(PriceLevel(price, self.bids[price]) for price in sorted(self.bids, reverse=True))
        return bids, tuple(PriceLevel(price, self.asks[price]) for price in sorted(self.asks))

    def checksum(self) -> int:
        bids, asks = self.levels()
        return book_checksum(asks, bids, MARKET.price_decimals, MARKET.quantity_decimals)

    def snapshot(self) -> OrderBook:
        return OrderBook(MARKET.name, *self.levels(), self.sequence, self.checksum())

    def change(self, changes: list[tuple[int, int]], step: int) -> OrderBookDelta:
        """Set levels (half units around 1000, thousandths), bids below 1000 and asks above; 0 removes."""
        changed: dict[bool, dict[Decimal, Decimal]] = {True: {}, False: {}}
        for offset, thousandths in changes:
            side = self.bids if offset < 0 else self.asks
            price, quantity = 1000 + Decimal(offset) / 2, Decimal(thousandths) / 1000
            changed[offset < 0][price] = quantity
            if quantity:
                side[price] = quantity
            else:
                side.pop(price, None)
        before, self.sequence = self.sequence, self.sequence + step
        bids, asks = (tuple(PriceLevel(*level) for level in changed[is_bid].items()) for is_bid in (True, False))
        return OrderBookDelta(MARKET.name, bids, asks, self.sequence, before, self.checksum(), 0)


def apply_all(book: LocalOrderBook, messages: list[OrderBookDelta]) -> None:
    for message in messages:
        book.apply_delta(message)


offsets = st.integers(-25, 25).filter(bool)
change = st.tuples(offsets, st.one_of(st.just(0), st.integers(1, 5000)))
deltas = st.lists(st.tuples(st.lists(change, max_size=6), st.integers(1, 9)), min_size=2, max_size=25)


@given(start=st.lists(change, max_size=30), flow=deltas)
def test_a_book_follows_every_delta(
    start: list[tuple[int, int]], flow: list[tuple[list[tuple[int, int]], int]]
) -> None:
    exchange = Exchange()
    exchange.change(start, 1)
    book = LocalOrderBook(MARKET)
    book.apply_snapshot(exchange.snapshot())
    for changes, step in flow:
        book.apply_delta(exchange.change(changes, step))
        assert (book.bids(), book.asks()) == exchange.levels()
        assert book.in_sync
        assert book.sequence == exchange.sequence


@given(flow=deltas, fault=st.sampled_from(["drop", "repeat", "swap"]), place=st.integers(0, 1 << 30))
def test_a_lost_repeated_or_misplaced_delta_never_goes_unnoticed(
    flow: list[tuple[list[tuple[int, int]], int]], fault: str, place: int
) -> None:
    exchange, book = Exchange(), LocalOrderBook(MARKET)
    book.apply_snapshot(exchange.snapshot())
    messages = [exchange.change(changes, step) for changes, step in flow]
    at = place % (len(messages) - 1)
    if fault == "drop":
        del messages[at]
    elif fault == "repeat":
        messages.insert(at, messages[at])
    else:
        messages[at], messages[at + 1] = messages[at + 1], messages[at]
    with pytest.raises(Gap):
        apply_all(book, messages)
    assert not book.in_sync
    # What was before the fault still stands, and nothing but a snapshot helps.
    with pytest.raises(Gap):
        book.apply_delta(messages[-1])
    book.apply_snapshot(exchange.snapshot())
    assert (book.bids(), book.asks()) == exchange.levels()


@given(flow=deltas, place=st.integers(0, 1 << 30), wrong=change)
def test_the_ten_best_levels_are_never_wrong_unnoticed(
    flow: list[tuple[list[tuple[int, int]], int]], place: int, wrong: tuple[int, int]
) -> None:
    exchange, book = Exchange(), LocalOrderBook(MARKET)
    book.apply_snapshot(exchange.snapshot())
    at = place % len(flow)
    for number, (changes, step) in enumerate(flow):
        delta = exchange.change(changes, step)
        if number == at:
            offset, thousandths = wrong
            level = (PriceLevel(1000 + Decimal(offset) / 2, Decimal(thousandths) / 1000),)
            delta = replace(delta, bids=delta.bids + level) if offset < 0 else replace(delta, asks=delta.asks + level)
        try:
            book.apply_delta(delta)
        except ChecksumMismatch:
            assert number >= at
            assert not book.in_sync
            return
        bids, asks = exchange.levels()
        assert book.bids(CHECKSUM_DEPTH) == bids[:CHECKSUM_DEPTH]
        assert book.asks(CHECKSUM_DEPTH) == asks[:CHECKSUM_DEPTH]


def test_a_snapshot_with_a_wrong_checksum_is_refused() -> None:
    exchange = Exchange()
    exchange.change([(-1, 1000), (1, 2000)], 1)
    book = LocalOrderBook(MARKET)
    with pytest.raises(ChecksumMismatch):
        book.apply_snapshot(replace(exchange.snapshot(), checksum=1))
    assert not book.in_sync


@pytest.mark.parametrize(
    "change",
    [
        {"market": "ETH-USDC"},
        {"asks": (PriceLevel(Decimal("1000.25"), Decimal(1)),)},
        {"asks": (PriceLevel(Decimal(1000), Decimal("0.0001")),)},
        {"asks": (PriceLevel(Decimal(1000), Decimal(-1)),)},
        {"asks": (PriceLevel(Decimal("NaN"), Decimal(1)),)},
    ],
)
def test_a_message_that_cannot_be_is_out_of_sync(change: dict[str, object]) -> None:
    exchange = Exchange()
    book = LocalOrderBook(MARKET)
    book.apply_snapshot(exchange.snapshot())
    delta = exchange.change([(1, 1000)], 1)
    with pytest.raises(BookOutOfSync):
        book.apply_delta(replace(delta, **change))  # type: ignore[arg-type]
    assert not book.in_sync


def test_best_levels_and_spread() -> None:
    exchange = Exchange()
    book = LocalOrderBook(MARKET)
    book.apply_snapshot(exchange.snapshot())
    assert (book.best_bid, book.best_ask, book.spread) == (None, None, None)
    book.apply_delta(exchange.change([(-1, 1000), (3, 2000)], 1))
    assert book.best_bid == PriceLevel(Decimal("999.5"), Decimal(1))
    assert book.best_ask == PriceLevel(Decimal("1001.5"), Decimal(2))
    assert book.spread == Decimal(2)
    assert repr(book) == "LocalOrderBook(BTC-USDC, bid=1@999.5, ask=2@1001.5, sequence=2)"
