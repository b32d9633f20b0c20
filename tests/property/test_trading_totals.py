"""Trading totals against average cost by fractions: exact but for the stated rounding, and nothing from nowhere."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange_server.engine.entities import Asset, Market
from exchange_server.engine.types import SIDE_BUY, SIDE_SELL, AssetId, Atoms, MarketId, Ppm, Ticks
from exchange_server.projections.postgres.trading_totals import TradingTotals
from exchange_server.wire.portfolio import position_message, unrealized_atoms
from tests.simple_positions import SimplePosition, check_totals

ATOMS_PER_TICK_LOT = 3
MARKET_ID = 1

trades = st.lists(
    st.tuples(
        st.integers(0, 3),  # buyer
        st.integers(1, 3),  # seller, counted from the buyer on
        st.integers(1, 12) | st.integers(1, 300),  # lots
        st.integers(1, 9) | st.integers(10**6, 10**7),  # price in ticks
        st.integers(-5, 5),
        st.integers(-5, 5),
    ),
    max_size=60,
)


def market(last_price_ticks: int = 0) -> Market:
    base, quote = Asset(AssetId(1), "BTC", 8), Asset(AssetId(2), "USDC", 6)
    made = Market(
        MarketId(MARKET_ID), base, quote, 5, 1, 1, 3, Atoms(0), Ppm(0), Ppm(0), ATOMS_PER_TICK_LOT, 10**5, 1, 1
    )
    made.last_price_ticks = Ticks(last_price_ticks)
    return made


@settings(max_examples=300)
@given(trades, st.integers(0, 10**7))
def test_totals_equal_average_cost_by_fractions_and_the_profits_of_all_sum_to_zero(
    flow: list[tuple[int, int, int, int, int, int]], last_price_ticks: int
) -> None:
    totals: dict[int, TradingTotals] = {}
    simple: dict[tuple[int, int], SimplePosition] = {}
    for time_ns, (buyer, distance, lots, price, buyer_fee, seller_fee) in enumerate(flow):
        cost = price * lots * ATOMS_PER_TICK_LOT
        for account, side, fee in (
            (buyer, SIDE_BUY, buyer_fee),
            ((buyer + distance) % 4, SIDE_SELL, seller_fee),
        ):
            totals.setdefault(account, TradingTotals()).add(side, lots, cost, fee, time_ns)
            simple.setdefault((account, MARKET_ID), SimplePosition()).add(side, lots, cost, fee, time_ns)
        check_totals([total.row((account, MARKET_ID)) for account, total in totals.items()], simple)
    at = market(last_price_ticks)
    assert sum(total.net_lots for total in totals.values()) == 0
    assert sum(total.realized_atoms + unrealized_atoms(at, total) for total in totals.values()) == 0


@pytest.mark.parametrize(
    ("fills", "net", "average", "realized"),
    [
        # Bought 2 at 100, 1 at 103: 101 on average; 1 sold at 110 wins 9.
        ([(1, 2, 100), (1, 1, 103), (2, 1, 110)], 2, 101, 9),
        # All sold: what is left of the cost is all of it.
        ([(1, 3, 100), (2, 3, 90)], 0, None, -30),
        # More sold than held: 2 are closed at 110, 3 opened there.
        ([(1, 2, 100), (2, 5, 110)], -3, 110, 20),
        # And back through zero: 3 bought back at 100 win 30, 1 opened there.
        ([(1, 2, 100), (2, 5, 110), (1, 4, 100)], 1, 100, 50),
        # The example of docs/portfolio.md.
        ([(1, 2, 100), (1, 1, 103), (2, 1, 110), (2, 5, 108)], -3, 108, 23),
        ([(1, 2, 100), (1, 1, 103), (2, 1, 110), (2, 5, 108), (1, 3, 100)], 0, None, 47),
        # Sold first: 4 at 50 on average 50, 1 bought back at 60 loses 10.
        ([(2, 4, 50), (1, 1, 60)], -3, 50, -10),
    ],
)
def test_a_fill_closes_first_and_opens_with_what_is_left(
    fills: list[tuple[int, int, int]], net: int, average: int | None, realized: int
) -> None:
    total = TradingTotals()
    for side, lots, price in fills:
        total.add(side, lots, lots * price, 0, 1)
    assert (total.net_lots, total.realized_atoms) == (net, realized)
    assert total.open_cost_atoms == (0 if average is None else average * abs(net))


def test_half_an_atom_goes_to_the_even_one() -> None:
    # One lot at an atom and one at two; half of three atoms is two, half of five (two and three) is two as well.
    for prices, closed in (((1, 2), 2), ((2, 3), 2), ((3, 4), 4)):
        total = TradingTotals()
        for price in prices:
            total.add(SIDE_BUY, 1, price, 0, 1)
        total.add(SIDE_SELL, 1, 10, 0, 1)
        assert total.realized_atoms == 10 - closed
        assert total.open_cost_atoms == sum(prices) - closed


@settings(max_examples=200)
@given(st.integers(1, 10**6), st.integers(0, 10**15), st.sampled_from([1, -1]))
def test_the_average_price_is_cost_by_quantity_rounded_down_to_eighteen_decimals(
    lots: int, cost_atoms: int, sign: int
) -> None:
    told = position_message(market(7), TradingTotals(sign * lots, cost_atoms)).average_price
    # A lot is 0.001 BTC, an atom a millionth of a USDC.
    exact = Fraction(cost_atoms, 10**6) / Fraction(lots, 1000)
    assert 0 <= exact - Fraction(told) < Fraction(1, 10**18)
