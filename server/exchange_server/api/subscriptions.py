"""Subscribe and UpdateSubscription: the open streams of channels, and who may change which."""

import secrets
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from exchange.v1 import market_streams_pb2 as pb
from exchange_server.api.auth import ANYBODY, Principal, scope_name
from exchange_server.api.call import Call
from exchange_server.api.core import Core
from exchange_server.api.errors import (
    CHANNEL_NOT_FOUND,
    INVALID_FIELD,
    OVERLOADED,
    SCOPE_MISSING,
    STREAM_NOT_FOUND,
    UNAUTHENTICATED,
    CallError,
    call_error,
    status_proto,
)
from exchange_server.api.readers import Open, Readers
from exchange_server.engine.types import SCOPE_READ, AccountId
from exchange_server.feeds import MAX_CHANNELS, Budget, Channel, Reader, StreamRefused, Subscription
from exchange_server.feeds.subscriptions import Closing
from exchange_server.wire.errors import FieldError
from exchange_server.wire.subscriptions import updated_response

_STREAM_ID_BYTES: Final = 16
_OF_AN_ACCOUNT: Final = frozenset(("account", "fills"))


class Subscriptions:
    """The open Subscribe streams of one shard."""

    def __init__(self, core: Core, readers: Readers) -> None:
        self._core: Final = core
        self._readers: Final = readers
        self._open: Final[dict[str, tuple[Subscription, AccountId]]] = {}

    async def subscribe(self, request: pb.SubscribeRequest, call: Call) -> Reader:
        """Open a stream. Raises FieldError, or CallError when one of the channels cannot begin."""
        _check_numbers(request.channels, "channels", set())
        stream_id = secrets.token_urlsafe(_STREAM_ID_BYTES)
        subscription = self._core.feeds.subscribe(stream_id, _closing)
        try:
            prepared = self._prepare(request.channels, "channels", call.principal, subscription.budget)
            await self._core.settled()
            subscription.add(self._begin(request.channels, "channels", prepared))
        except BaseException:
            subscription.leave()
            raise
        self._open[stream_id] = subscription, call.principal.account_id
        subscription.when_left(partial(self._forget, stream_id))
        return subscription

    async def update_subscription(
        self, request: pb.UpdateSubscriptionRequest, call: Call
    ) -> pb.UpdateSubscriptionResponse:
        """Change a stream, all of it or nothing. Raises FieldError or CallError."""
        _check_numbers(request.add, "add", set())
        subscription = self._find(request.stream_id, call.principal)
        self._check_update(subscription, request)
        prepared = self._prepare(request.add, "add", call.principal, subscription.budget)
        await self._core.settled()
        # Meanwhile the stream may have ended, or may have been changed by another call.
        self._find(request.stream_id, call.principal)
        self._check_update(subscription, request)
        channels = self._begin(request.add, "add", prepared)
        subscription.remove(request.remove)
        subscription.add(channels)
        return updated_response(subscription.channel_ids)

    def _forget(self, stream_id: str) -> None:
        del self._open[stream_id]

    def _find(self, stream_id: str, principal: Principal) -> Subscription:
        subscription, account_id = self._open.get(stream_id, (None, None))
        if subscription is None or account_id != principal.account_id:
            raise CallError(STREAM_NOT_FOUND, "stream_id")
        return subscription

    def _check_update(self, subscription: Subscription, request: pb.UpdateSubscriptionRequest) -> None:
        numbers = set(subscription.channel_ids)
        for index, channel_id in enumerate(request.remove):
            if channel_id not in numbers:
                raise CallError(CHANNEL_NOT_FOUND, f"remove[{index}]")
            numbers.remove(channel_id)
        _check_numbers(request.add, "add", numbers)
        if len(numbers) + len(request.add) > MAX_CHANNELS:
            raise FieldError(INVALID_FIELD, "add", f"makes it more than {MAX_CHANNELS} channels")
        if subscription.congested:
            raise CallError(OVERLOADED, message="the stream's reader is behind; nothing was changed")

    def _prepare(self, channels: Sequence[pb.Channel], field: str, principal: Principal, budget: Budget) -> list[Open]:
        prepared = []
        for index, channel in enumerate(channels):
            kind = _kind(channel)
            part = f"{field}[{index}].{kind}"
            if kind in _OF_AN_ACCOUNT:
                _check_key(principal, part)
            try:
                prepared.append(self._readers.prepare(getattr(channel, kind), principal, budget))
            except FieldError as error:
                raise error.within(part) from None
        return prepared

    @staticmethod
    def _begin(channels: Sequence[pb.Channel], field: str, prepared: Iterable[Open]) -> list[Channel]:
        """Return the channels, all of them or none."""
        begun: list[Channel] = []
        try:
            for index, (channel, open_it) in enumerate(zip(channels, prepared, strict=True)):
                kind = _kind(channel)
                try:
                    begun.append(Channel(channel.channel_id, kind, open_it()))
                except CallError as error:
                    path = f"{field}[{index}].{kind}" + (f".{error.field}" if error.field else "")
                    raise CallError(error.reason, path, error.message, metadata=error.metadata) from error
        except BaseException:
            for channel_begun in begun:
                channel_begun.reader.leave()
            raise
        return begun


def _kind(channel: pb.Channel) -> str:
    kind: str | None = channel.WhichOneof("source")
    assert kind is not None, "the contract requires one"
    return kind


def _check_numbers(channels: Iterable[pb.Channel], field: str, taken: set[int]) -> None:
    """Raise FieldError when a channel's number is another one's."""
    numbers = set(taken)
    for index, channel in enumerate(channels):
        if channel.channel_id in numbers:
            raise FieldError(INVALID_FIELD, f"{field}[{index}].channel_id", "is the number of another channel")
        numbers.add(channel.channel_id)


def _check_key(principal: Principal, field: str) -> None:
    """Raise CallError unless the caller may read an account."""
    if principal is ANYBODY:
        raise CallError(UNAUTHENTICATED, field)
    if not principal.may(SCOPE_READ):
        name = scope_name(SCOPE_READ)
        raise CallError(SCOPE_MISSING, field, f"the API key lacks the scope {name}", metadata={"scope": name})


def _closing(refused: StreamRefused) -> Closing:
    """Return what a client is told of a channel that ended: what the stream of its own would have ended with."""
    error = call_error(refused)
    assert error is not None
    status = status_proto(error)
    return status.code, status.message, status.SerializeToString()
