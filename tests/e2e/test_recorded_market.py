"""A recording of a real market drives the exchange, and a client that only listens holds what the engine has.

The Binance recording goes through the player of `exchange play`, in pieces. When each is done the listener's books, by
levels, order by order and as a grouped view of ten levels, are compared with the engine's, and on the way with
GetOrderBook at the same sequence. Candles from ClickHouse are compared with those that a simple script makes of the
trades: of those that happened here, and of those that were recorded.
"""

import asyncio
import gzip
import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack
from dataclasses import astuple, dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import exchange_sdk as sdk
from exchange_bots.play.actions import Action, Counts, Execution, Flow, MarketTerms, Outcome, Place, Settle, Side, Terms
from exchange_bots.play.binance import BinanceFlow
from exchange_bots.play.player import PlayOptions, play
from exchange_sdk import AsyncClient
from exchange_server.cli.main import app
from exchange_server.cli.output import number
from exchange_server.embedded.clickhouse import EmbeddedClickHouse
from exchange_server.engine.types import SIDE_BUY, SIDE_SELL
from exchange_server.journal import engine_at
from exchange_server.wire.units import format_price, format_quantity
from tests.e2e.dev_process import EXCHANGE, clean_environment
from tests.integration.clickhouse_fixture import clickhouse_database, embedded_clickhouse
from tests.integration.exchange_process import ExchangeProcess
from tests.simple_candles import SECONDS, candles

RECORDING = Path(__file__).parents[3] / "shared" / "data" / "binance_btcusdt_perp_20240808.gz"
MARKET = "BTC-USDT"
IS_FULL = os.environ.get("EXCHANGE_TEST_SIZE") in ("full", "nightly")
MESSAGES = None if IS_FULL else 1_200
TRADES = None if IS_FULL else 2_000
PIECE = 50_000 if IS_FULL else 6_000
"""Actions between two checkpoints."""

DEEPEST = 5000
"""Levels a side that GetOrderBook shows at most; the engine's queues are compared whole."""

STEP = Decimal(10)
"""Of the grouped view, quote units: a hundred ticks."""

pytestmark = [
    pytest.mark.skipif(not RECORDING.exists(), reason=f"the recording {RECORDING.name} is not here"),
    pytest.mark.timeout(1_800 if IS_FULL else 300),
]

Level = tuple[Decimal, Decimal]


@pytest.fixture(scope="module")
def clickhouse_server() -> Iterator[EmbeddedClickHouse]:
    with embedded_clickhouse() as server:
        yield server


@pytest.fixture
def clickhouse_url(clickhouse_server: EmbeddedClickHouse) -> Iterator[str]:
    with clickhouse_database(clickhouse_server.url) as url:
        yield url


@pytest.fixture
def core(tmp_path: Path, clickhouse_url: str) -> Iterator[ExchangeProcess]:
    """Serve an exchange whose trades go into ClickHouse."""
    core = ExchangeProcess(tmp_path / "data", heartbeat_seconds=0.5, clickhouse_url=clickhouse_url)
    core.start()
    settings = {"EXCHANGE_DATA_DIR": str(core.data_dir), "EXCHANGE_CLICKHOUSE_URL": clickhouse_url}
    with (tmp_path / "follower.log").open("ab") as log:
        follower = subprocess.Popen(
            [*EXCHANGE, "follow", "--to", "clickhouse"],
            env=clean_environment() | settings,
            cwd="/",
            stdout=log,
            stderr=log,
        )
    try:
        yield core
    finally:
        follower.terminate()
        follower.wait(30)
        core.stop()


@dataclass
class Piece:
    """The next so many actions of a flow, as a flow of its own."""

    flow: Flow
    actions_left: Iterator[Action | Settle]
    size: int
    is_over: bool = False

    def __post_init__(self) -> None:
        self.market, self.counts, self.accounts = self.flow.market, self.flow.counts, self.flow.accounts

    def actions(self) -> Iterator[Action | Settle]:
        count = 0
        for action in islice(self.actions_left, self.size):
            count += 1
            yield action
        self.is_over = count < self.size

    def progress(self) -> float:
        return self.flow.progress()

    def on_outcome(self, action: Action, outcome: Outcome) -> None:
        self.flow.on_outcome(action, outcome)

    def on_execution(self, execution: Execution) -> None:
        self.flow.on_execution(execution)

    def findings(self) -> dict[str, int]:
        return self.flow.findings()


@dataclass
class Listener:
    """A client without a key that holds the market in three ways, its trades, and its book's digest by sequence."""

    client: AsyncClient
    stack: AsyncExitStack
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    trades: list[sdk.Trade] = field(default_factory=list)
    seen: dict[int, int] = field(default_factory=dict)
    notices: list[Any] = field(default_factory=list)

    async def open(self) -> None:
        enter = self.stack.enter_async_context
        self.book = await enter(self.client.stream_order_book(MARKET))
        self.grouped = await enter(self.client.stream_order_book(MARKET, depth=10, price_step=STEP))
        self.orders = await enter(self.client.stream_orders(MARKET))
        self.taped = await enter(self.client.stream_trades(MARKET))
        for stream in (self.book, self.grouped, self.orders, self.taped):
            self.tasks.append(asyncio.create_task(self._read(stream)))

    async def _read(self, stream: Any) -> None:
        async for event in stream:
            match event:
                case sdk.Trade():
                    self.trades.append(event)
                case sdk.Reconnected() | sdk.Resynced():
                    self.notices.append(event)
                case sdk.OrderBook() | sdk.OrderBookDelta() if stream is self.book:
                    self.seen[event.sequence] = digest(self.book.book.bids(DEEPEST), self.book.book.asks(DEEPEST))

    async def caught_up(self, sequence: int) -> None:
        """Wait until nothing up to a sequence is still to come: each stream's heartbeat says so."""
        streams = (self.book, self.grouped, self.orders, self.taped)
        async with asyncio.timeout(60):
            while any(stream.heartbeat is None or stream.heartbeat.sequence < sequence for stream in streams):
                assert not any(task.done() for task in self.tasks)
                await asyncio.sleep(0.02)


def digest(bids: Iterable[Level], asks: Iterable[Level]) -> int:
    return hash((tuple(map(tuple, bids)), tuple(map(tuple, asks))))


def grouped(levels: Iterable[Level], rounding: str) -> list[Level]:
    """Add levels up to multiples of STEP, the ten best, in the simplest way."""
    totals: dict[Decimal, Decimal] = {}
    for price, quantity in levels:
        shown = (price / STEP).to_integral_value(rounding) * STEP
        totals[shown] = totals.get(shown, Decimal(0)) + quantity
    return list(totals.items())[:10]


async def poll_books(client: AsyncClient, polled: dict[int, int]) -> None:
    """Ask for the whole book while it moves."""
    while True:
        shown = await client.get_order_book(MARKET, depth=DEEPEST)
        polled[shown.sequence] = digest(shown.bids, shown.asks)
        await asyncio.sleep(0.05)


def engines_queues(core: ExchangeProcess, sequence: int) -> dict[int, list[sdk.BookOrder]]:
    """Return the resting orders of each side as the engine has them, rebuilt from the journal."""
    engine = engine_at(core.data_dir, sequence)
    market = engine.markets_by_name[MARKET]
    book = engine.books[market.market_id]
    queues: dict[int, list[sdk.BookOrder]] = {}
    for side, levels in ((SIDE_BUY, book.bids), (SIDE_SELL, book.asks)):
        queues[side] = []
        for level in levels.best_first():
            order = level.first
            while order is not None:
                price = Decimal(format_price(market, level.price_ticks))
                shown = Decimal(format_quantity(market, order.visible_lots))
                queues[side].append(sdk.BookOrder(order.order_id, price, shown))
                order = order.next
    return queues


async def play_in_pieces(core: ExchangeProcess, flow: Flow, options: PlayOptions) -> AsyncIterator[int]:
    """Play a flow; yield the exchange's sequence whenever a piece of it is done."""
    actions = flow.actions()
    async with AsyncClient(core.address, api_key=core.admin_key) as admin:
        while True:
            piece = Piece(flow, actions, PIECE)
            await play(core.address, core.admin_key, piece, options)
            yield (await admin.admin.get_state_hash()).sequence
            if piece.is_over:
                return


async def make_market(core: ExchangeProcess, terms: MarketTerms) -> None:
    from exchange_bots.play.setup import create_market

    async with AsyncClient(core.address, api_key=core.admin_key) as admin:
        await create_market(admin, terms)


async def test_a_listener_holds_what_the_engine_has_while_a_recorded_market_plays(
    core: ExchangeProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    flow = BinanceFlow(RECORDING, limit=MESSAGES)
    await make_market(core, flow.market)
    filled: list[Outcome] = []
    wanted = Decimal(0)
    whole = 0

    def acknowledged(action: Action, key: str, outcome: Outcome) -> None:
        nonlocal wanted, whole
        if isinstance(action.request, Place) and action.request.terms is Terms.IOC:
            filled.append(outcome)
            wanted += action.request.quantity
            whole += outcome.filled == action.request.quantity

    polled: dict[int, int] = {}
    checkpoints = 0
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(AsyncClient(core.address, api_key=""))
        listener = Listener(client, stack)
        await listener.open()
        polling = asyncio.create_task(poll_books(client, polled))
        async for sequence in play_in_pieces(core, flow, PlayOptions(run="tape", acknowledged=acknowledged)):
            await listener.caught_up(sequence)
            shown = await client.get_order_book(MARKET, depth=DEEPEST)
            book, queues = listener.book.book, listener.orders.queues
            assert book.in_sync
            assert queues.in_sync
            assert (book.bids(DEEPEST), book.asks(DEEPEST)) == (shown.bids, shown.asks)
            assert queues.levels(sdk.Side.BUY) == book.bids()
            assert queues.levels(sdk.Side.SELL) == book.asks()
            assert [*map(tuple, listener.grouped.book.bids())] == grouped(shown.bids, ROUND_FLOOR)
            assert [*map(tuple, listener.grouped.book.asks())] == grouped(shown.asks, ROUND_CEILING)
            checkpoints += 1
            if checkpoints % 3 == 1:
                true_queues = await asyncio.to_thread(engines_queues, core, sequence)
                assert list(queues.bids()) == true_queues[SIDE_BUY]
                assert list(queues.asks()) == true_queues[SIDE_SELL]
        polling.cancel()
        both = set(polled) & set(listener.seen)
        assert {at: polled[at] for at in both} == {at: listener.seen[at] for at in both}
        assert flow.counts.read["gaps"] == 0
        assert listener.notices == []
        for task in listener.tasks:
            task.cancel()
    traded = sum((trade.quantity for trade in listener.trades), Decimal(0))
    assert traded == sum((outcome.filled for outcome in filled), Decimal(0))
    await assert_candles(core, listener.trades)
    with capsys.disabled():
        print(
            f"\n{dict(flow.counts.read)}; {checkpoints} checkpoints at rest, {len(both)} while it moved; "
            f"{len(listener.trades)} trades; {whole} of {len(filled)} recorded trades whole, "
            f"{traded / wanted:.1%} of their quantity"
        )


# ---------------------------------------------------------------- candles


async def assert_candles(core: ExchangeProcess, trades: list[sdk.Trade]) -> None:
    """Wait until the history has every trade; then its candles must be those of the simple script."""
    async with AsyncClient(core.address, api_key="") as client:
        async with asyncio.timeout(60):
            while True:
                found = await client.list_trades(MARKET, page_size=1000).collect()
                if len(found) == len(trades):
                    break
                await asyncio.sleep(0.1)
        assert list(found) == trades[::-1]
        tape = [(trade.trade_time_ns, trade.price, trade.quantity) for trade in trades]
        for interval in SECONDS:
            start = trades[0].trade_time.replace(hour=0, minute=0, second=0, microsecond=0)
            for fill_gaps in (False, True):
                pages = client.list_candles(MARKET, interval, start=start, fill_gaps=fill_gaps, page_size=5000)
                made = await pages.collect()
                known = [
                    (each.open_time_ns, each.open, each.high, each.low, each.close, each.volume, each.quote_volume,
                     each.trade_count) for each in made
                ]  # fmt: skip
                wanted = [astuple(each) for each in candles(tape, interval, fill_gaps=fill_gaps)]
                # Gaps are filled up to now, and now was later there.
                assert known[: len(wanted)] == wanted
                assert all(each[-1] == 0 for each in known[len(wanted) :])
                assert fill_gaps or len(known) == len(wanted)
    assert_candles_by_the_command_line(core, tape)


def assert_candles_by_the_command_line(core: ExchangeProcess, tape: list[tuple[int, Decimal, Decimal]]) -> None:
    wanted = candles(tape, "1s")
    start = sdk.Trade(1, MARKET, Decimal(1), Decimal(1), None, tape[0][0], 1).trade_time.replace(microsecond=0)
    arguments = ["candles", MARKET, "-i", "1s", "--from", start.isoformat(), "--address", core.address, "-o", "json"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert [(each["open"], each["close"], each["volume"]) for each in made] == [
        (number(each.open), number(each.close), number(each.volume)) for each in wanted
    ]


class TapeOfTrades:
    """Every recorded trade as it was: a maker's order at its price, and one of the side that took, which takes it."""

    accounts = ("maker", "taker")

    def __init__(self, limit: int | None) -> None:
        self.market = MarketTerms("BTC", "USDT", 8, 6, "0.1", "0.001")
        self.counts = Counts()
        self.recorded: list[tuple[Decimal, Decimal]] = []
        self._limit = limit

    def actions(self) -> Iterator[Action]:
        with gzip.open(RECORDING, "rt") as lines:
            for line in lines:
                stamp, _, text = line.partition(" ")
                message = json.loads(text)
                data = message.get("data", message)
                if data.get("e") != "trade" or data.get("X", "MARKET") != "MARKET":
                    continue
                if self._limit is not None and len(self.recorded) >= self._limit:
                    return
                number, price, quantity = len(self.recorded), Decimal(data["p"]), Decimal(data["q"])
                self.recorded.append((price, quantity))
                taker = Side.SELL if data["m"] else Side.BUY
                maker = Place(f"m{number}", taker.opposite, price, quantity, Terms.GTC)
                yield Action(int(stamp), "maker", maker)
                yield Action(int(stamp), "taker", Place(f"t{number}", taker, price, quantity, Terms.IOC))

    def progress(self) -> float:
        return 0.0

    def on_outcome(self, action: Action, outcome: Outcome) -> None:
        assert outcome.refused is None

    def on_execution(self, execution: Execution) -> None:
        pass

    def findings(self) -> dict[str, int]:
        return {}


async def test_candles_of_recorded_trades_are_those_of_the_simple_script(core: ExchangeProcess) -> None:
    flow = TapeOfTrades(TRADES)
    await make_market(core, flow.market)
    trades: list[sdk.Trade] = []
    async with AsyncClient(core.address, api_key="") as client, client.stream_trades(MARKET) as stream:

        async def read() -> None:
            async for event in stream:
                assert isinstance(event, sdk.Trade)
                trades.append(event)

        reading = asyncio.create_task(read())
        await play(core.address, core.admin_key, flow, PlayOptions())
        async with asyncio.timeout(60):
            while len(trades) < len(flow.recorded):
                assert not reading.done(), reading.exception()
                await asyncio.sleep(0.05)
        reading.cancel()
    # What happened here is the tape, trade by trade; only the times are of today.
    assert [(trade.price, trade.quantity) for trade in trades] == flow.recorded
    await assert_candles(core, trades)
