"""Writes batches in a thread of its own, one after the other, and outlasts a database that is down."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final, Generic, TypeVar

from exchange_server.engine import Engine
from exchange_server.follower.errors import FollowerError, Rewound, Stopped
from exchange_server.follower.projection import BatchT, Projection
from exchange_server.projections.cursor import Cursor, ProjectionConflict, ProjectionTooNew, ProjectionUnavailable

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 5.0
FAREWELL_SECONDS: Final = 2.0
"""What a batch gets to be written when the follower stops."""

Result = TypeVar("Result")


class BatchWriter(Generic[BatchT]):
    """At most one batch is being written, while the engine makes the next one."""

    def __init__(self, projection: Projection[BatchT], shard_id: int, stop: threading.Event) -> None:
        self._projection: Final = projection
        self._shard_id: Final = shard_id
        self._stop: Final = stop
        self._thread: Final = ThreadPoolExecutor(1, thread_name_prefix=f"project-{projection.name}")
        self._writing: Future[None] | None = None
        self.written = 0
        """Sequence of the last batch that is written."""
        self.rows = 0
        """Rows written since the start."""

    @property
    def busy(self) -> bool:
        """Tell whether a batch is being written. Raises what its writing raised."""
        if self._writing is not None and self._writing.done():
            writing, self._writing = self._writing, None
            writing.result()
        return self._writing is not None

    def cursor(self) -> Cursor:
        """Return how far the projection has come; wait as long as its database is down.

        Raises Stopped, and FollowerError for a database of a newer version.
        """
        try:
            cursor = self._thread.submit(lambda: self._outlast(self._ask)).result()
        except ProjectionTooNew as error:
            raise FollowerError(str(error)) from error
        self.written = cursor.sequence
        return cursor

    def submit(self, batch: BatchT) -> None:
        """Start writing a batch, after waiting for the one before. Raises what writing that one raised."""
        self.wait(None)
        self._writing = self._thread.submit(self._write, batch)

    def wait(self, seconds: float | None) -> None:
        """Wait for the batch being written. Raises what its writing raised, TimeoutError if it takes longer."""
        if self._writing is None:
            return
        wait([self._writing], seconds)
        if not self._writing.done():
            raise TimeoutError
        writing, self._writing = self._writing, None
        writing.result()

    def close(self) -> None:
        """End the thread and the connection; a batch that is being written gets a moment more."""
        try:
            self.wait(FAREWELL_SECONDS)
        except Exception as error:
            logger.info("the last batch was not written (%s); it will be by the next follower", type(error).__name__)
        self._thread.submit(self._projection.close)
        self._thread.shutdown(wait=self._writing is None)

    def _ask(self) -> Cursor:
        genesis = Engine(self._shard_id)
        accounts = [(account.account_id, account.name) for account in genesis.accounts.values()]
        return self._projection.cursor(Cursor(0, 0, genesis.event_digest), accounts)

    def _write(self, batch: BatchT) -> None:
        attempts = 0

        def attempt() -> None:
            nonlocal attempts
            attempts += 1
            if attempts > 1:
                # The connection may have broken before the commit or after it: the cursor knows.
                reached = self._ask()
                if reached == batch.cursor:
                    return
                if reached.sequence < batch.after_sequence:
                    raise Rewound(f"from sequence {batch.after_sequence} to {reached.sequence}")
            self._projection.write(batch)

        try:
            self._outlast(attempt)
        except ProjectionConflict as error:
            raise FollowerError(f"{error}: does another follower write it?") from error
        self.written = batch.cursor.sequence
        self.rows += batch.rows

    def _outlast(self, work: Callable[[], Result]) -> Result:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                result = work()
            except ProjectionUnavailable as error:
                if pause == FIRST_PAUSE_SECONDS:
                    logger.warning("%s is not available, trying again: %s", self._projection.name, error)
                if self._stop.wait(pause):
                    raise Stopped from None
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                if pause > FIRST_PAUSE_SECONDS:
                    logger.warning("%s is available again", self._projection.name)
                return result
