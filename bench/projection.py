"""The follower's way from the journal into PostgreSQL: read, apply, build rows, write; and what orders feel of it."""

import shutil
import tempfile
import threading
import time
from pathlib import Path

from bench import projection_latency
from bench.engine_flow import Mix, flow
from bench.figures import Figure
from exchange_server.cli.dev.child_process import to_background
from exchange_server.embedded.postgres import EmbeddedPostgres
from exchange_server.engine.commands import Command
from exchange_server.follower import Follower
from exchange_server.journal import DurableMark, Layout, MarkWriter, SegmentWriter
from exchange_server.journal.records import append_records
from exchange_server.journal.segments import DEFAULT_SEGMENT_BYTES, WritePosition
from exchange_server.projections.postgres.batch import Batch
from exchange_server.projections.postgres.writer import PostgresWriter
from exchange_server.wire.journal_codec import encode_command

COMMANDS = 300_000
RESTING = 10_000
COMMANDS_A_WRITE = 1_000
START_NS = 1_700_000_000_000_000_000
PATIENCE_SECONDS = 300.0


def run() -> list[Figure]:
    """Let a follower catch up with a journal of mixed flow, on a PostgreSQL of its own."""
    # PostgreSQL may run as another user, so not a folder that only we can enter.
    folder = Path(tempfile.mkdtemp(prefix="exchange-bench-"))
    folder.chmod(0o755)
    postgres = EmbeddedPostgres(folder)
    try:
        before, mixed = flow(RESTING, COMMANDS, Mix())
        backlog = len(before) + len(mixed)
        write_journal(folder / "shard", before + mixed)
        with postgres:
            rows_per_second, commands_per_second = _catch_up(folder / "shard", postgres.url, backlog)
            assert postgres.pid is not None
            to_background(postgres.pid)  # as `exchange dev` runs it
            waits = projection_latency.measure(folder / "shard", postgres, backlog)
    finally:
        postgres.erase()
        shutil.rmtree(folder, ignore_errors=True)
    return [
        Figure("PostgreSQL projection", rows_per_second, 20_000, "rows/s", at_most=False),
        Figure("PostgreSQL projection, commands", commands_per_second, None, "commands/s", at_most=False),
        *waits,
    ]


def write_journal(directory: Path, commands: list[Command]) -> None:
    """Write a journal of commands as the core does, a thousand at once."""
    layout = Layout(directory)
    layout.create()
    segments = SegmentWriter(layout, 0, WritePosition.genesis(), DEFAULT_SEGMENT_BYTES)
    for start in range(0, len(commands), COMMANDS_A_WRITE):
        records = bytearray()
        payloads = [encode_command(command) for command in commands[start : start + COMMANDS_A_WRITE]]
        append_records(records, True, start + 1, START_NS + start, payloads)
        segments.write(records, start + 1)
    segments.close()
    mark = MarkWriter(layout.mark)
    mark.publish(DurableMark(len(commands), None, START_NS))
    mark.close()


def _catch_up(directory: Path, url: str, sequence: int) -> tuple[float, float]:
    """Return rows and commands a second, from connecting and migrating to the last commit."""
    follower: Follower[Batch] = Follower(directory, PostgresWriter(url))
    failures: list[BaseException] = []

    def follow() -> None:
        try:
            follower.run()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=follow)
    started = time.perf_counter()
    thread.start()
    while follower.progress.written_sequence < sequence and not failures:
        if time.perf_counter() - started > PATIENCE_SECONDS:
            failures.append(TimeoutError("the follower does not catch up"))
        time.sleep(0.005)
    seconds = time.perf_counter() - started
    follower.stop()
    thread.join()
    if failures:
        raise failures[0]
    return follower.progress.rows / seconds, sequence / seconds
