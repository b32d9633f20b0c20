"""What a market accepts is said at once, and the form offers nothing that would be refused."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from exchange_sdk import MarketStatus
from tests.e2e.page.browser import axe_findings
from tests.e2e.page.conftest import Clients, OpenTab
from tests.e2e.page.trader import MARKET, Trader

# Well below the half minute after which a page that asks would know.
AT_ONCE_MS = 5_000


@pytest.fixture(autouse=True)
def open_again(clients: Clients) -> Iterator[None]:
    yield
    clients["admin"].admin.set_market_status(MARKET, MarketStatus.OPEN)


def set_status(clients: Clients, status: MarketStatus) -> None:
    clients["admin"].admin.set_market_status(MARKET, status)


def submit(trader: Trader) -> Locator:
    return trader.page.get_by_role("form", name="Order").get_by_role("button", name=re.compile("^Buy "))


def choose(trader: Trader, name: str) -> None:
    trader.page.get_by_role("form", name="Order").get_by_role("radio", name=name, exact=True).click()


@pytest.mark.parametrize(
    ("status", "word", "reason"),
    [
        (MarketStatus.HALTED, "Halted", "The market is halted."),
        (MarketStatus.CANCEL_ONLY, "Cancel-only", "The market takes cancels only."),
    ],
)
def test_a_market_that_takes_no_orders_greys_the_form_and_opens_again(
    trader: Trader, clients: Clients, status: MarketStatus, word: str, reason: str
) -> None:
    trader.sign_in("alice")
    trader.fill_order("Buy", "2000", "0.1")
    notice = trader.page.get_by_test_id("market-status")
    expect(notice).to_have_count(0)
    expect(submit(trader)).to_be_enabled()

    set_status(clients, status)
    expect(notice).to_contain_text(word, timeout=AT_ONCE_MS)
    form = trader.page.get_by_role("form", name="Order")
    expect(submit(trader)).to_be_disabled()
    expect(form.get_by_label("Price", exact=True)).to_be_disabled()
    expect(form).to_contain_text(reason)
    form.evaluate("form => form.requestSubmit()")

    set_status(clients, MarketStatus.OPEN)
    expect(notice).to_have_count(0, timeout=AT_ONCE_MS)
    expect(form.get_by_label("Price", exact=True)).to_have_value("2000")
    assert list(clients["alice"].list_orders(open_only=True)) == []
    trader.submit("Buy")
    expect(form.get_by_label("Size", exact=True)).to_have_value("")


def test_a_post_only_market_takes_post_only_orders(trader: Trader, clients: Clients) -> None:
    trader.sign_in("alice")
    set_status(clients, MarketStatus.POST_ONLY)
    expect(trader.page.get_by_test_id("market-status")).to_contain_text("Post-only", timeout=AT_ONCE_MS)
    trader.fill_order("Buy", "2000", "0.1")
    expect(submit(trader)).to_be_disabled()
    trader.page.get_by_role("form", name="Order").get_by_role("checkbox", name="Post-only").click()
    trader.place("Buy", "2000", "0.1")
    expect(trader.level("Bids", "2000")).to_contain_text("0.1")


def test_an_auction_collects_and_says_what_it_would_do(trader: Trader, clients: Clients) -> None:
    trader.sign_in("alice")
    set_status(clients, MarketStatus.AUCTION)
    notice = trader.page.get_by_test_id("market-status")
    expect(notice).to_contain_text("Nothing would trade now", timeout=AT_ONCE_MS)
    choose(trader, "Market")
    expect(submit(trader)).to_be_disabled()
    choose(trader, "Limit")
    clients["bob"].place_order(market=MARKET, side="sell", quantity="0.4", price="2500")
    trader.place("Buy", "2500", "0.3")
    expect(notice).to_contain_text("Would trade 0.3 ETH at 2,500.00")


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("status", [MarketStatus.HALTED, MarketStatus.AUCTION])
def test_the_notice_can_be_read_by_everybody(
    open_tab: OpenTab, clients: Clients, theme: str, status: MarketStatus
) -> None:
    set_status(clients, status)
    trader = open_tab(theme=theme).open().sign_in("alice")
    expect(trader.page.get_by_test_id("market-status")).to_be_visible()
    assert axe_findings(trader.page) == []
    trader.go("markets")
    row = trader.page.get_by_role("table", name="Markets").get_by_role("row").filter(has_text="ETH")
    expect(row).to_contain_text(status.name.capitalize())
    row.hover()
    assert axe_findings(trader.page) == []


def test_lists_of_markets_follow_too(open_tab: OpenTab, clients: Clients) -> None:
    trader = open_tab().open("markets")
    row = trader.page.get_by_role("table", name="Markets").get_by_role("row").filter(has_text="ETH")
    expect(row).to_contain_text("Open")
    set_status(clients, MarketStatus.HALTED)
    expect(row).to_contain_text("Halted", timeout=AT_ONCE_MS)
