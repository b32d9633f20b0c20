"""What the boundaries of triggers, amends and ends are, beyond the examples of docs/orders.md."""

import pytest

from tests.oracle.naive_exchange import NaiveOrder, Outcome, Protection
from tests.unit.oracle.conftest import Teller
from tests.unit.oracle.tale import BASE, QUOTE, Tale, end_of


def refused_at_trigger(order: NaiveOrder) -> str:
    """Why an order that triggered was refused; the rest of its end is the same for all."""
    assert (order.state, order.reason, order.filled) == ("expired", "TRIGGER_REFUSED", 0)
    return order.refusal


@pytest.mark.parametrize(("price", "refusal"), [(115, ""), (116, "PRICE_OUTSIDE_BAND")])
def test_a_stop_limit_is_judged_by_the_band_as_it_is_when_it_triggers(tale: Tale, price: int, refusal: str) -> None:
    tale.trade_at(100)
    tale.set_protection(Protection(band_bps=1_000))
    stop = tale.order("Ann", True, 1, price, kind="STOP_LIMIT", trigger=105)
    assert tale.place(stop).word == "accepted"
    tale.trade_at(105)
    if refusal:
        assert refused_at_trigger(stop) == refusal
    else:
        assert tale.bids() == [("Ann", 1, 115)]


@pytest.mark.parametrize(("price", "refusal"), [(105, ""), (106, "POST_ONLY_WOULD_CROSS")])
def test_a_post_only_stop_limit_is_refused_when_it_would_cross(tale: Tale, price: int, refusal: str) -> None:
    tale.trade_at(100)
    tale.sell("Bob", 1, 106)
    stop = tale.order("Ann", True, 1, price, kind="STOP_LIMIT", trigger=103, post_only=True)
    tale.place(stop)
    tale.trade_at(103)
    if refusal:
        assert refused_at_trigger(stop) == refusal
    else:
        assert tale.bids() == [("Ann", 1, 105)]
    assert tale.asks() == [("Bob", 1, 106)]


@pytest.mark.parametrize(("buy", "trigger", "met", "stands"), [(True, 103, 106, 105), (False, 97, 94, 95)])
def test_a_stop_limit_that_slides_does_so_when_it_triggers(
    tale: Tale, buy: bool, trigger: int, met: int, stands: int
) -> None:
    tale.trade_at(100)
    tale.place(tale.order("Cid", not buy, 1, met))
    limit = 110 if buy else 90
    tale.place(tale.order("Ann", buy, 1, limit, kind="STOP_LIMIT", trigger=trigger, post_only=True, slide=True))
    tale.trade_at(trigger)
    assert tale.book(buy) == [("Ann", 1, stands)]


def test_an_order_that_cannot_slide_below_the_first_tick_is_refused(tale: Tale) -> None:
    tale.sell("Cid", 2, 1)
    assert tale.buy("Ann", 1, 5, post_only=True, slide=True).word == "POST_ONLY_WOULD_CROSS"
    assert tale.sell("Ann", 1, 5, post_only=True, slide=True).word == "accepted"


def test_the_first_tick_is_a_price_to_slide_to_and_to_rest_at(tale: Tale) -> None:
    tale.sell("Cid", 1, 2)
    tale.buy("Ann", 1, 5, post_only=True, slide=True)
    tale.buy("Bob", 1, 1, tif="GTT", expire_time=10)
    assert tale.bids() == [("Ann", 1, 1), ("Bob", 1, 1)]


def test_who_never_held_an_asset_has_none_of_it(teller: Teller) -> None:
    tale = teller(holds={("Ann", QUOTE): 0})
    assert tale.buy("Ann", 1, 1, tif="GTT", expire_time=10).word == "INSUFFICIENT_FUNDS"


@pytest.mark.parametrize(("holds", "refusal"), [(110, ""), (109, "INSUFFICIENT_FUNDS")])
def test_a_stop_must_be_paid_for_only_when_it_triggers(teller: Teller, holds: int, refusal: str) -> None:
    tale = teller(holds={("Ann", QUOTE): holds})
    stop = tale.order("Ann", True, 1, 110, kind="STOP_LIMIT", trigger=105)
    assert tale.place(stop).word == "accepted"
    tale.trade_at(105)
    if refusal:
        assert refused_at_trigger(stop) == refusal
    else:
        assert tale.bids() == [("Ann", 1, 110)]


@pytest.mark.parametrize("price", [1, 100])
@pytest.mark.parametrize(
    ("buy", "kind"),
    [(True, "STOP_MARKET"), (False, "STOP_MARKET"), (True, "TAKE_PROFIT_MARKET"), (False, "TAKE_PROFIT_MARKET")],
)
def test_a_plain_trade_at_exactly_the_trigger_fires_it(tale: Tale, buy: bool, kind: str, price: int) -> None:
    waiting = tale.order("Ann", buy, 1, kind=kind, trigger=price)
    assert tale.place(waiting).word == "accepted"
    tale.trade_at(price)
    assert (waiting.state, waiting.reason) == ("expired", "NO_LIQUIDITY")


@pytest.mark.parametrize(
    ("buy", "kind", "trigger", "fires"),
    [
        *((True, "STOP_MARKET", 103, True), (True, "STOP_MARKET", 104, False)),
        *((True, "TAKE_PROFIT_MARKET", 101, True), (True, "TAKE_PROFIT_MARKET", 100, False)),
    ],
)
def test_a_plain_order_that_trades_through_several_prices_fires_what_lies_between(
    tale: Tale, buy: bool, kind: str, trigger: int, fires: bool
) -> None:
    waiting = tale.order("Ann", buy, 1, kind=kind, trigger=trigger)
    tale.place(waiting)
    for price in (101, 102, 103):
        tale.sell("Bob", 1, price)
    assert tale.told(tale.buy("Cid", 3, 103)) == [(1, 101), (1, 102), (1, 103)]
    assert waiting.state == ("expired" if fires else "pending")


def test_a_plain_trade_fires_the_last_order_that_waits(tale: Tale) -> None:
    first = tale.order("Ann", True, 1, kind="STOP_MARKET", trigger=101)
    second = tale.order("Ann", True, 1, kind="STOP_MARKET", trigger=101)
    for stop in (first, second):
        tale.place(stop)
    tale.cancel("Ann", first.order_id)
    tale.trade_at(101)
    assert (first.state, second.state) == ("canceled", "expired")


@pytest.mark.parametrize(("buy", "activation", "behind"), [(True, 100, 101), (False, 100, 99)])
def test_a_trailing_stop_becomes_active_at_exactly_its_activation_price(
    tale: Tale, buy: bool, activation: int, behind: int
) -> None:
    trailing = tale.order("Ann", buy, 1, kind="TRAILING_STOP", trailing_offset=5, activation=activation)
    tale.trade_at(behind)
    tale.place(trailing)
    tale.trade_at(activation)
    tale.trade_at(activation + 4 if buy else activation - 4)
    assert trailing.state == "pending"
    tale.trade_at(activation + 5 if buy else activation - 5)
    assert trailing.state == "expired"


@pytest.mark.parametrize(("lots", "word"), [(10, "amended"), (11, "INSUFFICIENT_FUNDS")])
def test_an_amend_may_use_what_the_order_reserves_and_what_is_available(teller: Teller, lots: int, word: str) -> None:
    tale = teller(holds={("Ann", QUOTE): 1_000})
    ann = tale.buy("Ann", 6, 100)
    assert tale.amend(ann, quantity=lots).word == word
    assert tale.bids() == [("Ann", lots if word == "amended" else 6, 100)]


def test_the_price_of_an_exit_may_be_amended_before_its_entry_is_filled(tale: Tale) -> None:
    entry = tale.order("Cid", True, 5, 100)
    profit = tale.order("Cid", False, 0, 110, kind="TAKE_PROFIT_LIMIT", trigger=110)
    loss = tale.order("Cid", False, 0, kind="STOP_MARKET", trigger=95)
    tale.place_bracket(entry, profit, loss)
    tale.set_protection(Protection(min_quantity=1, min_notional=200))
    assert tale.amend(Outcome("", profit), price=109).word == "amended"
    tale.set_protection(Protection())
    tale.sell("Ann", 5, 100)
    tale.trade_at(110)
    assert tale.asks() == [("Cid", 5, 109)]


def test_a_bracket_that_fires_cancels_its_exits_before_its_entry(tale: Tale) -> None:
    entry = tale.order("Cid", True, 5, 100)
    profit = tale.order("Cid", False, 0, kind="TAKE_PROFIT_MARKET", trigger=110)
    loss = tale.order("Cid", False, 0, kind="STOP_MARKET", trigger=95)
    tale.place_bracket(entry, profit, loss)
    tale.sell("Ann", 2, 100)
    tale.sell("Bob", 1, 110)
    fired = tale.buy("Dan", 1, 110)
    assert [event[:2] for event in fired.events[3:]] == [
        ("triggered", profit.order_id),
        ("canceled", loss.order_id),
        ("canceled", entry.order_id),
        ("expired", profit.order_id),
    ]


def test_canceling_an_exit_leaves_the_entry_of_a_bracket(tale: Tale) -> None:
    entry = tale.order("Cid", True, 5, 100)
    profit = tale.order("Cid", False, 0, kind="TAKE_PROFIT_MARKET", trigger=110)
    loss = tale.order("Cid", False, 0, kind="STOP_MARKET", trigger=95)
    tale.place_bracket(entry, profit, loss)
    tale.sell("Ann", 1, 100)
    tale.cancel("Cid", loss.order_id)
    assert (profit.state, loss.state, entry.state) == ("canceled", "canceled", "open")


def test_an_entry_whose_exits_were_canceled_is_filled_like_any_other_order(tale: Tale) -> None:
    entry = tale.order("Cid", True, 5, 100)
    profit = tale.order("Cid", False, 0, kind="TAKE_PROFIT_MARKET", trigger=110)
    loss = tale.order("Cid", False, 0, kind="STOP_MARKET", trigger=95)
    tale.place_bracket(entry, profit, loss)
    tale.cancel("Cid", loss.order_id)
    tale.sell("Ann", 5, 100)
    assert (profit.state, loss.state) == ("canceled", "canceled")
    assert (entry.state, entry.filled) == ("filled", 5)


def test_a_market_order_by_quantity_needs_what_its_walk_costs(teller: Teller) -> None:
    tale = teller(holds={("Ann", QUOTE): 201, ("Bob", BASE): 10})
    tale.sell("Bob", 1, 100)
    tale.sell("Bob", 1, 102)
    assert tale.buy("Ann", 2).word == "INSUFFICIENT_FUNDS"
    assert end_of(tale.buy("Ann", 1)) == ("filled", "", 1, 0)


def test_an_exit_does_not_look_at_a_trade_before_the_first_fill_of_its_entry(tale: Tale) -> None:
    tale.buy("Bob", 1, 110)
    entry = tale.order("Cid", True, 5, 100)
    profit = tale.order("Cid", False, 0, kind="TAKE_PROFIT_MARKET", trigger=110)
    loss = tale.order("Cid", False, 0, kind="STOP_MARKET", trigger=95)
    tale.place_bracket(entry, profit, loss)
    assert tale.told(tale.sell("Ann", 3, 100)) == [(1, 110), (2, 100)]
    assert (profit.state, profit.quantity) == ("pending", 2)


def test_an_order_of_which_something_was_prevented_is_not_filled_by_a_plain_trade(tale: Tale) -> None:
    resting = tale.sell("Cid", 5, 100)
    tale.buy("Cid", 2, 100, stp="DECREMENT")
    tale.buy("Ann", 3, 100)
    assert end_of(resting) == ("expired", "SELF_TRADE", 3, 2)


def test_an_order_with_special_terms_is_filled_by_a_plain_trade(tale: Tale) -> None:
    resting = tale.sell("Cid", 3, 100, tif="GTT", expire_time=10)
    tale.buy("Ann", 3, 100)
    assert end_of(resting) == ("filled", "", 3, 0)


@pytest.mark.parametrize(
    ("terms", "refused"),
    [
        ({"price": 90, "tif": "GTT", "expire_time": 10}, True),
        ({"price": 90, "tif": "IOC", "stp": "EXPIRE_TAKER"}, False),
        ({"kind": "STOP_MARKET", "trigger": 120}, True),
        ({"kind": "STOP_LIMIT", "trigger": 120, "price": 120, "tif": "IOC"}, True),
        ({"stp": "EXPIRE_TAKER"}, False),
        ({"price": 90}, True),
    ],
)
def test_only_what_may_rest_or_waits_counts_as_open(tale: Tale, terms: dict[str, object], refused: bool) -> None:
    tale.set_protection(Protection(max_open_orders=2))
    assert tale.buy("Ann", 1, 90, tif="GTT", expire_time=10).word == "accepted"
    assert tale.buy("Ann", 1, kind="STOP_MARKET", trigger=110).word == "accepted"
    order = tale.order("Ann", True, 1, **terms)  # type: ignore[arg-type]
    assert tale.place(order).word == ("TOO_MANY_OPEN_ORDERS" if refused else "accepted")


def test_a_plain_order_counts_as_one_open_order(tale: Tale) -> None:
    tale.set_protection(Protection(max_open_orders=2))
    words = [tale.buy("Ann", 1, 90).word for _ in range(3)]
    assert words == ["accepted", "accepted", "TOO_MANY_OPEN_ORDERS"]


@pytest.mark.parametrize(("open_before", "word"), [(0, "accepted"), (1, "TOO_MANY_OPEN_ORDERS")])
def test_an_oco_counts_as_two_open_orders(tale: Tale, open_before: int, word: str) -> None:
    tale.set_protection(Protection(max_open_orders=2))
    for _ in range(open_before):
        tale.sell("Ann", 1, 120)
    above = tale.order("Ann", False, 5, 110)
    below = tale.order("Ann", False, 5, kind="STOP_MARKET", trigger=90)
    assert tale.place_oco(above, below).word == word


@pytest.mark.parametrize(("open_before", "word"), [(0, "accepted"), (1, "TOO_MANY_OPEN_ORDERS")])
def test_a_bracket_with_a_market_entry_counts_as_three(tale: Tale, open_before: int, word: str) -> None:
    tale.set_protection(Protection(max_open_orders=3))
    for _ in range(open_before):
        tale.buy("Cid", 1, 80)
    tale.sell("Bob", 1, 100)
    entry = tale.order("Cid", True, 1)
    profit = tale.order("Cid", False, 0, kind="TAKE_PROFIT_MARKET", trigger=110)
    loss = tale.order("Cid", False, 0, kind="STOP_MARKET", trigger=95)
    assert tale.place_bracket(entry, profit, loss).word == word


def test_cancel_all_takes_the_other_order_of_a_list_with_one_that_passes_its_filters(tale: Tale) -> None:
    above = tale.order("Ann", False, 5, 110, key="x")
    below = tale.order("Ann", False, 5, kind="STOP_MARKET", trigger=90, key="y")
    tale.place_oco(above, below)
    tale.sell("Ann", 1, 120, key="y2")
    assert tale.cancel_all("Ann", None, "x").word == "canceled 2"
    assert (above.state, below.state) == ("canceled", "canceled")
    assert tale.asks() == [("Ann", 1, 120)]


def test_the_least_notional_holds_at_the_first_tick_too(tale: Tale) -> None:
    tale.set_protection(Protection(min_notional=10))
    assert tale.buy("Ann", 9, 1, tif="GTT", expire_time=10).word == "NOTIONAL_TOO_SMALL"
    assert tale.buy("Ann", 10, 1, tif="GTT", expire_time=10).word == "accepted"
