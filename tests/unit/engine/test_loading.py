"""Orders that were loaded rest where they did, and reserve what they did."""

import pytest

from bench.engine_flow import apply_all, opening
from exchange_server.engine import Engine
from exchange_server.engine import types as t
from exchange_server.engine.commands import CreateMarket, PlaceOrder, SetMarketStatus
from exchange_server.engine.invariants import check
from exchange_server.engine.risk import buy_need
from exchange_server.engine.terms import GOOD_TILL_CANCELED, IMMEDIATE_OR_CANCEL, Terms

ANN = t.AccountId(1001)
BOB = t.AccountId(1002)
FIRST, SECOND = t.MarketId(1), t.MarketId(2)


def _order(
    account: t.AccountId, market: t.MarketId, side: int, lots: int, terms: Terms = GOOD_TILL_CANCELED
) -> PlaceOrder:
    return PlaceOrder(account, market, side, terms, t.Ticks(1_003), t.Lots(lots), "")


def _engine() -> Engine:
    """Return an engine with two markets of the same assets; makers of the second pay an odd fee."""
    engine = Engine()
    second = CreateMarket("USDC", "BTC", 1, 3, 1, 5, t.Atoms(1), t.Ppm(333), t.Ppm(401))
    apply_all(engine, [*opening(), second])
    assert SECOND in engine.markets
    return engine


def _assert_loads(engine: Engine) -> None:
    twin = Engine.load(engine.dump())
    check(twin)
    assert twin.state_hash() == engine.state_hash()
    for market_id in engine.markets:
        for side in (t.SIDE_BUY, t.SIDE_SELL):
            assert twin.levels(market_id, side) == engine.levels(market_id, side)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((FIRST, t.SIDE_SELL), (SECOND, t.SIDE_SELL)),
        ((FIRST, t.SIDE_SELL), (SECOND, t.SIDE_BUY)),
        ((FIRST, t.SIDE_BUY), (FIRST, t.SIDE_SELL)),
    ],
)
def test_neighbours_at_one_price_may_rest_in_two_books(
    one: tuple[t.MarketId, int], other: tuple[t.MarketId, int]
) -> None:
    engine = _engine()
    apply_all(engine, [SetMarketStatus(market_id, t.MARKET_AUCTION) for market_id in (FIRST, SECOND)])
    lots = 10**6
    apply_all(engine, [_order(ANN, *one, lots), _order(BOB, *other, lots + 1)])
    assert len(engine.dump().open_orders) == 2
    _assert_loads(engine)


def test_a_buy_that_paid_fees_reserves_what_is_left_of_them() -> None:
    engine = _engine()
    for lots in range(100, 120):
        apply_all(
            engine,
            [
                _order(ANN, SECOND, t.SIDE_BUY, lots),
                _order(BOB, SECOND, t.SIDE_SELL, 7, IMMEDIATE_OR_CANCEL),
            ],
        )
    market = engine.markets[SECOND]
    partly = [order for order in engine.open_orders(ANN) if order.fee_micro]
    assert sum(buy_need(market, order.price_ticks, order.open_lots, 0) for order in partly) != sum(
        buy_need(market, order.price_ticks, order.open_lots, order.fee_micro) for order in partly
    )
    _assert_loads(engine)
