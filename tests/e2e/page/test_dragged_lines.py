"""A line of an own order on the chart follows the pointer, whatever else the page is busy with."""

from decimal import Decimal

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.dev_process import wait_until
from tests.e2e.page.conftest import Clients
from tests.e2e.page.trader import DRAWN, MARKET, Trader

BUSY = "() => setTimeout(() => { const end = performance.now() + 500; while (performance.now() < end); })"


HELD_PIXELS = 5


@pytest.fixture
def held_line(trader: Trader, clients: Clients) -> Locator:
    """Give the line of a bid at 2999, held by the pointer and dragged a little."""
    clients["bob"].place_order(market=MARKET, side="sell", quantity="0.1", price="3000")
    clients["alice"].place_order(market=MARKET, side="buy", quantity="0.1", price="3000")
    clients["alice"].place_order(market=MARKET, side="buy", quantity="0.1", price="2999")
    trader.sign_in("alice")
    line = trader.lines().get_by_role("slider")
    expect(line).to_have_attribute("aria-valuetext", "at 2,999.00")
    trader.hold_line(HELD_PIXELS)
    return line


def price(clients: Clients) -> Decimal:
    (order,) = clients["alice"].list_orders(open_only=True)
    assert order.price is not None
    return order.price


def height(line: Locator) -> float:
    box = line.bounding_box()
    assert box is not None
    return box["y"]


def test_a_line_that_loses_the_focus_while_it_is_dragged_stays_in_hand(
    held_line: Locator, trader: Trader, clients: Clients
) -> None:
    dragged_to = held_line.get_attribute("aria-valuetext")
    trader.page.evaluate("() => document.activeElement.blur()")
    trader.page.mouse.up()
    wait_until(lambda: price(clients) < 2999, "the order where its line was let go")
    assert f"at {price(clients):,.2f}" == dragged_to


def test_a_line_ends_where_the_pointer_let_it_go_though_nothing_was_drawn_between(
    held_line: Locator, trader: Trader, clients: Clients
) -> None:
    box = held_line.bounding_box()
    assert box is not None
    near = Decimal((held_line.get_attribute("aria-valuetext") or "").removeprefix("at ").replace(",", ""))
    trader.page.evaluate(BUSY)
    trader.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + 60)
    trader.page.mouse.up()
    wait_until(lambda: price(clients) < 2999, "the order where its line was let go")
    assert price(clients) < near - 5 * (2999 - near)


def test_escape_gives_a_dragged_line_up_though_the_pointer_still_holds_it(
    held_line: Locator, trader: Trader, clients: Clients
) -> None:
    held_line.press("Escape")
    box = held_line.bounding_box()
    assert box is not None
    trader.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    trader.page.evaluate(DRAWN)
    expect(held_line).to_have_attribute("aria-valuetext", "at 2,999.00")
    trader.page.mouse.up()
    expect(held_line).to_have_attribute("aria-valuetext", "at 2,999.00")
    assert price(clients) == 2999


def test_the_scale_stands_still_while_a_line_is_dragged(held_line: Locator, trader: Trader, clients: Clients) -> None:
    line = trader.lines().filter(has_text="0.1")
    before = height(line)
    # The scale makes room for it.
    clients["alice"].place_order(market=MARKET, side="buy", quantity="0.2", price="2998")
    expect(trader.lines()).to_have_count(2)
    assert abs(height(line) - before) < 2 * HELD_PIXELS
    trader.page.mouse.up()
    wait_until(lambda: abs(height(line) - before) > 10 * HELD_PIXELS, "the scale that has room for the other order")
