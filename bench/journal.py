"""Recovery, fsync, and what the sequencer and the journal cost an order."""

import asyncio
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from bench.engine_flow import START_NS, STEP_NS, Mix, apply_all, flow
from bench.figures import Figure
from bench.variants import environment, variants
from exchange_server.engine import Engine
from exchange_server.engine.commands import Command
from exchange_server.engine.events import Event
from exchange_server.engine.types import Sequence as SequenceNumber
from exchange_server.engine.types import TimeNs
from exchange_server.journal import (
    DurableMark,
    JournalPosition,
    JournalReader,
    Layout,
    MarkWriter,
    SegmentWriter,
    recover,
    write_snapshot,
)
from exchange_server.journal.records import append_records
from exchange_server.journal.segments import DEFAULT_SEGMENT_BYTES, WritePosition
from exchange_server.sequencer import Shard
from exchange_server.wire.journal_codec import CommandEncoder

COMMANDS = 500_000
RESTING = 1_000
TAIL = 50_000
"""Commands behind the snapshot."""
MANY_RESTING = 1_000_000
ATTEMPTS = 3
"""The best counts: the machine has other things to do."""

SYNCED_RECORDS = (1, 256, 2048)
SYNCS = 200
UNIT = 100
UNITS = 2_000
UNITS_IN_FLIGHT = 8


def run() -> list[Figure]:
    """Measure everything on the disk that holds temporary files."""
    folder = Path(tempfile.mkdtemp(prefix="exchange-bench-"))
    try:
        return [
            *_recovery(folder / "long"),
            *_deep_book(folder / "deep"),
            *_fsync(folder / "sync"),
            _cost(folder / "cost"),
        ]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _recovery(directory: Path) -> list[Figure]:
    before, mixed = flow(RESTING, COMMANDS, Mix())
    commands = before + mixed
    engine = _write(directory, commands)
    figures: list[Figure] = []
    for variant in variants():
        seconds, replayed = _recover(directory, variant)
        name = f"recovery from the journal alone{variant}"
        figures.append(Figure(name, replayed / seconds, 150_000, "commands/s", False))
    del engine
    earlier = Engine()
    apply_all(earlier, commands[:-TAIL])
    write_snapshot(directory, earlier, _position(directory, earlier.sequence))
    for variant in variants():
        seconds, replayed = _recover(directory, variant)
        assert replayed == TAIL
        figures.append(Figure(f"recovery with a snapshot{variant}", seconds, 3, "s", True))
    return figures


def _deep_book(directory: Path) -> list[Figure]:
    before, _ = flow(MANY_RESTING, 0, Mix(levels=50_000))
    engine = _write(directory, before)
    write_snapshot(directory, engine, _position(directory, engine.sequence))
    del engine
    name = f"recovery with a snapshot of {MANY_RESTING:,} resting orders"
    return [Figure(f"{name}{variant}", _recover(directory, variant)[0], 3, "s", True) for variant in variants()]


def _fsync(directory: Path) -> list[Figure]:
    before, _ = flow(max(SYNCED_RECORDS), 0, Mix())
    payloads = CommandEncoder().encode_all(before[-max(SYNCED_RECORDS) :])
    figures: list[Figure] = []
    for count in SYNCED_RECORDS:
        layout = Layout(directory / str(count))
        layout.create()
        writer = SegmentWriter(layout, 0, WritePosition.genesis(), DEFAULT_SEGMENT_BYTES)
        took: list[float] = []
        for number in range(SYNCS):
            records = bytearray()
            append_records(records, True, number * count + 1, START_NS, payloads[:count])
            started = time.perf_counter()
            writer.write(records, number * count + 1)
            took.append(time.perf_counter() - started)
        writer.close()
        median_us = statistics.median(took) * 1e6
        figures.append(Figure(f"write and fdatasync of {count:,} orders, median", median_us, None, "µs", True))
    return figures


class _IdleEngine:
    """An engine whose commands take no time: what remains is the sequencer's and the journal's."""

    def __init__(self, engine: Engine) -> None:
        # Beside it, not below: a compiled class has no subclasses in Python.
        self._engine = engine

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)

    def apply(self, sequence: SequenceNumber, time_ns: TimeNs, command: Command) -> list[Event]:
        """Do nothing."""
        return _NO_EVENTS


_NO_EVENTS: list[Event] = []


def _cost(directory: Path) -> Figure:
    before, _ = flow(UNIT * 50, 0, Mix())
    units = [before[-UNIT * (number + 1) : -UNIT * number or None] for number in range(50)]
    cpu_us = min(asyncio.run(_cost_of(directory / str(attempt), units)) for attempt in range(ATTEMPTS))
    return Figure("sequencer and journal, CPU an order in batches of 100", cpu_us, 3, "µs", True)


async def _cost_of(directory: Path, units: Sequence[Sequence[Command]]) -> float:
    recovered = recover(directory)
    shard = Shard(recovered)
    vars(shard)["engine"] = _IdleEngine(shard.engine)
    await shard.start()
    started = time.process_time()
    in_flight: list[asyncio.Future[object]] = []
    for number in range(UNITS):
        in_flight.append(shard.submit(units[number % len(units)]))  # type: ignore[arg-type]
        if len(in_flight) == UNITS_IN_FLIGHT:
            await asyncio.gather(*in_flight)
            in_flight.clear()
    await asyncio.gather(*in_flight)
    cpu_us = (time.process_time() - started) * 1e6 / (UNITS * UNIT)
    await shard.stop()
    return cpu_us


def _write(directory: Path, commands: Sequence[Command], batch: int = 1_000) -> Engine:
    """Write a journal with its mark, and give the engine that applied it."""
    layout = Layout(directory)
    layout.create()
    writer = SegmentWriter(layout, 0, WritePosition.genesis(), DEFAULT_SEGMENT_BYTES)
    encoder = CommandEncoder()
    for start in range(0, len(commands), batch):
        records = bytearray()
        for number, payload in enumerate(encoder.encode_all(commands[start : start + batch]), start=start + 1):
            append_records(records, number == start + 1, number, START_NS + number * STEP_NS, [payload])
        writer.write(records, start + 1)
    writer.close()
    engine = Engine()
    apply_all(engine, list(commands))
    mark = MarkWriter(layout.mark)
    mark.publish(DurableMark(engine.sequence, engine.event_digest, engine.time_ns))
    mark.close()
    return engine


def _position(directory: Path, sequence: int) -> JournalPosition | None:
    """Where the journal stands after a command, as the follower knows it that writes the snapshots."""
    reader = JournalReader(directory)
    deque(reader.read(sequence), maxlen=0)
    position = reader.position()
    reader.close()
    return position


def _recover(directory: Path, variant: str) -> tuple[float, int]:
    """Recover in a fresh process: CPU seconds, the fewest of some attempts, and how many commands were replayed."""
    command = [sys.executable, "-m", "bench.journal_child", str(directory)]
    results = [
        subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment(variant)).stdout
        for _ in range(ATTEMPTS)
    ]
    seconds = min(float(result.split()[0]) for result in results)
    return seconds, int(results[0].split()[1])
