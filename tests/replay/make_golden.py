"""Write a golden journal: `python -m tests.replay.make_golden NAME [SEED]`.

Once for every version that writes another format. Of the sample commands; with SEED of a random flow in which every
kind of order trades, triggers and ends.
"""

import hashlib
import json
import sys
from pathlib import Path

from exchange_server.engine import Engine
from exchange_server.engine.commands import Command
from exchange_server.journal import verify, write_snapshot
from exchange_server.journal.audit import dump
from tests.journal_support import START_NS, apply_all, many, one_of_each, order_features, write_journal
from tests.property.order_flow import Flow

GOLDEN = Path(__file__).parent / "golden"
FLOW_STEPS = 1_000


def main(name: str, seed: str = "") -> None:
    """Write the journal with a snapshot in its middle, and what this version sees in it."""
    directory = GOLDEN / name
    commands, start_ns = one_of_each() + order_features() + many(150)[7:], START_NS
    if seed:
        commands, start_ns = flow_of(int(seed)), 0
    engine = write_journal(directory, commands, segment_bytes=4096, mark=True, start_ns=start_ns)
    half = Engine()
    apply_all(half, commands[: len(commands) // 2], start_ns)
    write_snapshot(directory, half)
    expected = {
        "sequence": engine.sequence,
        "state_hash": engine.state_hash().hex(),
        "event_digest": f"{engine.event_digest:016x}",
        "chain": verify(directory).chain.hex(),
        "dump_sha256": hashlib.sha256("\n".join(map(json.dumps, dump(directory))).encode()).hexdigest(),
    }
    (directory / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")
    for empty in (path for path in directory.iterdir() if path.is_dir() and not any(path.iterdir())):
        empty.rmdir()


def flow_of(seed: int) -> list[Command]:
    """Return what a random flow commands; its times begin at 0."""
    flow = Flow(seed)
    for _ in range(FLOW_STEPS):
        flow.step()
    return flow.commands


if __name__ == "__main__":
    main(*sys.argv[1:])
