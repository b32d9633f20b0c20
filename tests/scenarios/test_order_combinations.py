"""Every type × time in force × post-only × self-trade mode: which are refused, and what the others do.

The book before: Cid's own 3 @ 100, then Ann's 5 @ 101, both to sell. Cid then sends an order to buy 6, at 101 where the
type has a price; triggers lie above. What is expected is written from docs/orders.md, not from the engine.
"""

from itertools import product

import pytest

from exchange_server.engine import types as t
from exchange_server.engine.commands import PlaceOrder
from exchange_server.engine.events import OrderAccepted, OrderClosed, OrderRested, Rejected, Trade
from exchange_server.engine.terms import SpecialTerms
from tests.scenarios.exchange import MARKET, Exchange

TYPES = {
    "LIMIT": t.TYPE_LIMIT,
    "MARKET": t.TYPE_MARKET,
    "STOP_MARKET": t.TYPE_STOP_MARKET,
    "STOP_LIMIT": t.TYPE_STOP_LIMIT,
    "TAKE_PROFIT_MARKET": t.TYPE_TAKE_PROFIT_MARKET,
    "TAKE_PROFIT_LIMIT": t.TYPE_TAKE_PROFIT_LIMIT,
    "TRAILING_STOP": t.TYPE_TRAILING_STOP,
}
TIFS = {"GTC": t.TIF_GTC, "GTT": t.TIF_GTT, "IOC": t.TIF_IOC, "FOK": t.TIF_FOK}
MODES = {
    "EXPIRE_MAKER": t.SELF_TRADE_EXPIRE_MAKER,
    "EXPIRE_TAKER": t.SELF_TRADE_EXPIRE_TAKER,
    "EXPIRE_BOTH": t.SELF_TRADE_EXPIRE_BOTH,
    "DECREMENT": t.SELF_TRADE_DECREMENT,
}
PRICED = ("LIMIT", "STOP_LIMIT", "TAKE_PROFIT_LIMIT")
WAITING = ("STOP_MARKET", "STOP_LIMIT", "TAKE_PROFIT_MARKET", "TAKE_PROFIT_LIMIT", "TRAILING_STOP")

# What an arriving order does by its mode, unless it is fill-or-kill: lots that it trades at 101, and the asks after.
ARRIVALS = {
    "EXPIRE_MAKER": (5, []),
    "EXPIRE_TAKER": (0, [(100, 3), (101, 5)]),
    "EXPIRE_BOTH": (0, [(101, 5)]),
    "DECREMENT": (3, [(101, 2)]),
}


def refused_field(kind: str, tif: str, post_only: bool) -> str:
    """The field that is named when the combination is INVALID_ARGUMENT; empty when it is not."""
    if (kind not in PRICED and tif == "GTC") or (kind == "MARKET" and tif == "GTT"):
        return "time_in_force"
    if post_only and (kind not in PRICED or tif in ("IOC", "FOK")):
        return "post_only"
    return ""


def end_of(kind: str, tif: str, mode: str) -> tuple[str, int, int]:
    """Reason of the end (empty: filled or resting), what stays open, and what was prevented, of an arriving order."""
    if tif == "FOK":
        return "NOT_FILLABLE", 6, 0
    if mode == "EXPIRE_MAKER":
        return ("", 1, 0) if kind == "LIMIT" and tif in ("GTC", "GTT") else ("NO_LIQUIDITY", 1, 0)
    return ("SELF_TRADE", 0, 3) if mode == "DECREMENT" else ("SELF_TRADE", 6, 6)


@pytest.mark.parametrize(("kind", "tif", "post_only", "mode"), [*product(TYPES, TIFS, (False, True), MODES)])
def test_a_combination_is_refused_or_does_what_its_parts_say(kind: str, tif: str, post_only: bool, mode: str) -> None:
    exchange = Exchange()
    exchange.sell("Cid", 3, 100)
    exchange.sell("Ann", 5, 101)
    terms = SpecialTerms(
        TYPES[kind],
        TIFS[tif],
        post_only,
        self_trade=MODES[mode],
        expire_time_ns=t.TimeNs(10**18 if tif == "GTT" else 0),
        trigger_price_ticks=t.Ticks(150 if kind in WAITING[:4] else 0),
        trailing_offset_ticks=t.Ticks(9 if kind == "TRAILING_STOP" else 0),
    )
    price = 101 if kind in PRICED else 0
    cid = exchange.traders["Cid"]
    events = exchange.apply(PlaceOrder(cid, MARKET, t.SIDE_BUY, terms, t.Ticks(price), t.Lots(6), "mine"))
    outcome = events[0]

    # 1. Contradictions name their field; a post-only order that would cross is refused; nothing has changed.
    field = refused_field(kind, tif, post_only)
    crosses = post_only and kind == "LIMIT"
    if field or crosses:
        assert isinstance(outcome, Rejected)
        reason = t.REJECT_INVALID_FIELD if field else t.REJECT_POST_ONLY_WOULD_CROSS
        assert (outcome.reason, outcome.field) == (reason, field or "price")
        assert exchange.asks() == [(100, 3), (101, 5)]
        return

    # 2. What waits for its trigger touches nothing and reserves nothing.
    assert isinstance(outcome, OrderAccepted | OrderRested)
    order = exchange.engine.find_order(cid, t.OrderId(0), "mine")
    assert order is not None
    if kind in WAITING:
        assert order.status == t.ORDER_PENDING_TRIGGER
        assert exchange.asks() == [(100, 3), (101, 5)]
        assert exchange.balance("Cid", t.AssetId(2)) == (1_000_000, 0)
        return

    # 3. What arrives meets the own order first, and does what its mode says.
    traded, asks = (0, [(100, 3), (101, 5)]) if tif == "FOK" else ARRIVALS[mode]
    assert [(e.quantity_lots, e.price_ticks) for e in events if isinstance(e, Trade)] == (
        [(traded, 101)] if traded else []
    )
    assert exchange.asks() == asks
    ended, open_lots, prevented = end_of(kind, tif, mode)
    assert (order.open_lots, order.prevented_lots, order.filled_lots) == (open_lots, prevented, traded)
    assert (order.close_reason == getattr(t, "CLOSE_" + (ended or "NONE"))) is True
    assert exchange.bids() == ([(101, 1)] if not ended and open_lots else [])
    assert any(isinstance(e, OrderClosed) and e.order is order for e in events) == bool(ended)
