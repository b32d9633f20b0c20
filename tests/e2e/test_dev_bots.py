"""`exchange dev` with its bots: markets that move, and that come back when the bots were killed."""

import json
import os
import signal
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from exchange_bots.dev_fleet import BOTS
from exchange_sdk import Client
from tests.e2e.dev_process import Dev, open_folder, running, wait_until

MARKETS = ("BTC-USDC", "ETH-USDC", "RAIN-USDC")


@pytest.fixture(scope="module")
def dev() -> Iterator[Dev]:
    with open_folder() as path, running(path / "data") as running_dev:
        yield running_dev


def bots(dev: Dev) -> dict[str, dict[str, Any]]:
    """Return what the bots say of themselves, by name."""
    status = dev.data_dir / "bots" / "fleet.status.json"
    return {bot["name"]: bot for bot in json.loads(status.read_text())["bots"]} if status.exists() else {}


def all_run(dev: Dev) -> bool:
    found = bots(dev)
    return set(found) == set(BOTS) and all(bot["state"] == "running" for bot in found.values())


def has_traded(client: Client, market: str) -> bool:
    return client.get_ticker(market).trade_count >= 3


def has_moved(client: Client, market: str, since: int) -> bool:
    return client.get_order_book(market).sequence > since


def test_every_market_has_a_book_that_moves_and_trades(dev: Dev) -> None:
    wait_until(lambda: all_run(dev), f"all bots run; {dev.output()}", 60)
    with Client(dev.address) as client:
        assert {market.name for market in client.list_markets()} == set(MARKETS)
        for market in MARKETS:
            wait_until(partial(has_traded, client, market), f"trades in {market}", 60)
            book = client.get_order_book(market)
            assert min(len(book.bids), len(book.asks)) >= 15
            wait_until(partial(has_moved, client, market, book.sequence), f"a move in {market}")
    shown = {row["name"]: row for row in dev.cli("bot", "status")}
    assert set(shown) == set(BOTS)
    assert all(row["restarts"] == 0 for row in shown.values())


def test_the_money_of_the_bots_is_from_journaled_credits_and_each_has_an_account_of_its_own(dev: Dev) -> None:
    accounts = {row["name"] for row in dev.cli("--as", "admin", "admin", "account", "ls")}
    assert {f"bot-{name}" for name in BOTS} <= accounts
    keys = json.loads((dev.data_dir / "bots" / "keys.json").read_text())
    assert (dev.data_dir / "bots" / "keys.json").stat().st_mode & 0o777 == 0o600
    with Client(dev.address, api_key=keys["lmsr-rain"]) as client:
        balances = {balance.asset: balance.total for balance in client.list_balances()}
    assert balances["RAIN"] + balances["USDC"] == pytest.approx(Decimal(2_000_000), rel=Decimal("0.001"))


def test_when_the_bots_are_killed_their_quotes_go_and_they_come_back_and_it_is_said(dev: Dev) -> None:
    wait_until(lambda: all_run(dev), "all bots run", 60)
    (dev.data_dir / "bots" / "fleet.status.json").unlink()
    os.kill(dev.ready["pids"]["bots"], signal.SIGKILL)
    with Client(dev.address) as client:
        wait_until(lambda: not client.get_order_book("RAIN-USDC").bids, "an empty book")
    wait_until(lambda: dev.has_said("bots ended with SIGKILL") and dev.has_said("bots started again"), "the words")
    wait_until(lambda: all_run(dev), "all bots run again", 60)
    with Client(dev.address) as client:
        wait_until(lambda: client.get_order_book("RAIN-USDC").bids, "a book again")
