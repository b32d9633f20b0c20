"""Makers in known markets: where they quote, how they react, when they stop."""

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange_bots.bot.config import ConfigError
from exchange_bots.bot.strategy import Strategy
from exchange_bots.bot.view import Terms
from exchange_bots.strategies import make_bot
from exchange_bots.strategies.avellaneda_stoikov import optimal_prices
from exchange_bots.strategies.lmsr import cost
from tests.unit.bots.paper_market import PaperMarket
from tests.unit.bots.views import mid_book, trade

TICK = Decimal("0.1")


def bot(name: str, **values: Any) -> Strategy[Any]:
    return make_bot(name, {"market": "BTC-USDC", **values})


# ---------------------------------------------------------------- Avellaneda–Stoikov


def stoikov(**values: Any) -> PaperMarket:
    values = {"order_quantity": "0.5", "tolerance_ticks": 0, "warm_up_seconds": 5, "memory_seconds": 30} | values
    return PaperMarket(bot("avellaneda-stoikov", coin="BTC", **values))


def sway(market: PaperMarket, seconds: int, *, mid: float = 1000.0, step: float = 1.0, away: float = 0.5) -> float:
    """Let the middle price go up and down by `step` every second, with two trades each `away` from it."""
    for second in range(seconds + 1):
        price = mid + step * (second % 2)
        trades = [
            trade("buy", price + away, 1, at=second, trade_id=2 * second),
            trade("sell", price - away, 1, at=second, trade_id=2 * second + 1),
        ]
        market.show(mid_book(price, 0.2, at=second), at=second, trades=trades)
    return mid + step * (seconds % 2)


def test_stoikov_measures_before_it_quotes() -> None:
    market = stoikov(warm_up_seconds=5)
    sway(market, 4)
    assert market.quotes == []
    sway(market, 6)
    assert len(market.quotes) == 2


def test_stoikov_quotes_the_papers_prices_from_what_it_measured() -> None:
    """σ is 1 per √s because the price moves by 1 every second; k is 2 because trades are 0.5 from the middle."""
    market = stoikov(risk_aversion=0.5, horizon_seconds=2)
    mid = sway(market, 60)
    half_spread = 0.5 * 1 * 2 / 2 + math.log(1 + 0.5 / 2) / 0.5
    ((bid, _),), ((ask, _),) = market.sides()
    assert bid == pytest.approx(Decimal(mid - half_spread), abs=TICK)
    assert ask == pytest.approx(Decimal(mid + half_spread), abs=TICK)


def test_stoikov_leans_against_what_it_holds() -> None:
    """0.4 orders held shift the middle of its quotes by 0.4 γ σ² τ down."""
    market = stoikov(risk_aversion=0.5, horizon_seconds=2)
    market.inventory = Decimal("0.2")
    mid = sway(market, 60)
    ((bid, _),), ((ask, _),) = market.sides()
    assert (bid + ask) / 2 == pytest.approx(Decimal(mid - 0.4 * 0.5 * 1 * 2), abs=TICK)


def test_stoikov_is_wider_when_the_market_is_wilder_and_narrower_when_takers_stay_near() -> None:
    def spread(**market_values: Any) -> Any:
        market = stoikov(risk_aversion=0.1, horizon_seconds=5)
        sway(market, 60, **market_values)
        ((bid, _),), ((ask, _),) = market.sides()
        return ask - bid

    assert spread(step=0.5) < spread(step=1.0) < spread(step=3.0)
    assert spread(away=0.2) < spread(away=0.5) < spread(away=2.0)


def test_stoikov_at_its_limit_quotes_only_what_reduces_its_inventory() -> None:
    market = stoikov(inventory_limit=4)
    sway(market, 10)
    for inventory, sides in ((2, (0, 1)), (-2, (1, 0)), (Decimal("1.9"), (1, 1))):
        market.inventory = Decimal(inventory)
        sway(market, 1)
        market.show(mid_book(1000, 0.2, at=20), at=20 + float(inventory))
        assert tuple(map(len, market.sides())) == sides


def test_stoikov_never_quotes_through_the_others_and_keeps_the_least_spread() -> None:
    market = stoikov(risk_aversion=0.05, horizon_seconds=100, min_spread_bps=200)
    market.inventory = Decimal("4.5")
    mid = sway(market, 30)
    ((bid, _),), ((ask, _),) = market.sides()
    # Its own price would be far below: but it does not sell below the best bid.
    assert ask == Decimal(str(mid)) - Decimal("0.1") + TICK
    assert ask - bid >= Decimal(20)


def test_stoikov_stays_where_it_is_when_little_changed() -> None:
    market = stoikov(tolerance_ticks=5)
    sway(market, 60)
    before = market.sides()
    assert market.show(mid_book(1000.1, 0.2, at=60.1), at=60.1).quotes is None
    assert market.show(mid_book(1002, 0.2, at=60.2), at=60.2).quotes is not None
    assert market.sides() != before


@given(st.floats(-10, 10), st.floats(0, 5), st.floats(0.01, 10), st.floats(1e-4, 2), st.floats(0.1, 100))
def test_the_papers_prices_bracket_the_reservation_price_and_mirror_each_other(
    inventory: float, volatility: float, decay: float, aversion: float, horizon: float
) -> None:
    ours = optimal_prices(1000, inventory, volatility, decay, risk_aversion=aversion, horizon=horizon)
    mirrored = optimal_prices(1000, -inventory, volatility, decay, risk_aversion=aversion, horizon=horizon)
    assert ours.bid < ours.ask
    assert ours.bid - 1000 == pytest.approx(1000 - mirrored.ask, abs=1e-6)


# ---------------------------------------------------------------- LMSR

SHARES = Terms("RAIN-USDC", Decimal("0.001"), Decimal(1), Decimal(0))


def lmsr(**values: Any) -> PaperMarket:
    values = {"neutral_base": 1000, "liquidity": 100, "level_quantity": 10, "levels": 5, "fee_bps": 0} | values
    return PaperMarket(bot("lmsr", **values), terms=SHARES)


def test_lmsr_begins_at_its_probability_with_a_ladder_of_its_rule() -> None:
    market = lmsr(levels=2)
    market.show(None)
    bids, asks = market.sides()
    # (C(10) − C(0)) / 10 = 100 (ln(1 + e^0.1) − ln 2) / 10 = 0.51249; (C(20) − C(10)) / 10 = 0.53737
    assert asks == [(Decimal("0.513"), 10), (Decimal("0.538"), 10)]
    assert bids == [(Decimal("0.487"), 10), (Decimal("0.462"), 10)]


def test_lmsr_moves_its_price_with_what_is_bought_and_back_with_what_is_sold() -> None:
    market = lmsr()
    market.show(None)
    first = market.sides()
    market.hit("buy", 30)
    market.show(None)
    bids, asks = market.sides()
    # The price after 30 shares is 1 / (1 + e^−0.3) = 0.5744.
    assert bids[0][0] < Decimal("0.5744") < asks[0][0]
    market.hit("sell", 30)
    market.show(None)
    assert market.sides() == first


def test_lmsr_takes_its_fee_on_both_sides() -> None:
    market = lmsr(fee_bps=100, levels=1)
    market.show(None)
    # 0.51249 × 1.01 up, and 0.48750 × 0.99 down, to the next tick.
    assert market.sides() == ([(Decimal("0.482"), 10)], [(Decimal("0.518"), 10)])


def test_lmsr_never_sells_for_1_and_never_bids_for_nothing() -> None:
    market = lmsr(liquidity=5, levels=50)
    market.show(None)
    bids, asks = market.sides()
    assert max(price for price, _ in asks) < 1
    assert min(price for price, _ in bids) >= Decimal("0.001")
    market.inventory = Decimal(-500)
    market.show(None)
    assert market.sides()[1] == []


@given(st.lists(st.tuples(st.sampled_from(["buy", "sell"]), st.integers(1, 60)), max_size=40))
def test_lmsr_never_loses_more_than_its_bound_whatever_is_traded_and_whatever_comes_true(
    trades: list[tuple[str, int]],
) -> None:
    market = lmsr()
    for side, quantity in trades:
        market.show(None)
        market.hit(side, quantity)
    bound = Decimal(100 * math.log(2))
    for payoff in (0, 1):
        assert market.cash + market.inventory * payoff >= -bound - Decimal("1e-9")


def test_the_cost_is_that_of_the_rule_and_does_not_overflow() -> None:
    assert cost(0, 100) == pytest.approx(100 * math.log(2))
    assert cost(30, 100) == pytest.approx(100 * math.log(1 + math.exp(0.3)))
    assert cost(1e6, 1) == pytest.approx(1e6)
    assert cost(-1e6, 1) == 0
    # At p₀ the price, which is the slope, is p₀.
    assert cost(1e-4, 100, 0.2) - cost(0, 100, 0.2) == pytest.approx(0.2 * 1e-4, rel=1e-3)


# ---------------------------------------------------------------- pure market making


def pure(**values: Any) -> PaperMarket:
    values = {"order_quantity": 1, "bid_spread_bps": 100, "ask_spread_bps": 200, "requote_seconds": 10} | values
    return PaperMarket(bot("pure-market-making", **values))


def test_pure_quotes_at_its_distances_and_levels() -> None:
    market = pure(levels=2, level_spread_bps=50)
    market.show(mid_book(1000))
    assert market.sides() == ([(990, 1), (985, 1)], [(1020, 1), (1025, 1)])


def test_pure_requotes_when_it_is_time_and_the_price_has_moved_beyond_the_tolerance() -> None:
    market = pure(tolerance_bps=10)
    market.show(mid_book(1000), at=0)
    assert market.show(mid_book(1100), at=9.9).quotes is None
    assert market.show(mid_book(1000.9), at=10).quotes is None
    market.show(mid_book(1100), at=20)
    assert market.sides() == ([(1089, 1)], [(1122, 1)])


def test_pure_quotes_less_of_what_it_has_and_at_a_worse_price_the_more_it_has_of_it() -> None:
    market = pure(inventory_target=1, inventory_band=4, skew_bps=50)
    market.inventory = Decimal(3)
    market.show(mid_book(1000), at=0)
    # Half a band too much: half as much to buy, 25 basis points lower on both sides.
    assert market.sides() == ([(Decimal("987.5"), Decimal("0.5"))], [(Decimal("1017.5"), Decimal("1.5"))])
    market.inventory = Decimal(9)
    market.show(mid_book(1000), at=10)
    assert market.sides() == ([], [(1015, 2)])


def test_pure_lets_the_other_side_of_what_was_filled_hang_until_it_is_far() -> None:
    market = pure(hanging_orders=True, hanging_cancel_bps=500)
    market.show(mid_book(1000), at=0)
    assert market.hit("sell", 1) == 1
    market.show(mid_book(980), at=10)
    assert market.sides() == ([(Decimal("970.2"), 1)], [(Decimal("999.6"), 1), (1020, 1)])
    # 1020 is more than 5% from 970.
    market.show(mid_book(970), at=20)
    assert [price for price, _ in market.sides()[1]] == [Decimal("989.4")]


def test_pure_without_hanging_orders_cancels_the_other_side() -> None:
    market = pure()
    market.show(mid_book(1000), at=0)
    market.hit("sell", 1)
    market.show(mid_book(980), at=10)
    assert market.sides() == ([(Decimal("970.2"), 1)], [(Decimal("999.6"), 1)])


# ---------------------------------------------------------------- grid


def grid(**values: Any) -> PaperMarket:
    return PaperMarket(bot("grid", **{"lower": 90, "upper": 110, "cells": 4, "cell_quantity": 1} | values))


def test_grid_bids_below_the_price_and_asks_above() -> None:
    market = grid()
    market.show(mid_book(100))
    assert market.sides() == ([(95, 1), (90, 1)], [(105, 1), (110, 1)])


def test_grid_earns_the_distance_with_every_round() -> None:
    market = grid()
    market.show(mid_book(100))
    for _ in range(3):
        market.hit("sell", 1)
        market.show(mid_book(95))
        assert market.sides() == ([(90, 1)], [(100, 1), (105, 1), (110, 1)])
        market.hit("buy", 1)
        market.show(mid_book(100))
    assert market.inventory == 0
    assert market.cash == 15


def test_grid_turns_a_cell_only_when_it_is_whole() -> None:
    market = grid()
    market.show(mid_book(100))
    market.hit("sell", "0.4")
    market.show(mid_book(96))
    assert market.sides()[0][0] == (95, Decimal("0.6"))
    market.hit("sell", "0.6")
    market.show(mid_book(95))
    assert market.sides()[1][0] == (100, 1)


def test_grid_below_its_range_holds_all_that_it_could_buy_and_only_asks() -> None:
    market = grid()
    market.show(mid_book(100))
    market.hit("sell", 2)
    market.show(mid_book(80))
    assert market.sides() == ([], [(95, 1), (100, 1), (105, 1), (110, 1)])
    assert market.inventory == 2


@pytest.mark.parametrize(
    ("name", "values", "field"),
    [
        ("grid", {"lower": 10, "upper": 10, "cells": 2, "cell_quantity": 1}, "upper: Value error, must be above lower"),
        ("pure-market-making", {"skew_bps": 5}, "skew_bps: Value error, needs an inventory_band"),
        ("pure-market-making", {"levels": 2}, "level_spread_bps: Value error, must be above 0"),
        ("pure-market-making", {"skew_bps": 10, "inventory_band": 1}, "skew_bps: Value error, must be below both"),
        (
            "pure-market-making",
            {"hanging_orders": True, "hanging_cancel_bps": 10},
            "hanging_cancel_bps: Value error, must be above both spreads",
        ),
        ("lmsr", {"liquidity": 1, "level_quantity": 1}, "neutral_base: Field required"),
        (
            "lmsr",
            {"liquidity": 1, "level_quantity": 1, "neutral_base": 1, "start_probability": 1},
            "start_probability:",
        ),
    ],
)
def test_a_contradictory_config_names_the_field(name: str, values: dict[str, Any], field: str) -> None:
    if name == "pure-market-making":
        values = {"order_quantity": 1, "bid_spread_bps": 10, "ask_spread_bps": 10} | values
    with pytest.raises(ConfigError) as refusal:
        bot(name, **values)
    assert f"config: {field}" in str(refusal.value)
