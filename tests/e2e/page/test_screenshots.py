"""The pictures of the page that docs/ shows: `make screenshots`.

They are taken of what `make dev` shows: markets that bots move, with an account that trades a little among them.
"""

import itertools
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from exchange_sdk import Client, OrderType, Side
from tests.e2e.dev_process import Dev, open_folder, running, wait_until
from tests.e2e.page.browser import build_page
from tests.e2e.page.conftest import Clients, OpenTab
from tests.e2e.page.trader import PATIENCE_MS, Trader

FOLDER = os.environ.get("EXCHANGE_SCREENSHOTS")
LARGEST_BYTES = 250_000
MARKET = "BTC-USDC"
# The shortest candles there are: two minutes of trading fill the chart.
SECOND_CANDLES = "1s"
CANDLES = 110
PATIENCE_SECONDS = 300
NUMBERS = itertools.count(1)

pytestmark = [
    pytest.mark.skipif(FOLDER is None, reason="EXCHANGE_SCREENSHOTS names no folder: use `make screenshots`"),
    pytest.mark.timeout(2 * PATIENCE_SECONDS),
]


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """With all its bots, a machine takes its time."""
    expect.set_options(timeout=4 * PATIENCE_MS)
    yield
    expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="package")
def dev(browser: Browser) -> Iterator[Dev]:
    """Run `exchange dev` as it is."""
    build_page()
    with open_folder() as path, running(path / "data") as running_dev:
        yield running_dev


@pytest.fixture(scope="package")
def lively(clients: Clients) -> Client:
    """Let alice trade until the chart is full, and leave her with orders; returns her client."""
    alice = clients["alice"]
    wait_until(lambda: alice.get_ticker(MARKET).trade_count, "the market trades", PATIENCE_SECONDS)
    for part in range(1, 5):
        wait_for_candles(alice, CANDLES * part // 5)
        side = Side.SELL if part == 3 else Side.BUY
        alice.place_order(market=MARKET, side=side, quantity=Decimal(part) / 20)
    wait_for_candles(alice, CANDLES)
    return alice


def wait_for_candles(client: Client, count: int) -> None:
    def there_are() -> bool:
        return len(client.list_candles(MARKET, "1s", page_size=count).page().items) >= count

    wait_until(there_are, f"{count} candles", PATIENCE_SECONDS)


def place_orders(alice: Client) -> None:
    """Orders on both sides of the market, and a stop below it."""
    last = alice.get_ticker(MARKET).last_price
    assert last is not None
    for side, quantity, part, key in (("buy", "0.25", "0.9993", "swing"), ("sell", "0.4", "1.0009", "swing")):
        price = (last * Decimal(part)).quantize(Decimal("0.1"))
        alice.place_order(
            market=MARKET, side=side, quantity=quantity, price=price, client_order_id=f"{key}-{next(NUMBERS)}"
        )
    trigger = (last * Decimal("0.9988")).quantize(Decimal("0.1"))
    kind = OrderType.STOP_MARKET
    alice.place_order(
        market=MARKET,
        side="sell",
        quantity="0.5",
        type=kind,
        trigger_price=trigger,
        client_order_id=f"guard-{next(NUMBERS)}",
    )


def start(trader: Trader, name: str, theme: str) -> Trader:
    """Open the trading view with the shortest candles, and sign in."""
    trader.page.set_default_timeout(4 * PATIENCE_MS)
    stored = json.dumps({"state": {"theme": theme, "interval": SECOND_CANDLES}, "version": 1})
    trader.page.add_init_script(
        f"localStorage.getItem('exchange.ui') ?? localStorage.setItem('exchange.ui', {stored!r})"
    )
    return trader.open(f"trade/{MARKET}").sign_in(name)


def shoot(trader: Trader, name: str, part: Locator | None = None) -> None:
    """Take the picture, of a part or of all, when what the page asked for has come."""
    expect(trader.page.get_by_role("main").get_by_role("status").filter(has_text="Loading")).to_have_count(0)
    expect(trader.page.locator("[data-sonner-toast]")).to_have_count(0)
    trader.page.mouse.move(0, 0)
    # Two frames later the last answer is drawn.
    trader.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    file = Path(FOLDER or "") / f"{name}.png"
    (part or trader.page).screenshot(path=file, animations="disabled")
    assert file.stat().st_size < LARGEST_BYTES, f"{file} is too large for docs/"


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_trading_view(open_tab: OpenTab, lively: Client, theme: str) -> None:
    place_orders(lively)
    trader = start(open_tab(theme=theme), "alice", theme)
    expect(trader.lines()).to_have_count(3)
    shoot(trader, f"trade-{theme}")


def test_the_depth_of_the_book_and_an_order_that_is_refused(open_tab: OpenTab, lively: Client) -> None:
    trader = start(open_tab(), "alice", "dark")
    trader.page.get_by_role("radio", name="Depth").click()
    shoot(trader, "depth", trader.page.get_by_role("region", name="Chart"))
    trader.fill_order("Buy", str(lively.get_order_book(MARKET, depth=1).bids[0].price), "5000")
    trader.submit("Buy")
    form = trader.page.get_by_role("form", name="Order")
    expect(form.get_by_label("Size", exact=True)).to_have_attribute("aria-invalid", "true")
    shoot(trader, "order-refused", form)


def test_the_other_pages(open_tab: OpenTab, clients: Clients, lively: Client) -> None:
    admin, account = clients["admin"].admin, lively.get_account()
    admin.create_api_key(account.account_id, ["READ"], label="dashboard", expire_time=datetime(2030, 1, 1, tzinfo=UTC))
    light = start(open_tab(theme="light"), "alice", "light")
    operator = start(open_tab(), "admin", "dark")
    for trader, route, height in (
        (light, "markets", 360),
        (light, "portfolio", 900),
        (light, "keys", 360),
        (operator, "bots", 680),
        (operator, "admin", 440),
    ):
        trader.page.set_viewport_size({"width": 1440, "height": height})
        shoot(trader.go(route), route)


def test_a_phone(open_tab: OpenTab, lively: Client) -> None:
    place_orders(lively)
    phone = start(open_tab(phone=True), "alice", "dark")
    shoot(phone, "phone-chart")
    phone.page.get_by_role("tab", name="Book").click()
    expect(phone.page.get_by_role("table", name="Bids").locator("[data-price]").first).to_be_visible()
    shoot(phone, "phone-book")
    phone.page.get_by_role("tab", name=re.compile("^Account")).click()
    expect(phone.rows("Open orders").first).to_be_visible()
    shoot(phone, "phone-orders")


def test_a_market_that_is_halted(open_tab: OpenTab, clients: Clients, lively: Client) -> None:
    trader = start(open_tab(), "alice", "dark")
    clients["admin"].admin.set_market_status(MARKET, "HALTED")
    expect(trader.page.get_by_test_id("market-status")).to_be_visible()
    shoot(trader, "halted")
    clients["admin"].admin.set_market_status(MARKET, "OPEN")
