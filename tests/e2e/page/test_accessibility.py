"""No page has a serious or critical finding of axe-core, dark or light, wide or on a phone."""

import pytest
from playwright.sync_api import expect

from tests.e2e.page.browser import axe_findings
from tests.e2e.page.conftest import Clients, OpenTab
from tests.e2e.page.trader import MARKET

ROUTES = (f"trade/{MARKET}", "markets", "portfolio", "keys", "bots", "admin")


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_every_page_is_without_serious_findings(open_tab: OpenTab, clients: Clients, theme: str, phone: bool) -> None:
    clients["bob"].place_order(market=MARKET, side="sell", quantity="0.5", price="5000")
    trader = open_tab(phone=phone, theme=theme).open().sign_in("admin")
    expect(trader.page.locator("html")).to_have_attribute("data-theme", theme)
    findings = {}
    for route in ROUTES:
        trader.go(route)
        expect(trader.page.get_by_role("main").get_by_role("status", name="Loading")).to_have_count(0)
        findings[route] = axe_findings(trader.page)
    assert {route: found for route, found in findings.items() if found} == {}


def test_a_phone_shows_every_part_of_the_trading_view(open_tab: OpenTab, clients: Clients) -> None:
    clients["bob"].place_order(market=MARKET, side="sell", quantity="0.5", price="5000")
    trader = open_tab(phone=True).open().sign_in("alice")
    page = trader.page
    page.get_by_role("tab", name="Book").click()
    expect(trader.level("Asks", "5000")).to_be_visible()
    page.get_by_role("tab", name="Order", exact=True).click()
    trader.place("Buy", "1900", "0.1")
    page.get_by_role("tab", name="Account").click()
    expect(trader.rows("Open orders").first).to_contain_text("1,900")
    # Nothing is wider than the screen.
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
