"""The example of the dataclass flavour runs as it stands."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.exchange_fixture import BUY, MARKET, SELL, Exchange, Trader

EXAMPLE = Path(__file__).parents[2] / "sdks/python/examples/betterproto_client.py"


def run(exchange: Exchange, api_key: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    clean = {key: value for key, value in os.environ.items() if not key.startswith("EXCHANGE_")}
    return subprocess.run(
        [sys.executable, EXAMPLE, exchange.process.address, *arguments],
        env=clean | {"EXCHANGE_API_KEY": api_key},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_order_that_rests_is_placed_by_a_call_and_canceled_on_a_stream(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    bid = exchange.place(bob, BUY, "100", "2")
    ask = exchange.place(bob, SELL, "300.5", "0.25")
    done = run(exchange, alice.api_key, MARKET, "buy", "200", "0.5")
    assert done.returncode == 0, done.stderr
    book, offers, placed, canceled = done.stdout.splitlines()
    assert (book, offers) == ("best bid 100 × 2", "best ask 300.5 × 0.25")
    number = int(placed.removeprefix("order ").partition(":")[0])
    assert number > ask.order_id > bid.order_id
    assert placed == f"order {number}: OPEN, filled 0 of 0.5"
    assert canceled == f"order {number}: CANCELED"
    assert exchange.balance(alice, "USDC") == ("100000000", "0")


def test_an_order_that_is_filled_needs_no_cancel(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    exchange.place(bob, SELL, "250", "1")
    done = run(exchange, alice.api_key, MARKET, "buy", "250", "1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].endswith(": FILLED, filled 1 of 1")
    assert exchange.balance(alice, "BTC") == ("1001", "0")


@pytest.mark.parametrize(
    ("api_key", "price", "status"), [("wrong", "250", "UNAUTHENTICATED"), (None, "0.3", "INVALID_ARGUMENT")]
)
def test_what_is_refused_ends_the_example_with_its_status(
    exchange: Exchange, alice: Trader, api_key: str | None, price: str, status: str
) -> None:
    done = run(exchange, api_key or alice.api_key, MARKET, "buy", price, "1000")
    assert done.returncode != 0
    assert f"StatusCode.{status}" in done.stderr
