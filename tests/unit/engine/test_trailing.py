"""Many trailing stops at once do what each would alone, looked at one by one."""

import random

import pytest

from exchange_server.engine import types as t
from exchange_server.engine.entities import Asset, Market
from exchange_server.engine.orders import Order
from exchange_server.engine.specials import Extreme, Special
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.trailing import TrailingStops

MARKET = Market(
    t.MarketId(1),
    Asset(t.AssetId(1), "AAA", 0),
    Asset(t.AssetId(2), "QQQ", 0),
    *(1, 0, 1, 0, t.Atoms(0), t.Ppm(0), t.Ppm(0), 1, 1, t.MARKET_OPEN, 1),
)


class Alone:
    """A stop that is looked at for itself, by docs/orders.md."""

    def __init__(self, buys: bool, offset: int, bps: int, activation: int, extreme: int) -> None:
        self.buys, self.offset, self.bps, self.activation = buys, offset, bps, activation
        self.active = activation == 0
        self.extreme = extreme

    def fires(self, price: int) -> bool:
        if not self.active:
            self.active = price <= self.activation if self.buys else price >= self.activation
            if not self.active:
                return False
        if self.extreme == 0 or (price < self.extreme if self.buys else price > self.extreme):
            self.extreme = price
        if self.buys and self.bps:
            return price * 10_000 >= self.extreme * (10_000 + self.bps)
        if self.buys:
            return price >= self.extreme + self.offset
        if self.bps:
            return price * 10_000 <= self.extreme * (10_000 - self.bps)
        return price <= self.extreme - self.offset


def stop_of(order_id: int, alone: Alone) -> Order:
    order = Order()
    order.order_id = t.OrderId(order_id)
    order.market = MARKET
    order.side = t.SIDE_BUY if alone.buys else t.SIDE_SELL
    order.terms = SpecialTerms(
        t.TYPE_TRAILING_STOP,
        t.TIF_IOC,
        False,
        trailing_offset_ticks=t.Ticks(alone.offset),
        trailing_offset_bps=alone.bps,
        activation_price_ticks=t.Ticks(alone.activation),
    )
    order.special = Special(t.Ticks(0), t.Lots(1))
    order.special.active = alone.active
    order.special.extreme = Extreme(t.Ticks(alone.extreme))
    return order


@pytest.mark.parametrize("buys", [True, False])
@pytest.mark.parametrize("seed", range(12))
def test_stops_fire_and_follow_as_each_would_alone(buys: bool, seed: int) -> None:
    draw = random.Random(seed)
    spread = draw.choice([8, 60, 1_000])
    stops = TrailingStops(buys)
    waiting: dict[int, tuple[Alone, Order]] = {}
    price = 10_000
    for number in range(1, 1_500):
        what = draw.random()
        if what < 0.45:
            bps = draw.choice([0, draw.randint(1, 400)])
            activation = draw.choice([0, 0, max(1, price + draw.randint(-spread, spread))])
            extreme = 0 if activation else draw.choice([0, max(1, price + draw.randint(-spread, spread))])
            alone = Alone(buys, 0 if bps else draw.randint(1, spread * 3), bps, activation, extreme)
            order = stop_of(number, alone)
            stops.add(order)
            waiting[number] = alone, order
        elif what < 0.6 and waiting:
            gone = draw.choice(list(waiting))
            stops.remove(waiting.pop(gone)[1])
        else:
            price = max(1, price + draw.randint(-spread, spread))
            notices = price >= stops.noticed_from or price <= stops.noticed_up_to
            before = [(alone.active, alone.extreme) for alone, _ in waiting.values()]
            fired = [number for number, (alone, _) in waiting.items() if alone.fires(price)]
            assert notices or (not fired and before == [(alone.active, alone.extreme) for alone, _ in waiting.values()])
            assert sorted(order.order_id for order in stops.reached_by(t.Ticks(price))) == fired
            for number_fired in fired:
                stops.remove(waiting.pop(number_fired)[1])
        assert stops.count == len(waiting) == len(list(stops))
        for alone, order in waiting.values():
            assert (order.special.active, order.special.extreme.ticks) == (alone.active, alone.extreme)


def test_a_stop_that_has_fired_and_waits_for_its_turn_moves_no_more() -> None:
    stops = TrailingStops(False)
    order = stop_of(1, Alone(False, 5, 0, 0, 100))
    stops.add(order)
    assert stops.reached_by(t.Ticks(95)) == [order]
    assert stops.reached_by(t.Ticks(200)) == []
    assert order.special.extreme.ticks == 100
    stops.remove(order)
    assert list(stops) == []


def test_the_first_tick_fires_a_stop() -> None:
    stops = TrailingStops(False)
    order = stop_of(1, Alone(False, 5, 0, 0, 6))
    stops.add(order)
    assert stops.reached_by(t.Ticks(2)) == []
    assert stops.reached_by(t.Ticks(1)) == [order]
