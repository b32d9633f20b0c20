"""ListTrades, ListCandles and GetTicker against a naive computation over all trades, wherever the history stands.

The core is real, recovered from a journal; the history is a real ClickHouse, written up to some command by the writer.
Only the clock of the calls is the test's.
"""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from exchange.v1 import market_data_service_pb2 as pb
from exchange.v1 import market_streams_pb2
from exchange_server.api.core import Core
from exchange_server.api.day_windows import seed_day_windows
from exchange_server.api.errors import PAGE_TOKEN_INVALID, UNAVAILABLE, CallError
from exchange_server.api.market_history import MarketHistoryCalls
from exchange_server.api.pages import PageTokens
from exchange_server.engine import Engine
from exchange_server.engine.types import Atoms, Lots
from exchange_server.feeds import Feeds
from exchange_server.journal import recover, write_snapshot
from exchange_server.projections.clickhouse.queries import MarketHistory
from exchange_server.projections.clickhouse.writer import ClickHouseWriter
from exchange_server.projections.cursor import Cursor
from exchange_server.sequencer import Shard
from exchange_server.wire.errors import FieldError
from exchange_server.wire.times import timestamp
from exchange_server.wire.units import format_price, format_quantity, format_quote
from tests.integration.journal_flow import WrittenJournal
from tests.integration.market_flow import (
    DAY_NS,
    INTERVALS,
    MARKET,
    SECOND_NS,
    NaiveCandle,
    ToldTrade,
    append,
    market_flow,
    naive_candles,
    naive_page,
    told_trades,
)

START_NS = 1_700_000_000_123_456_789
NAME = "BTC-USDC"
RANGES = 30
CALL: Any = None
"""No handler here looks at the call."""


class Scene:
    """A journal, its trades in one market, and a clock that stands a bit after the last of them."""

    def __init__(self, folder: Path, seed: int, batches: int) -> None:
        self.journal = WrittenJournal(folder / "shard")
        append(self.journal, list(itertools.islice(market_flow(seed, START_NS), batches)))
        self.journal.close()
        self.trades = [trade for trade in told_trades(self.journal.events) if trade.market_id == MARKET]
        self.now_ns = self.trades[-1].time_ns + 7 * SECOND_NS
        self.market = self.journal.engine.markets[MARKET]

    def write_history(self, url: str, up_to: int) -> None:
        """Write the history of the first commands, in batches of some."""
        writer = ClickHouseWriter(url)
        engine = Engine()
        writer.cursor(Cursor(0, 0, engine.event_digest), [])
        builder = writer.builder(engine)
        for sequence, time_ns, events in self.journal.events[:up_to]:
            builder.add(sequence, time_ns, events)
            if sequence % 150 == 0 or sequence == up_to:
                writer.write(builder.take(Cursor(sequence, time_ns, 0)))
        writer.close()

    @asynccontextmanager
    async def calls(self, url: str | None) -> AsyncIterator[MarketHistoryCalls]:
        """Recover the core and give the calls on it."""
        made: list[Feeds] = []

        def listen(engine: Engine) -> Any:
            made.append(Feeds(engine))
            return made[0].on_applied

        recovered = recover(self.journal.directory, 0, listen)
        shard = Shard(recovered)
        shard.subscribe(made[0].on_applied)
        await shard.start()
        history = None if url is None else MarketHistory(url)
        core = Core(shard, made[0], lambda: self.now_ns)
        try:
            yield MarketHistoryCalls(core, history, PageTokens(bytes(32)))
        finally:
            if history is not None:
                await history.close()
            await shard.stop()

    def candle(self, row: NaiveCandle, interval: int) -> market_streams_pb2.Candle:
        """Write a naive candle as the contract does."""
        open_s, opened, high, low, close, lots, cost, count = row
        market: Any = self.market
        return market_streams_pb2.Candle(
            market=NAME,
            interval=interval,  # type: ignore[arg-type]
            open_time=timestamp(open_s * SECOND_NS),
            open=format_price(market, opened),  # type: ignore[arg-type]
            high=format_price(market, high),  # type: ignore[arg-type]
            low=format_price(market, low),  # type: ignore[arg-type]
            close=format_price(market, close),  # type: ignore[arg-type]
            volume=format_quantity(market, lots),  # type: ignore[arg-type]
            quote_volume=format_quote(market, cost),  # type: ignore[arg-type]
            trade_count=count,
            closed=(open_s + INTERVALS[interval]) * SECOND_NS <= self.now_ns,
        )


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path, 31, 420)


async def all_candles(calls: MarketHistoryCalls, request: pb.ListCandlesRequest, size: int) -> list[Any]:
    """Follow the pages to the end; each but the last must be full."""
    request.page_size = size
    candles: list[Any] = []
    request.page_token = ""
    while True:
        page = await calls.list_candles(request, CALL)
        candles += page.candles
        assert len(page.candles) <= size
        if not page.next_page_token:
            return candles
        assert len(page.candles) == size
        request.page_token = page.next_page_token


async def all_trades(calls: MarketHistoryCalls, request: pb.ListTradesRequest, size: int) -> list[int]:
    request.page_size = size
    ids: list[int] = []
    while True:
        page = await calls.list_trades(request, CALL)
        ids += [trade.trade_id for trade in page.trades]
        if not page.next_page_token:
            return ids
        assert len(page.trades) == size
        request.page_token = page.next_page_token


def random_range(source: random.Random, trades: Sequence[ToldTrade]) -> tuple[int | None, int | None]:
    """Choose a range: on a trade, on a whole interval, anywhere, or open."""
    ends: list[int | None] = []
    for _ in range(2):
        moment = source.choice(trades).time_ns + source.choice((0, 0, 1, -1, 10**9, -(10**11)))
        ends.append(source.choice((None, moment, moment, moment // (60 * SECOND_NS) * 60 * SECOND_NS)))
    start, end = ends
    if start is not None and end is not None and start >= end:
        start, end = (end, start) if start > end else (start, start + 1)
    return start, end


@pytest.mark.parametrize("part", [0.0, 0.4, 0.9, 1.0])
@pytest.mark.parametrize("tape", [10_000, 400])
async def test_pages_of_candles_equal_a_naive_computation(
    part: float, tape: int, scene: Scene, clickhouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exchange_server.feeds.trades.TRADES_KEPT", tape)
    source = random.Random(int(part * 10) + tape)
    written = int(part * scene.journal.sequence)
    scene.write_history(clickhouse_url, written)
    covered = tape >= len(scene.trades) - sum(trade.sequence <= written for trade in scene.trades)
    refused: list[int] = []
    async with scene.calls(clickhouse_url) as calls:
        for number in range(RANGES):
            interval = source.choice((1, 2, 3, 4, 5, 6, 7))
            fill = source.random() < 0.5 and interval > 1
            start_ns, end_ns = random_range(source, scene.trades)
            request = pb.ListCandlesRequest(market=NAME, interval=interval, fill_gaps=fill)  # type: ignore[arg-type]
            if start_ns is not None:
                request.start_time.CopyFrom(timestamp(start_ns))
            if end_ns is not None:
                request.end_time.CopyFrom(timestamp(end_ns))
            expected = naive_page(scene.trades, INTERVALS[interval], start_ns, end_ns, scene.now_ns, fill=fill)
            size = source.choice((1, 2, 3, 7, 50, 1000)) if len(expected) < 60 else source.choice((50, 999, 5_000))
            if start_ns is None:
                expected = expected[-size:]
            try:
                candles = await all_candles(calls, request, size)
            except CallError as error:
                refused.append(error.reason)
                continue
            assert candles == [scene.candle(row, interval) for row in expected], (number, request)
    assert set(refused) == (set() if covered else {UNAVAILABLE})
    assert len(refused) < RANGES or not written


@pytest.mark.parametrize("part", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("tape", [10_000, 300])
async def test_pages_of_trades_equal_the_trades(
    part: float, tape: int, scene: Scene, clickhouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exchange_server.feeds.trades.TRADES_KEPT", tape)
    source = random.Random(int(part * 10) + tape)
    written = int(part * scene.journal.sequence)
    scene.write_history(clickhouse_url, written)
    covered = tape >= len(scene.trades) - sum(trade.sequence <= written for trade in scene.trades)
    refused: list[int] = []
    async with scene.calls(clickhouse_url) as calls:
        for _ in range(RANGES):
            start_ns, end_ns = random_range(source, scene.trades)
            request = pb.ListTradesRequest(market=NAME)
            if start_ns is not None:
                request.start_time.CopyFrom(timestamp(start_ns))
            if end_ns is not None:
                request.end_time.CopyFrom(timestamp(end_ns))
            expected = [
                trade.trade_id
                for trade in reversed(scene.trades)
                if (start_ns is None or trade.time_ns >= start_ns) and (end_ns is None or trade.time_ns < end_ns)
            ]
            size = source.choice((1, 7, 100)) if len(expected) < 50 else source.choice((100, 333, 1_000))
            try:
                ids = await all_trades(calls, request, size)
            except CallError as error:
                refused.append(error.reason)
                continue
            assert ids == expected
    assert set(refused) == (set() if covered else {UNAVAILABLE})
    assert len(refused) < RANGES or not written


async def test_a_trade_is_told_alike_from_the_tape_and_from_the_history(
    scene: Scene, clickhouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.write_history(clickhouse_url, scene.journal.sequence)
    async with scene.calls(clickhouse_url) as calls:
        live = await calls.list_trades(pb.ListTradesRequest(market=NAME, page_size=1_000), CALL)
    monkeypatch.setattr("exchange_server.feeds.trades.TRADES_KEPT", 1)
    async with scene.calls(clickhouse_url) as calls:
        past = await calls.list_trades(pb.ListTradesRequest(market=NAME, page_size=1_000), CALL)
    assert live.trades == past.trades
    assert [trade.trade_id for trade in live.trades] == [trade.trade_id for trade in reversed(scene.trades)][:1_000]
    newest = scene.trades[-1]
    assert live.trades[0].sequence == newest.sequence
    assert live.trades[0].trade_time.ToNanoseconds() == newest.time_ns
    assert live.trades[0].taker_side == newest.taker_side


async def test_without_a_history_the_tape_answers_what_it_has_all_of(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = pb.ListCandlesRequest(market=NAME, interval=5)  # type: ignore[arg-type]
    for url in (None, "http://exchange:wrong@127.0.0.1:9/exchange"):
        async with scene.calls(url) as calls:
            candles = await all_candles(calls, request, 100)
            assert candles == [scene.candle(row, 5) for row in naive_candles(scene.trades, 3_600)][-100:]
            assert len(await all_trades(calls, pb.ListTradesRequest(market=NAME), 1_000)) == len(scene.trades)
    monkeypatch.setattr("exchange_server.feeds.trades.TRADES_KEPT", 100)
    async with scene.calls("http://exchange:wrong@127.0.0.1:9/exchange") as calls:
        newest = await calls.list_trades(pb.ListTradesRequest(market=NAME, page_size=100), CALL)
        assert len(newest.trades) == 100
        with pytest.raises(CallError) as refused:
            await calls.list_trades(pb.ListTradesRequest(market=NAME, page_token=newest.next_page_token), CALL)
        assert refused.value.reason == UNAVAILABLE
        with pytest.raises(CallError) as refused:
            await calls.list_candles(request, CALL)
        assert refused.value.reason == UNAVAILABLE
        assert (await calls.get_ticker(pb.GetTickerRequest(market=NAME), CALL)).ticker.last_price


async def test_a_market_without_trades_has_an_empty_history(tmp_path: Path, clickhouse_url: str) -> None:
    scene = Scene(tmp_path, 32, 60)
    journal = WrittenJournal(tmp_path / "young")
    append(journal, list(itertools.islice(market_flow(1, START_NS), 1)))
    journal.close()
    scene.journal = journal
    scene.write_history(clickhouse_url, journal.sequence)
    async with scene.calls(clickhouse_url) as calls:
        for fill in (False, True):
            request = pb.ListCandlesRequest(market=NAME, interval=2, fill_gaps=fill)  # type: ignore[arg-type]
            assert await calls.list_candles(request, CALL) == pb.ListCandlesResponse()
        assert await calls.list_trades(pb.ListTradesRequest(market=NAME), CALL) == pb.ListTradesResponse()
        ticker = (await calls.get_ticker(pb.GetTickerRequest(market=NAME), CALL)).ticker
        assert (ticker.last_price, ticker.open_price, ticker.volume, ticker.trade_count) == ("", "", "0", 0)


async def test_tokens_of_another_query_and_ranges_that_end_before_they_begin_are_refused(
    scene: Scene, clickhouse_url: str
) -> None:
    scene.write_history(clickhouse_url, scene.journal.sequence)
    start = timestamp(START_NS)
    async with scene.calls(clickhouse_url) as calls:
        request = pb.ListCandlesRequest(market=NAME, interval=2, start_time=start, page_size=3)  # type: ignore[arg-type]
        token = (await calls.list_candles(request, CALL)).next_page_token
        trades_token = (await calls.list_trades(pb.ListTradesRequest(market=NAME, page_size=3), CALL)).next_page_token
        assert token
        assert trades_token
        for other in (
            pb.ListCandlesRequest(market=NAME, interval=3, start_time=start),  # type: ignore[arg-type]
            pb.ListCandlesRequest(market=NAME, interval=2),  # type: ignore[arg-type]
            pb.ListCandlesRequest(market=NAME, interval=2, start_time=start, fill_gaps=True),  # type: ignore[arg-type]
            pb.ListCandlesRequest(market="ETH-USDC", interval=2, start_time=start),  # type: ignore[arg-type]
        ):
            for foreign in (token, trades_token):
                other.page_token = foreign
                with pytest.raises(CallError) as refused:
                    await calls.list_candles(other, CALL)
                assert (refused.value.reason, refused.value.field) == (PAGE_TOKEN_INVALID, "page_token")
        for later in (START_NS, START_NS + 1):
            empty = pb.ListCandlesRequest(market=NAME, interval=2)  # type: ignore[arg-type]
            empty.start_time.CopyFrom(timestamp(later))
            empty.end_time.CopyFrom(start)
            with pytest.raises(FieldError) as wrong:
                await calls.list_candles(empty, CALL)
            assert wrong.value.field == "end_time"


async def test_a_ticker_knows_the_day_before_its_snapshot_once_the_history_answers(
    tmp_path: Path, clickhouse_url: str
) -> None:
    scene = Scene(tmp_path, 33, 300)
    # The core recovers from a snapshot in the middle, so that its feeds have seen only what came after.
    half = scene.journal.events[len(scene.journal.events) // 2][0]
    engine = Engine()
    batches = list(itertools.islice(market_flow(33, START_NS), 300))
    for time_ns, commands in batches:
        for command in commands:
            if engine.sequence < half:
                engine.apply(type(half)(engine.sequence + 1), time_ns, command)  # type: ignore[arg-type]
    write_snapshot(scene.journal.directory, engine)
    assert engine.event_digest
    async with scene.calls(clickhouse_url) as calls:
        feeds = calls._core.feeds
        window = feeds.day_window(MARKET)
        assert not window.complete
        history = MarketHistory(clickhouse_url)
        seeding = asyncio.create_task(seed_day_windows(feeds, [MARKET], history, lambda: scene.now_ns))
        # Not migrated yet, then too far behind, then there.
        await asyncio.sleep(0.3)
        await asyncio.to_thread(scene.write_history, clickhouse_url, 100)
        await asyncio.sleep(0.8)
        assert not window.complete
        await asyncio.to_thread(scene.write_history, clickhouse_url, scene.journal.sequence)
        async with asyncio.timeout(20):
            await seeding
        await history.close()
        ticker = (await calls.get_ticker(pb.GetTickerRequest(market=NAME), CALL)).ticker
        start_ns = (scene.now_ns - DAY_NS) // (60 * SECOND_NS) * 60 * SECOND_NS
        inside = [trade for trade in scene.trades if trade.time_ns >= start_ns]
        market: Any = scene.market
        assert ticker.window_start_time.ToNanoseconds() == start_ns
        assert ticker.trade_count == len(inside)
        assert ticker.open_price == format_price(market, inside[0].price)  # type: ignore[arg-type]
        assert ticker.high_price == format_price(market, max(trade.price for trade in inside))  # type: ignore[arg-type]
        assert ticker.low_price == format_price(market, min(trade.price for trade in inside))  # type: ignore[arg-type]
        assert ticker.volume == format_quantity(market, Lots(sum(trade.lots for trade in inside)))
        assert ticker.quote_volume == format_quote(market, Atoms(sum(trade.cost for trade in inside)))
        assert ticker.last_price == format_price(market, scene.trades[-1].price)  # type: ignore[arg-type]
        assert ticker.last_trade_time.ToNanoseconds() == scene.trades[-1].time_ns
        bids, asks = (scene.journal.engine.levels(MARKET, side, 1) for side in (1, 2))
        assert ticker.bid.price == (format_price(market, bids[0][0]) if bids else "")
        assert ticker.ask.quantity == (format_quantity(market, asks[0][1]) if asks else "")
