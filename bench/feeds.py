"""What the feeds cost the core: per command with nobody reading, and per message with many readers of one book."""

import asyncio
import gc
import time
import tracemalloc
from collections.abc import Iterator

from bench.engine_flow import MARKET, START_NS, STEP_NS, Mix, apply_all, flow
from bench.figures import Figure
from exchange_server.engine import Engine
from exchange_server.engine.commands import Command
from exchange_server.engine.types import Sequence, TimeNs
from exchange_server.feeds import Feeds
from exchange_server.journal import Applied

RESTING = 10_000
COMMANDS = 40_000
BATCH = 64
"""Commands a group commit, as under a few thousand orders a second."""
READERS = 200
REPEATS = 5


def run() -> list[Figure]:
    before, mixed = flow(RESTING, COMMANDS, Mix())
    quiet = min(_quiet(before, mixed) for _ in range(REPEATS))
    read = min(asyncio.run(_read(before, mixed[: COMMANDS // 20])) for _ in range(REPEATS))
    return [
        Figure("feeds: CPU a command, nobody reading", quiet, 1.0, "µs", at_most=True),
        Figure(f"feeds: CPU a message, {READERS} readers of one book", read, 20.0, "µs", at_most=True),
        Figure("feeds: memory a command kept for resuming", _kept_bytes(before, mixed), 1_500, "bytes", at_most=True),
    ]


def _batches(engine: Engine, commands: list[Command]) -> Iterator[list[Applied]]:
    """Apply commands and give them back in batches, as the sequencer releases them."""
    batch: list[Applied] = []
    for command in commands:
        sequence = Sequence(engine.sequence + 1)
        time_ns = TimeNs(START_NS + sequence * STEP_NS)
        batch.append(Applied(sequence, time_ns, command, engine.apply(sequence, time_ns, command)))
        if len(batch) == BATCH:
            yield batch
            batch = []


def _start(before: list[Command]) -> tuple[Engine, Feeds]:
    engine = Engine()
    apply_all(engine, before)
    return engine, Feeds(engine)


def _quiet(before: list[Command], mixed: list[Command]) -> float:
    """Return µs of CPU a command in `on_applied`, each batch fresh from the engine."""
    engine, feeds = _start(before)
    gc.collect()
    gc.disable()
    spent_ns = count = 0
    for batch in _batches(engine, mixed):
        started = time.thread_time_ns()
        feeds.on_applied(batch)
        spent_ns += time.thread_time_ns() - started
        count += len(batch)
    gc.enable()
    return spent_ns / count / 1_000


async def _read(before: list[Command], mixed: list[Command]) -> float:
    """Return µs of CPU a book delta, made once for all and handed to each reader, without a transport."""
    engine, feeds = _start(before)
    received = 0
    all_read = asyncio.Event()

    async def reader() -> None:
        nonlocal received
        book = feeds.read_book(MARKET)
        while await book.next():
            received += 1
            if received % READERS == 0:
                all_read.set()

    tasks = [asyncio.create_task(reader()) for _ in range(READERS)]
    await all_read.wait()
    spent_ns = 0
    for batch in _batches(engine, mixed):
        all_read.clear()
        started = time.thread_time_ns()
        feeds.on_applied(batch)
        await all_read.wait()
        spent_ns += time.thread_time_ns() - started
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return spent_ns / (received - READERS) / 1_000


def _kept_bytes(before: list[Command], mixed: list[Command]) -> float:
    """Return bytes that the feeds keep alive a command, beside what the engine keeps anyway."""
    engine, feeds = _start(before)
    tracemalloc.start()
    try:
        count = 0
        for batch in _batches(engine, mixed[: COMMANDS // 4]):
            feeds.on_applied(batch)
            count += len(batch)
        del batch
        gc.collect()
        with_feeds = tracemalloc.get_traced_memory()[0]
        del feeds
        gc.collect()
        return (with_feeds - tracemalloc.get_traced_memory()[0]) / count
    finally:
        tracemalloc.stop()
