"""Follows the journal up to the durable mark with an engine of its own.

1. Ask the projection for its cursor, and rebuild the engine as it was there.
2. Apply what is durable; where the mark says what the core's digest is, compare.
3. Hand the events to the projection, in batches, each with its cursor in one transaction; in small steps with rests
   while orders flow (`pacing`).
4. From time to time write a snapshot, so that the core recovers fast and never has to stop for one.
"""

import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic

from exchange_server.engine import Engine
from exchange_server.engine.types import Sequence, TimeNs
from exchange_server.follower.errors import FollowerError, Rewound, Stopped
from exchange_server.follower.pacing import STEP_COMMANDS, Pace
from exchange_server.follower.progress import PUBLISH_SECONDS, Progress, publish_progress
from exchange_server.follower.projection import BatchT, Builder, Projection
from exchange_server.follower.snapshots import Snapshots
from exchange_server.follower.writing import BatchWriter
from exchange_server.journal import DurableMark, JournalReader, Layout, MarkReader, engine_at
from exchange_server.projections.cursor import Cursor
from exchange_server.wire.journal_codec import decode_command

logger = logging.getLogger(__name__)

SHORTEST_PAUSE_SECONDS: Final = 0.005
LONGEST_PAUSE_SECONDS: Final = 0.02
REPORT_SECONDS: Final = 10.0
BEHIND_SECONDS: Final = 5.0
"""How long the journal may seem shorter than the history before it is said."""


@dataclass(frozen=True, slots=True)
class FollowerSettings:
    """A batch ends at `batch_commands`, at about `batch_rows`, or after `batch_seconds`, whichever is first.

    While orders flow it ends at `gentle_batch_commands` at the latest.
    With `writes_snapshots`, one is written after `snapshot_commands`, and after `idle_snapshot_commands` when nothing
    has happened for `idle_seconds`: of several followers of one journal, one writes them.
    """

    batch_commands: int = 5_000
    batch_rows: int = 50_000
    batch_seconds: float = 0.05
    gentle_batch_commands: int = STEP_COMMANDS
    writes_snapshots: bool = True
    snapshot_commands: int = 200_000
    idle_snapshot_commands: int = 20_000
    idle_seconds: float = 5.0


class Follower(Generic[BatchT]):
    """One shard's follower with one projection. `run` it in a thread; the rest may be used from other threads."""

    def __init__(
        self,
        directory: Path,
        projection: Projection[BatchT],
        shard_id: int = 0,
        settings: FollowerSettings | None = None,
    ) -> None:
        self._directory: Final = directory
        self._layout: Final = Layout(directory)
        self._projection: Final = projection
        self._shard_id: Final = shard_id
        self._settings: Final = settings or FollowerSettings()
        self._stop: Final = threading.Event()
        self.progress = Progress(0, 0, 0, 0)

    def stop(self) -> None:
        """Ask `run` to write what it has and return."""
        self._stop.set()

    def run(self) -> None:
        """Follow until `stop`. Raises FollowerError, or JournalError for a damaged journal."""
        writer = BatchWriter(self._projection, self._shard_id, self._stop)
        try:
            while not self._stop.is_set():
                try:
                    self._follow(writer)
                except Rewound as rewound:
                    logger.warning("the history went back %s in a crash; projecting it again", rewound)
                except Stopped:
                    break
        finally:
            writer.close()

    def _follow(self, writer: BatchWriter[BatchT]) -> None:
        # 1. Where the projection stands, and the engine as it was there.
        cursor = writer.cursor()
        marks = self._wait_for_mark(cursor)
        try:
            started = time.monotonic()
            engine = engine_at(self._directory, cursor.sequence, self._shard_id)
            if engine.event_digest != cursor.event_digest:
                raise FollowerError(
                    f"the history at sequence {cursor.sequence} was made from another journal, or by another version"
                )
            seconds = time.monotonic() - started
            logger.info("following from sequence %d (engine rebuilt in %.1f s)", cursor.sequence, seconds)
            # 2. Everything after it.
            _Pass(self, engine, writer, marks).run()
        finally:
            marks.close()

    def _wait_for_mark(self, cursor: Cursor) -> MarkReader:
        """Wait until the core has made a mark that is not behind the history. Raises Stopped."""
        started = time.monotonic()
        said = False
        while True:
            try:
                marks = MarkReader(self._layout.mark)
            except FileNotFoundError:
                reason = f"there is no journal in {self._directory} yet"
            else:
                mark = marks.read()
                if mark is not None and mark.sequence >= cursor.sequence:
                    return marks
                marks.close()
                durable = 0 if mark is None else mark.sequence
                reason = f"the history stands at {cursor.sequence}, the journal at {durable}: is it another journal's?"
            if not said and time.monotonic() - started > BEHIND_SECONDS:
                logger.warning("waiting: %s", reason)
                said = True
            if self._stop.wait(LONGEST_PAUSE_SECONDS):
                raise Stopped


class _Pass(Generic[BatchT]):
    """Following from one cursor on, until the stop or a rewind."""

    def __init__(
        self, follower: Follower[BatchT], engine: Engine, writer: BatchWriter[BatchT], marks: MarkReader
    ) -> None:
        self._follower: Final = follower
        self._settings: Final = follower._settings
        self._stop: Final = follower._stop
        self._engine: Final = engine
        self._writer: Final = writer
        self._marks: Final = marks
        self._reader: Final = JournalReader(follower._directory, engine.sequence)
        self._builder: Final[Builder[BatchT]] = follower._projection.builder(engine)
        self._snapshots: Final = Snapshots(follower._layout, follower._projection.name, engine)
        self._pace: Final = Pace()
        self._taken = int(engine.sequence)
        self._oldest_pending = 0.0
        self._reported = (time.monotonic(), int(engine.sequence), writer.rows)
        self._published = float("-inf")

    def run(self) -> None:
        pause = SHORTEST_PAUSE_SECONDS
        last_work = time.monotonic()
        try:
            while not self._stop.is_set():
                mark = self._marks.read()
                durable = self._engine.sequence if mark is None else mark.sequence
                self._pace.look(durable, self._engine.sequence)
                started = time.monotonic()
                worked = self._apply(durable)
                if mark is not None and self._engine.sequence == mark.sequence:
                    self._compare(mark)
                now = time.monotonic()
                if worked:
                    last_work, pause = now, SHORTEST_PAUSE_SECONDS
                written = self._submit_if_due(now)
                if worked or written:
                    self._stop.wait(self._pace.rest_seconds(time.monotonic() - started))
                self._snapshot_if_due(durable, now - last_work)
                self._report(durable, now)
                if self._engine.sequence >= durable:
                    self._stop.wait(pause)
                    pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
            if self._engine.sequence > self._taken:
                self._submit()
        finally:
            self._reader.close()

    def _apply(self, durable: int) -> bool:
        """Apply what is durable, at most a step, until the batch is full or a snapshot to compare with is reached."""
        engine, builder, add = self._engine, self._builder, self._builder.add
        room = self._taken + self._batch_commands() - engine.sequence
        step = min(room, STEP_COMMANDS) if self._pace.gentle else room
        up_to = min(durable, engine.sequence + step, self._snapshots.next_to_compare())
        if engine.sequence >= up_to:
            return False
        if engine.sequence == self._taken:
            self._oldest_pending = time.monotonic()
        for sequence, time_ns, payload in self._reader.read(up_to):
            if time_ns >= builder.due_ns:
                builder.look(time_ns)
            add(sequence, time_ns, engine.apply(Sequence(sequence), TimeNs(time_ns), decode_command(payload)))
        self._snapshots.compare()
        return True

    def _compare(self, mark: DurableMark) -> None:
        if mark.event_digest is not None and mark.event_digest != self._engine.event_digest:
            raise FollowerError(
                f"the engines differ at sequence {mark.sequence}: the core's event digest is {mark.event_digest:016x}, "
                f"the follower's {self._engine.event_digest:016x}"
            )

    def _batch_commands(self) -> int:
        commands = self._settings.batch_commands
        return min(commands, self._settings.gentle_batch_commands) if self._pace.gentle else commands

    def _submit_if_due(self, now: float) -> bool:
        """Hand over a batch that is due; while orders flow, return only when it is written, with True."""
        pending = self._engine.sequence - self._taken
        busy = self._writer.busy  # also raises what the last write raised
        if not pending:
            return False
        full = pending >= self._batch_commands() or self._builder.rows >= self._settings.batch_rows
        if not full and (busy or now - self._oldest_pending < self._settings.batch_seconds):
            return False
        self._submit()
        if not self._pace.gentle:
            return False
        # One after the other: the engine and the database at once would take both of two processors.
        self._writer.wait(None)
        return True

    def _submit(self) -> None:
        engine = self._engine
        self._writer.submit(self._builder.take(Cursor(engine.sequence, engine.time_ns, engine.event_digest)))
        self._taken = engine.sequence

    def _snapshot_if_due(self, durable: int, idle_seconds: float) -> None:
        settings = self._settings
        if not settings.writes_snapshots:
            return
        since = self._engine.sequence - self._snapshots.newest
        at_mark = self._engine.sequence == durable
        idle = at_mark and idle_seconds >= settings.idle_seconds and since >= settings.idle_snapshot_commands
        # Best where the digests have just been compared; a follower that never gets there may not wait for ever.
        if idle or since >= settings.snapshot_commands * (1 if at_mark else 2):
            self._snapshots.write(self._reader.position())

    def _report(self, durable: int, now: float) -> None:
        writer, sequence = self._writer, self._engine.sequence
        progress = self._follower.progress = Progress(int(sequence), int(durable), int(writer.written), writer.rows)
        if now - self._published >= PUBLISH_SECONDS:
            publish_progress(self._follower._layout, self._follower._projection.name, progress)
            self._published = now
        since, old_sequence, old_rows = self._reported
        if now - since < REPORT_SECONDS:
            return
        self._snapshots.register(writer.written)
        if sequence != old_sequence:
            logger.info(
                "at sequence %d, %d behind; %.0f commands/s, %.0f rows/s",
                sequence,
                durable - sequence,
                (sequence - old_sequence) / (now - since),
                (writer.rows - old_rows) / (now - since),
            )
        self._reported = (now, sequence, writer.rows)
