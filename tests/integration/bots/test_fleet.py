"""Fleets of bots on a real exchange: the bot of the README, bots that die, and several strategies at once."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from exchange_bots.bot.config import BotConfig
from exchange_bots.bot.fleet import Fleet
from exchange_bots.bot.strategy import Strategy
from exchange_bots.bot.view import Decision, View
from exchange_bots.strategies import make_bot
from exchange_sdk import Client
from exchange_sdk.testing import MarketTerms, TestExchange
from tests.integration.bots.bot_fixture import FUNDS, MARKET, TERMS, book_of, until

README = Path(__file__).parents[3] / "bots" / "README.md"
RAIN = MarketTerms("RAIN", "USDC", tick_size="0.001", lot_size=1, base_decimals=0)


@pytest.fixture(scope="module")
def fleet_exchange() -> Iterator[TestExchange]:
    with TestExchange(TERMS, RAIN) as exchange:
        yield exchange


@pytest.fixture
def others(fleet_exchange: TestExchange) -> Iterator[Client]:
    client = fleet_exchange.client("others", {"BTC": 100, "USDC": 1_000_000, "RAIN": 1_000})
    yield client
    client.cancel_all_orders()
    fleet_exchange.quote(MARKET)


@asynccontextmanager
async def running(
    exchange: TestExchange, *bots: Strategy[Any], status_file: Path | None = None
) -> AsyncIterator[Fleet]:
    funds = {**FUNDS, "RAIN": 1_000_000}
    keys = {bot.config.name: await asyncio.to_thread(exchange.api_key, bot.config.name, funds) for bot in bots}
    fleet = Fleet(exchange.address, bots, keys, status_file=status_file)
    task = asyncio.create_task(fleet.run())
    try:
        yield fleet
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.result()


async def test_the_bot_of_the_readme_quotes_inside_the_spread_without_looking_at_itself(
    fleet_exchange: TestExchange, others: Client
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert len(code.splitlines()) <= 50
    module: dict[str, Any] = {"__name__": "penny"}
    exec(compile(code, "README", "exec"), module)
    penny = module["Penny"](module["PennyConfig"](name="penny", market=MARKET, quantity=Decimal("0.5")))
    fleet_exchange.quote(MARKET, bids=[(100, 5)], asks=[(104, 5)])
    async with running(fleet_exchange, penny):
        await until(lambda: book_of(others) == ({101: 0.5, 100: 5}, {103: 0.5, 104: 5}), "its quotes")
        await asyncio.to_thread(fleet_exchange.quote, MARKET, [(102, 5)], [(106, 5)])
        await until(lambda: book_of(others) == ({103: 0.5, 102: 5}, {105: 0.5, 106: 5}), "its quotes elsewhere")
        # It does not go on to better itself.
        await asyncio.sleep(0.3)
        assert book_of(others) == ({103: 0.5, 102: 5}, {105: 0.5, 106: 5})
    assert book_of(others) == ({102: 5}, {106: 5})


class Mortal(Strategy[BotConfig]):
    """Dies of its first two decisions."""

    deaths = 0

    def decide(self, view: View) -> Decision:
        if Mortal.deaths < 2:
            Mortal.deaths += 1
            raise RuntimeError("no more")
        return Decision()


async def test_a_bot_that_dies_is_started_again_and_the_others_do_not_notice(
    fleet_exchange: TestExchange, others: Client, tmp_path: Path
) -> None:
    fleet_exchange.quote(MARKET, bids=[(100, 5)], asks=[(104, 5)])
    mortal = Mortal(BotConfig(name="mortal", market=MARKET))
    pure = make_bot(
        "pure-market-making", {"market": MARKET, "order_quantity": 1, "bid_spread_bps": 500, "ask_spread_bps": 500}
    )
    status_file = tmp_path / "bots" / "x.status.json"

    def told() -> dict[str, Any]:
        return {bot["name"]: bot for bot in json.loads(status_file.read_text())["bots"]} if status_file.exists() else {}

    async with running(fleet_exchange, mortal, pure, status_file=status_file):
        await until(
            lambda: told() and told()["mortal"]["restarts"] == 2 and told()["mortal"]["state"] == "running", "life"
        )
        assert told()["mortal"]["last_death"] == "RuntimeError: no more"
        assert told()["pure-market-making"]["restarts"] == 0
        # 102 less and more 5%, to the tick.
        assert book_of(others) == ({Decimal("96.9"): 1, 100: 5}, {104: 5, Decimal("107.1"): 1})
    assert not status_file.exists()


async def test_a_prediction_market_lives_of_its_maker_and_noise(fleet_exchange: TestExchange, others: Client) -> None:
    """LMSR needs no other price; noise takes from it; a buyer of the crowd moves the price up."""
    settings = {"market": "RAIN-USDC", "liquidity": 100, "level_quantity": 10, "neutral_base": 1_000_000}
    maker = make_bot("lmsr", settings)
    noise = make_bot(
        "noise",
        {"market": "RAIN-USDC", "rate": 20, "typical_quantity": 3, "inventory_band": 30, "slippage_bps": 500},
    )
    async with running(fleet_exchange, maker, noise) as fleet:

        def fills() -> int:
            # A bot is listed from its start on.
            return int({bot["name"]: bot["counts"] for bot in fleet.status()["bots"]}.get("lmsr", {}).get("fills", 0))

        await until(lambda: fills() > 10, "fills")
        before = max(book_of(others, "RAIN-USDC")[0])
        await asyncio.to_thread(others.place_order, market="RAIN-USDC", side="buy", quantity=90, price="0.9")
        await until(lambda: max(book_of(others, "RAIN-USDC")[0]) > before + Decimal("0.1"), "a higher price")
        statuses = {bot["name"]: bot for bot in fleet.status()["bots"]}
        assert not any(name.startswith("refused") for name in statuses["lmsr"]["counts"])
        await asyncio.to_thread(others.cancel_all_orders)
    assert book_of(others, "RAIN-USDC") == ({}, {})


async def test_a_twap_buys_its_quantity_and_no_more(fleet_exchange: TestExchange, others: Client) -> None:
    fleet_exchange.quote(MARKET, bids=[(100, 50)], asks=[(101, 50)])
    twap = make_bot(
        "twap",
        {"market": MARKET, "side": "buy", "quantity": 6, "duration_seconds": 0.6, "slices": 6, "react_seconds": 0},
    )
    async with running(fleet_exchange, twap):
        await until(lambda: book_of(others)[1] == {101: 44}, "all of it")
        await asyncio.sleep(0.3)
        assert book_of(others) == ({100: 50}, {101: 44})
