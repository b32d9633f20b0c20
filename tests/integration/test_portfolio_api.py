"""GetPortfolio, ListEquity, ListPerformance and ListApiKeys against what simple code makes of the same journal.

The core is real, recovered from a journal; the histories are a real PostgreSQL and ClickHouse, written by followers.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest

from exchange.v1 import account_service_pb2 as pb
from exchange.v1 import admin_service_pb2 as admin_pb
from exchange_server.api.auth import Principal
from exchange_server.api.call import Call
from exchange_server.api.core import Core
from exchange_server.api.errors import UNAVAILABLE, CallError
from exchange_server.api.history import HistoryReader
from exchange_server.api.own_keys import OwnApiKeys
from exchange_server.api.portfolio import PortfolioCalls
from exchange_server.engine import Engine
from exchange_server.engine.commands import CreateApiKey, RevokeApiKey
from exchange_server.engine.entities import ApiKey
from exchange_server.engine.types import FIRST_CLIENT_ACCOUNT, SCOPE_ADMIN, SCOPE_READ, AccountId, AssetId, TimeNs
from exchange_server.feeds import Feeds
from exchange_server.follower import Follower, FollowerSettings
from exchange_server.journal import recover
from exchange_server.projections.clickhouse.queries import MarketHistory
from exchange_server.projections.clickhouse.writer import ClickHouseWriter
from exchange_server.projections.postgres.queries import History
from exchange_server.projections.postgres.writer import PostgresWriter
from exchange_server.sequencer import Shard
from exchange_server.wire.times import timestamp
from tests.follower_thread import FollowerThread, wait_until
from tests.integration.clickhouse_fixture import clickhouse_database
from tests.integration.journal_flow import ACCOUNTS, WrittenJournal
from tests.integration.market_flow import SECOND_NS, append, market_flow, naive_moments
from tests.integration.postgres_fixture import database
from tests.simple_positions import SimplePosition, simple_positions

START_NS = 1_700_000_000_123_456_789
STEPS = (0, 1, SECOND_NS // 3, 20 * SECOND_NS, 100 * SECOND_NS, 700 * SECOND_NS)
TRADER = AccountId(FIRST_CLIENT_ACCOUNT + 2)
KEYED = AccountId(FIRST_CLIENT_ACCOUNT)
USDC = AssetId(3)
QUICK = FollowerSettings(batch_commands=200, batch_seconds=0.005, writes_snapshots=False)
MARKETS = {"BTC-USDC": 1, "ETH-USDC": 2}


@dataclass
class Scene:
    """A journal with keys and trades, its histories, and what simple code says of them."""

    journal: WrittenJournal
    postgres_url: str
    clickhouse_url: str
    positions: dict[tuple[int, int], SimplePosition]
    moments: list[Any]
    """Account, quote asset, time in seconds, sequence, atoms."""
    now_ns: int

    @asynccontextmanager
    async def calls(self, postgres: bool = True, clickhouse: bool = True) -> AsyncIterator[Any]:
        """Recover the core and give the handlers on it."""
        made: list[Feeds] = []

        def listen(engine: Engine) -> Any:
            made.append(Feeds(engine))
            return made[0].on_applied

        shard = Shard(recover(self.journal.directory, 0, listen))
        shard.subscribe(made[0].on_applied)
        await shard.start()
        core = Core(shard, made[0], lambda: self.now_ns)
        history = History(self.postgres_url) if postgres else None
        equity = MarketHistory(self.clickhouse_url) if clickhouse else None
        reader = HistoryReader(history, core.engine)
        try:
            yield Handlers(core, PortfolioCalls(core, reader, equity), OwnApiKeys(core, reader))
        finally:
            if history is not None:
                await history.close()
            if equity is not None:
                await equity.close()
            await shard.stop()

    def equity(self, account_id: int) -> list[tuple[int, int]]:
        """Return time in seconds and atoms of an account's points, oldest first."""
        return [
            (time_s, atoms) for account, asset, time_s, _, atoms in self.moments if (account, asset) == (account_id, 3)
        ]


@dataclass
class Handlers:
    core: Core
    portfolio: PortfolioCalls
    keys: OwnApiKeys


def caller(account_id: int = TRADER, scope: int = SCOPE_READ, key: ApiKey | None = None) -> Call:
    return Call(Principal(AccountId(account_id), 1 << scope, key), None, (), lambda: "test")


ADMIN = caller(KEYED, SCOPE_ADMIN)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, postgres_server: Any, clickhouse_server: Any) -> Iterator[Scene]:
    journal = WrittenJournal(tmp_path_factory.mktemp("portfolio") / "shard")
    batches = list(itertools.islice(market_flow(41, START_NS, STEPS), 260))
    batches[1:1] = [
        (START_NS, [CreateApiKey("0b", KEYED, bytes(31) + b"b", 1 << SCOPE_READ, "older", TimeNs(0))]),
        (START_NS, [CreateApiKey("0c", KEYED, bytes(31) + b"c", 1 << SCOPE_READ, "revoked", TimeNs(0))]),
        (START_NS, [CreateApiKey("0d", TRADER, bytes(31) + b"d", 1 << SCOPE_READ, "another's", TimeNs(0))]),
    ]
    last_ns = batches[-1][0]
    batches += [
        (last_ns + 1, [CreateApiKey("0e", KEYED, bytes(31) + b"e", 1 << SCOPE_READ, "expired", TimeNs(last_ns + 2))]),
        (last_ns + 1, [CreateApiKey("0a", KEYED, bytes(31) + b"a", 6, "newer", TimeNs(last_ns + 10**15))]),
        (last_ns + 1, [RevokeApiKey("0c")]),
    ]
    append(journal, batches)
    _, moments = naive_moments(journal, batches)
    with database(postgres_server) as postgres_url, clickhouse_database(clickhouse_server.url) as clickhouse_url:
        for projection in (PostgresWriter(postgres_url), ClickHouseWriter(clickhouse_url)):
            follower: Follower[Any] = Follower(journal.directory, projection, settings=QUICK)
            with FollowerThread(follower) as following:
                wait_until(lambda: follower.progress.written_sequence == journal.sequence, "not written")  # noqa: B023
            assert following.error is None
        yield Scene(
            journal,
            postgres_url,
            clickhouse_url,
            simple_positions(journal.events),
            moments,
            last_ns + 7 * SECOND_NS,
        )
    journal.close()


def usdc(atoms: int | Fraction) -> Fraction:
    return Fraction(atoms) / 10**6


async def test_a_portfolio_is_what_fills_come_to_and_balances_are_worth(scene: Scene) -> None:
    engine = scene.journal.engine
    total = Fraction(0)
    shorts = 0
    async with scene.calls() as handlers:
        for account in range(FIRST_CLIENT_ACCOUNT, FIRST_CLIENT_ACCOUNT + ACCOUNTS):
            request = pb.GetPortfolioRequest(account_id=account)
            answer = await handlers.portfolio.get_portfolio(request, ADMIN)
            assert (answer.quote_asset, answer.as_of_sequence) == ("USDC", scene.journal.sequence)
            assert [position.market for position in answer.positions] == sorted(MARKETS)
            worth = {asset: available + reserved for asset, available, reserved in engine.balances(AccountId(account))}
            equity = worth[USDC]
            for told in answer.positions:
                market = engine.markets_by_name[told.market]
                simple = scene.positions[account, market.market_id]
                last = market.last_price_ticks * market.quote_atoms_per_tick_lot
                equity += worth[market.base.asset_id] * last // market.base_atoms_per_lot
                assert Fraction(told.net_quantity) * 10**market.quantity_decimals == simple.net_lots * market.lot_units
                assert (told.fill_count, Fraction(told.fees)) == (simple.fill_count, usdc(simple.fee_atoms))
                assert Fraction(told.volume) == usdc(simple.volume_atoms)
                assert told.last_fill_time.ToNanoseconds() == simple.last_fill_time_ns
                assert abs(Fraction(told.realized_pnl) - usdc(simple.realized)) <= usdc(simple.tolerance)
                unrealized = simple.net_lots * last - simple.cost
                assert abs(Fraction(told.unrealized_pnl) - usdc(unrealized)) <= usdc(simple.tolerance)
                average = usdc(simple.cost / simple.net_lots) * Fraction(10**market.quantity_decimals, market.lot_units)
                assert abs(Fraction(told.average_price) - average) <= abs(
                    usdc(simple.tolerance) / simple.net_lots * 10**market.quantity_decimals
                ) + Fraction(1, 10**18)
                total += Fraction(told.realized_pnl) + Fraction(told.unrealized_pnl)
                shorts += told.net_quantity.startswith("-")
            assert Fraction(answer.equity) == usdc(equity)
    assert total == 0
    assert shorts >= 3


async def test_a_portfolio_in_an_asset_that_nothing_is_quoted_in_is_its_balance(scene: Scene) -> None:
    async with scene.calls() as handlers:
        answer = await handlers.portfolio.get_portfolio(pb.GetPortfolioRequest(quote_asset="BTC"), caller())
        ((available, reserved),) = [held[1:] for held in scene.journal.engine.balances(TRADER) if held[0] == 1]
        assert Fraction(answer.equity) == Fraction(available + reserved, 10**8)
        assert (answer.quote_asset, list(answer.positions)) == ("BTC", [])
        performance = await handlers.portfolio.list_performance(
            admin_pb.ListPerformanceRequest(quote_asset="BTC"), ADMIN
        )
        assert (list(performance.accounts), performance.as_of_sequence) == ([], scene.journal.sequence)


async def test_performance_sums_the_markets_of_each_account_the_largest_volume_first(scene: Scene) -> None:
    engine = scene.journal.engine
    async with scene.calls() as handlers:
        answer = await handlers.portfolio.list_performance(admin_pb.ListPerformanceRequest(), ADMIN)
        assert (answer.quote_asset, answer.as_of_sequence) == ("USDC", scene.journal.sequence)
        volumes = [Fraction(account.volume) for account in answer.accounts]
        assert volumes == sorted(volumes, reverse=True)
        assert len(volumes) == ACCOUNTS
        for told in answer.accounts:
            portfolio = await handlers.portfolio.get_portfolio(
                pb.GetPortfolioRequest(account_id=told.account_id), ADMIN
            )
            for figure in ("realized_pnl", "unrealized_pnl", "fees", "volume", "fill_count"):
                parts = [Fraction(getattr(position, figure)) for position in portfolio.positions]
                assert Fraction(getattr(told, figure)) == sum(parts)
            account = engine.accounts[AccountId(told.account_id)]
            assert (told.name, told.equity) == (account.name, portfolio.equity)
            assert told.open_order_count == len(list(engine.open_orders(account.account_id))) > 0
            last = max(position.last_fill_time.ToNanoseconds() for position in portfolio.positions)
            assert told.last_fill_time.ToNanoseconds() == last
        assert sum(Fraction(told.realized_pnl) + Fraction(told.unrealized_pnl) for told in answer.accounts) == 0
        few = await handlers.portfolio.list_performance(admin_pb.ListPerformanceRequest(page_size=3), ADMIN)
        assert list(few.accounts) == list(answer.accounts)[:3]


def points(answer: pb.ListEquityResponse) -> list[tuple[int, Fraction]]:
    assert answer.quote_asset == "USDC"
    return [(point.time.ToNanoseconds(), Fraction(point.equity)) for point in answer.points]


async def test_equity_is_every_stored_point_and_the_present(scene: Scene) -> None:
    stored = [(time_s * SECOND_NS, usdc(atoms)) for time_s, atoms in scene.equity(TRADER)]
    assert len(stored) > 50
    async with scene.calls() as handlers:
        portfolio = await handlers.portfolio.get_portfolio(pb.GetPortfolioRequest(), caller())
        everything = points(await handlers.portfolio.list_equity(pb.ListEquityRequest(max_points=5000), caller()))
        assert everything == [*stored, (scene.now_ns, Fraction(portfolio.equity))]
        of_admin = await handlers.portfolio.list_equity(pb.ListEquityRequest(account_id=TRADER, max_points=5000), ADMIN)
        assert points(of_admin) == everything
        assert points(await handlers.portfolio.list_equity(pb.ListEquityRequest(max_points=1), caller())) == [
            everything[-1]
        ]


async def test_equity_of_a_range_begins_with_what_it_was_and_ends_before_its_end(scene: Scene) -> None:
    stored = [(time_s * SECOND_NS, usdc(atoms)) for time_s, atoms in scene.equity(TRADER)]
    async with scene.calls() as handlers:

        async def equity(
            start_ns: int | None, end_ns: int | None, max_points: int = 5000
        ) -> list[tuple[int, Fraction]]:
            request = pb.ListEquityRequest(max_points=max_points)
            if start_ns is not None:
                request.start_time.CopyFrom(timestamp(start_ns))
            if end_ns is not None:
                request.end_time.CopyFrom(timestamp(end_ns))
            return points(await handlers.portfolio.list_equity(request, caller()))

        (before, _), (first_ns, _), (last_ns, last) = stored[10], stored[11], stored[20]
        # Between two points it is still what it was at the one before.
        assert await equity(before + 1, last_ns) == [(before + 1, stored[10][1]), *stored[11:20]]
        # At a point's own time it is that point; the end is left out, its next nanosecond not.
        assert await equity(first_ns, last_ns) == stored[11:20]
        assert await equity(first_ns, last_ns + 1) == stored[11:21]
        assert await equity(None, stored[0][0]) == []
        assert await equity(stored[0][0] - 1, stored[0][0] + 1) == stored[:1]
        assert (await equity(last_ns, None))[:-1] == stored[20:]
        assert await equity(scene.now_ns + 1, None) == []
        assert await equity(scene.now_ns + 1, scene.now_ns + 2) == []
        assert await equity(last_ns + 1, last_ns + 2) == [(last_ns + 1, last)]
        # Thinned: the last point of each equal part of the time.
        for count in (1, 2, 7, 30):
            start_ns, end_ns = stored[3][0], stored[-2][0]
            parts = max(count - 1, 1)
            length = Fraction(end_ns - start_ns, parts)
            by_part = {(time_ns - start_ns) // length: (time_ns, worth) for time_ns, worth in stored[3:-2]}
            thinned = await equity(start_ns, end_ns, count)
            assert len(thinned) <= count
            wanted = list(by_part.values())
            if wanted[0][0] != start_ns:
                wanted.insert(0, stored[3])
            assert thinned == wanted[-count:]


async def test_without_its_database_a_call_says_so_and_the_others_answer(scene: Scene) -> None:
    async with scene.calls(postgres=False) as handlers:
        for refused in (
            handlers.portfolio.get_portfolio(pb.GetPortfolioRequest(), caller()),
            handlers.portfolio.list_performance(admin_pb.ListPerformanceRequest(), ADMIN),
        ):
            with pytest.raises(CallError, match="without a history database") as error:
                await refused
            assert error.value.reason == UNAVAILABLE
        assert (await handlers.portfolio.list_equity(pb.ListEquityRequest(), caller())).points
    async with scene.calls(clickhouse=False) as handlers:
        with pytest.raises(CallError, match="without a market history") as error:
            await handlers.portfolio.list_equity(pb.ListEquityRequest(), caller())
        assert error.value.reason == UNAVAILABLE
        assert (await handlers.portfolio.get_portfolio(pb.GetPortfolioRequest(), caller())).positions
    nowhere = Scene(
        **{**vars(scene), "postgres_url": "postgresql://x@127.0.0.1:9/x", "clickhouse_url": "http://127.0.0.1:9"}
    )
    async with nowhere.calls() as handlers:
        for refused in (
            handlers.portfolio.get_portfolio(pb.GetPortfolioRequest(), caller()),
            handlers.portfolio.list_equity(pb.ListEquityRequest(), caller()),
        ):
            with pytest.raises(CallError, match="not reachable") as error:
                await asyncio.wait_for(refused, 10)
            assert error.value.reason == UNAVAILABLE


async def test_keys_are_listed_the_newest_first_with_their_times_as_far_as_they_are_known(scene: Scene) -> None:
    async with scene.calls() as handlers:
        mine = handlers.core.engine.api_keys["0b"]
        answer = await handlers.keys.list_api_keys(pb.ListApiKeysRequest(), caller(KEYED, key=mine))
        newer, older = answer.api_keys
        assert (newer.key_id, newer.label, list(newer.scopes), newer.current) == ("0a", "newer", [1, 2], False)
        assert (older.key_id, older.label, list(older.scopes), older.current) == ("0b", "older", [1], True)
        assert older.create_time.ToNanoseconds() == START_NS
        assert newer.create_time.ToNanoseconds() == scene.now_ns - 7 * SECOND_NS + 1
        assert not older.HasField("expire_time")
        assert newer.expire_time.ToNanoseconds() == scene.now_ns - 7 * SECOND_NS + 10**15
    async with scene.calls(postgres=False) as handlers:
        answer = await handlers.keys.list_api_keys(pb.ListApiKeysRequest(account_id=KEYED), ADMIN)
        assert {key.key_id for key in answer.api_keys} == {"0a", "0b"}
        assert not any(key.HasField("create_time") for key in answer.api_keys)
