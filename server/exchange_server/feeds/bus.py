"""Where applied commands become what readers see: published markets and account histories.

Everything here speaks of what is durable. The bus is called with each released batch, before its callers get their
answers, and runs on the event loop like all readers, so that nothing needs a lock. With nobody reading it costs about a
microsecond a command; `bench/feeds.py` measures it.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

from exchange_server.engine import Engine
from exchange_server.engine.events import (
    BalanceChanged,
    LevelChanged,
    MarketCreated,
    MarketStatusChanged,
    OrderAccepted,
    OrderAmended,
    OrderCanceled,
    OrderClosed,
    OrderDecremented,
    OrderMoved,
    OrderRested,
    OrderTriggered,
    Trade,
)
from exchange_server.engine.types import SIDE_BUY, AccountId, MarketId, TimeNs
from exchange_server.feeds.account_streams import AccountReader, FillReader
from exchange_server.feeds.accounts import UPDATES_KEPT_OVERALL, AccountHistories
from exchange_server.feeds.books import PublishedBook
from exchange_server.feeds.day_window import DayWindow
from exchange_server.feeds.errors import REJECT_MARKET_NOT_FOUND, REJECT_UNAVAILABLE, StreamRefused
from exchange_server.feeds.markets import PublishedMarket
from exchange_server.feeds.published import Published
from exchange_server.feeds.reader import WAITING_BYTES, Budget, Reader
from exchange_server.feeds.subscriptions import Closing, Subscription
from exchange_server.feeds.trades import TradeTape
from exchange_server.journal import Applied
from exchange_server.wire.account_updates import account_snapshot_response
from exchange_server.wire.market_streams import OrderBook
from exchange_server.wire.trade_streams import Ticker

HEARTBEAT_S: Final = 5.0

TICK_S: Final = 0.1
"""How late a candle may close, and a ticker's window move on."""

_OF_AN_ORDER: Final = frozenset((OrderAmended, OrderDecremented, OrderMoved, OrderTriggered))
"""Besides those that place and end an order, the events that change one."""


class Feeds:
    """All streams of one shard.

    Make it of the engine as the snapshot left it and give it the journal's tail by `on_applied` like everything after:
    then readers can resume from before the restart. What the engine contains when Feeds is made must be durable.
    A stream ends with StreamRefused; `close` ends all of them.
    """

    def __init__(
        self,
        engine: Engine,
        heartbeat_s: float = HEARTBEAT_S,
        updates_kept: int = UPDATES_KEPT_OVERALL,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._engine: Final = engine
        self._published: Final = Published(int(engine.sequence), engine.time_ns, heartbeat_s, clock_ns)
        self._closed = False
        self._readers: Final[set[Reader]] = set()
        # Who waits for a sequence to be published, because the engine is ahead of what is durable.
        self._early: list[tuple[int, Reader]] = []
        self._markets: Final[dict[MarketId, PublishedMarket]] = {
            market_id: PublishedMarket.of_engine(self._published, engine, market_id) for market_id in engine.markets
        }
        self._histories: Final = AccountHistories(int(engine.sequence), updates_kept)
        self._ticking = False

    @property
    def sequence(self) -> int:
        """Sequence of the last published command."""
        return self._published.sequence

    @property
    def readers(self) -> int:
        """Number of open streams."""
        return len(self._readers)

    # ---------------------------------------------------------------- publishing

    def on_applied(self, batch: Sequence[Applied]) -> None:
        """Publish a durable batch. Raises ValueError when it does not follow the one before."""
        if not batch:
            return
        if batch[0].sequence != self._published.sequence + 1:
            raise ValueError(f"batch starts with {batch[0].sequence}, not {self._published.sequence + 1}")
        markets = self._markets
        histories = self._histories
        by_account = histories.by_account
        touched: set[PublishedMarket] = set()
        book: PublishedBook | None = None
        market_id = 0
        added = 0

        # 1. Sort the events by who sees them, the frequent kinds first. This loop runs for every command, so nothing is
        #    called in it that need not be.
        for applied in batch:
            for event in applied.events:
                if type(event) is OrderRested or type(event) is OrderCanceled:
                    order = event.order
                    account_id = order.account_id
                    history = by_account.get(account_id) or histories.open(account_id)
                    # Nearly always it is; of what replaces an order there are two such events.
                    if history.newest is not applied:
                        history.newest = applied
                        history.kept.append(applied)
                        added += 1
                        if history.readers:
                            history.hand_out(applied)
                    if book is None or order.market.market_id != market_id:
                        market_id = order.market.market_id
                        market = markets[market_id]
                        book = market.book
                        touched.add(market)
                    price_ticks = order.price_ticks
                    book.pending[-price_ticks if order.side == SIDE_BUY else price_ticks] = event.level_lots
                    book.pending_of = applied
                elif type(event) is BalanceChanged:
                    history = by_account.get(event.account_id) or histories.open(event.account_id)
                    if history.newest is not applied:
                        history.newest = applied
                        history.kept.append(applied)
                        added += 1
                        if history.readers:
                            history.hand_out(applied)
                elif type(event) is LevelChanged:
                    if book is None or event.market_id != market_id:
                        market_id = event.market_id
                        market = markets[event.market_id]
                        book = market.book
                        touched.add(market)
                    price_ticks = event.price_ticks
                    book.pending[-price_ticks if event.side == SIDE_BUY else price_ticks] = event.quantity_lots
                    book.pending_of = applied
                elif type(event) is OrderClosed or type(event) is OrderAccepted or type(event) in _OF_AN_ORDER:
                    # Not every order moves a balance, and one that triggers may be of another account than the command.
                    account_id = event.order.account_id  # type: ignore[union-attr]
                    history = by_account.get(account_id) or histories.open(account_id)
                    if history.newest is not applied:
                        history.newest = applied
                        history.kept.append(applied)
                        added += 1
                        if history.readers:
                            history.hand_out(applied)
                elif type(event) is Trade:
                    traded = markets[event.taker.market.market_id]
                    traded.tape.pending.append((event, applied.sequence, TimeNs(applied.time_ns)))
                    traded.tape.pending_times.append(applied.times)
                    traded.tape.pending_of = applied
                    touched.add(traded)
                elif type(event) is MarketCreated:
                    self._open_market(event, applied)
                elif type(event) is MarketStatusChanged:
                    market = markets[event.market.market_id]
                    market.pending_status = event.status, applied
                    touched.add(market)
        last = batch[-1]
        self._published.sequence = last.sequence
        self._published.time_ns = TimeNs(last.time_ns)

        # 2. Once a batch: one version of each book, one piece of each tape, and what is made of both.
        for changed in touched:
            changed.publish()
        for followed in [market for market in markets.values() if market.queues.readers]:
            followed.queues.follow(batch)
        histories.bound(added)
        if self._early:
            self._wake_early()

    def _open_market(self, event: MarketCreated, applied: Applied) -> None:
        """Start a market that is new; what the engine knows of it may be ahead of what is durable."""
        market = event.market
        if market.market_id not in self._markets:
            self._markets[market.market_id] = PublishedMarket(
                self._published,
                self._engine,
                market,
                event.status,
                ([], []),
                0,
                applied.sequence,
                TimeNs(applied.time_ns),
            )

    def _wake_early(self) -> None:
        published = self._published.sequence
        early = [reader for sequence, reader in self._early if sequence <= published]
        self._early = [waiting for waiting in self._early if waiting[0] > published]
        for reader in early:
            reader.wake()

    def on_time(self, now_ns: int) -> None:
        """Publish what the time has changed; called often enough by itself while somebody reads what time changes."""
        for market in self._markets.values():
            if market.timed:
                market.on_time(now_ns)

    def close(self) -> None:
        """End every stream with UNAVAILABLE, and refuse new ones."""
        self._closed = True
        for reader in list(self._readers):
            reader.close()

    # ---------------------------------------------------------------- looking

    def order_book(self, market_id: MarketId, depth: int) -> OrderBook:
        """Return the best `depth` levels a side. Raises StreamRefused when there is no such market."""
        return self._market(market_id).book.message(depth)

    def book(self, market_id: MarketId) -> PublishedBook:
        """Return the published book of a market. Raises StreamRefused when there is no such market."""
        return self._market(market_id).book

    def ticker(self, market_id: MarketId, now_ns: int) -> Ticker:
        """Return the ticker of a market as it is now. Raises StreamRefused when there is no such market."""
        return self._market(market_id).ticker(now_ns)

    def trade_tape(self, market_id: MarketId) -> TradeTape:
        """Return the latest trades of a market. Raises StreamRefused when there is no such market."""
        return self._market(market_id).tape

    def day_window(self, market_id: MarketId) -> DayWindow:
        """Return the last 24 hours of a market. Raises StreamRefused when there is no such market."""
        return self._market(market_id).day_window

    # ---------------------------------------------------------------- readers

    def read_book(self, market_id: MarketId, depth: int = 0, step_ticks: int = 1, interval_ms: int = 0) -> Reader:
        """Return a reader of the best `depth` levels (0: all), grouped by a step: a snapshot, then deltas.

        All readers: whoever gets one must call its `leave` in the end. Raises StreamRefused when it cannot begin.
        """
        return self._enter(self._market(market_id).read_book(depth, step_ticks, interval_ms))

    def read_bbo(self, market_id: MarketId, interval_ms: int = 0) -> Reader:
        """Return a reader of the best bid and offer."""
        return self._enter(self._market(market_id).read_bbo(interval_ms))

    def read_ticker(self, market_id: MarketId, interval_ms: int = 0) -> Reader:
        """Return a reader of the ticker."""
        return self._enter(self._market(market_id).read_ticker(interval_ms), timed=True)

    def read_trades(
        self, market_id: MarketId, after_trade_id: int | None = None, budget: Budget | None = None
    ) -> Reader:
        """Return a reader of a heartbeat, then every trade after the given one, by default every trade from now on."""
        return self._enter(self._market(market_id).read_trades(after_trade_id, budget or Budget(WAITING_BYTES)))

    def read_candles(self, market_id: MarketId, interval: int, interval_ms: int = 0) -> Reader:
        """Return a reader of the present candle, then every change."""
        return self._enter(self._market(market_id).read_candles(interval, interval_ms), timed=True)

    def read_orders(self, market_id: MarketId, budget: Budget | None = None) -> Reader:
        """Return a reader of the book order by order: a snapshot, then every change."""
        reader = self._enter(self._market(market_id).read_orders(budget or Budget(WAITING_BYTES)))
        self._wake_when_published(int(self._engine.sequence), reader)
        return reader

    def read_account(
        self, account_id: AccountId, after_sequence: int | None = None, budget: Budget | None = None
    ) -> Reader:
        """Return a reader of a snapshot, or nothing when resumed, then one update for every command of the account."""
        engine = self._engine
        histories = self._histories
        backlog = histories.backlog(account_id, after_sequence, self._published.sequence, False)
        budget = budget or Budget(WAITING_BYTES)
        reader = AccountReader(self._published, engine, account_id, after_sequence, backlog, budget)
        if after_sequence is None:
            sequence = int(engine.sequence)
            orders, balances = engine.open_orders(account_id), engine.balances(account_id)
            reader.start_with(account_snapshot_response(orders, balances, engine.assets, sequence), sequence)
            self._wake_when_published(sequence, reader)
        else:
            reader.start_resumed()
        histories.join(account_id, reader)
        return self._enter(reader)

    def read_fills(
        self, account_id: AccountId, after_sequence: int | None = None, budget: Budget | None = None
    ) -> Reader:
        """Return a reader of a heartbeat, then every fill after the given sequence, by default from now on."""
        histories = self._histories
        backlog = histories.backlog(account_id, after_sequence, self._published.sequence, True)
        budget = budget or Budget(WAITING_BYTES)
        reader = FillReader(self._published, account_id, after_sequence, backlog, budget)
        histories.join(account_id, reader)
        return self._enter(reader)

    def subscribe(self, stream_id: str, describe: Callable[[StreamRefused], Closing]) -> Subscription:
        """Return a stream without channels; `describe` says how a client is told why one ended."""
        subscription = Subscription(self._published, stream_id, describe)
        self._enter(subscription)
        return subscription

    def _market(self, market_id: MarketId) -> PublishedMarket:
        market = self._markets.get(market_id)
        if market is None:
            raise StreamRefused(REJECT_MARKET_NOT_FOUND, "there is no such market")
        return market

    def _enter(self, reader: Reader, timed: bool = False) -> Reader:
        if self._closed:
            reader.leave()
            raise StreamRefused(REJECT_UNAVAILABLE, "the exchange is shutting down")
        self._readers.add(reader)
        reader.when_left(lambda: self._readers.discard(reader))
        if timed:
            self._start_ticking()
        return reader

    def _wake_when_published(self, sequence: int, reader: Reader) -> None:
        if sequence > self._published.sequence:
            self._early.append((sequence, reader))

    def _start_ticking(self) -> None:
        """Look at the clock from time to time, for as long as somebody reads what time changes."""
        if not self._ticking:
            self._ticking = True
            asyncio.get_running_loop().call_later(TICK_S, self._tick)

    def _tick(self) -> None:
        self._ticking = False
        if not self._closed and any(market.timed for market in self._markets.values()):
            self._start_ticking()
            self.on_time(self._published.clock_ns())
