"""Many channels on one stream: each is a reader like any other, and they take turns.

A channel that is woken stands in line; whoever delivers takes one message from the first in line, which then stands at
the end if it may have more. So a busy channel delays another by one message, not by all that it has.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from exchange_server.feeds.errors import StreamRefused
from exchange_server.feeds.published import Published
from exchange_server.feeds.reader import WAITING_BYTES, Budget, Reader
from exchange_server.wire.subscriptions import (
    channel_prefix,
    closed_message,
    enveloped,
    opened_message,
    subscription_heartbeat,
)

MAX_CHANNELS: Final = 100

MAX_ENDED: Final = 200
"""Channels whose `closed` waits to be read; with more, a stream takes no updates."""

Closing = tuple[int, str, bytes]
"""Status code, message and serialised details with which a channel ends."""

REMOVED: Final[Closing] = (0, "", b"")


class Channel:
    """One thing that is followed, under the client's number."""

    __slots__ = ("channel_id", "in_line", "prefix", "reader")

    def __init__(self, channel_id: int, kind: str, reader: Reader) -> None:
        """`kind` names the field of SubscribeResponse that carries its messages."""
        self.channel_id: Final = channel_id
        self.reader: Final = reader
        self.prefix: Final = channel_prefix(channel_id, kind)
        self.in_line = False


class Subscription(Reader):
    """A stream of channels; `budget` is for those of them that must miss nothing."""

    __slots__ = ("_channels", "_describe", "_line", "_outbox", "budget", "stream_id")

    def __init__(self, published: Published, stream_id: str, describe: Callable[[StreamRefused], Closing]) -> None:
        """`describe` says how a client is told why a channel ended."""
        super().__init__(published)
        self.stream_id: Final = stream_id
        self.budget: Final = Budget(WAITING_BYTES)
        self._describe: Final = describe
        self._channels: Final[dict[int, Channel]] = {}
        self._line: Final[deque[Channel]] = deque()
        self._outbox: Final[deque[bytes]] = deque((opened_message(stream_id),))

    # ---------------------------------------------------------------- channels

    @property
    def channel_ids(self) -> list[int]:
        """What is followed now, by number."""
        return sorted(self._channels)

    @property
    def congested(self) -> bool:
        """Whether so many channels ended unread that no more may be changed."""
        return len(self._outbox) > MAX_ENDED

    def add(self, channels: Iterable[Channel]) -> None:
        """Follow more; their numbers must be free."""
        for channel in channels:
            self._channels[channel.channel_id] = channel
            channel.reader.on_wake = partial(self._stand_in_line, channel)
            self._stand_in_line(channel)

    def remove(self, channel_ids: Iterable[int]) -> None:
        """Follow less."""
        for channel_id in channel_ids:
            self._end_channel(self._channels[channel_id], REMOVED)
        self.wake()

    def _end_channel(self, channel: Channel, closing: Closing) -> None:
        del self._channels[channel.channel_id]
        channel.reader.on_wake = None
        channel.reader.leave()
        self._outbox.append(closed_message(channel.channel_id, *closing))

    def _stand_in_line(self, channel: Channel) -> None:
        if not channel.in_line:
            channel.in_line = True
            self._line.append(channel)
            self.wake()

    # ---------------------------------------------------------------- messages

    def poll(self) -> bytes | None:
        self.check()
        if self._outbox:
            return self._outbox.popleft()
        line = self._line
        while line:
            channel = line.popleft()
            if self._channels.get(channel.channel_id) is not channel:
                continue
            try:
                message = channel.reader.poll()
            except StreamRefused as refused:
                self._end_channel(channel, self._describe(refused))
                return self._outbox.popleft()
            if message is None:
                channel.in_line = False
            else:
                line.append(channel)
                return enveloped(channel.prefix, message)
        return None

    @property
    def settled_sequence(self) -> int:
        return min(
            (channel.reader.settled_sequence for channel in self._channels.values()), default=self.published.sequence
        )

    def heartbeat(self) -> bytes:
        return subscription_heartbeat(time.time_ns(), self.settled_sequence)

    def leave(self) -> None:
        super().leave()
        for channel in self._channels.values():
            channel.reader.on_wake = None
            channel.reader.leave()
        self._channels.clear()
