"""What a stream remembers between messages and connections, without any I/O: both clients read through this.

The streams themselves are in `_market_states`, `_account_states` and `_subscription_state`.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, TypeAlias, TypeVar

import grpc

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
from exchange_sdk.models import Heartbeat, Market, Reconnected, Resynced

Event = TypeVar("Event")

Notice: TypeAlias = Reconnected | Resynced
Steps: TypeAlias = Sequence[tuple[Event, int | None]]
"""Events of one message, each with the position that a reader has reached after it."""

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
        self.was_open = False
        self._cause: ExchangeError | None = None
        self._attempts = 0
        self._is_lossy = False
        self.position = position
        self.heartbeat: Heartbeat | None = None

    @property
    def market_wanted(self) -> str | None:
        """The market whose terms `start` must be told before the first connection; None for none."""
        return None

    def start(self, market: Market) -> None:
        """Take the terms of the market."""

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
    def _read(self, message: Any) -> Steps[Event]:
        """Take a message; return its events, each with the position that a reader has reached after it."""

    def receive(self, message: Any) -> Steps[Any]:
        """Take a message; return its events, after a notice if the stream had broken. Raises Gap and its like."""
        events = self._read(message)
        if message.HasField("heartbeat"):
            self.heartbeat = parse.heartbeat(message.heartbeat)
        notice = self._resumed()
        return events if notice is None else [(notice, None), *events]

    def _resumed(self) -> Notice | None:
        """Take note that the stream is open; return what to say of a break before it."""
        self.was_open = True
        notice = None
        if self._cause is not None:
            notice = (Resynced if self._is_lossy else Reconnected)(self._cause, self._attempts)
        self._cause, self._attempts, self._is_lossy = None, 0, False
        return notice

    def interrupted(self, error: ExchangeError) -> float:
        """Return how many seconds to wait before connecting again; raise what the reader must know.

        A stream that never came to be gives up after the client's timeout: nothing is lost, and the caller sees why.
        """
        if not may_pass(error) or self._is_hopeless(error):
            raise error
        self._attempts += 1
        if self._policy.max_attempts is not None and self._attempts >= self._policy.max_attempts:
            raise error
        if not self.was_open:
            return self._policy.delay(self._attempts)
        self._cause = self._cause or error
        if isinstance(error, OutOfRange):
            self.position = None
        self._is_lossy = self._is_lossy or self.position is None
        return 0.0 if self._attempts == 1 else self._policy.delay(self._attempts - 1)

    def _is_hopeless(self, error: ExchangeError) -> bool:
        if self.was_open:
            return False
        now = time.monotonic()
        if self._give_up_at is None:
            self._give_up_at = now + self._patience
        return isinstance(error, OutOfRange) or now >= self._give_up_at


def may_pass(error: ExchangeError) -> bool:
    """Whether a stream that broke like this is worth opening again."""
    if isinstance(error, UnexpectedAnswer):
        return error.code in _BROKEN
    return isinstance(error, Unavailable | DeadlineExceeded | RateLimited | StreamTooSlow | OutOfRange | BookOutOfSync)


class Chain:
    """The links of a stream without gaps: each message names the one before it in `prev_sequence`."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._last: int | None = None

    def begin(self, last: int | None) -> None:
        """Expect the message after `last`; None: nothing follows before a snapshot has begun the chain."""
        self._last = last

    def check(self, prev_sequence: int) -> None:
        """Raise Gap unless a message follows the last link."""
        if prev_sequence != self._last:
            raise Gap(f"{self._what}: the message after {prev_sequence} does not follow {self._last}")

    def link(self, prev_sequence: int, sequence: int) -> None:
        """Add a message. Raises Gap when it does not follow, or goes back."""
        self.check(prev_sequence)
        if sequence < prev_sequence:
            raise Gap(f"{self._what}: the message goes back from {prev_sequence} to {sequence}")
        self._last = sequence


class Begin:
    """Whether a connection has begun with its snapshot, which comes once."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._begun = False

    def reset(self) -> None:
        self._begun = False

    def snapshot(self) -> None:
        """Take note of a snapshot. Raises Gap for a second one: it is an old message that came again."""
        if self._begun:
            raise Gap(f"{self._what}: a second snapshot on one stream")
        self._begun = True
