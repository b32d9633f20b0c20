"""Recorded levels and trades as orders: the book that results has the recorded levels."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from exchange_bots.play.actions import Action, Cancel, Place, Settle, Side, Terms
from exchange_bots.play.binance import BinanceFlow
from exchange_bots.play.hyperliquid import HyperliquidFlow
from exchange_bots.play.tape import TapeError
from tests.unit.play.tapes import PaperBook, write


def lines(*messages: dict[str, Any]) -> list[str]:
    return [f"{number} {json.dumps(message)}" for number, message in enumerate(messages, start=1)]


def levels(**quantities: str) -> dict[Decimal, Decimal]:
    return {Decimal(price.removeprefix("at")): Decimal(quantity) for price, quantity in quantities.items()}


# ---------------------------------------------------------------- Hyperliquid


def l2_book(bids: dict[str, str], asks: dict[str, str]) -> dict[str, Any]:
    sides = [[{"px": price, "sz": size, "n": 1} for price, size in side.items()] for side in (bids, asks)]
    return {"channel": "l2Book", "data": {"coin": "BTC", "time": 1, "levels": sides}}


def hl_trade(side: str, price: str, size: str) -> dict[str, Any]:
    return {"channel": "trades", "data": [{"coin": "BTC", "side": side, "px": price, "sz": size, "tid": 1}]}


def test_each_snapshot_leaves_the_book_with_exactly_its_levels(tmp_path: Path) -> None:
    snapshots = [
        l2_book({"100.0": "3", "99.0": "5"}, {"101.0": "2"}),
        l2_book({"100.0": "1", "98.0": "4"}, {"101.0": "6", "102.0": "1"}),
        l2_book({"101.0": "2"}, {"102.0": "7"}),  # the price 101 changes sides
    ]
    flow = HyperliquidFlow(write(tmp_path / "tape.gz", lines(*snapshots)))
    book = PaperBook()
    book.play(flow)
    assert book.levels(Side.BUY) == levels(at101="2")
    assert book.levels(Side.SELL) == levels(at102="7")
    assert flow.counts.read == {"snapshots": 3}


def test_a_level_that_grows_keeps_its_orders_and_gets_one_more(tmp_path: Path) -> None:
    path = write(tmp_path / "tape", lines(l2_book({"100.0": "3"}, {}), l2_book({"100.0": "5"}, {})))
    actions = PaperBook().play(HyperliquidFlow(path))
    assert [action.request for action in actions] == [
        Place("m1", Side.BUY, Decimal("100.0"), Decimal(3), Terms.POST_ONLY),
        Place("m2", Side.BUY, Decimal("100.0"), Decimal(2), Terms.POST_ONLY),
    ]


def test_a_level_that_shrinks_loses_its_newest_orders_first(tmp_path: Path) -> None:
    growing = [l2_book({"100.0": size}, {}) for size in ("3", "5", "4")]
    actions = PaperBook().play(HyperliquidFlow(write(tmp_path / "tape", lines(*growing))))
    assert [action.request for action in actions][2:] == [
        Cancel("m2"),
        Place("m3", Side.BUY, Decimal("100.0"), Decimal(1), Terms.POST_ONLY),
    ]


def test_a_trade_takes_from_the_level_so_that_the_next_snapshot_finds_nothing_to_do(tmp_path: Path) -> None:
    path = write(
        tmp_path / "tape",
        lines(l2_book({}, {"101.0": "3"}), hl_trade("B", "101.0", "1"), l2_book({}, {"101.0": "2"})),
    )
    flow = HyperliquidFlow(path)
    actions = PaperBook().play(flow)
    assert [action.request for action in actions][1:] == [
        Place("t1", Side.BUY, Decimal("101.0"), Decimal(1), Terms.IOC)
    ]
    assert flow.counts.read == {"snapshots": 2, "trades": 1}


def test_a_refused_order_is_forgotten_and_placed_when_the_level_is_named_again(tmp_path: Path) -> None:
    path = write(tmp_path / "tape", lines(l2_book({"100.0": "3"}, {}), l2_book({"100.0": "3"}, {})))
    flow = HyperliquidFlow(path)
    book = PaperBook()
    book.resting.append(("somebody", "s1", Side.SELL, Decimal("99"), Decimal(1)))
    actions = []
    for action in flow.actions():
        assert isinstance(action, Action)
        actions.append(action)
        flow.on_outcome(action, book.apply(action, flow))
        book.resting.clear()
    assert [action.request.key for action in actions] == ["m1", "m2"]


def test_other_coins_and_channels_are_skipped_and_counted(tmp_path: Path) -> None:
    other = l2_book({"1": "1"}, {})
    other["data"]["coin"] = "ETH"
    flow = HyperliquidFlow(write(tmp_path / "tape", lines(other, {"channel": "subscriptionResponse", "data": {}})))
    assert list(flow.actions()) == []
    assert flow.counts.skipped == {"other_coin": 1, "subscriptionResponse": 1}


@pytest.mark.parametrize("line", ["1", "x {}", "1 []", '1 {"channel": "l2Book", "data": {}}'])
def test_a_malformed_line_is_named(tmp_path: Path, line: str) -> None:
    flow = HyperliquidFlow(write(tmp_path / "tape", [line]))
    with pytest.raises(TapeError, match="tape, line 1"):
        list(flow.actions())


# ---------------------------------------------------------------- Binance


def snapshot(last_id: int, bids: dict[str, str], asks: dict[str, str]) -> dict[str, Any]:
    return {"lastUpdateId": last_id, "bids": [*bids.items()], "asks": [*asks.items()]}


def depth(first: int, last: int, before: int, bids: dict[str, str], asks: dict[str, str]) -> dict[str, Any]:
    data = {"e": "depthUpdate", "U": first, "u": last, "pu": before, "b": [*bids.items()], "a": [*asks.items()]}
    return {"stream": "btcusdt@depth@0ms", "data": data}


def trade(price: str, quantity: str, buyer_is_maker: bool, kind: str = "MARKET") -> dict[str, Any]:
    return {"data": {"e": "trade", "p": price, "q": quantity, "m": buyer_is_maker, "X": kind}}


def test_updates_older_than_the_snapshot_are_dropped_and_later_ones_applied(tmp_path: Path) -> None:
    path = write(
        tmp_path / "tape",
        lines(
            depth(1, 5, 0, {"90": "1"}, {}),
            depth(6, 12, 5, {"100": "2"}, {}),
            snapshot(10, {"100": "1", "99": "4"}, {"101": "3"}),
            depth(13, 15, 12, {"99": "0"}, {"101": "1", "102": "8"}),
        ),
    )
    flow = BinanceFlow(path)
    book = PaperBook()
    book.play(flow)
    assert book.levels(Side.BUY) == levels(at100="2")
    assert book.levels(Side.SELL) == levels(at101="1", at102="8")
    assert flow.counts.skipped == {"older_than_snapshot": 1}
    assert flow.findings() == {"gaps": 0}


def test_a_break_in_the_update_ids_is_counted_as_a_gap(tmp_path: Path) -> None:
    path = write(tmp_path / "tape", lines(snapshot(10, {}, {}), depth(11, 12, 10, {}, {}), depth(15, 16, 14, {}, {})))
    flow = BinanceFlow(path)
    list(flow.actions())
    assert flow.findings() == {"gaps": 1}


def test_a_trade_becomes_an_ioc_order_of_the_side_that_took(tmp_path: Path) -> None:
    path = write(
        tmp_path / "tape",
        lines(
            trade("1", "1", False),
            snapshot(10, {"100": "5"}, {"101": "5"}),
            trade("101", "2", False),
            trade("100", "1", True),
            trade("0", "0", True, "INSURANCE_FUND"),
        ),
    )
    flow = BinanceFlow(path)
    book = PaperBook()
    takes = [action.request for action in book.play(flow) if action.account == "taker"]
    assert takes == [
        Place("t1", Side.BUY, Decimal(101), Decimal(2), Terms.IOC),
        Place("t2", Side.SELL, Decimal(100), Decimal(1), Terms.IOC),
    ]
    assert (book.levels(Side.BUY), book.levels(Side.SELL)) == (levels(at100="4"), levels(at101="3"))
    assert flow.counts.skipped == {"trade_before_snapshot": 1, "trade_off_book": 1}


def test_levels_are_compared_only_after_the_fills_of_the_trades_before_are_known(tmp_path: Path) -> None:
    path = write(
        tmp_path / "tape",
        lines(snapshot(10, {}, {"101": "5"}), trade("101", "2", False), depth(11, 12, 10, {}, {"101": "3"})),
    )
    kinds = [type(action) for action in BinanceFlow(path).actions()]
    assert kinds[:3] == [Action, Action, Settle]
