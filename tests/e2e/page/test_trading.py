"""A person trades: funds, orders in book, chart and tab, amends, fills, cancels, refusals."""

import csv
import os
import re
import signal
from decimal import Decimal

from playwright.sync_api import expect

from exchange_sdk import Side
from tests.e2e.dev_process import Dev, wait_until
from tests.e2e.page.conftest import Clients
from tests.e2e.page.trader import MARKET, Trader

MARKUP = "<img/src=x/onerror=alert(1)>"


def test_who_signs_in_takes_funds_from_the_faucet_and_has_them(trader: Trader, clients: Clients) -> None:
    before = next(balance.available for balance in clients["alice"].list_balances() if balance.asset == "USDC")
    trader.sign_in("alice")
    expect(trader.page.get_by_test_id("available")).to_have_text(f"{before:,f} USDC")
    trader.page.get_by_role("button", name="Faucet").click()
    expect(trader.toast("Funds have arrived")).to_be_visible()
    expect(trader.page.get_by_test_id("available")).to_have_text(f"{before + 100_000:,f} USDC")


def test_an_order_is_seen_in_the_book_on_the_chart_and_in_its_tab(trader: Trader) -> None:
    trader.sign_in("alice")
    trader.place("Buy", "2500.5", "1.25")

    expect(trader.level("Bids", "2500.5")).to_contain_text("1.25")
    expect(trader.level("Bids", "2500.5")).to_have_attribute("data-own", "1.25")
    expect(trader.lines()).to_have_count(1)
    row = trader.rows("Open orders").first
    expect(row).to_contain_text(re.compile(r"ETH-USDC.*Buy.*Limit.*2,500\.5.*1\.25.*Open"))


def test_an_order_is_dragged_to_another_price(trader: Trader, clients: Clients) -> None:
    clients["bob"].place_order(market=MARKET, side="buy", quantity=1, price="2000")
    clients["alice"].place_order(market=MARKET, side="sell", quantity=1, price="2000")
    trader.sign_in("alice")
    trader.place("Sell", "2000.5", "1")
    trader.drag_line(-20)

    # How far a pixel reaches depends on the chart's scale: only the whole cell tells the old price from the new one.
    expect(trader.rows("Open orders").first.get_by_role("cell", name="2,000.5", exact=True)).to_have_count(0)
    (order,) = clients["alice"].list_orders(open_only=True)
    assert order.price is not None
    assert order.price > Decimal("2000.5")
    expect(trader.level("Asks", f"{order.price:f}")).to_contain_text("1")


def test_a_fill_is_explained_where_its_candle_is_pointed_at(trader: Trader, clients: Clients) -> None:
    trader.sign_in("alice")
    trader.place("Sell", "3150.25", "0.75")
    (fill,) = (
        clients["bob"]
        .place_order(market=MARKET, side=Side.BUY, quantity="0.75", price="3150.25", time_in_force="ioc")
        .fills
    )
    expect(trader.toast("Sold")).to_be_visible()

    tooltip = trader.page.get_by_test_id("fill-tooltip")
    box = trader.page.get_by_test_id("candle-chart").bounding_box()
    assert box is not None
    # The newest candle is somewhere at the right.
    for x in range(int(box["width"]) - 60, int(box["width"]) // 2, -4):
        trader.page.mouse.move(box["x"] + x, box["y"] + box["height"] / 2)
        if tooltip.is_visible():
            break
    expect(tooltip).to_contain_text(re.compile(r"Sold.*0\.75 ETH.*3,150\.25"))
    shown = trader.page.evaluate("ms => new Date(ms).toTimeString().slice(0, 8)", fill.trade_time_ns // 1_000_000)
    expect(tooltip).to_contain_text(shown)
    # Where there is no fill, nothing is said.
    trader.page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    expect(tooltip).to_have_count(0)


def test_a_fill_against_another_account_is_told_and_listed(trader: Trader, clients: Clients) -> None:
    trader.sign_in("alice")
    trader.place("Sell", "3100", "2")
    clients["bob"].place_order(market=MARKET, side=Side.BUY, quantity="0.5", price="3100", time_in_force="ioc")

    expect(trader.toast("0.5")).to_be_visible()
    expect(trader.rows("Open orders").first).to_contain_text("Partly filled")
    trader.tab("Fills")
    expect(trader.rows("Fills").first).to_contain_text(re.compile(r"ETH-USDC.*Sell.*3,100.*0\.5.*1,550.*Maker"))
    trader.tab("Order history")
    expect(trader.rows("Order history").first).to_contain_text("Partly filled")
    trader.tab("Ledger")
    expect(trader.rows("Ledger").first).to_be_visible()


def test_the_history_shows_what_its_database_does_not_know_yet(trader: Trader, clients: Clients, dev: Dev) -> None:
    trader.sign_in("alice")
    os.kill(dev.ready["pids"]["follower"], signal.SIGSTOP)
    try:
        trader.place("Sell", "3110", "2")
        (fill,) = (
            clients["bob"]
            .place_order(market=MARKET, side=Side.BUY, quantity="0.5", price="3110", time_in_force="ioc")
            .fills
        )
        trade = re.compile(rf"Trade.*ETH-USDC{fill.trade_id}")
        expect(trader.rows("Open orders").first).to_contain_text("Partly filled")
        trader.tab("Order history")
        expect(trader.rows("Order history").first).to_contain_text(re.compile(r"Sell.*3,110.*Partly filled"))
        trader.tab("Fills")
        expect(trader.rows("Fills").first).to_contain_text(re.compile(r"Sell.*3,110.*0\.5"))
        trader.tab("Ledger")
        expect(trader.rows("Ledger").first).to_be_visible()
        expect(trader.rows("Ledger").filter(has_text=trade)).to_have_count(0)
    finally:
        os.kill(dev.ready["pids"]["follower"], signal.SIGCONT)
    # It is asked for again until the fill is there.
    expect(trader.rows("Ledger").filter(has_text=trade).first).to_be_visible()


def test_all_orders_are_canceled_after_one_question(trader: Trader, clients: Clients) -> None:
    for price in ("2100", "2101", "2102"):
        clients["alice"].place_order(market=MARKET, side="buy", quantity="0.1", price=price)
    trader.sign_in("alice")
    expect(trader.rows("Open orders")).to_have_count(3)
    trader.page.get_by_role("button", name="Cancel all").click()
    trader.page.get_by_role("dialog").get_by_role("button", name="Cancel 3 open orders").click()

    expect(trader.page.get_by_text("No open orders")).to_be_visible()
    expect(trader.level("Bids", "2102")).to_have_count(0)
    assert list(clients["alice"].list_orders(open_only=True)) == []


def test_one_order_is_canceled_in_its_row(trader: Trader, clients: Clients) -> None:
    for price in ("2200", "2201"):
        clients["alice"].place_order(market=MARKET, side="buy", quantity="0.1", price=price)
    trader.sign_in("alice")
    row = trader.rows("Open orders").filter(has_text="2,200")
    row.get_by_role("button", name=re.compile("^Cancel order")).click()
    expect(trader.rows("Open orders")).to_have_count(1)
    (order,) = clients["alice"].list_orders(open_only=True)
    assert order.price == Decimal(2201)


def test_an_order_is_amended_in_its_row_and_a_refusal_is_said_at_the_field(trader: Trader, clients: Clients) -> None:
    clients["alice"].place_order(market=MARKET, side="buy", quantity="0.1", price="2300")
    trader.sign_in("alice")
    trader.rows("Open orders").first.get_by_role("button", name=re.compile("^Amend order")).click()
    dialog = trader.page.get_by_role("dialog")
    dialog.get_by_label("Price").fill("2300.001")
    dialog.get_by_role("button", name="Amend").click()
    price = dialog.get_by_label("Price")
    expect(price).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_role("alert")).to_contain_text("tick")

    price.fill("2300.01")
    dialog.get_by_label("Quantity").fill("0.2")
    dialog.get_by_role("button", name="Amend").click()
    expect(dialog).to_have_count(0)
    expect(trader.rows("Open orders").first).to_contain_text("2,300.01")
    expect(trader.level("Bids", "2300.01")).to_contain_text("0.2")


def test_a_refused_order_says_why_at_the_field_and_is_not_placed(trader: Trader, clients: Clients) -> None:
    trader.sign_in("alice")
    trader.fill_order("Buy", "3000", "1000000")
    trader.submit("Buy")
    form = trader.page.get_by_role("form", name="Order")
    expect(form.get_by_label("Size", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_role("alert").first).to_contain_text(re.compile("available|balance|funds", re.IGNORECASE))
    assert list(clients["alice"].list_orders(open_only=True)) == []


def test_a_page_loaded_again_shows_the_same(trader: Trader) -> None:
    trader.sign_in("alice")
    trader.place("Buy", "2400.25", "0.75")
    expect(trader.rows("Open orders").first).to_contain_text("2,400.25")
    trader.page.reload()

    expect(trader.account_button("alice")).to_be_visible()
    expect(trader.rows("Open orders").first).to_contain_text(re.compile(r"2,400\.25.*0\.75"))
    expect(trader.level("Bids", "2400.25")).to_contain_text("0.75")
    expect(trader.lines()).to_have_count(1)


def test_markup_in_a_key_is_text_in_the_tab_and_in_the_file(trader: Trader, clients: Clients) -> None:
    clients["alice"].place_order(market=MARKET, side="buy", quantity="0.1", price="2001", client_order_id=MARKUP)
    clients["alice"].place_order(market=MARKET, side="buy", quantity="0.1", price="2002", client_order_id="=1+1")
    trader.sign_in("alice")
    expect(trader.page.get_by_title(MARKUP).first).to_have_text(MARKUP)
    assert trader.page.locator("img[src='x']").count() == 0

    with trader.page.expect_download() as downloading:
        trader.page.get_by_role("button", name="Export open orders as CSV").click()
    with open(downloading.value.path(), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["client_order_id"] for row in rows] == ["'=1+1", MARKUP]
    assert [(row["price"], row["quantity"], row["side"]) for row in rows] == [
        ("2002", "0.1", "BUY"),
        ("2001", "0.1", "BUY"),
    ]


def test_a_long_history_is_loaded_as_it_is_scrolled_and_exported_whole(trader: Trader, clients: Clients) -> None:
    clients["bob"].place_order(market=MARKET, side="sell", quantity=3, price="2600", client_order_id="wall")
    for _ in range(250):
        clients["alice"].place_order(market=MARKET, side="buy", quantity="0.01", price="2600", time_in_force="ioc")
    wait_until(
        lambda: sum(fill.price == 2600 for fill in clients["alice"].list_fills()) == 250, "the history of it all"
    )
    trader.sign_in("alice")
    trader.tab("Fills")
    rows = trader.rows("Fills")
    expect(rows.first).to_contain_text("2,600")
    assert rows.count() < 60, "only what is in sight is in the page"

    with trader.page.expect_download() as downloading:
        trader.page.get_by_role("button", name="Export fills as CSV").click()
    with open(downloading.value.path(), encoding="utf-8", newline="") as file:
        exported = list(csv.DictReader(file))
    assert sum(row["price"] == "2600" for row in exported) == 250
    assert len({(row["market"], row["trade_id"]) for row in exported}) == len(exported)
