"""Many channels on one stream, without any I/O: each keeps the state that a stream of its own would have.

A channel that is out of step is closed and opened anew under another number, so that what is still on its way of the
old one is known and dropped; the others do not notice. A break of the stream is one of each of its channels.
"""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc import status_pb2

from exchange.v1 import market_streams_pb2 as pb
from exchange_sdk import _market_requests as requests
from exchange_sdk import _parse as parse
from exchange_sdk import errors
from exchange_sdk._account_states import AccountState, FillState
from exchange_sdk._connection import Connection
from exchange_sdk._market_states import (
    BboState,
    BookState,
    CandleState,
    QueueState,
    TickerState,
    TradeState,
)
from exchange_sdk._operations import Operation, Stubs
from exchange_sdk._stream_states import Steps, StreamState
from exchange_sdk.channels import (
    AccountChannel,
    BboChannel,
    BookChannel,
    CandlesChannel,
    Channel,
    ChannelEvent,
    FillsChannel,
    OrdersChannel,
    TickerChannel,
    TradesChannel,
)
from exchange_sdk.errors import BookOutOfSync, ExchangeError, OutOfRange, UnexpectedAnswer
from exchange_sdk.models import ChannelClosed, Market

_FIELD = re.compile(r"^(?:channels|add)\[(\d+)\]")


def _state(channel: Channel, connection: Connection) -> tuple[str, StreamState[Any]]:
    """Return what a channel is called in the contract, and its state. Raises TypeError and ValueError."""
    match channel:
        case BookChannel(market, depth, price_step, interval):
            return "order_book", BookState(connection, requests.stream_order_book(market, depth, price_step, interval))
        case OrdersChannel(market):
            return "orders", QueueState(connection, requests.stream_orders(market))
        case BboChannel(market, interval):
            return "bbo", BboState(connection, requests.stream_bbo(market, interval))
        case TickerChannel(market, interval):
            return "ticker", TickerState(connection, requests.stream_ticker(market, interval))
        case TradesChannel(market, after_trade_id):
            return "trades", TradeState(connection, requests.stream_trades(market, after_trade_id))
        case CandlesChannel(market, interval, update_interval):
            return "candles", CandleState(connection, requests.stream_candles(market, interval, update_interval))
        case AccountChannel(after_sequence):
            return "account", AccountState(connection, after_sequence)
        case FillsChannel(after_sequence):
            return "fills", FillState(connection, after_sequence)
    raise TypeError(f"channels: a {type(channel).__name__} is no channel")


@dataclass(slots=True)
class Followed:
    """A channel, its number on the present stream, and where it is."""

    channel: Channel
    kind: str
    state: StreamState[Any]
    channel_id: int = 0

    def message(self) -> pb.Channel:
        """Return what to ask for, from its present position."""
        message = pb.Channel(channel_id=self.channel_id)
        getattr(message, self.kind).CopyFrom(self.state.request())
        return message


@dataclass(frozen=True, slots=True)
class _Reopening:
    """A channel to open again, not before a time, and the number under which it is still open, or 0."""

    followed: Followed
    number: int
    not_before: float


class SubscriptionState(StreamState[ChannelEvent]):
    """The channels that are followed, and what is to be told the exchange about them."""

    def __init__(self, connection: Connection, channels: Iterable[Channel]) -> None:
        super().__init__(connection, None)
        self._connection = connection
        self._next_id = 1
        self._by_id: dict[int, Followed] = {}
        self.followed: dict[Channel, Followed] = {}
        self.stream_id = ""
        self._reopen: list[_Reopening] = []
        self._closed: list[ChannelEvent] = []
        for followed in self.prepared(channels):
            self.followed[followed.channel] = followed

    def prepared(self, channels: Iterable[Channel]) -> list[Followed]:
        """Return new channels with their states, not followed yet. Raises ValueError for one that is followed."""
        made: dict[Channel, Followed] = {}
        for channel in channels:
            if channel in self.followed or channel in made:
                raise ValueError(f"channels: {channel} is followed already")
            made[channel] = Followed(channel, *_state(channel, self._connection))
        return list(made.values())

    @property
    def market_wanted(self) -> str | None:
        # A copy, here and below: another thread may add and remove.
        return next(filter(None, (each.state.market_wanted for each in list(self.followed.values()))), None)

    def start(self, market: Market) -> None:
        for followed in list(self.followed.values()):
            if followed.state.market_wanted == market.name:
                followed.state.start(market)

    def rpc(self, stubs: Stubs) -> Any:
        return stubs.market_data.Subscribe

    def request(self) -> pb.SubscribeRequest:
        """Ask for all channels, each from where it is."""
        self._by_id.clear()
        self._reopen.clear()
        self.stream_id = ""
        return pb.SubscribeRequest(channels=[self._numbered(each) for each in list(self.followed.values())])

    def _numbered(self, followed: Followed) -> pb.Channel:
        followed.channel_id = self._next_id
        self._next_id += 1
        self._by_id[followed.channel_id] = followed
        return followed.message()

    # ---------------------------------------------------------------- changes by the reader

    def add(self, new: Iterable[Followed]) -> Operation[None] | None:
        """Follow more; return what is to be told the exchange, None when the next connection will."""
        new = list(new)
        for followed in new:
            self.followed[followed.channel] = followed
        return self._update([self._numbered(each) for each in new], ()) if self.stream_id and new else None

    def remove(self, channels: Iterable[Channel]) -> Operation[None] | None:
        """Follow less; what comes of them from now on is dropped. Raises KeyError for one that is not followed."""
        gone = [self.followed[channel] for channel in channels]
        numbers = [each.channel_id for each in gone if each.channel_id in self._by_id]
        for followed in gone:
            self._forget(followed)
        return self._update((), numbers) if self.stream_id and numbers else None

    def take_back(self, new: Iterable[Followed]) -> None:
        """Forget channels that the exchange refused to add."""
        for followed in new:
            self._forget(followed)

    def _forget(self, followed: Followed) -> None:
        if self.followed.get(followed.channel) is followed:
            del self.followed[followed.channel]
        self._by_id.pop(followed.channel_id, None)

    def _update(self, add: Iterable[pb.Channel], remove: Iterable[int]) -> Operation[None]:
        request = pb.UpdateSubscriptionRequest(stream_id=self.stream_id, add=add, remove=remove)
        # Not to be repeated: a second one would find its channels there, and be refused.
        return Operation(lambda stubs: stubs.market_data.UpdateSubscription, request, _nothing, repeatable=False)

    # ---------------------------------------------------------------- channels that broke

    def reopening(self) -> "tuple[Followed, Operation[None]] | None":
        """Return a channel whose time it is to begin again, and what to tell the exchange; then `reopened`.

        It is the same one until `reopened` or `not_reopened` is called for it.
        """
        now = time.monotonic()
        for each in list(self._reopen):
            is_wanted = self.followed.get(each.followed.channel) is each.followed
            if not is_wanted and not each.number:
                self.reopened(each.followed)
            elif each.not_before <= now:
                number = [each.number] if each.number else []
                return each.followed, self._update([self._numbered(each.followed)] if is_wanted else [], number)
        return None

    def reopened(self, followed: Followed) -> None:
        """Take note that the exchange has done it."""
        self._reopen = [each for each in self._reopen if each.followed is not followed]

    def not_reopened(self, followed: Followed, error: ExchangeError) -> None:
        """Take a refusal to open a channel again: another attempt later, or its end."""
        self.reopened(followed)
        self._broken(followed, error, still_open=False)

    def _broken(self, followed: Followed, error: ExchangeError, *, still_open: bool) -> None:
        number = followed.channel_id if still_open else 0
        self._by_id.pop(followed.channel_id, None)
        delay = self._interrupt(followed, error)
        if delay is not None:
            self._reopen.append(_Reopening(followed, number, time.monotonic() + delay))

    def _interrupt(self, followed: Followed, error: ExchangeError) -> float | None:
        """Tell a channel of a break; return how long to wait, or None when that was its end."""
        try:
            return followed.state.interrupted(error)
        except ExchangeError as final:
            self._forget(followed)
            self._closed.append(ChannelEvent(followed.channel, ChannelClosed(final)))
            return None

    # ---------------------------------------------------------------- messages

    def interrupted(self, error: ExchangeError) -> float:
        """Take a break of the whole stream, which is one of every channel."""
        at = _FIELD.match(error.field)
        refused = list(self.followed.values())[int(at[1])] if at and int(at[1]) < len(self.followed) else None
        if refused is not None and isinstance(error, OutOfRange) and refused.state.was_open:
            # One channel cannot resume; it starts anew with the next connection, and the others resume.
            refused.state.interrupted(error)
            return 0.0
        delay = super().interrupted(error)
        for followed in list(self.followed.values()):
            delay = max(delay, self._interrupt(followed, error) or 0.0)
        return delay

    def receive(self, message: pb.SubscribeResponse) -> Steps[Any]:
        """Take a message; return its events. The notices of a break are those of each channel."""
        steps = self._read(message)
        if message.HasField("heartbeat"):
            self.heartbeat = parse.heartbeat(message.heartbeat)
        self._resumed()
        closed, self._closed = self._closed, []
        return [*steps, *((event, None) for event in closed)]

    def _read(self, message: pb.SubscribeResponse) -> Steps[ChannelEvent]:
        kind = message.WhichOneof("event")
        if kind == "opened":
            self.stream_id = message.opened.stream_id
            # What was added while the stream was being opened is not in its request.
            for added in list(self.followed.values()):
                if added.channel_id not in self._by_id:
                    self._reopen.append(_Reopening(added, 0, 0.0))
            return []
        if not self.stream_id:
            # Without its id the stream could not be changed, and a channel that breaks not begin again.
            raise UnexpectedAnswer("the stream did not begin with its id")
        followed = self._by_id.get(message.channel_id)
        if kind is None or kind == "heartbeat" or followed is None:
            return []
        if kind == "closed":
            self._broken(followed, closed_error(message.closed), still_open=False)
            return []
        if kind != followed.kind:
            raise UnexpectedAnswer(f"a message of {kind} on the channel {followed.channel}")
        try:
            steps = followed.state.receive(getattr(message, kind))
        except BookOutOfSync as error:
            self._broken(followed, error, still_open=True)
            return []
        return [(ChannelEvent(followed.channel, event), position) for event, position in steps]


def _nothing(answer: Any) -> None:
    """Read an answer that says only that it was done."""


def closed_error(message: pb.ChannelClosed) -> ExchangeError:
    """Build the error that a channel ended with, as its own stream would have raised it."""
    status = status_pb2.Status.FromString(message.status_details)
    code = {code.value[0]: code for code in grpc.StatusCode}.get(message.code, grpc.StatusCode.UNKNOWN)
    if code is grpc.StatusCode.OK:
        code = grpc.StatusCode.UNAVAILABLE
    return errors.from_status(code, message.message, status.details)
