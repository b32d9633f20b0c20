"""`exchange bot …` as a person types it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from exchange_sdk.testing import TestExchange
from tests.integration.bots.bot_fixture import FUNDS, MARKET, book_of, bot_exchange

__all__ = ["bot_exchange"]

EXCHANGE = [sys.executable, "-m", "exchange_server.cli"]


def wait_until(condition: Callable[[], object], what: str, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.03)


class Command:
    """Runs `exchange …` against an exchange, as an account of its own, with a data directory of the test's."""

    def __init__(self, exchange: TestExchange, folder: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("EXCHANGE_")}
        self._environment = environment | {"EXCHANGE_ADDRESS": exchange.address, "EXCHANGE_DATA_DIR": str(folder)}
        self._exchange = exchange

    def run(self, *arguments: str, status: int = 0) -> Any:
        done = subprocess.run(
            [*EXCHANGE, *arguments], env=self._environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout) if status == 0 else done.stderr

    def healthy(self) -> str:
        """Return what the health check says, which must be well."""
        done = subprocess.run(
            [*EXCHANGE, "bot", "health"], env=self._environment, capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout

    def start(self, name: str, *arguments: str) -> "subprocess.Popen[str]":
        key = self._exchange.api_key(name, FUNDS)
        return subprocess.Popen(
            [*EXCHANGE, "--api-key", key, "bot", "run", *arguments],
            env=self._environment,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def command(bot_exchange: TestExchange, tmp_path: Path) -> Iterator[Command]:
    bot_exchange.quote(MARKET, bids=[(100, 5)], asks=[(104, 5)])
    yield Command(bot_exchange, tmp_path)
    bot_exchange.quote(MARKET)


CONFIG = """
order_quantity = "0.5"
bid_spread_bps = 500
ask_spread_bps = 500
"""


def test_a_bot_runs_tells_what_it_does_and_takes_its_quotes_away_with_it(
    bot_exchange: TestExchange, command: Command, tmp_path: Path
) -> None:
    (tmp_path / "pmm.toml").write_text(CONFIG)
    onlooker = bot_exchange.client("onlooker")
    arguments = ("pure-market-making", "--market", MARKET, "--config", str(tmp_path / "pmm.toml"))
    for end in (signal.SIGINT, signal.SIGKILL):
        # After a kill it is the exchange that cancels.
        with command.start("pure", *arguments) as bot:
            wait_until(lambda: len(book_of(onlooker)[0]) == 2 and len(book_of(onlooker)[1]) == 2, "its quotes")
            wait_until(
                lambda: '"open_orders": 2' in "".join(map(Path.read_text, tmp_path.glob("bots/*"))), "its status"
            )
            assert [row["state"] for row in command.run("bot", "status") if row["open_orders"]] == ["running"]
            bot.send_signal(end)
            assert bot.stderr is not None
            lines = [json.loads(line) for line in bot.stderr.read().splitlines()]
        # It may have looked before the feed was connected.
        running = next(line for line in lines if line["event"] != "paused")
        assert running | {"time": ""} == {"time": "", "level": "info", "event": "running", "bot": "pure-market-making"}
        assert bot.returncode == (0 if end is signal.SIGINT else -end)
        wait_until(lambda: book_of(onlooker) == ({100: 5}, {104: 5}), "its quotes gone")


def test_the_health_of_bots_is_that_of_the_process_started_last(command: Command, tmp_path: Path) -> None:
    assert "no bots were started here" in command.run("bot", "health", status=1)
    (tmp_path / "pmm.toml").write_text(CONFIG)
    arguments = ("pure-market-making", "--market", MARKET, "--config", str(tmp_path / "pmm.toml"))

    def states() -> list[str]:
        return [row["state"] for row in command.run("bot", "status")]

    with command.start("healthy", *arguments) as bot:
        wait_until(lambda: states() == ["running"], "it runs")
        assert command.healthy() == "pure-market-making running\n"
        bot.kill()
    # What it left behind soon says nothing new.
    (left,) = tmp_path.glob("bots/*.status.json")
    left.write_text(left.read_text().replace('"time": ', '"time": -'))
    assert "pure-market-making is gone: its process says nothing" in command.run("bot", "health", status=1)
    # It holds a thousand, and may hold one.
    (tmp_path / "pmm.toml").write_text(CONFIG + 'neutral_base = "0"\nsafety = { max_inventory = 1 }\n')
    with command.start("greedy", *arguments) as bot:
        wait_until(lambda: "halted" in states(), "its limits halt it")
        assert "pure-market-making is halted: inventory" in command.run("bot", "health", status=1)
        bot.terminate()


def test_a_config_that_is_wrong_is_refused_with_file_and_field(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(CONFIG + "skew_bps = 600\ninventory_band = 1\n")
    said = command.run("bot", "run", "pure-market-making", "--market", MARKET, "--config", str(path), status=1)
    assert "bad.toml: skew_bps: Value error, must be below both spreads" in said


def test_the_strategies_are_listed_with_their_settings(command: Command) -> None:
    listed = {row["name"]: row for row in command.run("bot", "ls")}
    assert {"mirror-maker", "mirror-taker", "lmsr", "avellaneda-stoikov", "pure-market-making", "grid"} <= set(listed)
    assert {"noise", "momentum", "mean-reversion", "twap"} <= set(listed)
    assert "risk_aversion" in listed["avellaneda-stoikov"]["settings"]
    assert command.run("bot", "status") == []
