"""The SDK's examples run as they stand."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from tests.integration.exchange_fixture import BUY, MARKET, SELL, Exchange, Trader

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "sdks/python/examples"


def environment(exchange: Exchange, trader: Trader | None) -> dict[str, str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("EXCHANGE_")}
    key = {"EXCHANGE_API_KEY": trader.api_key} if trader else {}
    return clean | key | {"EXCHANGE_ADDRESS": exchange.process.address}


def run(name: str, exchange: Exchange, trader: Trader) -> str:
    done = subprocess.run(
        [sys.executable, EXAMPLES / name],
        env=environment(exchange, trader),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_first_order(exchange: Exchange, alice: Trader) -> None:
    out = run("first_order.py", exchange, alice)
    assert "BTC: 1000 available, 0 reserved" in out
    assert "is OPEN, 0.1 open" in out
    assert out.endswith("now it is CANCELED\n")


def test_order_entry(exchange: Exchange, alice: Trader) -> None:
    out = run("order_entry.py", exchange, alice)
    assert "replaced 5 orders, 0 requests refused" in out
    assert exchange.balance(alice, "USDC") == ("100000000", "0")


def test_protective_orders(exchange: Exchange, alice: Trader) -> None:
    out = run("protective_orders.py", exchange, alice)
    assert "is PENDING_TRIGGER at " in out
    assert "now it is for 0.25" in out
    assert "a bid would reserve " in out
    assert "replaced by 1, of which 0.1 are shown" in out
    assert out.endswith("canceled 2 orders\n")
    assert exchange.balance(alice, "USDC") == ("100000000", "0")


async def test_local_book(exchange: Exchange, alice: Trader) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        EXAMPLES / "local_book.py",
        MARKET,
        "3",
        env=environment(exchange, None),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        snapshot = (await process.stdout.readline()).decode()
        assert "bid None, ask None" in snapshot
        await asyncio.to_thread(exchange.place, alice, BUY, "100", "1")
        await process.stdout.readline()
        await asyncio.to_thread(exchange.place, alice, SELL, "200", "2")
        out = (await process.stdout.read()).decode()
        assert "bid 1@100, ask 2@200, spread 100" in out
        assert await process.wait() == 0
