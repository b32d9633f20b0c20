"""Own orders: answers and the account's stream in any order come to the same."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from exchange_bots.bot.core import BotCore
from exchange_bots.bot.own_orders import OwnOrders
from exchange_bots.play.actions import Side
from exchange_bots.strategies import make_bot
from exchange_sdk import AmendOrder, Order, OrderResult, OrderStatus, OrderType, TimeInForce
from exchange_sdk import Side as SdkSide


def order(key: str, filled: int, *, status: OrderStatus = OrderStatus.OPEN, quantity: int = 10) -> Order:
    nothing = Decimal(0)
    return Order(
        order_id=1, account_id=1001, market="A-B", client_order_id=key, side=SdkSide.BUY, type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC, post_only=True, price=Decimal(100), quantity=Decimal(quantity),
        filled_quantity=Decimal(filled), open_quantity=Decimal(quantity - filled), filled_quote=nothing, fee=nothing,
        status=status, close_reason=None, create_time_ns=1, update_time_ns=1,
    )  # fmt: skip


def place(orders: OwnOrders, filled: int = 0, key: str = "k") -> None:
    orders.placed(key, Side.BUY, Decimal(100), Decimal(10), Decimal(filled), rests=True)


def resting(orders: OwnOrders) -> list[tuple[Any, ...]]:
    return [(each.price, each.quantity, each.open_quantity) for each in orders.resting()]


@pytest.mark.parametrize("answer_after", [0, 1, 2])
@pytest.mark.parametrize("answered_fill", [0, 3, 5])
def test_fills_only_grow_whenever_the_answer_comes(answer_after: int, answered_fill: int) -> None:
    orders = OwnOrders()
    for number, filled in enumerate((3, 5)):
        if number == answer_after:
            place(orders, answered_fill)
        orders.heard([order("k", filled)])
    if answer_after == 2:
        place(orders, answered_fill)
    assert resting(orders) == [(100, 10, 5)]


@pytest.mark.parametrize("status", [OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.EXPIRED])
def test_an_order_whose_end_is_heard_before_its_answer_does_not_come_back(status: OrderStatus) -> None:
    orders = OwnOrders()
    orders.heard([order("k", 10, status=status)])
    place(orders)
    assert resting(orders) == []


def test_an_old_update_does_not_undo_an_amend() -> None:
    orders = OwnOrders()
    place(orders)
    orders.amended("k", Decimal(90), Decimal(20), Decimal(4), rests=True)
    orders.heard([order("k", 2)])
    assert resting(orders) == [(90, 20, 16)]


def test_what_self_trade_prevention_took_is_gone_like_a_fill() -> None:
    orders = OwnOrders()
    place(orders)
    orders.heard([replace(order("k", 2), prevented_quantity=Decimal(3))])
    assert resting(orders) == [(100, 10, 5)]


def test_an_amend_that_filled_the_order_ends_it() -> None:
    orders = OwnOrders()
    place(orders)
    orders.amended("k", Decimal(101), Decimal(10), Decimal(10), rests=False)
    assert len(orders) == 0


@pytest.mark.parametrize("price", [Decimal(101), None])
def test_an_amend_that_is_answered_when_the_end_of_its_order_was_heard_changes_nothing(price: Decimal | None) -> None:
    """It was amended, then filled; the account's stream was quicker than the answer."""
    bot = make_bot("twap", {"market": "A-B", "side": "buy", "quantity": 1, "duration_seconds": 1, "slices": 1})
    core = BotCore(bot.config, bot, "run")
    place(core.orders)
    place(core.orders, key="other")
    core.orders.heard([order("k", 10, status=OrderStatus.FILLED)])
    amends = [AmendOrder(client_order_id=key, price=price, quantity=Decimal(8)) for key in ("k", "other")]
    nothing = Decimal(0)
    core.answered(
        0,
        amends,
        [OrderResult(1, key, OrderStatus.OPEN, nothing, nothing, nothing, False, None) for key in ("k", "other")],
    )
    assert resting(core.orders) == [(price or 100, 8, 8)]
    assert core.counts["amends"] == 2
