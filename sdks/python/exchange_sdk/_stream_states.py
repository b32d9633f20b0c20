"""What each stream remembers between messages and connections, without any I/O: both clients read through this."""

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, TypeAlias, TypeVar

import grpc

from exchange.v1 import account_streams_pb2 as account_streams_pb
from exchange.v1 import market_streams_pb2 as market_streams_pb
from exchange_sdk import _parse as parse
from exchange_sdk._connection import Connection
from exchange_sdk._operations import Stubs
from exchange_sdk.errors import (
    BookOutOfSync,
    DeadlineExceeded,
    ExchangeError,
    Gap,
    OutOfRange,
    RateLimited,
    StreamTooSlow,
    Unavailable,
    UnexpectedAnswer,
)
from exchange_sdk.local_order_book import LocalOrderBook
from exchange_sdk.models import (
    AccountSnapshot,
    AccountUpdate,
    Market,
    OrderBook,
    OrderBookDelta,
    Reconnected,
    Resynced,
    Trade,
)
from exchange_sdk.order_models import Fill

Event = TypeVar("Event")

Notice: TypeAlias = Reconnected | Resynced
BookEvent: TypeAlias = OrderBook | OrderBookDelta | Resynced
TradeEvent: TypeAlias = Trade | Notice
FillEvent: TypeAlias = Fill | Notice
AccountEvent: TypeAlias = AccountSnapshot | AccountUpdate | Notice

# What a proxy or a dying connection makes of a stream, beside UNAVAILABLE.
_BROKEN = (grpc.StatusCode.CANCELLED, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN)


class StreamState(ABC, Generic[Event]):
    """Where a stream is, how it goes on after a break, and what it tells its reader about that.

    `position` is what the next connection resumes after; None when it cannot.
    """

    def __init__(self, connection: Connection, position: int | None) -> None:
        self._policy = connection.retry
        self._patience = connection.timeout
        self._give_up_at: float | None = None
        self._was_open = False
        self._cause: ExchangeError | None = None
        self._attempts = 0
        self._is_lossy = False
        self.position = position

    @property
    def answers_at_once(self) -> bool:
        """Whether the exchange sends a message as soon as the stream is open."""
        return self.position is None

    @abstractmethod
    def rpc(self, stubs: Stubs) -> Any:
        """Return the method to call."""

    @abstractmethod
    def request(self) -> Any:
        """Return what to ask for, from the present position."""

    @abstractmethod
    def _read(self, message: Any) -> Sequence[tuple[Event, int | None]]:
        """Take a message; return its events, each with the position that a reader has reached after it."""

    def receive(self, message: Any) -> Sequence[tuple[Event | Notice, int | None]]:
        """Take a message; return its events, after a notice if the stream had broken. Raises Gap and its like."""
        events = self._read(message)
        self._was_open = True
        if self._cause is None:
            self._attempts = 0
            return events
        notice = (Resynced if self._is_lossy else Reconnected)(self._cause, self._attempts)
        self._cause, self._attempts, self._is_lossy = None, 0, False
        return [(notice, None), *events]

    def interrupted(self, error: ExchangeError) -> float:
        """Return how many seconds to wait before connecting again; raise what the reader must know.

        A stream that never came to be gives up after the client's timeout: nothing is lost, and the caller sees why.
        """
        if not may_pass(error) or self._is_hopeless(error):
            raise error
        self._attempts += 1
        if self._policy.max_attempts is not None and self._attempts >= self._policy.max_attempts:
            raise error
        if not self._was_open:
            return self._policy.delay(self._attempts)
        self._cause = self._cause or error
        if isinstance(error, OutOfRange):
            self.position = None
        self._is_lossy = self._is_lossy or self.position is None
        return 0.0 if self._attempts == 1 else self._policy.delay(self._attempts - 1)

    def _is_hopeless(self, error: ExchangeError) -> bool:
        if self._was_open:
            return False
        now = time.monotonic()
        if self._give_up_at is None:
            self._give_up_at = now + self._patience
        return isinstance(error, OutOfRange | BookOutOfSync) or now >= self._give_up_at


def may_pass(error: ExchangeError) -> bool:
    """Whether a stream that broke like this is worth opening again."""
    if isinstance(error, UnexpectedAnswer):
        return error.code in _BROKEN
    return isinstance(error, Unavailable | DeadlineExceeded | RateLimited | StreamTooSlow | OutOfRange | BookOutOfSync)


class BookState(StreamState[OrderBook | OrderBookDelta]):
    """Every connection starts with a snapshot, so a break loses only the way there. Every message is verified."""

    def __init__(self, connection: Connection, market: str) -> None:
        super().__init__(connection, None)
        self.market = market
        self.book: LocalOrderBook | None = None

    def start(self, market: Market) -> None:
        self.book = LocalOrderBook(market)

    def rpc(self, stubs: Stubs) -> Any:
        return stubs.market_data.StreamOrderBook

    def request(self) -> market_streams_pb.StreamOrderBookRequest:
        return market_streams_pb.StreamOrderBookRequest(market=self.market)

    def _read(
        self, message: market_streams_pb.StreamOrderBookResponse
    ) -> Sequence[tuple[OrderBook | OrderBookDelta, int | None]]:
        assert self.book is not None
        kind = message.WhichOneof("event")
        if kind == "snapshot":
            snapshot = parse.order_book(message.snapshot)
            self.book.apply_snapshot(snapshot)
            return [(snapshot, None)]
        if kind == "delta":
            delta = parse.order_book_delta(message.delta)
            self.book.apply_delta(delta)
            return [(delta, None)]
        return []


class TradeState(StreamState[Trade]):
    """Resumes after the last trade seen. Before the first there is nothing to resume after: a break may lose some."""

    def __init__(self, connection: Connection, market: str, after_trade_id: int | None) -> None:
        super().__init__(connection, after_trade_id)
        self.market = market

    def rpc(self, stubs: Stubs) -> Any:
        return stubs.market_data.StreamTrades

    def request(self) -> market_streams_pb.StreamTradesRequest:
        return market_streams_pb.StreamTradesRequest(market=self.market, after_trade_id=self.position)

    def _read(self, message: market_streams_pb.StreamTradesResponse) -> Sequence[tuple[Trade, int | None]]:
        events: list[tuple[Trade, int | None]] = []
        last = self.position
        for trade in map(parse.trade, message.trades.trades):
            if last is not None and trade.trade_id != last + 1:
                raise Gap(f"{self.market}: trade {trade.trade_id} does not follow {last}")
            last = trade.trade_id
            events.append((trade, last))
        self.position = last
        return events


class FillState(StreamState[Fill]):
    """Resumes after the last sequence, which every message tells."""

    def __init__(self, connection: Connection, after_sequence: int | None) -> None:
        super().__init__(connection, after_sequence)

    def rpc(self, stubs: Stubs) -> Any:
        return stubs.accounts.StreamFills

    def request(self) -> account_streams_pb.StreamFillsRequest:
        return account_streams_pb.StreamFillsRequest(after_sequence=self.position)

    def _read(self, message: account_streams_pb.StreamFillsResponse) -> Sequence[tuple[Fill, int | None]]:
        self.position = message.sequence
        fills = message.fills.fills
        # A reader that stops in the middle of a message has not reached its sequence.
        return [
            (parse.fill(fill), message.sequence if number == len(fills) else None)
            for number, fill in enumerate(fills, start=1)
        ]


class AccountState(StreamState[AccountSnapshot | AccountUpdate]):
    """Resumes after the last sequence; verifies that each update follows the one before."""

    def __init__(self, connection: Connection, after_sequence: int | None) -> None:
        super().__init__(connection, after_sequence)
        self._chain = after_sequence

    def rpc(self, stubs: Stubs) -> Any:
        return stubs.accounts.StreamAccount

    def request(self) -> account_streams_pb.StreamAccountRequest:
        # Heartbeats move the position but are no links of the chain; a new stream's first link is where it resumed.
        self._chain = self.position
        return account_streams_pb.StreamAccountRequest(after_sequence=self.position)

    def _read(
        self, message: account_streams_pb.StreamAccountResponse
    ) -> Sequence[tuple[AccountSnapshot | AccountUpdate, int | None]]:
        kind = message.WhichOneof("event")
        events: list[tuple[AccountSnapshot | AccountUpdate, int | None]] = []
        if kind == "snapshot":
            events.append((parse.account_snapshot(message.snapshot, message.sequence), message.sequence))
        elif kind == "update":
            if message.prev_sequence != self._chain:
                raise Gap(f"the update after {message.prev_sequence} does not follow {self._chain}")
            update = parse.account_update(message.update, message.sequence, message.prev_sequence)
            events.append((update, message.sequence))
        if events:
            self._chain = message.sequence
        self.position = message.sequence
        return events
