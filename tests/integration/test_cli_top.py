"""The screen of `exchange top` against the real server, by Textual's pilot."""

import asyncio
from collections.abc import Callable

import pytest
from rich.console import Console

from exchange_server.cli.session import Output, Session
from exchange_server.cli.top.screen import Pane, TopApp
from exchange_server.cli.top.state import HOPS
from tests.integration.exchange_fixture import BUY, MARKET, SELL, Exchange, Trader


def text_of(app: TopApp, name: str) -> str:
    """Return what a pane shows, as plain text."""
    console = Console(width=100)
    with console.capture() as capture:
        console.print(app.query_one(f"#{name}", Pane).content)
    return capture.get()


def quantities(app: TopApp) -> list[str]:
    return [str(trade.quantity) for trade in app.state.trades]


async def shows(app: TopApp, holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            assert app.error is None, app.error
            await asyncio.sleep(0.05)


async def test_the_screen_shows_book_trades_own_orders_and_latencies(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    session = Session(address=exchange.process.address, api_key=alice.api_key, output=Output.TABLE)
    app = TopApp(session, MARKET)
    async with app.run_test(size=(140, 45)) as pilot:
        await shows(app, lambda: app._subscription is not None)
        resting = exchange.place(alice, SELL, "100.5", "2")
        exchange.place(bob, BUY, "99", "3")
        exchange.place(bob, BUY, "100.5", "0.75")
        await shows(app, lambda: quantities(app)[:1] == ["0.75"] and "1.25" in text_of(app, "book"))
        book = text_of(app, "book")
        assert "spread 1.5" in book
        assert "█" in book
        await shows(app, lambda: "0.75" in text_of(app, "trades"))
        await shows(app, lambda: str(resting.order_id) in text_of(app, "orders"))
        await shows(app, lambda: "100.5" in text_of(app, "ticker"))
        for hop in HOPS:
            assert app.state.latencies.quantile(hop, 0.5) is not None, hop
        assert "p99" in text_of(app, "latency")

        depth = app.depth
        await pilot.press("plus")
        assert app.depth == depth + 4
        await pilot.press("minus", "minus")
        assert app.depth == depth - 4
        await pilot.press("space")
        shown = text_of(app, "book")
        exchange.place(bob, BUY, "98", "1")
        await asyncio.sleep(0.4)
        assert text_of(app, "book") == shown
        await pilot.press("space")
        await shows(app, lambda: "98" in text_of(app, "book"))

        exchange.place(bob, BUY, "100.5", "1.25")
        await shows(app, lambda: not app.state.orders)
        await shows(app, lambda: "none" in text_of(app, "orders"))
        await pilot.press("q")
    assert not app.is_running
    assert app.error is None


async def test_trades_from_before_we_look_are_shown_and_none_is_told_twice(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    exchange.place(alice, SELL, "100.5", "2")
    exchange.place(bob, BUY, "100.5", "0.75")
    app = TopApp(Session(address=exchange.process.address, api_key="", output=Output.TABLE), MARKET)
    async with app.run_test(size=(140, 45)):
        await shows(app, lambda: quantities(app)[:1] == ["0.75"] and app._subscription is not None)
        exchange.place(bob, BUY, "100.5", "0.25")
        await shows(app, lambda: quantities(app)[:1] == ["0.25"])
        assert quantities(app)[:2] == ["0.25", "0.75"]
        ids = [trade.trade_id for trade in app.state.trades]
        assert ids == sorted(set(ids), reverse=True)


async def test_a_market_that_is_not_there_ends_the_screen_with_the_error(exchange: Exchange) -> None:
    app = TopApp(Session(address=exchange.process.address, api_key="", output=Output.TABLE), "NO-MARKET")
    async with app.run_test(), asyncio.timeout(20):
        while app.error is None:
            await asyncio.sleep(0.02)
    assert "NO-MARKET" in str(app.error) or app.error.reason_name == "MARKET_NOT_FOUND"


@pytest.mark.parametrize("arguments", [["top", MARKET]])
def test_without_a_terminal_it_says_what_else_there_is(arguments: list[str]) -> None:
    from typer.testing import CliRunner

    from exchange_server.cli.main import app

    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1
    assert "exchange book -w" in done.output
