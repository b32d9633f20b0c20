"""A whole session under the content security policy: nothing of the page is forbidden, and nothing complains."""

import re

from playwright.sync_api import expect

from tests.e2e.page.conftest import Clients, OpenTab
from tests.e2e.page.trader import MARKET

# An inline script, and code from text as zod tries to make it; what came of both is there in a later task.
BREACHES = """() => {
  const script = document.createElement("script")
  script.textContent = "document.title = 'inline'"
  document.head.append(script)
  setTimeout(() => { try { new Function("return 1") } catch {} })
  setTimeout(() => { document.documentElement.dataset.breaches = 2 }, 50)
}"""
ROUTES = ("markets", "portfolio", "keys", "bots", "admin")


def test_no_part_of_a_session_is_forbidden(open_tab: OpenTab, clients: Clients) -> None:
    clients["bob"].place_order(market=MARKET, side="sell", quantity="0.5", price="5000")
    trader = open_tab().open().sign_in("admin")
    # The form, whose schema is compiled where that is allowed, with a value that it refuses and one that it takes.
    trader.fill_order("Buy", "0", "0")
    trader.submit("Buy")
    expect(trader.page.get_by_role("form", name="Order").get_by_role("alert").first).to_be_visible()
    trader.page.get_by_role("button", name="Faucet", exact=True).click()
    expect(trader.toast("Funds have arrived")).to_be_visible()
    trader.place("Buy", "1999", "0.01")
    trader.page.get_by_role("radio", name="Depth").click()
    with trader.page.expect_download():
        trader.page.get_by_role("button", name="Export open orders as CSV").click()
    for tab in ("Order history", "Fills", "Ledger", "Balances"):
        trader.page.get_by_role("tab", name=re.compile(f"^{tab}")).click()
    trader.page.keyboard.press("Control+k")
    trader.page.get_by_placeholder("Market, page or command…").fill("theme")
    trader.page.keyboard.press("Enter")
    for route in ROUTES:
        trader.go(route)
        expect(trader.page.get_by_role("main").get_by_role("status", name="Loading")).to_have_count(0)
    trader.go(f"trade/{MARKET}")
    trader.page.reload()
    expect(trader.connection).to_have_attribute("data-status", "live")
    assert trader.errors == []


def test_what_the_policy_forbids_is_noticed(open_tab: OpenTab) -> None:
    trader = open_tab().open()
    trader.page.evaluate(BREACHES)
    expect(trader.page.locator("html")).to_have_attribute("data-breaches", "2")
    forbidden = [error for error in trader.errors if "forbidden by script-src" in error]
    assert [error.split(": ")[2].split()[0] for error in forbidden] == ["inline", "eval"]
    trader.errors.clear()
