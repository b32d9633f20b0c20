"""All that is published of one market: its book, its trades, and what is made of both while somebody reads."""

from typing import Final

from exchange_server.engine import Engine
from exchange_server.engine.entities import Market
from exchange_server.engine.types import SIDE_BUY, SIDE_SELL, MarketId, Ticks, TimeNs
from exchange_server.feeds.bbo import BboReader
from exchange_server.feeds.book_versions import BookReader, Level
from exchange_server.feeds.books import PublishedBook
from exchange_server.feeds.candles import CandleReader, CandleSeries
from exchange_server.feeds.day_window import DayWindow
from exchange_server.feeds.order_streams import OrderFeed, OrderReader
from exchange_server.feeds.published import Published
from exchange_server.feeds.reader import Budget
from exchange_server.feeds.tickers import TickerFeed, TickerReader
from exchange_server.feeds.trades import TradeReader, TradeTape
from exchange_server.journal import Applied
from exchange_server.wire.trade_streams import Ticker


class PublishedMarket:
    """One market's streams. The bus writes into `book`, `tape` and `pending_status`, and then calls `publish`.

    `pending_status`: what the market accepts by the last command of a batch that said so, and that command.
    """

    __slots__ = (
        "_candles",
        "_engine",
        "_published",
        "_status_of",
        "_ticker",
        "book",
        "day_window",
        "market",
        "pending_status",
        "queues",
        "tape",
    )

    def __init__(
        self,
        published: Published,
        engine: Engine,
        market: Market,
        status: int,
        levels: tuple[list[Level], list[Level]],
        latest_trade_id: int,
        sequence: int,
        time_ns: TimeNs,
        known_price_ticks: Ticks = Ticks(0),  # noqa: B008
    ) -> None:
        """Begin with levels (bids, asks) and after a trade and its price, as they are at a sequence."""
        self.market: Final = market
        self._published: Final = published
        self._engine: Final = engine
        self.book: Final = PublishedBook(market, *levels, sequence, time_ns)
        self.tape: Final = TradeTape(market, latest_trade_id, time_ns)
        self.day_window: Final = DayWindow(latest_trade_id, time_ns)
        self.pending_status: tuple[int, Applied] | None = None
        self._status_of: Applied | None = None
        self._ticker: Final = TickerFeed(market, status, self.day_window, known_price_ticks, published.clock_ns)
        self.queues: Final = OrderFeed(market, engine, published)
        self._candles: Final[dict[int, CandleSeries]] = {}

    @classmethod
    def of_engine(cls, published: Published, engine: Engine, market_id: MarketId) -> "PublishedMarket":
        """Begin with a market as the engine has it, all of which must be durable."""
        market = engine.markets[market_id]
        levels = engine.levels(market_id, SIDE_BUY), engine.levels(market_id, SIDE_SELL)
        latest, price_ticks = market.next_trade_id - 1, market.last_price_ticks
        return cls(
            published, engine, market, market.status, levels, latest, engine.sequence, engine.time_ns, price_ticks
        )

    @property
    def timed(self) -> bool:
        """Whether time alone may bring about a message."""
        return bool(self._candles or self._ticker.readers)

    # ---------------------------------------------------------------- publishing

    def publish(self) -> None:
        """Show what a batch has changed."""
        tape = self.tape
        last, traded = self.book.pending_of, tape.pending_of
        self.book.publish()
        if traded is not None:
            if last is None or last.sequence < traded.sequence:
                last = traded
            add = self.day_window.add
            for trade in tape.pending:
                add(trade)
            for series in self._candles.values():
                series.follow(tape.pending, traded)
            tape.publish()
        changed = traded is not None
        if self.pending_status is not None:
            status, status_of = self.pending_status
            self.pending_status = None
            if status != self._ticker.status:
                self._ticker.status = status
                self._status_of = status_of
                changed = True
                if last is None or last.sequence < status_of.sequence:
                    last = status_of
        if self._ticker.readers and last is not None:
            self._ticker.follow(changed, self.book.bests(), last)

    def on_time(self, now_ns: int) -> None:
        """Show what the time has changed."""
        for series in self._candles.values():
            series.learn(self.day_window, self.tape)
            series.on_time(now_ns, self._engine.sequence, self._published.sequence)
        if self._ticker.readers:
            self._ticker.on_time(now_ns)

    def ticker(self, now_ns: int) -> Ticker:
        """Return the ticker as it is now, whether or not anybody follows it."""
        book, last = self.book, self.day_window.figures(now_ns).last
        sequence, time_ns = book.sequence, book.time_ns
        if last is not None and last.sequence > sequence:
            sequence, time_ns = last.sequence, last.time_ns
        if self._status_of is not None and self._status_of.sequence > sequence:
            sequence, time_ns = self._status_of.sequence, TimeNs(self._status_of.time_ns)
        return self._ticker.at(book.bests(), sequence, time_ns, now_ns)

    # ---------------------------------------------------------------- readers

    def read_book(self, depth: int, step_ticks: int, interval_ms: int) -> BookReader:
        """Return a reader of a view of the book. Raises StreamRefused when it is shown in too many ways."""
        return self.book.join(self._published, depth, step_ticks, interval_ms)

    def read_bbo(self, interval_ms: int) -> BboReader:
        """Return a reader of the best bid and offer."""
        return self.book.join_prices(self._published, interval_ms)

    def read_trades(self, after_trade_id: int | None, budget: Budget) -> TradeReader:
        """Return a reader of trades. Raises StreamRefused when it resumes where it cannot."""
        return self.tape.join(self._published, after_trade_id, budget)

    def read_ticker(self, interval_ms: int) -> TickerReader:
        """Return a reader of the ticker."""
        ticker = self._ticker
        if not ticker.readers:
            self.book.watch()
            ticker.start(self.book.bests(), self._published.sequence, self._published.time_ns)
        reader = ticker.join(self._published, interval_ms)

        def leave() -> None:
            ticker.readers.discard(reader)
            if not ticker.readers:
                self.book.unwatch()

        reader.when_left(leave)
        return reader

    def read_candles(self, interval: int, interval_ms: int) -> CandleReader:
        """Return a reader of the candles of one interval (`exchange.v1.CandleInterval`)."""
        series = self._candles.get(interval)
        if series is None:
            series = CandleSeries(self.market, interval)
            published = self._published
            now_ns, sequence = published.clock_ns(), self._engine.sequence
            series.start(self.day_window, self.tape, published, self._published.time_ns, now_ns, sequence)
            self._candles[interval] = series
        reader = series.join(self._published, interval_ms)
        followed = series

        def leave() -> None:
            followed.readers.discard(reader)
            if not followed.readers and self._candles.get(interval) is followed:
                del self._candles[interval]

        reader.when_left(leave)
        return reader

    def read_orders(self, budget: Budget) -> OrderReader:
        """Return a reader of the queues."""
        return self.queues.join(budget)
