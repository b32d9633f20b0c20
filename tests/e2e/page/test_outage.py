"""The core is killed and comes back: the page says so meanwhile, and is right again afterwards."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import expect

from tests.e2e.dev_process import Dev, serves, wait_until
from tests.e2e.page.conftest import Clients
from tests.e2e.page.trader import MARKET, Trader


def test_an_outage_is_said_and_the_book_is_right_again(trader: Trader, dev: Dev, clients: Clients) -> None:
    clients["bob"].place_order(market=MARKET, side="sell", quantity="1.5", price="4000")
    trader.sign_in("alice")
    trader.place("Buy", "1500", "0.3")
    expect(trader.level("Asks", "4000")).to_contain_text("1.5")
    expect(trader.connection).to_have_attribute("data-status", "live")

    with nobody_restarts(dev):
        os.kill(dev.ready["pids"]["core"], signal.SIGKILL)
        expect(trader.connection).to_have_attribute("data-status", "reconnecting")
        expect(trader.connection).to_contain_text("Reconnecting")
        book = trader.page.get_by_role("region", name="Order book")
        expect(book.get_by_role("status")).to_contain_text("Reconnecting")
        # What was known is still there, and greyed.
        expect(trader.level("Asks", "4000")).to_contain_text("1.5")
        wait_until(lambda: opacity(trader) < 0.7, "the book is greyed")
    dev.wait_until_serving()
    wait_until(lambda: serves(dev.address), "the core serves again")

    clients["bob"].place_order(market=MARKET, side="sell", quantity="0.25", price="4000")
    expect(trader.connection).to_have_attribute("data-status", "live")
    expect(trader.level("Asks", "4000")).to_contain_text("1.75")
    wait_until(lambda: opacity(trader) == 1, "the book is not greyed any more")
    expect(trader.rows("Open orders").first).to_contain_text("1,500")
    trader.place("Buy", "1501", "0.1")
    expect(trader.rows("Open orders")).to_have_count(2)


@contextmanager
def nobody_restarts(dev: Dev) -> Iterator[None]:
    """Hold the supervisor, which is too quick for somebody who wants to see what is said meanwhile."""
    os.kill(dev.ready["pids"]["supervisor"], signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(dev.ready["pids"]["supervisor"], signal.SIGCONT)


def opacity(trader: Trader) -> float:
    """Return how opaque the book is, with all that it lies in."""
    return float(
        trader.level("Asks", "4000").evaluate(
            """element => {
              let opacity = 1
              for (let each = element; each; each = each.parentElement) opacity *= getComputedStyle(each).opacity
              return opacity
            }"""
        )
    )
