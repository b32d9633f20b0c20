"""Recover directories, each in turn, and say what came of it: `python -m tests.replay.told DIRECTORY…`.

Prints the process's hash of a word and its offset from UTC, then a line a directory: the sequence of the snapshot that
was loaded (0 for none), the last sequence, the state hash and the event digest.
"""

import sys
import time

from exchange_server.journal import recover


def main(directories: list[str]) -> None:
    """Recover as a start does."""
    print(hash("order"), time.strftime("%z", time.localtime(0)))
    for directory in directories:
        recovered = recover(directory)
        recovered.lock.release()
        engine = recovered.engine
        print(recovered.snapshot_sequence, engine.sequence, engine.state_hash().hex(), f"{engine.event_digest:016x}")


if __name__ == "__main__":
    main(sys.argv[1:])
