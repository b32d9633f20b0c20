"""Write a golden journal: `python -m tests.replay.make_golden NAME`.

Once for every version that writes another format.
"""

import hashlib
import json
import sys
from pathlib import Path

from exchange_server.engine import Engine
from exchange_server.journal import verify, write_snapshot
from exchange_server.journal.audit import dump
from tests.journal_support import apply_all, many, one_of_each, order_features, write_journal

GOLDEN = Path(__file__).parent / "golden"


def main(name: str) -> None:
    """Write the journal with a snapshot in its middle, and what this version sees in it."""
    directory = GOLDEN / name
    commands = one_of_each() + order_features() + many(150)[7:]
    engine = write_journal(directory, commands, segment_bytes=4096, mark=True)
    half = Engine()
    apply_all(half, commands[: len(commands) // 2])
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


if __name__ == "__main__":
    main(sys.argv[1])
