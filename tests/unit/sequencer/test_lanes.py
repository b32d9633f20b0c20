import asyncio
from collections.abc import Sequence

import pytest

from exchange_server.engine.commands import (
    AmendOrder,
    BatchOrders,
    CancelAllOrders,
    CancelOrder,
    CancelReplaceOrder,
    CancelSessionOrders,
    Command,
    CreateAccount,
    Credit,
    ExpireOrders,
    PlaceBracketOrder,
    PlaceOcoOrder,
    PlaceOrder,
    RunCancelAllAfter,
    SetCancelAllAfter,
)
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.types import (
    PEG_OWN,
    SIDE_BUY,
    TIF_GTC,
    TYPE_PEGGED,
    AssetId,
    Atoms,
    Lots,
    MarketId,
    OrderId,
    Ticks,
    TimeNs,
)
from exchange_server.sequencer.lanes import LANE_CANCEL, LANE_POST_ONLY, LANE_REST, Lanes, Unit, lane_of
from tests.journal_support import BUYER, order

CANCEL = CancelOrder(BUYER, OrderId(7), "")
CANCEL_ALL = CancelAllOrders(BUYER, MarketId(0))
POST_ONLY = order(BUYER, SIDE_BUY, 5, 1, post_only=True)
PEGGED_TERMS = SpecialTerms(TYPE_PEGGED, TIF_GTC, False, peg_reference=PEG_OWN)
PEGGED = PlaceOrder(BUYER, MarketId(1), SIDE_BUY, PEGGED_TERMS, Ticks(5), Lots(1), "")
PLAIN = order(BUYER, SIDE_BUY, 5, 1)
LESS = AmendOrder(BUYER, OrderId(7), "", Ticks(0), Lots(3))
NEARER = AmendOrder(BUYER, OrderId(7), "", Ticks(6), Lots(0))


@pytest.mark.parametrize(
    ("commands", "lane"),
    [
        ([CANCEL], LANE_CANCEL),
        ([CANCEL_ALL, CANCEL], LANE_CANCEL),
        ([POST_ONLY], LANE_POST_ONLY),
        ([CANCEL, POST_ONLY], LANE_POST_ONLY),
        ([PEGGED, CANCEL], LANE_POST_ONLY),
        ([POST_ONLY, CANCEL], LANE_POST_ONLY),
        ([PLAIN], LANE_REST),
        ([CANCEL, POST_ONLY, PLAIN], LANE_REST),
        ([PLAIN, CANCEL], LANE_REST),
        ([LESS], LANE_POST_ONLY),
        ([CANCEL, LESS], LANE_POST_ONLY),
        ([LESS, CANCEL], LANE_POST_ONLY),
        ([NEARER], LANE_REST),
        ([LESS, NEARER], LANE_REST),
        ([CancelReplaceOrder(CANCEL, POST_ONLY, True)], LANE_REST),
        ([PlaceOcoOrder(POST_ONLY, POST_ONLY)], LANE_REST),
        ([BatchOrders([CANCEL])], LANE_CANCEL),
        ([BatchOrders([LESS, CANCEL])], LANE_POST_ONLY),
        ([BatchOrders([CANCEL, PLAIN])], LANE_REST),
        ([PlaceBracketOrder(POST_ONLY, POST_ONLY, POST_ONLY)], LANE_REST),
        ([SetCancelAllAfter(BUYER, 0)], LANE_CANCEL),
        ([RunCancelAllAfter(BUYER, TimeNs(1)), ExpireOrders()], LANE_CANCEL),
        ([CancelSessionOrders(BUYER, 1)], LANE_CANCEL),
        ([CreateAccount("a")], LANE_REST),
        ([Credit(BUYER, AssetId(1), Atoms(1), "")], LANE_REST),
    ],
)
def test_a_unit_waits_in_the_lane_of_its_least_urgent_command(commands: Sequence[Command], lane: int) -> None:
    assert lane_of(commands) == lane


async def test_cancels_go_first_then_post_only_then_the_rest_and_each_lane_is_first_come_first_served() -> None:
    lanes = Lanes(limit=100)
    units = [_unit([command]) for command in (PLAIN, POST_ONLY, CANCEL) * 3]
    for unit in units:
        lanes.push(unit)
    expected = [units[index] for index in (2, 5, 8, 1, 4, 7, 0, 3, 6)]
    assert [lanes.pop() for _ in units] == expected
    assert lanes.pop() is None


async def test_the_bound_counts_commands_and_a_larger_unit_fits_only_alone() -> None:
    lanes = Lanes(limit=10)
    assert lanes.push(_unit([PLAIN] * 50))
    assert not lanes.push(_unit([PLAIN]))
    lanes.pop()
    assert lanes.push(_unit([PLAIN] * 4))
    assert lanes.push(_unit([PLAIN] * 6))
    assert not lanes.push(_unit([PLAIN]))
    assert lanes.waiting == 10


async def test_cancels_find_room_when_orders_have_filled_the_queue() -> None:
    lanes = Lanes(limit=8)
    assert lanes.push(_unit([PLAIN] * 8))
    assert not lanes.push(_unit([CANCEL, POST_ONLY]))
    assert lanes.push(_unit([CANCEL] * 2))
    assert not lanes.push(_unit([CANCEL]))


def _unit(commands: Sequence[Command]) -> Unit:
    return Unit(commands, 0, asyncio.get_running_loop().create_future())
