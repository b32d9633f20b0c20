"""The streams of a market: how they are asked for, verified and resumed.

Books, queues, BBO, ticker and candles start anew after a break, with a message that has everything; trades resume after
the last one seen.
"""

from typing import Any, TypeAlias, TypeVar

from exchange.v1 import market_streams_pb2 as pb
from exchange_sdk import _parse as parse
from exchange_sdk._connection import Connection
from exchange_sdk._operations import Stubs
from exchange_sdk._stream_states import Begin, Chain, Notice, Steps, StreamState
from exchange_sdk.errors import Gap
from exchange_sdk.local_order_book import LocalOrderBook
from exchange_sdk.local_order_queues import LocalOrderQueues
from exchange_sdk.market_models import (
    Bbo,
    Candle,
    OrderBook,
    OrderBookDelta,
    OrderQueues,
    OrderQueuesDelta,
    Ticker,
    Trade,
)
from exchange_sdk.models import Market, Resynced

Event = TypeVar("Event")

BookEvent: TypeAlias = OrderBook | OrderBookDelta | Resynced
QueueEvent: TypeAlias = OrderQueues | OrderQueuesDelta | Resynced
BboEvent: TypeAlias = Bbo | Resynced
TickerEvent: TypeAlias = Ticker | Resynced
CandleEvent: TypeAlias = Candle | Resynced
TradeEvent: TypeAlias = Trade | Notice


class BookState(StreamState[OrderBook | OrderBookDelta]):
    """Every connection starts with a snapshot, so a break loses only the way there. Every message is verified."""

    def __init__(self, connection: Connection, request: pb.StreamOrderBookRequest) -> None:
        super().__init__(connection, None)
        self._request = request
        self._begin = Begin(request.market)
        self.book: LocalOrderBook | None = None

    @property
    def market_wanted(self) -> str | None:
        return self._request.market if self.book is None else None

    def start(self, market: Market) -> None:
        self.book = LocalOrderBook(market)

    def rpc(self, stubs: Stubs) -> Any:
        return stubs.market_data.StreamOrderBook

    def request(self) -> pb.StreamOrderBookRequest:
        self._begin.reset()
        return self._request

    def _read(self, message: pb.StreamOrderBookResponse) -> Steps[OrderBook | OrderBookDelta]:
        assert self.book is not None
        kind = message.WhichOneof("event")
        if kind == "snapshot":
            self._begin.snapshot()
            snapshot = parse.order_book(message.snapshot)
            self.book.apply_snapshot(snapshot)
            return [(snapshot, None)]
        if kind == "delta":
            delta = parse.order_book_delta(message.delta)
            self.book.apply_delta(delta)
            return [(delta, None)]
        return []


class QueueState(StreamState[OrderQueues | OrderQueuesDelta]):
    """Every connection starts with a snapshot, so a break loses only the way there. Every message is verified."""

    def __init__(self, connection: Connection, request: pb.StreamOrdersRequest) -> None:
        super().__init__(connection, None)
        self._request = request
        self._begin = Begin(request.market)
        self.queues: LocalOrderQueues | None = None

    @property
    def market_wanted(self) -> str | None:
        return self._request.market if self.queues is None else None

    def start(self, market: Market) -> None:
        self.queues = LocalOrderQueues(market)

    def rpc(self, stubs: Stubs) -> Any:
        return stubs.market_data.StreamOrders

    def request(self) -> pb.StreamOrdersRequest:
        self._begin.reset()
        return self._request

    def _read(self, message: pb.StreamOrdersResponse) -> Steps[OrderQueues | OrderQueuesDelta]:
        assert self.queues is not None
        kind = message.WhichOneof("event")
        if kind == "snapshot":
            self._begin.snapshot()
            snapshot = parse.order_queues(message.snapshot)
            self.queues.apply_snapshot(snapshot)
            return [(snapshot, None)]
        if kind == "delta":
            delta = parse.order_queues_delta(message.delta)
            self.queues.apply_delta(delta)
            return [(delta, None)]
        return []


class _NewestState(StreamState[Event]):
    """Of streams whose messages stand for themselves, the newest first: a break loses only the way to it.

    They are verified to be a chain all the same, so that an old one never passes for the newest.
    """

    def __init__(self, connection: Connection, request: Any) -> None:
        super().__init__(connection, None)
        self._request = request
        self._chain = Chain(request.market)

    def request(self) -> Any:
        # The first message of a connection follows 0.
        self._chain.begin(0)
        return self._request


class BboState(_NewestState[Bbo]):
    """The best bid and offer."""

    def rpc(self, stubs: Stubs) -> Any:
        return stubs.market_data.StreamBbo

    def _read(self, message: pb.StreamBboResponse) -> Steps[Bbo]:
        if message.WhichOneof("event") != "update":
            return []
        self._chain.link(message.update.prev_sequence, message.update.bbo.sequence)
        return [(parse.bbo_update(message.update), None)]


class TickerState(_NewestState[Ticker]):
    """The ticker."""

    def rpc(self, stubs: Stubs) -> Any:
        return stubs.market_data.StreamTicker

    def _read(self, message: pb.StreamTickerResponse) -> Steps[Ticker]:
        if message.WhichOneof("event") != "update":
            return []
        self._chain.link(message.update.prev_sequence, message.update.ticker.sequence)
        return [(parse.ticker_update(message.update), None)]


class CandleState(_NewestState[Candle]):
    """The candles of one interval that change."""

    def rpc(self, stubs: Stubs) -> Any:
        return stubs.market_data.StreamCandles

    def _read(self, message: pb.StreamCandlesResponse) -> Steps[Candle]:
        if message.WhichOneof("event") != "candles":
            return []
        self._chain.link(message.candles.prev_sequence, message.candles.sequence)
        return [(candle, None) for candle in parse.candle_batch(message.candles)]


class TradeState(StreamState[Trade]):
    """Resumes after the last trade seen, or the last one before the stream, which its first heartbeat tells."""

    def __init__(self, connection: Connection, request: pb.StreamTradesRequest) -> None:
        super().__init__(connection, request.after_trade_id if request.HasField("after_trade_id") else None)
        self.market = request.market

    def rpc(self, stubs: Stubs) -> Any:
        return stubs.market_data.StreamTrades

    def request(self) -> pb.StreamTradesRequest:
        return pb.StreamTradesRequest(market=self.market, after_trade_id=self.position)

    def _read(self, message: pb.StreamTradesResponse) -> Steps[Trade]:
        events: list[tuple[Trade, int | None]] = []
        last = self.position
        for trade in parse.trades(message.trades):
            if last is not None and trade.trade_id != last + 1:
                raise Gap(f"{self.market}: trade {trade.trade_id} does not follow {last}")
            last = trade.trade_id
            events.append((trade, last))
        if message.HasField("last_trade_id"):
            if last is not None and message.last_trade_id != last:
                raise Gap(
                    f"{self.market}: trades up to {message.last_trade_id} were sent, and {last} is the last one seen"
                )
            last = message.last_trade_id
        self.position = last
        return events
