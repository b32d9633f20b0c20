"""The pictures of the page that docs/ shows: `make screenshots`."""

import json
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from exchange_sdk import Client
from tests.e2e.page.busy_market import MARKET, BusyMarket
from tests.e2e.page.conftest import Clients, OpenTab
from tests.e2e.page.trader import Trader

FOLDER = os.environ.get("EXCHANGE_SCREENSHOTS")
LARGEST_BYTES = 300_000
# The shortest candles there are: a minute of trading fills the chart.
SECOND_CANDLES = "SECOND_1"
FLOW_SECONDS = 60

pytestmark = pytest.mark.skipif(FOLDER is None, reason="EXCHANGE_SCREENSHOTS names no folder: use `make screenshots`")


def start(trader: Trader, name: str, theme: str) -> Trader:
    """Open the trading view with the shortest candles, and sign in."""
    stored = json.dumps({"state": {"theme": theme, "interval": SECOND_CANDLES}, "version": 1})
    trader.page.add_init_script(
        f"localStorage.getItem('exchange.ui') ?? localStorage.setItem('exchange.ui', {stored!r})"
    )
    return trader.open(f"trade/{MARKET}").sign_in(name)


def shoot(trader: Trader, name: str) -> None:
    """Take the picture when what the page asked for has come."""
    expect(trader.page.get_by_role("main").get_by_role("status").filter(has_text="Loading")).to_have_count(0)
    expect(trader.page.locator("[data-sonner-toast]")).to_have_count(0)
    # Two frames later the last answer is drawn.
    trader.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    file = Path(FOLDER or "") / f"{name}.png"
    trader.page.screenshot(path=file, animations="disabled")
    assert file.stat().st_size < LARGEST_BYTES, f"{file} is too large for docs/"


def test_pictures_of_every_page(open_tab: OpenTab, clients: Clients, strangers: tuple[Client, Client]) -> None:
    with BusyMarket(*strangers, batches_per_second=4) as market:
        alice = clients["alice"]
        alice.place_order(market=MARKET, side="buy", quantity="0.25", price="64999", client_order_id="swing-1")
        alice.place_order(market=MARKET, side="sell", quantity="0.4", price="65001.5", client_order_id="swing-2")
        alice.place_order(
            market=MARKET,
            side="sell",
            quantity="0.5",
            trigger_price="64500",
            type="stop_market",
            client_order_id="guard",
        )
        market.changes_per_second(FLOW_SECONDS)
        dark, light = (start(open_tab(theme=theme), "alice", theme) for theme in ("dark", "light"))
        for trader, theme in ((dark, "dark"), (light, "light")):
            expect(trader.lines()).to_have_count(3)
            shoot(trader, f"trade-{theme}")
        for route in ("markets", "portfolio", "keys"):
            shoot(light.go(route), route)
        operator = start(open_tab(), "admin", "dark")
        for route in ("bots", "admin"):
            shoot(operator.go(route), route)
        phone = start(open_tab(phone=True), "alice", "dark")
        shoot(phone, "phone-chart")
        phone.page.get_by_role("tab", name=re.compile("^Account")).click()
        expect(phone.rows("Open orders").first).to_be_visible()
        shoot(phone, "phone-orders")
