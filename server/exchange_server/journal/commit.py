"""Group commit: records gather while the batch before them becomes durable.

Where the kernel syncs by itself (`kernel_sync`), the loop writes a batch and hears when it is durable. A batch that
begins a segment or is large goes to a thread, and so does every batch where the kernel cannot.

Pacing. An fdatasync costs 50–90 µs of CPU and takes 0.1–0.3 ms. A lone client gets one at once. When several have
units waiting at the same time, the next commit starts when nothing has come for `QUIET_S`, at the latest `SPACING_S`
after the start of the last one, so that more units share it and are answered in one go: with a full server this costs
nobody time, because the CPU that is saved (a sixth of a unary call's) is what everybody waits for.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Final, Generic, TypeVar

from exchange_server.journal.kernel_sync import KernelSync
from exchange_server.journal.mark import DurableMark, MarkWriter
from exchange_server.journal.records import append_records
from exchange_server.journal.segments import SegmentWriter

log = logging.getLogger(__name__)

Output = TypeVar("Output")

SPACING_S: Final = 0.005
QUIET_S: Final = 0.002
CROWDED: Final = 0.25
"""Share of recent commits above which units are taken to come from several clients at once."""
_CROWD_WEIGHT: Final = 1 / 8
_BATCH_BYTES: Final = 16 << 10
"""A batch of this size waits no longer: a larger one would not share its fsync any better."""
_INLINE_BYTES: Final = 64 << 10
"""A larger batch would keep the loop from its clients for longer than a thread does."""


class Batch(Generic[Output]):
    """Records that become durable together, and what may be released then (`outputs`, one a unit)."""

    __slots__ = ("buffer", "durable_ns", "event_digest", "first_sequence", "last_sequence", "outputs", "time_ns")

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.first_sequence = 0
        self.last_sequence = 0
        self.time_ns = 0
        self.durable_ns = 0
        """When its fsync had returned, nanoseconds since 1970 UTC."""
        self.event_digest: int | None = None
        self.outputs: list[Output] = []


class GroupCommit(Generic[Output]):
    """Makes appended units durable, in order. Everything but the thread runs on the event loop.

    After a failed write or fsync nothing is ever released again: `on_failed` is called once, and the process must end.
    """

    def __init__(
        self,
        writer: SegmentWriter,
        mark: MarkWriter,
        event_digest: Callable[[], int | None],
        on_durable: Callable[[list[Output], int, int], None],
        on_failed: Callable[[BaseException], None],
        spacing_s: float = SPACING_S,
    ) -> None:
        """`event_digest` is asked when a commit starts; `on_durable` gets the outputs, last sequence and time."""
        self._writer: Final = writer
        self._mark: Final = mark
        self._event_digest: Final = event_digest
        self._on_durable: Final = on_durable
        self._on_failed: Final = on_failed
        self._spacing_s: Final = spacing_s
        self._pending: Batch[Output] = Batch()
        self._in_flight: Batch[Output] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._started_at = 0.0
        self._appended_at = 0.0
        self._crowd = 0.0
        self._urgent = False
        """Whether somebody who must not wait has something pending."""
        self._failed = False
        self.commits = 0

        self._loop = asyncio.get_running_loop()
        try:
            self._kernel: KernelSync | None = KernelSync(self._synced)
        except OSError as error:
            log.info("the journal is synced by a thread: %s", error)
            self._kernel = None
        self._queue: SimpleQueue[Batch[Output] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write_batches, name="journal", daemon=True)
        self._thread.start()

    def append(self, first_sequence: int, time_ns: int, payloads: Sequence[bytes], output: Output) -> None:
        """Add a unit's records; `flush` must follow before the loop runs on."""
        batch = self._pending
        if batch.outputs:
            append_records(batch.buffer, False, first_sequence, time_ns, payloads)
        else:
            append_records(batch.buffer, True, first_sequence, time_ns, payloads)
            batch.first_sequence = first_sequence
        batch.last_sequence = first_sequence + len(payloads) - 1
        batch.time_ns = time_ns
        batch.outputs.append(output)

    def flush(self, urgent: bool = False) -> None:
        """Start a commit if one is due, or see to it that one starts in time; at once when something is urgent."""
        self._urgent = self._urgent or urgent
        if self._in_flight is not None or self._failed or not self._pending.outputs:
            return
        if not self._urgent and self._crowd > CROWDED and len(self._pending.buffer) < _BATCH_BYTES:
            self._appended_at = self._loop.time()
            if self._timer is None:
                self._pace()
        else:
            self._start()

    def _pace(self) -> None:
        """Start the commit if its time has come, else look again when it may have."""
        now = self._loop.time()
        due = min(self._appended_at + QUIET_S, self._started_at + self._spacing_s)
        if now >= due:
            self._timer = None
            self._start()
        else:
            self._timer = self._loop.call_later(due - now, self._pace)

    @property
    def idle(self) -> bool:
        """Whether nothing is pending or in flight."""
        return self._in_flight is None and not self._pending.outputs

    def close(self) -> None:
        """End the thread; whatever is still pending is given up."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._kernel is not None:
            self._kernel.close()
        self._queue.put(None)
        self._thread.join()

    def _start(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._in_flight is not None or self._failed or not self._pending.outputs:
            return
        batch = self._in_flight = self._pending
        self._pending = Batch()
        self._urgent = False
        batch.event_digest = self._event_digest()
        self._started_at = self._loop.time()
        size = len(batch.buffer)
        if self._kernel is None or size > _INLINE_BYTES or not self._writer.fits(size):
            self._queue.put(batch)
            return
        try:
            self._kernel.sync(self._writer.put(batch.buffer))
        except OSError as error:
            # Soon, as when a thread says so: whoever appends must not meet the end in the middle of it.
            self._loop.call_soon(self._fail, error)

    def _synced(self, error: OSError | None) -> None:
        """Hear from the kernel."""
        if error is not None:
            self._fail(error)
            return
        batch = self._in_flight
        assert batch is not None
        batch.durable_ns = time.time_ns()
        self._mark.publish(DurableMark(batch.last_sequence, batch.event_digest, batch.time_ns))
        self._finish()

    def _write_batches(self) -> None:
        """Run in the thread: write, sync, tell other processes, then the loop."""
        while (batch := self._queue.get()) is not None:
            try:
                self._writer.write(batch.buffer, batch.first_sequence)
                batch.durable_ns = time.time_ns()
                self._mark.publish(DurableMark(batch.last_sequence, batch.event_digest, batch.time_ns))
            except BaseException as error:
                self._loop.call_soon_threadsafe(self._fail, error)
                return
            self._loop.call_soon_threadsafe(self._finish)

    def _finish(self) -> None:
        batch = self._in_flight
        assert batch is not None
        self._in_flight = None
        self.commits += 1
        crowded = len(batch.outputs) > 1 or bool(self._pending.outputs)
        self._crowd += (crowded - self._crowd) * _CROWD_WEIGHT
        # The disk works on the next batch while this one's replies are made.
        self.flush()
        self._on_durable(batch.outputs, batch.last_sequence, batch.durable_ns)

    def _fail(self, error: BaseException) -> None:
        self._failed = True
        self._on_failed(error)
