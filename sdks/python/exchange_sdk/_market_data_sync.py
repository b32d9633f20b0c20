"""What a client reads of the markets.

Made from `_market_data_async.py` by `make gen`: change that one.
"""

from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from typing import TypeVar

from exchange_sdk import _market_requests as requests
from exchange_sdk import _read_operations as operations
from exchange_sdk._connection import Connection
from exchange_sdk._decimals import DecimalInput
from exchange_sdk._enums import CandleInterval
from exchange_sdk._market_states import (
    BboEvent,
    BboState,
    BookState,
    CandleEvent,
    CandleState,
    QueueState,
    TickerEvent,
    TickerState,
    TradeEvent,
    TradeState,
)
from exchange_sdk._operations import Operation, Stubs
from exchange_sdk._subscription_state import SubscriptionState
from exchange_sdk.channels import Channel
from exchange_sdk.market_models import Candle, OrderBook, Ticker, Trade
from exchange_sdk.models import Asset, Market
from exchange_sdk.pages import Pages
from exchange_sdk.streams import OrderBookStream, OrderQueuesStream, Stream
from exchange_sdk.subscription import Subscription

T = TypeVar("T")


class MarketData(ABC):
    """Assets, markets, books, trades, candles and tickers, once or as streams.

    Streams reconnect by themselves and say so: Reconnected when nothing is missing, Resynced when something may be.
    `interval` is the least time between two messages, a timedelta or seconds; None is at once.
    """

    _connection: Connection

    def list_assets(self, *, timeout: float | None = None) -> list[Asset]:
        """List all assets, by name."""
        return self._call(operations.list_assets(), timeout)

    def list_markets(self, *, timeout: float | None = None) -> list[Market]:
        """List all markets, by name."""
        return self._call(operations.list_markets(), timeout)

    def get_market(self, market: str, *, timeout: float | None = None) -> Market:
        """Get one market. Raises NotFound."""
        return self._call(operations.get_market(market), timeout)

    def get_order_book(self, market: str, *, depth: int = 0, timeout: float | None = None) -> OrderBook:
        """Get the order book as it is now; `depth`: levels a side, up to 5000, 0 is 100. Raises NotFound."""
        return self._call(operations.get_order_book(market, depth), timeout)

    def get_ticker(self, market: str, *, timeout: float | None = None) -> Ticker:
        """Get the last price, the best levels and the last 24 hours of a market. Raises NotFound."""
        return self._call(operations.get_ticker(market), timeout)

    def list_trades(
        self,
        market: str,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        page_size: int = 0,
        page_token: str = "",
        timeout: float | None = None,
    ) -> Pages[Trade]:
        """List trades from the history, newest first: from `start` on and before `end`, as far as they are given.

        It may be a moment behind. `page_size`: 1 to 1000, 0 is 100.
        """
        listed = operations.list_trades(market, start, end, page_size)
        return Pages(Trade, lambda token: self._call(listed(token), timeout), page_token)

    def list_candles(
        self,
        market: str,
        interval: CandleInterval | str,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        fill_gaps: bool = False,
        page_size: int = 0,
        page_token: str = "",
        timeout: float | None = None,
    ) -> Pages[Candle]:
        """List the candles that open from `start` on and before `end`, oldest first; the newest one is as it is now.

        `interval`: CandleInterval or "1s", "1m", "5m", "15m", "1h", "4h", "1d". Without `start` it is one page of the
        newest candles. `fill_gaps`: a candle also where nothing was traded. `page_size`: 1 to 5000, 0 is 500.
        `collect()` gives all of them, and a data frame by `.to_polars()` or `.to_pandas()`.
        """
        listed = operations.list_candles(market, interval, start, end, fill_gaps, page_size)
        return Pages(Candle, lambda token: self._call(listed(token), timeout), page_token)

    # ---------------------------------------------------------------- streams

    def stream_order_book(
        self,
        market: str,
        depth: int | None = None,
        price_step: DecimalInput | None = None,
        interval: timedelta | float | None = None,
    ) -> OrderBookStream:
        """Follow the order book: a snapshot, then deltas; `stream.book` is kept in step and verified.

        `depth`: best levels a side, 1 to 1000, None is all; `price_step`: levels added up to multiples of it, quote
        units. After a gap, a wrong checksum or a lost connection come Resynced and a new snapshot. Raises NotFound.
        """
        request = requests.stream_order_book(market, depth, price_step, interval)
        return OrderBookStream(self, BookState(self._connection, request))

    def stream_orders(self, market: str) -> OrderQueuesStream:
        """Follow the book order by order (L3): a snapshot, then deltas; `stream.queues` is kept in step and verified.

        After a gap, a wrong checksum or a lost connection come Resynced and a new snapshot. Raises NotFound.
        """
        return OrderQueuesStream(self, QueueState(self._connection, requests.stream_orders(market)))

    def stream_bbo(self, market: str, interval: timedelta | float | None = None) -> Stream[BboEvent]:
        """Follow the best bid and offer: as it is now, then every change. Raises NotFound."""
        return Stream(self, BboState(self._connection, requests.stream_bbo(market, interval)))

    def stream_ticker(self, market: str, interval: timedelta | float | None = None) -> Stream[TickerEvent]:
        """Follow the ticker: as it is now, then every change, and at least once a minute. Raises NotFound."""
        return Stream(self, TickerState(self._connection, requests.stream_ticker(market, interval)))

    def stream_candles(
        self,
        market: str,
        interval: CandleInterval | str,
        update_interval: timedelta | float | None = None,
    ) -> Stream[CandleEvent]:
        """Follow the candles of one length: the current one, if there is one, then each change until it is closed.

        `update_interval`: the least time between two messages. Raises NotFound.
        """
        request = requests.stream_candles(market, interval, update_interval)
        return Stream(self, CandleState(self._connection, request))

    def stream_trades(self, market: str, *, after_trade_id: int | None = None) -> Stream[TradeEvent]:
        """Follow the trades of one market, none left out; from the next one, or after the given one.

        Yields Reconnected after a break that lost nothing, Resynced after one that may have. Raises NotFound, and
        SequenceTooOld when what lies after the given trade is no longer kept.
        """
        return Stream(self, TradeState(self._connection, requests.stream_trades(market, after_trade_id)))

    def subscribe(self, *channels: Channel) -> Subscription:
        """Follow many channels on one stream; `add` and `remove` change them while it runs.

        Up to 100: BookChannel, OrdersChannel, BboChannel, TickerChannel, TradesChannel, CandlesChannel, and with a key
        AccountChannel and FillsChannel. Raises ValueError for one that is named twice.
        """
        return Subscription(self, SubscriptionState(self._connection, channels))

    @property
    @abstractmethod
    def _stubs(self) -> Stubs: ...

    @abstractmethod
    def _call(self, operation: Operation[T], timeout: float | None = None) -> T: ...
