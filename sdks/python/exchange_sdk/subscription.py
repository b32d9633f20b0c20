"""Many channels on one stream: add and take away while it runs; each resumes by itself and says so."""

from collections.abc import Iterable
from typing import Any

from exchange_sdk._enums import RejectReason
from exchange_sdk._market_states import BookState, QueueState
from exchange_sdk._operations import Operation
from exchange_sdk._subscription_state import Followed, SubscriptionState
from exchange_sdk.channels import BookChannel, Channel, ChannelEvent, OrdersChannel
from exchange_sdk.errors import BookOutOfSync, DeadlineExceeded, ExchangeError, NotFound, RateLimited, Unavailable
from exchange_sdk.local_order_book import LocalOrderBook
from exchange_sdk.local_order_queues import LocalOrderQueues
from exchange_sdk.streams import AsyncCaller, AsyncStream, Caller, Stream


class _Channels:
    """What both flavours know of their channels."""

    _subscription: SubscriptionState
    _positions: dict[Channel, int]

    @property
    def channels(self) -> tuple[Channel, ...]:
        """What is followed now."""
        return tuple(self._subscription.followed)

    def book(self, channel: BookChannel) -> LocalOrderBook:
        """Return the book of a channel after the newest message received.

        Raises KeyError for a channel that is not followed, BookOutOfSync before its stream was first opened.
        """
        state = self._subscription.followed[channel].state
        assert isinstance(state, BookState)
        if state.book is None:
            raise BookOutOfSync("the subscription has not been opened")
        return state.book

    def queues(self, channel: OrdersChannel) -> LocalOrderQueues:
        """Return the queues of a channel after the newest message received; raises as `book` does."""
        state = self._subscription.followed[channel].state
        assert isinstance(state, QueueState)
        if state.queues is None:
            raise BookOutOfSync("the subscription has not been opened")
        return state.queues

    def position_of(self, channel: Channel) -> int | None:
        """Return what to resume a channel after later: the sequence or trade id up to which its events were handed out.

        None for channels that do not resume, and before the first.
        """
        return self._positions.get(channel)

    def _reached(self, event: Any, position: int) -> None:
        self._positions[event.channel] = position


def _is_of_the_stream(error: ExchangeError) -> bool:
    """Whether an update failed for the stream's sake, not for that of a channel in it: a new stream helps."""
    if isinstance(error, NotFound):
        return error.reason is RejectReason.STREAM_NOT_FOUND
    return isinstance(error, Unavailable | DeadlineExceeded | RateLimited)


class AsyncSubscription(_Channels, AsyncStream[ChannelEvent]):
    """Events of many channels, without end: `async for channel, event in subscription`.

    Everything else is as with a stream of its own (see `AsyncStream`), by channel: Reconnected and Resynced stand among
    its events, and ChannelClosed is the last of one that cannot go on.
    """

    def __init__(self, client: AsyncCaller, state: SubscriptionState) -> None:
        super().__init__(client, state)
        self._subscription = state
        self._positions = {}

    async def add(self, *channels: Channel) -> None:
        """Follow more channels: all of them, or none and an error (NotFound, InvalidRequest, OutOfRange, …).

        What cannot be told the exchange because the connection broke is part of the next one.
        """
        new = self._subscription.prepared(channels)
        for followed in new:
            await self._prepare(followed.state)
        await self._tell(self._subscription.add(new), new)

    async def remove(self, *channels: Channel) -> None:
        """Follow no longer; nothing more comes of them. Raises KeyError for what is not followed."""
        await self._tell(self._subscription.remove(channels), ())

    async def _tell(self, update: Operation[None] | None, new: Iterable[Followed]) -> None:
        if update is None:
            return
        stream_id = self._subscription.stream_id
        try:
            await self._client._call(update)
        except ExchangeError as error:
            if not _is_of_the_stream(error):
                self._subscription.take_back(new)
                raise
            if self._subscription.stream_id == stream_id and self._call is not None:
                self._call.cancel()

    async def _after_message(self) -> None:
        while (next_one := self._subscription.reopening()) is not None:
            followed, update = next_one
            try:
                await self._client._call(update)
                self._subscription.reopened(followed)
            except ExchangeError as error:
                if _is_of_the_stream(error):
                    raise Unavailable("the subscription is gone and begins anew") from error
                self._subscription.not_reopened(followed, error)


class Subscription(_Channels, Stream[ChannelEvent]):
    """Events of many channels, without end: `for channel, event in subscription`.

    Everything else is as with a stream of its own (see `Stream`), by channel: Reconnected and Resynced stand among its
    events, and ChannelClosed is the last of one that cannot go on. Other threads may add and remove.
    """

    def __init__(self, client: Caller, state: SubscriptionState) -> None:
        super().__init__(client, state)
        self._subscription = state
        self._positions = {}

    def add(self, *channels: Channel) -> None:
        """Follow more channels: all of them, or none and an error (NotFound, InvalidRequest, OutOfRange, …).

        What cannot be told the exchange because the connection broke is part of the next one.
        """
        new = self._subscription.prepared(channels)
        for followed in new:
            self._prepare(followed.state)
        self._tell(self._subscription.add(new), new)

    def remove(self, *channels: Channel) -> None:
        """Follow no longer; nothing more comes of them. Raises KeyError for what is not followed."""
        self._tell(self._subscription.remove(channels), ())

    def _tell(self, update: Operation[None] | None, new: Iterable[Followed]) -> None:
        if update is None:
            return
        stream_id, call = self._subscription.stream_id, self._call
        try:
            self._client._call(update)
        except ExchangeError as error:
            if not _is_of_the_stream(error):
                self._subscription.take_back(new)
                raise
            if self._subscription.stream_id == stream_id and call is not None:
                call.cancel()

    def _after_message(self) -> None:
        while (next_one := self._subscription.reopening()) is not None:
            followed, update = next_one
            try:
                self._client._call(update)
                self._subscription.reopened(followed)
            except ExchangeError as error:
                if _is_of_the_stream(error):
                    raise Unavailable("the subscription is gone and begins anew") from error
                self._subscription.not_reopened(followed, error)
