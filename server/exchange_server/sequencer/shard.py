"""A shard: one engine, its journal, and the single writer that feeds both on the event loop.

    submit → lanes → slice: 1 encode, 2 apply, 3 append → group commit: 4 fsync → 5 release: listeners, then futures

Nothing leaves before its command is durable. A command that makes the engine raise is not appended: what was applied
before it is committed and released, the command goes to quarantine, and the shard has failed.
"""

import asyncio
import gc
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from exchange_server.engine import Engine
from exchange_server.engine.commands import Command
from exchange_server.journal import Applied, DurableMark, GroupCommit, MarkWriter, Recovered, SegmentWriter
from exchange_server.journal.segments import DEFAULT_SEGMENT_BYTES
from exchange_server.journal.snapshot import snapshot_hash, write_snapshot
from exchange_server.sequencer.clock import Clock
from exchange_server.sequencer.lanes import LANE_CANCEL, Lanes, Unit
from exchange_server.sequencer.refusals import (
    REJECT_DEADLINE_PASSED,
    REJECT_INVALID_FIELD,
    REJECT_OVERLOADED,
    REJECT_QUARANTINED,
    REJECT_UNAVAILABLE,
    NotSequenced,
    OutcomeUnknown,
)
from exchange_server.sequencer.timers import Timers
from exchange_server.sequencer.turnstile import STEP_COMMANDS, Turnstile
from exchange_server.wire.journal_codec import CommandEncoder

Listener: TypeAlias = Callable[[list[Applied]], None]
Output: TypeAlias = tuple[Unit, list[Applied]]

QUEUE_LIMIT: Final = 8192
"""Commands that may wait; more are refused at once."""
UNACKNOWLEDGED_LIMIT: Final = 8192
"""Commands applied and not yet durable; at this many the sequencer waits for the disk."""
SLICE_NS: Final = 1_000_000
"""How long the sequencer keeps the event loop to itself."""
COLLECT_COMMANDS: Final = 500
"""Commands after which young objects are looked through for garbage, some four thousand: half a millisecond."""
SNAPSHOT_TAIL: Final = 100_000
"""Commands since the last snapshot above which a clean stop writes one."""
SNAPSHOT_RESTING: Final = 100_000
"""Open orders above which a clean stop leaves the snapshot to the follower: a million take some seconds to write."""


class Shard:
    """One engine with its journal. Lives on one event loop; only `submit` changes anything."""

    def __init__(
        self,
        recovered: Recovered,
        *,
        queue_limit: int = QUEUE_LIMIT,
        unacknowledged_limit: int = UNACKNOWLEDGED_LIMIT,
        slice_ns: int = SLICE_NS,
        snapshot_tail: int = SNAPSHOT_TAIL,
        segment_bytes: int = DEFAULT_SEGMENT_BYTES,
    ) -> None:
        """Take over what `recover` gave, with its lock on the directory."""
        self.engine: Final[Engine] = recovered.engine
        self.sequence = recovered.sequence
        self.durable_sequence = recovered.sequence
        self.failed: Final = asyncio.Event()
        self.failure: BaseException | None = None

        self._recovered: Final = recovered
        self._layout: Final = recovered.layout
        self._quarantine: Final = recovered.quarantine
        self._clock: Final = Clock(recovered.engine.time_ns)
        self._encoder: Final = CommandEncoder()
        self._lanes: Final = Lanes(queue_limit)
        self._unacknowledged_limit: Final = unacknowledged_limit
        self._slice_ns: Final = slice_ns
        self._snapshot_tail: Final = snapshot_tail
        self._segment_bytes: Final = segment_bytes
        self._listeners: Final[list[Listener]] = []
        self._waiters: Final[deque[tuple[int, asyncio.Future[None]]]] = deque()
        self._outputs: Final[deque[Output]] = deque()
        self._scheduled = False
        self._uncollected = 0
        """Commands since the last look for garbage."""
        self._closing = True
        self._stopped = False
        self._drained: Final = asyncio.Event()

    async def start(self) -> None:
        """Open the journal for writing and accept commands."""
        self._loop = asyncio.get_running_loop()
        self.turnstile = Turnstile()
        recovered = self._recovered
        self._writer = SegmentWriter(self._layout, recovered.shard_id, recovered.position, self._segment_bytes)
        self._mark = MarkWriter(self._layout.mark)
        self._mark.publish(DurableMark(self.sequence, self.engine.event_digest, self.engine.time_ns))
        self._commit: GroupCommit[Output] = GroupCommit(
            self._writer, self._mark, self._event_digest, self._release, self._journal_failed
        )
        self._timers = Timers(self.engine, self.submit, self._clock.now_ns, self._loop.call_later)
        self._closing = False

    async def catch_up(self) -> None:
        """Do what time and lost connections have brought about while the exchange was down; then follow the clock.

        To be called before requests are taken. Raises NotSequenced or OutcomeUnknown when the shard fails meanwhile.
        """
        # The streams have all ended: nobody is there to speak for their orders.
        await self.submit(self.engine.sessions())
        await self._timers.catch_up()

    async def stop(self) -> None:
        """Refuse what comes, finish what waits, make it durable; snapshot a long tail of a small book."""
        self._closing = True
        self._timers.stop()
        self._check_drained()
        await self._drained.wait()
        if self._stopped:
            return
        self._stopped = True
        self._commit.close()
        self._writer.close()
        # A follower may have written one since the start, and writes the large ones: a stop must not take long.
        newest = max((sequence for sequence, _ in self._layout.snapshot_files()), default=0)
        resting = sum(len(account.open_orders) for account in self.engine.accounts.values())
        long_tail = self.sequence - newest > self._snapshot_tail
        if self.failure is None and long_tail and resting <= SNAPSHOT_RESTING:
            write_snapshot(self._layout.directory, self.engine, self._writer.position())
        self._mark.close(sync=True)
        self._recovered.lock.release()

    def submit(self, commands: Sequence[Command], deadline_ns: int | None = None) -> "asyncio.Future[list[Applied]]":
        """Queue a unit: its commands are executed in order with nothing in between.

        The future gets the results when all of them are durable, or NotSequenced, or OutcomeUnknown when the core
        fails. If it is cancelled before the unit is sequenced, nothing is executed. `deadline_ns` is of
        `time.monotonic_ns`.
        """
        future: asyncio.Future[list[Applied]] = self._loop.create_future()
        lanes = self._lanes
        unit = Unit(commands, deadline_ns or 0, future)
        if self._closing or self.failure is not None:
            future.set_exception(NotSequenced(REJECT_UNAVAILABLE, "the exchange is stopping", 1000))
        elif not lanes.push(unit):
            # Ten microseconds a command: when a queue of this length has passed.
            retry_after_ms = max(10, lanes.waiting // 100)
            message = f"{lanes.waiting} commands wait already"
            future.set_exception(NotSequenced(REJECT_OVERLOADED, message, retry_after_ms))
        elif unit.lane == LANE_CANCEL and self.sequence - self.durable_sequence < self._unacknowledged_limit:
            self._run_cancels()
        elif not self._scheduled:
            self._scheduled = True
            self.turnstile.call_soon(min(self._lanes.waiting, STEP_COMMANDS), self._run_slice)
        return future

    async def durable(self) -> None:
        """Return when everything applied so far is durable; raises NotSequenced when that will never be known."""
        if self.failure is not None:
            raise NotSequenced(REJECT_UNAVAILABLE, "the exchange is stopping", 1000)
        if self.durable_sequence < self.sequence:
            waiter: asyncio.Future[None] = self._loop.create_future()
            self._waiters.append((self.sequence, waiter))
            await waiter

    def subscribe(self, listener: Listener) -> None:
        """Call `listener` with every durable batch, in order, before its futures resolve."""
        self._listeners.append(listener)

    def state_hash(self, sequence: int) -> tuple[int, bytes] | None:
        """Give sequence and state hash from the live state (0 or the current sequence) or a snapshot; None if not kept.

        The live hash reads the whole state: seconds with a million orders.
        """
        if sequence in (0, self.sequence):
            return self.sequence, self.engine.state_hash()
        kept = snapshot_hash(self._layout.directory, sequence)
        return None if kept is None else (sequence, kept)

    @property
    def commits(self) -> int:
        """Group commits since the start: what became durable with one fsync each."""
        return self._commit.commits

    # ------------------------------------------------------------ the single writer

    def _run_slice(self) -> None:
        """Execute what waits, most urgent first, for the time of a slice and as many commands as a step may have."""
        self._scheduled = False
        monotonic_ns = time.monotonic_ns
        lanes = self._lanes
        slice_end = done = 0
        most = self.turnstile.step_commands
        while self.failure is None and self.sequence - self.durable_sequence < self._unacknowledged_limit:
            unit = lanes.pop() if done < most else None
            if unit is None:
                break
            now = monotonic_ns()
            self._execute_in_time(unit, now)
            done += unit.size
            if not slice_end:
                slice_end = now + self._slice_ns
            elif now >= slice_end:
                break
        self._commit.flush()
        self._uncollected += done
        if self._uncollected >= COLLECT_COMMANDS and not self.turnstile.holding:
            self._collect()
        self._schedule()
        if self._closing:
            self._check_drained()

    def _collect(self) -> None:
        """Look through what was made of late, while the disk works: what is left of it is never looked through again.

        Left to itself, Python waits until there are so many more objects than at the last time. In a flood of orders
        others go as new ones come, so that it came to look through 35,000 of them at once, twice each: for 7 to 13 ms.
        """
        self._uncollected = 0
        gc.collect(1)

    def _run_cancels(self) -> None:
        """Execute the cancels that wait, without waiting for the next turn of the loop."""
        while self.failure is None and (unit := self._lanes.pop_cancel()) is not None:
            self._execute_in_time(unit, time.monotonic_ns())
        self._commit.flush(urgent=True)

    def _check_drained(self) -> None:
        if self.failed.is_set() or (self._commit.idle and self._lanes.waiting == 0):
            self._drained.set()

    def _schedule(self) -> None:
        if (
            self._lanes.waiting
            and not self._scheduled
            and self.sequence - self.durable_sequence < self._unacknowledged_limit
        ):
            self._scheduled = True
            self.turnstile.call_soon(min(self._lanes.waiting, STEP_COMMANDS), self._run_slice)

    def _execute_in_time(self, unit: Unit, now_ns: int) -> None:
        """Execute a unit unless its caller is gone, or its deadline passed."""
        if unit.future.done():
            return
        if unit.deadline_ns and now_ns >= unit.deadline_ns:
            unit.future.set_exception(NotSequenced(REJECT_DEADLINE_PASSED, "the deadline passed while it waited"))
        else:
            self._execute(unit)

    def _execute(self, unit: Unit) -> None:
        # 1. Encode first: what cannot be journaled must not be applied.
        commands = unit.commands
        try:
            payloads = self._encoder.encode_all(commands)
        except (TypeError, ValueError) as error:
            unit.future.set_exception(NotSequenced(REJECT_INVALID_FIELD, f"cannot be journaled: {error}"))
            return
        if not self._quarantine.empty and any(map(self._quarantine.holds, payloads)):
            unit.future.set_exception(NotSequenced(REJECT_QUARANTINED, "this command stopped the exchange before"))
            return

        # 2. Apply.
        apply = self.engine.apply
        time_ns = self._clock.now_ns()
        first = sequence = self.sequence + 1
        times = unit.times
        applied: list[Applied] = []
        try:
            for command in commands:
                applied.append(Applied(sequence, time_ns, command, apply(sequence, time_ns, command), times))  # type: ignore[arg-type]
                sequence += 1
        except Exception as error:
            self._engine_raised(unit, payloads, applied, error)
            return

        # 3. Append; the fsync follows when the slice ends.
        self.sequence = sequence - 1
        self._append(first, time_ns, payloads, (unit, applied))

    def _append(self, first_sequence: int, time_ns: int, payloads: Sequence[bytes], output: Output) -> None:
        if payloads:
            self._outputs.append(output)
            self._commit.append(first_sequence, time_ns, payloads, output)
        else:
            output[0].future.set_result([])  # nothing to make durable

    def _release(self, outputs: list[Output], last_sequence: int, durable_ns: int) -> None:
        """Let out what has become durable: listeners, then futures, then reads that waited."""
        self.durable_sequence = last_sequence
        for _, applied in outputs:
            applied[0].times.durable_ns = durable_ns
        batch = outputs[0][1] if len(outputs) == 1 else [applied for output in outputs for applied in output[1]]
        try:
            for listener in self._listeners:
                listener(batch)
        except Exception as error:
            # The engine is right and the feeds are not: stop, and build them anew.
            self._fail(error)
        # Of those that are answered together, cancels come first here too.
        for unit, applied in sorted(outputs, key=lambda output: output[0].lane != LANE_CANCEL):
            if not unit.future.done():
                unit.future.set_result(applied)
            self._outputs.popleft()
        while self._waiters and self._waiters[0][0] <= last_sequence:
            waiter = self._waiters.popleft()[1]
            if not waiter.done():
                waiter.set_result(None)
        if self.failure is None:
            self._schedule()
            self._timers.arm()
        elif self._commit.idle:
            self._give_up()
        if self._closing:
            self._check_drained()

    # ------------------------------------------------------------ failure

    def _event_digest(self) -> int | None:
        """Give the engine's digest for the mark; after a raise the engine may stand between two commands."""
        return self.engine.event_digest if self.failure is None else None

    def _engine_raised(self, unit: Unit, payloads: Sequence[bytes], applied: list[Applied], error: Exception) -> None:
        done = len(applied)
        sequence = self.sequence + 1
        self.sequence += done
        self._fail(error)
        if len(payloads) == 1:
            unit.future.set_exception(NotSequenced(REJECT_QUARANTINED, "this command stopped the exchange"))
        else:
            unit.future.set_exception(OutcomeUnknown("a command of this batch stopped the exchange"))
        if done:
            self._append(sequence, applied[0].time_ns, payloads[:done], (unit, applied))
        self._commit.flush()
        try:
            self._quarantine.add(payloads[done], sequence + done, error)
        finally:
            if self._commit.idle:
                self._give_up()

    def _journal_failed(self, error: BaseException) -> None:
        """Acknowledge nothing any more: what is on disk is not known."""
        self._fail(error)
        self._give_up()

    def _fail(self, error: BaseException) -> None:
        if self.failure is None:
            self.failure = error
            self._timers.stop()
        while (unit := self._lanes.pop()) is not None:
            if not unit.future.done():
                unit.future.set_exception(NotSequenced(REJECT_UNAVAILABLE, "the exchange is stopping", 1000))

    def _give_up(self) -> None:
        """Answer what will never be durable, and tell the application."""
        for unit, _ in self._outputs:
            if not unit.future.done():
                unit.future.set_exception(OutcomeUnknown("the exchange stopped before this was known to be durable"))
        self._outputs.clear()
        for _, waiter in self._waiters:
            if not waiter.done():
                waiter.set_exception(NotSequenced(REJECT_UNAVAILABLE, "the exchange is stopping", 1000))
        self._waiters.clear()
        self.failed.set()
        self._drained.set()
