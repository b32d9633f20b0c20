"""The order form: what fills it, what it says before it sends, the kinds of orders, and the keyboard."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Request, expect

from exchange.v1 import order_service_pb2 as order_pb
from exchange_sdk import Order, OrderType, TimeInForce
from tests.e2e.page.conftest import Clients, OpenTab
from tests.e2e.page.trader import MARKET, Trader


def form(trader: Trader) -> Locator:
    return trader.page.get_by_role("form", name="Order")


def field(trader: Trader, name: str) -> Locator:
    return form(trader).get_by_role("textbox", name=name, exact=True)


def choose(trader: Trader, *names: str) -> None:
    for name in names:
        form(trader).get_by_role("radio", name=name, exact=True).click()


def only_order(clients: Clients) -> Order:
    (order,) = clients["alice"].list_orders(open_only=True)
    return order


def dollars(clients: Clients) -> Decimal:
    return next(balance.available for balance in clients["alice"].list_balances() if balance.asset == "USDC")


def test_a_click_in_the_book_fills_price_and_size(trader: Trader, clients: Clients) -> None:
    for price, quantity in (("5000", "0.5"), ("5001", "0.25")):
        clients["bob"].place_order(market=MARKET, side="sell", quantity=quantity, price=price)
    trader.sign_in("alice")
    trader.level("Asks", "5000").get_by_role("button", name="5,000.00").click()
    expect(field(trader, "Price")).to_have_value("5000")
    expect(field(trader, "Size")).to_have_value("")
    # A size takes all that lies up to its price.
    trader.level("Asks", "5001").get_by_role("button").nth(1).click()
    expect(field(trader, "Price")).to_have_value("5001")
    expect(field(trader, "Size")).to_have_value("0.75")


def test_the_estimate_is_what_the_exchange_says(trader: Trader, clients: Clients) -> None:
    clients["bob"].place_order(market=MARKET, side="sell", quantity="2", price="5000")
    trader.sign_in("alice")
    trader.fill_order("Buy", "5000", "0.5")
    previewed = clients["alice"].place_order(
        market=MARKET, side="buy", quantity="0.5", price="5000", validate_only=True
    )
    assert previewed.preview is not None
    estimate = trader.page.get_by_test_id("estimate")
    expect(estimate).to_contain_text(f"{2500 + previewed.preview.fee:,f} USDC")
    expect(estimate).to_contain_text("5,000.00")
    expect(estimate).to_contain_text(f"{previewed.preview.fee:f} USDC")
    assert list(clients["alice"].list_orders(open_only=True)) == []


def test_a_part_of_the_balance_is_affordable_with_its_fee(trader: Trader, clients: Clients) -> None:
    trader.sign_in("alice")
    choose(trader, "Buy", "Limit")
    field(trader, "Price").fill("1234.5")
    form(trader).get_by_role("button", name="100%").click()
    form(trader).get_by_role("button", name=re.compile("^Buy ")).click()
    expect(field(trader, "Size")).to_have_value("")
    order = only_order(clients)
    (market,) = (each for each in clients["alice"].list_markets() if each.name == MARKET)
    # Not a lot more would have been affordable.
    assert order.price == Decimal("1234.5")
    assert dollars(clients) < market.lot_size * order.price * 2


def test_price_and_size_snap_to_tick_and_lot(trader: Trader) -> None:
    trader.fill_order("Buy", "2000.126", "0.123456789")
    field(trader, "Total").focus()
    expect(field(trader, "Price")).to_have_value("2000.13")
    expect(field(trader, "Size")).to_have_value(re.compile(r"^0\.123\d*$"))
    field(trader, "Price").press("ArrowUp")
    expect(field(trader, "Price")).to_have_value("2000.14")


def test_an_order_of_each_kind_arrives_as_it_was_meant(trader: Trader, clients: Clients) -> None:
    # The last trade is 3000, so that both sides of it can be waited for.
    clients["bob"].place_order(market=MARKET, side="sell", quantity="0.1", price="3000")
    clients["alice"].place_order(market=MARKET, side="buy", quantity="0.1", price="3000")
    trader.sign_in("alice")

    def send(size: str) -> Order:
        field(trader, "Size").fill(size)
        trader.submit("Buy")
        expect(field(trader, "Size")).to_have_value("")
        order = only_order(clients)
        clients["alice"].cancel_all_orders()
        return order

    choose(trader, "Buy", "Stop", "Market order")
    field(trader, "Trigger").fill("3100")
    stop = send("0.2")
    assert (stop.type, stop.trigger_price, stop.price) == (OrderType.STOP_MARKET, Decimal(3100), None)

    choose(trader, "Take profit", "Limit order")
    field(trader, "Trigger").fill("2900")
    field(trader, "Price").fill("2901")
    take = send("0.3")
    assert (take.type, take.trigger_price, take.price) == (OrderType.TAKE_PROFIT_LIMIT, Decimal(2900), Decimal(2901))

    choose(trader, "Limit")
    field(trader, "Price").fill("2500")
    form(trader).get_by_role("checkbox", name="Post-only").click()
    form(trader).get_by_role("combobox", name="Time in force").click()
    trader.page.get_by_role("option", name="Good till time").click()
    form(trader).get_by_label("Expires").fill("2199-01-01T12:00")
    limit = send("0.4")
    assert (limit.type, limit.post_only, limit.time_in_force) == (OrderType.LIMIT, True, TimeInForce.GTT)
    assert limit.expire_time is not None
    assert limit.expire_time.year == 2199


def test_a_market_order_by_amount_spends_no_more(trader: Trader, clients: Clients) -> None:
    clients["bob"].place_order(market=MARKET, side="sell", quantity="3", price="4000")
    before = dollars(clients)
    trader.sign_in("alice")
    choose(trader, "Buy", "Market")
    form(trader).get_by_role("button", name="In ETH, change").click()
    field(trader, "Amount").fill("1000")
    trader.submit("Buy")
    expect(trader.toast("Bought")).to_be_visible()
    assert Decimal(990) < before - dollars(clients) <= Decimal(1000)


def test_an_order_sent_twice_at_once_is_placed_once(trader: Trader, clients: Clients) -> None:
    sent: list[str] = []
    trader.page.on("request", lambda request: sent.extend(sent_orders(request)))
    trader.sign_in("alice")
    trader.fill_order("Buy", "2100", "0.1")
    form(trader).evaluate("form => { form.requestSubmit(); form.requestSubmit(); form.requestSubmit() }")
    expect(field(trader, "Size")).to_have_value("")
    assert sent == [only_order(clients).client_order_id]


def sent_orders(request: Request) -> list[str]:
    """Return the key of the order that a request of the browser places, if it does; a preview places nothing."""
    if not request.url.endswith("/PlaceOrder"):
        return []
    # A flag and the length come before the message.
    placed = order_pb.PlaceOrderRequest.FromString((request.post_data_buffer or b"")[5:])
    return [] if placed.validate_only else [placed.client_order_id]


def test_a_move_that_is_refused_is_rolled_back_and_says_why(trader: Trader, clients: Clients) -> None:
    for side, price in (("buy", "2999"), ("sell", "3001")):
        clients["bob"].place_order(market=MARKET, side=side, quantity="0.1", price=price)
    clients["alice"].place_order(market=MARKET, side="sell", quantity="0.1", price="2999")
    trader.sign_in("alice")
    clients["alice"].place_order(market=MARKET, side="sell", quantity="0.1", price="3002", post_only=True)
    line = trader.lines().get_by_role("slider")
    expect(line).to_have_attribute("aria-valuetext", "at 3,002.00")
    # Down through the bid that is left: a post-only order may not.
    clients["bob"].place_order(market=MARKET, side="buy", quantity="0.1", price="3000.99")
    line.focus()
    for _ in range(11):
        line.press("PageDown")
    line.press("Enter")
    expect(trader.toast("Order stays at 3,002")).to_be_visible()
    expect(line).to_have_attribute("aria-valuetext", "at 3,002.00")
    assert only_order(clients).price == Decimal(3002)


@pytest.mark.parametrize(("key", "side"), [("b", "Buy"), ("s", "Sell")])
def test_a_key_begins_an_order_and_escape_clears_it(trader: Trader, key: str, side: str) -> None:
    expect(field(trader, "Price")).to_be_visible()
    trader.page.keyboard.press(key)
    expect(form(trader).get_by_role("radio", name=side, exact=True)).to_be_checked()
    expect(field(trader, "Price")).to_be_focused()
    # In a field, letters are letters.
    trader.page.keyboard.type("12")
    expect(field(trader, "Price")).to_have_value("12")
    trader.page.keyboard.press("Escape")
    expect(field(trader, "Price")).to_have_value("")


def test_markets_and_commands_are_a_key_away(open_tab: OpenTab) -> None:
    trader = open_tab().open()
    expect(field(trader, "Price")).to_be_visible()
    trader.page.keyboard.press("/")
    trader.page.get_by_placeholder("Search markets").fill("btc")
    trader.page.keyboard.press("Enter")
    expect(trader.page.get_by_role("region", name="Market").get_by_role("button", name="BTC-USDC")).to_be_visible()

    trader.page.keyboard.press("Control+k")
    trader.page.get_by_placeholder("Market, page or command…").fill("portfolio")
    trader.page.keyboard.press("Enter")
    expect(trader.page.get_by_role("link", name="Portfolio")).to_have_attribute("aria-current", "page")

    trader.page.keyboard.press("Control+k")
    trader.page.get_by_placeholder("Market, page or command…").fill("theme")
    trader.page.keyboard.press("Enter")
    expect(trader.page.locator("html")).to_have_attribute("data-theme", "light")


def test_a_key_that_is_not_taken_any_more_signs_out(open_tab: OpenTab) -> None:
    trader = open_tab()
    session = '{"apiKey": "ex_0000000000000000_gone", "accountId": "1002", "name": "alice"}'
    trader.page.add_init_script(f"sessionStorage.setItem('exchange.session', {session!r})")
    trader.open()
    expect(trader.toast("You were signed out")).to_be_visible()
    expect(trader.page.get_by_role("banner").get_by_role("button", name="Sign in")).to_be_visible()
    # The market is for everybody.
    expect(trader.connection).to_have_attribute("data-status", "live")
