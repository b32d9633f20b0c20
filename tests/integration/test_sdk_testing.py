"""`exchange_sdk.testing`: an exchange for the tests of those who write bots."""

import asyncio
import os
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import psutil
import pytest

import exchange_sdk as sdk
from exchange_sdk.testing import MarketTerms, TestExchange, TestExchangeError

EXAMPLE = Path(__file__).parents[2] / "sdks" / "python" / "examples" / "test_quoting_bot.py"

CONFTEST = """
import pytest

@pytest.fixture(scope="session")
def exchange_markets():
    return ["BTC-USDC", "ETH-USDC"]
"""


def test_an_exchange_has_its_markets_and_funded_accounts_and_leaves_nothing_behind() -> None:
    market = MarketTerms("ETH", "USD", tick_size="0.1", lot_size="0.01", maker_fee_ppm=-100, taker_fee_ppm=200)
    with TestExchange(market, "BTC-USD", settings={"heartbeat_seconds": 0.2}) as exchange:
        alice = exchange.client("alice", {"ETH": 10, "USD": "1000.5"})
        assert {balance.asset: balance.available for balance in alice.list_balances()} == {
            "ETH": Decimal(10),
            "USD": Decimal("1000.5"),
        }
        assert [each.name for each in alice.list_markets()] == ["BTC-USD", "ETH-USD"]
        assert alice.get_market("ETH-USD").maker_fee_ppm == -100
        exchange.quote("ETH-USD", bids=[(100, 1), (99, 2)], asks=[(101, 1)])
        exchange.quote("ETH-USD", bids=[(98, 3)])
        assert alice.get_order_book("ETH-USD").bids == (sdk.PriceLevel(Decimal(98), Decimal(3)),)
        # The same name is the same account.
        again = exchange.client("alice", {"USD": 1})
        assert again.list_balances()[1].available == Decimal("1001.5")
        process, folder = psutil.Process(exchange._process.pid), exchange._path  # type: ignore[union-attr]
        assert process.is_running()
    assert not process.is_running()
    assert not folder.exists()


def test_what_was_acknowledged_is_there_after_a_kill_and_the_address_stays() -> None:
    with TestExchange() as exchange:
        address = exchange.address
        alice = exchange.client("alice", {"USDC": 1000})
        placed = alice.place_order(market="BTC-USDC", side="buy", quantity=1, price=100)
        with alice.stream_account() as stream:
            exchange.kill()
            assert not exchange.is_running
            exchange.start()
            assert exchange.address == address
            assert alice.get_order(order_id=placed.order_id).status is sdk.OrderStatus.OPEN
            exchange.restart()
            alice.cancel_order(order_id=placed.order_id)
            deadline = time.monotonic() + 20
            events = [type(next(stream)) for _ in range(3) if time.monotonic() < deadline]
            assert events[0] is sdk.AccountSnapshot
            assert sdk.Reconnected in events
            assert events[-1] is sdk.AccountUpdate


async def test_a_client_for_asyncio_acts_for_the_same_account() -> None:
    with TestExchange() as exchange:
        async with exchange.async_client("alice", {"USDC": 5}) as alice:
            assert (await alice.list_balances())[0].available == 5
            account = await alice.get_account()
        assert (await asyncio.to_thread(exchange.client("alice").get_account)).account_id == account.account_id


def test_a_server_that_cannot_start_says_why() -> None:
    exchange = TestExchange(settings={"queue_limit": 0})
    with pytest.raises(TestExchangeError, match="QUEUE_LIMIT"):
        exchange.start()
    with pytest.raises(ValueError, match="BTCUSDC"):
        TestExchange("BTCUSDC")


def test_an_exchange_that_is_never_closed_ends_with_its_process(tmp_path: Path) -> None:
    code = """
from exchange_sdk.testing import TestExchange
exchange = TestExchange()
exchange.start()
print(exchange._process.pid, flush=True)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert not psutil.pid_exists(int(done.stdout))


def test_the_example_runs_with_nothing_but_the_installed_plugin(tmp_path: Path) -> None:
    """Outside this project: no conftest of ours, the fixtures come from the entry point."""
    test = tmp_path / EXAMPLE.name
    test.write_text(EXAMPLE.read_text())
    (tmp_path / "conftest.py").write_text(CONFTEST)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)],
        cwd=tmp_path,
        env={key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
