"""What one reader of an account, or of its fills, is sent."""

import time
from typing import Final

from exchange_server.engine import Engine
from exchange_server.engine.types import AccountId, TimeNs
from exchange_server.feeds.errors import StreamRefused
from exchange_server.feeds.published import Published, hops_of
from exchange_server.feeds.reader import WAITING_BYTES, Budget, QueueReader, too_slow
from exchange_server.journal import Applied
from exchange_server.wire.account_updates import (
    account_fills,
    account_heartbeat_response,
    account_update_response,
    fills_heartbeat_response,
    fills_response,
)

UPDATE_BYTES: Final = 64
"""Of a command that waits for a reader: it is kept for resuming anyway, and its message is made when it is sent."""

UPDATES_WAITING: Final = WAITING_BYTES // UPDATE_BYTES
"""Commands that may wait for a reader; fewer than are kept, so that a slow one can come back and resume."""

FILLS_PER_MESSAGE: Final = 1_000
"""Where a message of fills ends at the next command; the fills of one command are never parted."""


class AccountReader(QueueReader[Applied]):
    """Follows one account. `sequence` is up to where it was sent everything; none before its snapshot."""

    __slots__ = ("_account_id", "_engine", "_sent", "_snapshot", "_start", "sequence")

    fills_only = False

    def __init__(
        self,
        published: Published,
        engine: Engine,
        account_id: AccountId,
        after_sequence: int | None,
        history: list[Applied],
        budget: Budget,
    ) -> None:
        super().__init__(published, history, budget)
        self._engine: Final = engine
        self._account_id: Final = account_id
        self._start = self._sent = after_sequence or 0
        self.sequence = after_sequence
        self._snapshot: bytes | None = None

    def start_with(self, snapshot: bytes, sequence: int) -> None:
        """Send a snapshot first, once its sequence is published: the engine may be ahead of what is durable."""
        self._snapshot = snapshot
        self._start = self._sent = sequence

    def start_resumed(self) -> None:
        """Send a heartbeat first if nothing waits."""
        if not self.has_more:
            self._snapshot = self.heartbeat()

    def poll(self) -> bytes | None:
        self.check()
        if self._snapshot is not None:
            if self._start > self.published.sequence:
                return None
            snapshot, self._snapshot = self._snapshot, None
            if self.sequence is None:
                self.sequence = self._start
            return snapshot
        while (applied := self.take()) is not None:
            # What is in the snapshot came before it was published.
            if applied.sequence > self._start:
                sent, self.sequence = self._sent, applied.sequence
                self._sent = applied.sequence
                return account_update_response(
                    self._account_id,
                    applied.events,
                    self._engine.assets,
                    applied.sequence,
                    sent,
                    TimeNs(applied.time_ns),
                    hops_of(applied),
                )
        return None

    @property
    def settled_sequence(self) -> int:
        return self.published.sequence if self._snapshot is None else self.sequence or 0

    def heartbeat(self) -> bytes:
        if self._snapshot is not None:
            return b""
        self.sequence = self.published.sequence
        return account_heartbeat_response(self.sequence, self._sent, time.time_ns())

    def fell_behind(self) -> StreamRefused:
        return _fell_behind(self.sequence)


class FillReader(QueueReader[Applied]):
    """Follows one account's fills. `sequence` is up to where it was sent everything."""

    __slots__ = ("_account_id", "_greeted", "sequence")

    fills_only = True

    def __init__(
        self,
        published: Published,
        account_id: AccountId,
        after_sequence: int | None,
        history: list[Applied],
        budget: Budget,
    ) -> None:
        super().__init__(published, history, budget)
        self._account_id: Final = account_id
        self._greeted = False
        self.sequence = published.sequence if after_sequence is None else after_sequence

    def poll(self) -> bytes | None:
        if not self._greeted:
            self.check()
            self._greeted = True
            return fills_heartbeat_response(self.sequence, self.sequence, time.time_ns())
        applied = self.take()
        if applied is None:
            return None
        fills = []
        last = applied
        while applied is not None:
            last = applied
            fills += account_fills(self._account_id, applied.events, applied.sequence, TimeNs(applied.time_ns))
            applied = self.take() if len(fills) < FILLS_PER_MESSAGE else None
        before, self.sequence = self.sequence, last.sequence
        return fills_response(fills, last.sequence, before, hops_of(last))

    def heartbeat(self) -> bytes:
        before, self.sequence = self.sequence, self.published.sequence
        return fills_heartbeat_response(self.sequence, before, time.time_ns())

    def fell_behind(self) -> StreamRefused:
        return _fell_behind(self.sequence)


def _fell_behind(sequence: int | None) -> StreamRefused:
    message = "too many updates wait to be read"
    return too_slow(message) if sequence is None else too_slow(message, after_sequence=sequence)
