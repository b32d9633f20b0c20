"""Where applied commands become what readers see: books, trades and accounts.

Everything here speaks of what is durable. The bus is called with each released batch, before its callers get their
answers, and runs on the event loop like all readers, so that nothing needs a lock. With nobody reading it costs less
than a microsecond a command; `bench/feeds.py` measures it.
"""

import time
from collections.abc import AsyncGenerator, Sequence
from typing import Final

from exchange_server.engine import Engine
from exchange_server.engine.entities import Market
from exchange_server.engine.events import (
    BalanceChanged,
    LevelChanged,
    MarketCreated,
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
from exchange_server.engine.types import SIDE_BUY, SIDE_SELL, AccountId, MarketId, TimeNs
from exchange_server.feeds.accounts import UPDATES_KEPT_OVERALL, AccountHistories
from exchange_server.feeds.books import PublishedBook
from exchange_server.feeds.day_window import DayWindow
from exchange_server.feeds.errors import REJECT_MARKET_NOT_FOUND, REJECT_UNAVAILABLE, StreamRefused
from exchange_server.feeds.reader import Reader
from exchange_server.feeds.trades import TradeTape
from exchange_server.journal import Applied
from exchange_server.wire.account_updates import (
    StreamAccountResponse,
    StreamFillsResponse,
    account_fills,
    account_heartbeat_response,
    account_snapshot_response,
    account_update_response,
    fills_heartbeat_response,
    fills_response,
)
from exchange_server.wire.market_streams import (
    OrderBook,
    StreamOrderBookResponse,
    StreamTradesResponse,
    order_book_heartbeat,
    trades_heartbeat,
)

HEARTBEAT_S: Final = 5.0

_OF_AN_ORDER: Final = frozenset((OrderAmended, OrderDecremented, OrderMoved, OrderTriggered))
"""Besides those that place and end an order, the events that change one."""

FILLS_PER_MESSAGE: Final = 1_000
"""Where a message of fills ends at the next command; the fills of one command are never parted."""


class Feeds:
    """All streams of one shard.

    Make it of the engine as the snapshot left it and give it the journal's tail by `on_applied` like everything after:
    then readers can resume from before the restart. What the engine contains when Feeds is made must be durable.
    A stream ends with StreamRefused; `close` ends all of them.
    """

    def __init__(
        self, engine: Engine, heartbeat_s: float = HEARTBEAT_S, updates_kept: int = UPDATES_KEPT_OVERALL
    ) -> None:
        self._engine: Final = engine
        self._heartbeat_s: Final = heartbeat_s
        self._sequence = int(engine.sequence)
        self._closed = False
        self._readers: Final[set[Reader]] = set()
        # Who waits for a sequence to be published, because the engine is ahead of what is durable.
        self._early: list[tuple[int, Reader]] = []
        self._books: Final[dict[MarketId, PublishedBook]] = {}
        self._tapes: Final[dict[MarketId, TradeTape]] = {}
        self._day_windows: Final[dict[MarketId, DayWindow]] = {}
        self._histories: Final = AccountHistories(self._sequence, updates_kept)
        for market_id, market in engine.markets.items():
            bids, asks = engine.levels(market_id, SIDE_BUY), engine.levels(market_id, SIDE_SELL)
            self._books[market_id] = PublishedBook(market, bids, asks, self._sequence, engine.time_ns)
            self._tapes[market_id] = TradeTape(market, market.next_trade_id - 1)
            self._day_windows[market_id] = DayWindow(market.next_trade_id - 1, engine.time_ns)

    @property
    def sequence(self) -> int:
        """Sequence of the last published command."""
        return self._sequence

    @property
    def readers(self) -> int:
        """Number of open streams."""
        return len(self._readers)

    # ---------------------------------------------------------------- publishing

    def on_applied(self, batch: Sequence[Applied]) -> None:
        """Publish a durable batch. Raises ValueError when it does not follow the one before."""
        if not batch:
            return
        if batch[0].sequence != self._sequence + 1:
            raise ValueError(f"batch starts with {batch[0].sequence}, not {self._sequence + 1}")
        books = self._books
        histories = self._histories
        by_account = histories.by_account
        touched: set[PublishedBook] = set()
        traded: set[TradeTape] = set()
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
                        book = books[market_id]
                        touched.add(book)
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
                        book = books[event.market_id]
                        touched.add(book)
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
                    tape = self._tapes[event.taker.market.market_id]
                    tape.pending.append((event, applied.sequence, TimeNs(applied.time_ns)))
                    traded.add(tape)
                elif type(event) is MarketCreated:
                    self._open_market(event.market, applied)
        self._sequence = batch[-1].sequence

        # 2. Once a batch: one version of each book, one piece of each tape.
        for changed_book in touched:
            changed_book.publish()
        for changed_tape in traded:
            day_window = self._day_windows[changed_tape.market.market_id]
            for published in changed_tape.pending:
                day_window.add(published)
            changed_tape.publish()
        histories.bound(added)
        if self._early:
            self._wake_early()

    def _open_market(self, market: Market, applied: Applied) -> None:
        """Start a market that is new; what the engine knows of it may be ahead of what is durable."""
        if market.market_id not in self._books:
            self._books[market.market_id] = PublishedBook(market, (), (), applied.sequence, TimeNs(applied.time_ns))
            self._tapes[market.market_id] = TradeTape(market, 0)
            self._day_windows[market.market_id] = DayWindow(0, applied.time_ns)

    def _wake_early(self) -> None:
        for sequence, reader in self._early:
            if sequence <= self._sequence:
                reader.wake()
        self._early = [early for early in self._early if early[0] > self._sequence]

    def close(self) -> None:
        """End every stream with UNAVAILABLE, and refuse new ones."""
        self._closed = True
        for reader in self._readers:
            reader.close()

    # ---------------------------------------------------------------- market data

    def order_book(self, market_id: MarketId, depth: int) -> OrderBook:
        """Return the best `depth` levels a side. Raises StreamRefused when there is no such market."""
        return self._book(market_id).message(depth)

    def book(self, market_id: MarketId) -> PublishedBook:
        """Return the published book of a market. Raises StreamRefused when there is no such market."""
        return self._book(market_id)

    def trade_tape(self, market_id: MarketId) -> TradeTape:
        """Return the latest trades of a market. Raises StreamRefused when there is no such market."""
        self._book(market_id)
        return self._tapes[market_id]

    def day_window(self, market_id: MarketId) -> DayWindow:
        """Return the last 24 hours of a market. Raises StreamRefused when there is no such market."""
        self._book(market_id)
        return self._day_windows[market_id]

    async def stream_order_book(self, market_id: MarketId) -> AsyncGenerator[StreamOrderBookResponse, None]:
        """Yield a snapshot, then a delta for each batch that changed the book; slow readers get several in one.

        Messages are shared between readers: never change one.
        """
        book = self._book(market_id)
        reader = book.join()
        try:
            self._enter(reader)
            yield book.snapshot()
            while True:
                reader.check()
                if book.sequence != reader.sequence:
                    delta = book.delta(reader.sequence)
                    reader.sequence = book.sequence
                    yield delta
                elif not await reader.sleep(self._heartbeat_s):
                    yield order_book_heartbeat(time.time_ns())
        finally:
            book.leave(reader)
            self._readers.discard(reader)

    async def stream_trades(
        self, market_id: MarketId, after_trade_id: int | None = None
    ) -> AsyncGenerator[StreamTradesResponse, None]:
        """Yield a heartbeat, then every trade after the given one, by default every trade from now on.

        Messages are shared between readers: never change one.
        """
        self._book(market_id)
        tape = self._tapes[market_id]
        reader = tape.join(after_trade_id)
        try:
            self._enter(reader)
            yield trades_heartbeat(time.time_ns())
            while True:
                chunk = await reader.next(self._heartbeat_s)
                if chunk is None:
                    yield trades_heartbeat(time.time_ns())
                else:
                    reader.trade_id = chunk.last_trade_id
                    yield chunk.message()
        finally:
            tape.leave(reader)
            self._readers.discard(reader)

    def _book(self, market_id: MarketId) -> PublishedBook:
        book = self._books.get(market_id)
        if book is None:
            raise StreamRefused(REJECT_MARKET_NOT_FOUND, "there is no such market")
        return book

    # ---------------------------------------------------------------- accounts

    async def stream_account(
        self, account_id: AccountId, after_sequence: int | None = None
    ) -> AsyncGenerator[StreamAccountResponse, None]:
        """Yield a snapshot, or nothing when resumed, then one update for every command that concerns the account."""
        engine = self._engine
        histories = self._histories
        reader = histories.join(account_id, after_sequence, self._sequence, False)
        try:
            self._enter(reader)
            if after_sequence is None:
                # The engine may be ahead of what is durable: hold its state back until that is published.
                start = sent = int(engine.sequence)
                snapshot = account_snapshot_response(
                    engine.open_orders(account_id), engine.balances(account_id), engine.assets, start
                )
                await self._published(start, reader)
                reader.sequence = start
                yield snapshot
            else:
                start = sent = after_sequence
                if not reader.waiting:
                    yield account_heartbeat_response(self._sequence, sent, time.time_ns())
            while True:
                applied = await reader.next(self._heartbeat_s)
                if applied is None:
                    reader.sequence = self._sequence
                    yield account_heartbeat_response(self._sequence, sent, time.time_ns())
                elif applied.sequence > start:
                    update = account_update_response(
                        account_id, applied.events, engine.assets, applied.sequence, sent, TimeNs(applied.time_ns)
                    )
                    reader.sequence = sent = applied.sequence
                    yield update
        finally:
            histories.leave(account_id, reader)
            self._readers.discard(reader)

    async def stream_fills(
        self, account_id: AccountId, after_sequence: int | None = None
    ) -> AsyncGenerator[StreamFillsResponse, None]:
        """Yield a heartbeat, then every fill of the commands after the given one, by default from now on."""
        histories = self._histories
        reader = histories.join(account_id, after_sequence, self._sequence, True)
        try:
            self._enter(reader)
            reader.sequence = self._sequence if after_sequence is None else after_sequence
            yield fills_heartbeat_response(reader.sequence, time.time_ns())
            while True:
                applied = await reader.next(self._heartbeat_s)
                if applied is None:
                    reader.sequence = self._sequence
                    yield fills_heartbeat_response(self._sequence, time.time_ns())
                    continue
                fills = []
                while applied is not None:
                    reader.sequence = applied.sequence
                    fills += account_fills(account_id, applied.events, applied.sequence, TimeNs(applied.time_ns))
                    applied = reader.take() if len(fills) < FILLS_PER_MESSAGE else None
                yield fills_response(fills, reader.sequence)
        finally:
            histories.leave(account_id, reader)
            self._readers.discard(reader)

    # ---------------------------------------------------------------- readers

    def _enter(self, reader: Reader) -> None:
        if self._closed:
            raise StreamRefused(REJECT_UNAVAILABLE, "the exchange is shutting down")
        self._readers.add(reader)

    async def _published(self, sequence: int, reader: Reader) -> None:
        """Wait until a sequence is published."""
        if sequence > self._sequence:
            self._early.append((sequence, reader))
        while sequence > self._sequence:
            reader.check()
            await reader.sleep(self._heartbeat_s)
