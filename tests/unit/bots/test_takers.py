"""Takers in known markets: what they take, and when they leave it."""

from decimal import Decimal
from typing import Any

import pytest

from exchange_bots.bot.config import ConfigError
from exchange_bots.bot.strategy import Strategy
from exchange_bots.bot.view import Take
from exchange_bots.play.actions import Side
from exchange_bots.strategies import make_bot
from tests.unit.bots.paper_market import PaperMarket
from tests.unit.bots.views import mid_book


def bot(strategy: str, **values: Any) -> Strategy[Any]:
    return make_bot(strategy, {"market": "BTC-USDC", **values})


def sides_and_sizes(takes: list[Take]) -> list[tuple[Any, Any]]:
    return [(take.side, take.quantity) for take in takes]


# ---------------------------------------------------------------- noise


def noise(**values: Any) -> PaperMarket:
    values = {"rate": 0.5, "typical_quantity": "0.1", "inventory_band": 5, "self_excitation": 0.5} | values
    return PaperMarket(bot("noise", **values))


def run(market: PaperMarket, seconds: int, mid: float = 1000.0) -> PaperMarket:
    for step in range(seconds * 2):
        market.show(mid_book(mid, at=step / 2), at=step / 2)
    return market


def test_noise_trades_both_sides_at_its_rate_and_stays_near_neutral() -> None:
    """μ 0.5 a side and a branching ratio of 0.6 make 2.5 orders a second."""
    market = run(noise(), 600)
    assert 0.7 * 1500 < len(market.taken) < 1.3 * 1500
    bought = sum(take.side is Side.BUY for take in market.taken)
    assert 0.4 < bought / len(market.taken) < 0.6
    assert abs(market.inventory) < 5


def test_noise_is_the_same_for_the_same_seed_and_differs_by_seed_and_name() -> None:
    first = run(noise(seed=3), 60).taken
    assert first == run(noise(seed=3), 60).taken
    assert first != run(noise(seed=4), 60).taken
    assert first != run(noise(seed=3, name="another"), 60).taken


def test_noise_beyond_its_band_trades_only_back() -> None:
    market = noise(inventory_band=1)
    market.inventory = Decimal(100)
    assert {take.side for take in run(market, 60).taken} == {Side.SELL}


def test_noise_does_not_make_up_for_a_pause() -> None:
    market = run(noise(), 10)
    before = len(market.taken)
    market.show(mid_book(1000, at=4000), at=4000)
    assert len(market.taken) - before <= 5


# ---------------------------------------------------------------- momentum


def momentum(**values: Any) -> PaperMarket:
    values = {"quantity": 2, "fast_seconds": 5, "slow_seconds": 20, "threshold_bps": 5} | values
    return PaperMarket(bot("momentum", **values))


def test_momentum_buys_a_rise_once_turns_when_it_falls_and_leaves_calm_alone() -> None:
    market = momentum()
    at = 0
    for _ in range(60):
        at += 1
        market.show(mid_book(1000, at=at), at=at)
    assert market.taken == []
    for step in range(20):
        at += 1
        market.show(mid_book(1000 + step, at=at), at=at)
    assert sides_and_sizes(market.taken) == [(Side.BUY, 2)]
    for step in range(60):
        at += 1
        market.show(mid_book(1020 - step, at=at), at=at)
    # From +2 to −2.
    assert sides_and_sizes(market.taken[1:]) == [(Side.SELL, 4)]
    assert market.inventory == -2


# ---------------------------------------------------------------- mean reversion


def test_mean_reversion_sells_a_spike_and_goes_home_when_the_price_does() -> None:
    market = PaperMarket(bot("mean-reversion", quantity=2, memory_seconds=30, entry=3, exit=1))
    at = 0
    for step in range(100):
        at += 1
        market.show(mid_book(1000 + (step % 2), at=at), at=at)
    assert market.taken == []
    market.show(mid_book(1010, at=at + 1), at=at + 1)
    assert sides_and_sizes(market.taken) == [(Side.SELL, 2)]
    market.show(mid_book(1000.5, at=at + 2), at=at + 2)
    assert sides_and_sizes(market.taken[1:]) == [(Side.BUY, 2)]
    assert market.inventory == 0
    assert market.cash == 2 * (Decimal("1009.5") - 1001)


def test_mean_reversion_buys_a_dip() -> None:
    market = PaperMarket(bot("mean-reversion", quantity=2, memory_seconds=30, entry=3, exit=1))
    for at in range(100):
        market.show(mid_book(1000 + (at % 2), at=at), at=at)
    market.show(mid_book(990, at=100), at=100)
    assert market.inventory == 2


# ---------------------------------------------------------------- TWAP


def twap(**values: Any) -> PaperMarket:
    values = {"side": "buy", "quantity": 10, "duration_seconds": 100, "slices": 10} | values
    return PaperMarket(bot("twap", **values))


def test_twap_takes_a_slice_at_each_time_and_stops_when_it_is_done() -> None:
    market = twap()
    done = []
    for at in range(0, 200, 5):
        market.show(mid_book(1000, at=at), at=at)
        done.append(market.inventory)
    assert done[:20:2] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert done[1::2][:9] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert market.inventory == 10


def test_twap_waits_beyond_its_limit_and_makes_up_for_it() -> None:
    market = twap(limit_price=1010, slippage_bps=100)
    for at in range(0, 50, 10):
        market.show(mid_book(1020, at=at), at=at)
    assert market.taken == []
    market.show(mid_book(1005, at=50), at=50)
    (take,) = market.taken
    assert sides_and_sizes([take]) == [(Side.BUY, 6)]
    assert take.price == 1010


def test_twap_sells() -> None:
    market = twap(side="sell", quantity=4, slices=4)
    for at in range(0, 101, 25):
        market.show(mid_book(1000, at=at), at=at)
    assert market.inventory == -4


@pytest.mark.parametrize(
    ("name", "values", "line"),
    [
        (
            "noise",
            {"typical_quantity": 1, "inventory_band": 1, "cross_excitation": 0.7},
            "cross_excitation: Value error",
        ),
        ("momentum", {"quantity": 1, "fast_seconds": 9, "slow_seconds": 9}, "slow_seconds: Value error, must be above"),
        ("mean-reversion", {"quantity": 1, "entry": 1, "exit": 1}, "exit: Value error, must be below entry"),
        ("twap", {"quantity": 1, "duration_seconds": 1, "side": "up"}, "side: Input should be 'buy' or 'sell'"),
    ],
)
def test_a_contradictory_config_names_the_field(name: str, values: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        bot(name, **values)
    assert f"config: {line}" in str(refusal.value)
