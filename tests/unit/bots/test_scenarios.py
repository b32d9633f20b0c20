"""Every strategy in a known market on the engine itself: where it quotes or takes, how it reacts, when it stops.

The market is a venue that says what the test wants, mirrored as live bots mirror it; nothing is on paper.
"""

from decimal import Decimal
from typing import Any

import pytest

from exchange_bots.bot.safety import State
from exchange_bots.bot.view import Terms
from exchange_bots.feed.messages import Level, book_text
from exchange_bots.strategies import STRATEGIES
from tests.unit.bots.views import START
from tests.unit.bots.virtual_market import VirtualMarket

NOTHING: tuple[list[Any], list[Any]] = ([], [])


def state(market: VirtualMarket) -> State:
    return market.test.bot_state


def silence(market: VirtualMarket, at: float) -> None:
    """Let five seconds pass in which only a coin is heard of that nobody looks at."""
    market.say(at + 5, book_text("OTHER", START, [Level(Decimal(1), Decimal(1))], [Level(Decimal(2), Decimal(1))]))


def test_mirror_maker_quotes_the_venues_levels_follows_them_and_leaves_when_the_venue_is_silent() -> None:
    market = VirtualMarket("mirror-maker", levels=2, scale="0.5")
    market.book(0, 100, size=4)
    assert market.quotes() == (
        [(Decimal("99.5"), 2), (Decimal("99.4"), 2)],
        [(Decimal("100.5"), 2), (Decimal("100.6"), 2)],
    )
    market.book(1, 103, size=6)
    assert market.quotes() == (
        [(Decimal("102.5"), 3), (Decimal("102.4"), 3)],
        [(Decimal("103.5"), 3), (Decimal("103.6"), 3)],
    )
    silence(market, 1)
    assert market.quotes() == NOTHING
    assert state(market) is State.PAUSED
    market.book(7, 103, size=6)
    assert len(market.quotes()[0]) == 2
    assert market.conserved()


def test_mirror_taker_repeats_the_venues_trades_at_its_price_and_none_of_a_doubtful_book() -> None:
    market = VirtualMarket("mirror-taker", scale="0.5")
    market.book(0, 100)
    market.trade(1, "buy", "100.5", 3)
    assert market.inventory() == Decimal("1.5")
    market.trade(2, "sell", "99.5", 1)
    assert market.inventory() == 1
    crossed = book_text("BTC", START, [Level(Decimal(102), Decimal(1))], [Level(Decimal(101), Decimal(1))])
    market.say(3, crossed)
    market.trade(4, "buy", "100.5", 3)
    assert market.inventory() == 1
    # Bought 1.5 at 100.5, sold half at 99.5; the last sound book says 100.
    market.book(5, 100)
    report = market.report()
    assert [report.realised, report.unrealised, report.result] == [Decimal("-0.5"), Decimal("-0.5"), -1]


def stoikov(**settings: Any) -> VirtualMarket:
    """Let the price go up and down by a unit every second, until the bot has measured it."""
    values = {"order_quantity": 1, "warm_up_seconds": 5, "tolerance_ticks": 0, "risk_aversion": 0.1} | settings
    market = VirtualMarket("avellaneda-stoikov", **values)
    for second in range(20):
        market.book(second, 1000 + second % 2, spread=20)
    return market


def test_avellaneda_stoikov_quotes_around_the_price_leans_against_what_it_got_and_stops_at_its_limit() -> None:
    market = stoikov(inventory_limit=2)
    (bid, _), (ask, _) = market.quotes()[0][0], market.quotes()[1][0]
    assert abs((bid + ask) / 2 - 1001) <= Decimal("0.1")
    # The bot is better than the mirror, and so is hit first.
    market.trade(20, "sell", bid, 1)
    assert market.inventory() == 1
    market.book(20.5, 1001, spread=20)
    (bid_then, _), (ask_then, _) = market.quotes()[0][0], market.quotes()[1][0]
    assert (bid_then + ask_then) / 2 < (bid + ask) / 2 - Decimal("0.3")
    market.trade(21, "sell", bid_then, 1)
    market.book(21.5, 1001, spread=20)
    assert market.inventory() == 2
    bids, asks = market.quotes()
    assert (len(bids), len(asks)) == (0, 1)
    assert market.conserved()


def test_avellaneda_stoikov_halts_for_good_beyond_its_largest_inventory() -> None:
    market = stoikov(safety={"max_inventory": "0.5"})
    bid = market.quotes()[0][0][0]
    market.trade(20, "sell", bid, 1)
    assert (market.inventory(), state(market), market.quotes()) == (1, State.HALTED, NOTHING)
    market.trade(21, "buy", 1010, 1)
    market.book(22, 1001, spread=20)
    assert (state(market), market.quotes()) == (State.HALTED, NOTHING)


RAIN = Terms("RAIN-USDC", Decimal("0.001"), Decimal(1))


def test_lmsr_asks_more_the_more_it_sold_whatever_the_venue_says_and_never_loses_beyond_its_bound() -> None:
    market = VirtualMarket("lmsr", terms=RAIN, neutral_base=1000, liquidity=100, level_quantity=10, levels=2, fee_bps=0)

    def far(at: float) -> None:
        market.levels(at, [Level(Decimal("0.2"), Decimal(9))], [Level(Decimal("0.9"), Decimal(9))])

    far(0)
    first = market.quotes()
    assert first == (
        [(Decimal("0.487"), 10), (Decimal("0.462"), 10)],
        [(Decimal("0.513"), 10), (Decimal("0.538"), 10)],
    )
    market.trade(1, "buy", "0.538", 20)
    far(2)
    bids, asks = market.quotes()
    assert market.inventory() == -20
    # After 20 shares the rule's price is 1 / (1 + e^−0.2) = 0.5498.
    assert bids[0][0] < Decimal("0.5498") < asks[0][0]
    market.trade(3, "sell", "0.5", 20)
    far(4)
    assert (market.inventory(), market.quotes()) == (0, first)
    report = market.report()
    # What it bought back was at least as cheap as what it sold.
    assert report.result >= 0
    assert market.conserved()


def test_pure_market_making_quotes_at_its_distances_requotes_in_time_and_halts_on_its_drawdown() -> None:
    market = VirtualMarket(
        "pure-market-making",
        order_quantity=1,
        bid_spread_bps=10,
        ask_spread_bps=20,
        requote_seconds=2,
        safety={"max_drawdown": 5},
    )
    market.book(0, 1000, spread=10)
    assert market.quotes() == ([(999, 1)], [(1002, 1)])
    market.trade(1, "sell", 999, 1)
    assert (market.inventory(), market.quotes()) == (1, ([], [(1002, 1)]))
    market.book(2, 998, spread=10)
    assert market.quotes() == ([(Decimal("997.0"), 1)], [(Decimal("1000.0"), 1)])
    # Bought at 999: at 993 it is 6 behind.
    market.book(3, 993, spread=10)
    assert (state(market), market.quotes()) == (State.HALTED, NOTHING)
    report = market.report()
    # It had been 1 ahead, with 1,000 for what it bought at 999.
    assert [report.result, report.max_drawdown, report.counts["fills"]] == [-6, 7, 1]


def test_grid_earns_the_distance_less_fees_with_every_round_and_waits_below_its_range() -> None:
    market = VirtualMarket("grid", lower=90, upper=110, cells=4, cell_quantity=1, fees_ppm=(1_000, 0))
    market.book(0, 100, spread=16)
    assert market.quotes() == ([(95, 1), (90, 1)], [(105, 1), (110, 1)])
    market.trade(1, "sell", 95, 1)
    market.book(2, 96, spread=16)
    assert market.quotes() == ([(90, 1)], [(100, 1), (105, 1), (110, 1)])
    market.trade(3, "buy", 100, 1)
    market.book(4, 100, spread=16)
    assert market.quotes() == ([(95, 1), (90, 1)], [(105, 1), (110, 1)])
    assert market.inventory() == 0
    market.trade(5, "sell", 95, 1)
    market.book(6, 95, spread=16)
    market.trade(7, "sell", 90, 1)
    market.book(8, 80, spread=16)
    assert market.quotes()[0] == []
    assert market.inventory() == 2
    report = market.report()
    assert report.realised == 5
    assert report.fees == Decimal("0.095") + Decimal("0.1") + Decimal("0.095") + Decimal("0.09")
    assert report.unrealised == 80 * 2 - 95 - 90
    assert report.result == report.realised + report.unrealised - report.fees
    assert market.conserved()


def test_noise_takes_both_sides_stays_within_its_band_and_pays_the_spread_for_it() -> None:
    market = VirtualMarket(
        "noise", rate=0.5, typical_quantity="0.1", inventory_band=1, slippage_bps=100, fees_ppm=(0, 1_000)
    )
    for half in range(600):
        market.book(half / 2, 1000)
        assert abs(market.inventory()) < 3
    report = market.report()
    sides = [trade.side.value for trade in report.trades]
    assert min(sides.count("buy"), sides.count("sell")) > 0.3 * len(sides) > 30
    # Half of the spread of 1, or more, for all that it traded, and 1,000 ppm of about 1,000 a unit.
    traded = sum(trade.quantity for trade in report.trades)
    assert report.result < -traded * Decimal("0.5")
    assert float(report.fees) == pytest.approx(float(traded), rel=0.01)
    assert market.conserved()


def test_momentum_is_long_in_a_rise_short_in_a_fall_and_rests_in_a_calm() -> None:
    market = VirtualMarket("momentum", quantity=2, fast_seconds=5, slow_seconds=20, threshold_bps=5, slippage_bps=50)
    prices = [1000] * 30 + [1000 + step for step in range(20)] + [1020 - step for step in range(60)]
    seen = []
    for second, price in enumerate(prices):
        market.book(second, price)
        seen.append(market.inventory())
    assert set(seen[:30]) == {0}
    assert seen[49] == 2
    assert seen[-1] == -2
    # From nothing to 2 at once, and from 2 to −2 at once: nothing in between.
    assert [value for value, before in zip(seen[1:], seen, strict=False) if value != before] == [2, -2]
    report = market.report()
    assert (report.orders, report.fill_ratio) == (2, 1)
    assert report.result > 0


def test_momentum_loses_where_the_price_turns_as_soon_as_it_has_moved() -> None:
    market = VirtualMarket("momentum", quantity=2, fast_seconds=2, slow_seconds=8, threshold_bps=5, slippage_bps=50)
    for second in range(160):
        market.book(second, 1000 + (10 if second // 8 % 2 else 0))
    report = market.report()
    assert report.orders > 5
    assert report.realised < 0


def test_mean_reversion_sells_a_spike_buys_it_back_at_home_and_earns_the_way_back() -> None:
    market = VirtualMarket("mean-reversion", quantity=2, memory_seconds=30, entry=3, exit=1, slippage_bps=50)
    for second in range(60):
        market.book(second, 1000 + second % 2)
    assert market.inventory() == 0
    market.book(60, 1010)
    assert market.inventory() == -2
    # Between its limits it keeps what it has.
    market.book(61, 1004)
    assert market.inventory() == -2
    market.book(62, "1000.5")
    assert market.inventory() == 0
    # Sold at 1009.5, bought at 1001.
    assert market.report().result == 2 * Decimal("8.5")


def test_mean_reversion_loses_when_what_strays_goes_on() -> None:
    market = VirtualMarket("mean-reversion", quantity=2, memory_seconds=30, entry=3, exit=1, slippage_bps=50)
    for second in range(60):
        market.book(second, 1000 + second % 2)
    for second in range(60, 90):
        market.book(second, 1010 + 5 * (second - 60))
    assert market.report().result < -100


def test_twap_buys_a_slice_at_a_time_waits_beyond_its_limit_and_is_done_with_its_quantity() -> None:
    market = VirtualMarket(
        "twap", side="buy", quantity=10, duration_seconds=100, slices=10, limit_price=1010, slippage_bps=100
    )
    held = {}
    for second in range(0, 140, 2):
        market.book(second, 1020 if 40 <= second < 60 else 1000)
        held[second] = market.inventory()
    assert [held[second] for second in (0, 10, 20, 30)] == [1, 2, 3, 4]
    assert (held[38], held[58], held[60]) == (4, 4, 7)
    assert (held[98], held[138]) == (10, 10)
    report = market.report()
    assert report.fill_ratio == 1
    assert max(trade.price for trade in report.trades) <= 1010


def test_every_strategy_has_a_scenario_here() -> None:
    here = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    for strategy in STRATEGIES:
        assert any(name.startswith(strategy.replace("-", "_")) for name in here), strategy
