"""The pages beside the trading view: portfolio, markets, API keys, bots, admin; and who may not see them."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from exchange_sdk import Client, Unauthenticated
from tests.e2e.dev_process import Dev, wait_until
from tests.e2e.page.conftest import Clients, OpenTab
from tests.e2e.page.trader import MARKET, Trader

MARKUP = "<b onclick=alert(1)>bot</b>"


def trade(clients: Clients, price: str, quantity: str) -> None:
    """Let bob sell to alice, and wait until the history has it."""
    clients["alice"].cancel_all_orders()
    clients["bob"].place_order(market=MARKET, side="sell", quantity=quantity, price=price)
    placed = clients["alice"].place_order(market=MARKET, side="buy", quantity=quantity, price=price)
    wait_until(lambda: list(clients["alice"].list_fills(order_id=placed.order_id)), "the fill in the history")


def test_the_portfolio_tells_what_the_exchange_reckons(open_tab: OpenTab, clients: Clients) -> None:
    trade(clients, "2750", "0.4")
    trader = open_tab().open("portfolio")
    trader.page.get_by_role("main").get_by_role("button", name="Sign in").click()
    trader.page.get_by_role("button", name="Sign in as alice").click()

    equity = clients["alice"].get_portfolio().equity
    expect(trader.page.get_by_test_id("equity")).to_have_text(f"{equity.quantize(Decimal('0.01')):,f} USDC")
    row = trader.page.get_by_role("table", name="Results by market").get_by_role("row").filter(has_text=MARKET)
    expect(row).to_be_visible()
    balances = trader.page.get_by_role("table", name="Balances")
    for balance in clients["alice"].list_balances():
        asset = trader.page.get_by_role("cell", name=balance.asset, exact=True)
        expect(balances.get_by_role("row").filter(has=asset)).to_contain_text(f"{balance.total.normalize():,f}")


def test_markets_are_live_and_lead_to_where_they_are_traded(open_tab: OpenTab, clients: Clients) -> None:
    trader = open_tab().open("markets")
    table = trader.page.get_by_role("table", name="Markets")
    trade(clients, "2760.5", "0.1")
    expect(table.get_by_role("row").filter(has_text="ETH")).to_contain_text("2,760.50")
    trader.page.get_by_role("searchbox", name="Search markets").fill("eth")
    expect(table.get_by_role("row")).to_have_count(2)
    table.get_by_role("link", name=re.compile("^ETH")).click()
    expect(trader.page.get_by_role("form", name="Order")).to_be_visible()
    assert trader.page.url.endswith(f"#/trade/{MARKET}")


def test_a_key_is_made_shown_once_used_and_revoked(open_tab: OpenTab, dev: Dev) -> None:
    trader = open_tab().open("keys").sign_in("alice")
    page = trader.page
    page.get_by_role("button", name="New key").click()
    page.get_by_label("Label").fill(MARKUP)
    expect(page.get_by_role("checkbox", name="Admin")).to_be_disabled()
    page.get_by_role("button", name="Create key").click()
    api_key = page.get_by_test_id("new-api-key").inner_text()
    with Client(dev.address, api_key=api_key) as client:
        assert client.get_account().name == "alice"
        page.get_by_role("button", name="Done").click()
        row = page.get_by_role("row").filter(has_text=MARKUP)
        expect(row).to_contain_text("Read")
        assert api_key not in page.content()

        row.get_by_role("button", name="Revoke").click()
        page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        expect(row).to_have_count(0)
        with pytest.raises(Unauthenticated):
            client.get_account()


def test_bots_are_those_who_trade(open_tab: OpenTab, clients: Clients) -> None:
    trade(clients, "2770", "0.2")
    trader = open_tab().open("bots").sign_in("admin")
    rows = trader.page.get_by_role("table", name="Accounts").get_by_role("row")
    expect(rows.filter(has_text="alice")).to_be_visible()
    expect(rows.filter(has_text="bob")).to_be_visible()
    fills = {row.name: row.fill_count for row in clients["admin"].admin.list_performance().accounts}
    trade(clients, "2770", "0.2")
    expect(rows.filter(has_text="alice")).to_contain_text(f"{fills['alice'] + 1:,}")


@pytest.mark.parametrize("route", ["admin", "bots"])
def test_who_lacks_the_scope_is_told_so(open_tab: OpenTab, route: str) -> None:
    trader = open_tab().open(route).sign_in("alice")
    expect(trader.page.get_by_role("main")).to_contain_text(re.compile("Your API key may not"))
    expect(trader.page.get_by_role("main")).to_contain_text("ADMIN")


def test_an_operator_makes_an_asset_and_a_market_and_halts_it(open_tab: OpenTab, clients: Clients) -> None:
    trader = open_tab().open("admin").sign_in("admin")
    page = trader.page
    page.get_by_role("tab", name="Assets").click()
    page.get_by_role("button", name="New asset").click()
    page.get_by_label("Name").fill("<b>X</b>")
    page.get_by_role("button", name="Create asset").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    page.get_by_label("Name").fill("SOL")
    page.get_by_role("button", name="Create asset").click()
    expect(trader.toast("Asset SOL exists")).to_be_visible()

    page.get_by_role("tab", name="Markets").click()
    page.get_by_role("button", name="New market").click()
    page.get_by_role("combobox", name="Base asset").click()
    page.get_by_role("option", name="SOL").click()
    page.get_by_role("button", name="Create market").click()
    expect(trader.toast("Market SOL-USDC is open")).to_be_visible()
    page.get_by_role("combobox", name="Status of SOL-USDC").click()
    page.get_by_role("option", name="Halted").click()
    expect(trader.toast("SOL-USDC is halted")).to_be_visible()
    assert clients["admin"].get_market("SOL-USDC").status.name == "HALTED"


def test_an_operator_limits_a_market(open_tab: OpenTab, clients: Clients) -> None:
    before = clients["admin"].get_market(MARKET).protection
    trader = open_tab().open("admin").sign_in("admin")
    page = trader.page
    page.get_by_role("button", name=f"Limits of {MARKET}").click()
    page.get_by_label("Most quantity").fill("0.00001")
    page.get_by_role("button", name="Set limits").click()
    expect(page.get_by_label("Most quantity")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Most quantity").fill("100000")
    page.get_by_role("button", name="Set limits").click()
    expect(trader.toast(f"The limits of {MARKET} are set")).to_be_visible()
    assert clients["admin"].get_market(MARKET).protection.max_quantity == 100_000
    clients["admin"].admin.set_market_protection(MARKET, before)


def test_an_operator_makes_an_account_and_credits_it(open_tab: OpenTab, clients: Clients) -> None:
    trader = open_tab().open("admin").sign_in("admin")
    page = trader.page
    page.get_by_role("tab", name="Accounts").click()
    page.get_by_role("button", name="New account").click()
    page.get_by_label("Name").fill("carol")
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("button", name="Credit carol").click()
    page.get_by_label("Amount").fill("12.5")
    page.get_by_role("dialog").get_by_role("button", name="Credit").click()
    expect(trader.toast("carol has 12.5 USDC now")).to_be_visible()
    account_id = next(each.account_id for each in clients["admin"].admin.list_accounts() if each.name == "carol")
    (balance,) = clients["admin"].list_balances(account_id=account_id)
    assert (balance.asset, balance.available) == ("USDC", Decimal("12.5"))


def test_an_unknown_key_is_refused_with_a_word(trader: Trader) -> None:
    trader.page.get_by_role("banner").get_by_role("button", name="Sign in").click()
    trader.page.get_by_label("API key").fill("ex_0000000000000000_forged")
    trader.page.get_by_role("dialog").get_by_role("button", name="Sign in", exact=True).click()
    expect(trader.page.get_by_role("alert")).to_contain_text("not known")


def test_a_part_that_is_gone_since_the_page_was_opened_is_loaded_again(open_tab: OpenTab) -> None:
    trader = open_tab().open()
    page = trader.page
    expect(page.get_by_role("form", name="Order")).to_be_visible()
    page.route("**/assets/MarketsPage-*.js", lambda route: route.fulfill(status=404))
    trader.go("markets")
    expect(page.get_by_role("main")).to_contain_text("This page has changed since you opened it.")
    page.unroute("**/assets/MarketsPage-*.js")
    page.get_by_role("button", name="Load it again").click()
    expect(page.get_by_role("table", name="Markets")).to_be_visible()
    # React says what was caught.
    trader.errors.clear()
