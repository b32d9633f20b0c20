"""A recording of the exchange's own streams becomes the flow that makes its book."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from exchange_bots.play.actions import Action, Cancel, Place, Settle, Side, Terms
from exchange_bots.play.recorded import WINDOW, RecordedFlow
from exchange_bots.play.tape import TapeError
from exchange_bots.recording import RecordingWriter

HEADER = {
    "markets": [
        {"name": name, "base_asset": name[0], "quote_asset": "Q", "base_decimals": 8, "quote_decimals": 6,
         "tick_size": "0.5", "lot_size": "0.1"}
        for name in ("A-Q", "B-Q")
    ]
}  # fmt: skip


def book(sequence: int, bids: dict[str, str], asks: dict[str, str], kind: str = "order_book_delta") -> Any:
    def levels(side: dict[str, str]) -> list[dict[str, str]]:
        return [{"price": price, "quantity": quantity} for price, quantity in side.items()]

    return kind, {"sequence": sequence, "bids": levels(bids), "asks": levels(asks)}


def trade(sequence: int, price: str, quantity: str, side: str | None = "BUY") -> Any:
    return "trade", {"sequence": sequence, "price": price, "quantity": quantity, "taker_side": side}


def recording(path: Path, *events: Any, market: str = "A-Q") -> Path:
    with RecordingWriter(path, HEADER) as writer:
        for number, (kind, event) in enumerate(events):
            writer.write(number, market, kind, event)
    return path


def told(flow: RecordedFlow) -> list[Any]:
    """Return the flow in short: what is placed (side, price, quantity, terms), what is canceled, where it waits."""
    short: list[Any] = []
    for action in flow.actions():
        match action:
            case Settle():
                short.append("settle")
            case Action(request=Place() as place):
                short.append((place.side.value, str(place.price), str(place.quantity), place.terms.value))
            case Action(request=Cancel(key)):
                short.append(key)
    return short


def test_a_trade_comes_before_the_book_that_it_left_behind(tmp_path: Path) -> None:
    path = recording(
        tmp_path / "r.gz",
        trade(4, "11", "9"),
        book(5, {"9": "1"}, {"11": "2"}, "order_book"),
        # The book of the command 7 was received before its trade.
        book(7, {}, {"11": "1.5"}),
        trade(7, "11", "0.5"),
        book(8, {"9": "0"}, {}),
    )
    flow = RecordedFlow(path)
    assert flow.market.name == "A-Q"
    assert told(flow) == [
        ("buy", "9", "1", Terms.POST_ONLY.value),
        ("sell", "11", "2", Terms.POST_ONLY.value),
        ("buy", "11", "0.5", Terms.IOC.value),
        # Nobody told of a fill here: the level is made anew in its recorded quantity.
        "settle",
        "m2",
        ("sell", "11", "1.5", Terms.POST_ONLY.value),
        "m1",
    ]
    assert flow.counts.skipped == {"trade_before_snapshot": 1}
    assert flow.counts.read == {"snapshots": 1, "book_deltas": 2, "trades": 1}


def test_a_new_snapshot_replaces_the_book_and_other_markets_and_channels_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "r.zst"
    with RecordingWriter(path, HEADER) as writer:
        for market in ("A-Q", "B-Q"):
            for kind, event in (
                book(1, {"9": "1", "8": "1"}, {}, "order_book"),
                ("resynced", {"cause": "x", "attempts": 1}),
                book(5, {"8": "1", "7": "2"}, {}, "order_book"),
                trade(6, "8", "1", None),
            ):
                writer.write(0, market, kind, event)
    flow = RecordedFlow(path, market="B-Q")
    assert flow.market.name == "B-Q"
    assert told(flow)[2:] == ["m1", ("buy", "7", "2", "post_only")]
    assert flow.counts.skipped == {"order_book_other": 2, "trade_other": 1, "resynced": 2, "auction_trade": 1}
    assert RecordedFlow(path, market="C-Q").market.name == "A-Q"


def test_events_are_put_in_order_within_the_window(tmp_path: Path) -> None:
    steps = [book(1, {}, {}, "order_book")]
    steps += [trade(10 + number, str(number + 1), "1") for number in range(WINDOW - 2)][::-1]
    flow = RecordedFlow(recording(tmp_path / "r", *steps))
    assert [price for _, price, _, _ in told(flow)] == [str(number + 1) for number in range(WINDOW - 2)]
    assert {action.request.side for action in RecordedFlow(tmp_path / "r").actions() if isinstance(action, Action)
            and isinstance(action.request, Place)} == {Side.BUY}  # fmt: skip
    assert Decimal(told(RecordedFlow(tmp_path / "r", limit=3))[-1][1]) == 2


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "not a recording"),
        ("[]", "header"),
        ('{"format": "other"}', "not a recording"),
        ('{"format": "exchange-recording", "version": 2, "markets": []}', "version 2"),
        ('{"format": "exchange-recording", "version": 1, "markets": []}', "header"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "r").write_text(text + "\n")
    with pytest.raises(TapeError, match=word):
        RecordedFlow(tmp_path / "r")


def test_a_line_that_is_no_event_is_named(tmp_path: Path) -> None:
    path = recording(tmp_path / "r")
    path.write_text(path.read_text() + json.dumps({"market": "A-Q", "kind": "trade", "event": {}}) + "\n")
    with pytest.raises(TapeError, match="line 2: not an event"):
        list(RecordedFlow(path).actions())
