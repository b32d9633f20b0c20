"""One exchange and one browser for all tests of the page; each test has a tab that nobody is signed in at."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from exchange_sdk import Client, Unavailable
from tests.e2e.dev_process import Dev, open_folder, running, wait_until
from tests.e2e.page.browser import build_page, launch
from tests.e2e.page.trader import Trader

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
NAMES = ("alice", "bob", "admin")

OpenTab = Callable[..., Trader]
Clients = dict[str, Client]


# The package's, not the session's: playwright's loop must be gone when other tests run theirs.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def dev(browser: Browser) -> Iterator[Dev]:
    """Run `exchange dev` without order flow: what is in the books is the tests' own."""
    build_page()
    with open_folder() as path, running(path / "data", "--no-bots") as running_dev:
        yield running_dev


def has_history(client: Client) -> bool:
    try:
        client.list_ledger_entries().collect(1)
    except Unavailable:
        return False
    return True


@pytest.fixture(scope="package")
def clients(dev: Dev) -> Iterator[Clients]:
    """Give the accounts that the page offers as clients of the Python SDK."""
    profiles = json.loads(Path(dev.ready["credentials_file"]).read_text())["profiles"]
    clients = {name: Client(dev.address, api_key=profiles[name]["api_key"]) for name in NAMES}
    # The history's database makes its tables while the exchange trades already.
    wait_until(lambda: has_history(clients["alice"]), f"a history; {dev.output()}", 60)
    yield clients
    for client in clients.values():
        client.close()


@pytest.fixture(scope="package")
def strangers(dev: Dev, clients: Clients) -> Iterator[tuple[Client, Client]]:
    """Give two accounts with plenty of money that nobody signs in with: a maker and a taker."""
    admin = clients["admin"].admin
    made = []
    for name in ("maker", "taker"):
        account = admin.create_account(name)
        for asset, amount in (("USDC", 10_000_000), ("BTC", 100)):
            admin.credit(account.account_id, asset, amount)
        made.append(Client(dev.address, api_key=admin.create_api_key(account.account_id, ["READ", "TRADE"]).api_key))
    yield made[0], made[1]
    for client in made:
        client.close()


@pytest.fixture
def open_tab(browser: Browser, dev: Dev, clients: Clients) -> Iterator[OpenTab]:
    """Give a function that opens a tab: `open_tab(phone=True, theme="light")`. Orders are canceled after the test."""
    contexts: list[BrowserContext] = []
    traders: list[Trader] = []

    def open_one(*, phone: bool = False, theme: str = "dark") -> Trader:
        context = browser.new_context(
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]  # a TypedDict in its stubs
            has_touch=phone,
            color_scheme=theme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            accept_downloads=True,
        )
        contexts.append(context)
        trader = Trader(context, dev.ready["addresses"]["gateway"])
        traders.append(trader)
        return trader

    yield open_one
    for trader in traders:
        # Shown with a test that failed.
        print("toasts:", [text for text in trader.toasts() if text], trader.page.url)
    for context in contexts:
        context.close()
    for client in clients.values():
        client.cancel_all_orders()
    errors = [error for trader in traders for error in trader.errors]
    assert errors == [], "the page's scripts failed"


@pytest.fixture
def trader(open_tab: OpenTab) -> Trader:
    """Give a tab on the trading view."""
    return open_tab().open()
