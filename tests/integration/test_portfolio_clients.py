"""The portfolio and own keys by both clients and the command line, on a real exchange with both of its databases."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from typer.testing import CliRunner

import exchange_sdk as sdk
from exchange_sdk import AsyncClient, Client, Scope
from exchange_server.cli.main import app
from exchange_server.follower import Follower, FollowerSettings
from exchange_server.projections.clickhouse.writer import ClickHouseWriter
from exchange_server.projections.postgres.writer import PostgresWriter
from tests.follower_thread import FollowerThread
from tests.integration.clickhouse_fixture import clickhouse_database
from tests.integration.exchange_fixture import BUY, MARKET, SELL, Exchange, Trader
from tests.integration.exchange_process import ExchangeProcess
from tests.integration.postgres_fixture import database
from tests.integration.sdk_fixture import AnyClient
from tests.integration.typescript_fixture import run_vitest
from tests.typescript_support import gateway

QUICK = FollowerSettings(batch_seconds=0.005, writes_snapshots=False)


@pytest.fixture(scope="module")
def exchange(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: Any, clickhouse_server: Any
) -> Iterator[Exchange]:
    """Serve an exchange with a history; override of the one without."""
    data_dir = tmp_path_factory.mktemp("exchange") / "data"
    with database(postgres_server) as postgres_url, clickhouse_database(clickhouse_server.url) as clickhouse_url:
        process = ExchangeProcess(data_dir, postgres_url=postgres_url, clickhouse_url=clickhouse_url)
        process.start()
        history: Follower[Any] = Follower(data_dir, PostgresWriter(postgres_url), settings=QUICK)
        market_history: Follower[Any] = Follower(data_dir, ClickHouseWriter(clickhouse_url), settings=QUICK)
        try:
            with FollowerThread(history), FollowerThread(market_history):
                exchange = Exchange(process)
                exchange.seed()
                yield exchange
        finally:
            process.stop()


@pytest.fixture(params=["async", "sync"])
async def client(request: pytest.FixtureRequest, exchange: Exchange, alice: Trader) -> AsyncIterator[AnyClient]:
    kind = AsyncClient if request.param == "async" else Client
    made = AnyClient(kind(exchange.process.address, api_key=alice.api_key))
    yield made
    await made.close()


@pytest.fixture
async def admin(exchange: Exchange) -> AsyncIterator[AnyClient]:
    made = AnyClient(AsyncClient(exchange.process.address, api_key=exchange.process.admin_key))
    yield made
    await made.close()


def trade(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    """Let alice buy 2 at 100 as maker, and sell 3 at 110 as taker; the last price becomes 110."""
    exchange.place(alice, BUY, "100", "2")
    exchange.place(bob, SELL, "100", "2")
    exchange.place(bob, BUY, "110", "3")
    exchange.place(alice, SELL, "110", "3")


async def until_counted(client: AnyClient, fills: int) -> sdk.Portfolio:
    """Wait until the history has the fills; the market history is not behind it for long."""
    async with asyncio.timeout(30):
        while True:
            try:
                found: sdk.Portfolio = await client("get_portfolio")
                if sum(position.fill_count for position in found.positions) == fills:
                    return found
            except sdk.Unavailable:
                pass  # not migrated yet
            await asyncio.sleep(0.02)


async def test_a_portfolio_and_its_equity_come_as_models(
    exchange: Exchange, client: AnyClient, alice: Trader, bob: Trader
) -> None:
    trade(exchange, alice, bob)
    found = await until_counted(client, 2)
    (position,) = found.positions
    assert position == sdk.Position(
        market=MARKET,
        net_quantity=Decimal(-1),
        average_price=Decimal(110),
        realized_pnl=Decimal(20),
        unrealized_pnl=Decimal(0),
        # A rebate of 100 ppm on 200, and a fee of 500 ppm on 330.
        fees=Decimal("-0.02") + Decimal("0.165"),
        volume=Decimal(530),
        fill_count=2,
        last_fill_time_ns=position.last_fill_time_ns,
    )
    assert datetime.now(UTC) - position.last_fill_time < timedelta(minutes=1)
    # 100,000,000 USDC and 1,000 BTC to begin with, a BTC less, at the last price.
    assert found.equity == 100_000_000 - 200 + 330 - position.fees + 999 * 110
    assert (found.quote_asset, found.as_of_sequence > 0) == ("USDC", True)
    assert "BTC-USDC" in found._repr_html_()
    equity = await client("list_equity", start=datetime.now(UTC) - timedelta(seconds=5), max_points=10)
    assert equity.quote_asset == "USDC"
    last = equity.points[-1]
    assert last.equity == found.equity
    assert datetime.now(UTC) - last.time < timedelta(seconds=30)
    assert equity.rows().to_polars()["equity"][-1] == found.equity
    ended = await client("list_equity", end=datetime(2020, 1, 1, tzinfo=UTC))
    assert ended.points == ()


async def test_an_operator_sees_who_has_traded(
    exchange: Exchange, admin: AnyClient, alice: Trader, bob: Trader
) -> None:
    trade(exchange, alice, bob)
    exchange.place(alice, BUY, "10", "1")
    async with asyncio.timeout(30):
        while True:
            table = await admin("admin.list_performance", page_size=1000)
            mine = {
                row.account_id: row for row in table.accounts if row.account_id in (alice.account_id, bob.account_id)
            }
            if [row.fill_count for row in mine.values()] == [2, 2]:
                break
            await asyncio.sleep(0.02)
    one, other = mine[alice.account_id], mine[bob.account_id]
    assert (one.realized_pnl, other.realized_pnl, one.volume) == (20, -20, 530)
    assert (one.open_order_count, other.open_order_count) == (1, 0)
    assert one.name.startswith("trader-")
    assert one.equity == (await admin("get_portfolio", account_id=alice.account_id)).equity
    assert (table.quote_asset, len(table.rows())) == ("USDC", len(table.accounts))
    volumes = [row.volume for row in table.accounts]
    assert volumes == sorted(volumes, reverse=True)


async def test_keys_are_made_listed_and_revoked(client: AnyClient, exchange: Exchange, alice: Trader) -> None:
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    assert (await client("create_own_api_key", ["read"], validate_only=True)).api_key == ""
    made = await client("create_own_api_key", [Scope.READ], label="viewer", expire_time=ends)
    assert made.api_key not in repr(made)
    async with asyncio.timeout(30):
        while (keys := await client("list_api_keys"))[0].create_time is None:
            await asyncio.sleep(0.02)
    viewer, first = keys
    assert (viewer.key_id, viewer.label, viewer.scopes) == (made.key_id, "viewer", (Scope.READ,))
    assert (viewer.expire_time, viewer.current, first.current) == (ends, False, True)
    assert first.create_time < viewer.create_time < datetime.now(UTC)
    assert (first.account_id, first.expire_time) == (alice.account_id, None)
    with pytest.raises(sdk.PermissionDenied) as refused:
        await client("create_own_api_key", ["admin"])
    assert refused.value.field == "scopes[0]"
    await client("revoke_own_api_key", made.key_id, validate_only=True)
    await client("revoke_own_api_key", made.key_id)
    assert [key.key_id for key in await client("list_api_keys")] == [first.key_id]
    with pytest.raises(sdk.NotFound):
        await client("revoke_own_api_key", "0" * 16)
    viewing = AnyClient(Client(exchange.process.address, api_key=made.api_key))
    with pytest.raises(sdk.Unauthenticated):
        await viewing("get_account")
    await viewing.close()


async def test_typescript_is_told_the_same(exchange: Exchange, admin: AnyClient, alice: Trader, bob: Trader) -> None:
    trade(exchange, alice, bob)
    async with AsyncClient(exchange.process.address, api_key=alice.api_key) as client:
        portfolio = await until_counted(AnyClient(client), 2)
    performance = await admin("admin.list_performance", page_size=1000)
    told = {
        "accountId": str(alice.account_id),
        "equity": str(portfolio.equity),
        "realizedPnl": str(portfolio.positions[0].realized_pnl),
        "fees": str(portfolio.positions[0].fees),
        "volume": str(next(row.volume for row in performance.accounts if row.account_id == alice.account_id)),
    }
    address = exchange.process.address
    with gateway(address) as url:
        live = {"gateway": url, "grpc": f"http://{address}", "control": "", "told": told}
        live["keys"] = {"alice": alice.api_key, "admin": exchange.process.admin_key}
        await asyncio.to_thread(run_vitest, "tests/live/account.test.ts", live=live, seconds=90)


async def test_the_command_line_shows_tables_and_json(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    def run(command: str, key: str = alice.api_key, output: str = "json") -> str:
        options = ["--address", exchange.process.address, "--api-key", key, "-o", output]
        done = CliRunner().invoke(app, [*command.split(), *options])
        assert done.exit_code == 0, done.output
        return done.stdout

    trade(exchange, alice, bob)
    reader = AnyClient(AsyncClient(exchange.process.address, api_key=alice.api_key))
    await until_counted(reader, 2)
    await reader.close()
    assert json.loads(run("portfolio"))["positions"][0]["realized_pnl"] == "20"
    shown = run("portfolio --quote USDC", output="table")
    assert shown.startswith("worth 100110019.855 USDC\n")
    assert "unrealized" in shown
    assert json.loads(run("equity --limit 1"))["points"][0]["time"].endswith("Z")
    assert "equity" in run("equity", output="table")
    accounts = json.loads(run("admin performance", exchange.process.admin_key))["accounts"]
    assert alice.account_id in {account["account_id"] for account in accounts}
    assert "open orders" in run("admin performance --limit 5", exchange.process.admin_key, "table")

    assert run("key").strip() == alice.api_key
    made = json.loads(run("key create --scope read --label cli --expire 1h"))
    keys = json.loads(run("key ls"))
    assert [(key["label"], key["scopes"], key["current"]) for key in keys] == [
        ("cli", ["READ"], False),
        ("", ["READ", "TRADE"], True),
    ]
    assert made["key_id"] in run("key ls", output="table")
    assert run(f"key revoke {made['key_id']}", output="table") == f"{made['key_id']} is revoked\n"
    assert len(json.loads(run("key ls"))) == 1
    # What stands before the command's name holds for it.
    done = CliRunner().invoke(app, ["key", "--api-key", "ex_unknown", "ls", "--address", exchange.process.address])
    assert done.exit_code == 1
    assert "UNAUTHENTICATED" in done.output
