"""Orders that wait for their trigger are moved on the chart and in their tab: wholly, or not at all."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from exchange_sdk import NewOrder, Order, OrderType, SelfTradePrevention, TimeInForce
from tests.e2e.dev_process import wait_until
from tests.e2e.page.conftest import Clients
from tests.e2e.page.trader import MARKET, Trader


@pytest.fixture(autouse=True)
def last_trade(clients: Clients) -> None:
    """The last trade is at 3000."""
    clients["bob"].place_order(market=MARKET, side="sell", quantity="0.1", price="3000")
    clients["alice"].place_order(market=MARKET, side="buy", quantity="0.1", price="3000")


def only_order(clients: Clients) -> Order:
    (order,) = clients["alice"].list_orders(open_only=True)
    return order


def kept(order: Order) -> dict[str, Any]:
    """What a move must not change."""
    names = "side type time_in_force price quantity post_only slide self_trade_prevention expire_time_ns"
    return {name: getattr(order, name) for name in names.split()}


def test_a_stop_is_dragged_and_everything_else_of_it_stays(trader: Trader, clients: Clients) -> None:
    before = (
        clients["alice"]
        .place_order(
            market=MARKET,
            side="sell",
            quantity="0.3",
            type=OrderType.STOP_LIMIT,
            trigger_price="2999",
            price="2998.5",
            post_only=True,
            slide=True,
            self_trade_prevention=SelfTradePrevention.EXPIRE_BOTH,
            time_in_force=TimeInForce.GTT,
            expire_time=datetime(2199, 1, 1, 12, 0, 0, 123_456, UTC),
            client_order_id="guard",
        )
        .order
    )
    trader.sign_in("alice")
    line = trader.lines().get_by_role("slider")
    expect(line).to_have_attribute("aria-valuetext", "at 2,999.00")
    dragged_to = trader.drag_line(20)

    wait_until(lambda: only_order(clients).order_id != before.order_id, "another order in its place")
    after = only_order(clients)
    assert after.trigger_price is not None
    assert after.trigger_price < Decimal(2999)
    assert dragged_to == f"at {after.trigger_price:,.2f}"
    assert kept(after) == kept(before)
    assert after.client_order_id not in ("", "guard")
    expect(trader.lines()).to_have_count(1)
    expect(line).to_have_attribute("aria-valuetext", f"at {after.trigger_price:,.2f}")
    expect(trader.toast("Order waits for its trigger")).to_be_visible()
    expect(trader.toast("Order canceled")).to_have_count(0)


def test_a_move_of_a_stop_that_is_refused_leaves_it_where_it_was(trader: Trader, clients: Clients) -> None:
    before = (
        clients["alice"]
        .place_order(market=MARKET, side="sell", quantity="0.3", type=OrderType.STOP_MARKET, trigger_price="2999.95")
        .order
    )
    trader.sign_in("alice")
    line = trader.lines().get_by_role("slider")
    expect(line).to_have_attribute("aria-valuetext", "at 2,999.95")
    line.focus()
    # Above the last trade it would trigger at once.
    line.press("PageUp")
    line.press("Enter")
    expect(trader.toast("Order stays at 2,999.95")).to_be_visible()
    expect(line).to_have_attribute("aria-valuetext", "at 2,999.95")
    assert only_order(clients).order_id == before.order_id


def test_a_take_profit_is_moved_in_its_row_and_a_refusal_is_said_at_the_field(trader: Trader, clients: Clients) -> None:
    before = (
        clients["alice"]
        .place_order(
            market=MARKET,
            side="sell",
            quantity="0.3",
            type=OrderType.TAKE_PROFIT_LIMIT,
            trigger_price="3010",
            price="3009",
        )
        .order
    )
    trader.sign_in("alice")
    trader.rows("Open orders").first.get_by_role("button", name=re.compile("^Amend order")).click()
    dialog = trader.page.get_by_role("dialog")
    dialog.get_by_label("Trigger").fill("2990")
    dialog.get_by_role("button", name="Amend").click()
    expect(dialog.get_by_label("Trigger")).to_have_attribute("aria-invalid", "true")
    assert only_order(clients).order_id == before.order_id

    dialog.get_by_label("Trigger").fill("3020.5")
    dialog.get_by_label("Quantity").fill("0.2")
    dialog.get_by_role("button", name="Amend").click()
    expect(dialog).to_have_count(0)
    expect(trader.rows("Open orders").first).to_contain_text(re.compile(r"3,009.*3,020\.5.*0\.2"))
    after = only_order(clients)
    assert (after.trigger_price, after.quantity) == (Decimal("3020.5"), Decimal("0.2"))
    assert kept(after) == kept(before) | {"quantity": Decimal("0.2")}


def test_one_order_of_a_list_is_not_moved_alone(trader: Trader, clients: Clients) -> None:
    clients["alice"].place_oco_order(
        NewOrder(market=MARKET, side="sell", quantity="0.1", price="3005"),
        NewOrder(market=MARKET, side="sell", quantity="0.1", type="stop_market", trigger_price="2995"),
    )
    trader.sign_in("alice")
    expect(trader.lines()).to_have_count(2)
    stop = trader.lines().filter(has_text="Stop").get_by_role("slider")
    expect(stop).to_have_attribute("aria-disabled", "true")
