"""Recordings of Binance, told in the venue's words: the book is the naive one at every telling."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange_bots.clock import NS
from exchange_bots.feed.messages import BookSnapshot, TradePrint, parse
from exchange_bots.feed.recorded import BOOK_INTERVAL_NS, DEPTH, messages
from exchange_bots.play.actions import Side
from exchange_bots.play.tape import Tape, TapeError
from tests.unit.bots.recordings import BINANCE, needs_binance
from tests.unit.bots.views import START

Levels = Sequence[tuple[str, str]]


def snapshot(update_id: int, bids: Levels, asks: Levels) -> dict[str, Any]:
    return {"lastUpdateId": update_id, "bids": bids, "asks": asks}


def update(first: int, last: int, bids: Levels = (), asks: Levels = ()) -> dict[str, Any]:
    data = {"e": "depthUpdate", "s": "BTCUSDT", "U": first, "u": last, "pu": first - 1, "b": bids, "a": asks}
    return {"stream": "btcusdt@depth@0ms", "data": data}


def trade(number: int, *, buyer_made: bool, kind: str = "MARKET") -> dict[str, Any]:
    data = {"e": "trade", "s": "BTCUSDT", "t": number, "p": "100.5", "q": "0.25", "X": kind, "m": buyer_made}
    return {"stream": "btcusdt@trade", "data": data}


def told(path: Path, lines: Sequence[dict[str, Any]], *, apart_ns: int = NS) -> list[Any]:
    path.write_text("".join(f"{START + number * apart_ns} {json.dumps(line)}\n" for number, line in enumerate(lines)))
    return [parse(text) for _, text in messages(path)]


def sides(book: Any) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    assert isinstance(book, BookSnapshot)
    bids, asks = ([(f"{px:f}", f"{qty:f}") for px, qty in side] for side in (book.bids, book.asks))
    return bids, asks


def test_updates_that_came_before_the_snapshot_and_are_newer_than_it_count(tmp_path: Path) -> None:
    heard = told(
        tmp_path / "r",
        [
            update(1, 9, [("99", "7")]),  # The snapshot has it.
            update(10, 12, [("99", "3")], [("101", "0")]),
            update(13, 14, [], [("102", "4")]),
            snapshot(10, [("99", "1"), ("98", "1")], [("101", "1"), ("103", "2")]),
            update(15, 16, [("98", "2")]),
        ],
    )
    assert [sides(book) for book in heard] == [([("99", "3"), ("98", "2")], [("102", "4"), ("103", "2")])]


def test_an_update_older_than_the_snapshot_is_left_out_after_it_too(tmp_path: Path) -> None:
    book = snapshot(10, [("99", "1")], [("101", "1")])
    heard = told(tmp_path / "r", [book, update(1, 9, [("99", "7")]), update(10, 11, [("98", "1")])])
    assert [sides(each) for each in heard] == [([("99", "1"), ("98", "1")], [("101", "1")])]


@pytest.mark.parametrize("missing", ["first", "later"])
def test_where_an_update_is_missing_no_book_is_told_until_there_is_another_snapshot(
    tmp_path: Path, missing: str
) -> None:
    lines = [
        snapshot(10, [("99", "1")], [("101", "1")]),
        *([update(11, 11, [("98", "1")])] if missing == "later" else []),
        update(14, 15, [("97", "1")]),
        trade(1, buyer_made=True),
        update(16, 16, [("96", "1")]),
        update(17, 17, [("95", "1")]),
        snapshot(16, [("90", "1")], [("110", "1")]),
        update(18, 18, [("94", "1")]),
    ]
    *before, sold, after = told(tmp_path / "r", lines)
    assert [sides(book)[0] for book in before] == ([[("99", "1"), ("98", "1")]] if missing == "later" else [])
    assert isinstance(sold[0], TradePrint)
    assert sides(after) == ([("96", "1"), ("95", "1"), ("94", "1"), ("90", "1")], [("110", "1")])


def test_books_are_told_twice_a_second_and_best_prices_not_at_all(tmp_path: Path) -> None:
    best = {"stream": "btcusdt@bookTicker", "data": {"e": "bookTicker", "s": "BTCUSDT", "b": "1", "a": "2"}}
    updates = [update(number, number, [(str(number), "1")]) for number in range(11, 41)]
    lines = [snapshot(10, [("5", "1")], [("101", "1")]), *(line for each in updates for line in (each, best))]
    heard = told(tmp_path / "r", lines, apart_ns=BOOK_INTERVAL_NS // 10)
    # Sixty lines at twenty a second.
    assert len(heard) == 6
    bids, _ = sides(heard[-1])
    assert len(bids) == DEPTH
    assert [price for price, _ in bids] == [str(price) for price in range(int(bids[0][0]), int(bids[0][0]) - DEPTH, -1)]


def test_trades_are_of_who_took_and_none_before_the_snapshot_or_off_the_book(tmp_path: Path) -> None:
    lines = [
        trade(1, buyer_made=True),
        snapshot(10, [("99", "1")], [("101", "1")]),
        trade(2, buyer_made=True),
        trade(3, buyer_made=False),
        trade(4, buyer_made=False, kind="INSURANCE_FUND"),
    ]
    price, quantity = Decimal("100.5"), Decimal("0.25")
    assert told(tmp_path / "r", lines) == [
        (TradePrint("BTC", START + 2 * NS, Side.SELL, price, quantity, 2),),
        (TradePrint("BTC", START + 3 * NS, Side.BUY, price, quantity, 3),),
    ]


@pytest.mark.parametrize(
    "broken",
    [{"lastUpdateId": 1, "bids": [["x", "1"]], "asks": []}, update(11, 11, [("99", "many")]), {"data": {"e": "trade"}}],
)
def test_what_is_not_understood_names_the_line(tmp_path: Path, broken: dict[str, Any]) -> None:
    with pytest.raises(TapeError, match=r"r, line 2: not a message of Binance"):
        told(tmp_path / "r", [snapshot(10, [("99", "1")], [("101", "1")]), broken])


def naive(lines: Sequence[dict[str, Any]]) -> tuple[list[tuple[Decimal, Decimal]], list[tuple[Decimal, Decimal]]]:
    """Return both sides after all lines, from the beginning, the best twenty first."""
    whole: tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]] = ({}, {})
    for line in lines:
        data = line.get("data", line)
        for side, names in zip(whole, (("bids", "b"), ("asks", "a")), strict=True):
            levels = next((data[name] for name in names if name in data), ())
            side.update({Decimal(price): Decimal(quantity) for price, quantity in levels})
    bids, asks = ([(price, quantity) for price, quantity in side.items() if quantity] for side in whole)
    return sorted(bids, reverse=True)[:DEPTH], sorted(asks)[:DEPTH]


@st.composite
def changes(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A snapshot and updates; bids are below 100, asks above, and one level a side always stays."""
    quantity = st.sampled_from(["0", "0.000", "1", "2.5"])
    bid = st.tuples(st.integers(60, 98).map(str), quantity)
    ask = st.tuples(st.integers(102, 140).map(lambda price: f"{price}.0"), quantity)
    lines = [snapshot(1, [("99", "1")], [("101", "1")])]
    for number in range(2, 2 + draw(st.integers(1, 30))):
        lines.append(update(number, number, draw(st.lists(bid, max_size=8)), draw(st.lists(ask, max_size=8))))
    return lines


@settings(deadline=None)
@given(changes())
def test_the_book_is_that_of_a_naive_reader_after_every_update(
    tmp_path_factory: pytest.TempPathFactory, lines: list[dict[str, Any]]
) -> None:
    heard = told(tmp_path_factory.mktemp("naive") / "r", lines)
    assert len(heard) == len(lines) - 1
    for number, book in enumerate(heard):
        assert (list(book.bids), list(book.asks)) == naive(lines[: number + 2])


@needs_binance
def test_the_recording_of_binance_never_crosses_and_ends_as_a_naive_reader_does() -> None:
    last: BookSnapshot | None = None
    last_ns, books, trades = 0, 0, 0
    for time_ns, text in messages(BINANCE):
        message = parse(text)  # raises for what is crossed or off order
        if isinstance(message, BookSnapshot):
            last, last_ns, books = message, time_ns, books + 1
        elif message is not None:
            trades += len(message)
    assert (books, trades) == (657, 21_308)
    lines: list[dict[str, Any]] = []
    snapshot_id = None
    for time_ns, line in Tape.open(BINANCE).messages():
        if time_ns > last_ns:
            break
        data = line.get("data", line)
        if "lastUpdateId" in data:
            snapshot_id = data["lastUpdateId"]
            lines = [line, *(each for each in lines if each["data"]["u"] >= snapshot_id)]
        elif data.get("e") == "depthUpdate" and (snapshot_id is None or data["u"] >= snapshot_id):
            lines.append(line)
    assert last is not None
    assert (list(last.bids), list(last.asks)) == naive(lines)
