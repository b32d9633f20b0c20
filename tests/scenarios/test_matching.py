"""Matching: who trades with whom, at which price, and what is left."""

import pytest

from exchange_server.engine import types as t
from tests.scenarios.exchange import Exchange


def test_the_better_price_trades_first_then_the_older_order() -> None:
    exchange = Exchange()
    exchange.sell("Ann", 5, 101)
    exchange.sell("Bob", 5, 100)
    exchange.sell("Ann", 5, 100)
    assert exchange.buy("Cid", 12, 101) == [
        "accepted",
        "Bob trades 5 at 100",
        "Bob filled",
        "Ann trades 5 at 100",
        "Ann filled",
        "Ann trades 2 at 101",
        "Cid filled",
    ]
    assert exchange.asks() == [(101, 3)]


def test_bids_trade_from_the_highest_price_down() -> None:
    exchange = Exchange()
    exchange.buy("Ann", 5, 99)
    exchange.buy("Bob", 5, 100)
    assert exchange.sell("Cid", 7, 99) == [
        "accepted",
        "Bob trades 5 at 100",
        "Bob filled",
        "Ann trades 2 at 99",
        "Cid filled",
    ]
    assert exchange.bids() == [(99, 3)]


def test_a_partly_filled_order_keeps_its_place() -> None:
    exchange = Exchange()
    exchange.sell("Ann", 5, 100)
    exchange.sell("Bob", 5, 100)
    exchange.buy("Cid", 2, 100)
    assert exchange.buy("Cid", 4, 100) == [
        "accepted",
        "Ann trades 3 at 100",
        "Ann filled",
        "Bob trades 1 at 100",
        "Cid filled",
    ]


def test_what_is_left_of_a_limit_order_rests_at_its_own_price() -> None:
    exchange = Exchange()
    exchange.sell("Ann", 5, 100)
    assert exchange.buy("Bob", 8, 103) == ["accepted", "Ann trades 5 at 100", "Ann filled"]
    assert (exchange.bids(), exchange.asks()) == ([(103, 3)], [])


def test_an_order_in_the_middle_of_a_level_can_leave_it() -> None:
    exchange = Exchange()
    for key in ("first", "middle", "last"):
        exchange.sell("Ann", 1, 100, key=key)
    exchange.cancel("Ann", "middle")
    assert exchange.asks() == [(100, 2)]
    assert exchange.buy("Bob", 2, 100)[1:] == [
        "Ann trades 1 at 100",
        "Ann filled",
        "Ann trades 1 at 100",
        "Ann filled",
        "Bob filled",
    ]


@pytest.mark.parametrize("tif", [t.TIF_IOC, t.TIF_GTC])
def test_an_order_does_not_trade_beyond_its_price(tif: int) -> None:
    exchange = Exchange()
    exchange.sell("Ann", 5, 101)
    told = exchange.buy("Bob", 5, 100, tif=tif)
    assert told == (["accepted"] if tif == t.TIF_GTC else ["accepted", "Bob expired: no liquidity"])
    assert exchange.asks() == [(101, 5)]


def test_immediate_or_cancel_takes_what_there_is_and_expires() -> None:
    exchange = Exchange()
    exchange.sell("Ann", 5, 100)
    assert exchange.buy("Bob", 8, 100, tif=t.TIF_IOC) == [
        "accepted",
        "Ann trades 5 at 100",
        "Ann filled",
        "Bob expired: no liquidity",
    ]
    assert (exchange.bids(), exchange.asks()) == ([], [])


def test_fill_or_kill_trades_wholly_or_not_at_all() -> None:
    exchange = Exchange()
    exchange.sell("Ann", 5, 100)
    exchange.sell("Ann", 5, 102)
    assert exchange.buy("Bob", 6, 101, tif=t.TIF_FOK) == ["accepted", "Bob expired: not fillable"]
    assert exchange.asks() == [(100, 5), (102, 5)]
    assert exchange.buy("Bob", 6, 102, tif=t.TIF_FOK)[-1] == "Bob filled"
    assert exchange.asks() == [(102, 4)]


def test_own_resting_orders_do_not_make_a_fill_or_kill_fillable() -> None:
    exchange = Exchange()
    exchange.sell("Bob", 5, 100)
    exchange.sell("Ann", 5, 100)
    assert exchange.buy("Bob", 6, 100, tif=t.TIF_FOK) == ["accepted", "Bob expired: not fillable"]
    assert exchange.asks() == [(100, 10)], "a killed order leaves own orders alone"
    assert exchange.buy("Bob", 5, 100, tif=t.TIF_FOK) == [
        "accepted",
        "Bob expired: self trade",
        "Ann trades 5 at 100",
        "Ann filled",
        "Bob filled",
    ]


def test_an_own_resting_order_expires_instead_of_trading() -> None:
    exchange = Exchange()
    exchange.sell("Ann", 5, 100)
    exchange.sell("Bob", 5, 101)
    assert exchange.buy("Ann", 5, 101) == [
        "accepted",
        "Ann expired: self trade",
        "Bob trades 5 at 101",
        "Bob filled",
        "Ann filled",
    ]
    assert exchange.balance("Ann", t.AssetId(1)) == (1_000_005, 0)


def test_own_orders_behind_the_last_fill_stay() -> None:
    exchange = Exchange()
    exchange.sell("Bob", 5, 100)
    exchange.sell("Ann", 5, 100)
    assert exchange.buy("Ann", 5, 100) == ["accepted", "Bob trades 5 at 100", "Bob filled", "Ann filled"]
    assert exchange.asks() == [(100, 5)]


def test_a_post_only_order_that_would_cross_is_refused() -> None:
    exchange = Exchange()
    exchange.sell("Ann", 5, 100)
    assert exchange.buy("Bob", 1, 100, post_only=True) == ["refused: POST_ONLY_WOULD_CROSS price"]
    assert exchange.buy("Ann", 1, 100, post_only=True) == ["refused: POST_ONLY_WOULD_CROSS price"]
    assert exchange.buy("Bob", 1, 99, post_only=True) == ["accepted"]
    assert exchange.sell("Bob", 1, 99, post_only=True) == ["refused: POST_ONLY_WOULD_CROSS price"]


def test_a_market_order_walks_the_book_and_never_rests() -> None:
    exchange = Exchange()
    exchange.sell("Ann", 2, 100)
    exchange.sell("Ann", 2, 500)
    assert exchange.buy("Bob", 5) == [
        "accepted",
        "Ann trades 2 at 100",
        "Ann filled",
        "Ann trades 2 at 500",
        "Ann filled",
        "Bob expired: no liquidity",
    ]
    assert exchange.balance("Bob", t.AssetId(2)) == (1_000_000 - 1_200, 0)
    assert exchange.sell("Bob", 1) == ["accepted", "Bob expired: no liquidity"]


def test_a_market_order_may_be_fill_or_kill() -> None:
    exchange = Exchange()
    exchange.buy("Ann", 2, 100)
    assert exchange.sell("Bob", 3, tif=t.TIF_FOK) == ["accepted", "Bob expired: not fillable"]
    assert exchange.sell("Bob", 2, tif=t.TIF_FOK)[-1] == "Bob filled"
