"""Where a client connects, with what, and how it retries."""

import ipaddress
import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc

from exchange_sdk._operations import Operation
from exchange_sdk.errors import (
    DeadlineExceeded,
    ExchangeError,
    OutcomeUnknown,
    RateLimited,
    StreamTooSlow,
    Unavailable,
    was_never_sent,
)

DEFAULT_ADDRESS = "127.0.0.1:50051"
DEFAULT_TIMEOUT = 10.0
DEFAULT_LIVENESS = 15.0
"""Seconds without a message after which a stream counts as dead: three of the exchange's heartbeats."""

Channel = TypeVar("Channel")
Metadata = tuple[tuple[str, str], ...]

CHANNEL_OPTIONS: Sequence[tuple[str, int]] = (
    # A snapshot of an account with many open orders or a deep book is larger than gRPC's 4 MiB.
    ("grpc.max_receive_message_length", 64 * 1024 * 1024),
    # gRPC waits up to two minutes before it connects again; a restarted exchange is back in seconds.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # Channels of one process otherwise share a connection, and so the exchange's limit of streams on it.
    ("grpc.use_local_subchannel_pool", 1),
)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential backoff with full jitter, in seconds. `max_attempts` None: as long as the call's timeout allows."""

    initial: float = 0.05
    maximum: float = 1.0
    multiplier: float = 2.0
    max_attempts: int | None = None

    def delay(self, attempt: int) -> float:
        """Return how long to wait after a failed attempt, counted from 1."""
        ceiling = min(self.maximum, self.initial * self.multiplier ** min(attempt - 1, 30))
        return random.uniform(ceiling / 2, ceiling)


@dataclass(frozen=True, slots=True)
class Connection:
    """Where to connect, as whom, and the defaults of its calls. Never shows the key."""

    address: str
    metadata: Metadata
    credentials: grpc.ChannelCredentials | None
    timeout: float
    retry: RetryPolicy
    liveness: float

    def channel(self, secure: Callable[..., Channel], insecure: Callable[..., Channel]) -> Channel:
        """Open a channel, by the functions of the flavour of gRPC that is used."""
        if self.credentials is not None:
            return secure(self.address, self.credentials, options=CHANNEL_OPTIONS)
        return insecure(self.address, options=CHANNEL_OPTIONS)

    def __repr__(self) -> str:
        kind = "TLS" if self.credentials else "plaintext"
        return f"{self.address!r}, {kind}, {'with' if self.metadata else 'without'} an API key"


def connection(
    address: str | None,
    api_key: str | None,
    *,
    tls: bool | grpc.ChannelCredentials,
    insecure: bool,
    timeout: float,
    retry: RetryPolicy | None,
    liveness: float,
) -> Connection:
    """Put arguments, environment and defaults together. Raises ValueError for a key in plaintext over a network."""
    address = address or os.environ.get("EXCHANGE_ADDRESS") or DEFAULT_ADDRESS
    api_key = os.environ.get("EXCHANGE_API_KEY", "") if api_key is None else api_key
    credentials: grpc.ChannelCredentials | None = None
    if tls is not False:
        credentials = grpc.ssl_channel_credentials() if tls is True else tls
    elif api_key and not insecure and not is_loopback(address):
        raise ValueError(
            f"the API key would go to {address} in plaintext; pass tls=True, or insecure=True if the network is trusted"
        )
    if api_key and not (api_key.isascii() and api_key.isprintable()):
        raise ValueError("the API key has characters that a header cannot carry")
    metadata: Metadata = (("authorization", f"Bearer {api_key}"),) if api_key else ()
    return Connection(address, metadata, credentials, timeout, retry or RetryPolicy(), liveness)


def is_loopback(address: str) -> bool:
    """Whether an address of gRPC's surely stays on this machine; a name other than localhost may go anywhere."""
    scheme, _, rest = address.rpartition(":///") if ":///" in address else address.partition(":")
    if scheme in ("unix", "unix-abstract"):
        return True
    if scheme not in ("dns", "ipv4", "ipv6"):
        rest = address
    if "," in rest:
        return all(is_loopback(one) for one in rest.split(","))
    host = rest[1 : rest.index("]")] if rest.startswith("[") and "]" in rest else rest.rsplit(":", 1)[0]
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Attempts:
    """The attempts of one call: how long each may take, whether another follows, and what to raise at the end."""

    def __init__(self, operation: Operation[Any], policy: RetryPolicy, timeout: float) -> None:
        self._operation = operation
        self._policy = policy
        self._deadline = time.monotonic() + timeout
        self._failed = 0
        self._maybe_sent = False

    @property
    def is_repeated(self) -> bool:
        """Whether an attempt before this one may have reached the exchange."""
        return self._maybe_sent

    def remaining(self) -> float:
        """Seconds left for the next attempt; never quite zero, so that the answer is DEADLINE_EXCEEDED, not a bug."""
        return max(self._deadline - time.monotonic(), 0.001)

    def failed(self, error: ExchangeError) -> float:
        """Return how many seconds to wait before the next attempt, or raise what the caller gets."""
        self._failed += 1
        lost = _is_lost(error)
        self._maybe_sent = self._maybe_sent or lost
        delay = self._delay(error)
        may_repeat = self._operation.repeatable or not self._maybe_sent
        attempts = self._policy.max_attempts
        exhausted = attempts is not None and self._failed >= attempts
        if delay is not None and may_repeat and not exhausted and time.monotonic() + delay < self._deadline:
            return delay
        if self._operation.mutates and (lost or (self._maybe_sent and _is_transient(error))):
            raise self._unknown(error) from error
        raise error

    def _delay(self, error: ExchangeError) -> float | None:
        backoff = self._policy.delay(self._failed)
        if isinstance(error, Unavailable):
            return backoff + (error.retry_after or 0)
        if isinstance(error, RateLimited) and error.retry_after is not None:
            return error.retry_after + backoff
        return None

    def _unknown(self, error: ExchangeError) -> OutcomeUnknown:
        return OutcomeUnknown(
            f"sent, but no answer came ({error.message})",
            client_order_id=self._operation.client_order_id,
            order_id=self._operation.order_id,
        )


def _is_lost(error: ExchangeError) -> bool:
    """Whether the exchange may have executed what this error is the answer to."""
    if isinstance(error, Unavailable):
        return not was_never_sent(error)
    # With a reason it is the exchange that says it did nothing; without one our own clock ran out.
    if isinstance(error, DeadlineExceeded):
        return not error.reason_name
    return error.code is grpc.StatusCode.CANCELLED


def _is_transient(error: ExchangeError) -> bool:
    return isinstance(error, Unavailable | DeadlineExceeded | RateLimited) and not isinstance(error, StreamTooSlow)
