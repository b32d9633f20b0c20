"""The examples of docs/orders.md: E1 to E20, told by the naive exchange and by the engine. E21 is in test_previews."""

import pytest

from tests.oracle.auction import Indication
from tests.oracle.naive_exchange import NaiveOrder, Protection
from tests.unit.oracle.conftest import Teller
from tests.unit.oracle.tale import BASE, OracleTale, Tale, end_of

SECOND = 1_000_000_000


def test_e1_price_then_arrival(tale: Tale) -> None:
    tale.sell("Bob", 5, 100)
    tale.sell("Ann", 5, 100)
    tale.sell("Ann", 5, 101)
    cid = tale.buy("Cid", 12, 101)
    assert tale.told(cid) == [(5, 100), (5, 100), (2, 101)]
    assert end_of(cid)[0] == "filled"
    assert tale.asks() == [("Ann", 3, 101)]


def e2_book(teller: Teller) -> Tale:
    tale = teller(taker_ppm=10_000)
    tale.sell("Ann", 2, 100)
    tale.sell("Bob", 5, 110)
    return tale


def test_e2_the_largest_quantity_that_the_amount_pays_for_fees_included(teller: Teller) -> None:
    tale = e2_book(teller)
    cid = tale.buy("Cid", 0, quote_amount=450)
    assert tale.told(cid) == [(2, 100), (2, 110)]
    assert sum(trade.taker_fee for trade in cid.trades) == 5
    assert end_of(cid) == ("filled", "", 4, 0)
    assert tale.asks() == [("Bob", 3, 110)]


def test_e3_an_amount_too_small_for_one_lot_expires(teller: Teller) -> None:
    assert end_of(e2_book(teller).buy("Cid", 0, quote_amount=100)) == ("expired", "QUOTE_AMOUNT_TOO_SMALL", 0, 0)
    assert end_of(e2_book(teller).buy("Cid", 0, quote_amount=101)) == ("filled", "", 1, 0)


@pytest.mark.parametrize(("lots", "end"), [(5, "NOT_FILLABLE"), (4, "")])
def test_e4_fill_or_kill_does_not_count_own_orders(tale: Tale, lots: int, end: str) -> None:
    tale.sell("Cid", 3, 100)
    tale.sell("Ann", 4, 101)
    assert end_of(tale.buy("Cid", lots, 101, tif="FOK"))[1] == end
    assert tale.asks() == ([("Cid", 3, 100), ("Ann", 4, 101)] if end else [])


def test_e5_a_post_only_order_is_refused_or_slides(tale: Tale) -> None:
    tale.buy("Bob", 1, 99)
    tale.sell("Ann", 5, 101)
    assert tale.buy("Cid", 2, 103, post_only=True).word == "POST_ONLY_WOULD_CROSS"
    assert tale.buy("Cid", 2, 103, post_only=True, slide=True).word == "accepted"
    assert tale.bids() == [("Cid", 2, 100), ("Bob", 1, 99)]


def test_e6_a_refill_goes_to_the_back(tale: Tale) -> None:
    ann = tale.sell("Ann", 7, 100, display=2)
    tale.sell("Bob", 3, 100)
    assert tale.told(tale.buy("Cid", 8, 100)) == [(2, 100), (3, 100), (2, 100), (1, 100)]
    assert tale.asks() == [("Ann", 1, 100)]
    assert ann.order is not None
    assert ann.order.open == 2


def test_e6_a_new_slice_stays_behind_for_the_next_command_too(tale: Tale) -> None:
    tale.sell("Ann", 7, 100, display=2)
    tale.sell("Bob", 3, 100)
    tale.buy("Cid", 2, 100)
    assert tale.asks() == [("Bob", 3, 100), ("Ann", 2, 100)]


@pytest.mark.parametrize(
    ("mode", "trades", "end", "bids", "asks"),
    [
        ("EXPIRE_MAKER", [(5, 101)], ("open", "", 5, 0), [("Cid", 1, 101)], []),
        ("EXPIRE_TAKER", [], ("expired", "SELF_TRADE", 0, 6), [], [("Cid", 3, 100), ("Ann", 5, 101)]),
        ("EXPIRE_BOTH", [], ("expired", "SELF_TRADE", 0, 6), [], [("Ann", 5, 101)]),
        ("DECREMENT", [(3, 101)], ("expired", "SELF_TRADE", 3, 3), [], [("Ann", 2, 101)]),
    ],
)
def test_e7_the_four_modes_of_self_trade_prevention(
    tale: Tale,
    mode: str,
    trades: list[tuple[int, int]],
    end: tuple[str, str, int, int],
    bids: list[tuple[str, int, int]],
    asks: list[tuple[str, int, int]],
) -> None:
    tale.sell("Cid", 3, 100)
    tale.sell("Ann", 5, 101)
    cid = tale.buy("Cid", 6, 101, stp=mode)
    assert (tale.told(cid), end_of(cid)) == (trades, end)
    assert (tale.bids(), tale.asks()) == (bids, asks)


def test_accounts_of_one_trade_group_are_one_owner(tale: Tale) -> None:
    for who in ("Ann", "Cid"):
        tale.set_trade_group(who, 7)
    tale.sell("Ann", 3, 100)
    cid = tale.buy("Cid", 3, 100, tif="FOK")
    assert end_of(cid)[1] == "NOT_FILLABLE"
    assert tale.told(tale.buy("Cid", 3, 100)) == []
    assert tale.asks() == []


def test_e8_less_keeps_the_place_and_more_loses_it(tale: Tale) -> None:
    ann = tale.sell("Ann", 5, 100)
    tale.sell("Bob", 5, 100)
    assert tale.amend(ann, quantity=3).word == "amended"
    assert tale.asks() == [("Ann", 3, 100), ("Bob", 5, 100)]
    tale.amend(ann, quantity=4)
    assert tale.asks() == [("Bob", 5, 100), ("Ann", 4, 100)]


@pytest.mark.parametrize("post_only", [False, True])
def test_e9_an_amend_into_crossing_takes_or_is_refused(tale: Tale, post_only: bool) -> None:
    tale.buy("Bob", 2, 99)
    ann = tale.sell("Ann", 5, 100, post_only=post_only)
    amended = tale.amend(ann, price=99)
    assert amended.word == ("POST_ONLY_WOULD_CROSS" if post_only else "amended")
    assert tale.told(amended) == ([] if post_only else [(2, 99)])
    assert tale.asks() == ([("Ann", 5, 100)] if post_only else [("Ann", 3, 99)])


def test_an_amend_to_what_is_filled_is_refused(tale: Tale) -> None:
    ann = tale.sell("Ann", 5, 100)
    tale.buy("Bob", 2, 100)
    assert tale.amend(ann, quantity=2).word == "QUANTITY_NOT_ABOVE_FILLED"
    assert tale.amend(ann, quantity=3).word == "amended"
    assert tale.asks() == [("Ann", 1, 100)]


@pytest.mark.parametrize("all_or_none", [True, False])
def test_e10_a_batch_is_all_or_none_or_each_for_itself(tale: Tale, all_or_none: bool) -> None:
    tale.sell("Ann", 5, 100)
    order = tale.order("Cid", True, 5, 100)
    outcomes = tale.batch([order, ("Cid", 999)], all_or_none)
    words = [outcome.word for outcome in outcomes]
    assert words == (["ORDER_NOT_FOUND"] if all_or_none else ["accepted", "ORDER_NOT_FOUND"])
    assert tale.asks() == ([("Ann", 5, 100)] if all_or_none else [])


def test_a_cancel_replace_uses_what_the_first_order_reserved(tale: Tale) -> None:
    ann = tale.sell("Ann", 1_000_000, 100).order
    assert ann is not None
    new = tale.order("Ann", False, 1_000_000, 101, key="new")
    assert tale.cancel_replace(ann, new, True).word == "canceled 1 then accepted"
    again = tale.order("Ann", False, 1_000_000, 101, key="new")
    assert tale.cancel_replace(ann, again, True).word == "repeated"
    more = tale.order("Ann", False, 1, 101)
    assert tale.cancel_replace(ann, more, True).word == "ORDER_CLOSED"


def test_time_ends_an_order_only_by_the_timers_command(tale: Tale) -> None:
    ann = tale.sell("Ann", 5, 100, tif="GTT", expire_time=10)
    tale.now = 10
    assert tale.told(tale.buy("Bob", 1, 100)) == [(1, 100)]
    tale.expire()
    assert end_of(ann) == ("expired", "EXPIRE_TIME", 1, 0)
    assert tale.sell("Ann", 5, 100, tif="GTT", expire_time=10).word == "INVALID_FIELD"


def test_a_dead_mans_switch_that_was_set_anew_does_not_act(tale: Tale) -> None:
    tale.sell("Ann", 5, 100)
    tale.set_cancel_all_after("Ann", 10 * SECOND)
    tale.now = 5 * SECOND
    tale.set_cancel_all_after("Ann", 10 * SECOND)
    tale.now = 12 * SECOND
    assert tale.run_cancel_all_after("Ann", 10 * SECOND).word == "canceled 0"
    tale.now = 15 * SECOND
    assert tale.run_cancel_all_after("Ann", 15 * SECOND).word == "canceled 1"


def test_a_session_cancels_its_own_orders_only(tale: Tale) -> None:
    tale.sell("Ann", 5, 100, session=3)
    tale.sell("Ann", 5, 101)
    assert tale.cancel_session("Ann", 3).word == "canceled 1"
    assert tale.asks() == [("Ann", 5, 101)]


def test_cancel_all_filters_by_side_and_prefix(tale: Tale) -> None:
    for key in ("x1", "x2", "y1"):
        tale.sell("Ann", 1, 100, key=key)
    tale.buy("Ann", 1, 90, key="x3")
    assert tale.cancel_all("Ann", False, "x").word == "canceled 2"
    assert (tale.bids(), tale.asks()) == ([("Ann", 1, 90)], [("Ann", 1, 100)])


def test_e11_a_cascade(tale: Tale) -> None:
    tale.trade_at(100)
    ann = tale.sell("Ann", 2, kind="STOP_MARKET", trigger=99)
    bob = tale.sell("Bob", 1, kind="STOP_MARKET", trigger=98)
    for lots, price in ((1, 99), (2, 98), (5, 97)):
        tale.buy("Cid", lots, price)
    dan = tale.sell("Dan", 1, 99)
    assert tale.told(dan) == [(1, 99), (2, 98), (1, 97)]
    assert (end_of(ann)[0], end_of(bob)[0]) == ("filled", "filled")
    assert tale.bids() == [("Cid", 4, 97)]
    assert [event[0] for event in dan.events] == [
        *("trade", "filled", "filled", "triggered", "trade", "filled", "filled"),
        *("triggered", "trade", "filled"),
    ]


@pytest.mark.parametrize("kind", ["STOP_MARKET", "TAKE_PROFIT_MARKET"])
def test_a_trigger_that_the_last_trade_satisfies_is_refused(tale: Tale, kind: str) -> None:
    tale.trade_at(100)
    assert tale.buy("Ann", 1, kind=kind, trigger=100).word == "WOULD_TRIGGER_IMMEDIATELY"
    behind = 101 if kind == "STOP_MARKET" else 99
    assert tale.buy("Ann", 1, kind=kind, trigger=behind).word == "accepted"


@pytest.mark.parametrize(
    ("buy", "bps", "prices"),
    [(False, 1_000, [40_000, 41_000, 36_901, 36_900]), (True, 500, [43_000, 42_000, 44_099, 44_100])],
    ids=["e12", "e13"],
)
def test_e12_and_e13_trailing_stops_fire_at_the_boundary(tale: Tale, buy: bool, bps: int, prices: list[int]) -> None:
    trailing = tale.order("Ann", buy, 1, kind="TRAILING_STOP", trailing_bps=bps)
    assert tale.place(trailing).word == "accepted"
    for price in prices[:-1]:
        tale.trade_at(price)
        assert trailing.state == "pending"
    tale.trade_at(prices[-1])
    assert (trailing.state, trailing.reason) == ("expired", "NO_LIQUIDITY")


def oco_legs(tale: Tale) -> tuple[NaiveOrder, NaiveOrder]:
    return tale.order("Ann", False, 5, 110), tale.order("Ann", False, 5, kind="STOP_MARKET", trigger=90)


def test_e14_a_partial_fill_of_one_leg_cancels_the_other(tale: Tale) -> None:
    assert tale.place_oco(*oco_legs(tale)).word == "accepted"
    bought = tale.buy("Bob", 2, 110)
    assert bought.events[1] == ("canceled", 2, "ORDER_LIST")
    assert tale.asks() == [("Ann", 3, 110)]
    assert tale.open_orders("Ann") == [1]


def test_e15_a_stop_that_fires_uses_what_the_other_leg_reserved(teller: Teller) -> None:
    tale = teller(holds={("Ann", BASE): 5})
    above, below = oco_legs(tale)
    tale.place_oco(above, below)
    tale.buy("Cid", 9, 89)
    tale.trade_at(90)
    assert (above.state, above.reason, above.filled) == ("canceled", "ORDER_LIST", 0)
    assert (below.state, below.filled) == ("filled", 5)
    assert tale.bids() == [("Cid", 4, 89)]


def test_e16_the_exits_of_a_bracket_grow_with_its_fills(tale: Tale) -> None:
    entry = tale.order("Cid", True, 5, 100)
    profit = tale.order("Cid", False, 0, kind="TAKE_PROFIT_MARKET", trigger=110)
    loss = tale.order("Cid", False, 0, kind="STOP_MARKET", trigger=95)
    tale.place_bracket(entry, profit, loss)
    tale.sell("Ann", 2, 100)
    assert (profit.quantity, loss.quantity) == (2, 2)
    tale.sell("Ann", 1, 100)
    assert (profit.quantity, loss.quantity) == (3, 3)
    tale.buy("Dan", 4, 108)
    tale.trade_at(110)
    assert (entry.state, loss.state, profit.state, profit.filled) == ("canceled", "canceled", "filled", 3)
    assert tale.bids() == [("Dan", 1, 108)]


def test_e17_a_pegged_order_follows_within_its_limit(tale: Tale) -> None:
    tale.buy("Bob", 1, 98)
    tale.sell("Ann", 1, 103)
    tale.buy("Cid", 2, 101, kind="PEGGED", peg="OWN", peg_offset=1)
    assert tale.bids() == [("Cid", 2, 99), ("Bob", 1, 98)]
    tale.buy("Bob", 1, 100)
    assert tale.bids() == [("Cid", 2, 101), ("Bob", 1, 100), ("Bob", 1, 98)]
    tale.buy("Bob", 1, 102)
    assert tale.bids() == [("Bob", 1, 102), ("Cid", 2, 101), ("Bob", 1, 100), ("Bob", 1, 98)]


def test_e18_a_market_order_stops_at_the_protection(tale: Tale) -> None:
    tale.set_protection(Protection(market_bps=500))
    for price in (100, 105, 106):
        tale.sell("Ann", 1, price)
    cid = tale.buy("Cid", 3)
    assert tale.told(cid) == [(1, 100), (1, 105)]
    assert end_of(cid) == ("expired", "PRICE_PROTECTION", 2, 0)
    assert tale.asks() == [("Ann", 1, 106)]


@pytest.mark.parametrize(
    ("buy", "price", "word"),
    [
        (True, 110, "accepted"),
        (True, 111, "PRICE_OUTSIDE_BAND"),
        (True, 89, "PRICE_OUTSIDE_BAND"),
        (False, 90, "accepted"),
        (False, 89, "PRICE_OUTSIDE_BAND"),
    ],
)
def test_e19_the_boundary_of_the_band_is_allowed(tale: Tale, buy: bool, price: int, word: str) -> None:
    tale.trade_at(100)
    tale.set_protection(Protection(band_bps=1_000))
    assert tale.place(tale.order("Ann", buy, 1, price)).word == word


def test_e20_an_auction_has_one_price(tale: Tale) -> None:
    tale.set_protection(Protection(reference=100))
    tale.set_status("AUCTION")
    tale.buy("Ann", 5, 103)
    tale.buy("Bob", 5, 101)
    tale.sell("Cid", 4, 99)
    tale.sell("Dan", 4, 102)
    assert tale.buy("Ann", 1).word == "MARKET_IN_AUCTION"
    if isinstance(tale, OracleTale):
        assert tale.exchange.indication(1) == Indication(102, 5, -3)
    assert tale.told(tale.set_status("OPEN")) == [(4, 102), (1, 102)]
    assert (tale.bids(), tale.asks()) == ([("Bob", 5, 101)], [("Dan", 3, 102)])
